"""Regular pieces of a report, added up by polars: plain numbers as 128-bit decimals, the others, few, as Python's."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import TYPE_CHECKING

from service_reports.sources.oci_cost_reports.columns import (
    cell,
    first_told,
    key_columns,
    key_identity,
    kind_columns,
    line_identity,
)
from service_reports.sources.oci_cost_reports.forms import Layout
from service_reports.sources.oci_cost_reports.one_line import Unreadable, add_one, amend, amounts_of
from service_reports.sources.oci_cost_reports.sums import FIRST_LINE, NO_IDENTITY, ZERO, Sums, key_of

if TYPE_CHECKING:
    import polars as pl

PLAIN_NUMBER = r"^-?[0-9]{1,11}(\.[0-9]{1,20})?$"
"""Millions of these add up within polars' Decimal(38, 20)."""
SCALE = 20


def add_regular(piece: bytes, columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
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

    is_correction, is_use = kind_columns(columns)
    quantity, cost = cell(columns.quantity), cell(columns.cost)
    plain = quantity.str.contains(PLAIN_NUMBER)
    if is_use is not None:
        plain &= is_use
    if columns.cost is not None:
        plain &= cost.str.contains(PLAIN_NUMBER)
    keys = key_columns(columns)
    prepared = lines.select(
        **{**keys, "description": cell(columns.names[0])},
        quantity=quantity,
        cost=cost,
        correction=is_correction,
        plain=plain,
        category=cell(columns.category),
        subcategory=first_told(columns.subcategories),
        sku=cell(columns.sku),
        number=line_identity(columns),
    ).collect(engine="in-memory")
    if (prepared["description"] == "").any():  # seldom: to choose for every line costs a tenth of all
        named = pl.when(pl.col("description") == "").then(pl.col("sku")).otherwise(pl.col("description"))
        prepared = prepared.with_columns(description=named)
    sums = Sums(lines=prepared.height)
    prepared = prepared.with_row_index("line", lines_before + FIRST_LINE)
    is_numbered = pl.col("number") != NO_IDENTITY
    if left_out:
        known = (pl.col("number") ^ key_identity()).is_in(pl.Series(sorted(left_out), dtype=pl.UInt64).implode())
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
    numbered = added.lazy().select("start", "number", key=key_identity()).explode("number").filter(is_numbered)
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
            add_one(sums, columns, key_of(row[:width]), told, line, sku)
    if prepared["correction"].any():
        _amend_regular(sums, lines.filter(is_correction), keys, columns, left_out)
    return sums


def _amend_regular(
    sums: Sums, correcting: pl.LazyFrame, keys: Mapping[str, pl.Expr], columns: Layout, left_out: AbstractSet[int]
) -> None:
    """Note each correcting line of a regular piece."""
    import polars as pl

    width = len(keys)
    amended = correcting.select(
        **keys,
        quantity=cell(columns.quantity),
        cost=cell(columns.cost),
        category=cell(columns.category),
        subcategory=first_told(columns.subcategories),
        reference=cell(columns.reference),
        back_reference=cell(columns.back_reference),
        number=line_identity(columns),
    ).with_columns(identity=pl.col("number") ^ key_identity())
    for row in amended.collect(engine="in-memory").iter_rows():
        told, reference, back_reference, number, identity = row[width : width + 4], *row[width + 4 :]
        if number != NO_IDENTITY and identity in left_out:
            continue
        with suppress(Unreadable):  # it is set aside already
            amend(sums, key_of(row[:width]), reference, back_reference, amounts_of(columns, *told)[0])
