"""Personal data never leave the help desk in a text, however they are written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import NamedTuple

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service_reports.masking.known_words import folded
from service_reports.masking.personal_data import masked


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
        ("La señora Yadira Cuene no puede firmar", "La señora [persona] no puede firmar"),
        ("el contribuyente Elver de la Cruz Tunja debe", "el contribuyente [persona] debe"),
        ("pide que Rosaura Cuspián Muelas revise", "pide que [persona] revise"),
        ("Según MARIA DEL CARMEN OBANDO no sale", "Según [persona] no sale"),
        ("enviado a Óscar Cerón de la Torre y a Jose Luis Yunda", "enviado a [persona] y a [persona]"),
        ("rosa elvira blanco prado pregunta por el paz y salvo", "[persona] pregunta por el paz y salvo"),
        ("reporta wilmer que no carga", "reporta [persona] que no carga"),
        ("atendió A. Yanguas, cierra L.M.G.", "atendió [persona], cierra [persona]"),
        ("la firma Inversiones Chará e Hijos no declara", "la firma [persona] no declara"),
        ("vive en la Calle 10 No. 23-45 apto 301 y no le llega", "vive en la [dirección] y no le llega"),
        ("predio de la vereda El Guabal, finca La Esperanza", "predio de la [dirección]"),
        ("barrio Alfaguara, Mz 14 Cs 7", "[dirección]"),
        ("mi usuario es lagudelo76 y mi clave perrito123", "mi usuario es [acceso] y mi clave [acceso]"),
        ("USUARIO: rentas03 CLAVE: Jam.2026!", "USUARIO: [acceso] CLAVE: [acceso]"),
        ("entrar a https://ejemplo.example/x?doc=1 y ver", "entrar a [enlace] y ver"),
        (r"dejarlo en \\servidor\recaudos o en 192.168.10.4", "dejarlo en [enlace] o en [enlace]"),
        ("cuenta de ahorros 801-234567-89", "cuenta de ahorros [identificación]"),
        ("nacida el 14/08/1979", "nacida el [fecha]"),
        ("cédula diez millones quinientos mil doscientos tres", "cédula [identificación]"),
        ("Cedula_Ramiro_Yule.pdf y Recibo_2026.pdf", "Cedula_[persona].pdf y Recibo_2026.pdf"),
        ("De: Rubiela Zape <r@a.example>\nAsunto: Error", "De: [persona]\nAsunto: Error"),
        ("Preguntar por Blanca. El plano no sube", "Preguntar por [persona]. El plano no sube"),
        ("Lo pidió ROSA DEL PILAR PINTO", "Lo pidió [persona]"),
        ("alias La Mona, sin registro", "alias La [persona], sin registro"),
        ("El plano no sube\nLuz Marina", "El plano no sube\n[persona]"),
        ("Marco Grande pregunta por su pago", "[persona] pregunta por su pago"),
        ("le puse Jardin.2031* y no entra", "le puse [acceso] y no entra"),
        ("quedó Vigencia$19 y no entra", "quedó [acceso] y no entra"),
        ("en la cra 6 norte n 3-18", "en la [dirección]"),
        ("usuario de red CAJA07 sin permisos", "usuario de red [acceso] sin permisos"),
        ("en la Carrera 8 No. 4 A - 19 casa 2", "en la [dirección]"),
        ("Quedo atento, el plano no sube", "Quedo atento, el plano no sube"),
        ("fecha_nac de él dice 3/02/1981, es 4/02/1981", "fecha_nac de él dice [fecha], es [fecha]"),
        ("su casa queda frente a la cancha, casa roja", "su casa queda [dirección]"),
        ("llamar al 31O 555 O1 l9", "llamar al [teléfono]"),
        ("AnyDesk 1 204 551 028 pass no sale", "AnyDesk [identificación] pass no sale"),
        ("la moto de placa motocarro 318 QZX", "la moto de placa motocarro [placa]"),
        ("el ingreso lo hizo admin07", "el ingreso lo hizo [acceso]"),
        ("hay que revisar el pago de Gilberto Portal hoy", "hay que revisar el pago de [persona] hoy"),
        ("firma Tulípides Yonda", "firma [persona]"),
        ("Se capacitó a Doña Carmenza y al Ing. Uldarico", "Se capacitó a [persona] y al [persona]"),
        ("pide Rosa Moyano Vda. de Pirajón", "pide [persona]"),
        ("la ficha de Tumbo Yonda; con TUMBO ya van dos", "la ficha de [persona]; con [persona] ya van dos"),
        (
            "no abre en el pc de Maye y tampoco, según Arroyo, en otro",
            "no abre en el pc de [persona] y tampoco, según [persona], en otro",
        ),
        ("Tita quedó con dos cargos", "[persona] quedó con dos cargos"),
        ("el servidor SRV-ALC-BD y los equipos TES-01 y TES-02", "el servidor [enlace] y los equipos [enlace]"),
        ("entré con administrador / Muni88 y salió", "entré con [acceso] y salió"),
        ("los usuarios mvalencia, rposso y acampo", "los usuarios [acceso]"),
        (r"el usuario ALCALDIA\efrain.jitdut no entra", "el usuario [acceso] no entra"),
        ("la clave estaba en el monitor (Oracle_alc10)", "la clave estaba en el monitor ([acceso])"),
        ("incapacidad por hipertensión gestacional del 3 al 17", "incapacidad por [salud] del 3 al 17"),
        ("está incapacitada por una cirugía de rodilla", "está [salud]"),
        ("diagnóstico F32.1 episodio depresivo moderado", "diagnóstico [salud]"),
        ("hospitalizado en la clínica San Fernando hoy", "[salud] hoy"),
        ("19/09/2001 es su fecha de nacimiento", "[fecha] es su fecha de nacimiento"),
        ("Mz C Lt 14 urb. Terranova II etapa, estrato 3", "[dirección], estrato 3"),
        ("lote 8 manzana 5 barrio Ciro Velasco", "[dirección]"),
        ("corregimiento de Potrerito, casa 31, sin avalúo", "[dirección], sin avalúo"),
        ("el resivo no sale", "el [reservado] no sale"),
        ("No deja declarar. Cordialmente, Nombre Apellido, Tesorería", "No deja declarar."),
        ("No deja declarar.\nMuchas gracias\nNombre Apellido\nTesorería", "No deja declarar."),
        ("No deja declarar gracias Nombre Apellido", "No deja declarar"),
        ("No deja declarar. Att, Nombre Apellido", "No deja declarar."),
        ("No deja declarar Att.Nombre Apellido", "No deja declarar"),
        ("No deja declarar. Saludos cordiales, Nombre Apellido", "No deja declarar."),
    ],
)
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
        "Portal de la Alcaldía de Cali, en el departamento del Valle del Cauca",
        "JULIO NO CARGA, JUNIO SÍ",
        "Se generaron 1.250 facturas y 3.400 recibos; fallan 45 de 2.100 filas",
        "20260103-CC-014-Ajuste_persona.pdf",
        "El Acuerdo 021, la casilla 1.204 y los códigos CIIU 4711, 4719 y 5611",
        "Versión 12.2.1.4 de WebLogic; error ORA-01403 al consultar RP_0045",
        "La clave de acceso es obligatoria y el usuario no la recibe",
        "No sale el paz y salvo del segundo piso de la casa",
        "otro barrio no tiene estrato y la finca raíz tampoco",
        "Área de RECAUDO Y CARTERA; Impuesto de Industria y Comercio",
        "El rubro 2.1.2.02.01 y la cuenta 1.1.05 del catálogo",
        "La cuenta 240315 no cuadra con el auxiliar contable",
        "El comprobante 318, el recibo 40211 y el ticket #7731",
        "Faltan $ 0,40 y sobran 2 pesos; la UVT de 2025 es 49.799",
        "El validador del ZUFAR no lee la columna TIPO_PAG",
        "Sale NumberFormatException: the value could not be found",
        "Alcaldía de Puerto Berrío y Hospital San Carlos",
        "La factura FE-1190, la nota NC-77 y la pantalla FRM-40735",
        "Al dar Grabar sale Tiempo de espera agotado en Contabilidad > Procesos > Mayorizar",
        "Oficio del Juzgado Primero de Familia al Almacén e Inventarios",
        "Novedades de incapacidad por enfermedad general y de licencia de maternidad",
        "El barrio y la vereda no cargan en el módulo",
        "La cooperativa de Transportadores declara por la Empresa de Aseo",
        "Gracias por la ayuda de ayer. El Director Técnico pide otra revisión",
    ],
)
def test_ordinary_texts_stay(text: str) -> None:
    assert masked(text) == text


def test_another_ticket_may_be_named() -> None:
    assert masked("Ver el requerimiento 20260041", {"20260041"}) == "Ver el requerimiento 20260041"
    assert masked("Ver el requerimiento 20260041") == "Ver el requerimiento [identificación]"


def test_names_of_the_contracts_own_lists_may_stay() -> None:
    """Products, modules, codes: the caller says which."""
    own = {"PRINX Plus", "Qhapaq Portal", "SER-INGE-ALCJAM-20260223"}
    text = "Qhapaq Portal no abre SER-INGE-ALCJAM-20260223"
    assert masked(text, own) == text
    assert masked(text) == "[persona] Portal no abre SER-INGE-[persona]-[identificación]"


SEPARATOR = st.sampled_from(["", " ", "-", ".", " - ", "\u00a0"])
AROUND = st.sampled_from(
    [
        ("Llamar al ", " por favor"),
        ("el dato (", ") no sale"),
        ("dato:", ", revisar"),
        ("ver ", ""),
        ("", "; urgente"),
        ("El número es\n", "\ny no sale"),
        ("EL NÚMERO ES ", " Y NO SALE"),
        ("nº", " no sale"),
    ]
)


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


def test_words_of_a_category_stay_and_names_in_it_do_not() -> None:
    """Somebody chose it from a list: a word that nobody knows is the platform's."""
    assert masked("GENERAL QHAPAQ-2", classified=True) == "GENERAL QHAPAQ-2"
    assert masked("CASOS DE MARTHA YUNDA 315 555 01 02", classified=True) == "CASOS DE [persona] [teléfono]"


TEXTS = Path(__file__).parent / "texts_of_people"
BESIDE_A_SECRET = frozenset(
    re.findall(
        r"\w+",
        "apto auxiliar barrio calle carrera casa cedula cel corregimiento cuenta del don dona esquina finca frente "
        "herederos hermanos ing jefe las los nit parque piso rentas sur torre transversal vda vereda",
    )
)
"""Words beside a secret that say what it is, and no more."""


class Written(NamedTuple):
    """A text that a person might write, with what is secret in it and what is known to be harmless."""

    text: str
    secrets: tuple[str, ...]
    harmless: tuple[str, ...]


def written(file: str) -> list[Written]:
    """The texts of a file, one a line: ``{secret}``, ``[harmless]``, ``\\n`` for a new line."""
    texts = []
    for line in (TEXTS / file).read_text(encoding="utf-8").splitlines():
        line = line.replace("\\n", "\n").replace("\\t", "\t")
        secrets, harmless = re.findall(r"\{([^}]*)\}", line), re.findall(r"\[([^\]]*)\]", line)
        texts.append(Written(re.sub(r"[{}\[\]]", "", line), tuple(secrets), tuple(harmless)))
    return texts


def words_of(text: str) -> set[str]:
    """What tells something: words of three letters, numbers of two digits."""
    words = re.findall(r"[^\W_]+", folded(re.sub(r"\[[^\]]*\]", " ", text)))
    return {word for word in words if len(word) > 2 or (word.isdigit() and len(word) > 1)} - BESIDE_A_SECRET


def shown_secrets(each: Written) -> list[str]:
    """The secrets of which a word is left, unless it stands in the text as a harmless one too."""
    left = words_of(masked(each.text)) - words_of(" ".join(each.harmless))
    return [secret for secret in each.secrets if words_of(secret) & left]


def lost(each: Written) -> list[str]:
    """What is harmless and did not stay as it was."""
    safe = masked(each.text)
    return [text for text in each.harmless if text.rstrip(".:; ") not in safe]


@pytest.mark.parametrize(
    ("file", "hidden", "kept"),
    [
        ("building.txt", 0.99, 0.97),
        ("building_2.txt", 0.99, 0.95),
        ("building_3.txt", 0.97, 0.97),
        ("building_4.txt", 0.98, 0.95),
        ("unseen.txt", 0.98, 0.90),
        ("kinds.txt", 0.985, 0.99),
    ],
)
def test_texts_of_a_help_desk_lose_their_secrets_and_little_else(file: str, hidden: float, kept: float) -> None:
    """The floors are what was measured. All were written before they were tried; from ``unseen`` nothing was learned.

    ``kinds`` has, for each kind of what identifies somebody, the forms that it takes.
    """
    texts = written(file)
    secrets, harmless = sum(len(each.secrets) for each in texts), sum(len(each.harmless) for each in texts)
    seen = [secret for each in texts for secret in shown_secrets(each)]
    gone = [text for each in texts for text in lost(each)]
    assert 1 - len(seen) / secrets >= hidden, seen
    assert 1 - len(gone) / harmless >= kept, gone


def test_a_month_of_texts_is_masked_in_well_under_a_second() -> None:
    texts = [each.text for each in written("building.txt")]
    masked(texts[0])  # reads the lists
    started = process_time()
    for text in texts:
        masked(text)
    assert process_time() - started < 0.8  # measured: 0.12


def test_the_lists_are_read_when_they_are_first_asked() -> None:
    """Who only imports a source, as each task does, pays nothing for them."""
    code = (
        "import service_reports.sources; from service_reports.masking import known_words;"
        " print(known_words._read.cache_info())"
    )
    command, environment = [sys.executable, "-c", code], {"PYTHONPATH": "include"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "currsize=0" in done.stdout


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1 ",
        "a.b",
        "(at) ",
        "calle 1 ",
        "gracias ",
        "De: x\n",
        "usuario ",
        "uno dos ",
        "A. ",
        "a@",
        " ",
        "\n",
        "cédula ",
        "S.A.S. ",
        "a1-",
        "1.",
        "vereda ",
        "[persona] ",
        "http://",
        "a.pdf",
        "María de la ",
        "a1:",
        "a1!",
        "a_B",
        '"a" ',
        'Rosa "',
        "Hola ",
        "alias el ",
        "hospital San ",
        "cuenta 1234, ",
        "rubro 1.1.",
        "is not a ",
        "AbC",
        "\nLuz",
        "vive en la ",
        "vive frente al ",
        "nacido el 1/2/2001 ",
        "3O1 ",
        "via a la Vereda ",
        "PC-1-",
        "usuarios a, b y ",
        "vereda La Mina finca ",
        "por cáncer ",
        "tres meses de ",
        "fecha de nacimiento ",
        "nacido el uno de mayo ",
        "Ana Vda. de ",
        "Aa Aa.pdf",
        "clave a1b2c3 ",
        "equipos a-b, ",
        "entré con a/",
    ],
)
def test_a_long_text_costs_what_it_holds(piece: str) -> None:
    """A pattern that goes back again and again would take minutes for what a person may paste."""
    started = process_time()
    masked(piece * (8000 // len(piece)))
    assert process_time() - started < 3


@pytest.mark.parametrize("letter", ["a", "Á", "1", "-", "a1"])
def test_a_word_of_a_hundred_kilobytes_is_masked_in_a_second(letter: str) -> None:
    started = process_time()
    masked(letter * (100_000 // len(letter)))
    assert process_time() - started < 2  # measured: 0.4


WORDS = st.lists(
    st.sampled_from(
        [
            "el",
            "saldo",
            "de",
            "5.000",
            "NIT",
            "900123456-7",
            "gracias",
            "Gracias.",
            "placa",
            "ABC123",
            "a@b.example",
            "@",
            "señora",
            "Nombre",
            "Apellido",
            "2024-2026",
            "31/12/2025",
            "$",
            "pesos",
            "mil",
            "315",
            "555",
            "0102",
            "y",
            "Cordialmente,",
            "[valor]",
            ".",
            "-",
            "20260041",
            "\n",
            "\ue000",
        ]
    ),
    max_size=40,
)


@given(st.one_of(WORDS.map(" ".join), WORDS.map("".join), st.text(max_size=200)))
def test_masking_again_changes_nothing(text: str) -> None:
    once = masked(text, {"20260041"})
    assert masked(once, {"20260041"}) == once
