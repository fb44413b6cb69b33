"""Any piece of a report, added up line by line by Python's ``csv``; it gives the sums that polars gives."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from service_reports.sources.answer import SourceError
from service_reports.sources.oci_cost_reports.columns import identities_of
from service_reports.sources.oci_cost_reports.forms import Layout
from service_reports.sources.oci_cost_reports.one_line import add_one, amend
from service_reports.sources.oci_cost_reports.sums import FIRST_LINE, NO_IDENTITY, Aside, Key, Sums

LINES_AT_ONCE = 10_000


def add_irregular(text: Iterable[str], columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
    """The sums of a text, without the lines of the identities that are ``left_out``.

    Raises:
        SourceError: a quote that does not close hides lines.
    """
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
        quantity = add_one(sums, columns, key, told, number, cell(line, columns.sku))
        if quantity is not None:
            amend(sums, key, cell(line, columns.reference), cell(line, columns.back_reference), quantity)
    return sums


def _identified(records: Iterator[tuple[int, list[str]]], columns: Layout) -> Iterator[tuple[int, list[str], int]]:
    """Records, each with its identity; one that has not a field for every column has none."""
    while some := list(islice(records, LINES_AT_ONCE)):
        found = iter(identities_of(columns, [line for _, line in some if len(line) == columns.width]))
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
