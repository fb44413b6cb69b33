"""The second report of a contract tells what became of what the first one found, asked for and billed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sandbox.month import reported
from sandbox.scenario import load_scenario
from service_reports.contracts import Contract
from service_reports.documents import check_language, crosscheck, render_documents
from service_reports.documents.proof.reading import read
from service_reports.documents.sections.highlights import highlights
from service_reports.figures.model import PeriodFigures

SCENARIO = Path(__file__).resolve().parents[2] / "sandbox" / "scenarios" / "second-period"


@cache
def report(number: str) -> tuple[Contract, PeriodFigures]:
    scenario = load_scenario(SCENARIO)
    return scenario.contract, reported(scenario, scenario.contract.report(number))


def verdicts(number: str) -> dict[str, str]:
    return {level.id: level.verdict for level in report(number)[1].service_levels}


def test_a_target_that_was_missed_is_met_and_one_is_missed_again() -> None:
    assert verdicts("2026-01") == {
        "copias": "missed",
        "volcados": "missed",
        "disponibilidad": "met",
        "primera-respuesta": "open",
    }
    assert verdicts("2026-02") == {**verdicts("2026-01"), "copias": "met"}


def test_each_finding_of_the_first_report_is_told_of_in_the_second() -> None:
    _, figures = report("2026-02")
    assert {(each.kind, each.subject): (each.state, each.reports) for each in figures.follow_ups} == {
        ("backups.missing", ""): ("done", 1),
        ("dumps.missing", ""): ("open", 2),
        ("backups.no_full", ""): ("gone", 1),
        ("service_levels.missed", "copias"): ("gone", 1),
        ("service_levels.missed", "volcados"): ("open", 2),
        ("guarantees.validity", "Calidad del servicio"): ("open", 2),
    }


def test_what_is_asked_for_again_comes_first_and_says_since_when() -> None:
    (_, first), (contract, second) = report("2026-01"), report("2026-02")
    assert first.summary
    assert second.summary
    assert {ask.since for ask in first.summary.asks} == {None}
    asked = {ask.kind: ask.since for ask in second.summary.asks}
    again = dict.fromkeys(("explain_copies", "decide_consequences", "renew_guarantees"), "2026-01")
    assert list(asked.items())[: len(again)] == list(again.items())
    assert set(list(asked.values())[len(again) :]) == {None}
    told = highlights(contract, second).asks
    assert [text.endswith("Se pide desde el informe 2026-01.") for text in told[: len(again) + 1]] == [
        *[True] * len(again),
        False,
    ]


def test_what_was_billed_at_the_first_report_is_paid_at_the_second() -> None:
    figures = [report(number)[1] for number in ("2026-01", "2026-02")]
    assert [each.value("execution.amount/billed") for each in figures] == [240_000_000, 240_000_000]
    assert [each.value("execution.amount/paid") for each in figures] == [0, 240_000_000]


def test_the_second_report_prints_all_that_and_nothing_stops_it() -> None:
    contract, figures = report("2026-02")
    documents = render_documents(contract, figures)
    checked = [*crosscheck(contract, figures, documents), *check_language(contract, figures, documents)]
    assert [each for each in checked if not each.passed and each.severity == "blocking"] == []
    tables = {each.caption: each for each in read(documents[0].content).tables}
    printed = {
        caption: [" | ".join(cell.text for cell in row) for row in tables[caption].rows]
        for caption in ("Seguimiento de los hallazgos del informe anterior", "Hallazgos y plan de acción")
    }
    told = printed["Seguimiento de los hallazgos del informe anterior"]
    assert [row for row in told if "Meta no alcanzada: Días sin volcado de la base de datos" in row]
    assert "Plan cumplido el 08/05/2026" in printed["Seguimiento de los hallazgos del informe anterior"][0]
    assert "Vencida desde el 12/05/2026" in printed["Hallazgos y plan de acción"][0]


def test_what_the_first_report_answered_stands_beside_what_the_second_does() -> None:
    (_, first), (_, second) = report("2026-01"), report("2026-02")
    assert {each.headline for each in second.trends} >= {"tickets", "hour_bank", "dumps"}
    assert second.value("trend/2026-01/hour_bank.available") == first.value("hour_bank.available")
