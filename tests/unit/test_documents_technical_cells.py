"""The technical report before it is laid out: whatever has a digit says which figure, day or declared number it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Table

from service_reports.contracts import Contract
from service_reports.documents.engine import style, tables
from service_reports.documents.engine.captioned import CaptionedTable
from service_reports.documents.engine.marks import END, QUOTATION, VALUE
from service_reports.documents.engine.page import Heading
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.figure_cells import cell, heading
from service_reports.documents.sections.report_frame import open_frame
from service_reports.documents.sections.technical_report import write_sections
from service_reports.figures import PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import labels
from service_reports.wording.shown import Composed, Quoted, Shown
from tests.golden.sample_figures import sample

ORDINAL = re.compile(r"(Tabla |Gráfica )?\d+(\.\d+)?\. ?")
"""What the page itself counts: sections, tables, charts."""


def written(contract: Contract, figures: PeriodFigures) -> list[Flowable]:
    """The report's own sections before they are laid out."""
    story = Story()
    write_sections(story, open_frame("technical_report", "technical", contract, figures))
    return story.flowables


@cache
def of_the_sample() -> list[Flowable]:
    return written(*sample())


def parts(flowables: list[Any]) -> Iterator[Any]:
    """Paragraphs and tables, wherever they stand."""
    for each in flowables:
        if isinstance(each, KeepTogether):
            yield from parts(each._content)  # type: ignore[attr-defined]  # not in ReportLab's stubs
        elif isinstance(each, CaptionedTable):
            yield from (each._caption, each._table, *each.notes)
        else:
            yield each


def own_words(part: Any) -> Iterator[str]:
    """What no mark encloses: texts that say no figure, no day and no quotation."""
    if isinstance(part, Table):
        for row in part._cellvalues:  # type: ignore[attr-defined]
            for content in row:
                yield from own_words(content)
    elif isinstance(part, Paragraph):
        if getattr(part, "value", None) is None:
            yield from outside_of_marks(part)
    elif isinstance(part, Composed):
        for each in part.parts:
            yield from own_words(each)
    elif isinstance(part, str) and not isinstance(part, Quoted | Shown):
        yield part


def outside_of_marks(paragraph: Any) -> Iterator[str]:
    depth = 0
    for fragment, text in pieces(paragraph.frags):
        name = getattr(getattr(fragment, "cbDefn", None), "name", None)
        depth += 1 if name in (QUOTATION, VALUE) else -1 if name == END else 0
        if not depth:
            yield text


def pieces(fragments: list[Any]) -> Iterator[tuple[Any, str]]:
    """Fragments with their text; those that were measured are words of several."""
    for each in fragments:
        yield from each[1:] if isinstance(each, list) else [(each, each.text)]


def nameless(flowables: list[Flowable]) -> list[str]:
    """Texts with a digit of which nobody can tell what it is."""
    found = []
    for part in parts(flowables):
        captions = isinstance(part, Heading) or getattr(getattr(part, "style", None), "name", "") == style.CAPTION.name
        texts = ["".join(own_words(part))] if captions else list(own_words(part))
        found += [text for text in texts if re.search(r"\d", ORDINAL.sub("", text, count=1) if captions else text)]
    return found


def test_no_digit_stands_outside_of_figures_days_declared_numbers_and_quotations() -> None:
    assert nameless(of_the_sample()) == []


def test_a_node_that_failed_and_names_with_digits_are_no_exception() -> None:
    contract, figures = sample()
    node = next(each for each in figures.metrics if each.unit == "state")
    days = tuple(
        day.model_copy(update={"mean": None, "samples": 0}) if 9 < place < 14 else day
        for place, day in enumerate(node.days)
    )
    renamed = {"resource_name": "gf-pagos-2", "title": "Respuesta en 5 s"}
    entry = figures.availability[0].model_copy(update={"samples_up": 9000, "percent": Decimal("91.9"), **renamed})
    changed = figures.model_copy(
        update={
            "metrics": tuple(
                each.model_copy(update={"days": days if each is node else each.days, **renamed})
                for each in figures.metrics
                if each.resource_name == node.resource_name
            ),
            "availability": (type(entry).model_validate({**entry.model_dump(), "resource_name": "gf-pagos-2"}),),
        }
    )
    assert nameless(written(contract, with_numbers(contract, changed))) == []


def test_a_number_that_was_written_by_hand_is_found() -> None:
    table = tables.ruled_table([tables.Column("Total", 80)], [[es_co.number(12)]])
    assert nameless([table, Paragraph("Son 31 días", style.BODY)]) == ["12", "Son 31 días"]


def test_what_is_missing_says_which_figure_it_is_that_is_missing() -> None:
    _, figures = sample()
    absent = cell(figures, es_co.number, "usage.total", column="Nothing / Of the kind (Units)")
    assert isinstance(absent, Shown)
    assert (absent, absent.says, absent.name) == ("—", "figure", "usage.total/Nothing / Of the kind (Units)")


@pytest.mark.parametrize("family", [name for name, label in labels().items() if "{" not in label.title])
def test_a_column_is_headed_by_its_label_and_its_unit(family: str) -> None:
    assert heading(family) == labels()[family].title
    assert heading(family, "MB") == f"{labels()[family].title} (MB)"


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=200)
INSTANT = Shown("20/01/2026 03:05:21", "figure", "backups.oci.started/x")
NUMBER = Shown("1.000.000.000.000,00", "figure", "usage.total/x")


@given(st.lists(st.tuples(NAMES, NAMES, NAMES, NAMES), min_size=1, max_size=4), st.sampled_from([7.0, 5.5]))
def test_no_name_makes_a_column_of_days_or_numbers_narrower_than_they_are(
    names: list[tuple[str, str, str, str]], size: float
) -> None:
    titles: list[tuple[str, tables.Align]] = [*((f"Nombre {at}", "LEFT") for at in range(4))]
    titles += [("Iniciada (UTC)", "LEFT"), ("Finalizada (UTC)", "LEFT"), ("Total", "RIGHT"), ("Variación", "RIGHT")]
    change = changed_by("+1.000,0 %")
    rows = [[*map(Quoted, row), INSTANT, INSTANT, NUMBER, change] for row in names]
    columns = tables.fitted_columns(titles, rows, 500, size)
    assert sum(column.width for column in columns) == pytest.approx(500)
    assert all(column.width > 2 * tables.PADDING + size for column in columns)
    for column, text in zip(columns[4:], ["20/01/2026", "03:05:21", NUMBER, change], strict=True):
        assert stringWidth(text, style.REGULAR, size) <= column.width - 2 * tables.PADDING


def changed_by(text: str) -> Shown:
    return Shown(text, "figure", "comparison.percent/x")


@pytest.mark.parametrize(
    "text",
    [Quoted("N" * 100), Composed("a ", Quoted("N" * 100)), Composed("x", changed_by("9" * 90), " ", Quoted("N" * 80))],
)
def test_a_word_that_no_line_holds_is_broken_though_it_is_a_quotation(text: str) -> None:
    paragraph: Any = tables.CellSetter(7).cell(text, 80)
    paragraph.wrap(74, 1000)
    widest = max(stringWidth("".join(w.text for w in line.words), style.REGULAR, 7) for line in paragraph.blPara.lines)
    assert 0 < widest <= 74
    set_in = "".join(w.text for line in paragraph.blPara.lines for w in line.words)
    assert "".join(set_in.split()) == "".join(text.split())
