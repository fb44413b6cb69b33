"""The gate for text from outside: what is said stays, what nobody can see, print or store does not come in."""

from __future__ import annotations

import time
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service_reports.contracts.model import Product
from service_reports.foreign_text import bounded, decoded, foreign_line, foreign_text, looks_damaged, normalised
from service_reports.records import DatabaseDump, HourBankEntry, Ticket


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("cel 315&nbsp;555&nbsp;01&nbsp;02", "cel 315 555 01 02"),
        ("R&amp;D &lt;b&gt; &#243; &#xF3; &amp;amp;oacute;", "R&D <b> ó ó ó"),
        ("ver /x?a=1&copy=2&reg", "ver /x?a=1&copy=2&reg"),
        ("No abre_x000D_\nel reporte_x000D_", "No abre\nel reporte"),
        ("uno_x0009_dos_x00A0_tres, tabla_x0041_y", "uno dos tres, tabla_x0041_y"),
        ("Generacio\u0301n de ma\u0303quina", "Generación de mãquina"),
        ("pre\u00addial\ufeff a\u200bb\u2060c \u202etxt\u202c \u2066x\u2069", "predial abc txt x"),
        ("uno\r\ndos\rtres\u2028cuatro\x0bcinco", "uno\ndos\ntres\ncuatro\ncinco"),
        ("a\u00a0b\u2003c\u202fd\u3000e\tf", "a b c d e f"),
        ("a\x00b\x07c \x1b[31mrojo", "a b c rojo"),
        ("x\ud83d y \ude00 \ud83d\ude00", "x y 😀"),
        ("x\ue123\U000f0000\ufdd0\uffff\U0001fffey", "xy"),
        ("&#xD800;&#0;&#xFFFF;x", "x"),
        ("✔\ufe0f a\u034fb ㅤ x", "✔ ab x"),
        ("Z\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "Ź\u0301\u0301\u0301"),
        ("\u0614", ""),
        ("\u0301Meta de \u0614: uno \u0302\u0303dos", "Meta de : uno dos"),
        ("  varios   blancos  \n\n\n\n  y líneas ", "varios blancos\n\ny líneas"),
        ("café \x93entre comillas\x94", "café “entre comillas”"),
    ],
)
def test_what_is_said_stays_and_what_nobody_sees_goes(written: str, read: str) -> None:
    assert foreign_text(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("GeneraciÃ³n y aplicaciÃƒÂ³n", "Generación y aplicación"),
        ("Generaci—n y aplicaci—n de novedades", "Generación y aplicación de novedades"),
        ("Facturaci¢n", "Facturación"),
        ("GeneraciÛn", "Generación"),
        ("GESTIîN", "GESTIÓN"),
        ("Espa–a", "España"),
    ],
)
def test_letters_that_were_read_in_the_wrong_code_are_put_right(written: str, read: str) -> None:
    assert normalised(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "norte—sur",
        "Cali–Palmira",
        "enero—febrero",
        "Bogotá—Cali",
        "São Paulo",
        "Curaçao",
        "O’Higgins",
        "Nu´ñez",
        "«paz y salvo» — 10 € × 2 → 20",
        "—¿Sí? —¡No!",
        "Müller & Cía.",
        "zoólogo",
        "1.250 facturas",
        "🙂 ñandú",
    ],
)
def test_what_could_be_meant_as_it_stands_is_left(text: str) -> None:
    assert normalised(text) == text


def test_letters_that_are_lost_are_told() -> None:
    assert looks_damaged("Generaci\ufffdn")
    assert looks_damaged("M—dulo")
    assert not looks_damaged("Módulo — de Rentas")


SPANISH = "REQUERIMIENTO;Módulo\r\n1;Generación y aplicación de novedades del año – «niño», GESTIÓN ÁREA\r\n"


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("text", [SPANISH, "1;Generación", "GESTIÓN", "niño;página;día", "solo ASCII"])
def test_a_file_is_read_in_the_code_in_which_it_is_spanish(code: str, text: str) -> None:
    assert decoded(text.encode(code, "replace")) == text.encode(code, "replace").decode(code)


@pytest.mark.parametrize(
    "content", [b"\xd0\xc2\xcc\xf3\xc8\xd1", b"Generaci\x8dn", "Ελλάδα".encode("cp1253"), b"\xff\xfea"]
)
def test_a_file_in_no_known_code_is_not_guessed(content: bytes) -> None:
    assert decoded(content) is None


def test_what_is_too_long_ends_with_a_mark_between_words_and_not_within_a_number() -> None:
    assert bounded("uno dos tres cuatro", 13) == "uno dos tres…"
    assert bounded("uno dos tres cuatro", 11) == "uno dos…"
    assert bounded("llame al 315 555 01 02 hoy", 21) == "llame al…"
    assert bounded("escriba a alguien@example.com ya", 22) == "escriba a…"
    assert len(foreign_text("x" * 50_000)) == len(foreign_text(foreign_text("x" * 50_000))) == 10_000


@pytest.mark.parametrize("piece", ["&amp;", "\u200b", "ñ – ", "Ã³", "\x00", "o\u0301", "_x000D_"])
def test_no_more_of_a_text_is_looked_at_than_could_be_needed(piece: str) -> None:
    began = time.process_time()
    once = foreign_text("uno " + piece * 5_000_000)
    assert time.process_time() - began < 10
    assert len(once) <= 10_000
    assert once.endswith("…")
    assert foreign_text(once) == once


TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from([*"&;#x_0DaAóo\u0301\u200b\ud83d\ude00\r\n\t \x00\x85—Ã³¢îñ\ue000", "&amp;", "_x000D_", "ci—n"]),
    max_size=25,
).map("".join)


@given(TEXTS)
@example("&am\u200bp;")
@example("o\u200b\u0301")
def test_passing_twice_changes_nothing_and_what_comes_in_can_be_stored_and_printed(text: str) -> None:
    once = foreign_text(text)
    assert foreign_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not {unicodedata.category(each) for each in once.replace("\n", "")} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    once.encode()


@given(st.text(alphabet="abcdeé 1.,@\n", max_size=80) | st.text(alphabet="1a ", min_size=500), st.integers(5, 400))
def test_a_bound_holds_and_bounding_again_changes_nothing(text: str, most: int) -> None:
    once = bounded(text, most)
    assert len(once) <= most
    assert bounded(once, most) == once


def test_every_row_from_outside_passes_the_gate_whichever_way_it_came() -> None:
    ticket = Ticket(
        ticket_id="1\u200b",
        service="support",
        registered_on=None,
        status="Activo\u00a0",
        product="AIRE\x00PLUS",
        module="Generacio\u0301n",
        process="x_x000D_\ny",
        subprocess="a&amp;b",
        summary="uno\r\ndos\ue000",
        priority="Al\u200bta",
    )
    assert list(ticket.model_dump(exclude={"service", "registered_on"}).values()) == [
        "1",
        "Activo",
        "AIRE PLUS",
        "Generación",
        "x y",
        "a&b",
        "uno\ndos",
        "Alta",
        None,
        None,
        None,
        ("priority",),
    ]
    entry = HourBankEntry(request="Reporte\x00\ud800", production_date=None, estimated_hours=Decimal(1), status="x")
    assert entry.request == "Reporte"
    dump = {"dump_day": "2026-01-01", "size_bytes": 1, "modified_at": "2026-01-01T00:00:00Z"}
    assert DatabaseDump(file_name="vo\u0301\u202elcado.dmp", **dump).file_name == "vólcado.dmp"


def test_a_contract_passes_the_gate() -> None:
    assert Product(code="AIRE\u200bPLUS", name="Administracio\u0301n&nbsp;de\u00a0rentas") == Product(
        code="AIREPLUS", name="Administración de rentas"
    )


def test_a_reason_is_one_line() -> None:
    assert foreign_line("Se corrige\r\nel \u202evalor\x00") == "Se corrige el valor"
