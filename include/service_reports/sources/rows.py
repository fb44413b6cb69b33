"""The rows of an archived answer, read one by one: an error says which row and field, and which value.

What people wrote at a help desk is ``private``: its values are not repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from service_reports.failures import NOT_STORABLE, Failure, OneByOne, said
from service_reports.records import Record
from service_reports.sources.answer import SourceError

RecordType = TypeVar("RecordType", bound=Record)
RowType = TypeVar("RowType")
LONGEST_SHOWN = 40
ROWS_TOLD = 3
LEFT_OUT = object()
"""Stands for a field of which a row says nothing."""
TAKEN = "; la fila se toma sin ese dato"


class _Unread(SourceError):
    """A row that cannot be read, and the fields that are to blame."""

    def __init__(self, reason: str, fields: AbstractSet[str]) -> None:
        super().__init__(reason)
        self.fields = fields


class Rows(list[RowType]):
    """Rows of an answer; ``aside`` are those that cannot be read, by place and reason."""

    aside: tuple[Failure, ...] = ()


def without(rows: Sequence[Any], refused: Mapping[int, str]) -> Sequence[Any]:
    """The rows but those that checks refused (by place, from 1, with the reason), which are set aside as well."""
    if not refused:
        return rows
    left = copy(rows) if isinstance(rows, Rows) else Rows(rows)
    left[:] = [row for place, row in enumerate(rows, start=1) if place not in refused]
    left.aside += tuple(Failure(f"fila {place}", reason) for place, reason in refused.items())
    return left


def told_of(aside: Sequence[Failure]) -> str | None:
    """The first rows that were set aside, and how many more; ``None`` of none."""
    more = [f"y {len(aside) - ROWS_TOLD} más"] if len(aside) > ROWS_TOLD else []
    return "; ".join([*map(str, aside[:ROWS_TOLD]), *more]) or None


def read_rows(
    record: type[RecordType],
    told: Iterable[object],
    *,
    private: bool = False,
    spared: Mapping[str, object] = MappingProxyType({}),
) -> Rows[RecordType]:
    """Every row that can be read; one that cannot, or is none, is set aside, with the reason.

    ``spared`` gives what stands for fields that a row is counted and told apart without (``LEFT_OUT``: nothing does):
    where nothing but these cannot be read, the row is kept with what stands for them, and the reason is told all the
    same.

    Raises:
        SourceError: there are rows, and none can be read.
    """
    rows: Rows[RecordType] = Rows()
    reading = OneByOne()
    for number, row in enumerate(told, start=1):
        with reading.item(f"fila {number}"):
            try:
                rows.append(_read(record, row, private))
            except _Unread as error:
                if not error.fields or not error.fields <= spared.keys() or not isinstance(row, Mapping):
                    raise
                left = {name: value for name, value in row.items() if name not in error.fields}
                stand_in = {name: spared[name] for name in error.fields if spared[name] is not LEFT_OUT}
                rows.append(_read(record, left | stand_in, private))
                raise SourceError(f"{error}{TAKEN}") from None
    rows.aside = tuple(reading.failures)
    if rows.aside and not rows:
        raise SourceError(f"ninguna fila se puede leer; {rows.aside[0]}")
    return rows


def every_row(
    record: type[RecordType],
    told: Iterable[object],
    *,
    private: bool = False,
    spared: Mapping[str, object] = MappingProxyType({}),
) -> Rows[RecordType]:
    """Every row of an answer that serves whole or not at all; ``spared`` as for ``read_rows``.

    Raises:
        SourceError: a row cannot be read; the message says which.
    """
    rows = read_rows(record, told, private=private, spared=spared)
    if lost := next((each for each in rows.aside if not each.reason.endswith(TAKEN)), None):
        raise SourceError(str(lost))
    return rows


def _read(record: type[RecordType], row: object, private: bool) -> RecordType:
    if not isinstance(row, Mapping):
        raise SourceError(f"no es una fila{'' if private else told_value(row)}")
    try:
        read = record(**row)
    except ValidationError as error:
        fields = {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
        shown = [f"{name}{told_value(value)}" for name, value in row.items() if name in fields and not private]
        raise _Unread("; ".join([said(error), *shown]), fields) from None
    for name, value in read:
        if isinstance(value, str) and NOT_STORABLE.search(value):
            told = "" if private else told_value(value)
            raise SourceError(f"{name}{told} tiene un carácter nulo, o bytes que no son UTF-8")
    return read


def told_value(value: object) -> str:
    """A value in brackets after its name, as an error repeats it."""
    text = str(value)
    return f" ({text if len(text) <= LONGEST_SHOWN else f'{text[:LONGEST_SHOWN]}…'!r})"
