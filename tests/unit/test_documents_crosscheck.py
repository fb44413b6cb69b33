"""A document that does not say what the figures say is caught by reading it back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from service_reports.contracts import Contract
from service_reports.documents import RenderedDocument, crosscheck, render_documents
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.model import PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.figures.records import record_figures
from service_reports.records import ContractRegisters
from tests.golden.sample_figures import sample, sample_documents, sample_documents_but, with_summary

SUMS = "crosscheck.sums"
"""Of the figures alone, whatever is printed."""
MANAGEMENT, TECHNICAL, WORKBOOK = "management_report", "technical_report", "ticket_workbook"


def failed(contract: Contract, known: PeriodFigures, documents: Sequence[RenderedDocument]) -> set[str]:
    """The checks that fail when documents are held against what is known."""
    return {verdict.check for verdict in crosscheck(contract, known, documents) if not verdict.passed}


def test_the_sample_passes() -> None:
    contract, figures = sample()
    assert failed(contract, figures, list(sample_documents().values())) == set()


def changed_usage(figures: PeriodFigures) -> PeriodFigures:
    row = figures.usage.rows[5]
    quantities = (row.quantities[0] + Decimal(1), *row.quantities[1:])
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


def changed_summary(figures: PeriodFigures) -> PeriodFigures:
    summary = figures.usage.summaries[6].model_copy(update={"maximum": Decimal(120)})
    summaries = (*figures.usage.summaries[:6], summary, *figures.usage.summaries[7:])
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"summaries": summaries})})


def changed_level(figures: PeriodFigures) -> PeriodFigures:
    change = figures.usage.level_changes[3].model_copy(update={"before": Decimal(25)})
    changes = (*figures.usage.level_changes[:3], change, *figures.usage.level_changes[4:])
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"level_changes": changes})})


def left_out_step(figures: PeriodFigures) -> PeriodFigures:
    changes = figures.usage.level_changes[1:]
    return figures.model_copy(update={"usage": figures.usage.model_copy(update={"level_changes": changes})})


def changed_ticket(figures: PeriodFigures) -> PeriodFigures:
    tickets = list(figures.support.tickets)
    tickets[3] = tickets[3].model_copy(update={"status": "Activo"})
    return figures.model_copy(update={"support": figures.support.model_copy(update={"tickets": tuple(tickets)})})


def changed_age(figures: PeriodFigures) -> PeriodFigures:
    timings = [
        timing if timing.age_days is None else timing.model_copy(update={"age_days": timing.age_days + 1})
        for timing in figures.support.timings
    ]
    return figures.model_copy(update={"support": figures.support.model_copy(update={"timings": tuple(timings)})})


def closed_ticket(figures: PeriodFigures) -> PeriodFigures:
    oldest = figures.support.open_tickets[0]
    tickets = [
        ticket.model_copy(update={"status": "Terminado"}) if ticket == oldest else ticket
        for ticket in figures.support.tickets
    ]
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


def ledgered(figures: PeriodFigures, **changes: object) -> PeriodFigures:
    assert figures.hour_bank.ledger is not None
    ledger = figures.hour_bank.ledger.model_copy(update=changes)
    return figures.model_copy(update={"hour_bank": figures.hour_bank.model_copy(update={"ledger": ledger})})


def changed_opening(figures: PeriodFigures) -> PeriodFigures:
    assert figures.hour_bank.ledger is not None
    first, *rest = figures.hour_bank.ledger.lines
    return ledgered(figures, lines=(first.model_copy(update={"opening": Decimal(8)}), *rest))


def changed_balance(figures: PeriodFigures) -> PeriodFigures:
    assert figures.hour_bank.ledger is not None
    first, second = figures.hour_bank.ledger.movements
    return ledgered(figures, movements=(first, second.model_copy(update={"balance": Decimal(169)})))


def left_out_movement(figures: PeriodFigures) -> PeriodFigures:
    assert figures.hour_bank.ledger is not None
    return ledgered(figures, movements=figures.hour_bank.ledger.movements[:1])


def changed_metric(figures: PeriodFigures) -> PeriodFigures:
    series = figures.metrics[0].model_copy(update={"peak": Decimal(83)})
    return figures.model_copy(update={"metrics": (series, *figures.metrics[1:])})


def changed_metric_day(figures: PeriodFigures) -> PeriodFigures:
    series = figures.metrics[1]
    days = (series.days[0].model_copy(update={"maximum": Decimal(99)}), *series.days[1:])
    metrics = (figures.metrics[0], series.model_copy(update={"days": days}), *figures.metrics[2:])
    return figures.model_copy(update={"metrics": metrics})


def changed_percentile_of_a_day(figures: PeriodFigures) -> PeriodFigures:
    series = figures.metrics[0]
    days = (series.days[0].model_copy(update={"p95": Decimal(99)}), *series.days[1:])
    return figures.model_copy(update={"metrics": (series.model_copy(update={"days": days}), *figures.metrics[1:])})


def changed_availability(figures: PeriodFigures) -> PeriodFigures:
    entry = figures.availability[0].model_copy(update={"samples_up": 1})
    return figures.model_copy(update={"availability": (entry, *figures.availability[1:])})


def left_out_backup(figures: PeriodFigures) -> PeriodFigures:
    backups = figures.backups.model_copy(update={"backups": figures.backups.backups[1:]})
    return figures.model_copy(update={"backups": backups})


def changed_dump(figures: PeriodFigures) -> PeriodFigures:
    dump = figures.dumps.dumps[0]
    dumps = (dump.model_copy(update={"size_bytes": dump.size_bytes + 10_000}), *figures.dumps.dumps[1:])
    return figures.model_copy(update={"dumps": figures.dumps.model_copy(update={"dumps": dumps})})


def changed_obligation(figures: PeriodFigures) -> PeriodFigures:
    first = figures.obligations[0]
    facts = tuple(fact.model_copy(update={"state": "pending"}) for fact in first.facts)
    pending = first.model_copy(update={"state": "pending", "facts": facts})
    return figures.model_copy(update={"obligations": (pending, *figures.obligations[1:])})


def left_out_obligation(figures: PeriodFigures) -> PeriodFigures:
    return figures.model_copy(update={"obligations": figures.obligations[:-1]})


def changed_change_control(figures: PeriodFigures) -> PeriodFigures:
    [control] = figures.change_controls
    return figures.model_copy(update={"change_controls": (control.model_copy(update={"ticket_id": "20260001"}),)})


def changed_deliverable(figures: PeriodFigures) -> PeriodFigures:
    *others, last = figures.records.deliverables
    records = figures.records.model_copy(update={"deliverables": (*others, last.model_copy(update={"due_on": None}))})
    return figures.model_copy(update={"records": records})


def summarised(figures: PeriodFigures, **changes: object) -> PeriodFigures:
    assert figures.summary is not None
    return figures.model_copy(update={"summary": figures.summary.model_copy(update=changes)})


def changed_finding(figures: PeriodFigures) -> PeriodFigures:
    assert figures.summary is not None
    [first, *rest] = figures.summary.findings
    changed = first.model_copy(update={"values": {**first.values, "now": Decimal(47)}})
    return summarised(figures, findings=(changed, *rest))


def left_out_finding(figures: PeriodFigures) -> PeriodFigures:
    assert figures.summary is not None
    return summarised(figures, findings=figures.summary.findings[1:])


def changed_summary_age(figures: PeriodFigures) -> PeriodFigures:
    assert figures.summary is not None
    [oldest, *rest] = figures.summary.open_tickets
    return summarised(figures, open_tickets=(oldest.model_copy(update={"days": 24}), *rest))


def left_out_ask(figures: PeriodFigures) -> PeriodFigures:
    assert figures.summary is not None
    return summarised(figures, asks=figures.summary.asks[1:])


@pytest.mark.parametrize(
    ("plant", "caught_by"),
    [
        (changed_usage, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_total, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (swapped_days, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_summary, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_level, {"crosscheck.tables", "crosscheck.values"}),
        (changed_ticket, {"crosscheck.tables", "crosscheck.workbook"}),
        (changed_age, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (closed_ticket, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_count, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (
            changed_hours,
            {
                "crosscheck.acts",
                "crosscheck.first_page",
                "crosscheck.tables",
                "crosscheck.values",
                "crosscheck.workbook",
            },
        ),
        (changed_opening, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_balance, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_metric, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_metric_day, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_percentile_of_a_day, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (
            changed_availability,
            {
                "crosscheck.completeness",
                "crosscheck.first_page",
                "crosscheck.tables",
                "crosscheck.values",
                "crosscheck.workbook",
            },
        ),
        (changed_dump, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_obligation, {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}),
        (changed_change_control, {"crosscheck.tables"}),
        (changed_deliverable, {"crosscheck.tables"}),
        (changed_finding, {"crosscheck.first_page", "crosscheck.values"}),
        (changed_summary_age, {"crosscheck.first_page", "crosscheck.values"}),
    ],
)
def test_a_printed_value_that_is_another_than_the_known_one_is_caught(plant, caught_by) -> None:
    """The sample's documents, held against figures of which one is another."""
    contract, figures = sample()
    known = with_numbers(contract, plant(figures))
    assert failed(contract, known, list(sample_documents().values())) - {SUMS} == caught_by


@pytest.mark.parametrize(
    ("plant", "kinds", "caught_by"),
    [
        (left_out_step, [TECHNICAL], {"crosscheck.completeness", "crosscheck.tables", "crosscheck.values"}),
        (
            left_out_ticket,
            [MANAGEMENT, WORKBOOK],
            {"crosscheck.first_page", "crosscheck.tables", "crosscheck.values", "crosscheck.workbook"},
        ),
        (
            left_out_movement,
            [MANAGEMENT, WORKBOOK],
            {"crosscheck.completeness", "crosscheck.tables", "crosscheck.workbook"},
        ),
        (
            left_out_backup,
            [TECHNICAL, WORKBOOK],
            {
                "crosscheck.completeness",
                "crosscheck.first_page",
                "crosscheck.tables",
                "crosscheck.values",
                "crosscheck.workbook",
            },
        ),
        (
            left_out_obligation,
            [MANAGEMENT, WORKBOOK],
            {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"},
        ),
        (
            left_out_finding,
            [MANAGEMENT, WORKBOOK],
            {"crosscheck.first_page", "crosscheck.values", "crosscheck.workbook"},
        ),
        (left_out_ask, [MANAGEMENT], {"crosscheck.first_page"}),
    ],
)
def test_what_a_document_leaves_out_is_missed(plant, kinds, caught_by) -> None:
    contract, figures = sample()
    printed = sample_documents_but(contract, with_numbers(contract, plant(figures)), *kinds)
    assert failed(contract, figures, printed) == caught_by


def test_a_state_that_the_facts_of_an_obligation_do_not_bear_is_found() -> None:
    contract, figures = sample()
    pending = next(each for each in figures.obligations if each.state == "pending")
    obligations = tuple(
        each.model_copy(update={"state": "supported"}) if each is pending else each for each in figures.obligations
    )
    printed = with_numbers(contract, figures.model_copy(update={"obligations": obligations}))
    assert "crosscheck.tables" in failed(contract, printed, sample_documents_but(contract, printed, MANAGEMENT))


@pytest.mark.parametrize("plant", [changed_opening, left_out_movement, changed_hours])
def test_a_ledger_that_does_not_add_up_stops_the_close(plant) -> None:
    contract, figures = sample()
    assert SUMS in failed(contract, plant(figures), list(sample_documents().values()))


def test_a_month_without_anything_passes() -> None:
    contract, figures = sample()
    tables = tuple(table.model_copy(update={"rows": (), "total": 0}) for table in figures.support.tables)
    empty = figures.model_copy(
        update={
            "support": figures.support.model_copy(
                update={"tickets": (), "tables": tables, "cross": None, "timings": ()}
            ),
            "warranty": figures.warranty.model_copy(update={"tickets": (), "tables": ()}),
            "backups": figures.backups.model_copy(update={"backups": ()}),
            "dumps": figures.dumps.model_copy(update={"dumps": (), "total_bytes": 0}),
        }
    )
    empty = with_numbers(contract, empty)
    assert failed(contract, empty, render_documents(contract, empty)) == set()


def test_a_month_without_any_contract_records_passes_with_all_that_is_attested_pending() -> None:
    contract, figures = sample()
    report, none = contract.report(figures.report_number), ContractRegisters()
    bare = figures.model_copy(
        update={"change_controls": (), "records": record_figures(contract, report, figures.version, none)}
    )
    obligations = obligation_figures(contract, report, bare, none)
    assert {each.state for each in obligations if each.statement is not None} <= {"pending", "partial"}
    bare = with_summary(bare.model_copy(update={"obligations": obligations}), None, contract)
    assert failed(contract, bare, render_documents(contract, bare)) == set()
