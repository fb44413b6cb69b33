"""The round of verification: what is new at once, the rest within weeks, and what is wrong until it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import BinaryIO, get_args

import psycopg
import pytest

from service_reports import register
from service_reports.archive import Archive, Listed
from service_reports.failures import Unreachable
from service_reports.register import IssueKey, Part
from service_reports.register.verification import events_of
from service_reports.warehouse import ensure_schema
from service_reports.warehouse.statements import statement
from service_reports_airflow.steps.verify import chain, rows_and_files, verify_parts
from service_reports_airflow.stores import Stores
from tests.integration.databases import warehouse_before
from tests.integration.test_register_verified import issue
from tests.integration.test_register_verified import store as store

pytestmark = pytest.mark.integration
DAYS = 28
DOCUMENT = "issued/contract/2026-01/v1/informe.pdf"


@pytest.fixture
def ledger(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@dataclass(frozen=True)
class SilentAbout(Archive):
    """An archive that does not answer about what begins so."""

    begins: str

    def _taken(self, key: str) -> None:
        if key.startswith(self.begins):
            raise Unreachable("el archivo no responde")

    def read(self, key: str) -> bytes:
        self._taken(key)
        return super().read(key)

    def opened(self, key: str) -> BinaryIO:
        self._taken(key)
        return super().opened(key)

    def listed(self, prefix: str, after: str = "") -> Iterator[Listed]:
        if not self.begins:
            self._taken(prefix)
        return super().listed(prefix, after)


def verified(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive, *, everything: bool = False
) -> set[Part]:
    """What a run verifies."""
    register.plan(db, store, everything=everything)
    return set(iter(lambda: register.verify_next(db, ledger, store, DAYS), None))


def told(db: psycopg.Connection) -> list[str]:
    return [str(finding) for finding in register.open_findings(db)]


def parts_due(db: psycopg.Connection) -> int:
    return register.parts_due(db, get_args(register.Kind))


def version(key: IssueKey) -> Part:
    return Part("version", (key.contract_id, key.report_number, str(key.version)))


def overwrite(store: Archive, content: bytes) -> None:
    store.client.put_object(Bucket=store.bucket, Key=DOCUMENT, Body=content)


def test_a_run_verifies_what_is_new_and_leaves_alone_what_was_verified_lately(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    first = issue(db, store)
    assert version(first) in verified(db, ledger, store)
    second = issue(db, store, "run-1", "2026-02")
    again = verified(db, ledger, store)
    assert version(second) in again
    assert version(first) not in again
    assert told(db) == []


def test_what_was_verified_is_verified_again_within_the_round(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    key = issue(db, store)
    verified(db, ledger, store)
    overwrite(store, b"other")
    verified(db, ledger, store)
    assert told(db) == []
    db.execute("update register.verified_part set due_at = due_at - make_interval(days => %s)", [DAYS])
    assert version(key) in verified(db, ledger, store)
    assert any(DOCUMENT in finding for finding in told(db))


def test_a_full_round_on_demand_verifies_every_part(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    key = issue(db, store)
    every = verified(db, ledger, store)
    overwrite(store, b"other")
    assert verified(db, ledger, store, everything=True) == every
    assert version(key) in every
    assert any(DOCUMENT in finding for finding in told(db))


def test_what_is_wrong_stays_red_until_it_is_right_again(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    right = store.read(DOCUMENT)
    overwrite(store, b"other")
    verified(db, ledger, store)
    before = told(db)
    verified(db, ledger, store)
    register.look_again(db, ledger, store, {"version"}, DAYS)
    assert told(db) == before != []
    overwrite(store, right)
    register.look_again(db, ledger, store, {"version"}, DAYS)
    assert told(db) == []


def test_a_finding_that_a_person_explained_is_red_again_when_it_says_something_else(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    overwrite(store, b"other")
    verified(db, ledger, store)
    [finding] = told(db)
    with pytest.raises(register.NotFound):
        register.explain(db, "another", by="lider", why="copia en custodia")
    for _ in range(2):
        register.explain(db, f" {finding}\n", by="lider", why="copia en custodia")
    assert told(db) == []
    assert db.execute("select count(*) from register.event where event = 'explained'").fetchone() == (1,)
    assert list(map(str, register.explained(db).values())) == ["lider: copia en custodia"]
    register.archive_events(db, store)
    overwrite(store, b"a third")
    verified(db, ledger, store, everything=True)
    [now] = told(db)
    assert now != finding


def test_a_version_that_was_slipped_in_is_found_by_the_round_though_no_event_tells_of_it(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    verified(db, ledger, store)
    db.execute("insert into register.report (contract_id, report_number, version, run_id) values ('x', '1', 1, 'x')")
    verified(db, ledger, store)
    assert told(db) == ["register.report x 1 v1: ningún evento habla de esta fila"]


def test_a_worker_takes_no_part_that_another_one_has_and_what_a_dead_one_had_is_free_again(
    db: psycopg.Connection, ledger: psycopg.Connection, database: str, store: Archive
) -> None:
    issue(db, store)
    due = register.plan(db, store)
    with psycopg.connect(database) as dying:
        row = dying.execute(statement("register/take_part")).fetchone()
        assert row is not None
        taken = Part(row[0], tuple(row[1]))
        others = list(iter(lambda: register.verify_next(db, ledger, store, DAYS), None))
        assert taken not in others
        assert len(others) == due - 1
        dying.cancel()
        dying.rollback()
    assert register.verify_next(db, ledger, store, DAYS) == taken


def test_a_ledger_that_was_emptied_has_everything_verified_anew(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    every = verified(db, ledger, store)
    db.execute("truncate register.verified_part")
    assert verified(db, ledger, store) == every


def test_what_was_verified_already_costs_a_run_nothing(db: psycopg.Connection) -> None:
    db.execute(
        "insert into register.verified_part (kind, about, due_at, verified_at)"
        " select 'version', array['contract', n::text, '1'], now() + interval '1 day', now()"
        " from generate_series(1, 20000) n"
    )
    db.execute("analyze register.verified_part")
    db.execute("set enable_seqscan = off")  # a small register is read as a whole
    stretch = {"first": 201, "last": 250}
    plans = {
        "take_part": (None, "verified_part_due"),
        "due_parts": ({"kinds": ["version"]}, "verified_part_due"),
        "hold_part": ({"kind": "version", "about": ["contract", "7", "1"]}, "verified_part_"),
        "wrong_parts": (None, "verified_part_wrong"),
        "versions_since": ({"through": 200}, "event_pkey"),
        "segment_of_events": (stretch, "event_pkey"),
        "archived_positions": (stretch, "archived_event_pkey"),
        "unarchived_events": (None, "archived_event_pkey"),
        "said_by_persons": ({"event": "noted"}, "event_of_person"),
        "known_contracts": (None, "event_of_report"),
    }
    for name, (values, index) in plans.items():
        plan = db.execute(f"explain {statement(f'register/{name}')}", values).fetchall()
        assert index in str(plan), (name, plan)
        assert "Seq Scan" not in str(plan), (name, plan)


def test_old_events_of_the_open_end_are_read_again_by_dozens_however_long_the_chain_is(
    db: psycopg.Connection, ledger: psycopg.Connection, store: Archive
) -> None:
    requests: list[str] = []
    store.client.meta.events.register("before-send.s3.GetObject", lambda request, **_: requests.append(request.url))
    for number in range(1, 13):
        issue(db, store, f"run-{number}", f"2026-{number:02}")
    verified(db, ledger, store)
    requests.clear()
    last = issue(db, store, "run-13", "2027-01")
    verified(db, ledger, store)
    assert db.execute("select count(*) from register.event").fetchone() > (60,)
    read = sorted(int(each.rpartition("/")[2].removesuffix(".json")) for each in requests if "/events/" in each)
    of_last = [event.position for event in events_of(db, last)]
    assert set(of_last) <= set(read)
    assert len(read) <= 50 + len(of_last)


def test_stretches_of_before_become_shorter_ones_that_are_due_as_they_were(empty_warehouse: str) -> None:
    with warehouse_before(empty_warehouse, "088_shorter_stretches") as db:
        db.execute(
            "insert into register.event (position, body, sha256)"
            " select n, '{}', n::text from generate_series(1, 310) n;"
            "insert into register.verified_part (kind, about, due_at, findings) values"
            " ('events', '{0}', '2099-01-01', '[]'), ('events', '{1}', '2099-02-01', '[[\"row\", \"detail\"]]'),"
            " ('root', '{}', '2099-03-01', '[]')"
        )
        ensure_schema(db)
        rows = db.execute(
            "select about[1]::int, due_at = '-infinity' from register.verified_part where kind = 'events' order by 1"
        ).fetchall()
        assert rows == [(number, number > 3) for number in range(7)]
        assert db.execute("select findings from register.verified_part where findings <> '[]'").fetchall() == []


def test_a_part_about_which_the_archive_does_not_answer_is_told_and_holds_up_no_other(
    db: psycopg.Connection, database: str, ledger: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    register.plan(db, store)
    stores = Stores(warehouse=lambda: psycopg.connect(database, autocommit=True), verification_days=lambda: DAYS)
    failing = replace(stores, archive=lambda: nullcontext(SilentAbout(store.client, store.bucket, DOCUMENT)))
    verify_parts(stores=failing)
    assert parts_due(db) == 0
    assert [each.partition(": ")[0] for each in told(db)] == ["version contract 2026-01 1"]
    register.look_again(db, ledger, SilentAbout(store.client, store.bucket, DOCUMENT), {"version"}, DAYS)
    assert len(told(db)) == 1
    register.look_again(db, ledger, store, {"version"}, DAYS)
    assert told(db) == []


def test_a_part_that_ends_whoever_verifies_it_keeps_nobody_from_the_others(
    db: psycopg.Connection, database: str, store: Archive
) -> None:
    key = issue(db, store)
    register.plan(db, store)
    db.execute("update register.verified_part set due_at = now() where kind <> 'version'")

    class Ended(BaseException):
        pass

    @dataclass(frozen=True)
    class Endless(Archive):
        def read(self, key: str) -> bytes:
            if key == DOCUMENT:
                raise Ended  # as a task does whose time is over, or a process whose memory is
            return super().read(key)

    stores = Stores(warehouse=lambda: psycopg.connect(database, autocommit=True), verification_days=lambda: DAYS)
    for _ in range(2):
        with pytest.raises(Ended):
            verify_parts(stores=replace(stores, archive=lambda: nullcontext(Endless(store.client, store.bucket))))
    assert parts_due(db) == 1
    verify_parts(stores=replace(stores, archive=lambda: nullcontext(store)))
    assert parts_due(db) == 0
    assert db.execute(
        "select verified_at is not null from register.verified_part where (kind, about) = ('version', %s)",
        [list(version(key).about)],
    ).fetchone() == (True,)


def test_who_tells_of_findings_tells_how_much_was_not_verified(
    db: psycopg.Connection, database: str, store: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    issue(db, store)
    due = register.plan(db, store)
    stores = Stores(
        warehouse=lambda: psycopg.connect(database, autocommit=True),
        archive=lambda: nullcontext(store),
        verification_days=lambda: DAYS,
        archive_retention_days=lambda: None,
    )

    def left() -> list[int]:
        caplog.clear()
        for tells in (chain, rows_and_files):
            tells(stores=stores)
        return [int(line.rpartition(" ")[2]) for line in caplog.messages if "la ejecución siguiente" in line]

    before = left()
    assert (len(before), sum(before)) == (2, due)
    verify_parts(stores=stores)
    assert left() == []


def test_where_the_archive_is_away_a_worker_gives_up_soon(
    db: psycopg.Connection, database: str, store: Archive
) -> None:
    for month in range(1, 5):
        issue(db, store, number=f"2026-{month:02}")
    before = register.plan(db, store)
    stores = Stores(warehouse=lambda: psycopg.connect(database, autocommit=True), verification_days=lambda: DAYS)
    with pytest.raises(register.NotRead, match="no responde"):
        verify_parts(stores=replace(stores, archive=lambda: nullcontext(SilentAbout(store.client, store.bucket, ""))))
    assert 0 < parts_due(db) < before
