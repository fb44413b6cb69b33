"""The provider's backup listing, in the provider's own words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports.sources import SourceError
from service_reports.sources.oci_backups.listing import fetch, parse
from tests.golden.sample_figures import sample_contract

FIRST, LAST = date(2026, 2, 18), date(2026, 2, 19)


def listed(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ocid1.dbbackup.oc1.iad.a",
        "databaseId": "ocid1.database.oc1.iad.a",
        "displayName": "Automatic Backup",
        "lifecycleState": "ACTIVE",
        "type": "INCREMENTAL",
        "timeStarted": "2026-02-18T03:05:16.000Z",
        "timeEnded": "2026-02-18T05:44:44.000Z",
        "databaseSizeInGBs": 256.5,
        "retentionPeriodInDays": 30,
        **changes,
    }


class Database:
    """A database client whose pages are given bytes."""

    def __init__(self, *pages: bytes) -> None:
        self.pages, self.asked = pages, []
        self.base_client = self

    def call_api(self, **request: Any) -> Any:
        self.asked.append(request["query_params"])
        number = int(request["query_params"].get("page", 0))
        headers = {"opc-next-page": str(number + 1)} if number + 1 < len(self.pages) else {}
        return SimpleNamespace(data=self.pages[number], headers=headers)


def backups(*rows: dict[str, Any]) -> Any:
    return parse(fetch(Database(json.dumps(rows).encode()), sample_contract(), FIRST, LAST).content)


def test_words_that_the_sdk_does_not_know_stay_as_the_service_wrote_them() -> None:
    [backup] = backups(listed(type="WEEKLY_FULL", lifecycleState="ARCHIVED", backupDestinationType="MOON"))
    assert (backup.type, backup.lifecycle_state, backup.backup_destination_type) == ("WEEKLY_FULL", "ARCHIVED", "MOON")


def test_the_size_of_the_database_and_the_retention_are_kept() -> None:
    [backup] = backups(listed())
    assert (backup.database_size_in_gbs, backup.retention_period_in_days) == (Decimal("256.5"), 30)
    assert backup.retention_period_in_years is None


def test_all_pages_are_read_and_only_the_days_of_the_window_kept() -> None:
    pages = [
        json.dumps([listed(id=f"ocid1.dbbackup.{day}", timeStarted=f"2026-02-{day}T23:59:59Z")]).encode()
        for day in (17, 18, 19, 20)
    ]
    client = Database(*pages)
    answer = fetch(client, sample_contract(), FIRST, LAST)
    assert [backup.time_started.day for backup in parse(answer.content)] == [18, 19]
    assert [query.get("page") for query in client.asked] == [None, "1", "2", "3"]


def test_a_backup_that_is_to_be_started_is_left_out() -> None:
    found = backups(listed(timeStarted=None, lifecycleState="CREATING"))
    assert (found, found.aside) == ([], ())


@pytest.mark.parametrize("state", ["FAILED", "CANCELED", "DELETED", "ARCHIVED", None])
def test_a_backup_that_came_to_an_end_and_does_not_say_when_it_started_is_told(state: str | None) -> None:
    odd = listed(id="ocid1.dbbackup.oc1.iad.b", timeStarted=None, lifecycleState=state)
    for found in (backups(odd, listed()), backups(odd)):
        [told] = found.aside
        assert "no dice cuándo empezó" in str(told)
        assert str(state or "id") in str(told)
    assert backups(odd | {"timeEnded": "2026-01-02T00:00:00Z"}).aside == (), "of the days of its own listing alone"


@pytest.mark.parametrize(
    "started", ["ayer", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-10:00", {}]
)
def test_a_backup_of_no_moment_that_exists_is_set_aside_and_harms_no_other(started: Any) -> None:
    found = backups(listed(id="ocid1.dbbackup.oc1.iad.b", timeStarted=started), listed())
    assert [backup.backup_ocid for backup in found] == ["ocid1.dbbackup.oc1.iad.a"]
    [told] = found.aside
    assert "time_started" in str(told)


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, {"id": "b", "lifecycleState": "ACTIVE"}, {"timeStarted": [1]}])
def test_an_element_that_is_no_backup_is_set_aside_and_harms_no_other(odd: Any) -> None:
    pages = [json.dumps([odd, listed()]).encode(), json.dumps([listed(), odd]).encode()]
    found = parse(fetch(Database(*pages), sample_contract(), FIRST, LAST).content)
    assert [backup.backup_ocid for backup in found] == ["ocid1.dbbackup.oc1.iad.a"]
    assert len(found.aside) == 1


def test_a_good_backup_that_does_not_say_when_it_started_is_told_of() -> None:
    found = backups(listed(timeStarted=None, id="ocid1.dbbackup.oc1.iad.b"), listed())
    assert [backup.backup_ocid for backup in found] == ["ocid1.dbbackup.oc1.iad.a"]
    assert len(found.aside) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 19.5},
        {"databaseSizeInGBs": "n/a"},
        {"databaseSizeInGBs": float("nan")},
        {"isUsingOracleManagedKeys": "UNKNOWN"},
        {"retentionPeriodInDays": 60.5, "type": ["FULL"]},
        {"timeEnded": "0001-01-01T00:00:00Z"},
        {"timeExpiryScheduled": "nunca"},
    ],
)
def test_what_cannot_be_read_about_a_good_backup_does_not_cost_its_day_and_is_told(changes: dict[str, Any]) -> None:
    found = backups(listed(**changes))
    assert [(backup.backup_ocid, backup.lifecycle_state) for backup in found] == [
        ("ocid1.dbbackup.oc1.iad.a", "ACTIVE")
    ]
    [told] = found.aside
    assert "la fila se toma sin ese dato" in str(told)


@pytest.mark.parametrize(
    "changes", [{"lifecycleState": 5.5}, {"databaseId": None}, {"version": 1.5, "id": None}, {"id": "x" * 500}]
)
def test_a_backup_of_which_nobody_can_say_what_it_is_is_set_aside(changes: dict[str, Any]) -> None:
    found = backups(listed(**changes), listed(id="ocid1.dbbackup.oc1.iad.b"))
    assert [backup.backup_ocid for backup in found] == ["ocid1.dbbackup.oc1.iad.b"]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"timeExpiryScheduled": "9999-12-31T23:59:59Z"}, ("time_expiry_scheduled", None)),
        ({"timeExpiryScheduled": ""}, ("time_expiry_scheduled", None)),
        ({"version": 19}, ("version", "19")),
        ({"timeStarted": "2026-02-18T03:05:16"}, ("time_started", datetime(2026, 2, 18, 3, 5, 16, tzinfo=UTC))),
        ({"isUsingOracleManagedKeys": False}, ("is_using_oracle_managed_keys", False)),
        ({"retentionPeriodInDays": 0}, ("retention_period_in_days", 0)),
    ],
)
def test_other_ways_to_write_what_is_told_of_a_backup_are_read(changes: dict[str, Any], kept: tuple[str, Any]) -> None:
    found = backups(listed(**changes))
    assert [getattr(backup, kept[0]) for backup in found] == [kept[1]]
    assert found.aside == ()


@pytest.mark.parametrize("page", [b"<html>", b'{"code": "x"}', b"null", b'"[]"'])
def test_an_answer_that_is_no_listing_is_an_error(page: bytes) -> None:
    with pytest.raises(SourceError, match="ListBackups"):
        fetch(Database(page), sample_contract(), FIRST, LAST)


def test_half_a_character_in_a_name_harms_no_other_backup() -> None:
    name = '[{"id": "a", "databaseId": "b", "displayName": "Copia \\ud83d x\\u0000\\u202e", "lifecycleState": "ACTIVE",'
    rest = ' "type": "FULL", "timeStarted": "2026-02-18T03:05:16Z"}]'
    [backup] = parse(fetch(Database((name + rest).encode()), sample_contract(), FIRST, LAST).content)
    assert backup.display_name == "Copia x"


def test_a_backup_that_two_pages_list_is_one_as_the_later_page_tells_it() -> None:
    pages = [json.dumps([listed(lifecycleState=state)]).encode() for state in ("CREATING", "ACTIVE")]
    answer = fetch(Database(*pages), sample_contract(), FIRST, LAST)
    assert [backup.lifecycle_state for backup in parse(answer.content)] == ["ACTIVE"]


def test_a_backup_without_a_name_or_a_type_is_one_all_the_same() -> None:
    lacking = {"displayName": None, "type": None, "isUsingOracleManagedKeys": False, "databaseSizeInGBs": 0}
    [without, named] = backups(listed(**lacking), listed(id="ocid1.dbbackup.oc1.iad.b"))
    assert (without.display_name, without.type) == ("(sin nombre)", "(sin tipo)")
    assert (without.is_using_oracle_managed_keys, without.database_size_in_gbs) == (False, 0)
    assert (named.display_name, named.type) == ("Automatic Backup", "INCREMENTAL")
