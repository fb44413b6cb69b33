"""Faults are checked when they are read, counted as they are used, and spoil what they say and nothing else."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.cost_reports import CostReport
from sandbox.faults import (
    FaultError,
    FaultSwitch,
    HttpError,
    changed_header,
    changed_text,
    make_faults,
    read_rounds,
    spoiled_bucket,
    write_control,
)

SCENARIOS = Path(__file__).resolve().parents[2] / "sandbox/scenarios"
HEADER = ["lineItem/referenceNo", "usage/billedQuantity", "cost/attributedCost"]
LINES = [["a", "1", "5"], ["b", "2", "6"], ["c", "3", "7"], ["d", "4", "8"]]
REPORTS = tuple(
    CostReport(f"reports/cost-csv/{number}.csv.gz", datetime(2026, 5, number, tzinfo=UTC), b"") for number in (1, 2)
)


def packed(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode())


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(gzip.decompress(content).decode())))


def bucket(*faults: dict[str, object], content: bytes = b"") -> dict[str, CostReport]:
    held = [CostReport(report.name, report.created_at, content) for report in REPORTS]
    return spoiled_bucket(held, make_faults(faults))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "earthquake"}, ["0.kind has 'earthquake'", "'http_error'", "write one of the kinds"]),
        ({"status": 503}, ["0 has", "kind", "say which kind"]),
        ({"kind": "http_error", "status": 404}, ["0.http_error.status has 404", "429", "write one of the values"]),
        ({"kind": "slow", "seconds": 0}, ["0.slow.seconds has 0", "greater than 0", "correct the value"]),
        ({"kind": "slow"}, ["0.slow.seconds", "add the field"]),
        ({"kind": "absent", "times": 2}, ["0.absent.times has 2", "remove the field"]),
        ({"kind": "mail_refused", "at": "answer"}, ["0.mail_refused.at has 'answer'", "'keep'", "write one of"]),
        ({"kind": "mail_refused", "at": "data", "status": 250}, ["0.mail_refused.status has 250", "400"]),
        ({"kind": "mail_dropped"}, ["0.mail_dropped.at", "add the field"]),
        ({"kind": "reset", "operation": "put_object"}, ["0.reset.operation has 'put_object'", "'get_object'"]),
    ],
)
def test_a_fault_that_does_not_hold_is_named_with_field_value_and_remedy(fault, told, tmp_path):
    with pytest.raises(FaultError) as caught:
        make_faults([fault])
    (tmp_path / "faults.yaml").write_text(f"rounds: [[{fault}]]", encoding="utf-8")
    with pytest.raises(FaultError, match=r"^faults\.yaml: rounds\.0") as in_file:
        read_rounds(tmp_path)
    for part in told:
        assert part in str(caught.value)
        assert part in str(in_file.value)


@pytest.mark.parametrize("text", ["", "faults: []", "rounds: 3", "rounds: []\nmore: 1", "rounds: ["])
def test_a_file_that_is_no_list_of_rounds_is_named(tmp_path, text):
    (tmp_path / "faults.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FaultError, match=r"^faults\.yaml: "):
        read_rounds(tmp_path)


def test_a_scenario_without_the_file_has_no_faults_and_those_with_it_hold():
    assert read_rounds(SCENARIOS / "jamundi-2026-01") == ()
    assert len(read_rounds(SCENARIOS / "everything-breaks")) == 1
    assert len(read_rounds(SCENARIOS / "late-and-corrected")) == 1


def test_a_fault_holds_so_many_times_for_its_operation_and_name_and_anew_when_set_again(tmp_path):
    control = tmp_path / "faults.json"
    switch = FaultSwitch(control)
    assert switch.take("get_object", "x/1") is None
    (fault,) = make_faults([{"kind": "http_error", "operation": "get_object", "name": "x/*", "times": 2}])
    write_control(control, [fault])
    assert isinstance(fault, HttpError)
    assert switch.take("list_objects", "x/1") is None
    assert switch.take("get_object", "y/1") is None
    assert [switch.take("get_object", "x/1") for _ in range(3)] == [fault, fault, None]
    write_control(control, [fault])
    assert switch.take("get_object", "x/1") == fault
    write_control(control, [])
    assert switch.take("get_object", "x/1") is None


def test_a_fault_of_the_mail_server_holds_at_its_moment_and_nowhere_else(tmp_path):
    (fault,) = make_faults([{"kind": "mail_dropped", "at": "answer", "name": "<report-*", "times": 1}])
    write_control(tmp_path / "f", [fault])
    switch = FaultSwitch(tmp_path / "f")
    assert switch.take("get_object", "<report-1>") is None
    assert switch.of_bucket() == ()
    assert switch.take_mail("keep", "<report-1>") is None
    assert switch.take_mail("answer", "<other>") is None
    assert [switch.take_mail("answer", "<report-1>") for _ in range(2)] == [fault, None]
    write_control(tmp_path / "f", make_faults([{"kind": "http_error"}]))
    assert switch.take_mail("answer", "<report-1>") is None


def test_the_servers_clock_is_as_wrong_as_it_is_told(tmp_path):
    write_control(tmp_path / "f", make_faults([{"kind": "clock_skew", "minutes": -7}]))
    assert FaultSwitch(tmp_path / "f").skew() == timedelta(minutes=-7)
    assert FaultSwitch(None).skew() == timedelta()


def test_the_bucket_lacks_copies_and_renames_what_the_pattern_names():
    assert list(bucket()) == [report.name for report in REPORTS]
    assert list(bucket({"kind": "absent", "name": "*/1.csv.gz"})) == [REPORTS[1].name]
    assert len(bucket({"kind": "copied", "name": "*/1.csv.gz"})) == 3
    assert "reports/cost-csv/../../2.csv.gz" in bucket({"kind": "dotted_name", "name": "*/2.csv.gz"})


def test_an_older_version_lacks_lines_and_a_changed_body_stays_readable():
    content = packed([HEADER, *LINES])
    old = bucket({"kind": "older_version", "name": "*/1.csv.gz"}, content=content)
    assert rows(old[REPORTS[0].name].content) == [HEADER, *LINES[:2]]
    assert old[REPORTS[1].name].content == content
    assert rows(changed_text(content)) == [HEADER, *LINES[:3]]


def test_a_changed_header_keeps_the_lines():
    content = packed([HEADER, *LINES])
    assert rows(changed_header(content, "case"))[0] == [name.swapcase() for name in HEADER]
    assert rows(changed_header(content, "order")) == [list(reversed(row)) for row in [HEADER, *LINES]]
    assert [row[:3] for row in rows(changed_header(content, "extra_columns"))] == [HEADER, *LINES]
    assert rows(changed_header(content, "without_optional"))[0] == HEADER[:2]
    assert "usage/billedQuantity" not in rows(changed_header(content, "without_required"))[0]


def test_a_gzip_bomb_is_small_and_unpacks_to_what_was_said():
    bomb = bucket({"kind": "gzip_bomb", "name": "*/1.csv.gz", "megabytes": 8}, content=packed([HEADER]))
    content = bomb[REPORTS[0].name].content
    assert len(content) < 20_000
    assert len(gzip.decompress(content)) > 8_000_000
