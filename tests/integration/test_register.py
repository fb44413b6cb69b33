"""The register: versions are claimed by one run, fixed once, and delivered once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest

from service_reports import register
from service_reports.figures.figure import Figure
from service_reports.register import Delivery, DeliveryState, IssuedDocument, IssueKey, NotClaimed

pytestmark = pytest.mark.integration
DOCUMENT = IssuedDocument(
    position=1,
    kind="management_report",
    title="Informe de Gestión",
    code="C",
    file_name="c.pdf",
    media_type="application/pdf",
    sha256="0" * 64,
    size_bytes=1,
    blob_key="blobs/00/0",
    archive_key="issued/c.pdf",
)
FIGURE = Figure(
    id="usage.total/x", value=Decimal("3125.874999999196"), unit="OCPU Hours", source="core.oci_usage_daily"
)


def claim(db: psycopg.Connection, run_id: str, reason: str | None = None) -> IssueKey:
    return register.claim_version(db, "contract", "2026-01", run_id, reason)


def registered(db: psycopg.Connection, run_id: str = "run-1") -> IssueKey:
    key = claim(db, run_id)
    register.register_issue(db, key, run_id, [DOCUMENT], [FIGURE])
    return key


def test_a_run_that_asks_again_has_the_version_it_had(db: psycopg.Connection) -> None:
    assert claim(db, "run-1") == claim(db, "run-1") == IssueKey("contract", "2026-01", 1)


def test_a_version_that_was_never_registered_is_taken_over(db: psycopg.Connection) -> None:
    claim(db, "run-1")
    assert claim(db, "run-2").version == 1


def test_a_run_whose_version_was_taken_over_cannot_register_it(db: psycopg.Connection) -> None:
    key = claim(db, "run-1")
    claim(db, "run-2")
    with pytest.raises(NotClaimed, match="la ejecución run-2 tomó esta versión"):
        register.register_issue(db, key, "run-1", [DOCUMENT], [FIGURE])
    assert register.read_documents(db, key) == []


def test_after_a_registered_version_comes_the_next(db: psycopg.Connection) -> None:
    registered(db)
    assert claim(db, "run-2", "corrección").version == 2
    assert claim(db, "run-1").version == 1


def test_registering_twice_changes_nothing(db: psycopg.Connection) -> None:
    key = registered(db)
    other = IssuedDocument(**{**DOCUMENT.__dict__, "sha256": "1" * 64})
    assert register.register_issue(db, key, "run-1", [other], []) is False
    assert register.read_documents(db, key) == [DOCUMENT]


def test_a_version_may_have_several_acts_and_keeps_their_order(db: psycopg.Connection) -> None:
    key = claim(db, "run-1")
    acts = [
        replace(DOCUMENT, position=n, kind="delivery_act", code=f"A{n}", file_name=f"a{n}.pdf") for n in range(2, 13)
    ]
    register.register_issue(db, key, "run-1", [*reversed(acts), DOCUMENT], [])
    assert register.read_documents(db, key) == [DOCUMENT, *acts]


def test_two_documents_of_a_version_cannot_have_one_name(db: psycopg.Connection) -> None:
    key = claim(db, "run-1")
    with pytest.raises(psycopg.errors.UniqueViolation):
        register.register_issue(db, key, "run-1", [DOCUMENT, replace(DOCUMENT, position=2, kind="delivery_act")], [])
    assert register.read_documents(db, key) == []


def test_figures_come_back_to_the_last_digit(db: psycopg.Connection) -> None:
    assert register.read_figures(db, registered(db)) == [FIGURE]


def test_many_runs_at_once_get_one_unfinished_version(db: psycopg.Connection, database: str) -> None:
    def one(number: int) -> int:
        with psycopg.connect(database, autocommit=True) as connection:
            return claim(connection, f"run-{number}").version

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(16))) == {1}


def queued(db: psycopg.Connection, message_key: str = "blobs/m") -> IssueKey:
    """A version that is registered with its message, and archived."""
    key = claim(db, "run-1")
    with register.writing(db):
        register.put_in_outbox(db, key, message_id="<m@example>", recipient="a@example.com", message_key=message_key)
        register.register_issue(db, key, "run-1", [DOCUMENT], [FIGURE])
    register.set_archived(db, key)
    register.queue_archived(db, key)
    return key


def message(db: psycopg.Connection, key: IssueKey) -> Delivery:
    delivery = register.read_delivery(db, key)
    assert delivery is not None
    return delivery


def test_of_many_tasks_one_takes_the_message(db: psycopg.Connection, database: str) -> None:
    key = queued(db)

    def one(_: int) -> bool:
        with psycopg.connect(database, autocommit=True) as connection:
            return register.claim_delivery(connection, key)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 1


def test_there_is_no_registered_version_without_its_message_and_no_message_without_documents(
    db: psycopg.Connection,
) -> None:
    key = claim(db, "run-1")
    claim(db, "run-2")
    with suppress(NotClaimed), register.writing(db):
        register.put_in_outbox(db, key, message_id="<m@example>", recipient="a@example.com", message_key="blobs/m")
        register.register_issue(db, key, "run-1", [DOCUMENT], [FIGURE])
    assert register.read_delivery(db, key) is None
    assert register.read_documents(db, key) == []


def test_a_message_that_was_composed_stays_the_one_that_is_sent(db: psycopg.Connection) -> None:
    key = queued(db, "blobs/first")
    register.put_in_outbox(db, key, message_id="<m@example>", recipient="a@example.com", message_key="blobs/second")
    assert message(db, key).message_key == "blobs/first"


@pytest.mark.parametrize(
    ("state", "version", "again"),
    [("queued", "queued", True), ("ambiguous", "held", False), ("failed", "failed", False), ("sent", "sent", False)],
)
def test_only_what_the_server_did_not_take_is_taken_again(
    db: psycopg.Connection, state: DeliveryState, version: str, again: bool
) -> None:
    key = queued(db)
    assert register.claim_delivery(db, key)
    assert register.settle_delivery(db, key, ["sending"], state, detail="detalle")
    assert register.read_issue(db, key).state == version
    assert register.claim_delivery(db, key) is again


def test_what_is_settled_stays_settled(db: psycopg.Connection) -> None:
    key = queued(db)
    register.claim_delivery(db, key)
    register.settle_delivery(db, key, ["sending"], "sent")
    assert register.settle_delivery(db, key, ["sending"], "queued", detail="too late") is False
    assert message(db, key)[3:5] == ("sent", 1)


def test_a_try_that_ends_before_the_claim_is_counted(db: psycopg.Connection) -> None:
    key = queued(db)
    register.settle_delivery(db, key, ["queued"], "queued", detail="el servidor no responde")
    assert message(db, key)[3:6] == ("queued", 1, "el servidor no responde")
    register.claim_delivery(db, key)
    assert message(db, key)[3:6] == ("sending", 2, None)


def test_a_message_does_not_leave_before_its_documents_are_archived(db: psycopg.Connection) -> None:
    key = claim(db, "run-1")
    with register.writing(db):
        register.put_in_outbox(db, key, message_id="<m@example>", recipient="a@example.com", message_key="blobs/m")
        register.register_issue(db, key, "run-1", [DOCUMENT], [FIGURE])
    assert register.claim_delivery(db, key) is False
    register.set_archived(db, key)
    register.queue_archived(db, key)
    assert register.claim_delivery(db, key) is True


def test_the_message_of_a_superseded_version_does_not_leave(db: psycopg.Connection) -> None:
    key = queued(db)
    second = claim(db, "run-2", "corrección")
    register.register_issue(db, second, "run-2", [DOCUMENT], [])
    assert register.claim_delivery(db, key) is False


def test_a_message_that_is_withheld_waits_for_a_person(db: psycopg.Connection) -> None:
    key = claim(db, "run-1")
    with register.writing(db):
        register.put_in_outbox(
            db, key, message_id="<m@example>", recipient="a@example.com", message_key="blobs/m", state="withheld"
        )
        register.register_issue(db, key, "run-1", [DOCUMENT], [FIGURE])
    register.set_archived(db, key)
    register.queue_archived(db, key)
    assert register.read_issue(db, key).state == "archived"
    assert register.claim_delivery(db, key) is False
    register.settle_delivery(db, key, ["withheld"], "queued", by="supervisora", detail="Enviar")
    assert register.read_issue(db, key).state == "queued"
    assert register.claim_delivery(db, key) is True


def test_who_looks_after_a_message_keeps_the_others_out_and_his_death_lets_them_in(
    db: psycopg.Connection, database: str
) -> None:
    key = queued(db)
    with psycopg.connect(database, autocommit=True) as sender:
        with register.sending_alone(sender, key) as alone:
            assert alone
            with register.sending_alone(db, key) as second:
                assert not second
        with register.sending_alone(db, key) as after:
            assert after
        with register.sending_alone(sender, key):
            sender.close()
            with register.sending_alone(db, key) as heir:
                assert heir


def test_a_sender_that_holds_a_message_stops_nobody_who_writes_to_the_register(
    db: psycopg.Connection, database: str
) -> None:
    key = queued(db)
    with psycopg.connect(database, autocommit=True) as sender, register.sending_alone(sender, key):
        register.claim_delivery(sender, key)
        db.execute("set lock_timeout = '2s'")
        second = claim(db, "run-2", "corrección")
        register.register_issue(db, second, "run-2", [DOCUMENT], [])
        assert register.settle_delivery(sender, key, ["sending"], "sent")
    assert register.read_issue(db, key).state == "superseded"
    assert message(db, key).state == "sent"
