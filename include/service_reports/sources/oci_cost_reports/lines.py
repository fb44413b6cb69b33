"""Adds up the lines of a cost report in constant memory, exactly; what cannot be added up is set aside line by line.

The text is taken in pieces that end at a line's end. A piece that is provably regular (every line
has as many fields as the header, every quote opens or closes a field) is added up by polars, its
plain numbers as 128-bit decimals and the others, few, as Python's. Any other piece goes through
Python's ``csv``, which gives the same sums. Pieces are merged as ``Decimal`` under a context in
which rounding is an error: the sum of any numbers that a line may have fits it.

A line that the provider gave a number is told from all others by a sum of its number and content
(``identities``), whatever object it comes in.
"""

from __future__ import annotations

import csv
import io
import json
from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from functools import reduce
from itertools import islice
from operator import xor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from service_reports.failures import NOT_STORABLE, Failure, storable
from service_reports.foreign_text import foreign_line
from service_reports.records import CostCorrection, UsageHour
from service_reports.records.bounds import MOST_DIGITS, is_bearable
from service_reports.sources.answer import SourceError
from service_reports.sources.oci_cost_reports.forms import COST_CSV, Form, Kind, Layout, kind_of, layout, of_tag
from service_reports.sources.oci_cost_reports.hours import LONGEST, hours_of, instant, shares
from service_reports.sources.rows import Rows

if TYPE_CHECKING:
    import polars as pl
    from _typeshed import WriteableBuffer

PIECE_BYTES = 6 * 1024 * 1024
LONGEST_LINE_BYTES = 64 * 1024 * 1024
EXACT = Context(prec=3 * MOST_DIGITS, traps=[Inexact, InvalidOperation, Overflow])
"""More digits than any sum of numbers that a line may have can need."""

PLAIN_NUMBER = r"^-?[0-9]{1,11}(\.[0-9]{1,20})?$"
"""Millions of these add up within polars' Decimal(38, 20)."""
SCALE = 20
MOST_LINES_IN_FRAMES = 4_000_000
"""With numbers below 10 ** 11, far from what 128 bits hold."""
MOST_FRAMES = 12
ZERO = Decimal(0)
SUMMED = ("quantity", "cost", "lines", "corrections")
OF_ALL = (*SUMMED, "line", "sku")
"""What is kept of lines with one key: sums, the first line, and the product's number, which follows from its name."""
MOST_SPREAD_HOURS = 500_000
"""Of all lines of a report that are longer than an hour: each of their hours is a row, and a line may be of a year."""
MOST_SUMS = 500_000
"""So many hours, places, products and tags may one report tell apart: each takes some kilobytes until it is loaded."""
MOST_ASIDE = 100_000
"""So many kinds of lines that cannot be added up are told of one report: one that has more is none."""
LONGEST_SHOWN = 40
LONGEST_TEXTS = 600
"""Of all texts of a key together: even of four bytes a letter, they fit an entry of the table's index."""
TOO_LONG = f"es demasiado largo: los textos suman hasta {LONGEST_TEXTS} letras"
LONGEST_SKU = 64
"""A number of a product is one; a longer text is none, and says nothing of its line."""
FIRST_LINE = 2
"""The line after the header."""
BEFORE_QUOTE, AFTER_QUOTE = b",\n", b",\r\n"
LINES_AT_ONCE = 10_000
NO_IDENTITY = 0
"""Of a line that the provider gave no number: it is never the same as another one."""
NOT_MARKS = bytes(set(range(256)) - set(b",\n\r"))


class Readable(Protocol):
    """What text is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """The bytes up to the next end of line, at most ``size`` of them."""
        ...


class Key(NamedTuple):
    """What lines are added up by, as their file writes it; ``tags`` are the texts of the wanted tag columns."""

    start: str
    end: str
    compartment: str
    service: str
    description: str
    unit: str
    currency: str
    tags: tuple[str, ...]


class Aside(NamedTuple):
    """Lines that cannot be added up for one reason, of one compartment, day and product; ``line`` is the first.

    ``compartment_ocid`` and ``day`` (UTC) are ``None`` where the lines do not tell them, ``quantity`` and ``cost`` (in
    ``currency``) where they cannot be read. ``is_charge``: nothing is wrong with them, they charge something that is no
    use, and have no quantity.
    """

    line: int
    lines: int
    column: str
    value: str
    reason: str
    compartment_ocid: str | None = None
    day: date | None = None
    product: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    is_charge: bool = False
    cost: Decimal | None = None
    currency: str = ""

    @property
    def group(self) -> tuple[object, ...]:
        """What lines set aside are counted by."""
        what = self.product, self.unit, self.currency, self.is_charge
        return (self.column, self.reason, self.compartment_ocid, self.day, *what)

    @property
    def failure(self) -> Failure:
        """Where the first line is, and what is the matter with it."""
        where = f"línea {self.line}{', ' if self.column else ''}{self.column}"
        more = f" (y otras {self.lines - 1} líneas así)" if self.lines > 1 else ""
        return Failure(where, f"{repr(self.value) + ' ' if self.column else ''}{self.reason}{more}")

    def __str__(self) -> str:
        """As operators read it."""
        return str(self.failure)


class CostLines(Rows[UsageHour]):
    """The sums of one report; ``lines_aside`` are all lines that are in none of them.

    ``text_sum`` tells their text from any other: the same lines packed in another way have the same one.
    ``identities`` are those of numbered lines, by the hour (UTC) in which they begin. ``without`` adds the same report
    up again but for the lines of some identities.
    """

    lines_aside: tuple[Aside, ...] = ()
    text_sum: str = ""
    identities: Mapping[datetime, array[int]] = {}
    without: Callable[[AbstractSet[int]], CostLines] | None = None


class _Unreadable(ValueError):
    """Why a line cannot be added up."""

    def __init__(self, column: str, value: str, reason: str, *, is_charge: bool = False) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason, self.is_charge = column, value, reason, is_charge


def _too_many_sums() -> SourceError:
    return SourceError(
        f"tiene más de {MOST_SUMS} sumas distintas de hora, compartimento, producto y etiqueta, como en ningún informe "
        "del proveedor: no se cargó"
    )


def _together(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Their sum; of what is not known in part, the whole is not."""
    return None if one is None or other is None else one + other


def _key(texts: Sequence[str]) -> Key:
    start, end, compartment, service, description, unit, currency, *tags = texts
    return Key(start, end, compartment, service, description, unit, currency, tuple(tags))


@dataclass
class Sums:
    """What some lines add up to: by key quantity, cost, lines, corrections and first line; and each correction."""

    by_key: dict[Key, list[Any]] = field(default_factory=dict)
    aside: dict[tuple[object, ...], Aside] = field(default_factory=dict)
    corrections: list[tuple[Key, CostCorrection]] = field(default_factory=list)
    lines: int = 0
    frames: list[Any] = field(default_factory=list)
    """Sums of polars that are not in ``by_key`` yet, and how many lines they hold."""
    lines_in_frames: int = 0
    identities: dict[str, array[int]] = field(default_factory=dict)
    """Those of numbered lines, by the text of their start."""
    texts: dict[str, str] = field(default_factory=dict)
    """Each text of a key once: polars gives every cell one of its own."""

    def identify(self, start: str, found: Iterable[int]) -> None:
        """Note the identities of some lines; those of none are passed over."""
        self.identities.setdefault(start, array("Q")).extend(each for each in found if each != NO_IDENTITY)

    def add(
        self, key: Key, quantity: Decimal, cost: Decimal, lines: int, corrections: int, line: int, sku: str
    ) -> None:
        """Add to one key. Call it under the exact context.

        Raises:
            SourceError: there are more keys than any report has.
        """
        held = self.by_key.get(key)
        if held is None:
            if len(self.by_key) >= MOST_SUMS:
                raise _too_many_sums()
            self.by_key[key] = [ZERO + quantity, ZERO + cost, lines, corrections, line, sku]
        else:
            held[0] += quantity
            held[1] += cost
            held[2] += lines
            held[3] += corrections
            held[4] = min(held[4], line)
            held[5] = held[5] or sku

    def set_aside(self, found: Aside) -> None:
        """Count lines that cannot be added up. Call it under the exact context.

        Raises:
            SourceError: there are more kinds of them than any report has.
        """
        held = self.aside.get(found.group)
        if held is None and len(self.aside) >= MOST_ASIDE:
            raise SourceError(
                f"hay más de {MOST_ASIDE} clases de líneas que no se pueden contar, como en ningún informe del "
                f"proveedor: no se cargó; la última: {found}"
            )
        if held is not None:
            first = min(held, found, key=lambda each: each.line)
            quantity, cost = _together(held.quantity, found.quantity), _together(held.cost, found.cost)
            found = first._replace(lines=held.lines + found.lines, quantity=quantity, cost=cost)
        self.aside[found.group] = found

    def merge(self, other: Sums) -> None:
        """Add all of another's sums."""
        for key, held in other.by_key.items():
            self.add(key, *held)
        for found in other.aside.values():
            self.set_aside(found)
        for start, identities in other.identities.items():
            self.identities.setdefault(start, array("Q")).extend(identities)
        self.corrections += other.corrections
        self.lines += other.lines
        self.frames += other.frames
        self.lines_in_frames += other.lines_in_frames
        if self.lines_in_frames > MOST_LINES_IN_FRAMES:
            self.settle()
        elif len(self.frames) > MOST_FRAMES:
            import polars as pl

            # Texts of a group point into the whole piece they were read from: a copy lets go of it.
            copied = io.BytesIO()
            added = self._added()
            if added.height > MOST_SUMS:
                raise _too_many_sums()
            added.write_ipc(copied)
            self.frames = [pl.read_ipc(copied.getvalue())]

    def _added(self) -> pl.DataFrame:
        import polars as pl

        keys = self.frames[0].columns[: -len(OF_ALL)]
        added: pl.DataFrame = (
            pl.concat(self.frames).group_by(keys).agg(pl.col(SUMMED).sum(), pl.col("line").min(), pl.col("sku").first())
        )
        return added

    def settle(self) -> None:
        """Move the sums of polars to ``by_key``."""
        import polars as pl

        if self.frames:
            added = self._added()
            width = added.width - len(OF_ALL)
            once = self.texts
            for row in added.filter(pl.col("lines") > 0).iter_rows():
                key = _key([once.setdefault(text, text) for text in row[:width]])
                quantity, cost, lines, corrections, line, sku = row[width:]
                self.add(key, quantity, cost, lines, corrections, line, once.setdefault(sku, sku))
        self.frames, self.lines_in_frames = [], 0


def add_up(
    stream: Readable,
    tag_keys: Sequence[str] = (),
    piece_bytes: int = PIECE_BYTES,
    left_out: AbstractSet[int] = frozenset(),
) -> CostLines:
    """Add up the decompressed text of one report by hour, compartment, product and wanted tags.

    Lines of the identities that are ``left_out`` are passed over.

    Raises:
        SourceError: a required column is missing, where a line ends cannot be told, or the lines are longer together
            than any report's.
    """
    with localcontext(EXACT):
        return _add_up(stream, tuple(tag_keys), piece_bytes, left_out)


def _add_up(stream: Readable, tag_keys: tuple[str, ...], piece_bytes: int, left_out: AbstractSet[int]) -> CostLines:
    held = b""
    columns: Layout | None = None
    sums = Sums()
    ended = False
    while not ended:
        block = stream.read(piece_bytes)
        ended = not block
        # Up to a line's end, so that what is held is mostly a piece as it is: copies cost as much as parsing.
        held = b"".join((held, block, b"" if ended else stream.readline(LONGEST_LINE_BYTES)))
        if columns is None:
            end = _first_record_end(held) or (len(held) if ended else 0)
            if not end and not ended:
                if len(held) > LONGEST_LINE_BYTES:
                    raise SourceError(f"el encabezado tiene más de {LONGEST_LINE_BYTES} bytes")
                continue
            columns = layout(_header(held[:end]), tag_keys)
            held = held[end:]
        piece, marks = _whole_records(held, ended)
        if not piece and not ended and len(held) < LONGEST_LINE_BYTES:
            continue
        if marks is None or (held and not piece):
            # Where such a piece ends is not sure: read what follows as one text.
            whole = io.BufferedReader(_Joined(held, stream))
            sums.merge(_add_carefully(_text(whole), columns, sums.lines, left_out))
            break
        sums.merge(_add_piece(piece, marks, columns, sums.lines, left_out))
        held = held[len(piece) :]
    assert columns is not None
    sums.settle()
    return _hours(sums, columns, tag_keys)


def _header(record: bytes) -> list[str]:
    record = record.removeprefix(BOM_UTF8)
    if _marks(record) is None or record.count(b"\r") != record.count(b"\r\n"):
        raise SourceError("el encabezado no se puede leer: hay comillas o un salto de línea dentro de un nombre")
    return next(csv.reader(_text(io.BytesIO(record))), [])


class _Joined(io.RawIOBase):
    """Bytes, and then a stream."""

    def __init__(self, first: bytes, then: Readable) -> None:
        self._first, self._then = io.BytesIO(first), then

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer."""
        room = memoryview(buffer).cast("B")
        block = self._first.read(len(room)) or self._then.read(len(room))
        room[: len(block)] = block
        return len(block)


def _text(stream: io.BytesIO | io.BufferedReader[_Joined]) -> io.TextIOWrapper:
    """A text in which bytes that are not UTF-8 stay recognizable."""
    return io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline="")


def _first_record_end(held: bytes) -> int:
    """Where the first record that is whole ends, or 0."""
    end, odd = 0, 0
    while (found := held.find(b"\n", end) + 1) > 0:
        odd ^= held.count(b'"', end, found) % 2
        end = found
        if not odd:
            return end
    return 0


def _whole_records(held: bytes, ended: bool) -> tuple[bytes, bytes | None]:
    """The records that are whole, and their marks."""
    piece = held if ended else held[: held.rfind(b"\n") + 1]
    marks = _marks(piece)
    if marks is None and not ended:
        piece = piece[: _last_record_end(piece)]
        marks = _marks(piece)
    return piece, marks


def _last_record_end(lines: bytes) -> int:
    """Where the last record ends that is whole if quotes are regular: a quoted field may hold ends of lines."""
    end = len(lines)
    odd = lines.count(b'"') % 2
    while odd and end:
        before = lines.rfind(b"\n", 0, end - 1) + 1
        odd ^= lines.count(b'"', before, end) % 2
        end = before
    return end


def _marks(piece: bytes) -> bytes | None:
    """Commas and ends of lines outside quoted fields; ``None`` where a quote neither opens nor closes a field."""
    parts = piece.split(b'"')
    last = len(parts) - 1
    if last % 2:
        return None
    outside = parts[::2]  # one without anything is a quote within a field, written twice
    if any(part and part[-1] not in BEFORE_QUOTE for part in outside[:-1]):
        return None
    if any(part and part[0] not in AFTER_QUOTE for part in outside[1:]):
        return None
    return b"".join([part.translate(None, NOT_MARKS) for part in outside])


def _count_records(marks: bytes, width: int) -> int | None:
    """How many records there are, if each has ``width`` fields and all end in LF or all in CRLF; else ``None``."""
    record = b"," * (width - 1) + (b"\r\n" if b"\r" in marks else b"\n")
    if not marks.endswith(b"\n"):
        marks += record[width - 1 :]
    records, rest = divmod(len(marks), len(record))
    return records if not rest and marks == record * records else None


def _add_piece(piece: bytes, marks: bytes, columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
    if not piece:
        return Sums()
    records = _count_records(marks, columns.width)
    if records is not None and _is_utf8(piece):
        sums = _add_fast(piece, columns, lines_before, left_out)
        if sums.lines == records:
            return sums
    return _add_carefully(_text(io.BytesIO(piece)), columns, lines_before, left_out)


def _is_utf8(piece: bytes) -> bool:
    try:
        return piece.isascii() or bool(piece.decode())
    except UnicodeDecodeError:
        return False


def _add_fast(piece: bytes, columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
    """The sums of a regular piece."""
    import polars as pl

    lines = pl.scan_csv(
        piece,
        has_header=False,
        schema={str(place): pl.String for place in range(columns.width)},
        empty_string_is_null=False,
        raise_if_empty=False,
        glob=False,
    )

    col = _cell
    is_correction, is_use = _kinds(columns)
    quantity, cost = col(columns.quantity), col(columns.cost)
    plain = quantity.str.contains(PLAIN_NUMBER)
    if is_use is not None:
        plain &= is_use
    if columns.cost is not None:
        plain &= cost.str.contains(PLAIN_NUMBER)
    keys = _keys(columns)
    prepared = lines.select(
        **{**keys, "description": col(columns.names[0])},
        quantity=quantity,
        cost=cost,
        correction=is_correction,
        plain=plain,
        category=col(columns.category),
        subcategory=_first_told(columns.subcategories),
        sku=col(columns.sku),
        number=_of_line(columns),
    ).collect(engine="in-memory")
    if (prepared["description"] == "").any():  # seldom: to choose for every line costs a tenth of all
        named = pl.when(pl.col("description") == "").then(pl.col("sku")).otherwise(pl.col("description"))
        prepared = prepared.with_columns(description=named)
    sums = Sums(lines=prepared.height)
    prepared = prepared.with_row_index("line", lines_before + FIRST_LINE)
    is_numbered = pl.col("number") != NO_IDENTITY
    if left_out:
        known = (pl.col("number") ^ _of_key()).is_in(pl.Series(sorted(left_out), dtype=pl.UInt64).implode())
        prepared = prepared.filter(~(is_numbered & known))
    is_plain, decimal = pl.col("plain"), pl.Decimal(38, SCALE)
    added = prepared.group_by(list(keys)).agg(
        pl.when(is_plain).then(pl.col("quantity")).cast(decimal).sum(),
        (
            pl.when(is_plain).then(pl.col("cost")).cast(decimal).sum() if columns.cost is not None else pl.lit(ZERO)
        ).alias("cost"),
        is_plain.sum().alias("lines"),
        (pl.col("correction") & is_plain).sum().alias("corrections"),
        pl.col("line").first(),
        pl.col("sku").first(),
        "number",
    )
    # The key is hashed once a group: most of its lines' content.
    numbered = added.lazy().select("start", "number", key=_of_key()).explode("number").filter(is_numbered)
    by_start = numbered.select("start", identity=pl.col("number") ^ pl.col("key")).collect(engine="in-memory")
    for (start,), of_start in by_start.partition_by("start", include_key=False, as_dict=True).items():
        sums.identities[str(start)] = array("Q", of_start["identity"].to_numpy().tobytes())
    added = added.drop("number")
    plain_lines = int(prepared["plain"].sum())
    sums.frames, sums.lines_in_frames = [added], plain_lines
    width = len(keys)
    if plain_lines < prepared.height:
        rest = prepared.filter(~is_plain)
        for row in rest.select(*keys, "quantity", "cost", "category", "subcategory", "line", "sku").iter_rows():
            told, (line, sku) = row[width : width + 4], row[width + 4 :]
            _add_one(sums, columns, _key(row[:width]), told, line, sku)
    if prepared["correction"].any():
        _amend_fast(sums, lines.filter(is_correction), keys, columns, left_out)
    return sums


def _kinds(columns: Layout) -> tuple[pl.Expr, pl.Expr | None]:
    """Whether a line is a correction, and whether it is use or one; ``None`` where all lines are. As ``kind_of``."""
    import polars as pl

    form = columns.form
    category, finer = _cell(columns.category), _first_told(columns.subcategories)

    def says(told: pl.Expr, value: str) -> pl.Expr:
        return told.str.contains(rf"(?i-u)^\s*{value}\s*$")

    is_correction = pl.any_horizontal(
        says(category, corrected) & (says(finer, kind) if kind else pl.lit(True)) for corrected, kind in form.corrected
    )
    if not form.used or columns.category is None:
        return is_correction, None
    is_use = says(category, form.used) & ~pl.any_horizontal(says(finer, each) for each in form.unused)
    return is_correction, is_use | is_correction


def _amend_fast(
    sums: Sums, correcting: pl.LazyFrame, keys: Mapping[str, pl.Expr], columns: Layout, left_out: AbstractSet[int]
) -> None:
    """Note each correcting line of a regular piece."""
    import polars as pl

    width = len(keys)
    amended = correcting.select(
        **keys,
        quantity=_cell(columns.quantity),
        cost=_cell(columns.cost),
        category=_cell(columns.category),
        subcategory=_first_told(columns.subcategories),
        reference=_cell(columns.reference),
        back_reference=_cell(columns.back_reference),
        number=_of_line(columns),
    ).with_columns(identity=pl.col("number") ^ _of_key())
    for row in amended.collect(engine="in-memory").iter_rows():
        told, reference, back_reference, number, identity = row[width : width + 4], *row[width + 4 :]
        if number != NO_IDENTITY and identity in left_out:
            continue
        with suppress(_Unreadable):  # it is set aside already
            _amend(sums, _key(row[:width]), reference, back_reference, _amounts(columns, *told)[0])


def _cell(place: int | None) -> pl.Expr:
    import polars as pl

    return pl.lit("") if place is None else pl.col(str(place))


def _first_told(places: Sequence[int]) -> pl.Expr:
    """The first of some cells of a line that is not empty."""
    import polars as pl

    if len(places) == 1:
        return _cell(places[0])
    told: pl.Expr = pl.lit("")
    for place in reversed(places):
        told = pl.when(_cell(place) != "").then(_cell(place)).otherwise(told)
    return told


def _of_line(columns: Layout) -> pl.Expr:
    """What tells a numbered line from others with its key; ``NO_IDENTITY`` of one without number."""
    import polars as pl

    if columns.reference is None:
        return pl.lit(NO_IDENTITY, pl.UInt64)
    places = (columns.reference, columns.back_reference, columns.category, columns.quantity, columns.cost)
    told = _hashed([_cell(place) for place in places])
    return pl.when(_cell(columns.reference) != "").then(told).otherwise(pl.lit(NO_IDENTITY, pl.UInt64))


def _of_key() -> pl.Expr:
    """What a line's identity has from its key. Wanted tags are none of it: which ones are wanted changes."""
    import polars as pl

    return _hashed([pl.col(name) for name in Key._fields if name != "tags"], first_seed=100)


def _hashed(texts: Sequence[pl.Expr], first_seed: int = 1) -> pl.Expr:
    """One hash of some texts, in their order. It is one that stays the same: what it gives is kept."""
    from polars_hash import NonCryptographicHashingNameSpace as Hashing

    return reduce(xor, [Hashing(text).xxh3_64(seed=seed) for seed, text in enumerate(texts, start=first_seed)])


def _identities(columns: Layout, lines: Sequence[Sequence[str]]) -> list[int]:
    """The identity of each of some lines that have a field for every column."""
    import polars as pl

    def as_utf8(text: str) -> str:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    frame = pl.DataFrame(
        {str(place): [as_utf8(line[place]) for line in lines] for place in range(columns.width)},
        schema={str(place): pl.String for place in range(columns.width)},
    )
    found = frame.select(**_keys(columns), number=_of_line(columns)).select(
        pl.when(pl.col("number") == NO_IDENTITY).then(pl.col("number")).otherwise(pl.col("number") ^ _of_key())
    )
    return list(found.to_series())


def _keys(columns: Layout) -> dict[str, pl.Expr]:
    """The texts of a line's key, each of the wanted tags by itself."""
    return {
        "start": _cell(columns.start),
        "end": _cell(columns.end),
        "compartment": _cell(columns.compartment),
        "service": _cell(columns.service),
        "description": _first_told(columns.names),
        "unit": _first_told(columns.units),
        "currency": _cell(columns.currency),
        **{f"tag{number}": _first_told(places) for number, places in enumerate(columns.tags)},
    }


def _add_one(
    sums: Sums, columns: Layout, key: Key, told: tuple[str, str, str, str], line: int, sku: str
) -> Decimal | None:
    """Add one line, or set it aside; of a correction it gives the quantity.

    ``told`` are its quantity, cost, category and subcategory.
    """
    try:
        quantity, cost, kind = _amounts(columns, *told)
    except _Unreadable as error:
        sums.set_aside(_aside(key, error, line, cost=_cost_aside(columns, told[1])))
        return None
    corrects = kind == "correction"
    sums.add(key, quantity, cost, 1, int(corrects), line, sku)
    return quantity if corrects else None


def _amend(sums: Sums, key: Key, reference: str, back_reference: str, quantity: Decimal) -> None:
    sums.corrections.append((key, CostCorrection(storable(reference), storable(back_reference), quantity)))


def _cost_aside(columns: Layout, text: str) -> Decimal | None:
    """What a line that is in no sum costs; ``None`` where that was not told, or cannot be read."""
    if columns.cost is None:
        return None
    try:
        return _number(columns.form.cost, text)
    except _Unreadable:
        return None


def _aside(
    key: Key,
    error: _Unreadable,
    line: int,
    lines: int = 1,
    quantity: Decimal | None = None,
    cost: Decimal | None = None,
) -> Aside:
    try:
        day = instant(key.start).date()
    except ValueError:
        day = None
    product = next((text for text in (key.description, key.service) if text.strip()), "")
    value = error.value if len(error.value) <= LONGEST_SHOWN else f"{error.value[:LONGEST_SHOWN]}…"
    return Aside(
        line,
        lines,
        error.column,
        storable(value),
        error.reason,
        storable(key.compartment),
        day,
        storable(product),
        storable(key.unit),
        quantity,
        error.is_charge,
        cost,
        "" if cost is None else storable(key.currency),
    )


def _amounts(
    columns: Layout, quantity: str, cost: str, category: str, subcategory: str
) -> tuple[Decimal, Decimal, Kind]:
    """Quantity and cost of a line, and what it is. Only a file without costs has none: a blank one was not told.

    Raises:
        _Unreadable: one of them is no number that can be added up, or it is no use, or nobody knows whether it is.
    """
    form = columns.form
    kind = kind_of(columns, category, subcategory)
    if kind == "charge":
        raise _Unreadable(form.category, category, "es un cargo: no es uso", is_charge=True)
    read = _number(form.quantity, quantity), ZERO if columns.cost is None else _number(form.cost, cost)
    if kind is None:
        raise _Unreadable(form.category, category, "no es una clase de cargo que se conozca")
    return *read, kind


def _number(column: str, text: str) -> Decimal:
    try:
        number = Decimal(text if text.isascii() and "_" not in text else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not is_bearable(number):
        raise _Unreadable(column, text, f"no es un número finito de hasta {MOST_DIGITS} dígitos")
    return number


def _add_carefully(text: Iterable[str], columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
    sums = Sums()

    def cell(line: Sequence[str], place: int | None) -> str:
        return "" if place is None else line[place]

    def first_told(line: Sequence[str], places: Sequence[int]) -> str:
        return next((line[place] for place in places if line[place]), "")

    for number, line, identity in _identified(_records(text, lines_before + FIRST_LINE), columns):
        sums.lines += 1
        if len(line) != columns.width:
            if line:  # a blank one says nothing
                reason = f"tiene {len(line)} campos y el encabezado {columns.width}"
                sums.set_aside(Aside(number, 1, "", "", reason))
            continue
        if identity in left_out:
            continue
        sums.identify(line[columns.start], (identity,))
        key = Key(
            line[columns.start],
            cell(line, columns.end),
            line[columns.compartment],
            line[columns.service],
            first_told(line, columns.names),
            first_told(line, columns.units),
            cell(line, columns.currency),
            tuple(first_told(line, places) for places in columns.tags),
        )
        amounts = line[columns.quantity], cell(line, columns.cost)
        told = (*amounts, cell(line, columns.category), first_told(line, columns.subcategories))
        quantity = _add_one(sums, columns, key, told, number, cell(line, columns.sku))
        if quantity is not None:
            _amend(sums, key, cell(line, columns.reference), cell(line, columns.back_reference), quantity)
    return sums


def _identified(records: Iterator[tuple[int, list[str]]], columns: Layout) -> Iterator[tuple[int, list[str], int]]:
    """Records, each with its identity; one that has not a field for every column has none."""
    while some := list(islice(records, LINES_AT_ONCE)):
        found = iter(_identities(columns, [line for _, line in some if len(line) == columns.width]))
        for number, line in some:
            yield number, line, next(found) if len(line) == columns.width else NO_IDENTITY


def _records(text: Iterable[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of every line; those of one with a quote out of place are none that a header could have.

    Raises:
        SourceError: a quote that is out of place takes in more than its line: what it hides cannot be told.
    """
    reader = csv.reader(text, strict=True)
    number = first
    read_before = 0
    while True:
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num - read_before > 1:
                raise _hidden(number, reader.line_num - read_before, str(error)) from error
            line = [""]
        yield number, line
        number, read_before = number + 1, reader.line_num


def _hidden(number: int, lines: int, why: str) -> SourceError:
    return SourceError(
        f"línea {number}: unas comillas que no cierran ({why}) se llevan {lines} líneas: no se sabe qué dicen"
    )


class _Keys:
    """Reads keys: the hours of each, and the names that its lines are kept under."""

    def __init__(self, form: Form, tag_keys: Sequence[str]) -> None:
        self._form, self._tag_keys = form, tag_keys
        self._spans: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
        self._names: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._gated: dict[str, str] = {}

    def read(self, key: Key) -> tuple[list[tuple[datetime, int]], tuple[object, ...]]:
        """The hours of a key with what of it each has; and its texts, the tags last.

        Raises:
            _Unreadable: its lines cannot be kept.
        """
        when = key[:2]
        # Most keys say of another hour what one before them said: that is as good as it was, if it is as long.
        told = (len(key.start) + len(key.end), *key[2:])
        if when in self._spans and told in self._names:
            return self._spans[when], self._names[told]
        _check(key, self._form)
        gated = self._gated
        for text in key[2:7]:
            if text not in gated:
                gated[text] = foreign_line(text, LONGEST_TEXTS)
        _refuse_blank(key, gated, self._form)
        tags = _tags(self._form, key.tags, self._tag_keys)
        if len("".join((*key[:7], *(value for _, value in tags)))) > LONGEST_TEXTS:
            raise _Unreadable("Tags", "(oculto)", TOO_LONG)
        names = (*(gated[text] for text in key[2:7]), tags)
        self._spans[when] = _span(self._form, *when)
        self._names[told] = names
        return self._spans[when], names


def _hours(sums: Sums, columns: Layout, tag_keys: Sequence[str]) -> CostLines:
    reading = _Keys(columns.form, tag_keys)
    folded: dict[tuple[Any, ...], list[Any]] = {}
    corrected = {key for key, _ in sums.corrections}
    first_hours: dict[Key, tuple[Any, ...]] = {}
    # As the file has them: polars groups in any order, and a place that a check names must be the same ever after.
    in_order = sorted(sums.by_key, key=lambda key: -sums.by_key[key][4])
    spread = 0
    while in_order:
        key = in_order.pop()
        quantity, cost, lines, corrections, line, sku = sums.by_key.pop(key)
        try:
            span, names = reading.read(key)
        except _Unreadable as error:
            told_cost = None if columns.cost is None else _plain(cost)
            sums.set_aside(_aside(key, error, line, lines, _plain(quantity), told_cost))
            continue
        spread += len(span) - 1
        if spread > MOST_SPREAD_HOURS:
            raise SourceError(
                f"línea {line}: las líneas de más de una hora suman más de {MOST_SPREAD_HOURS} horas, "
                "como en ningún informe del proveedor: no se cargó"
            )
        if len(folded) > MOST_SUMS:
            raise _too_many_sums()
        for hour, part, of_cost in _spread(span, quantity, cost):
            name = (hour, *names)
            if key in corrected:
                first_hours.setdefault(key, name)
            held = folded.get(name)
            if held is None:
                folded[name] = [part, of_cost, lines, corrections, [], sku]
            else:
                folded[name] = [
                    held[0] + part,
                    held[1] + of_cost,
                    held[2] + lines,
                    held[3] + corrections,
                    [],
                    held[5] or sku,
                ]
    for key, correction in sums.corrections:
        if key in first_hours:
            folded[first_hours[key]][4].append(correction)
    found = CostLines(
        UsageHour._make(
            (*place, _plain(quantity), _plain(cost), lines, corrections, tags, tuple(amendments), _number_of(sku))
        )
        for (*place, tags), (quantity, cost, lines, corrections, amendments, sku) in folded.items()
    )
    found.lines_aside = tuple(sorted(sums.aside.values(), key=lambda each: each.line))
    found.identities = _by_hour(sums.identities)
    return found


def _number_of(sku: str) -> str:
    """The number of a product as it can be kept; what cannot be one is none."""
    return storable(sku) if len(sku) <= LONGEST_SKU else ""


def _by_hour(identities: Mapping[str, array[int]]) -> dict[datetime, array[int]]:
    """Identities by the hour in which their lines begin; lines that do not tell it are in no sum."""
    found: dict[datetime, array[int]] = {}
    for start, told in identities.items():
        with suppress(ValueError):
            hour = instant(start).replace(minute=0, second=0, microsecond=0)
            found.setdefault(hour, array("Q")).extend(told)
    return {hour: told for hour, told in found.items() if told}


def _spread(
    span: Sequence[tuple[datetime, int]], quantity: Decimal, cost: Decimal
) -> Iterable[tuple[datetime, Decimal, Decimal]]:
    """What of a quantity and its cost falls into each hour."""
    if len(span) == 1:
        return ((span[0][0], quantity, cost),)
    hours, weights = zip(*span, strict=True)
    return zip(hours, shares(quantity, weights), shares(cost, weights), strict=True)


def _check(key: Key, form: Form) -> None:
    """See that the texts of a key can be kept."""
    texts, tags = key[:7], key.tags
    together = "".join((*texts, *tags)) if tags else "".join(texts)
    # FOCUS has all tags in one text, of which the wanted ones alone are kept.
    if len(together) > LONGEST_TEXTS and (form is COST_CSV or sum(map(len, texts)) > LONGEST_TEXTS):
        column, text = max(_named(key, form), key=lambda each: len(each[1]))
        raise _Unreadable(column, text, TOO_LONG)
    if not together.isprintable() and NOT_STORABLE.search(together):
        column, text = next(each for each in _named(key, form) if NOT_STORABLE.search(each[1]))
        raise _Unreadable(column, text, "tiene un carácter nulo, o bytes que no son UTF-8")


def _refuse_blank(key: Key, gated: Mapping[str, str], form: Form) -> None:
    """See that no name is blank without which a quantity says nothing."""
    needed = ((form.service, key.service), (form.description, key.description), (form.unit[0], key.unit))
    for column, text in needed:
        if not gated[text]:
            raise _Unreadable(column, text, "está en blanco")


def _named(key: Key, form: Form) -> list[tuple[str, str]]:
    """The texts of a key, each with its column."""
    *texts, tags = key
    columns = (form.start, form.end, form.compartment, form.service, form.description, form.unit[0], form.currency)
    return [*zip(columns, texts, strict=True), *(("tags", tag) for tag in tags)]


def _span(form: Form, start: str, end: str) -> list[tuple[datetime, int]]:
    """The hours of a line and what of it each has; one that tells no end is of the hour in which it starts."""
    first = _instant(form.start, start)
    last = _instant(form.end, end) if end else first
    if not first <= last <= first + LONGEST:
        raise _Unreadable(form.end, end, f"es anterior al comienzo, o más de {LONGEST.days} días posterior")
    return hours_of(first, last)


def _instant(column: str, text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise _Unreadable(column, text, str(error)) from None


def _first_of(values: Iterable[object]) -> object:
    """The first of some values that says something; ``None``: none does."""
    return next((value for value in values if value not in (None, "")), None)


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point."""
    return value.normalize() + ZERO


def _tags(form: Form, texts: Sequence[str], tag_keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if form is COST_CSV:
        return tuple((key, text) for key, text in zip(tag_keys, texts, strict=True) if text)
    if not texts or not texts[0]:
        return ()
    try:
        told = json.loads(texts[0], parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, Mapping):
        raise _Unreadable("Tags", "(oculto)", "no es un objeto JSON")
    found = [(key, value) for key in tag_keys if (value := _first_of(of_tag(key, told.items()))) not in (None, "")]
    if not all(isinstance(value, str) and not NOT_STORABLE.search(value) for _, value in found):
        raise _Unreadable(
            "Tags", "(oculto)", "tiene un valor que no es un texto, o un carácter que no se puede guardar"
        )
    return tuple((key, str(value)) for key, value in found)
