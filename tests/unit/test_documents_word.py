"""Word documents: what is written is read back, values and quotations told apart, and equal input gives equal bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document

from service_reports.contracts.model import Brand
from service_reports.documents.engine.word import Properties, WordDocument
from service_reports.documents.proof.reading import NotReadable
from service_reports.documents.proof.word import BLANK, read_word
from service_reports.wording.shown import Composed, Quoted, Shown

DATED = date(2026, 2, 23)
PROPERTIES = Properties("Título", "Contrato", "SMART TMT S.A.S.", "uno; dos", "Borrador", "Versión 1", DATED)


def written(properties: Properties = PROPERTIES) -> bytes:
    document = WordDocument(Brand(), "Encabezado", "Pie")
    document.title("Prueba")
    document.heading("Datos")
    document.facts([("Entidad", Quoted("Alcaldía 1")), ("Horas", Composed(Shown("12", "declared"), " horas"))])
    document.heading("Documentos", 2)
    document.table(["Nombre", "Días"], [["uno\x0b", Shown("3", "declared")], ["dos", ""]], (3.0, 1.0), numbers=[1])
    document.blank("Escriba aquí")
    return document.content(properties)


def test_what_is_written_is_read_back_by_what_it_is() -> None:
    read = read_word(written())
    facts, table = read.tables
    assert [[(cell.kind, cell.text, cell.own) for cell in row] for row in facts.rows] == [
        [("TH", "Entidad", "Entidad"), ("TD", "Alcaldía 1", "·")],
        [("TH", "Horas", "Horas"), ("TD", "12 horas", "· horas")],
    ]
    assert (facts.caption, table.caption) == ("Datos", "Documentos")
    assert [[cell.text for cell in row] for row in (*table.headings, *table.rows)] == [
        ["Nombre", "Días"],
        ["uno", "3"],
        ["dos", ""],
    ]
    assert [cell.column_headers for cell in table.rows[0]] == [("Nombre",), ("Días",)]
    assert [block.text for block in read.blocks if block.kind == BLANK] == ["Escriba aquí"]
    assert [block.text for block in read.blocks if block.kind.startswith("H")] == ["Prueba", "Datos", "Documentos"]
    assert [block.text for block in read.blocks[-2:]] == ["Encabezado", "Pie — Página de"]


def test_equal_words_give_equal_bytes_that_are_dated_by_the_report() -> None:
    content = written()
    assert content == written()
    with ZipFile(BytesIO(content)) as archive:
        assert {each.date_time[:3] for each in archive.infolist()} == {(2026, 2, 23)}
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
    core = Document(BytesIO(content)).core_properties
    midnight = datetime(2026, 2, 23, 5, tzinfo=UTC)
    assert (core.created, core.modified, core.language, core.revision) == (midnight, midnight, "es-CO", 1)
    assert (core.title, core.author, core.last_modified_by) == ("Título", "SMART TMT S.A.S.", "SMART TMT S.A.S.")


def test_a_long_name_in_what_the_file_says_of_itself_is_cut_and_stops_nothing() -> None:
    named = Document(BytesIO(written(replace(PROPERTIES, subject="Municipio " * 40))))
    assert named.core_properties.subject.startswith("Municipio ")
    assert len(named.core_properties.subject) == 255


def test_what_is_no_word_document_is_not_read() -> None:
    with pytest.raises(NotReadable, match="no es un documento de Word"):
        read_word(b"%PDF-1.7")
