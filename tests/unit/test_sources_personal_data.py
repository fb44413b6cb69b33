"""Personal data never leave the help desk in a text, however they are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service_reports.sources.personal_data import masked


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Escribir a Nombre.Apellido@correo.example.co, urgente", "Escribir a [correo], urgente"),
        ("a nombre arroba correo punto example o nombre (at) correo.example", "a [correo] o [correo]"),
        ("Llamar al 315 555 01 02 o al 3155550102", "Llamar al [teléfono] o al [teléfono]"),
        ("Fijo (602) 555 01 02 o +57 315-555-0102 ext. 12", "Fijo [teléfono] o [teléfono]"),
        ("El NIT 900.123.456-7 no aparece", "El NIT [identificación] no aparece"),
        ("NIT 900123456-7, Nº900123456", "NIT [identificación], Nº[identificación]"),
        ("NIT900123456", "NIT[identificación]"),
        ("cédula 16.789.012 y C.C. 1130567890", "cédula [identificación] y C.C. [identificación]"),
        ("cédula de ciudadanía No. 45871", "cédula de ciudadanía No. [identificación]"),
        ("el establecimiento con placa No. 45871 debe", "el establecimiento con placa [placa] debe"),
        ("las placas 45871, 45872 y 45873 no salen", "las placas [placa] no salen"),
        ("el establecimiento 4587", "el establecimiento [identificación]"),
        ("la matrícula No. 12345", "la matrícula No. [identificación]"),
        ("vehículo ABC123 y moto XYZ 12D", "vehículo [placa] y moto [placa]"),
        ("debe $ 12.345.678 del predio 010203040506000", "debe [valor] del predio [identificación]"),
        ("saldo a favor de 350000 y deuda de 4.500", "saldo a favor de [valor] y deuda de [valor]"),
        ("COP 300.000, 2,5 millones de pesos y cinco mil pesos", "[valor], [valor] y [valor]"),
        ("La señora Nombre Apellido no puede firmar", "La señora [persona] no puede firmar"),
        ("el contribuyente Nombre de la Palabra Apellido debe", "el contribuyente [persona] debe"),
        ("pide que María Apellido Segundo revise", "pide que [persona] revise"),
        ("Según MARIA DEL CARMEN APELLIDO no sale", "Según [persona] no sale"),
        ("enviado a Óscar Apellido de la Palabra y a Jose Luis Apellido", "enviado a [persona] y a [persona]"),
        ("No deja declarar. Cordialmente, Nombre Apellido, Tesorería", "No deja declarar."),
        ("No deja declarar.\nMuchas gracias\nNombre Apellido\nTesorería", "No deja declarar."),
        ("No deja declarar gracias Nombre Apellido", "No deja declarar"),
        ("No deja declarar. Att, Nombre Apellido", "No deja declarar."),
        ("No deja declarar Att.Nombre Apellido", "No deja declarar"),
        ("No deja declarar. Saludos cordiales, Nombre Apellido", "No deja declarar."),
    ],
)  # fmt: skip
def test_masks(text: str, safe: str) -> None:
    assert masked(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "Vigencias 2021 y 2023, casilla 20, bimestre 6",
        "Plazo hasta el 31/12/2035 y desde 2026-01-20 15:30",
        "Información exógena 2024-2026 y vigencias 2021, 2022, 2023; periodo 2025-12",
        "Valores de ICA y RETEICA del 100 %; la tasa es 12,345 %",
        "La declaración no muestra la placa del establecimiento",
        "Predios 2025: SON 120 registros",
        "Cordial saludo, el portal no deja declarar",
        "Saludos cordiales, el portal no deja declarar",
        "El predio del barrio San José Obrero y el de la vereda Santa María Alta",
        "Portal de Santiago de Cali, Plaza María",
        "Área de RECAUDO Y CARTERA; Impuesto de Industria y Comercio",
        "Gracias por la ayuda de ayer. El Director Técnico pide otra revisión",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    assert masked(text) == text


def test_another_ticket_may_be_named() -> None:
    assert masked("Ver el requerimiento 20260041", {"20260041"}) == "Ver el requerimiento 20260041"
    assert masked("Ver el requerimiento 20260041") == "Ver el requerimiento [identificación]"


SEPARATOR = st.sampled_from(["", " ", "-", ".", " - ", "\u00a0"])
AROUND = st.sampled_from([
    ("Llamar al ", " por favor"), ("el dato (", ") no sale"), ("dato:", ", revisar"), ("ver ", ""), ("", "; urgente"),
    ("El número es\n", "\ny no sale"), ("EL NÚMERO ES ", " Y NO SALE"), ("nº", " no sale"),
])  # fmt: skip


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@st.composite
def phones(draw: st.DrawFn) -> str:
    """Mobile and landline numbers as they are written in Colombia."""
    prefix = draw(st.sampled_from(["", "+57 ", "57", "(+57) ", "+57"]))
    area = draw(st.one_of(st.from_regex(r"3[0-5][0-9]", fullmatch=True), st.from_regex(r"60[1-8]", fullmatch=True)))
    area = draw(st.sampled_from([area, f"({area})"]))
    joint = draw(SEPARATOR)
    rest = draw(st.sampled_from([(3, 4), (3, 2, 2), (7,)]))
    return prefix + joint.join([area, *(draw(digits(count)) for count in rest)])


@st.composite
def identities(draw: st.DrawFn) -> str:
    """NIT and identity numbers, with or without points and check digit."""
    number = str(draw(st.integers(100_000, 9_999_999_999)))
    if draw(st.booleans()):
        number = f"{int(number):,}".replace(",", draw(st.sampled_from([".", " ", "'"])))
    return number + draw(st.sampled_from(["", "-1", " - 7"]))


@given(AROUND, st.one_of(phones(), identities()))
@example(("ver ", ""), "20.102.025")
@example(("ver ", ""), "3601862100-1")
def test_no_phone_or_identity_leaves_a_digit(around: tuple[str, str], secret: str) -> None:
    """Unless it reads as a date or as years, which then is all that is left of it."""
    before, after = around
    assume(not re.search(r"(?:19|20)\d\d(?:\D|$)", secret))
    assert not re.search(r"\d", masked(before + secret + after))


@given(st.from_regex(r"[a-z0-9._%+-]{1,20}@[a-z0-9-]{1,15}(\.[a-z]{2,6}){1,2}", fullmatch=True), AROUND)
def test_no_mail_address_stays(address: str, around: tuple[str, str]) -> None:
    assert "@" not in masked(around[0] + address + around[1])


@given(st.from_regex(r"[A-Z]{3}[ -]?([0-9]{3}|[0-9]{2}[A-Z])", fullmatch=True), st.integers(100, 99_999))
def test_no_named_plate_stays(vehicle: str, establishment: int) -> None:
    text = masked(f"La placa {vehicle} y el establecimiento con placa No. {establishment} no salen")
    assert not re.search(r"\d", text)


@given(st.integers(1_000, 10**13), st.sampled_from(["$ {}", "${}", "{} pesos", "saldo de {}", "debe {}", "COP {}"]))
def test_no_amount_stays(pesos: int, form: str) -> None:
    assume(not 1900 <= pesos < 2100)
    for number in (str(pesos), f"{pesos:,}".replace(",", "."), f"{pesos:,}"):
        assert not re.search(r"\d", masked(f"El contribuyente tiene {form.format(number)} en el estado de cuenta"))


CLOSINGS = st.sampled_from(
    ["Cordialmente", "Atentamente", "Gracias", "Muchas gracias", "Atte", "Quedo atento", "Respetuosamente"]
)


@given(
    CLOSINGS,
    st.sampled_from([",\n", "\n", ", ", ". ", " "]),
    st.sampled_from(["No deja declarar. ", "No sale el pago\n"]),
)
def test_nothing_stays_of_a_closing_signature(closing: str, between: str, text: str) -> None:
    signed = f"{text}{closing}{between}Nombre Apellido\nProfesional de Rentas\nSecretaría de Hacienda"
    assert masked(signed) == text.strip()


WORDS = st.lists(
    st.sampled_from([
        "el", "saldo", "de", "5.000", "NIT", "900123456-7", "gracias", "Gracias.", "placa", "ABC123", "a@b.example",
        "@", "señora", "Nombre", "Apellido", "2024-2026", "31/12/2025", "$", "pesos", "mil", "315", "555", "0102", "y",
        "Cordialmente,", "[valor]", ".", "-", "20260041", "\n", "\ue000",
    ]),
    max_size=40,
)  # fmt: skip


@given(st.one_of(WORDS.map(" ".join), WORDS.map("".join), st.text(max_size=200)))
def test_masking_again_changes_nothing(text: str) -> None:
    once = masked(text, {"20260041"})
    assert masked(once, {"20260041"}) == once
