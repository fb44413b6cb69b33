"""The last periods of what the first page answers: as they were issued, and never computed again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import cache

from service_reports.audit.recomputing import Recomputed
from service_reports.audit.rows import Rows
from service_reports.contracts import Contract, ReportPeriod
from service_reports.documents import crosscheck, render_documents
from service_reports.documents.evidence.rows import table
from service_reports.documents.proof.reading import read
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.causes import causes_of_rows
from service_reports.figures.changes import compare, of_data
from service_reports.figures.chapters.trend import headlines, trends
from service_reports.figures.growth import growth, reached_on
from service_reports.figures.model import PeriodFigures
from service_reports.figures.period import with_numbers
from service_reports.records import IssuedFigure
from service_reports.records.period_rows import HEADLINES
from tests.golden.sample_figures import pdf_text, sample

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
NUMBERS = ("2025-06", "2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")
SHOWN = NUMBERS[2:]
NODE = "availability/ALCJAM DB/percent"
MONTH = {
    "tickets.support.total": 64,
    "hour_bank.available": "181.5",
    NODE: "99.99999",
    "summary.days": 30,
    "summary.backups.days_covered": 30,
    "summary.dumps.days_covered": 29,
    "usage.days.complete": 0,
}
"""What a report of a quiet month was issued with."""


def with_a_past() -> Contract:
    """The sample's contract with seven reports before the one of the sample."""
    first = REPORT.period_from - timedelta(days=30 * len(NUMBERS))
    starts = [first + timedelta(days=30 * place) for place in range(len(NUMBERS))]
    before = tuple(
        ReportPeriod(
            number=number,
            period_from=start,
            period_to=start + timedelta(days=29),
            report_date=start + timedelta(days=30),
        )
        for number, start in zip(NUMBERS, starts, strict=True)
    )
    return CONTRACT.model_copy(update={"reports": (*before, *CONTRACT.reports), "valid_from": first})


def issued(number: str, values: dict[str, object] = MONTH, version: int = 1) -> list[IssuedFigure]:
    return [
        IssuedFigure(report_number=number, version=version, figure_id=name, value=Decimal(str(value)))
        for name, value in values.items()
    ]


def told(*figures: IssuedFigure, of: PeriodFigures = FIGURES) -> PeriodFigures:
    """The figures of the sample with what earlier reports were issued with."""
    contract = with_a_past()
    found = trends(contract, REPORT, with_numbers(contract, of), figures)
    return with_numbers(contract, of.model_copy(update={"trends": found}))


def of_tickets(figures: PeriodFigures) -> list[tuple[str, bool, Decimal | None]]:
    [trend] = [each for each in figures.trends if each.headline == "tickets"]
    return [(each.report, each.issued, each.value) for each in trend.before]


ALL = [figure for number in SHOWN for figure in issued(number)]


def test_a_trend_has_the_five_periods_before_this_one_oldest_first() -> None:
    every = [figure for number in NUMBERS for figure in issued(number)]
    assert of_tickets(told(*every)) == [(number, True, Decimal(64)) for number in SHOWN]


def test_a_period_without_an_issued_report_is_a_gap_and_so_is_a_report_without_the_figure() -> None:
    silent = {name: value for name, value in MONTH.items() if name != "tickets.support.total"}
    only_what_was_read = {**silent, "read/tickets.support.total": 0}
    found = told(*issued("2025-09"), *issued("2025-11", silent), *issued("2025-12", only_what_was_read))
    assert of_tickets(found) == [
        ("2025-08", False, None),
        ("2025-09", True, Decimal(64)),
        ("2025-10", False, None),
        ("2025-11", True, None),
        ("2025-12", True, None),
    ]
    assert not any("tickets" in each.id for each in found.matching("trend/2025-1"))


def test_with_one_period_nothing_is_called_a_trend() -> None:
    assert told().trends == ()
    assert not list(told().matching("trend/"))
    only_hours = told(*issued("2025-12", {"summary.days": 30, "hour_bank.available": 12}))
    assert [each.headline for each in only_hours.trends] == ["hour_bank"]


def test_an_issued_zero_stays_the_zero_it_was_whatever_was_not_read_since() -> None:
    assert told(*ALL).value("trend/2025-12/usage.days.complete") == 0


def test_every_headline_is_among_the_figures_that_are_read_of_earlier_reports() -> None:
    for _, figure, whole in headlines(FIGURES):
        assert figure.startswith(HEADLINES)
        assert not whole or whole.startswith(HEADLINES)


def test_a_report_is_not_out_of_date_because_another_one_was_corrected() -> None:
    before, now = told(*ALL), told(*ALL[:-1], *issued("2025-12", {**MONTH, "tickets.support.total": 65}, 2))
    changed = compare(before.figures, now.figures)
    assert "trend/2025-12/tickets.support.total" in {each.figure_id for each in changed}
    told_causes = {
        each.figure_id: each.cause for each in compare(before.figures, now.figures, causes_of_rows(before, now))
    }
    assert told_causes["trend/2025-12/tickets.support.total"] == "después se emitió otra versión del informe 2025-12"
    assert not of_data(before.figures, now.figures, changed, same_code=True)


def test_an_auditor_finds_the_earlier_figures_in_the_rows_of_the_report() -> None:
    cells = [(each.report_number, each.version, each.figure_id, each.value) for each in ALL]
    rows = table("earlier_headlines.csv", "report version figure value", cells, ("management_report",))
    reports = ", ".join(
        f'{{"number": "{each.number}", "first": "{each.period_from}", "last": "{each.period_to}"}}'
        for each in with_a_past().reports
    )
    period = f'{{"first": "{REPORT.period_from}", "last": "{REPORT.period_to}", "gaps": [], "reports": [{reports}]}}'
    audited = Recomputed(Rows({rows.name: rows.content, "period.json": period.encode()}))
    found = told(*ALL)
    for figure in found.matching("trend/"):
        assert audited.value(figure.id) == figure.value
    assert audited.value("trend/2025-07/tickets.support.total") is None


HUGE = {**MONTH, "tickets.support.total": 1_234_567_890, "hour_bank.available": "-98765432.10", NODE: "0.00004"}
WITH_GAPS = [*issued("2025-08", HUGE), *issued("2025-10", {"summary.days": 30}), *issued("2025-12")]


def filling(figures: PeriodFigures) -> PeriodFigures:
    """The figures with a storage that is used half a hundredth more every day, from 40 % on the first."""
    series = []
    for each in figures.metrics:
        if each.metric_name == "StorageUtilization":
            means = [40 + Decimal(place) / 2 for place in range(len(each.days))]
            used = list(zip(figures.days, means, strict=True))
            days = tuple(day.model_copy(update={"mean": mean}) for day, mean in zip(each.days, means, strict=True))
            grown = {"days": days, "growth": growth(used), "full_on": reached_on(used, Decimal(100))}
            series.append(each.model_copy(update=grown))
        else:
            series.append(each)
    return figures.model_copy(update={"metrics": tuple(series)})


@cache
def printed() -> tuple[PeriodFigures, tuple[RenderedDocument, ...]]:
    figures = told(*WITH_GAPS, of=filling(FIGURES))
    return figures, tuple(render_documents(with_a_past(), figures))


def test_the_bars_say_every_period_to_who_cannot_see_them_and_the_proof_finds_it() -> None:
    figures, documents = printed()
    checks = crosscheck(with_a_past(), figures, documents)
    assert [each.detail for each in checks if not each.passed] == []
    for document in documents:
        if document.kind in ("management_report", "technical_report"):
            said = " ".join(block.text for block in read(document.content).alternatives)
            ends = {each.number: f"{each.period_to:%d/%m/%Y}" for each in with_a_past().reports}
            assert f"{ends['2025-08']}: 1.234.567.890; {ends['2025-09']}: sin informe emitido" in said
            assert f"{ends['2025-10']}: sin dato" in said
            assert f"{ends['2025-12']}: 99,9999 %" in said


def test_a_storage_that_fills_is_told_with_the_day_on_which_it_is_full_at_this_pace() -> None:
    _, documents = printed()
    [text] = [pdf_text(each.content) for each in documents if each.kind == "technical_report"]
    assert "A este paso, en línea recta, lo asignado se llena el 20/05/2026." in text


def test_a_bar_of_another_period_stops_the_signature() -> None:
    _, documents = printed()
    swapped = [*issued("2025-12", HUGE), *issued("2025-10", {"summary.days": 30}), *issued("2025-08")]
    failed = {each.check for each in crosscheck(with_a_past(), told(*swapped), documents) if not each.passed}
    assert "crosscheck.first_page" in failed
