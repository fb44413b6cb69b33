"""A day of a source on the operators' page: what the gaps of the period say of it, in one word."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service_reports.figures.model import Gap
from service_reports_airflow.desk.reading import day_state

DAY = date(2026, 4, 10)
LATER = datetime(2026, 5, 1, tzinfo=UTC)
CPU, MEMORY = "servidor/oci_computeagent/CpuUtilization", "servidor/oci_computeagent/MemoryUtilization"


def gap(kind: str, *, source: str = "oci_backups", subject: str = "", day: date = DAY, replaced: bool = False) -> Gap:
    return Gap(source=source, subject=subject, kind=kind, days=(day,), replaced=replaced)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([], "whole"),
        ([gap("never_read")], "missing"),
        ([gap("read_early")], "part"),
        ([gap("refused")], "refused"),
        ([gap("unreadable")], "refused"),
        ([gap("not_loaded")], "refused"),
        ([gap("never_read"), gap("refused")], "refused"),
        ([gap("refused", replaced=True)], "whole"),
        ([gap("never_read", day=date(2026, 4, 11))], "whole"),
        ([gap("never_read", source="oci_metrics", subject=CPU)], "whole"),
    ],
)
def test_a_day_is_what_its_gaps_say(found: list[Gap], state: str) -> None:
    assert day_state("oci_backups", [""], DAY, found, set(), LATER) == state


def test_a_day_is_missing_where_no_series_was_read_and_in_part_where_some_were() -> None:
    of_cpu, of_memory = (gap("never_read", source="oci_metrics", subject=name) for name in (CPU, MEMORY))
    assert day_state("oci_metrics", [CPU, MEMORY], DAY, [of_cpu], set(), LATER) == "part"
    assert day_state("oci_metrics", [CPU, MEMORY], DAY, [of_cpu, of_memory], set(), LATER) == "missing"


def test_a_day_that_was_read_and_has_nothing_is_told_from_one_that_nobody_read() -> None:
    empty = {("oci_backups", DAY)}
    assert day_state("oci_backups", [""], DAY, [], empty, LATER) == "empty"
    assert day_state("oci_backups", [""], DAY, [gap("never_read")], empty, LATER) == "missing"


@pytest.mark.parametrize(
    ("source", "at", "state"),
    [
        ("oci_metrics", datetime(2026, 4, 10, 23, 59, tzinfo=UTC), "pending"),
        ("oci_metrics", datetime(2026, 4, 11, 0, 0, tzinfo=UTC), "missing"),
        ("tickets", datetime(2026, 4, 11, 4, 59, tzinfo=UTC), "pending"),  # a day of Bogotá ends at 05:00 UTC
        ("tickets", datetime(2026, 4, 11, 5, 0, tzinfo=UTC), "missing"),
    ],
)
def test_nothing_is_lacking_of_a_day_that_goes_on(source: str, at: datetime, state: str) -> None:
    assert day_state(source, [""], DAY, [gap("never_read", source=source)], set(), at) == state
