"""The section of a corrected version: what it replaces, every figure that changed, and texts that did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO

import pytest
from openpyxl import load_workbook

from service_reports.delivery import compose_report_message
from service_reports.documents import (
    RenderedDocument,
    check_language,
    crosscheck,
    highlights,
    issued_text_changes,
    render_documents,
)
from service_reports.documents.sections.changes import cells, grouped
from service_reports.figures.causes import Settings, causes_of_settings
from service_reports.figures.changes import compare
from service_reports.figures.chapters.obligations import obligation_figures, touched
from service_reports.figures.model import (
    FigureChange,
    PeriodFigures,
    SupersededDocument,
    TextChange,
    VersionChanges,
)
from service_reports.figures.records import record_figures
from tests.golden.layout import changes_of_look, pdf_layout
from tests.golden.sample_figures import pdf_text, sample, sample_documents, sample_registers

REASON = "Faltaban horas de consumo del 20 de enero"
SHARE = "tickets.support.module.percent/"
CHANGED = (
    "usage.day/2026-01-20/Compute",
    "usage.total/Compute",
    "hour_bank.consumed",
    "tickets.support.status/",
    SHARE,
)
SHA256 = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"


def changes(figures: Sequence[FigureChange], texts: tuple[TextChange, ...] = ()) -> VersionChanges:
    return VersionChanges(
        version=1,
        issued_at=datetime(2026, 2, 24, 12, tzinfo=UTC),
        figures_sha256=SHA256,
        documents=tuple(
            SupersededDocument(title=each.title, sha256=f"{number:064x}")
            for number, each in enumerate(sample_documents().values(), start=1)
        ),
        figures=tuple(figures),
        texts=texts,
        text_cause="cambió el archivo del contrato" if texts else "",
    )


@cache
def sample_changes() -> VersionChanges:
    """As if the issued figures had been others: two more of some, and one that only they had."""
    _, figures = sample()
    issued = [
        each.model_copy(update={"value": each.value + Decimal("2.00004")}) if each.id.startswith(CHANGED) else each
        for each in figures.figures
    ]
    gone = issued[0].model_copy(update={"id": "usage.day/2026-01-21/Gone / Product (Hours)", "value": Decimal(7)})
    causes = causes_of_settings(Settings("a", "1"), Settings("b", "1"))
    return changes(compare([*issued, gone], figures.figures, causes))


@cache
def corrected() -> PeriodFigures:
    contract, figures = sample()
    report = contract.report(figures.report_number)
    second = figures.model_copy(
        update={
            "version": 2,
            "correction_reason": REASON,
            "changes": sample_changes(),
            "records": record_figures(contract, report, 2, sample_registers()),
        }
    )
    assert figures.summary is not None
    obligations = obligation_figures(contract, report, second, sample_registers())
    return second.model_copy(update={"obligations": touched(obligations, figures.summary.findings)})


@cache
def documents() -> dict[str, RenderedDocument]:
    return {document.kind: document for document in render_documents(sample()[0], corrected())}


def verdict(figures: PeriodFigures, rendered: dict[str, RenderedDocument], check: str = "") -> str:
    """What the checks of the report, or the one, find."""
    found = [each for each in crosscheck(sample()[0], figures, list(rendered.values())) if check in each.check]
    assert {each.severity for each in found} == {"blocking"}
    return " ".join(each.detail for each in found if not each.passed)


def test_both_reports_say_what_they_replace_why_and_by_which_hash():
    for kind in ("management_report", "technical_report"):
        text = pdf_text(documents()[kind].content)
        assert "2. Cambios frente a la versión 1" in text
        assert f"Motivo de la corrección: {REASON}" in text
        assert "corrige y reemplaza la versión 1" in text
        assert SHA256 in text.replace(" ", "")
        assert f"identificada con la huella {SHA256[:12]} y registrada el 24/02/2026" in text


def test_a_first_version_has_no_such_section():
    for document in sample_documents().values():
        if document.kind != "ticket_workbook":
            assert "Cambios frente a la versión" not in pdf_text(document.content)


def test_every_changed_figure_is_printed_in_exactly_one_report():
    tables = [grouped(kind, sample_changes().figures) for kind in ("management_report", "technical_report")]
    every = [change for report in tables for same in report.values() for change in same]
    assert sorted(change.figure_id for change in every) == sorted(
        change.figure_id for change in sample_changes().figures
    )


def test_what_is_printed_is_read_back_and_found_right():
    rendered = list(documents().values())
    verdicts = [*crosscheck(sample()[0], corrected(), rendered), *check_language(sample()[0], corrected(), rendered)]
    assert [f"{each.check}: {each.detail}" for each in verdicts if not each.passed] == []


@pytest.mark.parametrize("field", ["before", "now", "cause"])
@pytest.mark.parametrize("prefix", ["usage.day/", "hour_bank."])
def test_a_row_that_says_something_else_stops_the_report(field, prefix):
    figures = list(sample_changes().figures)
    place = next(index for index, each in enumerate(figures) if each.figure_id.startswith(prefix))
    wrong = {"before": Decimal("77.7"), "now": Decimal("88.8"), "cause": "otra causa"}[field]
    figures[place] = figures[place].model_copy(update={field: wrong})
    altered = corrected().model_copy(update={"changes": changes(figures)})
    assert figures[place].label in verdict(altered, documents())
    assert "hoja Cambios" in verdict(altered, documents(), "crosscheck.workbook")


def test_a_missing_row_a_missing_section_and_another_hash_stop_the_report():
    lacking = FigureChange(
        figure_id="usage.total/x", label="Consumo x", unit="h", before=None, now=Decimal(1), cause="c"
    )
    more = corrected().model_copy(update={"changes": changes([*sample_changes().figures, lacking])})
    assert "Consumo x" in verdict(more, documents())
    assert "Cambios frente a la versión 1" in verdict(corrected(), {**documents(), **sample_documents()})
    other = sample_changes().model_copy(update={"figures_sha256": "0" * 64})
    assert "0" * 64 in verdict(corrected().model_copy(update={"changes": other}), documents())


def test_both_values_are_printed_so_that_they_differ():
    def row(before: str | None, now: str | None, unit: str = "h", figure: str = "f") -> tuple[str, str]:
        values = {name: None if each is None else Decimal(each) for name, each in (("before", before), ("now", now))}
        _, old, new, _ = cells(FigureChange(figure_id=figure, label="f", unit=unit, cause="c", **values))
        return old, new

    assert row("1093.525001", "1093.525002") == ("1.093,525001", "1.093,525002")
    assert row("33", "35") == ("33", "35")
    assert row(None, "0.00005384") == ("—", "0,00005384")
    assert row("99.5", None, "percent") == ("99,5 %", "—")
    assert row("6.944444444", "50", "percent", f"{SHARE}PREDIAL") == ("6,9 %", "50,0 %")
    assert row("33.333333333", "33.343333333", "percent", f"{SHARE}PREDIAL") == ("33,33 %", "33,34 %")


def test_instants_that_changed_are_printed_as_instants():
    saved = FigureChange(
        figure_id="backups.dumps.saved/A_2026-01-20.DMP",
        label="Volcado A_2026-01-20.DMP: guardado (UTC)",
        unit="instant",
        before=None,
        now=Decimal(1768878321),
        cause="el archivo se volvió a guardar",
    )
    assert cells(saved)[1:3] == ("—", "20/01/2026 03:05:21")


def test_the_workbook_lists_every_change():
    sheet = load_workbook(BytesIO(documents()["ticket_workbook"].content))["Cambios"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [change.figure_id for change in sample_changes().figures]


def test_texts_that_changed_are_told_with_their_cause():
    text = TextChange(document="Informe de Gestión", gone=1, new=1, before=("Se dijo esto.",), now=("Se dice esto.",))
    figures = corrected().model_copy(update={"changes": changes([], (text,))})
    [report] = render_documents(sample()[0], figures, ["technical_report"])
    printed = pdf_text(report.content)
    assert "Ninguna cifra cambia frente a la versión 1." in printed
    assert (
        "Cambia el texto de Informe de Gestión (1 texto retirado y 1 nuevo). Causa: cambió el archivo del contrato."
        in printed
    )
    assert "Se dijo esto. Se dice esto." in printed


def test_whenever_the_sources_were_read_only_a_document_that_is_no_longer_made_is_a_change_of_text():
    contract, figures = sample()
    later = datetime(2027, 1, 1, tzinfo=UTC)
    now = figures.model_copy(
        update={
            "sources": figures.sources.model_copy(update={"usage_read_at": later, "tickets_read_at": later}),
            "dumps": figures.dumps.model_copy(update={"listed_at": later}),
            "records": figures.records.model_copy(update={"read_at": later}),
        }
    )
    surplus = replace(sample_documents()["delivery_act"], file_name="otra.pdf", title="Acta que sobra")
    issued = [*sample_documents().values(), surplus]
    [found] = issued_text_changes(contract, figures, now, issued, figures_changed=False)
    assert (found.document, found.new) == ("Acta que sobra", 0)
    assert found.gone > 0


def test_a_text_of_the_contract_that_changed_is_found_in_the_documents_that_print_it():
    contract, figures = sample()
    other = contract.model_copy(
        update={"contractor": contract.contractor.model_copy(update={"slogan": "Otro lema para este contrato"})}
    )
    issued = list(sample_documents().values())
    found = issued_text_changes(other, figures, figures, issued, figures_changed=True)
    assert {each.document for each in found} >= {"Informe de Gestión", "Informe Técnico"}
    assert all(any("Otro lema" in text for text in each.now) for each in found)


def test_the_message_names_the_replaced_version_the_reason_and_the_most_important_changes():
    contract, _ = sample()
    message = compose_report_message(
        contract,
        contract.report("2026-01"),
        2,
        REASON,
        [],
        highlights(contract, corrected()),
        1,
        datetime(2026, 2, 25, tzinfo=UTC),
    )
    for kind in ("plain", "html"):
        body = message.get_body([kind])
        assert body is not None
        text = body.get_content()
        assert REASON in text
        assert SHA256 in text
        assert f"En total: {len(sample_changes().figures)} cifras; las demás, en la sección" in text
        assert "Bolsa de horas: consumidas" in text


def test_the_section_looks_as_it_did():
    layout = pdf_layout(documents()["management_report"].content)
    changes = {name: text for name, text in layout.items() if "cambios-frente" in name}
    assert not changes_of_look(changes, "changed_version")
