"""A register that was tampered with is noticed, named and can be rebuilt; what was sent can be fetched."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from botocore.exceptions import ClientError
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.archive import Archive, ArchiveConflict
from service_reports.figures.figure import Figure
from service_reports.register import Draft, Drafts, IssuedDocument, IssueKey, Origin, Question
from service_reports.register.archiving import RegisterBehind, event_key
from service_reports.register.chain import append
from service_reports.register.restoring import NotAsSent, NotRestored, adopt, fetch, note_file, restore
from service_reports.signing import TimeStampError
from service_reports_command import main
from tests.integration.databases import copy_database
from tests.unit.test_signing_time_stamps import make_authority, make_certificate, stamped

pytestmark = pytest.mark.integration
DAY = date(2026, 3, 1)
FIGURES = [
    Figure(id="usage.total/x", value=Decimal("3125.874999999196"), unit="OCPU Hours", source="core.oci_usage_daily"),
    Figure(id="tickets.support.total", value=Decimal("1E+2"), unit="tickets", source="core.ticket"),
]
PDF, WORKBOOK = b"%PDF-1.7 the signed bytes", b"PK the workbook"


@pytest.fixture
def store(empty_archive: Archive) -> Archive:
    """Where it is kept."""
    return empty_archive


def document(store: Archive, key: IssueKey, kind: str, file_name: str, content: bytes) -> IssuedDocument:
    return IssuedDocument(
        position=1 if kind == "management_report" else 2,
        kind=kind,
        title="Informe",
        code="C",
        file_name=file_name,
        media_type="application/pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        blob_key=store.keep(content),
        archive_key=register.issued_name(key, file_name),
    )


def issue(db: psycopg.Connection, store: Archive, run_id: str = "run-1", number: str = "2026-01") -> IssueKey:
    """A version that is computed, signed, archived, queued and sent, and whose events lie in the archive."""
    origin = Origin(date(2026, 1, 20), date(2026, 2, 22), "abc1234", "f" * 64, "operador")
    key = register.claim_version(db, "contract", number, run_id, f"motivo de {run_id}", origin)
    figures = json.dumps({"figures": [figure.model_dump(mode="json") for figure in FIGURES]})
    register.set_figures(db, key, run_id, store.keep(figures.encode()))
    documents = [
        document(store, key, "management_report", "informe.pdf", PDF + str(key).encode()),
        document(store, key, "ticket_workbook", "casos.xlsx", WORKBOOK),
    ]
    message = message_with({each.file_name: store.read(each.blob_key) for each in documents}, key)
    with register.writing(db):
        register.put_in_outbox(
            db, key, message_id=f"<{key}>", recipient="supervisor@example.com", message_key=store.keep(message)
        )
        register.register_issue(db, key, run_id, documents, FIGURES)
    for each in documents:
        store.create(each.archive_key, store.read(each.blob_key), each.media_type)
    listing = register.figures_listing(register.read_figures(db, key))
    store.create(register.issued_name(key, "figures.json"), listing)
    register.set_archived(db, key)
    register.queue_archived(db, key)
    register.claim_delivery(db, key)
    register.settle_delivery(db, key, ["sending"], "sent")
    register.archive_events(db, store)
    return key


def message_with(files: dict[str, bytes], key: IssueKey) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["To"], message["Message-ID"] = "supervisor@example.com", f"<{uuid4()}@example.com>"
    message.set_content(f"Informe {key.report_number}, versión {key.version}")
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@contextmanager
def behind_the_triggers(db: psycopg.Connection) -> Iterator[None]:
    """What somebody with the rights of the database's owner can do."""
    db.execute("set session_replication_role = replica")
    yield
    db.execute("set session_replication_role = origin")


def findings(db: psycopg.Connection, store: Archive) -> list[str]:
    found = register.verify_all(db, store)
    return [str(finding) for finding in found]


def rows(db: psycopg.Connection) -> dict[str, list[str]]:
    tables = ("report", "document", "figure", "delivery", "event")
    return {
        table: [row for (row,) in db.execute(f"select t::text from register.{table} t order by 1").fetchall()]
        for table in tables
    }


def test_what_nobody_touched_holds(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    issue(db, store, "run-2")
    register.archive_head(db, store, DAY)
    assert findings(db, store) == []


def test_an_empty_register_holds_and_has_no_head(db: psycopg.Connection, store: Archive) -> None:
    assert register.archive_head(db, store, DAY) is None
    assert findings(db, store) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update register.report set correction_reason = 'otro'", "register.report contract 2026-01 v1: «correction_"),
        ("update register.report set state = 'archived'", "register.report contract 2026-01 v1: «state» es 'archived'"),
        (
            "update register.document set sha256 = repeat('0', 64) where file_name = 'informe.pdf'",
            "register.document contract 2026-01 v1 informe.pdf: «sha256»",
        ),
        (
            "update register.figure set value = value + 0.000000000001",
            "register.figure contract 2026-01 v1: las cifras",
        ),
        ("update register.delivery set message_key = 'blobs/x'", "register.delivery contract 2026-01 v1: «message_key"),
        (
            "delete from register.document where file_name = 'casos.xlsx'",
            "register.document contract 2026-01 v1 casos.xlsx: falta",
        ),
        ("delete from register.figure where position = 2", "register.figure contract 2026-01 v1: las cifras"),
        (
            "update register.delivery set recipient = 'otra@example.com'",
            "register.delivery contract 2026-01 v1: «recipient»",
        ),
        ("update register.delivery set state = 'queued'", "register.delivery contract 2026-01 v1: «state»"),
        (
            "update register.delivery set sent_at = sent_at - interval '1 month'",
            "register.delivery contract 2026-01 v1: «sent_at»",
        ),
        ("delete from register.delivery", "register.delivery contract 2026-01 v1: falta"),
        ("delete from register.report", "register.report contract 2026-01 v1: falta"),
        (
            "insert into register.report (contract_id, report_number, version, run_id)"
            " values ('contract', '2026-01', 2, 'x')",
            "register.report contract 2026-01 v2: ningún evento",
        ),
        ("delete from register.event where position = 4", "register.event 4: falta en la cadena"),
        (
            "update register.event set body = replace(body, 'operador', 'nadie') where position = 1",
            "register.event 1: fue modificado",
        ),
    ],
)
def test_a_row_that_was_edited_removed_or_slipped_in_is_named(
    db: psycopg.Connection, store: Archive, change: str, told: str
) -> None:
    issue(db, store)
    with behind_the_triggers(db):
        db.execute(change)
    assert any(finding.startswith(told) for finding in findings(db, store)), findings(db, store)


def test_a_tail_that_was_cut_off_is_noticed_by_the_archived_events(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    with behind_the_triggers(db):
        db.execute("delete from register.event where position > 5")
    assert "register.event 6: está en el archivo y ya no en el registro, que termina en 5" in findings(db, store)


def test_a_tail_that_was_cut_off_is_noticed_by_the_archived_head_alone(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    register.archive_head(db, store, DAY)
    with behind_the_triggers(db):
        db.execute("delete from register.event where position > 5")
    for key in store.keys("register/events/"):
        store.client.delete_object(Bucket=store.bucket, Key=key)
    told = "register.event 7: falta: la cabeza archivada el 2026-03-01 lo nombra, y el registro termina en 5"
    assert told in findings(db, store)


@pytest.mark.parametrize("position", [1, 4, 7])
def test_an_archived_event_that_is_gone_is_named_before_anybody_needs_it(
    db: psycopg.Connection, store: Archive, position: int
) -> None:
    """Without it the register could not be restored."""
    issue(db, store)
    store.client.delete_object(Bucket=store.bucket, Key=event_key(position))
    told = f"register.event {position}: falta en el archivo: {event_key(position)}"
    assert findings(db, store) == [told]
    db.execute("delete from register.archived_event where position = %s", (position,))
    assert findings(db, store) == []
    register.archive_head(db, store, DAY)
    assert store.read(event_key(position)), "as docs/register.md says"


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe", b""])
@pytest.mark.parametrize("metadata", [{}, {"sha256": "0" * 64}])
def test_an_archived_event_that_was_changed_is_named_like_any_other(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive, content: bytes, metadata: dict[str, str]
) -> None:
    issue(db, store)
    store.client.put_object(Bucket=store.bucket, Key=event_key(4), Body=content, Metadata=metadata)
    with behind_the_triggers(db):
        db.execute("update register.report set run_id = 'other'")
    first, second = findings(db, store)
    assert first.startswith("register.event 4: ")
    assert "en el archivo" in first or "no es el que se archivó" in first
    assert second.startswith("register.report contract 2026-01 v1: «run_id»")
    with pytest.raises(NotRestored, match=r"register.event [45]: "):
        restore(lost, store, lambda _: None)


@pytest.mark.parametrize("content", [b"[]", b"no JSON", b'{"day":"2026-03-01"}', b"\xff"])
def test_an_archived_head_that_says_nothing_is_named(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive, content: bytes
) -> None:
    issue(db, store)
    name = "register/heads/2026-03-01-000000000007.json"
    store.client.put_object(Bucket=store.bucket, Key=name, Body=content)
    [found] = findings(db, store)
    assert found.startswith(f"{name}: ")
    with pytest.raises(NotRestored, match=name):
        restore(lost, store, lambda _: None)


def test_what_is_no_event_and_no_head_keeps_no_register_from_being_restored(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive
) -> None:
    """Consoles leave markers of folders, and people their files; where the bucket is locked they stay for ever."""
    issue(db, store)
    register.archive_head(db, store, DAY)
    strange = ("LÉAME.txt", "12.json", "000000000004.json.bak", "a+b %2F \u00f1\u0303.json")
    for name in ("events/", "heads/", "heads/x.json", *(f"events/{each}" for each in strange)):
        store.client.put_object(Bucket=store.bucket, Key=f"register/{name}", Body=b"")
    assert len(findings(db, store)) == 5
    assert restore(lost, store, lambda _: None) == 1


def test_a_head_names_no_event_that_the_archive_does_not_have(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive
) -> None:
    """A run that claims a version meanwhile archives its event later; the database may be lost before."""
    issue(db, store)
    register.claim_version(db, "contract", "2026-02", "run-2", None)
    register.archive_head(db, store, DAY)
    assert restore(lost, store, lambda _: None) == 2


def test_a_register_that_is_behind_its_archive_goes_no_further(db: psycopg.Connection, store: Archive) -> None:
    """Its end was cut off, or an older backup of the database was restored: what it does not know has happened."""
    issue(db, store)
    with behind_the_triggers(db):
        db.execute("delete from register.archived_event where position = 7")
        db.execute("delete from register.event where position = 7")
    with pytest.raises(RegisterBehind, match="termina en el evento 6, y el archivo ya tiene el 7"):
        register.archive_events(db, store)


def test_writers_at_once_are_not_taken_for_one_that_is_behind(
    db: psycopg.Connection, database: str, store: Archive
) -> None:
    def one(number: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for month in range(1, 6):
                register.claim_version(connection, f"contract-{number}", f"2026-{month:02}", "run", None)
                register.archive_events(connection, store)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    assert findings(db, store) == []


def test_a_register_that_was_cleared_is_noticed(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    register.archive_head(db, store, DAY)
    with behind_the_triggers(db):
        for table in ("event", "archived_event", "document", "figure", "delivery", "report"):
            db.execute(f"truncate register.{table} cascade")
    assert any(finding.startswith("register.event 7: ") for finding in findings(db, store))


def test_a_tail_that_was_written_anew_meets_its_past(db: psycopg.Connection, store: Archive) -> None:
    """The forger computes a chain that holds in itself; only the archive knows better."""
    issue(db, store)
    register.archive_head(db, store, DAY)
    with behind_the_triggers(db):
        db.execute("delete from register.archived_event where position > 5")
        db.execute("delete from register.event where position > 5")
        db.execute("update register.report set state = 'archived'")
    register.change_state(db, IssueKey("contract", "2026-01", 1), "archived", "queued")
    register.change_state(db, IssueKey("contract", "2026-01", 1), "queued", "held")
    found = findings(db, store)
    assert "register.event 6: no es el que se archivó: fue reemplazado" in found
    assert "register.event 7: no es el de la cabeza archivada el 2026-03-01" in found
    with pytest.raises(ArchiveConflict, match="nunca se sobrescribe"):
        register.archive_events(db, store)


PLANTED = (
    "issued/contract/2026-01/v1/anexo.pdf",
    "issued/contract/2026-01/v2/informe.pdf",
    "issued/otro/2026-01/v1/informe.pdf",
    "issued/LÉAME.txt",
    "issued/contract/2026-01/v1/informe.pdf/",
    "register/12.json",
    "register/events/12.json",
    "register/heads/2026-03-01-000000000007.tst",
    "register/heads/x.json",
    "register/a+b %2F \u00f1\u0303.json",
)


@pytest.mark.parametrize("name", PLANTED)
def test_a_file_that_was_planted_is_named_until_a_person_says_where_it_comes_from(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive, name: str
) -> None:
    issue(db, store)
    store.client.put_object(Bucket=store.bucket, Key=name, Body=b"planted")
    told = f"{name}: está en el archivo, y el registro no lo conoce: nadie lo emitió"
    assert findings(db, store) == [told]
    note_file(db, store, name, by="Líder de Operaciones", why="lo dejó la consola")
    assert findings(db, store) == []
    register.archive_events(db, store)
    restore(lost, store, lambda _: None)
    assert findings(lost, store) == []
    store.client.put_object(Bucket=store.bucket, Key=name, Body=b"another")
    assert [each.partition(": ")[0] for each in findings(db, store)] == [name]


def test_markers_of_folders_that_are_in_use_are_no_files(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    for name in ("issued/", "issued/contract/2026-01/", "register/", "register/events/", "register/heads/"):
        store.client.put_object(Bucket=store.bucket, Key=name, Body=b"")
    assert findings(db, store) == []


def test_a_head_under_another_day_than_it_says_is_named(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    register.archive_head(db, store, DAY)
    head = store.read("register/heads/2026-03-01-000000000007.json")
    name = "register/heads/2025-03-01-000000000007.json"
    store.client.put_object(Bucket=store.bucket, Key=name, Body=head)
    [found] = findings(db, store)
    assert found.startswith(f"{name}: fue cambiada en el archivo: ")


def test_an_event_that_holds_no_drafts_or_decisions_is_named_and_stops_no_check(
    db: psycopg.Connection, store: Archive
) -> None:
    key = issue(db, store)
    with register.writing(db):
        append(db, key, "drafted", more={"drafts": [{"x": 1}]})
        append(db, key, "approved", by="lider", more={"question": "nobody asked"})
    register.archive_events(db, store)
    found = findings(db, store)
    assert f"register.event 8: {key}: no dice lo que un evento «drafted» debe decir" in found
    assert f"register.event 9: {key}: lider aprobó borradores por los que no se preguntó" in found


@pytest.mark.parametrize(
    ("file_name", "draft", "box", "holds"),
    [
        ("informe.pdf", b"%PDF-1.7", "{}", True),
        ("informe.pdf", b"%PDF-1.7 another draft", "{}", False),
        ("informe.pdf", b"%PDF-1.6", "{}", False),
        ("casos.xlsx", WORKBOOK, None, True),
    ],
)
def test_a_signed_document_that_is_not_its_approved_draft_is_named(
    db: psycopg.Connection, store: Archive, file_name: str, draft: bytes, box: str | None, holds: bool
) -> None:
    origin = Origin(needs_approval=True)
    key = register.claim_version(db, "contract", "2026-01", "run-1", None, origin)
    register.set_figures(db, key, "run-1", store.keep(b'{"figures": []}'))
    kind = "management_report" if box else "ticket_workbook"
    signed = document(store, key, kind, file_name, b"%PDF-1.7 and its signature" if box else WORKBOOK)
    described = {name: value for name, value in asdict(signed).items() if name != "archive_key"}
    of_draft = {
        "sha256": hashlib.sha256(draft).hexdigest(),
        "size_bytes": len(draft),
        "blob_key": store.keep(draft),
        "vendor_box": box,
        "supervisor_box": box,
    }
    drafts = Drafts(register.read_issue(db, key).figures_key, (Draft(**{**described, **of_draft}),))
    register.pin_drafts(db, key, "run-1", drafts)
    question = Question("run-1", "report.approve/0")
    register.ask(db, key, question, drafts.sha256, once=True)
    register.approve(db, key, question, by="lider", comment=None)
    register.register_issue(db, key, "run-1", [signed], [])
    register.archive_events(db, store)
    found = findings(db, store)
    if holds:
        assert found == []
    else:
        assert len(found) == 1
        assert f"no es el borrador que se aprobó ({of_draft['sha256']}), firmado" in found[0]


def test_what_was_asked_approved_and_signed_is_compared(db: psycopg.Connection, store: Archive) -> None:
    """By somebody who writes events that follow each other: one thing is asked, another approved, a third signed."""
    key = register.claim_version(db, "contract", "2026-01", "run-1", None, Origin(needs_approval=True))
    register.set_figures(db, key, "run-1", store.keep(b'{"figures": []}'))
    with register.writing(db):
        append(db, key, "asked", detail="a" * 64)  # as before questions had names
        db.execute("update register.report set drafts_sha256 = %s, state = 'approved'", ["b" * 64])
        append(db, key, "approved", by="lider")
        db.execute("update register.report set drafts_sha256 = %s, state = 'signed'", ["c" * 64])
        append(db, key, "signed", documents=True)
    register.archive_events(db, store)
    told = findings(db, store)
    assert f"register.event 4: {key}: lider aprobó los borradores {'b' * 64}, y se preguntó por {'a' * 64}" in told
    assert f"register.event 5: {key}: se firmaron los borradores {'c' * 64}, y se aprobaron {'b' * 64}" in told


def test_a_decision_about_other_changes_than_were_asked_about_is_named(db: psycopg.Connection, store: Archive) -> None:
    key, question = issue(db, store), Question("run-2", "decide/-1")
    register.set_changes(db, key, ["usage.total/x: 1 → 2"])
    [held] = register.read_outdated(db)
    register.ask(db, key, question, register.about_changes(held.position))
    said = {"by": "lider", "reason": "Consumo tardío", "sends": True, "question": question}
    register.set_changes(db, key, ["usage.total/x: 1 → 3"])
    assert not register.request_correction(db, key, held.position, "correccion__run-2", **said)
    [now] = register.read_outdated(db)
    register.archive_events(db, store)
    assert findings(db, store) == []
    assert register.request_correction(db, key, now.position, "correccion__run-2", **said)
    register.archive_events(db, store)
    told = f"lider decidió sobre los cambios del evento {now.position}; se preguntó por evento {held.position}"
    assert findings(db, store) == [f"register.event {now.position + 1}: {key}: {told}"]


def bounce(db: psycopg.Connection, store: Archive, name: str = "bounces/1.eml") -> str:
    """A report of a mail server that was left and kept; its hash."""
    store.client.put_object(Bucket=store.bucket, Key=name, Body=name.encode())
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    register.keep_bounce(db, name, sha256, "delayed", "se demora", IssueKey("contract", "2026-01", 1))
    register.archive_events(db, store)
    return sha256


def test_a_report_of_a_mail_server_has_an_event_and_is_restored(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    bounce(db, store)
    bounce(db, store)
    register.keep_bounce(db, "bounces/2.eml", "0" * 64, "unreadable", "no es un informe de entrega")
    register.archive_events(db, store)
    assert findings(db, store) == []
    names = [name for (name,) in db.execute("select event from register.event order by position desc limit 2")]
    assert names == ["reported", "reported"]
    restore(lost, store, lambda _: None)
    assert findings(lost, store) == []
    kept = "select t::text from register.bounce t order by 1"
    assert lost.execute(kept).fetchall() == db.execute(kept).fetchall()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "insert into register.bounce (object_key, sha256, action, detail)"
            " values ('bounces/9.eml', '0', 'failed', '')",
            "register.bounce bounces/9.eml: ningún evento habla de esta fila",
        ),
        (
            "insert into register.bounce (object_key, sha256, action, detail, read_at)"
            " values ('bounces/9.eml', '0', 'failed', '', now() - interval '1 year')",
            "register.bounce bounces/9.eml: ningún evento habla de esta fila, y falta en el archivo",
        ),
        ("update register.bounce set action = 'failed'", "register.bounce bounces/1.eml: «action» es 'failed'"),
        ("update register.bounce set version = null", "register.bounce bounces/1.eml: «version» es None"),
        ("delete from register.bounce", "register.bounce bounces/1.eml: falta: el evento 8 la tiene"),
    ],
)
def test_a_report_of_a_mail_server_that_was_slipped_in_edited_or_removed_is_named(
    db: psycopg.Connection, store: Archive, change: str, told: str
) -> None:
    issue(db, store)
    bounce(db, store)
    db.execute(change)
    [found] = findings(db, store)
    assert found.startswith(told)


def test_a_report_from_before_such_reports_had_events_is_known_by_its_file(
    db: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    store.client.put_object(Bucket=store.bucket, Key="bounces/0.eml", Body=b"x")
    db.execute(
        "insert into register.bounce (object_key, sha256, action, detail, read_at)"
        " values ('bounces/0.eml', %s, 'unreadable', '', now() - interval '1 year')",
        [hashlib.sha256(b"x").hexdigest()],
    )
    assert findings(db, store) == []


@pytest.mark.parametrize("name", ["informe.pdf", "figures.json"])
def test_a_file_that_is_gone_or_changed_is_named(db: psycopg.Connection, store: Archive, name: str) -> None:
    issue(db, store)
    archive_key = f"issued/contract/2026-01/v1/{name}"
    store.client.put_object(Bucket=store.bucket, Key=archive_key, Body=b"other")
    assert any(archive_key in finding and "tiene la huella" in finding for finding in findings(db, store))
    store.client.delete_object(Bucket=store.bucket, Key=archive_key)
    assert f"contract 2026-01 v1 {name}: falta en el archivo: {archive_key}" in findings(db, store)


def test_the_head_of_a_day_is_archived_once_with_its_time_stamp(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    asked = []

    def authority(content: bytes) -> bytes:
        asked.append(content)
        return b"token"

    for _ in range(2):
        head = register.archive_head(db, store, DAY, authority)
    assert head is not None
    assert (head.day, head.position) == ("2026-03-01", 7)
    name = "register/heads/2026-03-01-000000000007"
    assert asked == [store.read(f"{name}.json")]
    assert store.read(f"{name}.tst") == b"token"


@pytest.fixture(scope="module")
def tsa() -> DummyTimeStamper:
    """A time-stamping authority."""
    return make_authority(*make_certificate())


def test_a_head_that_was_written_anew_does_not_fit_its_time_stamp(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive, tsa: DummyTimeStamper
) -> None:
    """Who may write everywhere makes chain, events and heads fit; what the authority signed they cannot make."""
    issue(db, store)
    name = "register/heads/2026-03-01-000000000007"
    register.archive_head(db, store, DAY, lambda content: stamped(content, tsa))
    assert findings(db, store) == []
    other = stamped(b"another head", tsa)
    store.client.put_object(Bucket=store.bucket, Key=f"{name}.tst", Body=other)
    [found] = findings(db, store)
    assert found.startswith(f"{name}.tst: no es un sello de tiempo de su cabeza: ")
    with pytest.raises(NotRestored, match=r"\.tst: no es un sello"):
        restore(lost, store, lambda _: None)


def test_a_head_that_an_authority_did_not_stamp_is_stamped_when_it_is_tried_again(
    db: psycopg.Connection, store: Archive, tsa: DummyTimeStamper
) -> None:
    issue(db, store)

    def down(content: bytes) -> bytes:
        raise TimeStampError("no time stamp")

    with pytest.raises(TimeStampError):
        register.archive_head(db, store, DAY, down)
    assert findings(db, store) == []
    register.archive_head(db, store, DAY, lambda content: stamped(content, tsa))
    assert "register/heads/2026-03-01-000000000007.tst" in store.keys("register/heads/")


@pytest.fixture
def lost(empty_warehouse: str) -> Iterator[psycopg.Connection]:
    """Another warehouse, whose register is empty."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{empty_warehouse} dbname=postgres", autocommit=True) as postgres:
        copy_database(postgres, name, "empty_warehouse")
        with psycopg.connect(f"{empty_warehouse} dbname={name}", autocommit=True) as connection:
            yield connection
        postgres.execute(f"drop database {name} with (force)")


def test_the_register_is_rebuilt_from_the_archive_alone(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    issue(db, store, "run-2")
    unfinished = register.claim_version(db, "contract", "2026-02", "run-3", None)
    register.archive_events(db, store)
    register.archive_head(db, store, DAY)
    lines: list[str] = []
    assert restore(None, store, lines.append) == 3
    assert rows(lost) == {table: [] for table in rows(lost)}
    assert restore(lost, store, lines.append) == 3
    assert rows(lost) == rows(db)
    assert findings(lost, store) == []
    assert lines[1] == "[1/3] contract 2026-01 v1: superseded, files: 7, problems: 0"
    assert register.read_issue(lost, unfinished).state == "draft"
    assert issue(lost, store, "run-4").version == 3
    assert findings(lost, store) == []


def test_what_is_known_of_an_outdated_version_is_verified_and_restored(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive
) -> None:
    key = issue(db, store)
    assert register.set_changes(db, key, ["usage.total/x: 1 → 2"])
    [outdated] = register.read_outdated(db)
    assert register.keep_outdated(db, key, outdated.position, by="lider", detail=None)
    register.archive_events(db, store)
    assert findings(db, store) == []
    restore(lost, store, lambda _: None)
    assert rows(lost) == rows(db)
    [kept] = register.read_outdated(lost)
    assert (kept.key, kept.changes, kept.kept) == (key, "usage.total/x: 1 → 2", True)


def test_a_register_that_is_not_empty_is_not_restored_over(db: psycopg.Connection, store: Archive) -> None:
    issue(db, store)
    before = rows(db)
    with pytest.raises(NotRestored, match="only an empty register"):
        restore(db, store, lambda _: None)
    assert rows(db) == before


@pytest.mark.parametrize("position", [3, 7])
def test_an_archive_with_a_gap_restores_nothing_and_says_where(
    db: psycopg.Connection, lost: psycopg.Connection, store: Archive, position: int
) -> None:
    issue(db, store)
    register.archive_head(db, store, DAY)
    store.client.delete_object(Bucket=store.bucket, Key=event_key(position))
    with pytest.raises(NotRestored, match=f"evento {position}|register.event {position}"):
        restore(lost, store, lambda _: None)
    assert rows(lost)["event"] == []


def test_a_missing_document_keeps_the_register_from_being_restored(
    lost: psycopg.Connection, db: psycopg.Connection, store: Archive
) -> None:
    issue(db, store)
    store.client.delete_object(Bucket=store.bucket, Key="issued/contract/2026-01/v1/informe.pdf")
    with pytest.raises(NotRestored, match=r"contract 2026-01 v1: falta en el archivo: issued/.*/informe.pdf"):
        restore(lost, store, lambda _: None)


@pytest.mark.parametrize(
    ("told", "restored"),
    [
        ("queued", "ambiguous"),
        ("sending", "ambiguous"),
        ("withheld", "withheld"),
        ("sent", "sent"),
        ("pending", "ambiguous"),
        ("unknown", "ambiguous"),
        ("failed", "failed"),
    ],
)
def test_a_message_that_may_have_left_after_its_last_archived_event_is_restored_in_doubt(
    lost: psycopg.Connection, db: psycopg.Connection, store: Archive, told: str, restored: str
) -> None:
    """``pending`` and ``unknown`` are what older events call ``queued`` and ``ambiguous``."""
    key = issue(db, store)
    db.execute("alter table register.delivery drop constraint delivery_state_check")
    db.execute("update register.delivery set state = %s", [told])
    with register.writing(db):
        append(db, key, "queued")
    register.archive_events(db, store)
    restore(lost, store, lambda _: None)
    delivery = register.read_delivery(lost, key)
    assert delivery is not None
    assert delivery.state == restored
    assert register.verify_rows(lost) == []


def test_a_message_whose_version_was_never_queued_is_restored_as_it_was(
    lost: psycopg.Connection, db: psycopg.Connection, store: Archive
) -> None:
    key = register.claim_version(db, "contract", "2026-01", "run-1", None)
    with register.writing(db):
        register.put_in_outbox(
            db, key, message_id="<m@example>", recipient="a@example.com", message_key=store.keep(b"message")
        )
        register.register_issue(db, key, "run-1", [document(store, key, "management_report", "a.pdf", PDF)], [])
    register.archive_events(db, store)
    restore(lost, store, lambda _: None)
    delivery = register.read_delivery(lost, key)
    assert delivery is not None
    assert delivery.state == "queued"


def test_a_message_that_carries_other_documents_is_not_handed_out(
    db: psycopg.Connection, store: Archive, tmp_path: Path
) -> None:
    key = issue(db, store)
    other = message_with({"informe.pdf": b"another", "casos.xlsx": WORKBOOK}, key)
    with behind_the_triggers(db):
        db.execute("update register.delivery set message_key = %s", [store.keep(other)])
    with pytest.raises(NotAsSent, match=r"informe\.pdf in the message is not the document"):
        fetch(db, store, key, tmp_path / "v1")


def test_what_was_sent_is_fetched_with_its_hashes(db: psycopg.Connection, store: Archive, tmp_path: Path) -> None:
    key = issue(db, store)
    paths = fetch(db, store, key, tmp_path / "v1")
    names = ["informe.pdf", "casos.xlsx", "figures.json", "message.eml", "events.json", "SHA256SUMS"]
    assert sorted(path.name for path in paths) == sorted(names)
    message = email.message_from_bytes((tmp_path / "v1" / "message.eml").read_bytes(), policy=email.policy.default)
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached == {name: (tmp_path / "v1" / name).read_bytes() for name in ("informe.pdf", "casos.xlsx")}
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "v1", check=False)
    assert checked.returncode == 0
    with pytest.raises(FileExistsError):
        fetch(db, store, key, tmp_path / "v1")


def test_a_message_that_came_back_and_was_composed_anew_is_fetched_as_it_left_each_time(
    db: psycopg.Connection, store: Archive, tmp_path: Path
) -> None:
    """Whoever was not the one who did not get it has the first one."""
    key = issue(db, store)
    first = register.read_delivery(db, key)
    assert first is not None
    files = {each.file_name: store.read(each.blob_key) for each in register.read_documents(db, key)}
    never_sent, second = (store.keep(message_with(files, key)) for _ in range(2))
    register.settle_delivery(db, key, ["sent"], "failed", by="servidor de correo", detail="no existe")
    register.settle_delivery(db, key, ["failed"], "queued", by="operador")
    for composed in (never_sent, second):
        register.replace_message(db, key, "otra@example.com", composed, "el contrato tiene otras direcciones")
    register.claim_delivery(db, key)
    register.settle_delivery(db, key, ["sending"], "sent")
    fetch(db, store, key, tmp_path / "v1")
    messages = {path.name: path.read_bytes() for path in (tmp_path / "v1").glob("message*.eml")}
    assert messages == {"message-1.eml": store.read(first.message_key), "message.eml": store.read(second)}

    store.client.delete_object(Bucket=store.bucket, Key=first.message_key)
    assert findings(db, store) == [f"{key} mensaje: falta en el archivo: {first.message_key}"]


def test_what_is_not_what_was_sent_is_not_handed_out(db: psycopg.Connection, store: Archive, tmp_path: Path) -> None:
    key = issue(db, store)
    delivery = register.read_delivery(db, key)
    assert delivery is not None
    store.client.put_object(Bucket=store.bucket, Key=delivery.message_key, Body=b"another message")
    with pytest.raises(NotAsSent, match="tiene la huella"):
        fetch(db, store, key, tmp_path / "v1")
    assert not (tmp_path / "v1").exists()


def test_versions_from_before_the_chain_are_adopted_by_a_person(db: psycopg.Connection, store: Archive) -> None:
    key = issue(db, store)
    with behind_the_triggers(db):
        db.execute("truncate register.event, register.archived_event")
        db.execute("update register.report set figures_sha256 = null")
    for archived in [*store.keys("register/")]:
        store.client.delete_object(Bucket=store.bucket, Key=archived)
    assert findings(db, store) == ["register.report contract 2026-01 v1: ningún evento habla de esta fila"]
    assert adopt(db, "Líder de Operaciones") == [key]
    assert adopt(db, "Líder de Operaciones") == []
    assert findings(db, store) == []


def test_the_command_line_restores_verifies_and_fetches(
    db: psycopg.Connection,
    lost: psycopg.Connection,
    store: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    issue(db, store)
    credentials = store.client._request_signer._credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key)
    monkeypatch.setenv("SERVICE_REPORTS_ARCHIVE", store.bucket)
    monkeypatch.setenv("SERVICE_REPORTS_ARCHIVE_ENDPOINT", store.client.meta.endpoint_url)
    region = ["--region", store.client.meta.region_name]
    assert main(["register", "restore", "--dry-run", *region]) == 0
    assert capsys.readouterr().out.endswith("Versions that can be restored: 1; nothing was written\n")
    monkeypatch.setenv("SERVICE_REPORTS_WAREHOUSE", lost.info.dsn)
    assert main(["register", "restore", *region]) == 0
    assert main(["register", "restore", *region]) == 1
    assert "only an empty register is restored" in capsys.readouterr().err
    assert main(["register", "verify", *region]) == 0
    assert main(["register", "fetch", "contract", "2026-01", "--to", str(tmp_path / "v1"), *region]) == 0
    assert (tmp_path / "v1" / "message.eml").exists()
    with behind_the_triggers(lost):
        lost.execute("update register.report set run_id = 'other'")
    capsys.readouterr()
    assert main(["register", "verify", *region]) == 1
    assert capsys.readouterr().out == (
        "register.report contract 2026-01 v1: «run_id» es 'other'; el evento 7 dice 'run-1'\n"
    )


def test_the_buckets_retention_must_be_as_long_as_is_asked(servers: Sandbox, store: Archive) -> None:
    assert register.verify_retention(store, None) == []
    assert "Object Lock es de 0 días" in str(register.verify_retention(store, 3650)[0])
    bucket = f"test-{uuid4().hex}"
    store.client.create_bucket(
        Bucket=bucket,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": store.client.meta.region_name},
    )
    locked = Archive(store.client, bucket)
    assert register.verify_retention(locked, 3650) != []
    store.client.put_object_lock_configuration(
        Bucket=bucket,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}},
        },
    )
    assert register.verify_retention(locked, 3650) == []
    assert "Object Lock es de 3650 días" in str(register.verify_retention(locked, 3651)[0])
    key = locked.keep(b"kept")
    [version] = store.client.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    with pytest.raises(ClientError):
        store.client.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
