"""What lines add up to: by key exactly, with what cannot be added up beside it.

Pieces are merged as ``Decimal`` under a context in which rounding is an error: the sum of any numbers that a line may
have fits it.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Any, NamedTuple

from service_reports.failures import Failure
from service_reports.records import CostCorrection, UsageHour
from service_reports.records.bounds import MOST_DIGITS
from service_reports.sources.answer import SourceError
from service_reports.sources.rows import Rows

if TYPE_CHECKING:
    import polars as pl

FIRST_LINE = 2
"""The line after the header."""
NO_IDENTITY = 0
"""Of a line that the provider gave no number: it is never the same as another one."""
EXACT = Context(prec=3 * MOST_DIGITS, traps=[Inexact, InvalidOperation, Overflow])
"""More digits than any sum of numbers that a line may have can need."""
ZERO = Decimal(0)
SUMMED = ("quantity", "cost", "lines", "corrections")
OF_ALL = (*SUMMED, "line", "sku")
"""What is kept of lines with one key: sums, the first line, and the product's number, which follows from its name."""
MOST_LINES_IN_FRAMES = 4_000_000
"""With numbers below 10 ** 11, far from what 128 bits hold."""
MOST_FRAMES = 12
MOST_SUMS = 500_000
"""So many hours, places, products and tags may one report tell apart: each takes some kilobytes until it is loaded."""
MOST_ASIDE = 100_000
"""So many kinds of lines that cannot be added up are told of one report: one that has more is none."""


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
                raise too_many_sums()
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
                raise too_many_sums()
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
                key = key_of([once.setdefault(text, text) for text in row[:width]])
                quantity, cost, lines, corrections, line, sku = row[width:]
                self.add(key, quantity, cost, lines, corrections, line, once.setdefault(sku, sku))
        self.frames, self.lines_in_frames = [], 0


def too_many_sums() -> SourceError:
    """What is raised over a report that tells more sums apart than any does."""
    return SourceError(
        f"tiene más de {MOST_SUMS} sumas distintas de hora, compartimento, producto y etiqueta, como en ningún informe "
        "del proveedor: no se cargó"
    )


def _together(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Their sum; of what is not known in part, the whole is not."""
    return None if one is None or other is None else one + other


def key_of(texts: Sequence[str]) -> Key:
    """The key that some texts are, tags last."""
    start, end, compartment, service, description, unit, currency, *tags = texts
    return Key(start, end, compartment, service, description, unit, currency, tuple(tags))
