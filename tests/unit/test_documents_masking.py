"""Personal data never reach a printed ticket text unless the contract asks for the full text."""

import pytest

from service_reports.documents.masking import masked


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Escribir a Nombre.Apellido@correo.example.co, urgente", "Escribir a [correo], urgente"),
        ("Llamar al 315 555 01 02 o al 3155550102", "Llamar al [teléfono] o al [teléfono]"),
        ("Fijo (602) 555 01 02 o +57 315-555-0102", "Fijo [teléfono] o [teléfono]"),
        ("El NIT 900.123.456-7 no aparece", "El NIT [identificación] no aparece"),
        ("NIT 900123456-7", "NIT [identificación]"),
        ("cédula 16.789.012 y C.C. 1130567890", "cédula [identificación] y C.C. [identificación]"),
        ("el establecimiento con placa No. 45871 debe", "el establecimiento con placa [placa] debe"),
        ("vehículo ABC123 y moto XYZ 12D", "vehículo [placa] y moto [placa]"),
        ("debe $ 12.345.678 del predio 010203040506000", "debe $ [identificación] del predio [identificación]"),
        ("No deja declarar. Cordialmente, Ana Pérez, Tesorería", "No deja declarar."),
    ],
)
def test_masks(text, safe):
    assert masked(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "Vigencias 2021 y 2023, casilla 20, bimestre 6",
        "Plazo hasta el 31/12/2035 y desde 2026-01-20",
        "Valores de ICA y RETEICA del 100 %",
        "La declaración no muestra la placa del establecimiento",
    ],
)
def test_ordinary_texts_stay(text):
    assert masked(text) == text


def test_another_ticket_may_be_named():
    assert masked("Ver el requerimiento 20260041", {"20260041"}) == "Ver el requerimiento 20260041"
    assert masked("Ver el requerimiento 20260041") == "Ver el requerimiento [identificación]"
