"""A contract that lets out no text of people prints numbers, dates, categories and states, and nothing else of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO

import openpyxl
import pytest

from service_reports.contracts import BOGOTA, Contract
from service_reports.delivery import Attachment, compose_report_message
from service_reports.documents import RenderedDocument, crosscheck, highlights, issued_text_changes, render_documents
from service_reports.figures.chapters.obligations import touched
from service_reports.figures.model import PeriodFigures
from service_reports.figures.period import compute_figures
from service_reports.records import (
    ChangeRecord,
    Consultation,
    ContractRegisters,
    ForceMajeure,
    HourBankEntry,
    Incident,
    Ticket,
)
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.readings import all_read, whole_read
from tests.golden.sample_figures import pdf_text, sample

SECRET = "xilófono"
"""Harmless in itself: it counts where a word comes from, not which it is."""
DAY = date(2026, 2, 3)
READ = datetime(2026, 2, 23, 8, tzinfo=BOGOTA)


WRITTEN = PeriodRows(
    by_type(
        (
            Ticket(
                ticket_id="20260513",
                service="support",
                registered_on=DAY,
                status="Terminado",
                product="AIREPLUS",
                module="PREDIAL",
                process="RECAUDO",
                subprocess="GENERAL",
                summary=f"El {SECRET} no carga",
            ),
            HourBankEntry(
                request=f"Ajuste del {SECRET}", production_date=DAY, estimated_hours=Decimal(8), status="Terminado"
            ),
            HourBankEntry(
                request=f"Otro {SECRET}", production_date=None, estimated_hours=Decimal(4), status="En ejecución"
            ),
        )
    ),
    registers=ContractRegisters(
        READ,
        READ,
        {
            "change_controls": (
                ChangeRecord(
                    code="CC-ALCJAM-007",
                    request=f"Ajuste del {SECRET}",
                    requested_on=DAY,
                    approved_on=None,
                    specified_on=None,
                    ticket_id=None,
                    act_code=None,
                    delivered_on=None,
                    hours=Decimal(8),
                    deliverable=f"Formulario del {SECRET}",
                    evidence=f"Menú del {SECRET}",
                    acceptance_criteria=f"Que abra el {SECRET}",
                ),
            ),
            "consultations": (
                Consultation(asked_on=DAY, addressee="Tesorería", matter=f"Del {SECRET}", answered_on=None),
            ),
            "force_majeure": (
                ForceMajeure(
                    occurred_on=DAY, event=f"Cayó un {SECRET}", notified_on=None, recommendation=f"Sin {SECRET}"
                ),
            ),
            "incidents": (
                Incident(occurred_on=DAY, kind="Datos personales", event=f"Acceso al {SECRET}", closed_on=None),
                Incident(occurred_on=DAY, kind="Reclamación", event=f"Daño del {SECRET}", closed_on=DAY),
            ),
        },
    ),
)
"""What people wrote, each of it with the secret."""


@cache
def printed(detail: str) -> tuple[Contract, PeriodFigures, tuple[RenderedDocument, ...]]:
    """The contract with this detail, the figures of the sample with what people wrote, and their documents."""
    contract, figures = sample()
    contract = contract.model_copy(update={"ticket_detail": detail})
    report = contract.report(figures.report_number)
    rows = WRITTEN._replace(days_read=all_read(contract, report), read_at=whole_read(report))
    found = compute_figures(contract, report, 1, None, rows)
    parts = ("support", "warranty", "hour_bank", "change_controls", "without_change_control", "records")
    assert figures.summary is not None
    figures = figures.model_copy(
        update={
            **{part: getattr(found, part) for part in parts},
            "obligations": touched(found.obligations, figures.summary.findings),
            "figures": (*figures.figures, *found.figures),
        }
    )
    return contract, figures, render_documents(contract, figures)


def text_of(document: RenderedDocument) -> str:
    if document.file_name.endswith(".pdf"):
        return pdf_text(document.content)
    book = openpyxl.load_workbook(BytesIO(document.content))
    return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)


def everything_of(detail: str) -> str:
    """What leaves with a report: files, their names, the evidence, the message."""
    contract, figures, documents = printed(detail)
    report = contract.report(figures.report_number)
    attachments = [Attachment(each.file_name, each.media_type, each.content, each.title) for each in documents]
    message = compose_report_message(contract, report, 1, None, attachments, highlights(contract, figures), 1, READ)
    bodies = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    names = " ".join(f"{document.title} {document.file_name}" for document in documents)
    return " ".join([*map(text_of, documents), names, figures.model_dump_json(), *bodies]).casefold()


def test_of_what_people_wrote_nothing_leaves_where_the_contract_lets_out_none() -> None:
    assert SECRET not in everything_of("none")
    assert SECRET in everything_of("masked"), "else the test looks at the wrong places"


def test_without_their_texts_numbers_dates_categories_and_states_stay() -> None:
    _, figures, documents = printed("none")
    management = text_of(documents[0])
    for told in (
        "Consulta a Tesorería el 03/02/2026 (sin respuesta registrada)",
        "Hecho del 03/02/2026 (pendiente de avisar)",
        "Incidente del 03/02/2026 (Datos personales) (abierto)",
        "Reclamación del 03/02/2026 (cerrada el 03/02/2026)",
        "CC-ALCJAM-007",
    ):
        assert told in management
    first, second = (entry.request for entry in figures.hour_bank.entries)
    assert first != second
    assert management.count("cuyo texto, escrito por personas, no se publica") == 1
    [content] = [each.content for each in documents if each.kind == "ticket_workbook"]
    book = openpyxl.load_workbook(BytesIO(content))
    assert "Resumen" not in [cell.value for row in book["Solicitudes"] for cell in row]
    requests = {cell.value for row in book["Consumos de la bolsa"] for cell in row}
    assert {first, second} <= requests


@pytest.mark.parametrize("detail", ["none", "masked"])
def test_documents_without_texts_of_people_are_proved_like_others(detail: str) -> None:
    contract, figures, documents = printed(detail)
    failed = {check.check for check in crosscheck(contract, figures, documents) if not check.passed}
    assert not failed & {"crosscheck.acts", "crosscheck.annexes", "crosscheck.hour_bank", "crosscheck.tables"}


def test_a_correction_does_not_quote_the_texts_that_the_version_before_printed() -> None:
    contract, figures, _ = printed("none")
    *_, before = printed("masked")
    found = issued_text_changes(contract, figures, figures, before, figures_changed=True)
    assert found
    assert not any(change.before or change.now for change in found)
