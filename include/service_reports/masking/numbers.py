"""Numbers: which are nobody's and stay, and what the others are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from service_reports.masking.known_words import folded, of
from service_reports.masking.settled import (
    AMOUNT_MARK,
    DATE_MARK,
    IDENTITY_MARK,
    PHONE_MARK,
    PLATE_MARK,
    Settled,
)

JOINT = r"(?:\s?[-–—/]\s?|\s|[.,·'_])?"
"""What may stand between two digits of one number."""
CONNECTIVES = (
    r"(?:\s+(?:con|de|del|el|es|la|los|las|y|cobro|pago|ahorros?|corriente|catastral|inmobiliaria|ciudadan[íi]a"
    r"|extranjer[íi]a|identidad|profesional|venta|n[úu]meros?|nro|no|nos|num|bancolombia|davivienda|bbva|banco)\b)*"
    r"\.?\s*[:#°º]?\s*"
)
"""What may stand between the name of a thing and its number: ``placa con el No.``."""
YEAR = r"(?:19|20)\d{2}"
MONTH = r"(?:0?[1-9]|1[0-2])"
DAY = rf"(?:{YEAR}-[01]\d-[0-3]\d|[0-3]?\d([-/.])[01]?\d\1{YEAR})"
KEPT = re.compile(
    r"(?<!\d)(?<!\d[-–./])"
    rf"(?:{DAY}|{YEAR}[-/]{MONTH}|{MONTH}[-/]{YEAR}"
    rf"|{YEAR}(?:\s?[-–—,/]\s?{YEAR}|\s{YEAR})+)"
    r"(?!\d)(?![-–./]\d)"
)
"""Dates, months and enumerated years: digits that name nobody."""
BIRTH = re.compile(
    r"\b((?:f(?:echa|ec|\.)?\s*(?:de\s+)?nac(?:imiento|to|\.)?|nacid[oa]s?|naci[óo]|f\.?\s?n\.?|cumple(?:años)?)\b\W{0,3}(?:(?:el|en|d[íi]a|es)\s+)*)"
    rf"(?:{YEAR}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ]\d\d?[-/. ](?:{YEAR}|\d\d)"
    rf"|\d\d?\s+de\s+[a-z]+(?:\s+(?:de|del)\s+\d{{2,4}})?|{YEAR})",
    re.IGNORECASE,
)

BIRTH_WORD = re.compile(r"\b(?:fecha_?\s?(?:de\s+)?nac\w*|f_?nac\w*|nacimiento|nacid[oa]s?|naci[óo])\b", re.IGNORECASE)
ANY_DATE = re.compile(
    rf"(?<![\d/.-])(?:{YEAR}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:{YEAR}|\d\d)|\d\d?\s+de\s+[a-z]+\s+del?\s+{YEAR})(?!\d)",
    re.IGNORECASE,
)
NEAR_A_BIRTH = 80
"""So many characters after a word of birth, within its paragraph, a date is one of birth."""

FEW_DIGITS = r"(?:\d{1,3}[.,]\d{3}|\d{1,5})"
COUNT = re.compile(
    r"(?<![\w$.,'’/·-])(?<!\d\s)(?P<number>\d{1,3}(?:[.,]\d{3})|\d[.,]\d{3}[.,]\d{3}|\d{1,5})(?P<of>\s+de\s+|\s+)(?P<thing>[^\W\d_]+)"
)
"""A number and what it counts, a plural."""
NO_THINGS = frozenset(
    {
        "anos",
        "centavos",
        "dolares",
        "euros",
        "intereses",
        "las",
        "los",
        "mas",
        "menos",
        "miles",
        "millones",
        "pesos",
        "pues",
        "sus",
        "tras",
        "unos",
        "unas",
    }
)
NUMBERED = re.compile(
    r"\b(?:acuerdos?|art[íi]culos?|asientos?|casillas?|casos?|cdps?|c[óo]digos?|ciiu|circular(?:es)?|comprobantes?"
    r"|conceptos?|crps?|cuotas?|cxp|decretos?|egresos?|error(?:es)?|etapas?|facturas?|fases?|filas?|formatos?"
    r"|formularios?|grados?|http|ingresos?|l[íi]neas?|ley(?:es)?|lotes?|niveles|nivel|notas?|novedad(?:es)?|numeral(?:es)?"
    r"|oficios?|ora|[óo]rden(?:es)?|otros[íi]|pasos?|per[íi]odos?|puertos?|recibos?|registros?|rengl[óo]n(?:es)?|reportes?"
    r"|resoluci[óo]n(?:es)?|rps?|sector(?:es)?|sqlstate|tickets?|versi[óo]n(?:es)?|vigencias?)"
    r"(?:\s+(?:de|del|la|el|las|los|pago|cobro|caja|compra|egresos?|ingresos?|diario|contable|error|ciiu|nos?|nro|n[úu]mero"
    r"|n[°º])\b)*[.:]?\s*[#\[-]?\s*"
    rf"(?P<numbers>{FEW_DIGITS}(?:(?:\s*,\s*|\s+[yea]\s+|\s*[-–/]\s*){FEW_DIGITS})*)(?![.,'’-]?\d|\s\d{{3}}\b)",
    re.IGNORECASE,
)
"""What is numbered and nobody's, with its numbers of up to five digits."""
BUDGET_CODE = re.compile(r"(?<![\w.,-])[1-9](?:\.\d{1,2}){2,}(?:\.\d{1,3})*(?![\w]|[.,-]\d)")
"""A line of the budget or of the chart of accounts; what could also be the address of a machine needs a word for it."""
ACCOUNT_WORD = re.compile(
    r"\b(?:rubros?|cuentas?|subcuentas?|auxiliar(?:es)?|plan\s+de\s+cuentas|cat[áa]logo|c[óo]digos?|ccpet|puc)\b[^.;\n]{0,30}$",
    re.IGNORECASE,
)
LEDGER_ACCOUNT = re.compile(
    r"\b((?:sub)?cuentas?|auxiliar(?:es)?|puc)(\s+(?:contables?|puc|n[úu]mero|nro\.?|no\.?|la|las|y|auxiliar))*\s+(?P<numbers>[1-9](?:\d{3}|\d{5})"
    r"(?:(?:\s*,\s*|\s+[yea]\s+)[1-9](?:\d{3}|\d{5}))*)(?![\w]|[.,'’-]?\d|\s?[-–]\s?\d)",
    re.IGNORECASE,
)
"""An account of the ledger, of four or six digits."""
LEDGER = re.compile(
    r"\b(?:contab\w*|balances?|asientos?|comprobantes?|causa\w*|d[ée]bitos?|cr[ée]ditos?|puc|libro\s+(?:mayor|auxiliar))\b",
    re.IGNORECASE,
)
"""Words of bookkeeping: without one in the text, an account may be somebody's."""
TAX_UNIT = re.compile(
    r"\b((?:uvt|smmlv|smlmv|smlv|salario\s+m[íi]nimo)\b(?:\s+(?:del?|a[ñn]o|a|en|es|por|vale|vigente|"
    + YEAR
    + r"))*\s*[:=]?\s*)(\$?\s?\d{2}\.\d{3}|\$?\s?1\.\d{3}\.\d{3})(?![.,]?\d)",
    re.IGNORECASE,
)
"""What the state sets each year and publishes."""

VERSION = re.compile(r"\b(?:versi[óo]n|release|v)\.?\s?\d+(?:\.\d+)+", re.IGNORECASE)
SPELLED_DIGIT = (
    r"(?:cero|un[oa]?|dos|tr[eê]s|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diec[íi]\w+|veint\w+|"
    r"treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|\w+cient[oa]s|quinient[oa]s|mil|"
    r"mill[óo]n|millones)"
)
SPELLED = rf"(?:{SPELLED_DIGIT}|y)"
PLATE_NUMBER = (
    r"(?:\d{3}[ -]?[A-Z]{3}\b|[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])\b|(?=[A-Z0-9-]*\d)[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?\b)"
)
PLATE_NAMED = re.compile(
    rf"\b(placas?(?:\s+(?:de\s+|del\s+|la\s+)?(?:motocarro|moto|motocicleta|carro|veh[íi]culo|camioneta|taxi|automotor|cami[óo]n|bus))?)({CONNECTIVES}){PLATE_NUMBER}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){PLATE_NUMBER})*",
    re.IGNORECASE,
)
VEHICLE_PLATE = re.compile(
    r"\b([A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])|[a-z]{3}-?(?:\d{3}|\d{2}[a-z])|[A-Za-z]{3} (?:\d{3}|\d{2}[A-Za-z]))"
    r"\b(?![.,]?\d)"
)
LABELLED_VALUE = rf"(?:[A-Z]{{1,4}}{JOINT})?(?:{YEAR}{JOINT}(?=\d))?\d(?:{JOINT}\d){{2,}}(?:\s?-\s?[\dA-Z]\b)?"
REGISTRATION = re.compile(
    r"\b((?:establecimientos?|matr[íi]culas?|predios?|fichas?|folios?|c[ée]dulas?|nit|n\.i\.t|c\.?\s?[ce]\.?|t\.?\s?[ip]\.?"
    r"|pasaportes?|expedientes?|escrituras?|certificados?\s+de\s+tradici[óo]n|identificad[oa]s?|identificaci[óo]n|documentos?"
    r"|cuentas?|ctas?|tarjetas?|radicados?|referencias?|ref|facturas?|recibos?|liquidaci[óo]n|liquidaciones|consignaci[óo]n"
    r"|comprobantes?|cheques?|p[óo]liza|gu[íi]a|serial|imei|npn|chip|ced|id|extensi[óo]n|ext|tel[ée]fonos?|tels?|celular(?:es)?"
    r"|cels?|m[óo]vil|whats\s?app|wsp|wpp|fijo|l[íi]nea\s+celular)\b\.?)"
    rf"({CONNECTIVES})(?!{YEAR}\b(?!{JOINT}\d)|(?:de|del|la|el|en|con|por|las|los|al|a|y)\b)({LABELLED_VALUE}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){LABELLED_VALUE})*)(?!\w)",
    re.IGNORECASE,
)
SPELLED_IDENTITY = re.compile(
    rf"\b{SPELLED_DIGIT}(?:[\s,]+(?:y\s+)?(?:{SPELLED_DIGIT}\b|\d{{2,4}}\b)){{4,}}"
    rf"|\b{SPELLED_DIGIT}(?:\s+(?:y\s+)?{SPELLED_DIGIT})*(?:[\s-]+\d{{2,4}}\b){{2,}}(?!\s*de\b)",
    re.IGNORECASE,
)
GROUPED = r"\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?(?![\d])(?!\s?%)"
AMOUNT = re.compile(
    rf"(?:\bCOP\s?)?\$\s?\d(?:[\d.,'’]*\d)?(?:\s+(?:mil|millones|mill[óo]n))*(?:\s+(?:de\s+)?pesos)?"
    rf"|\bCOP\s?\d(?:[\d.,'’]*\d)?"
    rf"|(?<![\w.,])\d(?:[\d.,'’]*\d)?\s*(?:(?:mil|millones|mill[óo]n)\b(?:\s+(?:de\s+)?pesos\b)?|(?:de\s+)?pesos\b|COP\b)"
    rf"|(?<![\w.,'’·-]){GROUPED}(?!\s?[.,'’-]?\s?\d)",
    re.IGNORECASE,
)
FEW_PESOS = re.compile(
    r"(?<![\w.,$])(?:\$\s?\d{1,3}(?:[.,]\d{1,2})?(?![\w]|[.,'’]?\d|\s+(?:mil|mill[óo]n|millones)\b)"
    r"|\d{1,3}(?:[.,]\d{1,2})?(?=\s+(?:pesos?|centavos)\b))",
    re.IGNORECASE,
)
"""Less than a thousand pesos is a difference of rounding, and no balance of anybody."""
AMOUNT_SPELLED = re.compile(rf"\b(?<!\d )(?!y\b)(?:{SPELLED}\s+){{1,20}}(?:de\s+)?pesos\b", re.IGNORECASE)
BALANCE = re.compile(
    r"\b((?:saldos?|deudas?|debe|deben|adeudan?|valor(?:es)?|monto|suma|pag[oó]s?|cartera|sald[oa]|inter[ée]s(?:es)?|cuota))"
    r"((?:\s+(?:a\s+favor|pendientes?|total|de|del|por|es|en|la|el|a|cargo))*\s*[:=]?\s*)"
    rf"(?!{YEAR}\b)\d(?:[\d.,'’]*\d){{3,}}",
    re.IGNORECASE,
)
DISGUISED_PHONE = re.compile(
    r"(?<!\w)(?=[\d .-]{0,12}[oOlI])3[\doOlI]{2}[ .-]?[\doOlI]{3}[ .-]?[\doOlI]{2}[ .-]?[\doOlI]{2}(?!\w)"
)
"""A mobile number with letters that look like digits."""
PHONE = re.compile(
    rf"(?<![\d.])(?:\(?\+?\s?57\)?{JOINT})?"
    rf"(?:\(?(?:60\d|3\d{{2}})\)?{JOINT}\d{{3}}{JOINT}\d{{2}}{JOINT}\d{{2}}|\d{{3}}[ -]\d{{2}}[ -]\d{{2}})"
    r"(?!\d)(?!\s?-\s?\d)"
    r"(?:\s*(?:ext(?:ensi[óo]n)?\.?)\s*:?\s*\d{1,6})?",
    re.IGNORECASE,
)
IDENTITY = re.compile(rf"\d(?:{JOINT}\d){{5,}}")
CODE = re.compile(
    r"(?<![^\W_])[^\W_]*\d[^\W_]*(?:[-_./:'’,][^\W_]+)*"
    r"|(?<![^\W_])[^\W\d_]+(?:[-_./:][^\W_]*\d[^\W_]*)+(?:[-_./:][^\W_]+)*"
)
"""A word with digits in it, alone or in one of its parts."""
HARMLESS_NUMBER = re.compile(
    rf"\d{{1,3}}(?:[.,]\d{{1,2}})?|{YEAR}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{1,2}}[-/]\d{{1,2}}(?:[-/](?:\d{{2}}|{YEAR}))?"
    r"|\d{1,2}(?:\.\d{1,3}){1,3}|\d{1,3}[ºª°]|\d{1,2}(?:ra|do|da|ro|er|to|ta|vo|va|mo|ma|a|p|am|pm|h|hs|hrs|min|seg|kb|mb|gb|x)"
    r"|\d{1,3}/\d{1,3}|[12]?\d{1,3}[-–][12]?\d{1,3}"
)
DIGIT = re.compile(r"\d")


def codes_settled(text: str, settled: Settled) -> str:
    """Versions and codes of the budget, which look like the addresses of machines."""
    text = VERSION.sub(settled.kept, text)
    return BUDGET_CODE.sub(lambda match: _budget_code(match, settled), text)


def without_births(text: str, settled: Settled) -> str:
    """The text with a mark for each day of birth."""
    text = BIRTH.sub(settled.mark(DATE_MARK, 1), text)
    return _without_corrected_births(text, settled)


def without_numbers(text: str, settled: Settled, is_known: Callable[[str], bool]) -> str:
    """The text with a mark for each number that may be somebody's."""
    with_digits = DIGIT.search(text) is not None
    if with_digits:
        text = _harmless_numbers_settled(text, settled, is_known)
    text = AMOUNT_SPELLED.sub(settled.mark(AMOUNT_MARK), text)
    text = SPELLED_IDENTITY.sub(settled.mark(IDENTITY_MARK), text)
    return _other_numbers_settled(text, settled, is_known) if with_digits else text


def _without_corrected_births(text: str, settled: Settled) -> str:
    """Dates that stand near a word of birth: one may be corrected by another."""
    ends = [match.end() for match in BIRTH_WORD.finditer(text)]
    if not ends:
        return text

    def born(match: re.Match[str]) -> str:
        place = bisect_right(ends, match.start())
        near = place and match.start() - ends[place - 1] < NEAR_A_BIRTH
        return settled.keep(DATE_MARK) if near and "\n" not in text[ends[place - 1] : match.start()] else match.group()

    return ANY_DATE.sub(born, text)


def _harmless_numbers_settled(text: str, settled: Settled, is_known: Callable[[str], bool]) -> str:
    """Dates, counts, and what is numbered and nobody's; a plate before them, whose number could be any of these."""
    text = PLATE_NAMED.sub(lambda match: f"{match[1]} {settled.keep(PLATE_MARK)}", text)
    text = KEPT.sub(settled.kept, text)
    text = NUMBERED.sub(
        lambda match: match.group().removesuffix(match["numbers"]) + settled.keep(match["numbers"]), text
    )
    if LEDGER.search(text):
        text = LEDGER_ACCOUNT.sub(
            lambda match: match.group().removesuffix(match["numbers"]) + settled.keep(match["numbers"]), text
        )
    text = TAX_UNIT.sub(lambda match: match[1] + settled.keep(match[2]), text)
    text = FEW_PESOS.sub(settled.kept, text)
    return COUNT.sub(lambda match: _count(match, settled, is_known), text)


def _other_numbers_settled(text: str, settled: Settled, is_known: Callable[[str], bool]) -> str:
    """What is left of numbers: each has its form, or a word before it, or is hidden for being a number."""
    text = DISGUISED_PHONE.sub(settled.mark(PHONE_MARK), text)
    text = PHONE.sub(settled.mark(PHONE_MARK), text)
    text = REGISTRATION.sub(settled.mark(IDENTITY_MARK, 1, 2), text)
    text = VEHICLE_PLATE.sub(
        lambda match: match.group() if folded(match[1][:3]) in of("") else settled.keep(PLATE_MARK), text
    )
    text = AMOUNT.sub(settled.mark(AMOUNT_MARK), text)
    text = BALANCE.sub(settled.mark(AMOUNT_MARK, 1, 2), text)
    text = IDENTITY.sub(settled.mark(IDENTITY_MARK), text)
    return CODE.sub(lambda match: _code(match, settled, is_known), text)


def _budget_code(match: re.Match[str], settled: Settled) -> str:
    """A code of the budget is told from the address of a machine by its zeros, its length, or the word before it."""
    parts = match.group().split(".")
    shaped = len(parts) > 4 or any(part.startswith("0") and len(part) > 1 for part in parts)  # noqa: PLR2004
    told = ACCOUNT_WORD.search(match.string, max(match.start() - 60, 0), match.start())
    return settled.keep(match.group()) if shaped or told else match.group()


def _count(match: re.Match[str], settled: Settled, is_known: Callable[[str], bool]) -> str:
    """A number stays where a plural that the dictionary knows follows it."""
    thing = folded(match["thing"])
    if match["of"].strip() and match["number"].isdigit():
        return match.group()
    if thing in NO_THINGS or not thing.endswith("s") or len(thing) < 4 or not is_known(thing):  # noqa: PLR2004
        return match.group()
    return settled.keep(match["number"]) + match["of"] + match["thing"]


def _code(match: re.Match[str], settled: Settled, is_known: Callable[[str], bool]) -> str:
    """A word with digits stays where it is a small number, a percentage, or numbers what is nobody's."""
    code = match.group()
    if HARMLESS_NUMBER.fullmatch(code.casefold()):
        return settled.keep(code)
    if re.fullmatch(r"\d+(?:[.,]\d+)*", code):
        percentage = re.match(r"\s?(?:%|por\s?ciento|por\s?mil)", match.string[match.end() :])
        return settled.keep(code if percentage else IDENTITY_MARK)
    if re.fullmatch(r"[A-Z]{2,5}_\d{1,5}", code):
        return settled.keep(code)
    letters = re.findall(r"[^\W\d_]+", code)
    digits = re.findall(r"\d+", code)
    if all(len(each) == 1 or is_known(folded(each)) for each in letters) and all(len(each) <= 5 for each in digits):  # noqa: PLR2004
        short = len("".join(letters)) > 1 or len("".join(digits)) <= 2  # noqa: PLR2004
        if short and "@" not in code:
            return settled.keep(code)
    return settled.keep(IDENTITY_MARK)
