"""A version is issued: signed, registered with its message, archived under its names."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import get_current_context

from service_reports import register
from service_reports.register import IssuedDocument
from service_reports_airflow.contracts import contract
from service_reports_airflow.steps.composing import compose_message
from service_reports_airflow.steps.gate import GateRefused, signing_key
from service_reports_airflow.steps.version import drafts_of, kept_figures, key_of, origin_now
from service_reports_airflow.stores import archive, warehouse
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


@told
def sign_and_register(rendered: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """Sign the PDFs, compose the message and fix the version: from here on, its bytes are the issued ones.

    Documents and message are registered in one transaction. Where the form's ``enviar`` is off
    the message is withheld: a person is asked before it leaves. A crash before the register's
    transaction ends leaves only unregistered bytes behind; running again signs again. Once
    registered, running again changes nothing.
    """
    from service_reports.documents import SignatureBox
    from service_reports.signing import sign_report

    issue = dict(rendered["issue"])
    key = key_of(issue)
    held = contract(key.contract_id)
    signer = signing_key(held)
    with warehouse() as db, archive() as store:
        entry = register.read_issue(db, key)
        if entry.registered_at is not None:
            log.info("%s ya está registrada", key)
            return issue
        if entry.contract_sha256 != origin_now(held, held.report(key.report_number)).contract_sha256:
            raise GateRefused(
                f"{key}: el archivo del contrato cambió después de calcular las cifras: "
                "limpie «Calcular cifras» (`figures`) para que todo salga del mismo contrato"
            )
        documents = []
        for position, described in enumerate(rendered["documents"], start=1):
            content = store.read(described["blob_key"])
            if described["vendor_box"] is not None:
                content = sign_report(
                    content,
                    signer,
                    vendor_box=SignatureBox(**described["vendor_box"]),
                    supervisor_box=SignatureBox(**described["supervisor_box"]),
                    reason=f"{described['title']} {described['code']}, versión {key.version}",
                    location="Colombia",
                    signed_at=datetime.now(UTC),
                    kind=held.signing.kind,
                )
            documents.append(
                IssuedDocument(
                    position=position,
                    **{name: described[name] for name in ("kind", "title", "code", "file_name", "media_type")},
                    sha256=hashlib.sha256(content).hexdigest(),
                    size_bytes=len(content),
                    blob_key=store.keep(content),
                    archive_key=register.issued_name(key, described["file_name"]),
                )
            )
        figures_key = rendered["figures_key"]
        figures = kept_figures(store, figures_key)
        message = compose_message(store, held, key, entry.correction_reason, documents, figures, datetime.now(UTC))
        sends = get_current_context().get("params", {}).get("enviar", True)
        try:
            with register.writing(db):
                if register.issue_of_run(db, key, run_id).figures_key != figures_key:
                    raise GateRefused(
                        f"{key}: las cifras se calcularon otra vez después de elaborar los documentos: "
                        "limpie «Elaborar documentos» (`documents`)"
                    )
                register.put_in_outbox(db, key, **message, state="queued" if sends else "withheld")
                register.register_issue(db, key, run_id, documents, figures.figures, drafts=drafts_of(rendered))
        except register.NotApproved as error:
            raise GateRefused(f"{error}: limpie «Aprobar» (`approve`)") from error
    log.info("%s registrada, con la firma de %s", key, signer.signer_name)
    return issue


@told
def archive_documents(issue: Mapping[str, Any]) -> None:
    """Put every document of a version, its figures and the register's events into the archive; queue its message."""
    key = key_of(issue)
    with warehouse() as db, archive() as store:
        for document in register.read_documents(db, key):
            store.create(document.archive_key, store.read(document.blob_key), document.media_type)
            log.info("Archivado %s (SHA-256 %s)", document.archive_key, document.sha256)
        listing = register.figures_listing(register.read_figures(db, key))
        store.create(register.issued_name(key, "figures.json"), listing, "application/json")
        with register.writing(db):
            register.set_archived(db, key)
            register.queue_archived(db, key)
        register.archive_events(db, store)
