"""What a supervisor sends back signed is registered by its bytes, once; what is no such thing is told, and by what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.client import BaseClient
from cryptography.hazmat.primitives.serialization import Encoding
from psycopg.rows import class_row

from sandbox.demo import DEFAULT_SCENARIO
from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import load_contract
from service_reports.contracts.model import Signing
from service_reports.records import SignedBack
from service_reports.register import IssueKey, Origin
from service_reports.register.restoring import fetch, restore
from service_reports.warehouse.statements import statement
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.steps import countersigned
from service_reports_airflow.stores import Stores
from tests.integration.test_register_verified import document
from tests.proving_sample import authority_and_key, issued_file
from tests.stand_ins import stores_of
from tests.throwaway_keys import ROLE, countersign, made_authority
from tests.unit.test_audit_revisions import added_to, an_opaque_square
from tests.unit.test_delivery_returned import packed

pytestmark = pytest.mark.integration
MANAGEMENT, TECHNICAL = "management_report", "technical_report"
SCAN = b"\xff\xd8\xff the copy of a page"
NOBODY: Mapping[str, Any] = {}


class Desk:
    """A version of two reports that was issued, and the bucket in which what comes back is left."""

    def __init__(self, db: psycopg.Connection[Any], store: Archive) -> None:
        self.db, self.store = db, store
        self.stores: Stores = stores_of(db, store)
        self.runs = 0
        origin = Origin(date(2026, 1, 20), date(2026, 2, 22), "abc1234", "f" * 64, "operador")
        self.key = register.claim_version(db, "contract", "2026-01", "run-1", None, origin)
        register.set_figures(db, self.key, "run-1", store.keep(json.dumps({"figures": []}).encode()))
        issued = [
            document(store, self.key, MANAGEMENT, "gestion.pdf", issued_file(MANAGEMENT)),
            document(store, self.key, TECHNICAL, "tecnico.pdf", issued_file(TECHNICAL)),
        ]
        register.register_issue(db, self.key, "run-1", issued, [])
        register.archive_events(db, store)

    def leave(self, name: str, content: bytes) -> None:
        client: BaseClient = self.store.client
        client.put_object(Bucket=self.store.bucket, Key=f"returned/{name}", Body=content)

    def collect(self, **form: str) -> str:
        """What a run tells of what does not count; empty where there is nothing of the kind."""
        self.runs += 1
        try:
            countersigned.collect(form, "operador", f"run-{self.runs}", stores=self.stores)
        except countersigned.NotTaken as error:
            return str(error)
        return ""

    def returned(self, key: IssueKey | None = None) -> list[tuple[int, str, str | None, str | None]]:
        return [
            (each.position, each.kind, each.signer, each.by) for each in register.returned_of(self.db, key or self.key)
        ]

    def problems(self) -> list[str]:
        return [str(each) for each in register.verify_all(self.db, self.store)]


@pytest.fixture
def desk(db: psycopg.Connection[Any], empty_archive: Archive) -> Desk:
    return Desk(db, empty_archive)


def signed(kind: str) -> bytes:
    return countersign(issued_file(kind), authority_and_key()[0])


def reply(*attached: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "Re: Informes", "supervisor@example.com"
    message.set_content("Van firmados.")
    for number, content in enumerate(attached, start=1):
        message.add_attachment(content, maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return message.as_bytes()


def test_what_the_supervisor_signed_is_known_by_its_bytes_and_registered_once(desk: Desk, tmp_path: Path) -> None:
    back = signed(MANAGEMENT)
    desk.leave("cualquier nombre.pdf", back)
    assert desk.collect() == ""
    assert desk.returned() == [(1, "countersigned", "Supervisión", None)]
    [told] = register.returned_of(desk.db, desk.key)
    assert (told.sha256, told.size_bytes) == (hashlib.sha256(back).hexdigest(), len(back))
    assert abs((datetime.now(UTC) - told.at).total_seconds()) < 3600
    events = desk.db.execute("select count(*) from register.event").fetchone()
    assert desk.collect() == ""
    assert desk.db.execute("select count(*) from register.event").fetchone() == events
    desk.leave("otra vez.eml", reply(back))
    assert desk.collect() == ""
    assert len(desk.returned()) == 1
    assert told.trusted is None, "no contract names whom to trust"
    assert desk.problems() == []
    fetch(desk.db, desk.store, desk.key, tmp_path)
    assert (tmp_path / "gestion.firmado-1.pdf").read_bytes() == back


@pytest.mark.parametrize(("its_own", "trusted"), [(True, True), (False, False)])
def test_where_the_contract_names_whom_to_trust_the_signers_certificate_is_judged(
    desk: Desk, its_own: bool, trusted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    root = (authority_and_key()[0] if its_own else made_authority()).certificate.public_bytes(Encoding.PEM).decode()
    held = load_contract(DEFAULT_SCENARIO / "contract.yaml")
    signing = Signing.model_validate(held.signing.model_dump() | {"supervisor_roots": [root]})
    named = held.model_copy(update={"id": "contract", "signing": signing})
    desk.stores = stores_of(desk.db, desk.store, named)
    desk.leave("1.pdf", signed(MANAGEMENT))
    with caplog.at_level("INFO"):
        assert desk.collect() == ""
    [told] = register.returned_of(desk.db, desk.key)
    assert (told.signer, told.trusted) == ("Supervisión", trusted)
    assert f"({countersigned.JUDGED[trusted]})" in caplog.text


def test_a_reply_brings_both_reports_and_what_is_no_report_of_ours_beside_them_is_let_be(desk: Desk) -> None:
    desk.leave("respuesta.eml", reply(signed(TECHNICAL), b"%PDF-1.4 a logo %%EOF", signed(MANAGEMENT)))
    assert desk.collect() == ""
    assert [position for position, *_ in desk.returned()] == [2, 1]


def test_what_does_not_count_is_told_once_with_the_reason_and_what_came_beside_it_counts(desk: Desk) -> None:
    back, altered = signed(MANAGEMENT), added_to(signed(TECHNICAL), an_opaque_square)
    desk.leave("1.eml", reply(back, altered))
    desk.leave("2.pdf", issued_file(MANAGEMENT))
    desk.leave("3.pdf", b"%PDF-1.7 printed and scanned %%EOF")
    desk.leave("4.eml", reply())
    desk.leave("6.zip", packed(("gestion.pdf", back), ("winmail.dat", b"\x78\x9f\x3e\x22")))
    desk.leave("5.pdf", issued_file(MANAGEMENT)[:-40])
    told = desk.collect()
    assert "«2.pdf», que es contract 2026-01 v1 tecnico.pdf: " in told
    assert "pone una nota u otra cosa" in told
    assert "«2.pdf», que es contract 2026-01 v1 gestion.pdf: nadie firmó en el recuadro del supervisor" in told
    assert "«3.pdf» no empieza por ningún documento emitido" in told
    assert "no trae ningún PDF" in told
    assert "«6.zip/winmail.dat» es un sobre de Outlook (TNEF)" in told
    assert "«5.pdf» no empieza por ningún documento emitido" in told
    assert desk.returned() == [(1, "countersigned", "Supervisión", None)]
    assert desk.collect() == ""
    desk.leave("2.pdf", signed(TECHNICAL))  # other bytes under the name
    assert desk.collect() == ""
    assert [position for position, *_ in desk.returned()] == [1, 2]


def test_a_page_signed_by_hand_is_registered_on_the_word_of_a_person(desk: Desk) -> None:
    desk.leave("acta.jpg", SCAN)
    assert "no trae ningún PDF" in desk.collect()
    form = {"archivo": "acta.jpg", "contrato": "contract", "informe": "2026-01", "codigo": "C", "motivo": "En papel"}
    for name in form:
        with pytest.raises(FormRefused, match="llene todo, o nada"):
            desk.collect(**{**form, name: " "})
    for name, wrong, says in (
        ("archivo", "otra.jpg", "No hay ningún archivo"),
        ("codigo", "D", "No se emitió ningún documento"),
        ("informe", "2026-02", "No se emitió ningún documento"),
        ("version", "uno", "es un número"),
        ("version", "2", "No se emitió ningún documento"),
    ):
        with pytest.raises(FormRefused, match=says):
            desk.collect(**{**form, name: wrong})
    assert desk.returned() == []
    assert desk.collect(**form, version="1") == ""
    assert desk.collect(**form) == ""
    assert desk.returned() == [(1, "scanned", None, "operador")]
    assert desk.problems() == []


def test_the_next_report_reads_which_documents_came_back_signed_and_how(desk: Desk) -> None:
    def told() -> list[tuple[str, str | None, str | None, str | None]]:
        values = {"contract_id": "contract", "issued_reports": ["2026-01"]}
        with desk.db.cursor(row_factory=class_row(SignedBack)) as cursor:
            rows = cursor.execute(statement("figures/signed_back"), values).fetchall()
        return [(each.kind, each.how, each.role, each.by) for each in rows]

    assert told() == [(MANAGEMENT, None, None, None), (TECHNICAL, None, None, None)]
    desk.leave("acta.jpg", SCAN)
    desk.collect()
    desk.collect(archivo="acta.jpg", contrato="contract", informe="2026-01", codigo="C", motivo="En papel")
    desk.leave("2.pdf", signed(TECHNICAL))
    assert desk.collect() == ""
    assert told() == [(MANAGEMENT, "scanned", None, "operador"), (TECHNICAL, "countersigned", ROLE, None)]
    desk.leave("1.pdf", signed(MANAGEMENT))
    assert desk.collect() == ""
    assert told()[0] == (MANAGEMENT, "countersigned", ROLE, None), "a signature goes before a copy"


def test_one_copy_may_be_of_several_documents(desk: Desk) -> None:
    """Both reports, signed by hand and scanned into one file."""
    desk.leave("las dos.jpg", SCAN)
    desk.collect()
    documents = [register.document_of_code(desk.db, "contract", "2026-01", 1, "C")]
    documents.append(register.document_begun_by(desk.db, issued_file(TECHNICAL)))
    for each in documents:
        assert each is not None
        read_from = {"object_key": "returned/las dos.jpg", "etag": "etag"}
        kept = [
            register.keep_returned(desk.db, desk.store, each, SCAN, "scanned", read_from, by="operador", why="—")
            for _ in range(2)
        ]
        assert kept == [True, False]
    assert [position for position, *_ in desk.returned()] == [1, 2]


def test_what_came_back_is_verified_and_restored_with_all_else(desk: Desk, db: psycopg.Connection[Any]) -> None:
    desk.leave("1.pdf", signed(MANAGEMENT))
    assert desk.collect() == ""
    [told] = register.returned_of(db, desk.key)
    assert restore(None, desk.store, lambda _: None) == 1
    desk.store.client.put_object(Bucket=desk.store.bucket, Key=told.blob_key, Body=b"%PDF-1.7 another")
    assert any(told.blob_key in each for each in desk.problems())
