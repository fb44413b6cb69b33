"""Reads the rendered documents as a proof-reader does: names, dates, numbers, punctuation, claims.

Each linter looks at what stands in the files, not at what was meant to stand there. Texts that others wrote
(help-desk titles, resource and file names, the contract's clauses) are tagged as quotations, and printed values name
what they say: neither is judged here, so that nobody's wording but ours can stop a report.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Literal

from babel.dates import get_month_names

from service_reports.checks.verdict import CheckResult
from service_reports.contracts.model import Contract
from service_reports.documents.proof.denials import false_denials
from service_reports.documents.proof.reading import QUOTED, Run
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.hour_ledger import contracted_hours
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.number_words import feminine_words

HOUSE_STYLE = Path(__file__).with_name("house_style.csv")
"""Wordings that are wrong or not ours: a pattern, what to write, and why."""
SHOWN = 3
EXCERPT = 45
LEAST_BRAND = 3
COMMON = frozenset(
    (
        *("al", "alcaldia", "aplicacion", "atencion", "ayuda", "centro", "ciudadano", "consulta", "de", "del"),
        *("el", "en", "entidad", "gestion", "informacion", "informes", "la", "linea", "los", "mesa"),
        *(
            "municipio",
            "para",
            "plataforma",
            "portal",
            "requerimientos",
            "servicio",
            "servicios",
            "sistema",
            "solicitudes",
            "soporte",
        ),
        *("tecnica", "tecnico", "tecnologia", "usuario", "usuarios", "y"),
    )
)
"""Words, in their plain form, that all reports use: a name of these alone has no spelling to be told from them."""
LONGEST_ACRONYM = 6
LEAST_CODE = 6
"""Letters and digits from which on the beginning of a code is one, whatever follows."""
SENTENCE_WORDS = 4
APART = "\n\0\n"
"""Stands between texts: blanks, as where one ends or begins, and a sign that no pattern takes for part of a text."""
CENTURY = 2000

MONTHS = {name: number for number, name in get_month_names("wide", locale=es_co.LOCALE).items()}
LONG_DATE = re.compile(rf"\b(\d{{1,2}}) de ({'|'.join(MONTHS)}) de (\d{{4}})\b")
SHORT_DATE = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})(?![\w/])")
ANY_DATE = rf"(?:{LONG_DATE.pattern.replace('(', '(?:')}|\\d{{1,2}}/\\d{{1,2}}/\\d{{2,4}})"
RANGE = re.compile(rf"\b(?:[Dd]el|[Dd]esde el|[Ee]ntre el|de) ({ANY_DATE}) (?:al?|hasta el|y el) ({ANY_DATE})")
FOREIGN_DATE = re.compile(
    r"(?<![\w-])(?:\d{1,2}[- ](?:ene|feb|mar|abr|may|jun|jul|ago|sep|sept|oct|nov|dic)[a-z]{0,2}\.?[- ]\d{2,4}"
    r"|\d{1,2}-\d{1,2}-\d{4}|\d{4}-\d{2}-\d{2})(?![\w-])",
    re.IGNORECASE,
)
CODE = re.compile(r"\S*\w_\S*|\w+(?:-\w*){2,}|\S+@\S+|\bocid1\.\S+")
"""A code of a document, a file, a resource: no word of ours, whatever it looks like."""
DOUBLED = re.compile(r"\b((?:[^\W\d]+\s+){0,3}[^\W\d]+)\s+\1\b", re.IGNORECASE)
DOTTED = re.compile(r"(?<![\w.,/-])\d+(?:\.\d+)+(?:,\d+)?(?![\w/-])")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
"""A number whose points are of thousands."""
NUMBERED = re.compile(
    r"^\d+(?:\.\d+)+\.?(?=\s|$)"
    r"|\b(?:secci[oó]n|secciones|numeral(?:es)?|cap[ií]tulos?|versi[oó]n|tablas?|gr[aá]ficas?) \d+(?:\.\d+)+"
    r"|\bNo\. ?\d\S*",
    re.IGNORECASE,
)
PUNCTUATION: dict[str, re.Pattern[str]] = {
    "quite el signo repetido": re.compile(
        r",\s*[,;:.]|;\s*[,;:.]|:\s*[,;:.]|(?<![.…])\.\.(?!\.)|[^\W\d_]{5,}\.[,;:]|¿¿|¡¡|\?\?|!!"
    ),
    "quite el espacio antes del signo": re.compile(r"\w\s+[,;:.!?](?=\s|$)|\w\s+[)\]»](?!\w)|[(\[«]\s+\w"),
    "escriba «y/o» sin espacios": re.compile(r"\by(?:\s+/\s*|\s*/\s+)o\b"),
}
CLAIMS: dict[str, re.Pattern[str]] = {
    "oportuno": re.compile(r"\boportun(?:[oa]s?|amente)\b|\ben t[ée]rmino\b", re.IGNORECASE),
    "100 %": re.compile(r"(?<![\d.,+−-])100(?:,0+)?\s?%"),
    "sin caídas": re.compile(
        r"\bsin (?:ning[uú]na? )?(?:ca[ií]das?|interrupci(?:ón|ones)|fallas?)\b|\bninguna ca[ií]da\b"
        r"|\bno (?:se )?(?:cay[oó]|present[oó] ca[ií]das?|hubo ca[ií]das?)\b",
        re.IGNORECASE,
    ),
    "adjetivo": re.compile(
        r"\b(?:diligentes?|diligentemente|[oó]ptim[oa]s?|[oó]ptimamente|excelentes?|excelencia"
        r"|satisfactori[oa]s?|satisfactoriamente|ininterrumpid[oa]s?|ininterrumpidamente"
        r"|permanentes?|permanentemente|eficientes?|eficientemente|impecables?)\b"
        r"|\ben todo momento\b|\ba entera satisfacci[oó]n\b",
        re.IGNORECASE,
    ),
    "NO": re.compile(r"(?<![\w.])NO(?=\s[a-záéíóúñ])"),
}
LEFTOVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|#\}|\{[a-z_]+\}|\$\{|%\([a-z_]+\)s|\b(?:None|NaN|nan|null|NULL|undefined|Undefined|Decimal\(|"
    r"datetime\.|TODO|FIXME|XXX|lorem ipsum)|&(?:amp|lt|gt|nbsp|#\d+);"
    r"|</?(?:b|i|br|font|para|span|a|onDraw)\b[^>]*>|[\ufffd□]"
)
SHOUTED = re.compile(r"(?<![\w.])[A-ZÁÉÍÓÚÜÑ]{2,}(?:\s+[A-ZÁÉÍÓÚÜÑ]{2,})*(?![\w])")
MIXED = re.compile(r"(?<![\w.])(?=[A-Za-z]*[a-z])[A-Z][A-Za-z]*[A-Z](?:s?)(?![\w])|(?<![\w.])[A-Z]{2,}s(?![\w])")
IN_WORDS = re.compile(r"\b([^\W\d_]+(?: [^\W\d_]+){0,5}) \((\d{1,6})\)")
ROMAN = re.compile(r"[IVX]+")
COMPANY_TYPE = r"\s*,?\s*(?:S\.?\s?A\.?\s?S\b\.?|S\.\s?A\.|SA\b\.?|LTDA\b\.?|E\.?\s?U\b\.?)"

Severity = Literal["blocking", "warning"]
Finding = tuple[Text, str, str]
"""Where, the text at fault, and the remedy in Spanish."""


class Worded(tuple[tuple[Text, str], ...]):
    """Texts, each with words of it."""

    @cached_property
    def together(self) -> str:
        """Their words once each, one after the other: what no pattern finds here, it finds in none of them."""
        return APART.join(dict.fromkeys(words for _, words in self))


@dataclass(frozen=True)
class Reading:
    """What a linter may look at: the texts, each once a document, and what they are about."""

    contract: Contract
    figures: PeriodFigures
    texts: Sequence[Text]
    codes: Sequence[str] = ()
    """Codes of the documents that were really made."""

    @cached_property
    def own(self) -> Worded:
        """Our words of each text that has any, without values, quotations, codes and names of systems."""
        return Worded((text, ours) for text in self.texts if (ours := self._ours(text.own)).strip(QUOTED))

    @cached_property
    def said(self) -> Worded:
        """The same with the values that stand between our words."""
        return Worded((text, self._ours(text.said)) for text, _ in self.own)

    def _ours(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = CODE.sub(_unless_date, self._systems.sub(QUOTED, text))
        return self._known[text]

    @cached_property
    def _known(self) -> dict[str, str]:
        """What is ours of texts that were looked at: most cells say what others do."""
        return {}

    @cached_property
    def _systems(self) -> re.Pattern[str]:
        """Names that systems gave: of resources, and of what the provider meters."""
        names = {resource.name for resource in self.contract.resources}
        names |= {self.contract.database.name} if self.contract.database else set()
        names |= {each.resource_name for each in self.figures.metrics}
        for column in self.figures.usage.columns:
            names |= {column.service, column.product_description, column.unit}
        longest = sorted((name for name in names if " " in name or "_" in name), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)" if longest else r"(?!)")


def _unless_date(match: re.Match[str]) -> str:
    return match.group() if FOREIGN_DATE.search(match.group()) else QUOTED


def check_language(
    contract: Contract, figures: PeriodFigures, documents: Sequence[RenderedDocument]
) -> list[CheckResult]:
    """One verdict a linter; a detail says page, text and remedy in Spanish.

    What may come from a contract's incomplete lists (acronyms, final stops) warns, and so does what stands in the words
    of the contract's file; the rest blocks.

    Raises:
        NotReadable: a PDF is not tagged.
    """
    codes = [document.code for document in documents]
    texts = printed_texts(documents)
    ours = read_documents(contract, figures, texts, codes)
    of_contract = read_documents(contract, figures, list(_of_contract(contract, texts)), codes)
    subject = f"{figures.contract_id} {figures.report_number} v{figures.version}"
    verdicts = []
    for check, severity, linter in LINTERS:
        found = list(dict.fromkeys(linter(ours)))
        advised = [] if found else list(dict.fromkeys(linter(of_contract)))
        weight: Severity = "warning" if advised else severity
        verdicts.append(CheckResult(check, subject, weight, not (found or advised), _detail(found or advised)))
    return verdicts


CLAUSES = frozenset({"object", "obligations"})
"""Parts of a contract's file that the parties agreed: nobody may write them otherwise."""


def _of_contract(contract: Contract, texts: Iterable[Text]) -> Iterator[Text]:
    """Printed texts of which a part stands in the contract's file and is no clause, with that part as our words."""
    written = {" ".join(each.split()) for each in _leaves(contract.model_dump(exclude=set(CLAUSES)))}
    for text in texts:
        own = [run.text if _written(run, written) else QUOTED for run in text.runs]
        if any(_written(run, written) for run in text.runs):
            yield replace(text, own=" ".join("".join(own).split()), said="")


def _written(run: Run, written: Collection[str]) -> bool:
    return run.says == "quotation" and " ".join(run.text.split()) in written


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)


def read_documents(
    contract: Contract, figures: PeriodFigures, texts: Sequence[Text], codes: Sequence[str] = ()
) -> Reading:
    """The texts, each once a document."""
    once = {(text.place.partition(",")[0], text.runs or text.text): text for text in reversed(texts)}
    return Reading(contract, figures, list(once.values())[::-1], codes)


def _words(text: str) -> int:
    return len(re.findall(r"[^\W\d_]{2,}", text))


def _detail(found: Sequence[Finding]) -> str:
    if not found:
        return "Sin hallazgos"
    shown = "; ".join(f"{place.place}: {text}: {remedy}" for place, text, remedy in found[:SHOWN])
    return f"Hallazgos ({len(found)}): {shown}{' …' if len(found) > SHOWN else ''}"


def _around(text: str, match: re.Match[str]) -> str:
    """The match with some words on both sides, between quotation marks."""
    start, end = max(0, match.start() - EXCERPT), match.end() + EXCERPT
    return f"«{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}»"


def _matches(texts: Worded, pattern: re.Pattern[str], remedy: str) -> Iterator[Finding]:
    if pattern.search(texts.together):
        for text, words in texts:
            for match in pattern.finditer(words):
                yield text, _around(words, match), remedy


class _Letters(dict[int, str]):
    """Characters without their accents, as ``str.translate`` asks for them."""

    def __missing__(self, code: int) -> str:
        self[code] = unicodedata.normalize("NFD", chr(code))[0]
        return self[code]


_LETTERS = _Letters()


def _plain(text: str) -> str:
    """Lower case without accents, as long as the text."""
    return text.translate(_LETTERS).lower()


def leftovers(reading: Reading) -> Iterator[Finding]:
    """Marks of templates and of programs that a reader must never see."""
    return _matches(reading.own, LEFTOVER, "complete el dato o corrija la plantilla")


def repeated_words(reading: Reading) -> Iterator[Finding]:
    """A word, or up to four of them, twice in a row."""
    return _matches(reading.own, DOUBLED, "quite la repetición")


def decimal_points(reading: Reading) -> Iterator[Finding]:
    """Numbers in our words whose point is not one of thousands: Spanish text writes a decimal comma."""
    for text, own in reading.own:
        words = NUMBERED.sub(lambda match: QUOTED * len(match.group()), own)
        for match in DOTTED.finditer(words):
            if not THOUSANDS.fullmatch(match.group()):
                yield text, _around(own, match), "escriba coma decimal y puntos de miles"


def punctuation(reading: Reading) -> Iterator[Finding]:
    """Doubled signs, spaces before a sign, «y/o» apart."""
    for remedy, pattern in PUNCTUATION.items():
        yield from _matches(reading.own, pattern, remedy)


@cache
def _house_style() -> tuple[tuple[re.Pattern[str], str], ...]:
    with HOUSE_STYLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            (re.compile(row["pattern"], re.IGNORECASE), f"escriba {row['write']}: {row['because']}")
            for row in csv.DictReader(file)
        )


def house_style(reading: Reading) -> Iterator[Finding]:
    """Wordings of the list in ``house_style.csv``: mistakes of old, and words that do not agree."""
    for pattern, remedy in _house_style():
        yield from _matches(reading.said, pattern, remedy)


def number_words(reading: Reading) -> Iterator[Finding]:
    """A number in words beside the same number in digits: ``DOSCIENTAS (200)``."""
    for text, said in reading.said:
        for match in IN_WORDS.finditer(said):
            words, number = match[1].lower().split(), int(match[2])
            right = feminine_words(number).split()
            stated = _trailing_number(words)
            if stated and stated != right[-len(stated) :]:
                yield text, f"«{match.group()}»", f"escriba «{feminine_words(number).upper()} ({number})»"


@cache
def _number_words() -> frozenset[str]:
    return frozenset(word for number in range(1001) for word in feminine_words(number).split())


def _trailing_number(words: Sequence[str]) -> list[str]:
    """The words of a number that a text ends with, perhaps none; «una» alone is an article."""
    stated: list[str] = []
    for word in reversed(words):
        if word not in _number_words():
            break
        stated.insert(0, word)
    if stated and stated[0] == "y":
        del stated[0]
    return [] if stated == ["una"] else stated


def codes(reading: Reading) -> Iterator[Finding]:
    """A code that begins as those of this report's documents do, and that none of them has. Codes break at hyphens."""
    known = tuple(_letters(code) for code in reading.codes)
    beginnings = re.compile("|".join(_beginnings(reading.contract)) or r"(?!)")
    for text in reading.texts:
        for match in beginnings.finditer(text.said):
            code = text.said[match.start() :]
            if not _letters(code).startswith(known):
                yield text, f"«{code[:80]}»", "use el código del documento entregado"


def _beginnings(contract: Contract) -> Iterator[str]:
    """How the codes of each kind of document begin, as far as it is enough to know one by."""
    for kind in contract.document_kinds:
        pattern: str = getattr(contract.document_codes, kind)
        beginning, brace, part = pattern.partition("{")
        if brace and part.startswith("entity}"):
            beginning += contract.entity.short_code
        if len(re.findall(r"[^\W_]", beginning)) >= LEAST_CODE:
            signs = (re.escape(sign) + (r"\s?" if sign in "-_" else "") for sign in beginning)
            yield rf"(?<![\w.-]){''.join(signs)}"


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def bullets(reading: Reading) -> Iterator[Finding]:
    """A bullet that is a sentence ends like one."""
    for text, own in reading.own:
        if text.bulleted and _words(own) >= SENTENCE_WORDS and own[-1] not in f".:;!?…{QUOTED}":
            yield text, f"«{own[:EXCERPT]}…»", "termine la viñeta con punto"


def acronyms(reading: Reading) -> Iterator[Finding]:
    """Acronyms that no entry of the contract's glossary explains, each at its first place."""
    contract, figures = reading.contract, reading.figures
    names = f"{contract.contractor.legal_name} {contract.contractor.short_name} {contract.contractor.help_desk_name}"
    names += f" {contract.entity.name} {contract.entity.short_code} {contract.contractor.certification_mark or ''}"
    known = set(re.findall(r"[^\W_]+", f"{names} {' '.join(entry.term for entry in contract.glossary)}"))
    known |= set(feminine_words(int(contracted_hours(contract, figures))).upper().split())
    metered = {
        word
        for column in figures.usage.columns
        for name in (column.service, column.product_description, column.unit)
        for word in _acronyms(name)
    }
    ours = {id(text): own for text, own in reading.own}
    for text in reading.texts:
        own = ours.get(id(text), "")
        quoted = () if any(map(str.isalpha, own)) else metered.intersection(_acronyms(text.text))
        for word in (*_acronyms(own), *sorted(quoted)):  # names of products are quoted, and still to be explained
            if not known & {word, word.removesuffix("s")}:
                known.add(word)
                yield text, f"«{word}»", "defínala en el glosario del contrato"


def _acronyms(text: str) -> Iterator[str]:
    for match in SHOUTED.finditer(text):
        words = match.group().split()
        if all(len(word) <= LONGEST_ACRONYM and not ROMAN.fullmatch(word) for word in words):
            yield from words
    for match in MIXED.finditer(text):
        yield match.group()


def names(reading: Reading) -> Iterator[Finding]:
    """Variants of the names that the contract fixes, help-desk codes in their place, names given up."""
    contract = reading.contract
    contractor = contract.contractor
    for product in contract.products:
        if product.code != product.name:
            pattern = re.compile(rf"(?<![\w-]){re.escape(product.code)}(?![\w-])")
            yield from _matches(reading.own, pattern, f"escriba «{product.name}»")
    for retired in contract.retired_names:
        pattern = re.compile(rf"(?<!\w){re.escape(retired.name)}(?!\w)", re.IGNORECASE)
        yield from _matches(reading.own, pattern, f"escriba «{retired.use}»")
    rules = (
        partial(_company_variants, contractor.legal_name, contractor.short_name),
        partial(_variants, [(name, _plain(name)) for name in _fixed_names(contract)]),
        partial(_entity_variants, contract.entity.name),
        partial(_brand_variants, contractor.help_desk_name),
    )
    broken = [rule for rule in rules if any(rule(reading.own.together))]
    for text, own in reading.own if broken else ():
        for rule in broken:
            for found, remedy in rule(own):
                yield text, found, remedy


def _fixed_names(contract: Contract) -> set[str]:
    """Names with one spelling: whole, and from their first word in capitals on (``AIRE Gestión``)."""
    whole = {contract.entity.name, contract.contractor.help_desk_name, *(each.name for each in contract.products)}
    tails = {match.group() for name in whole for match in [re.search(r"\b[A-ZÁÉÍÓÚÑ]{3,} \w.*", name)] if match}
    return {name for name in whole | tails if not COMMON.issuperset(_plain(name).split())}


def _variants(fixed: Iterable[tuple[str, str]], text: str) -> Iterator[tuple[str, str]]:
    """Other capitals or accents than the name's own, each told with its plain form; all capitals are no excuse."""
    plain = _plain(text)
    for name, plain_name in fixed:
        for match in re.finditer(rf"(?<!\w){re.escape(plain_name)}(?!\w)", plain):
            found = text[match.start() : match.end()]
            if found != name:
                yield f"«{found}»", f"escriba «{name}»"


def _company_variants(legal_name: str, short_name: str, text: str) -> Iterator[tuple[str, str]]:
    parts = r"\s*".join(re.escape(part) for part in short_name.split())
    for match in re.finditer(rf"(?<!\w){parts}(?P<type>{COMPANY_TYPE})?(?!\w)", text, re.IGNORECASE):
        found = match.group().strip()
        right = legal_name if match["type"] else short_name
        if found != right and not (match["type"] and found == legal_name.removesuffix(".") and legal_name[-1] != "."):
            yield f"«{found}»", f"escriba «{right}»"


def _entity_variants(name: str, text: str) -> Iterator[tuple[str, str]]:
    kind, _, place = name.partition(" de ")
    if place and kind in {"Alcaldía", "Municipio", "Alcaldía Municipal"}:
        pattern = rf"\b(?:alcald[ií]a(?: municipal)?|municipio) de {re.escape(place)}\b"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if match.group() != name:
                yield f"«{match.group()}»", f"escriba «{name}»"


def _brand_variants(name: str, text: str) -> Iterator[tuple[str, str]]:
    brand, _, rest = name.partition(" ")
    if rest and brand.isupper() and len(brand) >= LEAST_BRAND and _plain(brand) not in COMMON:
        for match in re.finditer(rf"(?<![\w-]){re.escape(brand)}(?: \w+)?(?![\w-])", text, re.IGNORECASE):
            if match.group() != name.split(" ", 2)[0] + " " + rest.split(" ", 1)[0]:
                yield f"«{match.group()}»", f"escriba «{name}»"


def judgements(reading: Reading) -> Iterator[Finding]:
    """Praise and absolutes that nothing in the same paragraph, or in the cells beside, backs."""
    claims = {claim: pattern for claim, pattern in CLAIMS.items() if pattern.search(reading.own.together)}
    for text, own in reading.own if claims else ():
        for claim, pattern in claims.items():
            for match in pattern.finditer(own):
                if not _backed(claim, text):
                    yield text, _around(own, match), "diga la cifra que lo sustenta o quite el juicio"


def _backed(claim: str, text: Text) -> bool:
    """Whether the paragraph, or its row, itself prints what its claim needs.

    «oportuno» needs two dates: when it was due and when it came. A whole hundred is a figure, and judged as such;
    one in our words is a share of a table.
    """
    if claim == "oportuno":
        printed = f"{text.said} {text.beside}"
        return len([*LONG_DATE.findall(printed), *SHORT_DATE.findall(printed)]) > 1
    if claim == "100 %":
        return _words(text.own) < SENTENCE_WORDS or any(each in text.said for each in (" hora", " muestras", "P95"))
    return False


def denials(reading: Reading) -> Iterator[Finding]:
    """Words that deny, or call complete, what was not read of every day of the period."""
    for text, words in false_denials(reading.figures, reading.texts):
        yield text, f"«{words}»", "diga de qué días se leyó, o «sin leer»"


def dates(reading: Reading) -> Iterator[Finding]:
    """Days that do not exist, ranges that run backwards, other ways to write a day, facts outside the period."""
    for text, said in reading.said:
        for match in [*LONG_DATE.finditer(said), *SHORT_DATE.finditer(said)]:
            if _day(match.group()) is None:
                yield text, f"«{match.group()}»", "escriba un día que exista"
        for match in RANGE.finditer(said):
            first, last = _day(match.group(1)), _day(match.group(2))
            if first is not None and last is not None and last < first:
                yield text, f"«{match.group()}»", "ponga las fechas en orden"
    for text, own in reading.own:
        for match in FOREIGN_DATE.finditer(own):
            yield text, _around(own, match), "escriba «23 de febrero de 2026» o «23/02/2026»"
    yield from _facts_out_of_time(reading.figures)


def _day(text: str) -> date | None:
    long, short = LONG_DATE.fullmatch(text), SHORT_DATE.fullmatch(text)
    try:
        if long:
            return date(int(long[3]), MONTHS[long[2]], int(long[1]))
        if short:
            year = int(short[3])
            return date(year if year > CENTURY else CENTURY + year, int(short[2]), int(short[1]))
    except ValueError:
        pass
    return None


def _facts_out_of_time(figures: PeriodFigures) -> Iterator[Finding]:
    first, last = figures.period_from, figures.period_to
    listings = {
        "el consumo": [row.day for row in figures.usage.rows],
        **{
            f"la métrica {each.title} de {each.resource_name}": [day.day for day in each.days]
            for each in figures.metrics
        },
    }
    for what, days in listings.items():
        if days and (days[0] != first or days[-1] != last or days != sorted(set(days))):
            yield _fact(figures, what), f"«{what}»", "liste cada día del periodo una vez y en orden"
    outside = {
        "solicitudes": [each.registered_on for each in figures.support.tickets if each.registered_on],
        "copias": [each.time_started.astimezone(UTC).date() for each in figures.backups.backups],
        "volcados": [each.dump_day for each in figures.dumps.dumps],
    }
    for what, days in outside.items():
        strange = sorted(day for day in days if not first <= day <= last)
        if strange:
            shown = es_co.table_date(strange[0])
            yield _fact(figures, what), f"{what} del {shown}", "quite lo que no es del periodo"
    if not first <= last < figures.report_date:
        yield _fact(figures, "periodo"), f"informe del {es_co.long_date(figures.report_date)}", "corrija las fechas"


def _fact(figures: PeriodFigures, what: str) -> Text:
    return Text(f"Cifras del informe {figures.report_number}", what)


LINTERS: tuple[tuple[str, Severity, Callable[[Reading], Iterator[Finding]]], ...] = (
    ("language.leftovers", "blocking", leftovers),
    ("language.names", "blocking", names),
    ("language.dates", "blocking", dates),
    ("language.decimal_points", "blocking", decimal_points),
    ("language.judgements", "blocking", judgements),
    ("language.denials", "blocking", denials),
    ("language.number_words", "blocking", number_words),
    ("language.codes", "blocking", codes),
    ("language.house_style", "blocking", house_style),
    ("language.repeated_words", "blocking", repeated_words),
    ("language.punctuation", "blocking", punctuation),
    ("language.acronyms", "warning", acronyms),
    ("language.bullets", "warning", bullets),
)
"""Check, severity, and what finds."""
