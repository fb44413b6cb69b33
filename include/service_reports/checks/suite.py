"""The words in which a suite of checks is written: data only, without Great Expectations.

A suite names the columns of a row and the rules that hold for them. A rule carries the
name and the arguments of an expectation; :mod:`service_reports.quality.validation` runs it
over the rows of all batches of the source at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_reports.checks.verdict import Severity

Record = Mapping[str, object]

BATCH = "batch"
"""A column that every row carries: the batch it belongs to."""


@dataclass(frozen=True)
class Rule:
    """One expectation by its name in Great Expectations, with its arguments."""

    expectation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """A rule with its stable id, its severity and its meaning in one Spanish line.

    ``where`` limits it to the records in which a column has a value. ``shows`` are the columns
    whose values the detail of a failure may repeat: none that can hold personal data.
    """

    id: str
    severity: Severity
    meaning: str
    rule: Rule
    where: tuple[str, object] | None = None
    shows: Sequence[str] = ()


@dataclass(frozen=True)
class Suite:
    """The checks of one source, on its rows and on each batch as a whole.

    ``fields`` are attributes of a row; ``derived`` are columns computed from a row, and
    ``totals`` from all records of a batch.
    """

    source: str
    fields: Sequence[str]
    totals: Mapping[str, Callable[[Sequence[Record]], int]]
    batch_checks: Sequence[Check]
    row_checks: Sequence[Check]
    derived: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check, those of the whole batch first."""
        return (*self.batch_checks, *self.row_checks)

    def record(self, row: object) -> dict[str, object]:
        """One row as column values; a text that is empty or blank counts as absent."""
        values = {name: getattr(row, name) for name in self.fields}
        values |= {name: derive(row) for name, derive in self.derived.items()}
        return {name: None if isinstance(value, str) and not value.strip() else value for name, value in values.items()}


def present(column: str) -> Rule:
    """No value is absent or blank."""
    return Rule("ExpectColumnValuesToNotBeNull", {"column": column})


def at_least(column: str, lowest: int) -> Rule:
    """No value is lower than the bound."""
    return Rule("ExpectColumnValuesToBeBetween", {"column": column, "min_value": lowest})


def at_most(column: str, highest: int) -> Rule:
    """No value is higher than the bound."""
    return Rule("ExpectColumnValuesToBeBetween", {"column": column, "max_value": highest})


def between(column: str, lowest: int, highest: int) -> Rule:
    """Every value lies between two bounds, both included."""
    return Rule("ExpectColumnValuesToBeBetween", {"column": column, "min_value": lowest, "max_value": highest})


def matches(column: str, pattern: str) -> Rule:
    """Every value matches a regular expression."""
    return Rule("ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern})


def one_of(column: str, known: Sequence[str]) -> Rule:
    """Every value is a known one."""
    return Rule("ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(known)})


def unique(*columns: str) -> Rule:
    """No two rows of a batch share the values of these columns; a single absent value is no duplicate."""
    skipped = "any_value_is_missing" if len(columns) == 1 else "never"
    return Rule("ExpectCompoundColumnsToBeUnique", {"column_list": [BATCH, *columns], "ignore_row_if": skipped})


def not_before(later: str, earlier: str) -> Rule:
    """One instant does not precede another; rows that lack one of them pass."""
    return Rule(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": later, "column_B": earlier, "or_equal": True, "ignore_row_if": "either_value_is_missing"},
    )
