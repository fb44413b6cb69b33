"""A message leaves once: refused it waits, in doubt a person is asked, and nobody else ever sends it again."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import multiprocessing
import os
import signal
import smtplib
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowException

from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract
from service_reports.delivery.bounce import IN_SPANISH
from service_reports.register import Delivery, IssuedDocument, IssueKey
from service_reports.register.restoring import fetch, restore
from service_reports_airflow.answers import ARRIVED, RESEND, SEND, WITHHOLD
from service_reports_airflow.steps import bounces, sending
from service_reports_airflow.steps.composing import compose_message
from service_reports_airflow.steps.sending import Question, Refused
from service_reports_airflow.stores import Stores, archive, s3_client
from tests.golden.sample_figures import sample
from tests.integration.databases import copy_database
from tests.integration.test_register_verified import behind_the_triggers
from tests.unit.test_delivery_bounce import FORWARDED, POSTFIX, QMAIL, REWRITTEN, SENT

pytestmark = pytest.mark.integration
BY = "Líder de Operaciones"
ONE_CLIENT = cache(s3_client)
STORES = Stores(s3=ONE_CLIENT, archive=partial(archive, ONE_CLIENT))
"""A client takes 0.2 s to make; a run of the DAGs makes one a task, here one is enough."""
LARGE = 2_000_000
"""Bytes of a document that is more than :func:`small` allows, and than a connection takes before it is read from."""


@pytest.fixture
def db(servers: Sandbox, own_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """The test's own warehouse and archive, which the steps open as well; the mail server is sound again afterwards."""
    described = json.loads(servers.environment["AIRFLOW_CONN_ARCHIVE"])
    described["extra"]["service_config"]["s3"]["bucket_name"] = bucket = f"test-{uuid4().hex}"
    described["extra"]["read_timeout"] = 60
    monkeypatch.setenv("AIRFLOW_CONN_ARCHIVE", json.dumps(described))
    client = servers.archive().client
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    for path in servers.mail_folder.glob("*.eml"):
        path.unlink()
    with psycopg.connect(own_warehouse, autocommit=True) as connection:
        yield connection
    servers.clear_faults()


def issue(
    db: psycopg.Connection[Any],
    run_id: str = "run-1",
    *,
    number: str = "2026-01",
    reason: str | None = None,
    state: Any = "queued",
    at: datetime | None = None,
    change: Callable[[Contract], Contract] = lambda contract: contract,
    size: int = 20_000,
) -> dict[str, Any]:
    """A version that is registered with its message and archived, as the steps before hand it on.

    Its document has ``size`` bytes, and a few of the sample's figures are listed with it.
    """
    contract, figures = sample()
    figures = figures.model_copy(update={"figures": figures.figures[:20]})
    contract = change(contract)
    key = register.claim_version(db, contract.id, number, run_id, reason)
    with STORES.archive() as store:
        register.set_figures(db, key, run_id, store.keep(figures.model_dump_json().encode()))
        content = f"%PDF-1.7 {run_id}".encode() + bytes(size)
        document = IssuedDocument(
            1,
            "management_report",
            "Informe de Gestión",
            "C",
            "informe.pdf",
            "application/pdf",
            hashlib.sha256(content).hexdigest(),
            len(content),
            store.keep(content),
            register.issued_name(key, "informe.pdf"),
        )
        message = compose_message(store, contract, key, reason, [document], figures, at or datetime.now(UTC))
        with register.writing(db):
            register.put_in_outbox(db, key, **message, state=state)
            register.register_issue(db, key, run_id, [document], figures.figures)
        store.create(document.archive_key, content, document.media_type)
        store.create(
            register.issued_name(key, "figures.json"), register.figures_listing(register.read_figures(db, key))
        )
        register.set_archived(db, key)
        register.queue_archived(db, key)
    return {"contract_id": key.contract_id, "report_number": key.report_number, "version": key.version}


def message(db: psycopg.Connection[Any], issued: dict[str, Any]) -> Delivery:
    delivery = register.read_delivery(db, IssueKey(**issued))
    assert delivery is not None
    return delivery


def states(db: psycopg.Connection[Any], issued: dict[str, Any]) -> tuple[str, str]:
    return message(db, issued).state, register.read_issue(db, IssueKey(**issued)).state


def mail(servers: Sandbox) -> list[EmailMessage]:
    paths = sorted(servers.mail_folder.glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]


def attempt(issued: dict[str, Any], *, last_try: bool = False, contract: Contract | None = None) -> Question | None:
    """Try to send, by the contract of the folder or as it is meanwhile."""
    stores = STORES if contract is None else replace(STORES, contract=lambda _: contract)
    return sending.attempt(issued, last_try=last_try, stores=stores)


def events(db: psycopg.Connection[Any]) -> list[tuple[str, str | None]]:
    rows = db.execute("select event, body::jsonb ->> 'by' from register.event order by position").fetchall()
    return rows[rows.index(("signed", None)) + 1 :]


def moved(db: psycopg.Connection[Any]) -> list[tuple[str, str | None]]:
    """The events of versions and their messages; that a report of a server was kept moves none."""
    return [each for each in events(db) if each[0] != "reported"]


def test_a_message_is_sent_once_however_often_it_is_asked_for(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = issue(db)
    assert sending.permission(issued, stores=STORES) is None
    assert attempt(issued) is attempt(issued) is sending.permission(issued, stores=STORES) is None
    assert states(db, issued) == ("sent", "sent")
    assert len(mail(servers)) == 1
    assert events(db) == [("archived", None), ("queued", None), ("sent", None)]


def test_two_senders_at_once_send_one_message(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = issue(db)
    servers.set_faults({"kind": "mail_delayed", "at": "keep", "seconds": 1})

    def one(_: int) -> str:
        try:
            return str(attempt(issued))
        except AirflowException as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(one, range(2)))
    assert ended[0] == "None"
    assert ended[1] == "None" or "otra tarea lo está enviando" in ended[1]
    assert len(mail(servers)) == 1
    assert states(db, issued) == ("sent", "sent")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "mail_refused", "at": "connect", "status": 421},
        {"kind": "mail_refused", "at": "mail", "status": 451},
        {"kind": "mail_refused", "at": "rcpt", "status": 450},
        {"kind": "mail_refused", "at": "data", "status": 451},
        {"kind": "mail_refused", "at": "keep", "status": 552},
        {"kind": "mail_dropped", "at": "connect"},
        {"kind": "mail_dropped", "at": "mail"},
        {"kind": "mail_dropped", "at": "rcpt"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault['at']}",
)
def test_what_the_server_did_not_take_waits_and_is_sent_later(
    db: psycopg.Connection[Any], servers: Sandbox, fault: dict[str, Any]
) -> None:
    issued = issue(db)
    servers.set_faults(fault)
    with pytest.raises(AirflowException, match=r"Conexión «.*»: (el servidor|se cortó)(.|\n)*No se envió nada"):
        attempt(issued)
    assert states(db, issued) == ("queued", "queued")
    assert message(db, issued).attempts == 1
    assert message(db, issued).detail
    servers.clear_faults()
    assert attempt(issued) is None
    assert (message(db, issued).attempts, len(mail(servers))) == (2, 1)


@pytest.mark.parametrize(("status", "ended"), [(450, "queued"), (550, "failed")])
def test_after_the_last_try_what_is_refused_for_good_failed_and_is_queued_again_by_hand(
    db: psycopg.Connection[Any], servers: Sandbox, status: int, ended: str
) -> None:
    issued = issue(db)
    servers.set_faults({"kind": "mail_refused", "at": "rcpt", "status": status})
    with pytest.raises(AirflowException, match=f"{status} Not this time.*limpie esta tarea") as error:
        attempt(issued, last_try=True)
    assert isinstance(error.value, Refused) is (ended == "failed")
    assert states(db, issued) == (ended, ended)
    servers.clear_faults()
    assert attempt(issued) is None
    assert states(db, issued) == ("sent", "sent")


@pytest.mark.parametrize("moment", ["data", "text", "keep", "answer"])
def test_what_may_have_arrived_is_held_and_asked_and_not_sent_by_itself(
    db: psycopg.Connection[Any], servers: Sandbox, moment: str
) -> None:
    issued = issue(db, size=LARGE)
    servers.set_faults({"kind": "mail_dropped", "at": moment})
    question = attempt(issued)
    assert question is not None
    assert question.options == (ARRIVED, RESEND)
    for told in (message(db, issued).message_id, "supervisor.contrato@jamundi.example", "mail_smart_tmt", "se cortó"):
        assert told in question.body
    assert states(db, issued) == ("ambiguous", "held")
    kept = len(mail(servers))
    assert kept == (moment == "answer")
    servers.clear_faults()
    assert attempt(issued) == question
    assert len(mail(servers)) == kept


def in_doubt(db: psycopg.Connection[Any], servers: Sandbox) -> dict[str, Any]:
    issued = issue(db)
    servers.set_faults({"kind": "mail_dropped", "at": "keep"})
    assert attempt(issued) is not None
    servers.clear_faults()
    return issued


def test_a_person_who_found_it_settles_it(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = in_doubt(db, servers)
    sending.answer(issued, ARRIVED, by=BY, comment=" Está en el registro del servidor ", stores=STORES)
    assert attempt(issued) is None
    assert states(db, issued) == ("sent", "sent")
    assert mail(servers) == []
    assert events(db)[-1] == ("sent", BY)
    [(detail,)] = db.execute("select body::jsonb ->> 'detail' from register.event where event = 'sent'").fetchall()
    assert detail == f"{ARRIVED}. Está en el registro del servidor"


def test_a_person_who_did_not_find_it_has_the_same_bytes_sent(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = in_doubt(db, servers)
    sending.answer(issued, RESEND, by=BY, comment=None, stores=STORES)
    sending.answer(
        issued, ARRIVED, by="otra persona", comment=None, stores=STORES
    )  # too late: nothing is in doubt any more
    assert attempt(issued) is None
    assert events(db)[-3:] == [("held", None), ("queued", BY), ("sent", None)]
    [path] = servers.mail_folder.glob("*.eml")
    with STORES.archive() as store:
        assert path.read_bytes() == store.read(message(db, issued).message_key)


def test_what_is_in_doubt_again_is_asked_again(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = in_doubt(db, servers)
    sending.answer(issued, RESEND, by=BY, comment=None, stores=STORES)
    servers.set_faults({"kind": "mail_dropped", "at": "answer"})
    question = attempt(issued)
    assert question is not None
    assert "número 2" in question.body


def test_a_sender_that_was_killed_leaves_a_message_in_doubt(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = issue(db)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def send() -> None:
        sending.hand_over = die  # type: ignore[assignment]
        attempt(issued)

    child = multiprocessing.get_context("fork").Process(target=send)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert states(db, issued) == ("sending", "queued")
    question = attempt(issued)
    assert question is not None
    assert "la tarea terminó mientras enviaba" in question.body
    assert states(db, issued) == ("ambiguous", "held")
    assert mail(servers) == []


def test_a_withheld_message_leaves_when_a_person_says_so(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = issue(db, state="withheld")
    question = sending.permission(issued, stores=STORES)
    assert question is not None
    assert question.options == (SEND, WITHHOLD)
    assert attempt(issued) is None
    assert mail(servers) == []
    sending.answer(issued, WITHHOLD, by=BY, comment="se entrega en mano", stores=STORES)
    assert states(db, issued) == ("withheld", "archived")
    again = sending.permission(issued, stores=STORES)
    assert again is not None
    assert "se entrega en mano" in again.body
    sending.answer(issued, SEND, by=BY, comment=None, stores=STORES)
    assert attempt(issued) is None
    assert len(mail(servers)) == 1
    assert events(db) == [("archived", None), ("withheld", BY), ("queued", BY), ("sent", None)]


def test_the_old_version_does_not_leave_once_a_correction_is_signed(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    first = issue(db)
    second = issue(db, "run-2", reason="corrección")
    assert attempt(first) is attempt(second) is None
    assert [each["Message-ID"] for each in mail(servers)] == [message(db, second).message_id]
    assert states(db, first) == ("withheld", "superseded")
    assert "la reemplaza una versión posterior" in (message(db, first).detail or "")


def test_a_database_restored_from_an_older_backup_sends_nothing_again(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    with behind_the_triggers(db):  # the backup was made before the message left
        db.execute("delete from register.archived_event where position in (select max(position) from register.event)")
        db.execute("delete from register.event where event = 'sent'")
        db.execute("update register.report set state = 'queued'")
        db.execute("update register.delivery set state = 'queued', sent_at = null")
    with pytest.raises(register.RegisterBehind, match=r"docs/register\.md"):
        attempt(issued)
    assert len(mail(servers)) == 1
    assert message(db, issued).state == "queued"


def test_after_a_restore_the_business_goes_on_and_nothing_is_sent_again_by_itself(
    db: psycopg.Connection[Any], servers: Sandbox, empty_warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, waiting = issue(db), issue(db, number="2026-02")
    assert attempt(sent) is None
    with STORES.archive() as store:
        register.archive_events(db, store)
        register.archive_head(db, store, datetime.now(UTC).date())
    [arrived] = mail(servers)

    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{empty_warehouse} dbname=postgres", autocommit=True) as postgres:
        copy_database(postgres, name, "empty_warehouse")
    described = json.loads(os.environ["AIRFLOW_CONN_WAREHOUSE"])
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({**described, "schema": name}))
    with psycopg.connect(f"{empty_warehouse} dbname={name}", autocommit=True) as restored, STORES.archive() as store:
        assert restore(restored, store, lambda _: None) == 2
        assert attempt(sent) is None
        question = attempt(waiting)
        assert question is not None
        assert "restaurado del archivo" in question.body
        assert states(restored, waiting) == ("ambiguous", "held")
        assert [each["Message-ID"] for each in mail(servers)] == [arrived["Message-ID"]]
        sending.answer(waiting, RESEND, by=BY, comment=None, stores=STORES)
        assert attempt(waiting) is None
        assert len(mail(servers)) == 2
        assert issue(restored, "run-2", reason="corrección")["version"] == 2
        register.archive_events(restored, store)
        found = register.verify_all(restored, store)
        assert list(map(str, found)) == []


def small(contract: Contract) -> Contract:
    return contract.model_copy(
        update={"mail": contract.mail.model_copy(update={"largest_message_mb": 1, "link_days": 2})}
    )


def test_a_message_over_the_limit_carries_links_that_work(
    db: psycopg.Connection[Any], servers: Sandbox, tmp_path: Path
) -> None:
    issued = issue(db, change=small, size=LARGE)
    assert attempt(issued, contract=small(sample()[0])) is None
    [sent] = mail(servers)
    assert list(sent.iter_attachments()) == []
    text = sent.get_body(("plain",)).get_content()
    [address] = [line.strip() for line in text.splitlines() if line.strip().startswith("http")]
    assert "informe.pdf (2 MB)" in text
    with urllib.request.urlopen(address, timeout=10) as answer:
        content = answer.read()
    assert hashlib.sha256(content).hexdigest() in text
    key = IssueKey(**issued)
    with STORES.archive() as store:
        paths = fetch(db, store, key, tmp_path / "v1")
    assert "message.eml" in {path.name for path in paths}


def test_a_message_that_leaves_late_gets_links_that_still_serve(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    issued = issue(db, change=small, size=LARGE, at=datetime.now(UTC) - timedelta(days=3))
    before = message(db, issued)
    assert attempt(issued, contract=small(sample()[0])) is None
    [sent] = mail(servers)
    assert sent["Message-ID"] == before.message_id
    assert datetime.fromisoformat(sent["X-Service-Report-Links-Until"]) > datetime.now(UTC) + timedelta(days=1)
    assert message(db, issued).message_key != before.message_key
    assert events(db)[-2:] == [("recomposed", None), ("sent", None)]
    assert register.verify_rows(db) == []


def test_a_message_that_waits_goes_to_the_addresses_that_the_contract_has_when_it_leaves(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued = issue(db)
    before = message(db, issued)
    contract = sample()[0]
    supervisor = contract.supervisor.model_copy(update={"email": "otra.direccion@entidad.example"})
    assert attempt(issued, contract=contract.model_copy(update={"supervisor": supervisor})) is None
    [sent] = mail(servers)
    assert (sent["To"], sent["Message-ID"]) == ("otra.direccion@entidad.example", before.message_id)
    assert message(db, issued).recipient == "otra.direccion@entidad.example"
    assert events(db)[-2:] == [("recomposed", None), ("sent", None)]
    assert register.verify_rows(db) == []


def test_what_is_too_large_for_the_server_leaves_with_links_once_the_contract_says_how_large_it_may_be(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    """It is what the refusal asks for: correct the size in the contract's file, then clear the task."""
    issued = issue(db, size=LARGE)
    servers.set_faults({"kind": "mail_refused", "at": "keep", "status": 552})
    with pytest.raises(Refused, match="tamaño"):
        attempt(issued, last_try=True)
    servers.clear_faults()
    assert attempt(issued, contract=small(sample()[0])) is None
    [sent] = mail(servers)
    assert list(sent.iter_attachments()) == []
    assert sent["Message-ID"] == message(db, issued).message_id
    assert events(db)[-2:] == [("recomposed", None), ("sent", None)]


def test_a_message_that_waits_comes_from_the_sender_that_the_contract_has_and_keeps_its_id(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    """The id names the sender's domain as it was; reports that come back are matched by it."""
    issued = issue(db)
    before = message(db, issued)
    contract = sample()[0]
    moved = contract.mail.model_copy(update={"sender": "informes@dominio-nuevo.example"})
    assert attempt(issued, contract=contract.model_copy(update={"mail": moved})) is None
    [sent] = mail(servers)
    assert sent["From"].addresses[0].addr_spec == "informes@dominio-nuevo.example"
    assert sent["Message-ID"] == before.message_id == message(db, issued).message_id


def test_an_address_with_letters_beyond_ascii_gets_the_message_as_it_was_composed(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    contract = sample()[0]
    supervisor = {**contract.supervisor.model_dump(), "email": "muñoz@alcaldía.example"}
    beyond = Contract.model_validate({**contract.model_dump(), "supervisor": supervisor})
    issued = issue(db, change=lambda _: beyond)
    assert attempt(issued, contract=beyond) is None
    [path] = servers.mail_folder.glob("*.eml")
    with STORES.archive() as store:
        assert path.read_bytes() == store.read(message(db, issued).message_key)
    assert "\r\nTo: muñoz@xn--alcalda-dza.example\r\n".encode() in path.read_bytes()
    assert [event for event, _ in events(db)] == ["archived", "queued", "sent"]  # nothing was composed anew


def leave(name: str, text: str) -> None:
    """What a rule of the mailbox does with a report that comes back."""
    with STORES.archive() as store:
        store.client.put_object(Bucket=store.bucket, Key=f"bounces/{name}", Body=text.encode())


def came_back(db: psycopg.Connection[Any], issued: dict[str, Any], text: str = POSTFIX) -> str:
    """What a server reports of the message of a version."""
    to = message(db, issued).recipient
    return text.replace(SENT, message(db, issued).message_id).replace("supervisor@entidad.example", to)


def test_a_message_that_comes_back_is_shown_once_and_sent_again_only_by_a_person(
    db: psycopg.Connection[Any], servers: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    leave("1.eml", came_back(db, issued))
    with pytest.raises(bounces.Bounced, match=r"Alerta: El mensaje de .* 2026-01 v1 se devolvió \(delivery\.bounced"):
        bounces.collect("run-1", stores=STORES)
    assert states(db, issued) == ("failed", "failed")
    told = db.execute("select body::jsonb ->> 'detail' from register.event where event = 'failed'").fetchall()
    assert len(told) == 1
    assert told[0][0].startswith("bounces/1.eml: supervisor.contrato@jamundi.example: no se entregó (5.1.1 — ")

    before = events(db)
    bounces.collect("run-2", stores=STORES)
    assert events(db) == before
    assert attempt(issued) is None
    question = sending.permission(issued, stores=STORES)
    assert question is not None
    assert question.subject.startswith("¿Se envía de nuevo el informe?")
    assert "User unknown" in question.body
    assert len(mail(servers)) == 1
    sending.answer(issued, SEND, by=BY, comment="la dirección ya existe", stores=STORES)
    assert attempt(issued) is None
    assert (states(db, issued), len(mail(servers))) == (("sent", "sent"), 2)

    db.execute("delete from register.bounce")  # as after a restore: the reports are read again
    monkeypatch.setitem(IN_SPANISH, "failed", "rebotó")  # by a later release, which says it in other words
    bounces.collect("run-3", stores=STORES)
    assert states(db, issued) == ("sent", "sent")

    leave("1.eml", came_back(db, issued) + "again\n")  # another one under the name
    with suppress(bounces.Bounced):
        bounces.collect("run-4", stores=STORES)
    assert states(db, issued) == ("failed", "failed")


def test_what_is_late_or_about_no_message_of_ours_is_kept_and_said_and_no_failure(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    delayed = POSTFIX.replace("Action: failed", "Action: delayed")
    leave("late.eml", delayed.replace(SENT, message(db, issued).message_id))
    leave("other.eml", POSTFIX)
    leave("thanks.eml", "Subject: Re: informes\n\nGracias.\n")
    leave("qmail «avería» +100%.eml", QMAIL.replace(SENT, message(db, issued).message_id))
    leave("broken.eml", POSTFIX.replace("Message-Id:", "Message-ID: <a@[").replace("rfc822;", "rfc822;\0"))
    bounces.collect("run-1", stores=STORES)
    assert states(db, issued) == ("sent", "sent")
    kept = db.execute("select object_key, action, version from register.bounce order by 1").fetchall()
    assert kept == [
        ("bounces/broken.eml", "failed", None),
        ("bounces/late.eml", "delayed", 1),
        ("bounces/other.eml", "failed", None),
        ("bounces/qmail «avería» +100%.eml", "unreadable", 1),
        ("bounces/thanks.eml", "unreadable", None),
    ]
    told = db.execute("select subject, kind from core.observation order by 1").fetchall()
    assert told == [
        ("bounces/broken.eml", "delivery.bounce_unmatched"),
        ("bounces/late.eml", "delivery.reported"),
        ("bounces/other.eml", "delivery.bounce_unmatched"),
        ("bounces/qmail «avería» +100%.eml", "delivery.bounce_unmatched"),
        ("bounces/thanks.eml", "delivery.bounce_unmatched"),
    ]


def told(db: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    return db.execute("select kind, severity, detail from core.observation order by subject").fetchall()


def test_a_message_whose_id_a_relay_changed_is_matched_by_the_version_that_it_names(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    leave("1.eml", REWRITTEN)
    with pytest.raises(bounces.Bounced, match="se devolvió"):
        bounces.collect("run-1", stores=STORES)
    assert states(db, issued) == ("failed", "failed")
    assert db.execute("select message_id from register.bounce").fetchall() == [(message(db, issued).message_id,)]


FORGED = {
    "recipient.eml": (("rfc822; supervisor.", "rfc822; otra."), "el mensaje no se dirigió a quien dice"),
    "sender.eml": (("<informes@smarttmt", "<otro@smarttmt"), "tiene otro remitente"),
    "version.eml": (("2026-01/v1", "2026-02/v1"), "dice ser de alcaldia-de-jamundi"),
}


def test_a_report_that_cannot_be_about_the_message_it_names_is_told_and_changes_nothing(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued, other = issue(db), issue(db, number="2026-02")
    assert attempt(issued) is attempt(other) is None
    relays = "<0102019f2c3d4e5f-1a2b3c4d-000000@sa-east-1.relay.example>"
    before = events(db)
    for name, (spoiled, _) in FORGED.items():
        leave(name, REWRITTEN.replace(relays, message(db, issued).message_id).replace(*spoiled))
    leave("forward.eml", came_back(db, issued, FORWARDED))
    bounces.collect("run-1", stores=STORES)
    assert states(db, issued) == states(db, other) == ("sent", "sent")
    assert moved(db) == before
    assert {(kind, severity) for kind, severity, _ in told(db)} == {("delivery.bounce_unmatched", "warning")}
    kept = db.execute("select object_key, action, version, objection from register.bounce order by 1").fetchall()
    assert kept[0] == ("bounces/forward.eml", "failed", None, None)
    for (_, why), (_, action, version, objection) in zip(FORGED.values(), kept[1:], strict=True):
        assert (action, version) == ("failed", 1)
        assert why in objection


def test_a_message_that_never_left_does_not_come_back(db: psycopg.Connection[Any], servers: Sandbox) -> None:
    waits, withheld, refused = issue(db), issue(db, number="2026-02", state="withheld"), issue(db, number="2026-03")
    servers.set_faults({"kind": "mail_refused", "at": "rcpt", "status": 550})
    with pytest.raises(Refused):
        attempt(refused, last_try=True)
    servers.clear_faults()
    every = (waits, withheld, refused)
    before = [states(db, each) for each in every], events(db)
    for number, each in enumerate(every):
        leave(f"{number}.eml", came_back(db, each))
    bounces.collect("run-1", stores=STORES)
    assert ([states(db, each) for each in every], moved(db)) == before
    assert [kind for kind, _, detail in told(db) if "no había salido" in detail] == 3 * ["delivery.bounce_unmatched"]
    assert sending.permission(waits, stores=STORES) is sending.permission(refused, stores=STORES) is None
    assert attempt(waits) is attempt(refused) is None
    assert states(db, waits) == states(db, refused) == ("sent", "sent")


def test_a_message_that_waits_to_leave_again_is_not_failed_by_what_came_back_of_its_first_try(
    db: psycopg.Connection[Any], servers: Sandbox
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    leave("1.eml", came_back(db, issued))
    with suppress(bounces.Bounced):
        bounces.collect("run-1", stores=STORES)
    sending.answer(issued, SEND, by=BY, comment=None, stores=STORES)
    leave("2.eml", came_back(db, issued) + "again\n")
    bounces.collect("run-2", stores=STORES)
    assert states(db, issued) == ("queued", "queued")
    assert "envío anterior" in told(db)[1][2]


@pytest.mark.parametrize(("ends", "kept"), [("taken", 1), ("broken", 1), ("died", 0)])
def test_a_message_that_comes_back_while_it_is_sent_ends_as_failed(
    db: psycopg.Connection[Any], servers: Sandbox, ends: str, kept: int
) -> None:
    issued = issue(db)
    leave("1.eml", came_back(db, issued))

    @contextmanager
    def with_a_bounce(connection_id: str) -> Iterator[tuple[smtplib.SMTP, float]]:
        with STORES.mail_server(connection_id) as (client, answer_seconds):
            hand_over = client.data

            def meanwhile(msg: Any) -> tuple[int, bytes]:
                assert message(db, issued).state == "sending"
                with suppress(bounces.Bounced):
                    bounces.collect("run-1", stores=STORES)
                assert message(db, issued).state == "sending"
                if ends == "died":
                    raise KeyboardInterrupt
                answer = hand_over(msg)
                if ends == "broken":
                    raise smtplib.SMTPServerDisconnected("se cortó")
                return answer

            client.data = meanwhile  # type: ignore[method-assign]
            yield client, answer_seconds

    with suppress(KeyboardInterrupt):
        stores = replace(STORES, mail_server=with_a_bounce)
        assert sending.attempt(issued, last_try=False, stores=stores) is None
    assert attempt(issued) is None
    assert states(db, issued) == ("failed", "failed")
    assert message(db, issued).sent_at is not None
    assert len(mail(servers)) == kept
    question = sending.permission(issued, stores=STORES)
    assert question is not None
    assert question.subject.startswith("¿Se envía de nuevo el informe?")
    assert events(db)[-1] == ("failed", "servidor de correo")
    assert register.verify_rows(db) == []
    sending.answer(issued, SEND, by=BY, comment=None, stores=STORES)
    assert attempt(issued) is None
    assert states(db, issued) == ("sent", "sent")


def test_a_report_that_was_read_costs_nothing_more(
    db: psycopg.Connection[Any], servers: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = issue(db)
    assert attempt(issued) is None
    leave("1.eml", came_back(db, issued))
    with suppress(bounces.Bounced):
        bounces.collect("run-1", stores=STORES)
    read: list[str] = []
    of_archive = Archive.read

    def reading(store: Archive, key: str) -> bytes:
        read.append(key)
        return of_archive(store, key)

    monkeypatch.setattr(Archive, "read", reading)
    bounces.collect("run-2", stores=STORES)
    assert [key for key in read if not key.startswith("register/")] == ["bounces/1.eml"]
