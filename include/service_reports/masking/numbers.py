"""Numbers: which are nobody's and stay, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Callable

from service_reports.masking.known_words import folded, of
from service_reports.masking.patterns import DIGITS, rare
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
KEPT = rare(
    "0000",
    r"(?<!\d)(?<!\d[-–./])"
    rf"(?:{DAY}|{YEAR}[-/]{MONTH}|{MONTH}[-/]{YEAR}"
    rf"|{YEAR}(?:\s?[-–—,/]\s?{YEAR}|\s{YEAR})+)"
    r"(?!\d)(?![-–./]\d)",
    re.NOFLAG,
)
"""Dates, months and enumerated years: digits that name nobody."""
SPELLED_DIGIT = (
    r"(?:cero|un[oa]?|dos|tr[eê]s|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|diec[íi]\w+|veint\w+|"
    r"treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|(?:dos|tres|cuatro|seis|ocho|sete|nove)cient[oa]s|quinient[oa]s|mil|"
    r"mill[óo]n|millones)"
)
SPELLED = rf"(?:{SPELLED_DIGIT}|y)"
MONTH_NAME = r"(?:ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic)[a-z]*\.?"
ANY_DAY = (
    rf"(?<![\d/.-])(?:{YEAR}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ]\d\d?[-/. ](?:{YEAR}|\d\d)"
    rf"|\d\d?(?:\s*[-/.]\s*|\s+)(?:de\s+)?{MONTH_NAME}(?:(?:\s*[-/.,]\s*|\s+)(?:del?\s+)?(?:{YEAR}|\d\d)(?!\s*:))?"
    rf"|\b{SPELLED_DIGIT}\s+(?:y\s+)?(?:{SPELLED_DIGIT}\s+)?de\s+{MONTH_NAME}(?:\s+(?:del?\s+)?(?:a[ñn]o\s+)?{SPELLED_DIGIT}\b(?:\s+(?:y\s+)?{SPELLED_DIGIT}\b)*)?)(?!\d)"
)
"""A day as people write it: ``14/08/1979``, ``14 8 79``, ``03-ago-1965``, ``4 de mayo del 78``, ``12 de junio``."""
BIRTH_WORD = (
    r"\b(?:f(?:echa|ec|\.)?[\s_]*(?:de\s+)?nac(?:imiento|to)?\b\.?|f_?nac\w*|f\s?[./]\s?n\b\.?|dob|birth\w*|natalicio|onom[áa]stico|nacid[oa]s?|naci[óo]|nacimiento"
    r"|cumple(?:\s?a[ñn]os)?)(?!\w)"
)
BORN = rare(
    "nac|natal|onom|cumple|dob|birth|f.|f/|f .|f /",
    rf"(?P<word>{BIRTH_WORD})|(?P<end>\n)|(?P<day>{ANY_DAY})|(?P<year>\ben\s+(?:el\s+(?:a[ñn]o\s+)?)?(?:{YEAR}|\d\d)(?![\w/-]))",
)
BIRTH_BEFORE = rare(
    "nac|natal|onom|cumple|dob|birth|f.|f/|f .|f /", rf"{ANY_DAY}(?=(?:\s+[^\W\d_]+){{0,3}}\s+{BIRTH_WORD})"
)
NEAR_A_BIRTH = 80
BESIDE_A_BIRTH = 30
"""So many characters after a word of birth, within its paragraph, a date is one of birth, and a year alone."""
AGE = rare(
    "edad|cumpl",
    r"\b\d{1,3}(?=\s+a[ñn]os\s+de\s+edad)|(?<=\bedad:\s)\d{1,3}\b|(?<=\bedad\sde\s)\d{1,3}\b|(?<=\bedad\s)\d{1,3}\b|(?<=\bcumpli[oó]\s)\d{1,3}(?=\s+a[ñn]os\b(?!\s+de\s+(?!edad)))",
)

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
NUMBERED = rare(
    DIGITS,
    r"\b(?:actividad(?:es)?|acto\s+administrativo|acuerdos?|anexos?|art[íi]culos?|asientos?|casillas?|casos?|cdps?|c[óo]digos?|ciiu|circular(?:es)?|comprobantes?"
    r"|conceptos?|crps?|cuotas?|cxp|decretos?|egresos?|entradas?|error(?:es)?|etapas?|facturas?|fases?|filas?|formatos?"
    r"|formularios?|grados?|http|ingresos?|inconsistencias?|l[íi]neas?|liquidaci[óo]n\s+oficial|ley(?:es)?|lotes?|msg|niveles|nivel|notas?|novedad(?:es)?|numeral(?:es)?"
    r"|oficios?|ora|[óo]rden(?:es)?|otros[íi]|partidas?|pasos?|per[íi]odos?|puertos?|recibos?|registros?|rengl[óo]n(?:es)?|reportes?"
    r"|reglas?|resoluci[óo]n(?:es)?|rps?|salidas?|sector(?:es)?|sqlstate|tickets?|versi[óo]n(?:es)?|vigencias?)"
    r"(?:\s+(?:de|del|la|el|las|los|pago|cobro|caja|compra|egresos?|ingresos?|diario|contable|error|ciiu|nos?|nro|n[úu]mero"
    r"|n[°º])\b)*[.:]?\s*[#\[-]?\s*"
    rf"(?P<numbers>(?:(?-i:[A-Z]{{2,4}})-)?{FEW_DIGITS}(?:(?:\s*,\s*|\s+[yea]\s+|\s*[-–/]\s*){FEW_DIGITS})*)(?![.,'’-]?\d|\s\d{{3}}\b)",
)
"""What is numbered and nobody's, with its numbers of up to five digits."""
BUDGET_CODE = rare(DIGITS, r"(?<![\w.,-])[1-9](?:\.\d{1,2}){2,}(?:\.\d{1,3})*(?![\w]|[.,-]\d)", re.NOFLAG)
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
TAX_UNIT = rare(
    "uvt|smm|smlv|smlmv|salario",
    r"\b((?:uvt|smmlv|smlmv|smlv|salario\s+m[íi]nimo)\b(?:\s+(?:del?|a[ñn]o|a|en|es|por|vale|vigente|"
    + YEAR
    + r"))*\s*[:=]?\s*)(\$?\s?\d{2}\.\d{3}|\$?\s?1\.\d{3}\.\d{3})(?![.,]?\d)",
)
"""What the state sets each year and publishes."""

VERSION = rare(DIGITS, r"\b(?:versi[óo]n|release|v)\.?\s?\d+(?:\.\d+)+")
PLATE_NUMBER = (
    r"(?:\d{3}[ -]?[A-Z]{3}\b|[A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])\b|(?=[A-Z0-9-]*\d)[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?\b)"
)
PLATE_NAMED = re.compile(
    rf"\b(placas?(?:\s+(?:de\s+|del\s+|la\s+)?(?:motocarro|moto|motocicleta|carro|veh[íi]culo|camioneta|taxi|automotor|cami[óo]n|bus))?)({CONNECTIVES}){PLATE_NUMBER}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){PLATE_NUMBER})*",
    re.IGNORECASE,
)
VEHICLE_PLATE = rare(
    "00",
    r"\b([A-Z]{3}[ -]?(?:\d{3}|\d{2}[A-Z])|[a-z]{3}-?(?:\d{3}|\d{2}[a-z])|[A-Za-z]{3} (?:\d{3}|\d{2}[A-Za-z]))"
    r"\b(?![.,]?\d)",
    re.NOFLAG,
)
LIKE_A_DIGIT = r"(?:\d|(?<=\d)[oOlI](?=\d))"
LABELLED_VALUE = (
    rf"(?:(?:[A-Z]{{1,4}}|\d{{2,3}}[A-Z]){JOINT})?(?:{YEAR}{JOINT}(?=\d))?"
    rf"\d(?:{JOINT}{LIKE_A_DIGIT}){{2,}}(?:\s?-\s?[\dA-Z]\b)?"
)
REGISTRATION = rare(
    ("00", "0 0", "0.0", "0,0", "0-0", "0 -", "0/0", "0–0", "0—0", "0 /", "0 –", "0 —", "0·0", "0'0", "0_0"),
    r"\b((?:establecimientos?|matr[íi]culas?|predios?|fichas?|folios?|c[ée]dulas?|nit|n\.i\.t|c\.?\s?[ce]\.?|t\.?\s?[ip]\.?"
    r"|pasaportes?|expedientes?|escrituras?|certificados?\s+de\s+tradici[óo]n|identificad[oa]s?|identificaci[óo]n|documentos?"
    r"|cuentas?|ctas?|tarjetas?|radicados?|referencias?|ref|facturas?|recibos?|liquidaci[óo]n|liquidaciones|consignaci[óo]n"
    r"|comprobantes?|libranzas?|cr[ée]ditos?|pr[ée]stamos?|pagar[ée]s?|obligaci[óo]n|hipoteca|cdt|cheques?|p[óo]liza|gu[íi]a|serial|imei|npn|chip|ced|id|extensi[óo]n|ext|tel[ée]fonos?|tels?|celular(?:es)?"
    r"|cels?|m[óo]vil|whats\s?app|wsp|wpp|fijo|l[íi]nea\s+celular)\b\.?)"
    rf"({CONNECTIVES})(?!{YEAR}\b(?!{JOINT}\d)|(?:de|del|la|el|en|con|por|las|los|al|a|y)\b)({LABELLED_VALUE}(?:(?:\s*[,;/]\s*|\s+[ye]\s+){LABELLED_VALUE})*)(?!\w)",
)
SPELLED_IDENTITY = rare(
    "cero|dos |tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci|veint|"
    "treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien |ciento| mil |millones",
    rf"\b{SPELLED_DIGIT}(?:[\s,]+(?:y\s+)?(?:{SPELLED_DIGIT}\b|\d{{2,4}}\b)){{4,}}"
    rf"|\b{SPELLED_DIGIT}(?:\s+(?:y\s+)?{SPELLED_DIGIT})*(?:[\s-]+\d{{2,4}}\b){{2,}}(?!\s*de\b)",
)
GROUPED = r"\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?(?![\d])(?!\s?%)"
AMOUNT = rare(
    "$|cop|mil|peso|.000|,000|'000|’000",
    rf"(?:\bCOP\s?)?\$\s?\d(?:[\d.,'’]*\d)?(?:\s+(?:mil|millones|mill[óo]n))*(?:\s+(?:de\s+)?pesos)?"
    rf"|\bCOP\s?\d(?:[\d.,'’]*\d)?"
    rf"|(?<![\w.,])\d(?:[\d.,'’]*\d)?\s*(?:(?:mil|millones|mill[óo]n)\b(?:\s+(?:de\s+)?pesos\b)?|(?:de\s+)?pesos\b|COP\b)"
    rf"|(?<![\w.,'’·-]){GROUPED}(?!\s?[.,'’-]?\s?\d)",
)
FEW_PESOS = rare(
    "$|peso|centavo",
    r"(?<![\w.,$])(?:\$\s?\d{1,3}(?:[.,]\d{1,2})?(?![\w]|[.,'’]?\d|\s+(?:mil|mill[óo]n|millones)\b)"
    r"|\d{1,3}(?:[.,]\d{1,2})?(?=\s+(?:pesos?|centavos)\b))",
)
"""Less than a thousand pesos is a difference of rounding, and no balance of anybody."""
AMOUNT_SPELLED = rare("pesos", rf"\b(?<!\d )(?!y\b)(?:{SPELLED}\s+){{1,20}}(?:de\s+)?pesos\b")
BALANCE = rare(
    "00|0.|0,|0'|0’",
    r"\b((?:saldos?|deudas?|debe|deben|adeudan?|valor(?:es)?|monto|suma|pag[oó]s?|cartera|sald[oa]|inter[ée]s(?:es)?|cuota))"
    r"((?:\s+(?:a\s+favor|pendientes?|total|de|del|por|es|en|la|el|a|cargo))*\s*[:=]?\s*)"
    rf"(?!{YEAR}\b)\d(?:[\d.,'’]*\d){{3,}}",
)
DISGUISED_PHONE = rare(
    DIGITS,
    r"(?<!\w)(?=[\d .-]{0,12}[oOlI])3[\doOlI]{2}[ .-]?[\doOlI]{3}[ .-]?[\doOlI]{2}[ .-]?[\doOlI]{2}(?!\w)",
    re.NOFLAG,
)
"""A mobile number with letters that look like digits."""
PHONE = rare(
    "000",
    rf"(?<![\d.])(?:\(?\+?\s?57\)?{JOINT})?"
    rf"(?:\(?(?:60\d|3\d{{2}})\)?{JOINT}\d{{3}}{JOINT}\d{{2}}{JOINT}\d{{2}}|\d{{3}}[ -]\d{{2}}[ -]\d{{2}})"
    r"(?!\s?\d)(?!\s?-\s?\d)"
    r"(?:\s*(?:ext(?:ensi[óo]n)?\.?)\s*:?\s*\d{1,6})?",
)
IDENTITY = re.compile(rf"\d(?:{JOINT}{LIKE_A_DIGIT}){{5,}}")
CODE = rare(
    DIGITS,
    r"(?<![^\W_])[^\W_]*\d[^\W_]*(?:[-_./:'’,][^\W_]+)*"
    r"|(?<![^\W_])[^\W\d_]+(?:[-_./:][^\W_]*\d[^\W_]*)+(?:[-_./:][^\W_]+)*",
    re.NOFLAG,
)
"""A word with digits in it, alone or in one of its parts."""
HARMLESS_NUMBER = re.compile(
    rf"\d{{1,3}}(?:[.,]\d{{1,2}})?|{YEAR}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{1,2}}[-/]\d{{1,2}}(?:[-/](?:\d{{2}}|{YEAR}))?"
    r"|\d{1,2}(?:\.\d{1,3}){1,3}|\d{1,3}[ºª°]|\d{1,2}(?:ra|do|da|ro|er|to|ta|vo|va|mo|ma|a|p|am|pm|h|hs|hrs|min|seg|kb|mb|gb|x)"
    r"|\d{1,2}x(?:1000|mil)|\d{1,3}/\d{1,3}|[12]?\d{1,3}[-–][12]?\d{1,3}"
)
DIGIT = re.compile(r"\d")
GLUED = re.compile(r"([^\W\d_]+)(?=\d)")
MOST_LETTERS_OF_A_CODE = 3


def codes_settled(text: str, settled: Settled) -> str:
    """Versions and codes of the budget, which look like the addresses of machines."""
    text = VERSION.sub(settled.kept, text)
    return BUDGET_CODE.sub(lambda match: _budget_code(match, settled), text)


def without_births(text: str, settled: Settled) -> str:
    """The text with a mark for each day of birth and age."""
    text = AGE.sub(settled.mark(DATE_MARK), text)
    text = BIRTH_BEFORE.sub(settled.mark(DATE_MARK), text)
    told = -NEAR_A_BIRTH

    def born(match: re.Match[str]) -> str:
        nonlocal told
        if match["word"]:
            told = match.end()
        elif match["end"]:
            told = -NEAR_A_BIRTH
        elif match.start() - told < (BESIDE_A_BIRTH if match["year"] else NEAR_A_BIRTH):
            return settled.keep(DATE_MARK)
        return match.group()

    return BORN.sub(born, text)


def without_numbers(text: str, settled: Settled, is_known: Callable[[str], bool]) -> str:
    """The text with a mark for each number that may be somebody's."""
    with_digits = DIGIT.search(text) is not None
    if with_digits:
        text = _harmless_numbers_settled(text, settled, is_known)
    text = AMOUNT_SPELLED.sub(settled.mark(AMOUNT_MARK), text)
    text = SPELLED_IDENTITY.sub(settled.mark(IDENTITY_MARK), text)
    return _other_numbers_settled(text, settled, is_known) if with_digits else text


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
    if re.fullmatch(r"[A-Z]{2,5}[-_]\d{1,5}", code):
        return settled.keep(code)
    letters = [folded(each) for each in re.findall(r"[^\W\d_]+", code)]
    digits = re.findall(r"\d+", code)
    glued = [folded(each) for each in GLUED.findall(code)]
    if any(len(each) > MOST_LETTERS_OF_A_CODE and each not in of("") for each in glued):
        return settled.keep(IDENTITY_MARK)  # a word of the dictionary and a number: a password
    if all(len(each) == 1 or is_known(each) for each in letters) and all(len(each) <= 5 for each in digits):  # noqa: PLR2004
        short = len("".join(letters)) > 1 or len("".join(digits)) <= 2  # noqa: PLR2004
        if short and "@" not in code:
            return settled.keep(code)
    return settled.keep(IDENTITY_MARK)
