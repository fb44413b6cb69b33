"""The rows of an archived answer, read one by one: an error says which row, field and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from service_reports.failures import NOT_STORABLE, Failure, OneByOne, said
from service_reports.sources.answer import SourceError
from service_reports.sources.records import Record

RecordType = TypeVar("RecordType", bound=Record)
PLAIN = re.compile(r"[-+0-9.,:TZE/ ]{1,40}", re.IGNORECASE)
"""Numbers and moments: what OCI and the stores tell is no person's, and may be repeated."""


class Rows(list[RecordType]):
    """Rows of an answer; ``aside`` are those that cannot be read, by place and reason."""

    aside: tuple[Failure, ...] = ()


def read_rows(record: type[RecordType], told: Iterable[Mapping[str, Any]]) -> Rows[RecordType]:
    """Every row that can be read; one that cannot is set aside, with the reason.

    Raises:
        SourceError: there are rows, and none can be read.
    """
    rows: Rows[RecordType] = Rows()
    reading = OneByOne()
    for number, row in enumerate(told, start=1):
        with reading.item(f"fila {number}"):
            rows.append(read_row(record, row))
    rows.aside = tuple(reading.failures)
    if rows.aside and not rows:
        raise SourceError(f"ninguna fila se puede leer; {rows.aside[0]}")
    return rows


def every_row(record: type[RecordType], told: Iterable[Mapping[str, Any]]) -> list[RecordType]:
    """Every row of an answer that serves whole or not at all.

    Raises:
        SourceError: a row cannot be read; the message says which.
    """
    rows = read_rows(record, told)
    if rows.aside:
        raise SourceError(str(rows.aside[0]))
    return rows


def read_row(record: type[RecordType], row: Mapping[str, Any]) -> RecordType:
    """One row.

    Raises:
        SourceError: a field does not hold; the message gives field and value.
    """
    for name, value in row.items():
        if isinstance(value, str) and NOT_STORABLE.search(value):
            raise SourceError(f"{name} tiene {value[:80]!r}: un carácter nulo, o bytes que no son UTF-8")
    try:
        return record(**row)
    except ValidationError as error:
        values = [(name, str(value)) for name, value in row.items() if name in _fields(error)]
        shown = [f"{name} tiene {value[:40]!r}" for name, value in values if PLAIN.fullmatch(value[:40])]
        raise SourceError("; ".join([said(error), *shown])) from None


def _fields(error: ValidationError) -> set[str]:
    return {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
