"""Runs the suites with Great Expectations, all batches in one process.

Importing Great Expectations costs seconds of CPU, so it happens once, inside the call, and
never when this module is imported. One evaluation of a suite costs tens of milliseconds
however few rows it sees, so the rows of all batches of a source are evaluated together and
the failures handed back to their batches. The context is in memory: no file is written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from service_reports.checks.suite import BATCH, Check, Record, Suite
from service_reports.checks.verdict import CheckResult, RefusedRow
from service_reports.failures import OneByOne
from service_reports.sources import SUITES

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

ROWS_SHOWN = 3
LONGEST_TEXT = 60
SEVERITIES = {"blocking": "critical", "row": "critical", "warning": "warning"}
RESULT_FORMAT = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "return_unexpected_index_query": False}
NOT_EVALUATED = "La comprobación no se pudo evaluar."


class BatchToCheck(NamedTuple):
    """The rows of one answer of a source.

    ``subject`` names the batch in the results; ``source`` is one of ``SOURCES``, and ``rows`` what it parses.
    """

    subject: str
    source: str
    rows: Sequence[object]


def check_batches(batches: Sequence[BatchToCheck]) -> list[CheckResult]:
    """Every check of every batch, in the order of the batches and of their suites.

    A check that could not be evaluated counts as failed, and blocks where it would have left rows out: of the batch
    alone whose rows are the reason. Where checks leave no row of a batch, they block it.

    Raises:
        ValueError: a batch of a source without a suite.
    """
    for batch in batches:
        if batch.source not in SUITES:
            raise ValueError(f"{batch.subject}: no suite for source {batch.source!r}; there are {', '.join(SUITES)}")
    if not batches:
        return []
    expectations = _Expectations()
    results: dict[int, list[CheckResult]] = {}
    for source in dict.fromkeys(batch.source for batch in batches):
        places = [place for place, batch in enumerate(batches) if batch.source == source]
        checked = _check_together(expectations, SUITES[source], [batches[place] for place in places])
        results.update(zip(places, checked, strict=True))
    return [result for place in range(len(batches)) for result in results[place]]


def _check_together(
    expectations: _Expectations, suite: Suite, batches: Sequence[BatchToCheck]
) -> list[list[CheckResult]]:
    """All batches of a source at once; each by itself where the rows of one keep the others from being checked."""
    together = OneByOne()
    with together.item(suite.source):
        checked = _check_source(expectations, suite, batches)
        if len(batches) == 1 or not any(result.detail == NOT_EVALUATED for each in checked for result in each):
            return checked
    if len(batches) > 1:
        return [found for batch in batches for found in _check_together(expectations, suite, [batch])]
    [batch], [(_, reason)] = batches, together.failures
    return [[CheckResult(f"{suite.source}.checkable", batch.subject, "blocking", False, reason)]]


def _check_source(
    expectations: _Expectations, suite: Suite, batches: Sequence[BatchToCheck]
) -> list[list[CheckResult]]:
    tables = [[{BATCH: number, **suite.record(row)} for row in batch.rows] for number, batch in enumerate(batches)]
    totals = [{name: count(table) for name, count in suite.totals.items()} for table in tables]
    rows = [record for table in tables for record in table]
    failures_in_rows = expectations.failures(suite.row_checks, rows, [BATCH, *suite.fields, *suite.derived])
    failures_in_totals = expectations.failures(suite.batch_checks, totals, list(suite.totals))

    results = []
    first = 0
    for number, (batch, table) in enumerate(zip(batches, tables, strict=True)):
        found = []
        for check in suite.batch_checks:
            failed = failures_in_totals[check.id]
            column = check.rule.arguments["column"]
            detail = NOT_EVALUATED if failed is None else f"Observado: {totals[number].get(column)}."
            found.append(_result(batch, check, failed is not None and number not in failed, detail))
        for check in suite.row_checks:
            failed = failures_in_rows[check.id]
            here = [] if failed is None else [row - first for row in failed if first <= row < first + len(table)]
            detail = NOT_EVALUATED if failed is None else _detail(check, table, here)
            verdict = _result(batch, check, failed is not None and not here, detail)
            refused = tuple(RefusedRow(row + 1, _shown(check, table[row])) for row in here)
            found.append(replace(verdict, refused=refused) if check.severity == "row" else verdict)
        results.append(_blocking_where_nothing_is_left(found, len(table)))
        first += len(table)
    return results


def _blocking_where_nothing_is_left(found: Sequence[CheckResult], rows: int) -> list[CheckResult]:
    """The verdicts of one batch: those of rows block it if they were not evaluated, or refuse every row there is."""
    none_left = rows > 0 and len({row.place for result in found for row in result.refused}) == rows
    return [
        replace(result, severity="blocking", refused=())
        if result.severity == "row" and not result.passed and (none_left or not result.refused)
        else result
        for result in found
    ]


def _result(batch: BatchToCheck, check: Check, passed: bool, detail: str) -> CheckResult:
    return CheckResult(check.id, batch.subject, check.severity, passed, detail)


class _Expectations:
    """Great Expectations with one context in memory."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations

        self._gx = great_expectations
        context = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("records").add_dataframe_asset("batches")
        self._definition = asset.add_batch_definition_whole_dataframe("whole")

    def failures(
        self, checks: Sequence[Check], records: Sequence[Record], columns: Sequence[str]
    ) -> Mapping[str, list[int] | None]:
        """By check id, the positions of the records that fail it; ``None`` where it could not be evaluated."""
        suite = self._gx.ExpectationSuite("suite", expectations=[self._expectation(check) for check in checks])
        data = self._definition.get_batch({"dataframe": _frame(records, columns)})
        outcome: Any = data.validate(suite, result_format=RESULT_FORMAT)
        return {result.expectation_config.meta["check"]: _failed_records(result) for result in outcome.results}

    def _expectation(self, check: Check) -> Expectation:
        from great_expectations.expectations.row_conditions import Column

        arguments = dict(check.rule.arguments)
        if check.where is not None:
            column, value = check.where
            arguments["row_condition"] = Column(column) == value
        kind = getattr(self._gx.expectations, check.rule.expectation)
        expectation: Expectation = kind(**arguments, severity=SEVERITIES[check.severity], meta={"check": check.id})
        return expectation


def _frame(records: Sequence[Record], columns: Sequence[str]) -> pd.DataFrame:
    """The records as a data frame; ``Decimal`` stays ``Decimal`` and is compared exactly."""
    import pandas as pd

    return pd.DataFrame({column: [record[column] for record in records] for column in columns})


def _failed_records(result: ExpectationValidationResult) -> list[int] | None:
    if "unexpected_count" not in result.result:
        return None
    return sorted(result.result.get("unexpected_index_list") or [])


def _detail(check: Check, table: Sequence[Record], failed: Sequence[int]) -> str:
    """One Spanish line: how many rows failed and, of the first, what may be shown."""
    concerned = sum(1 for record in table if check.where is None or record[check.where[0]] == check.where[1])
    if not failed:
        return f"Filas revisadas: {concerned}."
    shown = [", ".join(filter(None, [f"fila {row + 1}", _shown(check, table[row])])) for row in failed[:ROWS_SHOWN]]
    more = ["…"] if len(failed) > ROWS_SHOWN else []
    return f"No cumplen {len(failed)} de {concerned} filas: {'; '.join([*shown, *more])}."


def _shown(check: Check, record: Record) -> str:
    return ", ".join(_printed(record[column]) for column in check.shows)


def _printed(value: object) -> str:
    match value:
        case None:
            return "(vacío)"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
