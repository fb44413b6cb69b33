"""Holds a table that was read against what it should say: every row, every column, by the titles of its columns.

What a table should say is built from the rows of the period by the proof itself. So a column or a row that stands in
another's place is found, whatever it holds: numbers, days, states, words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from anyascii import anyascii

from service_reports.documents.proof.reading import Block, Cell, Run, Table
from service_reports.documents.proof.shown_values import (
    ABSENT,
    MONTHS,
    instant_of,
    says_date,
    says_day,
    says_instant,
    says_megabytes,
    says_number,
)
from service_reports.figures.catalogue import parse
from service_reports.figures.figure import Figure

CUT = "[…]"
"""Stands where a text of others is cut; the workbook has it whole."""
LEAST_OF_A_CUT = 12
LAST_COMMON = "\u024f"
"""The last of the letters that every font has."""
PICTURES = (("\u2190", "\u21ff"), ("\u2600", "\u27bf"), ("\u2b00", "\u2bff"))
"""Arrows, ticks and crosses: what is printed for them is declared where they are drawn, in up to eight signs."""


Style = Literal["", "megabytes"]


class Expected(Protocol):
    """What one cell should say."""

    def said(self, cell: Block) -> bool:
        """Whether the cell says it."""

    def __str__(self) -> str:
        """How it is told in Spanish."""


def unspaced(text: str) -> str:
    """A text as it can be compared wherever its lines were broken."""
    return "".join(text.split())


def same_words(printed: str, words: str) -> bool:
    """Whether a printed text is these words; a sign that a font may lack may stand as plain letters write it.

    A long text of others may be cut, with a mark.
    """
    shown, meant = unspaced(printed), unspaced(words)
    if shown == meant:
        return True
    if shown.endswith(CUT):
        beginning = shown.removesuffix(CUT)
        return len(beginning) >= LEAST_OF_A_CUT and len(beginning) in _ends(meant, beginning, [0], cut=True)
    beginning, cut, end = shown.partition(CUT)
    if cut and len(beginning) >= LEAST_OF_A_CUT:  # the longest of several headers, with those under it
        return meant.startswith(beginning) and meant.endswith(end)
    return not _has_one_form(meant) and len(shown) in _ends(meant, shown, [0])


def holds_words(text: str, words: str) -> bool:
    """Whether these words stand somewhere in a text, as ``same_words`` knows them."""
    shown, meant = unspaced(text), unspaced(words)
    return meant in shown or (not _has_one_form(meant) and bool(_ends(meant, shown, range(len(shown) + 1))))


def holds_beginning(text: str, words: str) -> bool:
    """Whether a text has the beginning of these words, and a mark that they go on."""
    shown = unspaced(text)
    places = set(range(len(shown) + 1))
    for number, sign in enumerate(unicodedata.normalize("NFC", unspaced(words))):
        if number >= LEAST_OF_A_CUT and any(shown.startswith(CUT, place) for place in places):
            return True
        places = _after(sign, shown, places)
    return False


@lru_cache(maxsize=4096)
def _has_one_form(words: str) -> bool:
    """Whether words can be printed in no other way than as they are written."""
    return words.isascii() or (
        unicodedata.is_normalized("NFC", words)
        and all(_forms(sign) == (sign,) and not _pictured(sign) for sign in words)
    )


def _ends(words: str, shown: str, starts: Iterable[int], *, cut: bool = False) -> set[int]:
    """Where the words end in a text that they begin at one of some places of; ``cut``: or where the text ends first."""
    places = set(starts)
    for sign in unicodedata.normalize("NFC", words):
        if cut and len(shown) in places:
            break
        places = _after(sign, shown, places)
    return places


def _after(sign: str, shown: str, places: set[int]) -> set[int]:
    """Where a sign ends in a text that it begins at one of some places of."""
    forms = _forms(sign)
    return {place + len(form) for place in places for form in forms if shown.startswith(form, place)} | {
        place + length for place in places for length in _pictured(sign) if place + length <= len(shown)
    }


@lru_cache(maxsize=4096)
def _forms(sign: str) -> tuple[str, ...]:
    """All that may be printed for a sign."""
    if unicodedata.category(sign) in ("Cf", "Mn", "Me", "Cc"):
        return (sign, "")
    if sign <= LAST_COMMON:
        return (sign,)
    return tuple({sign, "".join(anyascii(sign).split()) or sign, f"[U+{ord(sign):04X}]"})


def _pictured(sign: str) -> range:
    """How long what stands for an arrow or a tick may be."""
    return range(1, 9) if any(first <= sign <= last for first, last in PICTURES) else range(0)


def _named(block: Block) -> Run | None:
    """The value that a cell names."""
    return next((run for run in block.runs if run.says in ("figure", "date")), None)


@dataclass(frozen=True)
class Words:
    """A text of ours or of others."""

    text: str

    def said(self, cell: Block) -> bool:
        """Whether the cell says these words."""
        return same_words(cell.text, self.text)

    def __str__(self) -> str:
        return self.text or "nada"


@dataclass(frozen=True)
class AnyOf:
    """One of several texts: what is printed depends on what the contract lets out."""

    texts: tuple[str, ...]

    def said(self, cell: Block) -> bool:
        """Whether the cell says one of them."""
        return any(same_words(cell.text, text) for text in self.texts)

    def __str__(self) -> str:
        return self.texts[0]


@dataclass(frozen=True)
class Holding:
    """Texts that a cell holds in this order, among others."""

    parts: tuple[str, ...]

    def said(self, cell: Block) -> bool:
        """Whether all of them stand in the cell, one after the other."""
        text, place = unspaced(cell.text), 0
        for part in map(unspaced, self.parts):
            found = text.find(part, place)
            ends = {found + len(part)} if found >= 0 else _ends(part, text, range(place, len(text) + 1))
            if not ends:
                return False
            place = min(ends)
        return True

    def __str__(self) -> str:
        return " … ".join(self.parts)


@dataclass(frozen=True)
class Day:
    """A calendar day, with what else stands in its cell; ``None`` prints ``instead``."""

    day: date | None
    after: str = ""
    instead: str = "—"

    def said(self, cell: Block) -> bool:
        """Whether the cell says the day, and names no other."""
        text = cell.text.removesuffix(self.after).strip() if self.after else cell.text
        if self.after and not cell.text.endswith(self.after):
            return False
        if self.day is None:
            return text == self.instead
        named = _named(cell)
        if named is not None and named.says == "date" and not says_date(text, named.name):
            return False
        return says_day(text, self.day)

    def __str__(self) -> str:
        return f"{short(self.day)}{self.after and f' {self.after}'}" if self.day else self.instead


@dataclass(frozen=True)
class Moment:
    """An instant in UTC that is a figure; only its day or its time of day where ``part`` says so."""

    instant: datetime | None
    figure_id: str = ""
    part: str = ""

    def said(self, cell: Block) -> bool:
        """Whether the cell says it, and names no other."""
        if self.instant is None:
            return cell.text in ABSENT
        named = _named(cell)
        if named is not None and named.says == "figure" and self.figure_id and named.name != self.figure_id:
            return False
        clock, day = ":" in cell.text, "/" in cell.text
        shape = {"day": (False, True), "clock": (True, False)}.get(self.part, (True, True))
        return (clock, day) == shape and says_instant(cell.text, self.instant)

    def __str__(self) -> str:
        return f"{self.instant:%d/%m/%Y %H:%M:%S}" if self.instant else "—"


@dataclass(frozen=True)
class Value:
    """A figure of the period, or that there is none under its id.

    ``style``: ``megabytes``, the column's heading says so; ``blank``, a zero prints nothing.
    """

    figure_id: str
    figure: Figure | None
    style: Style = ""

    def said(self, cell: Block) -> bool:
        """Whether the cell names the figure, and says its value; a text that names none must say the value."""
        named = _named(cell)
        if named is not None and (named.says, named.name) != ("figure", self.figure_id):
            return False
        text = cell.text
        if self.figure is None:
            return text in ABSENT or not text
        if not text or text in ABSENT:
            return False
        return says_figure(text, self.figure, megabytes=self.style == "megabytes")

    def __str__(self) -> str:
        return f"{self.figure.value:f}".replace(".", ",") if self.figure else "—"


@dataclass(frozen=True)
class Number:
    """A number that is no figure: an ordinal, a share that is whole."""

    value: Decimal
    unit: str = ""

    def said(self, cell: Block) -> bool:
        """Whether the cell says it."""
        return says_number(cell.text, self.value, self.unit)

    def __str__(self) -> str:
        return f"{self.value:f}"


CHANGES = frozenset(
    {
        *("usage.level_change.percent", "usage.level.percent", "usage.rounding", "comparison.percent", "finding"),
        *("usage.growth.percent", "hour_bank.difference.change"),
    }
)
"""The families of what went up or down: only of these a number may stand with a plus."""


SHARES = frozenset({"tickets.category.percent", "hour_bank.percent"})
"""The families of what is a part of a whole: they stand with a decimal, with more where only these changed."""
FINE = ("availability/", "service_level.", "finding/service_levels.missed/")
"""How the ids begin of what is told to four decimals, and never as a hundred that it did not reach."""
_SHARE = re.compile(r"[^,]+,\d+ %")


def says_figure(text: str, figure: Figure, *, megabytes: bool = False) -> bool:
    """Whether a text says the value of a figure."""
    if text.startswith("+") and parse(figure.id).of.family.name not in CHANGES:
        return False
    if figure.unit == "instant":
        return says_instant(text, instant_of(figure.value))
    if megabytes and figure.unit == "bytes":
        return says_megabytes(text, figure.value)
    if parse(figure.id).of.family.name in SHARES and not _SHARE.fullmatch(" ".join(text.split())):
        return False
    of = parse(figure.id).parameters.get("headline", figure.id)
    return says_number(text, figure.value, figure.unit, availability=of.startswith(FINE))


def short(day: date) -> str:
    """A day as tables print it."""
    return f"{day:%d/%m/%Y}"


def long(day: date) -> str:
    """A day as sentences print it."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


@dataclass(frozen=True)
class Row:
    """What a row should say, by the title of its column: all its headers, outermost first, joined by `` / ``."""

    cells: Mapping[str, Expected]

    @cached_property
    def by_title(self) -> dict[str, Expected]:
        """The same by titles without white space."""
        return {unspaced(title): expected for title, expected in self.cells.items()}


@dataclass(frozen=True)
class Group:
    """A row that is a heading over all columns for those below it."""

    words: Words


@dataclass(frozen=True)
class ExpectedTable:
    """A table by its caption without number; of a table without one it is the caption of the chart above it.

    ``parted``: it stands in several parts that share the columns. ``pairs``: labels and values side by side.
    ``in_detail``: it supports the others, and stands after them.
    """

    caption: str
    rows: Sequence[Row | Group] = ()
    pairs: Sequence[tuple[str, Expected]] | None = None
    parted: bool = False
    in_detail: bool = False


def title_of(cell: Cell) -> str:
    """The headers of a cell's column, outermost first."""
    return " / ".join(cell.column_headers)


def differences(expected: ExpectedTable, table: Table) -> Iterator[str]:
    """What a table says otherwise than it should, each as one Spanish phrase."""
    found = _of_rows(expected, table) if expected.pairs is None else _of_pairs(expected.pairs, table)
    for page, what in found:
        yield f"página {page or table.page}, tabla «{expected.caption or 'datos básicos'}»{what}"


def columns_of(table: Table) -> list[str]:
    """The titles of a table's columns, in order; those of a table of two halves once."""
    return list(dict.fromkeys(title_of(cell) for row in table.rows for cell in row if cell.column_headers))


def _of_pairs(pairs: Sequence[tuple[str, Expected]], table: Table) -> Iterator[tuple[int, str]]:
    printed: list[tuple[str, Cell]] = []
    for row in table.rows:
        label = ""
        for cell in row:
            if cell.kind == "TH":
                label = cell.text
            elif cell.text:
                printed.append((label, cell))
    for (label, expected), (name, cell) in zip(pairs, printed, strict=False):
        if unspaced(name) != unspaced(label):
            yield cell.page, f": dice «{name}» donde va «{label}»"
        elif not expected.said(cell):
            yield cell.page, f", «{label}»: dice «{cell.text}» y no «{expected}»"
    for label, _ in pairs[len(printed) :]:
        yield 0, f": falta «{label}»"
    for name, cell in printed[len(pairs) :]:
        yield cell.page, f": «{name}» no se espera ahí"


def _of_rows(expected: ExpectedTable, table: Table) -> Iterator[tuple[int, str]]:
    records = list(records_of(table))
    if len(records) != len(expected.rows):
        yield 0, f": tiene {len(records)} filas y no {len(expected.rows)}"
        return
    for record, row in zip(records, expected.rows, strict=True):
        yield from row_differences(row, record, parted=expected.parted)


def row_differences(row: Row | Group, record: Sequence[Cell], *, parted: bool) -> Iterator[tuple[int, str]]:
    """What a row says otherwise than it should: its page, and what; ``parted`` tables have other columns elsewhere."""
    first = record[0]
    if isinstance(row, Group):
        if len(record) != 1 or not row.words.said(first):
            yield first.page, f": dice «{first.text}» donde va «{_name_of(row)}»"
        return
    seen = set()
    for cell in record:
        title = unspaced(title_of(cell))
        if title not in row.by_title:
            title = next((each for each in row.by_title if each not in seen and same_words(title, each)), title)
        says = row.by_title.get(title)
        seen.add(title)
        if says is None:
            yield cell.page, f": la columna «{title_of(cell)}» no se espera en ella"
        elif not says.said(cell):
            where = f", fila «{_name_of(row)}», columna «{title_of(cell)}»"
            yield cell.page, f"{where}: dice «{cell.text or 'nada'}» y no «{says}»"
    if not parted:
        for name in row.cells:
            if unspaced(name) not in seen:
                yield first.page, f", fila «{_name_of(row)}»: falta la columna «{name}»"


def _name_of(row: Row | Group) -> str:
    return str(row.words if isinstance(row, Group) else next(iter(row.cells.values())))


def records_of(table: Table) -> Iterator[list[Cell]]:
    """The rows of the body; of a table of halves side by side first those of the left one.

    A half begins where the first column's headers stand again; halves without text are left out.
    """
    starts = _halves(table)
    for half, start in enumerate(starts):
        end = starts[half + 1] if half + 1 < len(starts) else None
        for row in table.rows:
            cells = [cell for cell in row if cell.column >= start and (end is None or cell.column < end)]
            cells = [cell for cell in cells if cell.column_headers or cell.text]
            if cells and (half == 0 or any(cell.text for cell in cells)):
                yield cells


def _halves(table: Table) -> list[int]:
    widest = max(table.rows, key=len, default=())
    if not widest or not widest[0].column_headers:
        return [0]
    first = widest[0].column_headers
    return [cell.column for cell in widest if cell.column_headers == first] or [0]
