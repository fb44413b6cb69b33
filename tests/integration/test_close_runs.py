"""Runs and workers that get into each other's way: one of them issues, and what it issues prints its own figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service_reports.register import calendar
from tests.integration.closing import CONTRACT, REPORT, Closing, Run

pytestmark = pytest.mark.integration


@pytest.fixture
def run(closing: Closing) -> Run:
    """A run whose documents are ready to be signed."""
    closing.restart()
    first = closing.new_run("first")
    closing.succeed(first, until="documents")
    return first


def test_a_run_that_lost_its_version_computes_no_figures_for_the_one_that_has_it(closing: Closing, run: Run) -> None:
    other = closing.new_run("other")
    closing.succeed(other, until="documents")
    closing.change_a_row()
    run.clear("figures")
    [refused] = closing.run(run)
    assert str(refused.error).startswith("NotOfThisRun: ")
    closing.succeed(other)
    assert closing.misprinted(1) == []


def test_documents_are_not_signed_for_figures_that_were_computed_after_them(closing: Closing, run: Run) -> None:
    """A worker that was believed dead computes once more, while the task's next try is on its way already."""
    late = replace(run, handed=run.handed.with_suffix(".late.json"))
    late.handed.write_bytes(run.handed.read_bytes())
    late.clear("figures")
    closing.change_a_row()
    closing.succeed(late, until="figures")
    [refused] = closing.run(run)
    assert "limpie «Elaborar documentos»" in str(refused.error)
    assert closing.outcome()["documents"] == []
    run.clear("documents")
    closing.succeed(run)
    assert closing.misprinted(1) == []


def test_a_correction_of_a_changed_row_prints_it_and_supersedes(closing: Closing, run: Run) -> None:
    closing.succeed(run)
    closing.change_a_row()
    closing.succeed(closing.new_run("correction", reason="Consumo corregido por OCI"))
    seen = closing.outcome()
    assert [(each["version"], each["state"]) for each in seen["versions"]] == [(1, "superseded"), (2, "sent")]
    assert [each["state"] for each in seen["deliveries"]] == ["sent", "sent"]
    assert len(seen["messages"]) == len(set(seen["messages"])) == 2
    before, after = (
        {each["figure_id"]: each["value"] for each in seen["figures"] if each["version"] == version}
        for version in (1, 2)
    )
    assert {figure for figure in before if before[figure] != after.get(figure)}
    assert closing.misprinted(2) == []
    assert closing.findings() == []


def test_a_late_run_of_the_calendar_says_so_in_its_version_and_not_in_its_documents(closing: Closing) -> None:
    closing.restart()
    late = closing.new_run("calendario__late", reason="lo que diga el formulario")
    with closing.warehouse() as db:
        calendar.begin_publication(db, CONTRACT, REPORT, late.run_id, datetime(2026, 4, 8, 11, tzinfo=UTC))
    closing.succeed(late, until="gate")
    [version] = closing.outcome()["versions"]
    assert version["correction_reason"] == (
        "Fuera de plazo: el calendario del contrato fijaba su emisión para el 8 de abril de 2026 a las 06:00"
    )
    [claimed] = closing.rows("select body::jsonb ->> 'detail' as detail from register.event where event = 'claimed'")
    assert claimed["detail"] == version["correction_reason"]


def test_a_late_run_issues_nothing_when_somebody_did_meanwhile(closing: Closing, run: Run) -> None:
    late = closing.new_run("calendario__late", reason="Fuera de plazo")
    with closing.warehouse() as db:
        calendar.begin_publication(db, CONTRACT, REPORT, late.run_id, datetime(2026, 4, 8, 11, tzinfo=UTC))
    closing.succeed(run)
    closing.change_a_row()
    closing.succeed(late)
    assert late.skipped
    assert [each["version"] for each in closing.outcome()["versions"]] == [1]
