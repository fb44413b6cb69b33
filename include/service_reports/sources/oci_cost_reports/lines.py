"""Adds up the lines of a cost report in constant memory, exactly.

The text is taken in pieces that end at a line's end. A piece that is provably regular (every line
has as many fields as the header, every quote opens or closes a field) is added up by polars, its
plain numbers as 128-bit decimals and the others, few, as Python's. Any other piece goes through
Python's ``csv``, which gives the same sums, or the error with its line. Pieces are merged as
``Decimal`` under a context in which rounding is an error.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from service_reports.records import CostCorrection, UsageHour
from service_reports.records.bounds import FIRST_YEAR, LAST_YEAR, MOST_DIGITS, is_bearable
from service_reports.sources.answer import SourceError

if TYPE_CHECKING:
    import polars as pl
    from _typeshed import WriteableBuffer

PIECE_BYTES = 6 * 1024 * 1024
LONGEST_LINE_BYTES = 64 * 1024 * 1024
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
"""More digits than any sum of billed quantities can need; one that needs more is an error, not rounded."""

PLAIN_NUMBER = r"^-?[0-9]{1,11}(\.[0-9]{1,20})?$"
"""Millions of these add up within polars' Decimal(38, 20)."""
SCALE = 20
MOST_LINES_IN_FRAMES = 4_000_000
"""With numbers below 10 ** 11, far from what 128 bits hold."""
MOST_FRAMES = 12
ZERO = Decimal(0)
QUOTED = re.compile(rb'"(?:[^"]+|"")*+"')
BEFORE_QUOTE, AFTER_QUOTE = b",\n", b",\r\n"
NOT_MARKS = bytes(set(range(256)) - set(b',\n\r"'))


class Readable(Protocol):
    """What text is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """The bytes up to the next end of line, at most ``size`` of them."""
        ...


class Form(NamedTuple):
    """The columns of one form of cost report, in lower case; ``unit`` falls back from left to right."""

    name: str
    start: str
    service: str
    compartment: str
    description: str
    quantity: str
    unit: tuple[str, ...]
    currency: str
    cost: str
    reference: str
    back_reference: str
    category: str
    corrected: str
    """Value of ``category``, in lower case, that marks a correction."""
    back_reference_corrects: bool
    """Whether a back reference alone marks a correction."""
    quantity_of_usage: str | None
    """Value of ``category`` whose lines must have a quantity; ``None``: all lines must."""

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file cannot be added up."""
        return (self.start, self.service, self.compartment, self.description, self.quantity)


COST_CSV = Form(
    name="cost-csv",
    start="lineitem/intervalusagestart",
    service="product/service",
    compartment="product/compartmentid",
    description="product/description",
    quantity="usage/billedquantity",
    unit=("cost/skuunitdescription", "cost/billingunitreadable"),
    currency="cost/currencycode",
    cost="cost/mycost",
    reference="lineitem/referenceno",
    back_reference="lineitem/backreferenceno",
    category="lineitem/iscorrection",
    corrected="true",
    back_reference_corrects=False,
    quantity_of_usage=None,
)
FOCUS = Form(
    name="focus",
    start="chargeperiodstart",
    service="servicename",
    compartment="oci_compartmentid",
    description="chargedescription",
    quantity="usagequantity",
    unit=("usageunit", "pricingunit"),
    currency="billingcurrency",
    cost="billedcost",
    reference="oci_referencenumber",
    back_reference="oci_backreferencenumber",
    category="chargecategory",
    corrected="adjustment",
    back_reference_corrects=True,
    quantity_of_usage="usage",
)
SHOWN = {
    COST_CSV.name: ("lineItem/intervalUsageStart", "usage/billedQuantity", "cost/myCost"),
    FOCUS.name: ("ChargePeriodStart", "UsageQuantity", "BilledCost"),
}
"""Start, quantity and cost as the provider writes them, for errors."""

Key = tuple[str, ...]
"""Start, compartment, service, description, unit, currency, and the texts of the wanted tag columns."""


@dataclass
class Sums:
    """What some lines add up to: by key quantity, cost, lines and corrections; and each correction."""

    by_key: dict[Key, list[Any]] = field(default_factory=dict)
    corrections: list[tuple[Key, CostCorrection]] = field(default_factory=list)
    lines: int = 0
    frames: list[Any] = field(default_factory=list)
    """Sums of polars that are not in ``by_key`` yet, and how many lines they hold."""
    lines_in_frames: int = 0

    def add(self, key: Key, quantity: Decimal, cost: Decimal, lines: int, corrections: int) -> None:
        """Add to one key. Call it under the exact context."""
        held = self.by_key.get(key)
        if held is None:
            self.by_key[key] = [ZERO + quantity, ZERO + cost, lines, corrections]
        else:
            held[0] += quantity
            held[1] += cost
            held[2] += lines
            held[3] += corrections

    def merge(self, other: Sums) -> None:
        """Add all of another's sums."""
        for key, held in other.by_key.items():
            self.add(key, *held)
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
            self._added().write_ipc(copied)
            self.frames = [pl.read_ipc(copied.getvalue())]

    def _added(self) -> pl.DataFrame:
        import polars as pl

        keys = self.frames[0].columns[:-4]
        added: pl.DataFrame = pl.concat(self.frames).group_by(keys).agg(pl.all().sum())
        return added

    def settle(self) -> None:
        """Move the sums of polars to ``by_key``."""
        if self.frames:
            added = self._added()
            width = added.width - 4
            for row in added.iter_rows():
                self.add(row[:width], *row[width:])
        self.frames, self.lines_in_frames = [], 0


class Layout(NamedTuple):
    """Where the columns of one file are; ``None`` where it lacks one that may be missing."""

    form: Form
    width: int
    start: int
    service: int
    compartment: int
    description: int
    quantity: int
    units: tuple[int, ...]
    currency: int | None
    cost: int | None
    reference: int | None
    back_reference: int | None
    category: int | None
    tags: tuple[int | None, ...]


def layout(header: Sequence[str], tag_keys: Sequence[str]) -> Layout:
    """Find the columns in a header, whatever its order and case.

    Raises:
        SourceError: required columns are missing; the message names them.
    """
    names = [name.strip().lstrip("\ufeff").lower() for name in header]
    column = {name: position for position, name in enumerate(names)}
    form = FOCUS if FOCUS.start in column else COST_CSV
    missing = [name for name in form.required if name not in column]
    if missing:
        raise SourceError(f"faltan columnas en el encabezado: {', '.join(missing)}")
    units = tuple(column[name] for name in form.unit if name in column)
    if not units:
        raise SourceError(f"faltan columnas en el encabezado: {' y '.join(form.unit)}")
    tags = (
        (tuple(column.get(f"tags/{key.lower()}") for key in tag_keys))
        if form is COST_CSV
        else ((column.get("tags"),) if tag_keys else ())
    )
    return Layout(
        form=form,
        width=len(names),
        start=column[form.start],
        service=column[form.service],
        compartment=column[form.compartment],
        description=column[form.description],
        quantity=column[form.quantity],
        units=units,
        currency=column.get(form.currency),
        cost=column.get(form.cost),
        reference=column.get(form.reference),
        back_reference=column.get(form.back_reference),
        category=column.get(form.category),
        tags=tags,
    )


def add_up(stream: Readable, tag_keys: Sequence[str] = (), piece_bytes: int = PIECE_BYTES) -> list[UsageHour]:
    """Add up the decompressed text of one report by hour, compartment, product and wanted tags.

    Raises:
        SourceError: a required column missing, or a field that cannot be read, with line, column and value.
        UnicodeDecodeError: the text is not UTF-8.
    """
    with localcontext(EXACT):
        try:
            return _add_up(stream, tuple(tag_keys), piece_bytes)
        except (Inexact, Overflow):
            raise SourceError(
                f"una suma necesita más de {EXACT.prec} dígitos: los valores no pueden ser correctos"
            ) from None


def _add_up(stream: Readable, tag_keys: tuple[str, ...], piece_bytes: int) -> list[UsageHour]:
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
            sums.merge(_add_carefully(io.TextIOWrapper(whole, "utf-8", newline=""), columns, sums.lines))
            break
        sums.merge(_add_piece(piece, marks, columns, sums.lines))
        held = held[len(piece) :]
    assert columns is not None
    sums.settle()
    return _hours(sums, columns, tag_keys)


def _header(record: bytes) -> list[str]:
    if _marks(record) is None or record.count(b"\r") != record.count(b"\r\n"):
        raise SourceError("el encabezado no se puede leer: hay comillas o un salto de línea dentro de un nombre")
    return next(csv.reader(_text(record)), [])


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


def _text(piece: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(piece), "utf-8", newline="")


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
    parts = QUOTED.split(piece) if b'"' in piece else [piece]
    last = len(parts) - 1
    for number, part in enumerate(parts):
        if part and ((number < last and part[-1] not in BEFORE_QUOTE) or (number > 0 and part[0] not in AFTER_QUOTE)):
            return None
        if not part and 0 < number < last:
            return None
    marks = b"".join([part.translate(None, NOT_MARKS) for part in parts])
    return None if b'"' in marks else marks


def _count_records(marks: bytes, width: int) -> int | None:
    """How many records there are, if each has ``width`` fields and all end in LF or all in CRLF; else ``None``."""
    record = b"," * (width - 1) + (b"\r\n" if b"\r" in marks else b"\n")
    if not marks.endswith(b"\n"):
        marks += record[width - 1 :]
    records, rest = divmod(len(marks), len(record))
    return records if not rest and marks == record * records else None


def _add_piece(piece: bytes, marks: bytes, columns: Layout, lines_before: int) -> Sums:
    if not piece:
        return Sums()
    records = _count_records(marks, columns.width)
    if records is not None:
        if not piece.isascii():
            piece.decode()
        sums = _add_fast(piece, columns)
        if sums is not None and sums.lines == records:
            return sums
    return _add_carefully(_text(piece), columns, lines_before)


def _add_fast(piece: bytes, columns: Layout) -> Sums | None:
    """The sums of a regular piece, or ``None`` where a field is not what it must be."""
    import polars as pl

    form = columns.form
    lines = pl.scan_csv(
        piece,
        has_header=False,
        schema={str(place): pl.String for place in range(columns.width)},
        empty_string_is_null=False,
        raise_if_empty=False,
        glob=False,
    )

    def col(place: int | None) -> pl.Expr:
        return pl.lit("") if place is None else pl.col(str(place))

    unit = col(columns.units[-1])
    for place in reversed(columns.units[:-1]):
        unit = pl.when(col(place) != "").then(col(place)).otherwise(unit)
    is_correction = col(columns.category).str.to_lowercase() == form.corrected
    if form.back_reference_corrects:
        is_correction = is_correction | (col(columns.back_reference) != "")
    quantity, cost = col(columns.quantity), col(columns.cost)
    plain = quantity.str.contains(PLAIN_NUMBER)
    if columns.cost is not None:
        plain &= cost.str.contains(PLAIN_NUMBER)
    keys = {
        "start": col(columns.start),
        "compartment": col(columns.compartment),
        "service": col(columns.service),
        "description": col(columns.description),
        "unit": unit,
        "currency": col(columns.currency),
        **{f"tag{number}": col(place) for number, place in enumerate(columns.tags)},
    }
    prepared = lines.select(
        **keys, quantity=quantity, cost=cost, correction=is_correction, plain=plain, category=col(columns.category)
    ).collect(engine="in-memory")
    decimal = pl.Decimal(38, SCALE)
    amounts = prepared if prepared["plain"].all() else prepared.filter(pl.col("plain"))
    added = amounts.group_by(list(keys)).agg(
        pl.col("quantity").cast(decimal).sum(),
        (pl.col("cost").cast(decimal).sum() if columns.cost is not None else pl.lit(ZERO)).alias("cost"),
        pl.len().alias("lines"),
        pl.col("correction").sum().alias("corrections"),
    )
    sums = Sums(lines=prepared.height, frames=[added], lines_in_frames=amounts.height)
    width = len(keys)
    try:
        if amounts.height < prepared.height:
            rest = prepared.filter(~pl.col("plain"))
            for row in rest.select(*keys, "quantity", "cost", "correction", "category").iter_rows():
                amount, charge = _amounts(form, row[width], row[width + 1], row[width + 3])
                sums.add(row[:width], amount, charge, 1, int(row[width + 2]))
        if prepared["correction"].any():
            amended = lines.filter(is_correction).select(
                **keys,
                quantity=quantity,
                category=col(columns.category),
                reference=col(columns.reference),
                back_reference=col(columns.back_reference),
            )
            for row in amended.collect(engine="in-memory").iter_rows():
                amount, _ = _amounts(form, row[width], "", row[width + 1])
                sums.corrections.append((row[:width], CostCorrection(row[width + 2], row[width + 3], amount)))
    except InvalidOperation:
        return None  # the careful way finds the line
    return sums


def _amounts(form: Form, quantity: str, cost: str, category: str) -> tuple[Decimal, Decimal]:
    """Quantity and cost of a line.

    Raises:
        InvalidOperation: one of them is no finite number that can be added up.
    """
    if not quantity and form.quantity_of_usage not in (None, category.lower()):
        quantity = "0"
    amount, charge = Decimal(quantity), Decimal(cost or 0)
    if not (is_bearable(amount) and is_bearable(charge)):
        raise InvalidOperation
    return amount, charge


def _add_carefully(text: Iterable[str], columns: Layout, lines_before: int) -> Sums:
    form = columns.form
    sums = Sums()
    _, shown_quantity, shown_cost = SHOWN[form.name]

    def cell(line: Sequence[str], place: int | None) -> str:
        return "" if place is None else line[place]

    for number, line in _records(text, lines_before + 2):
        if len(line) != columns.width:
            raise SourceError(f"línea {number}: tiene {len(line)} campos y el encabezado {columns.width}")
        unit = next((line[place] for place in columns.units if line[place]), "")
        key = (
            line[columns.start],
            line[columns.compartment],
            line[columns.service],
            line[columns.description],
            unit,
            cell(line, columns.currency),
            *(cell(line, place) for place in columns.tags),
        )
        quantity, cost, category = line[columns.quantity], cell(line, columns.cost), cell(line, columns.category)
        back_reference = cell(line, columns.back_reference)
        try:
            amount, charge = _amounts(form, quantity, cost, category)
        except InvalidOperation:
            value = quantity if columns.cost is None else f"{quantity}, {cost}"
            raise SourceError(
                f"línea {number}: {shown_quantity}, {shown_cost} tienen {value[:80]!r}, que no son números finitos "
                f"de hasta {MOST_DIGITS} dígitos"
            ) from None
        corrects = category.lower() == form.corrected or (form.back_reference_corrects and back_reference != "")
        sums.add(key, amount, charge, 1, int(corrects))
        sums.lines += 1
        if corrects:
            sums.corrections.append((key, CostCorrection(cell(line, columns.reference), back_reference, amount)))
    return sums


def _records(text: Iterable[str], first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text)
    number = first
    while True:
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SourceError(f"línea {number}: {error}") from error
        yield number, line
        number += 1


def _hours(sums: Sums, columns: Layout, tag_keys: Sequence[str]) -> list[UsageHour]:
    instants: dict[str, datetime] = {}
    shown_start = SHOWN[columns.form.name][0]
    folded: dict[tuple[Any, ...], list[Any]] = {}
    names: dict[Key, tuple[Any, ...]] = {}
    for key, (quantity, cost, lines, corrections) in sums.by_key.items():
        if key[0] not in instants:
            instants[key[0]] = _hour(key[0], shown_start)
        if any("\0" in text for text in key):
            raise SourceError(f"una línea de {key[0]} tiene un carácter nulo: {key[1:6]!r}")
        tags = _tags(columns.form, key[6:], tag_keys)
        name = names[key] = (instants[key[0]], *key[1:6], tags)
        held = folded.get(name)
        if held is None:
            folded[name] = [quantity, cost, lines, corrections, []]
        else:
            folded[name] = [held[0] + quantity, held[1] + cost, held[2] + lines, held[3] + corrections, []]
    for key, correction in sums.corrections:
        folded[names[key]][4].append(correction)
    return [
        UsageHour(
            instant,
            compartment,
            service,
            description,
            unit,
            currency,
            quantity=_plain(held[0]),
            cost=_plain(held[1]),
            lines=held[2],
            corrections=held[3],
            tags=tags,
            amendments=tuple(held[4]),
        )
        for (instant, compartment, service, description, unit, currency, tags), held in folded.items()
    ]


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point."""
    shortest = value.normalize()
    exponent = shortest.as_tuple().exponent
    return shortest.quantize(Decimal(1)) if isinstance(exponent, int) and 0 < exponent < SCALE else shortest


def _tags(form: Form, texts: Sequence[str], tag_keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if form is COST_CSV:
        return tuple((key, text) for key, text in zip(tag_keys, texts, strict=True) if text)
    if not texts or not texts[0]:
        return ()
    try:
        told = json.loads(texts[0])
    except ValueError:
        raise SourceError(f"`Tags` tiene {texts[0][:80]!r}, que no es un objeto JSON") from None
    if not isinstance(told, Mapping):
        raise SourceError(f"`Tags` tiene {texts[0][:80]!r}, que no es un objeto JSON")
    by_name = {str(name).lower(): value for name, value in told.items()}
    found = ((key, by_name.get(key.lower())) for key in tag_keys)
    return tuple((key, str(value)) for key, value in found if value not in (None, ""))


def _hour(text: str, shown: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(f"{shown} tiene {text!r}, que no es un instante ISO") from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise SourceError(f"{shown} tiene {text!r}, que no está entre los años {FIRST_YEAR} y {LAST_YEAR}")
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
