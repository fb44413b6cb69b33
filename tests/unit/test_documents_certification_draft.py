"""The draft that the supervisor completes: made where it is asked for, proved cell by cell, and judging nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordFile

from service_reports.contracts.model import Contract
from service_reports.documents import (
    RenderedDocument,
    check_language,
    crosscheck,
    listed_documents,
    render_documents,
)
from service_reports.documents.proof.certification_draft import draft_findings
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.text_changes import text_changes
from service_reports.documents.proof.word import BLANK, read_word
from service_reports.documents.sections.certification_draft import render_certification_draft
from service_reports.figures.model import Gap, PeriodFigures
from tests.golden.sample_figures import sample

CODE = "SUP-CERT-{entity}-{date}-Borrador_No.{year}-{sequence}"


@cache
def asked() -> tuple[Contract, PeriodFigures]:
    contract, figures = sample()
    codes = contract.document_codes.model_copy(update={"certification_draft": CODE})
    return contract.model_copy(update={"document_codes": codes}), figures


@cache
def delivery() -> tuple[RenderedDocument, ...]:
    return render_documents(*asked())


def draft() -> RenderedDocument:
    return delivery()[-1]


def cells(content: bytes, caption: str) -> list[list[str]]:
    [table] = [each for each in read_word(content).tables if each.caption == caption]
    return [[cell.text for cell in row] for row in table.rows]


def test_a_contract_that_gives_it_no_code_gets_none() -> None:
    contract, figures = sample()
    assert "certification_draft" not in contract.document_kinds
    assert [each.kind for each in listed_documents(contract, figures)][-1] == "delivery_act"


def test_it_is_the_last_annex_unsigned_and_the_whole_delivery_holds() -> None:
    contract, figures = asked()
    listed = listed_documents(contract, figures)[-1]
    assert (listed.kind, listed.code, listed.label) == ("certification_draft", draft().code, "Anexo 4")
    assert draft().file_name == "SUP-CERT-ALCJAM-20260223-Borrador_No.2026-01.docx"
    assert (draft().vendor_box, draft().supervisor_box) == (None, None)
    verdicts = [*crosscheck(contract, figures, delivery()), *check_language(contract, figures, delivery())]
    assert [verdict.detail for verdict in verdicts if not verdict.passed] == []
    assert "crosscheck.certification_draft" in {verdict.check for verdict in verdicts}


def test_a_delivery_without_the_draft_that_was_asked_for_is_not_signed() -> None:
    told = {verdict.check: verdict.detail for verdict in crosscheck(*asked(), delivery()[:-1])}
    assert "falta «Borrador de certificación de cumplimiento»" in told["crosscheck.certification_draft"]


def test_equal_figures_give_equal_bytes() -> None:
    assert render_certification_draft(*asked(), delivery()[:-1]) == (draft(),)


def test_only_what_is_not_signed_is_named_by_its_hash() -> None:
    hashes = {code: told for _, code, told in cells(draft().content, "Documentos entregados")}
    assert hashes == {
        each.code: hashlib.sha256(each.content).hexdigest() if each.vendor_box is None else "En el correo de la entrega"
        for each in delivery()[:-1]
    }


def test_another_file_of_the_same_words_is_no_change_of_the_draft() -> None:
    workbook = next(each for each in delivery() if each.kind == "ticket_workbook")
    [other] = render_certification_draft(*asked(), [replace(workbook, content=b"written by another library")])
    assert other.content != draft().content
    assert text_changes([draft()], [other]) == ()


def test_the_supervisor_finds_every_place_blank_and_no_word_of_judgement() -> None:
    read = read_word(draft().content)
    blanks = [block.text for block in read.blocks if block.kind == BLANK]
    assert len(blanks) == 7
    assert all(text.startswith("[") and text.endswith("]") for text in blanks)
    assert "cumplió" not in " ".join(block.text.lower() for block in read.blocks)


def test_a_contract_that_tells_of_no_money_is_asked_for_no_word_on_it() -> None:
    contract, figures = asked()
    reports = tuple(each.model_copy(update={"instalment": None}) for each in contract.reports)
    free = contract.model_copy(update={"reports": reports, "value": None})
    documents = render_documents(free, figures)
    headings = {block.heading for block in read_word(documents[-1].content).blocks if block.kind == BLANK}
    assert "Pago" not in headings
    assert "Aportes a la seguridad social" in headings
    [verdict] = [
        each for each in crosscheck(free, figures, documents) if each.check == "crosscheck.certification_draft"
    ]
    assert verdict.passed, verdict.detail


def test_what_nobody_read_is_unread_and_never_zero() -> None:
    contract, figures = asked()
    days = figures.days
    unread = figures.model_copy(
        update={
            "hour_bank": None,
            "backups": figures.backups.model_copy(update={"days_unread": days}),
            "gaps": (
                Gap(source="hour_bank", kind="never_read", days=days),
                Gap(source="tickets", kind="refused", days=days[:1], replaced=True),
                Gap(source="tickets", kind="released", days=days[1:2], replaced=True),
                Gap(source="tickets", kind="in_part", days=days[2:3], replaced=True),
            ),
        }
    )
    [document] = render_certification_draft(contract, unread, delivery()[:-1])
    assert {hours for _, hours in cells(document.content, "Bolsa de horas")} == {"Sin leer"}
    assert cells(document.content, "Copias de seguridad")[0] == [
        "Copia automática de OCI",
        "34",
        "Sin leer",
        "Sin leer",
    ]
    assert cells(document.content, "Días sin leer o rechazados") == [
        ["Bolsa de horas", "20/01/2026 a 22/02/2026", "Sin leer"],
        ["Solicitudes de la mesa de servicio", "20/01/2026", "Rechazado; vale una lectura anterior"],
        ["Solicitudes de la mesa de servicio", "21/01/2026", "Dado por bueno"],
        ["Solicitudes de la mesa de servicio", "22/01/2026", "Con filas aparte"],
    ]
    without_acts = [each for each in delivery()[:-1] if each.kind != "delivery_act"]
    held = Subject(contract, unread, [*without_acts, document])
    assert draft_findings(held, document.content) == []
    assert draft_findings(held, draft().content)


def changed(change: Callable[[WordFile], None]) -> list[str]:
    document = Document(BytesIO(draft().content))
    change(document)
    written = BytesIO()
    document.save(written)
    return draft_findings(Subject(*asked(), delivery()), written.getvalue())


def words(old: str, new: str) -> Callable[[WordFile], None]:
    def change(document: WordFile) -> None:
        tables = [cell.paragraphs[0] for table in document.tables for row in table.rows for cell in row.cells]
        [run] = [run for each in (*document.paragraphs, *tables) for run in each.runs if run.text == old]
        run.text = new

    return change


def row_gone(document: WordFile) -> None:
    row = document.tables[1].rows[1]._tr
    row.getparent().remove(row)


def place_gone(document: WordFile) -> None:
    place = next(each for each in document.paragraphs if each.text.startswith("[Escriba si procede"))._p
    place.getparent().remove(place)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (words("168", "186"), "fila «Disponibles», columna «Horas»: dice «186» y no «168»"),
        (words("72", "—"), "fila «Total», columna «Solicitudes»: dice «—» y no «72»"),
        (words("890399046-0", "890399046-1"), "«NIT de la entidad»: dice «890399046-1»"),
        (words("En ejecución", "Disponibles"), "dice «Disponibles» y no «En ejecución»"),
        (row_gone, "tabla «Documentos entregados»: tiene 3 filas y no 4"),
        (place_gone, "«Pago»: faltan o sobran espacios del supervisor"),
        (words("Ningún día del periodo está sin leer.", "Quedan 2 días."), "dé a cada número su cifra"),
        (words("[Lugar y fecha]", "Jamundí, hoy"), "el espacio del supervisor dice «Jamundí, hoy»"),
        (words("Ningún día del periodo está sin leer.", "El contratista cumplió."), "solo lo dice el supervisor"),
        (words("Copias de seguridad", "Copias"), "tiene las tablas «Identificación», «Documentos entregados»"),
    ],
)
def test_nothing_in_it_can_be_another_than_the_figures_say(change: Callable[[WordFile], None], told: str) -> None:
    findings = changed(change)
    assert any(told in finding for finding in findings), findings
