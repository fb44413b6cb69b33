"""The sentences of the reports: Jinja templates whose every number is a figure of the contract or period.

A template is a file of named blocks; a block is paragraphs separated by blank lines. An
unknown variable is an error, and every value is escaped for ReportLab's paragraph mark-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from service_reports.documents.engine.marks import markup_of
from service_reports.documents.sections.readings import unread_days
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.number_words import feminine_words
from service_reports.wording.shown import Quoted, Shown

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
SUFFIX = ".jinja"


def _marked(value: Any) -> Any:
    """A value or a quotation as mark-up with its marks; anything else as it is."""
    return Markup(markup_of(value)) if isinstance(value, Quoted | Shown) else value  # noqa: S704 (escaped there)


@pass_context  # without a context, Jinja would print constants before they are marked
def _finalized(_: Context, value: Any) -> Any:
    return _marked(value)


def _listed(texts: Iterable[Any]) -> Markup:
    """``a, b y c`` as mark-up, values and quotations among them marked."""
    return Markup(es_co.listed(str(escape(_marked(text))) for text in texts))  # noqa: S704 (escaped here)


@cache
def _environment(marking: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized if marking else None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        agree=es_co.agree,
        availability=es_co.availability,
        bogota_date=es_co.bogota_date,
        change=es_co.change,
        counted=es_co.counted,
        feminine_words=feminine_words,
        listed=_listed if marking else es_co.listed,
        listed_days=es_co.listed_days,
        long_date=es_co.long_date,
        month=es_co.month,
        number=es_co.number,
        percent=es_co.percent,
        quantity=es_co.quantity,
        quoted=Quoted,
        read_instant=es_co.read_instant,
        read_on=es_co.read_on,
        significant=es_co.significant,
        table_date=es_co.table_date,
        unread=unread_days,
    )
    return environment


@cache
def _template(name: str, marking: bool) -> Template:
    return _environment(marking).get_template(name + SUFFIX)


class Prose:
    """The templates of one report, with the values that all its blocks may use; quotations among them are marked."""

    _marking = True

    def __init__(self, folder: str, **values: Any) -> None:
        self._folder = folder
        self._values = values

    def paragraphs(self, template: str, block: str, **values: Any) -> list[str]:
        """The paragraphs of ``block`` in ``<folder>/<template>.jinja``, white space collapsed.

        Raises:
            KeyError: the template has no such block.
            jinja2.UndefinedError: the block uses a value that was not given.
        """
        loaded = _template(f"{self._folder}/{template}", self._marking)
        context: Mapping[str, Any] = {**self._values, **values}
        text = "".join(loaded.blocks[block](loaded.new_context(dict(context))))
        paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
        return [paragraph for paragraph in paragraphs if paragraph]

    def sentence(self, template: str, block: str, **values: Any) -> str:
        """A block that is one paragraph, or the empty text."""
        return " ".join(self.paragraphs(template, block, **values))


class PlainProse(Prose):
    """The same for what is more than a page of a PDF: a message knows no marks."""

    _marking = False
