"""A version is issued: signed, registered with its message, archived under its names."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract
from service_reports.register import Draft, Issue, IssuedDocument, IssueKey, Signature
from service_reports_airflow.steps.composing import compose_message
from service_reports_airflow.steps.gate import GateRefused, authorities_of, pinned_drafts
from service_reports_airflow.steps.version import kept_figures, origin_as_held, version_of_run
from service_reports_airflow.stores import STORES, TIME_STAMPS, SourceUnreachable, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.signing import Authorities, SigningKey

log = logging.getLogger(__name__)


@told
def sign_and_register(issue: Mapping[str, Any], run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """Sign the drafts that the register has, compose the message and fix the version: its bytes are the issued ones.

    Documents and message are registered in one transaction. Where the form's ``enviar`` was off
    the message is withheld: a person is asked before it leaves. A crash before the register's
    transaction ends leaves only unregistered bytes behind; running again signs again. Once
    registered, running again changes nothing.

    Raises:
        ContractChanged: the contract's file was edited since the figures were computed.
        GateRefused: what would be signed was not made of the version's figures, or not approved.
        NotOfThisRun: another run has taken the version over.
    """
    with stores.warehouse() as db, stores.archive() as store:
        key, entry = version_of_run(db, issue, run_id)
        held = stores.contract(key.contract_id)
        signer = stores.signing_key(held)
        if entry.registered_at is not None:
            log.info("%s ya está registrada", key)
            return asdict(key)
        origin_as_held(key, entry, held, stores=stores)
        drafts = pinned_drafts(db, key)
        authorities = authorities_of(held, stores)
        signed = [_signed(store, held, key, draft, signer, authorities) for draft in drafts.documents]
        documents, signatures = [document for document, _ in signed], [each for _, each in signed if each is not None]
        figures = kept_figures(store, drafts.figures_key)
        message = compose_message(store, held, key, entry.correction_reason, documents, figures, datetime.now(UTC))
        try:
            with register.writing(db):
                if register.read_drafts(db, key) != drafts:
                    raise GateRefused(
                        f"{key}: las cifras o los documentos cambiaron mientras se firmaba\n"
                        "  → limpie «Elaborar documentos» (`documents`)"
                    )
                register.put_in_outbox(db, key, **message, state="queued" if _sends(entry) else "withheld")
                report, scopes = held.report(key.report_number), (held.id, held.oci.tenancy_ocid)
                evidence = register.seal_evidence(db, key, run_id, scopes, report.period_from, report.period_to)
                kept = store.keep(evidence)
                register.register_issue(db, key, run_id, documents, figures.figures, kept, signatures)
        except register.NotApproved as error:
            raise GateRefused(f"{error}: limpie «Aprobar» (`approve`)") from error
    log.info("%s registrada, con la firma de %s", key, signer.signer_name)
    return asdict(key)


def _signed(
    store: Archive, held: Contract, key: IssueKey, draft: Draft, signer: SigningKey, authorities: Authorities | None
) -> tuple[IssuedDocument, Signature | None]:
    """The document that becomes of a draft: the very bytes that were pinned, signed where it has a box for that."""
    content = store.read(draft.blob_key)
    signature = None
    if hashlib.sha256(content).hexdigest() != draft.sha256:
        raise GateRefused(
            f"{key}: {draft.file_name} no es en el archivo el borrador que se registró\n"
            "  → limpie «Elaborar documentos» (`documents`)"
        )
    if draft.vendor_box is not None and draft.supervisor_box is not None:
        content, signature = _with_signature(content, held, key, draft, signer, authorities)
    return IssuedDocument(
        draft.position,
        draft.kind,
        draft.title,
        draft.code,
        draft.file_name,
        draft.media_type,
        hashlib.sha256(content).hexdigest(),
        len(content),
        store.keep(content),
        register.issued_name(key, draft.file_name),
    ), signature


def _with_signature(
    content: bytes,
    held: Contract,
    key: IssueKey,
    draft: Draft,
    signer: SigningKey,
    authorities: Authorities | None,
) -> tuple[bytes, Signature]:
    from service_reports.signing import AuthorityUnreachable, sign_at_level

    level = held.signing.level
    try:
        signed = sign_at_level(
            content,
            signer,
            level,
            authorities,
            degrade=held.signing.unreachable == "degrade",
            reason=f"{draft.title} {draft.code}, versión {key.version}",
            location="Colombia",
            signed_at=datetime.now(UTC),
            kind=held.signing.kind,
        )
    except AuthorityUnreachable as error:
        raise SourceUnreachable(
            f"{key}: {draft.file_name} no se firma al nivel {level}: {error}\n"
            f"  → revise la conexión «{TIME_STAMPS}» y la salida a las direcciones de los certificados; después limpie "
            "esta tarea. Para emitir sin esperarla, y completar la firma después, ponga `signing.unreachable: degrade`"
        ) from None
    if signed.lacking is not None:
        log.warning("%s: %s se firma al nivel %s, no %s: %s", key, draft.file_name, signed.level, level, signed.lacking)
    until = None if signed.until is None else signed.until.isoformat()
    return signed.content, Signature(draft.position, draft.file_name, level, signed.level, signed.lacking, until)


def _sends(entry: Issue) -> bool:
    """Whether the message may leave by itself: as the version was asked for; where that was not kept, by the form."""
    if entry.sends is not None:
        return entry.sends
    return bool(get_current_context().get("params", {}).get("enviar", True))


@told
def archive_documents(issue: Mapping[str, Any], run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """Put every document of a version, its figures and the register's events into the archive; queue its message.

    Raises:
        NotOfThisRun: the version is not this run's.
    """
    with stores.warehouse() as db, stores.archive() as store:
        key, _ = version_of_run(db, issue, run_id)
        for document in register.read_documents(db, key):
            store.create(document.archive_key, store.read(document.blob_key), document.media_type)
            log.info("Archivado %s (SHA-256 %s)", document.archive_key, document.sha256)
        listing = register.figures_listing(register.read_figures(db, key))
        store.create(register.issued_name(key, "figures.json"), listing, "application/json")
        with register.writing(db):
            register.set_archived(db, key)
            register.queue_archived(db, key)
        register.archive_events(db, store)
    return asdict(key)
