"""Two columns that the function which prints their table exchanges stop the close.

Each exchange is made where the row is made, and the report is rendered with all of them: first the texts under the
values that they name, as a printer would that takes one figure for another, then the cells with all that they name.
What is found of a table depends on no other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from service_reports.documents import crosscheck, render_management_report, render_technical_report
from service_reports.documents.proof import crosscheck as crosschecking
from service_reports.documents.proof.reading import read
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import title_of
from service_reports.documents.proof.tables import table_findings
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections import contract_records, hour_bank_tables, usage_tables
from service_reports.documents.sections.technical import metrics
from service_reports.figures.model import MetricSeries
from service_reports.wording.shown import Shown
from tests.golden.sample_figures import sample, sample_documents

RENDER = {"management_report": render_management_report, "technical_report": render_technical_report}
MANAGEMENT, TECHNICAL = RENDER
MOVED = "Movimientos de la bolsa de horas en el periodo"
Places = list[tuple[int, int]]
Manner = Callable[[str, str], str]
Columns = dict[str, list[str]]


def text_under_name(here: str, there: str) -> str:
    """Another's text under the value that this one names."""
    return Shown(there, here.says, here.name) if isinstance(here, Shown) else there


def cell_under_heading(_here: str, there: str) -> str:
    """Another with all that it names."""
    return there


VALUES, WORDS = (text_under_name, cell_under_heading), (cell_under_heading,)
"""How columns can be exchanged: words name nothing."""


def at(first: int, second: int) -> Callable[..., Places]:
    """The same two places, whatever the row is of."""
    return lambda *_: [(first, second)]


def least_and_most(_figures: object, all_series: Sequence[MetricSeries], _day: object) -> Places:
    """Where a day's least and most of every metric stand, after its date."""
    places, start = [], 1
    for series in all_series:
        families = metrics.daily_families(series)
        places.append((start + families.index("metric.day.min"), start + families.index("metric.day.max")))
        start += len(families)
    return places


class Exchange(NamedTuple):
    """Two columns of a table or more of one kind, and the function that makes a row of them, or all rows."""

    report: str
    printer: ModuleType
    function: str
    places: Callable[..., Places]
    """Where they stand in what the function makes, from what it is given."""
    caption: str
    """How the captions of the tables begin."""
    titles: tuple[str, str]
    """The titles of both columns; of those under the name of a metric, what tells them apart."""
    manners: tuple[Manner, ...] = VALUES


EXCHANGES = {
    "a day's least and most of every metric": Exchange(
        TECHNICAL, metrics, "daily_cells", least_and_most, "Valores diarios de ", ("Mín.", "Máx.")
    ),
    "credits and debits of the ledger": Exchange(
        MANAGEMENT,
        hour_bank_tables,
        "ledger_cells",
        at(2, 3),
        "Saldos de la bolsa de horas en el periodo",
        ("Créditos", "Débitos"),
    ),
    "from where and to where hours moved": Exchange(
        MANAGEMENT, hour_bank_tables, "movement_cells", at(0, 1), MOVED, ("De", "A"), WORDS
    ),
    "moved hours and what is available": Exchange(
        MANAGEMENT, hour_bank_tables, "movement_cells", at(2, 3), MOVED, ("Horas", "Saldo disponible")
    ),
    "levels before and after a step": Exchange(
        TECHNICAL,
        usage_tables,
        "change_cells",
        at(2, 3),
        "Cambios de nivel del consumo diario",
        ("Antes", "Después"),
    ),
    "days on which a change was asked for and approved": Exchange(
        MANAGEMENT, contract_records, "link_cells", at(0, 1), "Controles de cambio", ("Solicitado", "Aprobado")
    ),
    "total and mean of use": Exchange(
        TECHNICAL,
        usage_tables,
        "summary_cells",
        at(0, 1),
        "Consumo del periodo por recurso",
        ("Total", "Media diaria"),
    ),
}


def with_cells_exchanged(row: Sequence[str], places: Places, manner: Manner) -> list[str]:
    cells = list(row)
    for one, other in places:
        cells[one], cells[other] = manner(row[one], row[other]), manner(row[other], row[one])
    return cells


def columns_of(document: RenderedDocument, caption: str) -> dict[str, Columns]:
    """What stands under each title of the tables whose captions begin so."""
    found: dict[str, Columns] = {}
    for table in read(document.content).tables:
        if table.caption.startswith(caption):
            columns = found.setdefault(table.caption, {})
            for cell in (cell for row in table.rows for cell in row):
                columns.setdefault(title_of(cell), []).append(cell.text)
    return found


def exchanged_titles(exchange: Exchange, columns: Columns) -> Iterator[tuple[str, str]]:
    first, second = exchange.titles
    for headers in (title.split(" / ") for title in columns):
        if first in headers:
            yield " / ".join(headers), " / ".join(second if each == first else each for each in headers)


def exchanging(
    made: Callable[..., list[str] | list[list[str]]], places_of: Callable[..., Places], manner: Manner
) -> Any:
    """What makes a row or all rows, mistaken."""

    def mistaken(*of: object) -> list[str] | list[list[str]]:
        places, rows = places_of(*of), made(*of)
        if isinstance(rows[0], list):
            return [with_cells_exchanged(row, places, manner) for row in rows]
        return with_cells_exchanged(rows, places, manner)

    return mistaken


@cache
def misprinted(report: str, manner: Manner) -> tuple[RenderedDocument, list[str], str]:
    """A report with every exchange of a manner, the findings in its tables, and what stops the close by them."""
    contract, figures = sample()
    documents = sample_documents()  # all right: made before the printer is mistaken
    with pytest.MonkeyPatch.context() as patched:
        for each in EXCHANGES.values():
            if each.report == report and manner in each.manners:
                made = getattr(each.printer, each.function)
                patched.setattr(each.printer, each.function, exchanging(made, each.places, manner))
        printed = RENDER[report](contract, figures)
    delivered = list({**documents, report: printed}.values())
    with patch.object(crosschecking, "SHOWN", sys.maxsize):
        [told] = [each for each in crosscheck(contract, figures, delivered) if each.check == "crosscheck.tables"]
    assert (told.passed, told.severity) == (False, "blocking")
    return printed, table_findings(Subject(contract, figures, delivered), printed, read(printed.content)), told.detail


@pytest.mark.parametrize(
    ("exchange", "manner"),
    [
        pytest.param(exchange, manner, id=f"{what}, {manner.__name__}")
        for what, exchange in EXCHANGES.items()
        for manner in exchange.manners
    ],
)
def test_two_columns_that_their_printer_exchanges_stop_the_close(exchange: Exchange, manner: Manner) -> None:
    right = columns_of(sample_documents()[exchange.report], exchange.caption)
    printed, findings, stops = misprinted(exchange.report, manner)
    assert f"tabla «{exchange.caption}" in stops
    count = 0
    for caption, columns in columns_of(printed, exchange.caption).items():
        before = right[caption]
        for first, second in exchanged_titles(exchange, columns):
            count += 1
            assert (columns[first], columns[second]) == (before[second], before[first])
            differ = columns[first] != before[first]
            for title in (first, second) if differ or manner is cell_under_heading else ():
                assert any(f"tabla «{caption}»" in each and f"columna «{title}»" in each for each in findings)
    assert count == (len(sample()[1].metrics) if exchange.places is least_and_most else 1)
