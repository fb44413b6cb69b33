"""Takes personal data out of texts that people wrote at the help desk.

The execution documents of a public contract get published, so the rule errs on the side of
hiding: any run of six digits or more counts as an identity, except a date, years or another
ticket's number. A name inside a sentence is recognised after a form of address, or where a given name of
``given_names.csv`` begins it: a surname alone, and a rare given name, are not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path
from unicodedata import combining, normalize

E_MAIL_MARK = "[correo]"
PHONE_MARK = "[teléfono]"
IDENTITY_MARK = "[identificación]"
PLATE_MARK = "[placa]"
AMOUNT_MARK = "[valor]"
PERSON_MARK = "[persona]"

CAPITAL, SMALL = "A-ZÁÉÍÓÚÜÑ", "a-záéíóúüñ"
JOINT = r"(?:\s?[-–—/]\s?|\s|[.,·'_])?"
"""What may stand between two digits of one number."""
CONNECTIVES = (
    r"(?:\s+(?:con|de|del|el|es|la|los|las|ciudadan[íi]a|extranjer[íi]a|n[úu]meros?|nro|no|nos))*\.?\s*[:#°º]?\s*"
)
"""What may stand between the name of a thing and its number: ``placa con el No.``."""
YEAR = r"(?:19|20)\d{2}"

MONTH = r"(?:0?[1-9]|1[0-2])"
KEPT = re.compile(
    r"(?<!\d)(?<!\d[-–./])"
    rf"(?:{YEAR}-[01]\d-[0-3]\d|[0-3]?\d([-/.])[01]?\d\1{YEAR}|{YEAR}[-/]{MONTH}|{MONTH}[-/]{YEAR}"
    rf"|{YEAR}(?:\s?[-–—,/]\s?{YEAR}|\s{YEAR})+)"
    r"(?!\d)(?![-–./]\d)"
)
"""Dates, months and enumerated years: digits that name nobody."""
MAIL_PART = r"[^\s@<>()\[\],;:]{1,80}"
E_MAIL = re.compile(
    rf"{MAIL_PART}\s?@\s?[\w-]+(?:\.[\w-]+)+|{MAIL_PART}@{MAIL_PART}"
    rf"|{MAIL_PART}(?:\s+arroba\s+|\s*[(\[]\s*(?:at|arroba)\s*[)\]]\s*){MAIL_PART}(?:\s+punto\s+\w+)*",
    re.IGNORECASE,
)
PLATE_NUMBER = r"(?:[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])\b|(?=[A-Z0-9-]*\d)[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?\b)"
PLATE_NAMED = re.compile(
    rf"\b(placas?)({CONNECTIVES}){PLATE_NUMBER}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){PLATE_NUMBER})*", re.IGNORECASE
)
REGISTRATION = re.compile(
    r"\b((?:establecimientos?|matr[íi]culas?|predios?|fichas?|c[ée]dulas?|nit|c\.?\s?c\.?|pasaportes?|expedientes?"
    r"|identificad[oa]s?|identificaci[óo]n|documentos?))\b"
    rf"({CONNECTIVES})(?!{YEAR}\b(?!{JOINT}\d))(?:[A-Z]{{1,3}}-?)?\d(?:{JOINT}\d){{2,}}(?:\s?-\s?\d)?",
    re.IGNORECASE,
)
NOT_A_PLATE = (
    "NIT|ICA|IVA|RIT|UVT|SIF|PSE|URL|CON|DEL|LOS|LAS|SON|UNA|UNO|POR|QUE|SUS|HAY|FUE|DOS|MIL|SIN|MES|DIA|CUO|NRO|"
    "ART|LEY|RES|ANS|PDF|VPN|CSV|TXT|SQL"
)
VEHICLE_PLATE = re.compile(
    rf"\b(?!(?:{NOT_A_PLATE})\b)"
    r"(?:[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])|[a-z]{3}-?(?:\d{3}|\d{2}[a-z]))\b(?![.,]?\d)"
)
SPELLED = (
    "un|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\\w+|veint\\w+|"
    "treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|\\w+cient[oa]s|quinient[oa]s|mil|"
    "mill[óo]n|millones|y"
)
GROUPED = r"\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?(?![\d])(?!\s?%)"
AMOUNT = re.compile(
    rf"(?:\bCOP\s?)?\$\s?\d(?:[\d.,'’]*\d)?(?:\s+(?:mil|millones|mill[óo]n))*(?:\s+(?:de\s+)?pesos)?"
    rf"|\bCOP\s?\d(?:[\d.,'’]*\d)?"
    rf"|(?<![\w.,])\d(?:[\d.,'’]*\d)?\s*(?:(?:mil|millones|mill[óo]n)\b(?:\s+(?:de\s+)?pesos\b)?|(?:de\s+)?pesos\b|COP\b)"
    rf"|(?<![\w.,'’·-]){GROUPED}(?!\s?[.,'’-]?\s?\d)"
    rf"|\b(?!y\b)(?:(?:{SPELLED})\s+){{1,20}}(?:de\s+)?pesos\b",
    re.IGNORECASE,
)
BALANCE = re.compile(
    r"\b((?:saldos?|deudas?|debe|deben|adeudan?|valor(?:es)?|monto|suma|pag[oó]s?|cartera|sald[oa]|inter[ée]s(?:es)?|cuota))"
    r"((?:\s+(?:a\s+favor|pendientes?|total|de|del|por|es|en|la|el|a|cargo))*\s*[:=]?\s*)"
    rf"(?!{YEAR}\b)\d(?:[\d.,'’]*\d){{3,}}",
    re.IGNORECASE,
)
PHONE = re.compile(
    rf"(?<![\d.])(?:\(?\+?\s?57\)?{JOINT})?"
    rf"(?:\(?(?:60\d|3\d{{2}})\)?{JOINT}\d{{3}}{JOINT}\d{{2}}{JOINT}\d{{2}}|\d{{3}}[ -]\d{{2}}[ -]\d{{2}})"
    r"(?!\d)(?!\s?-\s?\d)"
    r"(?:\s*(?:ext(?:ensi[óo]n)?\.?)\s*:?\s*\d{1,6})?",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d+")
IDENTITY = re.compile(rf"\d(?:{JOINT}\d){{5,}}")
NAME = rf"[{CAPITAL}][{SMALL}]+"
NAMES = rf"(?:\s+(?:de\s+(?:la\s+|los\s+)?|del\s+)?{NAME})"
PERSON = re.compile(
    r"\b(?:((?i:señor(?:a|es|as)?|sr(?:a|es)?|doctora?|dra?|ing|ingenier[oa]|don|doña|contadora?|abogad[oa]))"
    rf"\b\.?:?\s+{NAME}{NAMES}*"
    r"|((?i:contribuyente|funcionari[oa]|usuari[oa]|tesorer[oa]|secretari[oa]|directora?|coordinadora?))"
    rf"\s+{NAME}{NAMES}+)"
)
"""A form of address and the name after it; after a post, two words at least: ``Director Técnico`` is nobody."""


def _either_case(name: str) -> str:
    """A name as people write it: with a capital or in capitals, with its accents or without."""
    plain = "".join(letter for letter in normalize("NFD", name) if not combining(letter))
    return "|".join(sorted({name, plain, name.upper(), plain.upper()}))


with (Path(__file__).parent / "given_names.csv").open(encoding="utf-8", newline="") as _names:
    GIVEN = "|".join(_either_case(row["name"]) for row in csv.DictReader(_names))
PLACE = r"(?:(?i:san|santa|santo|calle|carrera|barrio|vereda|corregimiento|colegio|instituci[óo]n|urbanizaci[óo]n))"
WORD = rf"[{CAPITAL}][{CAPITAL}{SMALL}]+"
FULL_NAME = re.compile(rf"(\b{PLACE}\s+)?\b(?:{GIVEN})(?:\s+{WORD}){{1,3}}(?:\s+(?i:del?(?:\s+l[ao]s?)?)\s+{WORD})*")
"""A given name and at most three words in capitals after it: some texts are all in capitals. A place keeps its name."""


CLOSING = re.compile(
    r"\s*(?<![^\W\d_])(?:(?:atentamente|cordialmente|respetuosamente|quedo atent[oa]|quedamos atent[oa]s|atte"
    r"|firmado por)(?!\w)|att[.:,\n]|firma:).*",
    re.IGNORECASE | re.DOTALL,
)
CLOSING_AFTER_TEXT = re.compile(
    r"(?<=[.;:!?\n])\s*¡?\s*(?:(?:muchas|mil|de antemano,?)\s+)?"
    r"(?:gracias|cordial saludo|un saludo|saludos|agradecemos|agradezco)\b.*"
    r"|(?<=\S)\s+(?:(?:muchas\s+|mil\s+)?gracias|un saludo|saludos(?:\s+cordiales)?)\b(?:\W+\w+){0,15}\W*$",
    re.IGNORECASE | re.DOTALL,
)
"""Words that also open a text: they close it where a sentence ended before them, thanks also where little follows."""
PLACEHOLDERS = range(0xE000, 0xF8FF)
"""Characters of private use, which mean nothing in a text, stand for what is kept while the rest is masked."""


def masked(text: str, ticket_ids: Collection[str] = ()) -> str:
    """``text`` without e-mails, phones, NIT and identity numbers, plates, amounts and closing signatures.

    ``ticket_ids`` are the numbers that may stay: a text may refer to another request. What is
    masked once stays as it is when it is masked again.

    >>> masked("Llamar al 315 555 01 02. Cordialmente, Nombre Apellido")
    'Llamar al [teléfono].'
    """
    while (again := _masked_once(text, ticket_ids)) != text:
        text = again
    return text


def _masked_once(text: str, ticket_ids: Collection[str]) -> str:
    text = "".join(letter for letter in text if ord(letter) not in PLACEHOLDERS)
    text = CLOSING_AFTER_TEXT.sub("", CLOSING.sub("", text))
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if len(kept) == len(PLACEHOLDERS):
            return match.group()
        kept.append(match.group())
        return chr(PLACEHOLDERS[len(kept) - 1])

    text = NUMBER.sub(lambda match: keep(match) if match.group() in ticket_ids else match.group(), text)
    text = KEPT.sub(keep, text)
    text = E_MAIL.sub(E_MAIL_MARK, text)
    text = PLATE_NAMED.sub(lambda match: f"{match.group(1)} {PLATE_MARK}", text)
    text = PHONE.sub(PHONE_MARK, text)
    text = VEHICLE_PLATE.sub(PLATE_MARK, text)
    text = REGISTRATION.sub(lambda match: f"{match.group(1)}{match.group(2)}{IDENTITY_MARK}", text)
    text = AMOUNT.sub(AMOUNT_MARK, text)
    text = BALANCE.sub(lambda match: f"{match.group(1)}{match.group(2)}{AMOUNT_MARK}", text)
    text = IDENTITY.sub(IDENTITY_MARK, text)
    text = PERSON.sub(lambda match: f"{match.group(1) or match.group(2)} {PERSON_MARK}", text)
    text = FULL_NAME.sub(lambda match: match.group() if match.group(1) else PERSON_MARK, text)
    for place, original in enumerate(kept):
        text = text.replace(chr(PLACEHOLDERS[place]), original)
    return text.strip()
