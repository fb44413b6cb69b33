"""What the columns of a report say of a line: its key, what it is, and what tells it from any other.

A line that the provider gave a number is told from all others by a sum of its number and content, whatever object it
comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

from service_reports.sources.oci_cost_reports.forms import Layout
from service_reports.sources.oci_cost_reports.sums import NO_IDENTITY, Key

if TYPE_CHECKING:
    import polars as pl


def key_columns(columns: Layout) -> dict[str, pl.Expr]:
    """The texts of a line's key, each of the wanted tags by itself."""
    return {
        "start": cell(columns.start),
        "end": cell(columns.end),
        "compartment": cell(columns.compartment),
        "service": cell(columns.service),
        "description": first_told(columns.names),
        "unit": first_told(columns.units),
        "currency": cell(columns.currency),
        **{f"tag{number}": first_told(places) for number, places in enumerate(columns.tags)},
    }


def kind_columns(columns: Layout) -> tuple[pl.Expr, pl.Expr | None]:
    """Whether a line is a correction, and whether it is use or one; ``None`` where all lines are. As ``kind_of``."""
    import polars as pl

    form = columns.form
    category, finer = cell(columns.category), first_told(columns.subcategories)

    def says(told: pl.Expr, value: str) -> pl.Expr:
        return told.str.contains(rf"(?i-u)^\s*{value}\s*$")

    is_correction = pl.any_horizontal(
        says(category, corrected) & (says(finer, kind) if kind else pl.lit(True)) for corrected, kind in form.corrected
    )
    if not form.used or columns.category is None:
        return is_correction, None
    is_use = says(category, form.used) & ~pl.any_horizontal(says(finer, each) for each in form.unused)
    return is_correction, is_use | is_correction


def line_identity(columns: Layout) -> pl.Expr:
    """What tells a numbered line from others with its key; ``NO_IDENTITY`` of one without number."""
    import polars as pl

    if columns.reference is None:
        return pl.lit(NO_IDENTITY, pl.UInt64)
    places = (columns.reference, columns.back_reference, columns.category, columns.quantity, columns.cost)
    told = _hashed([cell(place) for place in places])
    return pl.when(cell(columns.reference) != "").then(told).otherwise(pl.lit(NO_IDENTITY, pl.UInt64))


def key_identity() -> pl.Expr:
    """What a line's identity has from its key. Wanted tags are none of it: which ones are wanted changes."""
    import polars as pl

    return _hashed([pl.col(name) for name in Key._fields if name != "tags"], first_seed=100)


def _hashed(texts: Sequence[pl.Expr], first_seed: int = 1) -> pl.Expr:
    """One hash of some texts, in their order. It is one that stays the same: what it gives is kept."""
    from polars_hash import NonCryptographicHashingNameSpace as Hashing

    return reduce(xor, [Hashing(text).xxh3_64(seed=seed) for seed, text in enumerate(texts, start=first_seed)])


def identities_of(columns: Layout, lines: Sequence[Sequence[str]]) -> list[int]:
    """The identity of each of some lines that have a field for every column."""
    import polars as pl

    def as_utf8(text: str) -> str:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    frame = pl.DataFrame(
        {str(place): [as_utf8(line[place]) for line in lines] for place in range(columns.width)},
        schema={str(place): pl.String for place in range(columns.width)},
    )
    found = frame.select(**key_columns(columns), number=line_identity(columns)).select(
        pl.when(pl.col("number") == NO_IDENTITY).then(pl.col("number")).otherwise(pl.col("number") ^ key_identity())
    )
    return list(found.to_series())


def cell(place: int | None) -> pl.Expr:
    """The cells of a column; empty ones of a column that the report has not."""
    import polars as pl

    return pl.lit("") if place is None else pl.col(str(place))


def first_told(places: Sequence[int]) -> pl.Expr:
    """The first of some cells of a line that is not empty."""
    import polars as pl

    if len(places) == 1:
        return cell(places[0])
    told: pl.Expr = pl.lit("")
    for place in reversed(places):
        told = pl.when(cell(place) != "").then(cell(place)).otherwise(told)
    return told
