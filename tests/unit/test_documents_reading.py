"""What a PDF says of itself is read from its tags alone."""

from __future__ import annotations

from io import BytesIO

import pytest
from pikepdf import Name, Pdf

from service_reports.documents.proof.reading import NotReadable, Run, read
from tests.tagged import OVERLEAF, head, row, tag, tagged_pdf


def test_a_sentence_is_read_in_runs_that_know_what_they_say() -> None:
    sentence = tag(
        "P",
        "Del ",
        tag("Span", "20/01/2026", date="2026-01-20"),
        ", ",
        tag("Span", "1.093,53", figure="usage.total/X"),
        " de ",
        tag("Quote", "lo que dijo otro: 5"),
        " sobre el ",
        tag("Span", "95 %", declared=True),
        ".",
    )
    [block] = read(tagged_pdf(sentence)).blocks
    assert block.runs == (
        Run("Del "),
        Run("20/01/2026", "date", "2026-01-20"),
        Run(", "),
        Run("1.093,53", "figure", "usage.total/X"),
        Run(" de "),
        Run("lo que dijo otro: 5", "quotation"),
        Run(" sobre el "),
        Run("95 %", "declared"),
        Run("."),
    )
    assert block.own == "Del ·, · de · sobre el ·."
    assert block.text == "Del 20/01/2026, 1.093,53 de lo que dijo otro: 5 sobre el 95 %."


def test_a_paragraph_that_goes_on_overleaf_is_one_and_lines_are_words_apart() -> None:
    [block] = read(tagged_pdf(tag("P", "empieza aquí\n", "y sigue", OVERLEAF, "en otra página"))).blocks
    assert (block.text, block.page) == ("empieza aquí y sigue en otra página", 1)


def test_a_table_that_goes_on_overleaf_keeps_its_headers() -> None:
    table = tag(
        "Table",
        tag("Caption", "Tabla 3. Consumo diario"),
        tag("THead", head("Fecha", "Horas")),
        tag(
            "TBody",
            row(tag("TH", "20/01/2026", date="2026-01-20", Scope=Name.Row), tag("TD", "24", figure="a")),
            row(tag("TH", OVERLEAF, "21/01/2026", date="2026-01-21", Scope=Name.Row), tag("TD", "—", figure="b")),
        ),
    )
    [read_table] = read(tagged_pdf(tag("H1", "3. Uso"), table, furniture=["Página 1 de 2"])).tables
    assert (read_table.caption, read_table.heading) == ("Consumo diario", "3. Uso")
    found = [(cell.page, cell.column_headers, cell.row_headers, cell.runs) for cell in read_table.cells]
    assert found == [
        (1, ("Fecha",), (), (Run("20/01/2026", "date", "2026-01-20"),)),
        (1, ("Horas",), ("20/01/2026",), (Run("24", "figure", "a"),)),
        (2, ("Fecha",), (), (Run("21/01/2026", "date", "2026-01-21"),)),
        (2, ("Horas",), ("21/01/2026",), (Run("—", "figure", "b"),)),
    ]


def test_headers_over_several_columns_and_rows_of_a_group_hold_for_all_that_is_under_them() -> None:
    table = tag(
        "Table",
        row(
            tag("TH", "Fecha", Scope=Name.Column, RowSpan=2),
            tag("TH", "CPU", Scope=Name.Column, ColSpan=2),
        ),
        row(tag("TH", "Mín.", Scope=Name.Column), tag("TH", "Máx.", Scope=Name.Column)),
        row(tag("TH", "Servidor", ColSpan=3, Scope=Name.Row)),
        row(tag("TH", "20/01/2026", Scope=Name.Row), tag("TD", "1"), tag("TD", "2")),
    )
    [read_table] = read(tagged_pdf(table)).tables
    group, (day, least, most) = read_table.rows
    assert group[0].text == "Servidor"
    assert (day.column_headers, day.row_headers) == (("Fecha",), ("Servidor",))
    assert (least.column_headers, least.row_headers) == (("CPU", "Mín."), ("Servidor", "20/01/2026"))
    assert (most.column_headers, most.row_headers) == (("CPU", "Máx."), ("Servidor", "20/01/2026"))


def test_in_a_table_of_two_halves_a_row_s_header_is_the_nearest_one() -> None:
    halves = row(
        tag("TH", "20/01/2026", Scope=Name.Row), tag("TD", "1"), tag("TD"), tag("TH", "06/02/2026", Scope=Name.Row),
        tag("TD", "2"),
    )  # fmt: skip
    [table] = read(tagged_pdf(tag("Table", head("Fecha", "CPU", "", "Fecha", "CPU"), halves))).tables
    assert [cell.row_headers for cell in table.rows[0]][1::3] == [("20/01/2026",), ("06/02/2026",)]


def test_a_text_that_stands_for_what_is_drawn_is_read_instead_of_it() -> None:
    [block] = read(tagged_pdf(tag("P", "dice ", tag("Quote", "ahbr", ActualText="مرحبا")))).blocks
    assert block.runs[-1] == Run("مرحبا", "quotation")


def test_text_without_a_tag_is_told_and_furniture_is_not() -> None:
    found = read(tagged_pdf(tag("P", "dicho"), furniture=["Página 1"], stray=["72 solicitudes"]))
    assert found.stray == ((1, "72 solicitudes"),)
    assert [block.text for block in found.blocks] == ["dicho"]


def test_a_chart_says_its_alternative_text_and_not_what_is_drawn() -> None:
    found = read(tagged_pdf(tag("Figure", "24", tag("Caption", "Gráfica 1. Uso"), figure="usage.max/X", Alt="Máximo")))
    assert [(block.kind, block.text) for block in found.blocks] == [("Caption", "Gráfica 1. Uso")]
    [alternative] = found.alternatives
    assert alternative.runs == (Run("Máximo"), Run("", "figure", "usage.max/X"))


def test_a_file_without_tags_is_not_read() -> None:
    plain = BytesIO()
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.save(plain)
    with pytest.raises(NotReadable, match="etiquetas"):
        read(plain.getvalue())
    with pytest.raises(NotReadable):
        read(b"no es un PDF")
