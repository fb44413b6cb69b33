"""The rows that a report carries, as an auditor reads them: comma-separated files and what is known of the period."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from io import BytesIO, TextIOWrapper
from typing import Any

Row = Mapping[str, str]
PERIOD = "period.json"
LONGEST_LABEL = 200
MOST_DAYS = 10_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""As every program reads numbers; Python's take other scripts' digits too, and lines between them."""
MOST_DIGITS = 200
"""``1E+999999999`` is short, and a billion digits when it is written out."""


class NotReadable(ValueError):
    """A file inside a report that is not what its name says; the message is Spanish."""


def read_json(content: bytes) -> Any:  # noqa: ANN401 (JSON)
    """What a file of JSON says, to any program alike.

    Raises:
        ValueError: it is none, or says something twice: programs differ in which of both they take.
    """
    return json.loads(content, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("dice algo dos veces")
    return found


class Rows:
    """The files of rows of one delivery by name; ``absent`` are those that exist and are not at hand.

    A file that is neither has no rows. Days are ISO 8601, instants aware; OCI's days are UTC's, people's Bogotá's.
    """

    def __init__(self, files: Mapping[str, bytes], absent: Collection[str] = ()) -> None:
        self.files = files
        self.absent = frozenset(absent)
        self._read: dict[str, list[Row]] = {}

    def of(self, name: str) -> Sequence[Row]:
        """The rows of a file, none where there is none.

        Raises:
            NotReadable: it is no table in UTF-8.
        """
        if name not in self._read:
            self._read[name] = list(self.each(name))
        return self._read[name]

    def each(self, name: str) -> Iterator[Row]:
        """The rows of a file one by one, of which none is kept: hours of use are many.

        Raises:
            NotReadable: it is no table in UTF-8; told when that is come to.
        """
        try:
            text = TextIOWrapper(BytesIO(self.files.get(name, b"")), "utf-8", newline="")
            reading = csv.DictReader(text, strict=True)
            titles = reading.fieldnames or ()
            if len(set(titles)) != len(titles):
                raise NotReadable(f"{name} no es una tabla legible: dos columnas se llaman igual")
            for row in reading:
                if None in row or None in row.values():  # as the reader of CSV tells it
                    what = "una fila tiene más o menos columnas que su título"
                    raise NotReadable(f"{name} no es una tabla legible: {what}")
                yield row
        except (UnicodeDecodeError, csv.Error) as error:
            raise NotReadable(f"{name} no es una tabla legible: {error}") from error

    @cached_property
    def period(self) -> Mapping[str, Any]:
        """What the rules know beside rows.

        Raises:
            NotReadable: the file is not there, or no JSON.
        """
        try:
            found = read_json(self.files[PERIOD])
        except (KeyError, ValueError) as error:
            raise NotReadable(f"{PERIOD} no está o no se puede leer") from error
        if not isinstance(found, dict):
            raise NotReadable(f"{PERIOD} no dice lo que debe")
        return found

    @cached_property
    def days(self) -> Sequence[str]:
        """Every day of the period."""
        return days_between(self.period["first"], self.period["last"])

    def unread(self, source: str, subject: str | None = None) -> frozenset[str]:
        """The days of a source, or of one subject of it, of which nothing may be denied."""
        return frozenset(
            day
            for gap in self.period["gaps"]
            if gap["source"] == source and not gap["replaced"] and subject in (None, gap["subject"])
            for day in gap["days"]
        )


def days_between(first: str, last: str) -> list[str]:
    """Every day from one to another, both included.

    Raises:
        NotReadable: they are more than a contract has.
    """
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if (end - start).days > MOST_DAYS:
        raise NotReadable(f"{first} a {last} no es el periodo de ningún informe")
    return [(start + timedelta(days=offset)).isoformat() for offset in range((end - start).days + 1)]


def quantity(text: str) -> Decimal:
    """A decimal text; one that stands for more digits than anything has is none.

    Raises:
        NotReadable: it is none.
    """
    try:
        value = Decimal(text) if len(text) <= MOST_DIGITS and _NUMBER.fullmatch(text) else Decimal("NaN")
    except (InvalidOperation, TypeError) as error:  # what JSON or a short line holds may be no text at all
        raise NotReadable(f"«{str(text)[:40]}» no es un número") from error
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS:
        raise NotReadable(f"«{text[:40]}» no es un número")
    return value


def instant(text: str) -> datetime:
    """An instant, aware and UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def days_apart(earlier: str, later: str) -> int:
    """Days from one to another."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def column_of(row: Row) -> str:
    """The product of a row of use: service / product (unit)."""
    return f"{row['service']} / {row['product']} ({row['unit']})"


def label(request: str) -> str:
    """A request as ids name it: on one line, and where it is long cut, with the beginning of its hash."""
    line = " ".join(request.split())
    if len(line) <= LONGEST_LABEL:
        return line
    return f"{line[:LONGEST_LABEL]} {hashlib.sha256(line.encode()).hexdigest()[:12]}"


def is_behind(about: Mapping[str, str], row: Row) -> bool:
    """Whether a figure is about a row, by what its id tells apart."""
    return all(_is_about(row, name, value, about) for name, value in about.items())


def _is_about(row: Row, name: str, value: str, about: Mapping[str, str]) -> bool:
    match name:
        case "day":
            return row["hour"].startswith(value) if "hour" in row else row.get("day", value) == value
        case "column":
            return not {"service", "product", "unit"} <= row.keys() or column_of(row) == value
        case "service":
            return row.get("listed", value) == value
        case "category":
            return row.get(about["dimension"], value) == value
        case "request":
            return label(row["request"]) == value if "request" in row else True
        case "resource" | "metric" | "ticket" | "file" | "backup" | "address" | "type" | "module" | "status" | "code":
            return row.get(name, value) == value
    return True
