"""Reads the rendered documents as a proof-reader does: names, dates, numbers, punctuation, claims.

Each linter looks at what stands in the files, not at what was meant to stand there. Texts that
others wrote (help-desk titles, resource and file names, the contract's clauses) are quotations: they
are left out, so that nobody's wording but ours can stop a report. Most are marked as such in the file;
what a sentence repeats of them is known by its words.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from babel.dates import get_month_names

from service_reports.contracts.model import Contract
from service_reports.documents.proof.denials import false_denials
from service_reports.documents.proof.printed_text import QUOTED, Block, printed_blocks
from service_reports.documents.rendered import DocumentKind, RenderedDocument
from service_reports.documents.sections.annexes import listed_documents
from service_reports.documents.sections.contract_records import STANDINGS
from service_reports.documents.sections.masking import printable_summaries, printed_text, request_name
from service_reports.figures.hour_ledger import contracted_hours
from service_reports.figures.model import PeriodFigures
from service_reports.quality.verdict import CheckResult
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.number_words import feminine_words
from service_reports.wording.es_co.terms import category

HOUSE_STYLE = Path(__file__).with_name("house_style.csv")
"""Wordings that are wrong or not ours: a pattern, what to write, and why."""
SHOWN = 3
EXCERPT = 45
OWN_WORDING = {"title", "meaning", "detail"}
"""Fields of the figures whose text is ours."""
LEAST_QUOTED = 3
LONGEST_ACRONYM = 6
SENTENCE_WORDS = 4
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
DOUBLED = re.compile(r"\b((?:[^\W\d]+\s+){0,3}[^\W\d]+)\s+\1\b", re.IGNORECASE)
DOTTED = re.compile(r"(?<![\w.,/-])\d+(?:\.\d+)+(?:,\d+)?(?![\w/-])")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
"""A number whose points are of thousands."""
ORDINARY = Decimal(10**12)
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
Finding = tuple[Block, str, str]
"""Where, the text at fault, and the remedy in Spanish."""


@dataclass(frozen=True)
class _Reading:
    """What a linter may look at: the blocks as printed, and the same with quotations taken out."""

    contract: Contract
    figures: PeriodFigures
    printed: Sequence[Block]
    own: Sequence[Block]


def check_language(
    contract: Contract, figures: PeriodFigures, documents: Sequence[RenderedDocument]
) -> list[CheckResult]:
    """One verdict a linter; a detail says page, text and remedy in Spanish.

    What may come from a contract's incomplete lists (acronyms, final stops) warns; the rest blocks.
    """
    reading = read_documents(contract, figures, printed_blocks(documents))
    subject = f"{figures.contract_id} {figures.report_number} v{figures.version}"
    return [
        CheckResult(check, subject, severity, not found, _detail(found))
        for check, severity, linter in LINTERS
        for found in [list(dict.fromkeys(linter(reading)))]
    ]


def read_documents(contract: Contract, figures: PeriodFigures, blocks: Sequence[Block]) -> _Reading:
    """The blocks, each text once a document, with and without what others wrote."""
    printed = list({(block.place.partition(",")[0], block.text): block for block in reversed(blocks)}.values())[::-1]
    quotations = sorted(_quotations(contract, figures), key=len, reverse=True)
    metered = sorted(_metered(figures), key=len, reverse=True)
    own = []
    for block in printed:
        text = _without(block.own, quotations)
        cell = _without(text, metered)
        own.append(Block(block.place, text if _words(cell) >= SENTENCE_WORDS else cell, block.bulleted))
    return _Reading(contract, figures, printed, own)


def _words(text: str) -> int:
    return len(re.findall(r"[^\W\d_]{2,}", text))


def _without(text: str, quotations: Sequence[str]) -> str:
    for quotation in quotations:
        if quotation in text:
            text = re.sub(rf"(?<!\w){re.escape(quotation)}(?!\w)", QUOTED, text)
    return CODE.sub(lambda match: match.group() if FOREIGN_DATE.search(match.group()) else QUOTED, text)


def _metered(figures: PeriodFigures) -> set[str]:
    """The provider's English names of what it meters: quotations in a cell, our words in a sentence."""
    return {
        text for column in figures.usage.columns for text in (column.service, column.product_description, column.unit)
    }


def _quotations(contract: Contract, figures: PeriodFigures) -> set[str]:
    """Texts of systems and of people: values of the figures, names of resources, codes of the contract."""
    codes = {product.code for product in contract.products}
    texts = set(_texts(figures.model_dump(exclude={"figures", "observations"})))
    texts |= {contract.number, contract.database.name, *(resource.name for resource in contract.resources)}
    requests: set[str] = {entry.request for entry in (figures.hour_bank.entries if figures.hour_bank else ())}
    requests |= {control.request for control in figures.change_controls}
    texts.update([*map(category, texts)], (request_name(contract, request) for request in requests))
    texts.update(printed_text(contract, text) for text in _texts(figures.records.model_dump()))
    texts |= set(printable_summaries(contract, figures).values())
    whole = {" ".join(text.split()) for text in texts}
    return (
        {text for text in whole if len(text) >= LEAST_QUOTED and not (text.islower() and text.isalpha())}
        - codes
        - _metered(figures)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in OWN_WORDING:
                yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _numbers(value: Any) -> Iterator[Decimal]:
    if isinstance(value, int | Decimal):
        yield Decimal(value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _numbers(part)


def _detail(found: Sequence[Finding]) -> str:
    if not found:
        return "Sin hallazgos"
    shown = "; ".join(f"{block.place}: {text}: {remedy}" for block, text, remedy in found[:SHOWN])
    return f"Hallazgos ({len(found)}): {shown}{' …' if len(found) > SHOWN else ''}"


def _around(text: str, match: re.Match[str]) -> str:
    """The match with some words on both sides, between quotation marks."""
    start, end = max(0, match.start() - EXCERPT), match.end() + EXCERPT
    return f"«{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}»"


def _matches(blocks: Iterable[Block], pattern: re.Pattern[str], remedy: str) -> Iterator[Finding]:
    for block in blocks:
        for match in pattern.finditer(block.text):
            yield block, _around(block.text, match), remedy


def _plain(text: str) -> str:
    """Lower case without accents, as long as the text."""
    return "".join(unicodedata.normalize("NFD", character)[0] for character in text).lower()


def leftovers(reading: _Reading) -> Iterator[Finding]:
    """Marks of templates and of programs that a reader must never see."""
    return _matches(reading.own, LEFTOVER, "complete el dato o corrija la plantilla")


def repeated_words(reading: _Reading) -> Iterator[Finding]:
    """A word, or up to four of them, twice in a row."""
    return _matches(reading.own, DOUBLED, "quite la repetición")


def decimal_points(reading: _Reading) -> Iterator[Finding]:
    """Numbers whose point is not one of thousands: Spanish text writes a decimal comma.

    A number of thirteen digits above every figure of the period has lost its decimal point.
    """
    greatest = max([ORDINARY, *map(abs, _numbers(reading.figures.model_dump()))])
    for block in reading.own:
        text = NUMBERED.sub(lambda match: QUOTED * len(match.group()), block.text)
        for match in DOTTED.finditer(text):
            number = match.group()
            if not THOUSANDS.fullmatch(number) or es_co.parsed(number).to_integral_value(ROUND_FLOOR) > greatest:
                yield block, _around(block.text, match), "escriba coma decimal y puntos de miles"


def punctuation(reading: _Reading) -> Iterator[Finding]:
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


def house_style(reading: _Reading) -> Iterator[Finding]:
    """Wordings of the list in ``house_style.csv``: mistakes of old, and words that do not agree."""
    for pattern, remedy in _house_style():
        yield from _matches(reading.own, pattern, remedy)


def number_words(reading: _Reading) -> Iterator[Finding]:
    """A number in words beside the same number in digits: ``DOSCIENTAS (200)``."""
    for block in reading.own:
        for match in IN_WORDS.finditer(block.text):
            words, number = match[1].lower().split(), int(match[2])
            right = feminine_words(number).split()
            stated = _trailing_number(words)
            if stated and stated != right[-len(stated) :]:
                yield block, f"«{match.group()}»", f"escriba «{feminine_words(number).upper()} ({number})»"


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


def codes(reading: _Reading) -> Iterator[Finding]:
    """A code that begins as one of this report's documents does, and that none of them has.

    Lines break inside codes, where a hyphen may be lost: of the whole code only letters and digits are compared.
    """
    contract = reading.contract
    kinds: tuple[DocumentKind, ...] = get_args(DocumentKind)
    known = {_letters(each.code) for each in listed_documents(contract, reading.figures)}
    prefixes = {getattr(contract.document_codes, kind).partition("{")[0] for kind in kinds}
    changes = reading.figures.changes
    quoted = {_letters(text) for each in (changes.texts if changes else ()) for text in (*each.before, *each.now)}
    beginning = re.compile("|".join(rf"(?<![^\W_]){re.escape(prefix)}" for prefix in prefixes if _letters(prefix)))
    for block in reading.printed:
        if _letters(block.text) in quoted:
            continue  # a text of the replaced version names its own documents
        for match in beginning.finditer(block.text):
            if not any(_letters(block.text[match.start() :]).startswith(code) for code in known):
                yield block, f"«{block.text[:80]}»", "use el código del documento entregado"


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def bullets(reading: _Reading) -> Iterator[Finding]:
    """A bullet that is a sentence ends like one."""
    for block in reading.own:
        if block.bulleted and _words(block.text) >= SENTENCE_WORDS and block.text[-1] not in f".:;!?…{QUOTED}":
            yield block, f"«{block.text[:EXCERPT]}…»", "termine la viñeta con punto"


def acronyms(reading: _Reading) -> Iterator[Finding]:
    """Acronyms that no entry of the contract's glossary explains, each at its first place."""
    contract, figures = reading.contract, reading.figures
    names = f"{contract.contractor.legal_name} {contract.contractor.short_name} {contract.contractor.help_desk_name}"
    names += f" {contract.entity.name} {contract.entity.short_code} {contract.contractor.certification_mark or ''}"
    known = set(re.findall(r"[^\W_]+", f"{names} {' '.join(entry.term for entry in contract.glossary)}"))
    known |= set(feminine_words(int(contracted_hours(contract, figures))).upper().split())
    quotations = sorted(_quotations(contract, figures), key=len, reverse=True)
    for block in reading.printed:
        text = _without(block.text, quotations)  # names of products are marked, and still to be explained
        for word in _acronyms(text):
            if not known & {word, word.removesuffix("s")}:
                known.add(word)
                yield block, f"«{word}»", "defínala en el glosario del contrato"


def _acronyms(text: str) -> Iterator[str]:
    for match in SHOUTED.finditer(text):
        words = match.group().split()
        if all(len(word) <= LONGEST_ACRONYM and not ROMAN.fullmatch(word) for word in words):
            yield from words
    for match in MIXED.finditer(text):
        yield match.group()


def names(reading: _Reading) -> Iterator[Finding]:
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
    for block in reading.own:
        for text, remedy in (
            *_company_variants(block.text, contractor.legal_name, contractor.short_name),
            *_variants(block.text, _fixed_names(contract)),
            *_entity_variants(block.text, contract.entity.name),
            *_brand_variants(block.text, contractor.help_desk_name),
        ):
            yield block, text, remedy


def _fixed_names(contract: Contract) -> set[str]:
    """Names with one spelling: whole, and from their first word in capitals on (``AIRE Gestión``)."""
    whole = {contract.entity.name, contract.contractor.help_desk_name, *(each.name for each in contract.products)}
    tails = {match.group() for name in whole for match in [re.search(r"\b[A-ZÁÉÍÓÚÑ]{3,} \w.*", name)] if match}
    return whole | tails


def _variants(text: str, fixed: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Other capitals or accents than the name's own; all capitals are no excuse."""
    plain = _plain(text)
    for name in fixed:
        for match in re.finditer(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", plain):
            found = text[match.start() : match.end()]
            if found != name:
                yield f"«{found}»", f"escriba «{name}»"


def _company_variants(text: str, legal_name: str, short_name: str) -> Iterator[tuple[str, str]]:
    parts = r"\s*".join(re.escape(part) for part in short_name.split())
    for match in re.finditer(rf"(?<!\w){parts}(?P<type>{COMPANY_TYPE})?(?!\w)", text, re.IGNORECASE):
        found = match.group().strip()
        right = legal_name if match["type"] else short_name
        if found != right and not (match["type"] and found == legal_name.removesuffix(".") and legal_name[-1] != "."):
            yield f"«{found}»", f"escriba «{right}»"


def _entity_variants(text: str, name: str) -> Iterator[tuple[str, str]]:
    kind, _, place = name.partition(" de ")
    if place and kind in {"Alcaldía", "Municipio", "Alcaldía Municipal"}:
        pattern = rf"\b(?:alcald[ií]a(?: municipal)?|municipio) de {re.escape(place)}\b"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if match.group() != name:
                yield f"«{match.group()}»", f"escriba «{name}»"


def _brand_variants(text: str, name: str) -> Iterator[tuple[str, str]]:
    brand, _, rest = name.partition(" ")
    if rest and brand.isupper() and len(brand) >= LEAST_QUOTED:
        for match in re.finditer(rf"(?<![\w-]){re.escape(brand)}(?: \w+)?(?![\w-])", text, re.IGNORECASE):
            if match.group() != name.split(" ", 2)[0] + " " + rest.split(" ", 1)[0]:
                yield f"«{match.group()}»", f"escriba «{name}»"


def judgements(reading: _Reading) -> Iterator[Finding]:
    """Praise and absolutes that no figure of the same paragraph backs."""
    clauses = {" ".join(obligation.text.split()) for obligation in reading.contract.obligations}
    clauses.add(" ".join(reading.contract.object.split()))
    for block, printed in zip(reading.own, reading.printed, strict=True):
        if printed.text in clauses:
            continue
        for claim, pattern in CLAIMS.items():
            for match in pattern.finditer(block.text):
                if not _backed(claim, block.text, reading.figures):
                    yield block, _around(block.text, match), "diga la cifra que lo sustenta o quite el juicio"


def _backed(claim: str, text: str, figures: PeriodFigures) -> bool:
    """Whether the paragraph itself prints what its claim needs.

    A whole hundred needs a measured one beside its samples, or is a share of a table or a metric;
    «oportuno» needs two dates: when it was due and when it came. Those of a deliverable stand in the cells beside it.
    """
    if claim == "oportuno":
        if text == STANDINGS["on_time"]:
            return any(each.standing == "on_time" for each in figures.records.deliverables)
        return len(set(LONG_DATE.findall(text)) | set(SHORT_DATE.findall(text))) > 1
    if claim != "100 %":
        return False
    if _words(text) < SENTENCE_WORDS:
        return True
    full = [part for part in figures.availability if part.percent == es_co.WHOLE]
    sampled = any(es_co.number(part.samples) in text for part in full)
    measured = any(
        series.title in text for series in figures.metrics if es_co.WHOLE in {series.minimum, series.maximum}
    )
    return sampled or measured or " hora" in text


def denials(reading: _Reading) -> Iterator[Finding]:
    """Words that deny, or call complete, what was not read of every day of the period."""
    for block, words in false_denials(reading.figures, reading.own):
        yield block, f"«{words}»", "diga de qué días se leyó, o «sin leer»"


def dates(reading: _Reading) -> Iterator[Finding]:
    """Days that do not exist, ranges that run backwards, other ways to write a day, facts outside the period."""
    for block in reading.own:
        for match in [*LONG_DATE.finditer(block.text), *SHORT_DATE.finditer(block.text)]:
            if _day(match.group()) is None:
                yield block, f"«{match.group()}»", "escriba un día que exista"
        for match in RANGE.finditer(block.text):
            first, last = _day(match.group(1)), _day(match.group(2))
            if first is not None and last is not None and last < first:
                yield block, f"«{match.group()}»", "ponga las fechas en orden"
        for match in FOREIGN_DATE.finditer(block.text):
            yield block, _around(block.text, match), "escriba «23 de febrero de 2026» o «23/02/26»"
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


def _fact(figures: PeriodFigures, what: str) -> Block:
    return Block(f"Cifras del informe {figures.report_number}", what)


LINTERS: tuple[tuple[str, Severity, Callable[[_Reading], Iterator[Finding]]], ...] = (
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
