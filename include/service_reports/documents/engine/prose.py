"""The sentences of the reports: Jinja templates whose every number is a figure of the contract or period.

A template is a file of named blocks; a block is paragraphs separated by blank lines. An
unknown variable is an error, and every value is escaped for ReportLab's paragraph mark-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context
from markupsafe import Markup, escape

from service_reports.documents.engine.marks import markup_of
from service_reports.documents.sections.readings import unread_days
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.number_words import feminine_words
from service_reports.wording.shown import Composed, Quoted, Shown

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
SUFFIX = ".jinja"
_BLANKS = re.compile(r"\s+")


def _marked(value: Any) -> Any:
    """A value or a quotation as mark-up with its marks; anything else as it is."""
    return Markup(markup_of(value)) if isinstance(value, Quoted | Shown | Composed) else value  # noqa: S704 (escaped there)


@pass_context  # without a context, Jinja would print constants before they are marked
def _finalized(_: Context, value: Any) -> Any:
    return _marked(value)


def _listed(texts: Iterable[Any]) -> Markup:
    """``a, b y c`` as mark-up, values and quotations among them marked."""
    return Markup(es_co.listed(str(escape(_marked(text))) for text in texts))  # noqa: S704 (escaped here)


class _ComposingEnvironment(Environment):
    """Renders templates to the values that they print, one after the other, and not to one text."""

    code_generator_class = NativeCodeGenerator
    concat = staticmethod(lambda pieces: Composed(*map(str, pieces)))


def _with_filters(environment: Environment, listed: Callable[[Iterable[Any]], str]) -> Environment:
    environment.filters.update(
        agree=es_co.agree,
        availability=es_co.availability,
        bogota_date=es_co.bogota_date,
        change=es_co.change,
        counted=es_co.counted,
        declared=es_co.declared,
        declaring=es_co.declaring,
        desk_noun=es_co.desk_noun,
        feminine_words=feminine_words,
        joined=es_co.joined,
        none_of=es_co.none_of,
        listed=listed,
        listed_days=es_co.listed_days,
        long_date=es_co.long_date,
        megabytes=es_co.megabytes,
        month=es_co.month,
        number=es_co.number,
        percent=es_co.percent,
        pesos=es_co.pesos,
        quantity=es_co.quantity,
        quoted=Quoted,
        read_instant=es_co.read_instant,
        left_and_read=es_co.left_and_read,
        read_on=es_co.read_on,
        share=es_co.share,
        significant=es_co.significant,
        table_date=es_co.table_date,
        unread=unread_days,
        utc_date=es_co.utc_date,
    )
    return environment


@cache
def _marking_environment() -> Environment:
    return _with_filters(
        Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalized,
            trim_blocks=True,
            lstrip_blocks=True,
        ),
        _listed,
    )


@cache
def _composing_environment() -> Environment:
    return _with_filters(
        _ComposingEnvironment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ),
        es_co.listed,
    )


@cache
def _template(name: str) -> Template:
    return _marking_environment().get_template(name + SUFFIX)


@cache
def _plain_template(name: str) -> Template:
    return _composing_environment().get_template(name + SUFFIX)


class Prose:
    """The templates of one report, with the values that all its blocks may use; quotations among them are marked."""

    def __init__(self, folder: str, **values: Any) -> None:
        self._folder = folder
        self._values = values

    def paragraphs(self, template: str, block: str, **values: Any) -> list[str]:
        """The paragraphs of ``block`` in ``<folder>/<template>.jinja``, white space collapsed.

        Raises:
            KeyError: the template has no such block.
            jinja2.UndefinedError: the block uses a value that was not given.
        """
        loaded = _template(f"{self._folder}/{template}")
        context: Mapping[str, Any] = {**self._values, **values}
        text = "".join(loaded.blocks[block](loaded.new_context(dict(context))))
        paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
        return [paragraph for paragraph in paragraphs if paragraph]

    def sentence(self, template: str, block: str, **values: Any) -> str:
        """A block that is one paragraph, or the empty text."""
        return " ".join(self.paragraphs(template, block, **values))


class PlainProse(Prose):
    """The same as plain texts, for what is more than a page of a PDF: a message knows no marks.

    Every paragraph is a ``Composed``: a page that prints it still knows which figures, dates and quotations it has.
    """

    def paragraphs(self, template: str, block: str, **values: Any) -> list[str]:
        """The paragraphs of a block, white space collapsed."""
        loaded = _plain_template(f"{self._folder}/{template}")
        context: Mapping[str, Any] = {**self._values, **values}
        pieces = loaded.blocks[block](loaded.new_context(dict(context)))
        return _paragraphs(Composed(*(piece if isinstance(piece, str) else str(piece) for piece in pieces)))

    def sentence(self, template: str, block: str, **values: Any) -> str:
        """A block that is one paragraph, or the empty text."""
        return es_co.joined(self.paragraphs(template, block, **values), " ")


def _paragraphs(text: Composed) -> list[str]:
    """The paragraphs of a text, each of the parts that stand in it."""
    found: list[list[str]] = [[]]
    for part in text.parts:
        if isinstance(part, Quoted | Shown):
            if whole := " ".join(part.split()):
                found[-1].append(part if whole == part else Quoted(whole))
            continue
        first, *others = (_BLANKS.sub(" ", chunk) for chunk in part.split("\n\n"))
        found[-1].append(first)
        found += [[chunk] for chunk in others]
    return [paragraph for parts in found if (paragraph := _trimmed(parts))]


def _trimmed(parts: Sequence[str]) -> Composed:
    """Parts with single blanks between words and none at either end."""
    kept: list[str] = []
    for part in parts:
        part = part.lstrip(" ") if part[:1] == " " and (not kept or kept[-1].endswith(" ")) else part
        if part:
            kept.append(part)
    while kept and kept[-1].endswith(" "):
        last = kept.pop().rstrip(" ")
        kept += [last] if last else []
    return Composed(*kept)
