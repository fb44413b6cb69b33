"""Paragraphs as elements of the structure: text, headings, items of lists, captions; values and quotations in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from reportlab import platypus
from reportlab.platypus.paragraph import _getFragWords  # type: ignore[attr-defined]  # not in ReportLab's stubs

from service_reports.documents.engine import style
from service_reports.documents.engine.marks import CONTINUED, END, QUOTATION, VALUE
from service_reports.documents.engine.structure import Element
from service_reports.documents.engine.tags import TaggedCanvas
from service_reports.wording.shown import Shown

BEYOND_LATIN = "\u0250"
"""The first sign after the letters of Latin."""


class _Place:
    """Where the text of a paragraph stands in the structure: one element, however many pages it is drawn on."""

    def __init__(self) -> None:
        self.element: Element | None = None


class Paragraph(platypus.Paragraph):
    """A paragraph that is tagged by the role of its style, whole on both sides of a page break.

    ``value`` is the value that all of its text shows, where a cell needs a paragraph for it.
    """

    value: Shown | None = None

    def __init__(self, *texts: Any, **settings: Any) -> None:
        super().__init__(*texts, **settings)
        self._place = _Place()
        self._broken: tuple[float, Any, Any] | None = None

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """The size of its lines; it is broken into them once for a width, which tables ask for four times."""
        lines = self.__dict__.get("blPara")
        known = self._broken
        if known is None or known[0] != available_width or known[1] is not self.style or known[2] is not lines:
            size: tuple[float, float] = super().wrap(available_width, available_height)
            self._broken = available_width, self.style, self.__dict__.get("blPara")
            return size
        return self.width, self.height

    def draw(self) -> None:
        """Draw it as an element of the structure."""
        canvas: Any = self.canv
        if not isinstance(canvas, TaggedCanvas) or canvas.silent:
            super().draw()
            return
        with self._inside(canvas):
            lines: Any = self.blPara  # type: ignore[attr-defined]  # not in ReportLab's stubs
            if lines.kind == 0 and getattr(lines, "link", None):
                [(_, target)] = lines.link
                with canvas.link(target, " ".join(word for _, words in lines.lines for word in words)):
                    super().draw()
            else:
                super().draw()

    @contextmanager
    def _inside(self, canvas: TaggedCanvas) -> Iterator[None]:
        if self._place.element is not None:
            with canvas.inside(self._place.element):
                yield
        elif self.bulletText:
            listed = canvas.element.continued("L")
            if not listed.kids:
                bulleted = self.bulletText == style.BULLET_MARK
                listed.say("List", f"/ListNumbering/{'Disc' if bulleted else 'Decimal'}")
            item = listed.add("LI")
            label, self._place.element = item.add("Lbl"), item.add("LBody")
            with canvas.item(label, self._place.element):
                yield
        else:
            self._place.element = self._own_element(canvas.element)
            with canvas.inside(self._place.element):
                yield

    def _own_element(self, parent: Element) -> Element:
        role: str = getattr(self.style, "role", style.TEXT)
        if parent.kind in style.HOLDS_TEXT and not parent.stacks:
            return parent
        if role == style.TITLE_OF_TABLE and parent.kind != "Table":
            role = style.TEXT
        return parent.add(role)

    def beginText(self, x: float, y: float) -> Any:  # noqa: N802 (ReportLab's name)
        """The text object of the paragraph's lines."""
        text = super().beginText(x, y)  # not in ReportLab's stubs
        canvas: Any = self.canv
        if isinstance(canvas, TaggedCanvas):
            canvas.tag_text(text, self._links())
        return text

    def _links(self) -> dict[Any, str]:
        """The words of every link on these lines."""
        found: dict[Any, str] = {}
        lines: Any = self.blPara  # type: ignore[attr-defined]
        if lines.kind:
            for line in lines.lines:
                for word in line.words:
                    for link in getattr(word, "link", ()) or ():
                        found[link] = " ".join(f"{found.get(link, '')} {word.text}".split())
        return found

    def breakLines(self, width: Any) -> Any:  # noqa: N802 (ReportLab's name)
        """Break the text into lines; a word that no line holds is broken also where it begins with a mark.

        ReportLab breaks no word that begins with one, and lets it run over its neighbours.
        """
        least = min(width) if isinstance(width, list | tuple) else width
        frags: list[Any] = self.frags
        if any(hasattr(each, "cbDefn") for each in frags) and _may_overrun(frags, least):
            words = _getFragWords(frags, least)
            if any(word[0] > least for word in words):
                self.frags = [part for word in words for part in _marks_apart(word, least)]
        return super().breakLines(width)

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """The parts for this page and the next; what is open at the end of one goes on in the other."""
        parts: list[Any] = super().split(available_width, available_height)
        for above, below in pairwise(parts):
            opened: list[Any] = []
            for line in above.blPara.lines:
                for fragment in getattr(line, "words", ()):
                    name = getattr(getattr(fragment, "cbDefn", None), "name", None)
                    if name in (QUOTATION, VALUE):
                        opened.append(fragment)
                    elif name == END and opened:
                        opened.pop()
            going_on = [_going_on(fragment) for fragment in opened]
            worded = below.frags and isinstance(below.frags[0], list)  # broken into words already
            below.frags[:0] = [[0, (fragment, "")] for fragment in going_on] if worded else going_on
        for part in parts:
            part._place, part.value = self._place, self.value
        return parts


def _marks_apart(word: Any, width: float) -> Iterator[Any]:
    """A word that is too wide, without the marks that it begins with: each is a word of no width before it."""
    while word[0] > width and len(word) > 2 and hasattr(word[1][0], "cbDefn"):  # noqa: PLR2004 (a mark, and more)
        yield [0, word[1]]
        word = type(word)([word[0], *word[2:]])
    yield word


def _may_overrun(fragments: list[Any], width: float) -> bool:
    """Whether some word could be wider than this: no Latin letter is wider than its size, others are drawn as more."""
    text = "".join(getattr(each, "text", "") for each in fragments)
    longest = max(map(len, text.split()), default=0)
    size = max(getattr(each, "fontSize", 0.0) for each in fragments)
    return longest * size > width or not max(text, default="") < BEYOND_LATIN


def _going_on(fragment: Any) -> Any:
    again = fragment.clone()
    again.cbDefn = fragment.cbDefn.clone()
    label = getattr(again.cbDefn, "label", None) or ""
    again.cbDefn.label = CONTINUED + label.removeprefix(CONTINUED)
    return again
