"""A document that does not say what the figures say is caught by reading it back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service_reports.contracts import Contract
from service_reports.documents import crosscheck, render_documents
from service_reports.figures.model import PeriodFigures
from tests.golden.sample_figures import sample


def failed(contract: Contract, printed: PeriodFigures, known: PeriodFigures) -> set[str]:
    """The checks that fail when documents are rendered from other figures than those that are known."""
    return {verdict.check for verdict in crosscheck(known, render_documents(contract, printed)) if not verdict.passed}


def test_the_sample_passes() -> None:
    contract, figures = sample()
    assert failed(contract, figures, figures) == set()


def changed_usage(figures: PeriodFigures) -> PeriodFigures:
    row = figures.usage.rows[5]
    quantities = (row.quantities[0] + Decimal(1), *row.quantities[1:])  # type: ignore[operator]
    rows = list(figures.usage.rows)
    rows[5] = row.model_copy(update={"quantities": quantities})
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"rows": tuple(rows)})})


def changed_total(figures: PeriodFigures) -> PeriodFigures:
    totals = (*figures.usage.totals[:-1], figures.usage.totals[-1] + 1)
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"totals": totals})})


def swapped_days(figures: PeriodFigures) -> PeriodFigures:
    rows = list(figures.usage.rows)
    first, second = rows[0], rows[22]
    rows[0] = first.model_copy(update={"quantities": second.quantities})
    rows[22] = second.model_copy(update={"quantities": first.quantities})
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"rows": tuple(rows)})})


def changed_ticket(figures: PeriodFigures) -> PeriodFigures:
    tickets = list(figures.support.tickets)
    tickets[3] = tickets[3].model_copy(update={"status": "Activo"})
    return figures.model_copy(update={"support": figures.support.model_copy(update={"tickets": tuple(tickets)})})


def left_out_ticket(figures: PeriodFigures) -> PeriodFigures:
    support = figures.support.model_copy(update={"tickets": figures.support.tickets[:-1]})
    return figures.model_copy(update={"support": support})


def changed_count(figures: PeriodFigures) -> PeriodFigures:
    table = figures.support.tables[0]
    rows = (table.rows[0].model_copy(update={"count": table.rows[0].count + 1}), *table.rows[1:])
    tables = (table.model_copy(update={"rows": rows}), *figures.support.tables[1:])
    return figures.model_copy(update={"support": figures.support.model_copy(update={"tables": tables})})


def changed_hours(figures: PeriodFigures) -> PeriodFigures:
    return figures.model_copy(update={"hour_bank": figures.hour_bank.model_copy(update={"available": Decimal(169)})})


def changed_metric(figures: PeriodFigures) -> PeriodFigures:
    series = figures.metrics[0].model_copy(update={"maximum": Decimal(79)})
    return figures.model_copy(update={"metrics": (series, *figures.metrics[1:])})


def left_out_backup(figures: PeriodFigures) -> PeriodFigures:
    backups = figures.backups.model_copy(update={"backups": figures.backups.backups[1:]})
    return figures.model_copy(update={"backups": backups})


def changed_dump(figures: PeriodFigures) -> PeriodFigures:
    dump = figures.dumps.dumps[0]
    dumps = (dump.model_copy(update={"size_bytes": dump.size_bytes + 10_000}), *figures.dumps.dumps[1:])
    return figures.model_copy(update={"dumps": figures.dumps.model_copy(update={"dumps": dumps})})


@pytest.mark.parametrize(
    ("plant", "caught_by"),
    [
        (changed_usage, {"crosscheck.usage"}),
        (changed_total, {"crosscheck.usage"}),
        (swapped_days, {"crosscheck.usage"}),
        (changed_ticket, {"crosscheck.tickets", "crosscheck.workbook"}),
        (left_out_ticket, {"crosscheck.tickets", "crosscheck.workbook"}),
        (changed_count, {"crosscheck.counts"}),
        (changed_hours, {"crosscheck.hour_bank", "crosscheck.workbook"}),
        (changed_metric, {"crosscheck.metrics"}),
        (left_out_backup, {"crosscheck.backups"}),
        (changed_dump, {"crosscheck.dumps"}),
    ],
)
def test_a_planted_difference_is_caught(plant, caught_by) -> None:  # type: ignore[no-untyped-def]
    contract, figures = sample()
    assert failed(contract, plant(figures), figures) == caught_by


def test_a_month_without_anything_passes() -> None:
    contract, figures = sample()
    tables = tuple(table.model_copy(update={"rows": (), "total": 0}) for table in figures.support.tables)
    empty = figures.model_copy(
        update={
            "support": figures.support.model_copy(update={"tickets": (), "tables": tables}),
            "warranty": figures.warranty.model_copy(update={"tickets": (), "tables": ()}),
            "backups": figures.backups.model_copy(update={"backups": ()}),
            "dumps": figures.dumps.model_copy(update={"dumps": (), "total_bytes": 0}),
        }
    )
    assert failed(contract, empty, empty) == set()
