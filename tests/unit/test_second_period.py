"""The second report of a contract tells what became of what the first one found, asked for and billed."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandbox.month import read_and_reported, reported
from sandbox.scenario import load_scenario
from service_reports.audit.recomputing import Recomputed
from service_reports.audit.rows import Rows
from service_reports.contracts import Contract
from service_reports.documents import check_language, crosscheck, render_documents
from service_reports.documents.evidence.rows import evidence_rows
from service_reports.documents.proof.reading import read
from service_reports.documents.proof.word import read_word
from service_reports.documents.sections.highlights import highlights
from service_reports.figures import compute_figures
from service_reports.figures.model import PeriodFigures
from service_reports.records import ContractRegisters, SignedBack
from service_reports.records.period_rows import PeriodRows

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
        "primera-respuesta": "met",
        "solucion-alta": "met",
        "satisfaccion": "open",
    }
    assert verdicts("2026-02") == {**verdicts("2026-01"), "copias": "met", "solucion-alta": "missed"}


def test_requests_count_against_the_hours_of_their_priority() -> None:
    _, figures = report("2026-02")
    asked = {level.id: level.outcomes for level in figures.service_levels if level.outcomes}
    assert {name: dict(requests) for name, requests in asked.items()} == {
        "primera-respuesta": {"in_time": 5, "late": 0, "waiting": 0, "unknown": 0},
        "solucion-alta": {"in_time": 1, "late": 2, "waiting": 0, "unknown": 0},
    }
    clause = next(each for each in figures.obligations if each.number == 4)
    assert clause.state == "unmet"


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
    again = dict.fromkeys(("explain_copies", "renew_guarantees"), "2026-01")
    pointer, *made = asked.items()
    assert pointer == ("answer_earlier", None)
    assert made[: len(again)] == list(again.items())
    assert {since for _, since in made[len(again) :]} == {None}
    earlier, *told = highlights(contract, second).asks
    assert earlier.text.endswith("de informes anteriores que siguen sin respuesta: P-76019 (firmar actas).")
    assert [each.text.endswith("Se pide desde el informe 2026-01.") for each in told[: len(again) + 1]] == [
        *[True] * len(again),
        False,
    ]


def test_each_request_of_the_first_report_is_told_of_in_the_second() -> None:
    (_, first), (_, second) = report("2026-01"), report("2026-02")
    assert first.summary
    assert [ask.code for ask in first.summary.asks] == ["P-54311", "P-10464", "P-81497", "P-76019", "P-40275"]
    assert {each.code: (each.kind, each.became, each.days) for each in second.requests} == {
        "P-54311": ("explain_copies", "open", 6),
        "P-10464": ("decide_consequences", "answered", 6),
        "P-81497": ("renew_guarantees", "open", 6),
        "P-76019": ("sign_acts", "open", 6),
        "P-40275": ("sign_reports", "signed", 6),
    }
    assert [int(second.value(f"requests/{state}")) for state in ("open", "signed", "answered")] == [3, 1, 1]


@cache
def second_rows() -> PeriodRows:
    scenario = load_scenario(SCENARIO)
    return read_and_reported(scenario, scenario.contract.report("2026-02"))[0]


def signed_on(*days: str | None) -> tuple[SignedBack, ...]:
    """The two reports, signed at eight in the evening (Bogotá) of each day, or not at all."""
    at = [day and datetime.fromisoformat(f"{day}T20:00:00-05:00") for day in days]
    return tuple(
        row.model_copy(update={"at": moment or None, "how": row.how if moment else None})
        for row, moment in zip(second_rows().signed_back, at, strict=True)
    )


def without_replies() -> ContractRegisters:
    held = second_rows().registers
    return held._replace(rows={name: rows for name, rows in held.rows.items() if name != "replies"})


CORRECTED = [
    each.model_copy(update={"version": 2})
    for each in second_rows().earlier_requests
    if "explain_copies" not in each.figure_id
]


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({}, {"sign_reports": "signed", "decide_consequences": "answered", "explain_copies": "open"}),
        ({"signed_back": signed_on("2026-05-09", None)}, {"sign_reports": "open"}),
        ({"signed_back": signed_on("2026-05-09", "2026-05-13")}, {"sign_reports": "signed"}),
        ({"signed_back": signed_on("2026-05-09", "2026-05-14")}, {"sign_reports": "open"}),
        ({"registers": without_replies()}, {"decide_consequences": "open"}),
        ({"earlier_requests": [*second_rows().earlier_requests, *CORRECTED]}, {"explain_copies": "corrected"}),
        ({"earlier_requests": [], "signed_back": ()}, {}),
    ],
    ids=[
        "as it is",
        "one signed",
        "on the day",
        "after the day",
        "no answer",
        "corrected",
        "asked by an older program",
    ],
)
def test_an_auditor_computes_what_became_of_requests_alike(changes: dict[str, Any], states: dict[str, str]) -> None:
    contract, rows = report("2026-02")[0], second_rows()._replace(**changes)
    of = contract.report("2026-02")
    figures = compute_figures(contract, of, 1, None, rows)
    assert {kind: state for kind, state in became(figures).items() if kind in states} == states
    files = evidence_rows(contract, of, rows, figures, {})
    again = Recomputed(Rows({each.name: each.content for each in files}))
    wrong = {each.id: (each.value, again.value(each.id)) for each in figures.figures}
    assert {name: both for name, both in wrong.items() if both[0] != both[1]} == {}
    assert again.unlisted(figures.with_changes) == []


def test_a_solution_that_is_told_otherwise_in_the_rows_is_found_by_who_computes_again() -> None:
    contract, rows = report("2026-02")[0], second_rows()
    of = contract.report("2026-02")
    figures = compute_figures(contract, of, 1, None, rows)
    files = {each.name: each.content for each in evidence_rows(contract, of, rows, figures, {})}
    solved, sooner = b"2026-05-11T17:00:00Z", b"2026-05-09T17:00:00Z"
    assert files["ticket_times.csv"].count(solved) == 1
    again = Recomputed(Rows(files | {"ticket_times.csv": files["ticket_times.csv"].replace(solved, sooner)}))
    changed = {each.id for each in figures.figures if again.value(each.id) != each.value}
    assert "service_level.requests/solucion-alta/in_time" in changed
    assert "tickets.support.hours_to_solution/20260008" in changed


def became(figures: PeriodFigures) -> dict[str, str]:
    return {each.kind: each.became for each in figures.requests}


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
        for caption in (
            "Seguimiento de las peticiones al supervisor",
            "Seguimiento de los hallazgos del informe anterior",
            "Hallazgos y plan de acción",
            "Niveles de servicio frente a su meta",
            "Tiempos de atención de las solicitudes del periodo, por prioridad",
        )
    }
    levels = printed["Niveles de servicio frente a su meta"]
    assert "A tiempo: 1. Tarde: 2. Aún en plazo, sin contar: 0. Sin dato: 0." in levels[4]
    missed = "90 % o más | 33,3333 % | No se alcanzó Consecuencia pactada: Descuento del 1 % de la cuota."
    assert levels[4].endswith(missed)
    assert printed["Tiempos de atención de las solicitudes del periodo, por prioridad"] == [
        "Alta | 3 | 3 | 0,8 | 2 | 38,0",
        "Media | 2 | 2 | 24,0 | 2 | 29,5",
        "Baja | 1 | 0 | — | 0 | —",
    ]
    told = printed["Seguimiento de los hallazgos del informe anterior"]
    assert [row for row in told if "Meta no alcanzada: Días sin volcado de la base de datos" in row]
    assert [row for row in told if "Plan cumplido el 08/05/2026" in row]
    assert printed["Seguimiento de las peticiones al supervisor"][2:] == [
        "P-76019 | Firmar actas | 2026-01 | Sin respuesta registrada: lleva 6 días.",
        "P-10464 | Decidir qué sigue por la meta no alcanzada | 2026-01 | "
        "Respondida el 11/05/2026 por Supervisor del contrato: "
        "Se descuenta el 1 % de la cuota por cada día sin copia. Soporte: Oficio 2026-0451. "
        "Antes respondió el 10/05/2026.",
        "P-40275 | Firmar los informes | 2026-01 | Informe de Gestión e Informe Técnico: firmados el 09/05/2026 por "
        "Profesional Universitario, según la firma del PDF.",
    ]
    assert "Vencida desde el 12/05/2026" in printed["Hallazgos y plan de acción"][0]
    [draft] = [read_word(each.content) for each in documents if each.kind == "certification_draft"]
    drafted = {each.caption: [" | ".join(cell.text for cell in row) for row in each.rows] for each in draft.tables}
    assert (
        "Días sin volcado de la base de datos | 1 día o menos | 2 días | No se alcanzó"
        in drafted["Niveles de servicio"]
    )
    assert (
        "Satisfacción de quienes usan el servicio | — | Sin medición | No se puede afirmar"
        in drafted["Niveles de servicio"]
    )
    assert "Cuotas pagadas | 2 | 1 | 50,0 %" in drafted["Lo pactado y lo ejecutado"]


def test_what_the_first_report_answered_stands_beside_what_the_second_does() -> None:
    (_, first), (_, second) = report("2026-01"), report("2026-02")
    assert {each.headline for each in second.trends} >= {"tickets", "hour_bank", "dumps"}
    assert second.value("trend/2026-01/hour_bank.available") == first.value("hour_bank.available")
