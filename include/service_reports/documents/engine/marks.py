"""Values and quotations in a paragraph's mark-up: where they begin, what they say, where they end.

What a mark says travels in its label, written so that no white space, quote or sign of mark-up stands in it: mark-up is
collapsed, split and joined on its way to the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise
from re import compile as pattern
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from markupsafe import Markup

from service_reports.wording.shown import Composed, Quoted, Shown

QUOTATION, VALUE, END = "quotation", "value", "end"
"""Names of the marks: an end closes what was opened last."""
UNBROKEN = "&nbsp;"
CONTINUED = "+"
"""Begins the label of a mark that goes on overleaf."""
_TAGS = pattern(r"<[^>]*>")
_BREAKS = pattern(r"<br\s*/?>")


def as_quotation(markup: str) -> str:
    """Mark-up of a quotation, with its ends."""
    return f'<onDraw name="{QUOTATION}"/>{markup}<onDraw name="{END}"/>'


def quoted_markup(text: str) -> str:
    """A text that others wrote as a part of a paragraph's mark-up."""
    return as_quotation(escape(text)) if text.strip() else escape(text)


def label_of(shown: Shown) -> str:
    """What a value says as one word: its kind, and its name percent-encoded."""
    return f"{shown.says}:{quote(shown.name, safe='/.-:')}"


def said(label: str) -> tuple[str, str]:
    """The kind and the name that a label says."""
    kind, _, name = label.removeprefix(CONTINUED).partition(":")
    return kind, unquote(name)


def as_value(markup: str, shown: Shown) -> str:
    """Mark-up of a value, with its ends and what it says."""
    return f'<onDraw name="{VALUE}" label="{label_of(shown)}"/>{markup}<onDraw name="{END}"/>'


def shown_markup(shown: Shown) -> str:
    """A value as a part of a paragraph's mark-up; blank text is no value.

    No line breaks within a number and its unit, or between the day and the month of a date.
    """
    if not shown.strip():
        return escape(shown)
    text = escape(shown)
    if shown.says == "figure":
        text = text.replace(" ", UNBROKEN)
    elif shown.says == "date":
        text = text.replace(" de ", f"{UNBROKEN}de{UNBROKEN}", 1)
    return as_value(text, shown)


def markup_of(text: str) -> str:
    """A text as mark-up: marked where it is a value or a quotation, and as it is where it is mark-up."""
    if isinstance(text, Markup):
        return str(text)
    if isinstance(text, Composed):
        return "".join(_parts(text.parts))
    if isinstance(text, Shown):
        return shown_markup(text)
    return quoted_markup(text) if isinstance(text, Quoted) else escape(text)


def _parts(parts: Sequence[str]) -> Iterator[str]:
    """Parts as mark-up; what a number counts stands on its line."""
    for before, part in pairwise(("", *parts)):
        counted = isinstance(before, Shown) and before.says != "date" and type(part) is str and part.startswith(" ")
        yield UNBROKEN + markup_of(part[1:]) if counted else markup_of(part)


def plain_text(text: str) -> str:
    """What is read of a text: mark-up without its marks, any other as it is."""
    if not isinstance(text, Markup):
        return text
    return unescape(_TAGS.sub("", _BREAKS.sub("\n", str(text)))).replace("\xa0", " ")
