"""What became of last month's findings: a reading that lacks never makes one disappear."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service_reports.contracts import Contract, ReportPeriod
from service_reports.documents import crosscheck, render_documents, render_management_report
from service_reports.figures import catalogue
from service_reports.figures.chapters.follow_up import follow_ups
from service_reports.figures.model import Finding, Gap, PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.records import ActionPlan, IssuedFigure
from tests.golden.sample_figures import pdf_text, sample

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
NUMBERS = ("2025-10", "2025-11", "2025-12")


def with_a_past() -> Contract:
    """The sample's contract with three reports before the one of the sample."""
    first = REPORT.period_from - timedelta(days=90)
    before = tuple(
        ReportPeriod(
            number=number,
            period_from=first + timedelta(days=30 * place),
            period_to=first + timedelta(days=30 * place + 29),
            report_date=first + timedelta(days=30 * place + 30),
        )
        for place, number in enumerate(NUMBERS)
    )
    return CONTRACT.model_copy(update={"reports": (*before, *CONTRACT.reports), "valid_from": first})


def issued(number: str, kind: str, subject: str = "") -> IssuedFigure:
    figure = catalogue.figure_id("finding", kind=kind, subject=subject, name="days")
    return IssuedFigure(report_number=number, version=1, figure_id=figure, value=1)


def followed(*figures: IssuedFigure, of: PeriodFigures = FIGURES) -> dict[str, tuple[str, str, int]]:
    """State, first report and reports in a row, by kind."""
    found = follow_ups(with_a_past(), REPORT, of, figures)
    return {each.kind: (each.state, each.since, each.reports) for each in found}


def test_a_finding_that_returns_is_counted_from_its_first_report_in_a_row() -> None:
    kind = "backups.missing"
    assert followed(issued("2025-12", kind)) == {kind: ("open", "2025-12", 2)}
    assert followed(*(issued(number, kind) for number in NUMBERS)) == {kind: ("open", "2025-10", 4)}
    assert followed(issued("2025-10", kind), issued("2025-12", kind)) == {kind: ("open", "2025-12", 2)}


def test_what_the_report_before_did_not_find_is_not_followed() -> None:
    assert followed(issued("2025-11", "backups.missing")) == {}
    assert followed() == {}


@pytest.mark.parametrize(("unread", "state"), [((), "gone"), (FIGURES.days[:1], "unknown")])
def test_a_finding_is_gone_only_where_all_days_of_its_source_were_read(unread: tuple[date, ...], state: str) -> None:
    gaps = (Gap(source="oci_backups", kind="read_early", days=unread),) if unread else ()
    of = FIGURES.model_copy(update={"gaps": gaps})
    assert followed(issued("2025-12", "backups.failed"), of=of) == {"backups.failed": (state, "2025-12", 1)}


def test_a_plan_that_was_carried_out_is_told_unless_the_finding_returns() -> None:
    def with_plan(kind: str) -> PeriodFigures:
        code = Finding(kind=kind, severity="alert", section="backups").code
        plan = ActionPlan(
            finding=code, cause=None, action="Cambiar.", owner="Líder", due_on=None, done_on=date(2026, 2, 1)
        )
        return FIGURES.model_copy(update={"records": FIGURES.records.model_copy(update={"plans": (plan,)})})

    for kind, state in (("backups.failed", "done"), ("backups.missing", "open")):
        assert followed(issued("2025-12", kind), of=with_plan(kind))[kind][0] == state


def test_the_report_tells_what_became_of_each_and_the_proof_holds_it() -> None:
    contract = with_a_past()
    rows = (
        issued("2025-12", "backups.missing"),
        issued("2025-12", "backups.failed"),
        issued("2025-11", "backups.missing"),
    )
    figures = FIGURES.model_copy(update={"follow_ups": follow_ups(contract, REPORT, FIGURES, rows)})
    figures = with_numbers(contract, figures)
    text = pdf_text(render_management_report(contract, figures).content)
    assert "De los hallazgos del informe 2025-12: 1 sigue y 1 no se encontró de nuevo." in text
    assert "Sigue: 3 informes seguidos" in text
    failed = {
        each.check for each in crosscheck(contract, figures, render_documents(contract, figures)) if not each.passed
    }
    assert failed == set()
