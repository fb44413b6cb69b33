"""Findings follow from the figures, asks from findings; each has its numbers, and alerts come first."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.checks.observation import Observation
from service_reports.figures.chapters.summary import AGEING_DAYS, CORRECTABLE, NOT_MADE, SEVERITIES, summarise
from service_reports.figures.chapters.tickets import left_open
from service_reports.figures.dump_sizes import stale_days, stale_runs
from service_reports.figures.model import Ask, Finding, Gap, PeriodFigures, Summary, UsageTable
from service_reports.records import EarlierTicket
from tests.golden.sample_figures import sample, ticket_figures, with_summary

DAY = date(2026, 2, 1)


def figures_with(**changes: object) -> PeriodFigures:
    return sample()[1].model_copy(update=changes)


def summary_with(**changes: object) -> Summary:
    return summarise(figures_with(**changes), None)


def finding(summary: Summary, kind: str) -> Finding:
    return next(each for each in summary.findings if each.kind == kind)


def ask(summary: Summary, kind: str) -> Ask:
    return next(each for each in summary.asks if each.kind == kind)


def february(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 2, day) for day in days)


@pytest.fixture(scope="module")
def month() -> Summary:
    return summary_with()


def test_the_sample_month_shows_what_is_in_its_data(month: Summary) -> None:
    steps = {each.subject: each for each in month.findings if each.kind == "usage.step"}
    database = steps["Database / Database Cloud Service - Standard"]
    assert (round(database.values["before"]), round(database.values["now"])) == (24, 48)
    assert database.days == february(5, 6)
    storage = steps["Block Storage / Block Volume - Storage"]
    assert (round(storage.values["before"], 1), round(storage.values["now"], 1)) == (
        Decimal("21.7"),
        Decimal("33.7"),
    )
    equal = finding(month, "dumps.equal")
    assert equal.values["dumps"] == 22
    assert equal.days == (date(2026, 1, 22), date(2026, 2, 12))
    assert finding(month, "backups.no_full").values == {"backups": 31}
    for kind in ("usage.missing", "backups.missing", "dumps.missing"):
        assert finding(month, kind).days == february(20, 21, 22)
    partial = finding(month, "usage.partial")
    assert (partial.days, partial.values["hours"], partial.values["of_hours"]) == (february(19), 16, 24)
    jump = finding(month, "dumps.jump")
    assert (jump.values["jumps"], jump.days) == (4, february(14))


def test_open_requests_have_their_age_at_the_cut_off(month: Summary) -> None:
    assert (month.tickets_closed, len(month.open_tickets)) == (61, 11)
    oldest = month.open_tickets[0]
    assert (oldest.ticket_id, oldest.registered_on, oldest.days) == ("20260243", date(2026, 1, 28), 25)
    assert [band.count for band in month.ages] == [8, 1, 2, 0]
    assert finding(month, "tickets.ageing").values["tickets"] == 2
    assert ask(month, "review_tickets").subjects == ("20260243", "20260336")


def test_a_request_that_waits_from_before_the_period_is_found_until_it_is_finished() -> None:
    figures = sample()[1]
    [first, *_] = figures.support.tickets
    old = EarlierTicket.model_validate(
        {**first.model_dump(), "ticket_id": "20250007", "registered_on": date(2025, 12, 1), "status": "Programado"}
    )
    summary = summary_with(support=ticket_figures(()), earlier=left_open([old], figures.period_to))
    ageing = finding(summary, "tickets.ageing")
    assert (ageing.subject, ageing.values["tickets"], ageing.values["oldest_days"]) == ("20250007", 1, 83)
    assert ask(summary, "review_tickets").subjects == ("20250007",)
    assert summary.open_tickets == ()


def test_what_is_asked_follows_from_what_was_found(month: Summary) -> None:
    assert [each.kind for each in month.asks] == [
        "confirm_capacity",
        "confirm_operation",
        "decide_correction",
        "explain_copies",
        "review_tickets",
        "sign_acts",
        "sign_reports",
    ]
    assert "Database" in ask(month, "confirm_capacity").subjects
    assert ask(month, "decide_correction").days == february(19, 20, 21, 22)
    assert ask(month, "explain_copies").days == february(20, 21, 22), "what was not made does not come"
    assert ask(month, "sign_acts").values == {"hours": 32}


def quiet_month(**changes: object) -> Summary:
    figures = sample()[1]
    rows = tuple(
        row.model_copy(update={"hours": 24, "state": "complete", "quantities": figures.usage.rows[0].quantities})
        for row in figures.usage.rows
    )
    full = figures.backups.backups[0].model_copy(update={"type": "FULL"})
    quiet = {
        "usage": figures.usage.model_copy(update={"rows": rows, "level_changes": ()}),
        "support": ticket_figures(()),
        "backups": figures.backups.model_copy(update={"backups": (full,), "days_missing": ()}),
        "dumps": figures.dumps.model_copy(update={"dumps": (), "days_missing": ()}),
        "hour_bank": figures.hour_bank.model_copy(update={"entries": ()}),
        "obligations": (),
        "observations": (),
    }
    return summary_with(**(quiet | changes))


def test_a_quiet_month_asks_for_signatures_alone() -> None:
    quiet = quiet_month()
    assert quiet.findings == ()
    assert quiet.open_tickets == ()
    assert [each.kind for each in quiet.asks] == ["sign_reports"]


@pytest.mark.parametrize(
    ("source", "severity", "asked"),
    [("oci_metrics", "alert", ["decide_correction", "sign_reports"]), ("http_addresses", "warning", ["sign_reports"])],
)
def test_what_could_be_asked_only_in_its_moment_leads_to_no_correction(
    source: str, severity: str, asked: list[str]
) -> None:
    month = quiet_month(gaps=(Gap(source=source, kind="never_read", days=february(2)),))
    assert finding(month, "sources.unread").severity == severity
    assert [each.kind for each in month.asks] == asked


def test_a_node_that_did_not_answer_comes_first() -> None:
    part = sample()[1].availability[0].model_copy(update={"samples_up": 9000})
    summary = summary_with(availability=(part,))
    found = finding(summary, "availability.unanswered")
    assert (found.severity, found.values["samples"], found.values["received"]) == ("alert", 792, 9792)
    assert ask(summary, "confirm_effect").subjects == ("ALCJAM DB",)
    silent = part.model_copy(update={"percent": None, "samples": 0, "samples_up": 0})
    assert finding(summary_with(availability=(silent,)), "availability.unmeasured").subject == "ALCJAM DB"


@pytest.mark.parametrize(("available", "kind"), [("-10", "hour_bank.overdrawn"), ("19", "hour_bank.low")])
def test_an_hour_bank_that_runs_out_is_told(available: str, kind: str) -> None:
    bank = sample()[1].hour_bank.model_copy(update={"available": Decimal(available)})
    summary = summary_with(hour_bank=bank)
    assert finding(summary, kind).values["available_hours"] == Decimal(available)
    assert any(each.kind == "agree_hours" for each in summary.asks) == (kind == "hour_bank.overdrawn")


def test_observations_that_no_finding_tells_are_counted_by_kind() -> None:
    seen = [
        Observation("cost.reconciliation", "c", "x", "alert", "Difiere", DAY),
        Observation("cost.reconciliation", "c", "y", "warning", "Difiere", DAY + timedelta(days=1)),
        Observation("usage.column_partial", "c", "z", "notice", "Menos horas", DAY),
        Observation("usage.day_missing", "c", "consumo", "warning", "Sin líneas", DAY),
    ]
    found = [each for each in summary_with(observations=tuple(seen)).findings if each.kind == "observation"]
    assert [(each.subject, each.severity, each.values["observations"]) for each in found] == [
        ("cost.reconciliation", "warning", 2),
        ("usage.column_partial", "notice", 1),
    ]


@given(ages=st.lists(st.integers(0, 60), max_size=12))
def test_every_open_request_is_in_one_age_band(ages: list[int]) -> None:
    figures = sample()[1]
    tickets = tuple(
        figures.support.tickets[0].model_copy(
            update={
                "ticket_id": str(number),
                "status": "Activo",
                "registered_on": figures.period_to - timedelta(days=age),
            }
        )
        for number, age in enumerate(ages)
    )
    summary = summary_with(support=ticket_figures(tickets))
    assert [ticket.days for ticket in summary.open_tickets] == sorted(ages, reverse=True)
    assert sum(band.count for band in summary.ages) == len(ages)
    ageing = [each for each in summary.findings if each.kind == "tickets.ageing"]
    assert bool(ageing) == any(age > AGEING_DAYS for age in ages)


ASKED = {
    "usage.step": "confirm_capacity",
    "dumps.equal": "confirm_operation",
    "hour_bank.overdrawn": "agree_hours",
    "availability.unmeasured": "confirm_effect",
    "availability.unanswered": "confirm_effect",
    **dict.fromkeys(CORRECTABLE, "decide_correction"),
    **dict.fromkeys(NOT_MADE, "explain_copies"),
}


@given(
    steps=st.booleans(),
    missing=st.booleans(),
    available=st.integers(-5, 200),
    samples_up=st.sampled_from([9792, 9000]),
    severity=st.sampled_from(SEVERITIES),
)
def test_findings_stand_by_severity_and_every_alert_leads_to_an_ask(
    steps: bool, missing: bool, available: int, samples_up: int, severity: str
) -> None:
    figures = sample()[1]
    usage = figures.usage if steps else figures.usage.model_copy(update={"level_changes": ()})
    summary = summary_with(
        usage=usage,
        backups=figures.backups if missing else figures.backups.model_copy(update={"days_missing": ()}),
        hour_bank=figures.hour_bank.model_copy(update={"available": Decimal(available)}),
        availability=(figures.availability[0].model_copy(update={"samples_up": samples_up}),),
        observations=(Observation("cost.reconciliation", "c", "x", severity, "Difiere", DAY),),
    )
    ranks = [SEVERITIES.index(each.severity) for each in summary.findings]
    assert ranks == sorted(ranks)
    asked = {each.kind for each in summary.asks}
    assert {ASKED[each.kind] for each in summary.findings if each.severity == "alert"} <= asked
    assert asked - {ASKED.get(each.kind) for each in summary.findings} <= {
        "review_tickets",
        "sign_acts",
        "sign_reports",
    }


def test_runs_of_equal_dumps_begin_with_the_dump_that_is_repeated() -> None:
    dumps = sample()[1].dumps.dumps
    runs = stale_runs(dumps)
    assert [(run[0].dump_day, len(run)) for run in runs] == [(date(2026, 1, 22), 22), (date(2026, 2, 14), 6)]
    assert len(stale_days(dumps)) == 26


def test_the_numbers_of_the_summary_are_figures_and_survive_json() -> None:
    figures = with_summary(figures_with(summary=None, figures=()), None)
    assert figures.value("summary.tickets.open") == 11
    assert figures.value("summary.tickets.age/16-30") == 2
    assert figures.value("finding/dumps.equal/dumps") == 22
    step = "finding/usage.step/Database / Database Cloud Service - Standard"
    assert round(figures.value(f"{step}/now")) == 48
    assert PeriodFigures.model_validate_json(figures.model_dump_json()) == figures


def test_an_empty_period_has_a_summary() -> None:
    figures = sample()[1]
    nothing = summary_with(
        usage=UsageTable(columns=(), rows=(), totals=()),
        support=ticket_figures(()),
        availability=(),
        metrics=(),
        backups=figures.backups.model_copy(update={"backups": (), "days_missing": ()}),
        dumps=figures.dumps.model_copy(update={"dumps": (), "days_missing": ()}),
        obligations=(),
        observations=(),
    )
    assert nothing.findings == ()


@pytest.mark.parametrize(("kind", "full"), [("FULL", True), ("VIRTUAL_FULL", True), ("INCREMENTAL", False)])
def test_a_full_copy_is_missed_only_where_the_period_was_read_and_has_none(kind: str, full: bool) -> None:
    backups = figures_with().backups
    last = backups.backups[-1].model_copy(update={"type": kind})
    found = backups.model_copy(update={"backups": (*backups.backups[:-1], last)})
    unread = found.model_copy(update={"days_unread": february(20)})
    assert any(each.kind == "backups.no_full" for each in summary_with(backups=found).findings) is not full
    assert not any(each.kind == "backups.no_full" for each in summary_with(backups=unread).findings)


def test_each_finding_has_a_number_by_which_the_next_report_knows_it() -> None:
    contract, figures = sample()
    [silent, *others] = figures.availability
    gap = Gap(source="oci_backups", kind="refused", days=february(3, 4), replaced=True)
    of = figures.model_copy(
        update={"availability": (silent.model_copy(update={"samples": 0, "samples_up": 0}), *others), "gaps": (gap,)}
    )
    told = with_summary(of, None, contract)
    assert told.summary is not None
    assert {"availability.unmeasured", "sources.refused"} <= {each.kind for each in told.summary.findings}
    for each in told.summary.findings:
        numbers = [figure.id for figure in told.figures if figure.id.startswith(f"finding/{each.kind}/")]
        assert numbers, each.kind
    assert told.value("finding/sources.refused/oci_backups/days") == 2
