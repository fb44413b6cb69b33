"""Findings have a code that lives on, and a plan, or it is said that there is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from service_reports.documents import render_management_report
from service_reports.documents.proof.reading import read
from service_reports.figures.model import Finding, PeriodFigures
from service_reports.records import ActionPlan
from tests.golden.sample_figures import pdf_text, sample, with_summary

CONTRACT, FIGURES = sample()
TODAY = FIGURES.report_date


def finding(kind: str, subject: str = "") -> Finding:
    return Finding(kind=kind, severity="alert", section="backups", subject=subject)


def planned(**changes: Any) -> PeriodFigures:
    """The sample with a plan for the days without a backup."""
    plan = ActionPlan(
        **{
            "finding": finding("backups.missing").code,
            "cause": "El disco se llenó.",
            "action": "Ampliar el disco.",
            "owner": "Líder de Operaciones",
            "due_on": TODAY + timedelta(days=7),
            "done_on": None,
            **changes,
        }
    )
    records = FIGURES.records.model_copy(update={"plans": (plan,), "kept": (*FIGURES.records.kept, "action_plans")})
    return with_summary(FIGURES.model_copy(update={"records": records}), None)


def table_of(figures: PeriodFigures) -> dict[str, list[str]]:
    """The printed rows by the code of their finding."""
    tables = read(render_management_report(CONTRACT, figures).content).tables
    rows = [row for each in tables if each.caption == "Hallazgos y plan de acción" for row in each.rows]
    return {row[0].text: [cell.text for cell in row[2:]] for row in rows}


def test_a_finding_keeps_its_code_as_long_as_it_is_about_the_same_thing() -> None:
    assert finding("usage.step", "Database / OCPU").code == finding("usage.step", "Database / OCPU").code
    assert finding("usage.step", "Database / OCPU").code != finding("usage.step", "Compute / OCPU").code
    assert finding("tickets.ageing", "20260001").code == finding("tickets.ageing", "20260002").code


def test_findings_without_a_plan_are_named_and_counted() -> None:
    assert FIGURES.summary is not None
    serious = [each.code for each in FIGURES.summary.findings if each.severity != "notice"]
    assert FIGURES.value("summary.findings.without_plan") == len(serious)
    assert table_of(FIGURES) == {}
    told = pdf_text(render_management_report(CONTRACT, FIGURES).content)
    assert "SMART TMT no ha anotado su causa, acción, responsable ni fecha" in told
    one_planned = planned()
    told = pdf_text(render_management_report(CONTRACT, one_planned).content)
    others = [code for code in serious if code != finding("backups.missing").code]
    assert f"{len(others)} están sin plan registrado: {', '.join(others)}." in told


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        (
            {},
            [
                "El disco se llenó.",
                "Ampliar el disco.",
                "Líder de Operaciones",
                f"Hasta el {TODAY + timedelta(7):%d/%m/%Y}",
            ],
        ),
        ({"cause": None}, ["En estudio", "Ampliar el disco.", "Líder de Operaciones"]),
        (
            {"due_on": date(2026, 1, 31)},
            ["El disco se llenó.", "Ampliar el disco.", "Líder de Operaciones", "Vencida desde el 31/01/2026"],
        ),
        (
            {"done_on": date(2026, 2, 20)},
            ["El disco se llenó.", "Ampliar el disco.", "Líder de Operaciones", "Cumplida el 20/02/2026"],
        ),
        ({"due_on": None}, ["El disco se llenó.", "Ampliar el disco.", "Líder de Operaciones", "—"]),
    ],
    ids=["ahead", "cause not known", "overdue", "done", "without a date"],
)
def test_a_plan_tells_cause_action_owner_and_date(changes: dict[str, Any], row: list[str]) -> None:
    figures = planned(**changes)
    assert table_of(figures)[finding("backups.missing").code][: len(row)] == row
    assert figures.value("summary.findings.without_plan") == figures.value("summary.findings") - 1


def test_a_plan_of_what_was_not_found_covers_nothing() -> None:
    figures = planned(finding="H-00000")
    assert figures.value("summary.findings.without_plan") == figures.value("summary.findings")
