"""The steps of a report up to its message: due → gate → figures → documents → approve → sign and register → archive.

Steps hand over keys only: figures and documents lie in the archive, what was issued in the
register. Every step may run again; what is registered stays as it is. ``sending`` does the rest.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook, get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowSkipException

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract, ReportPeriod, read_contract_files, report_due
from service_reports.figures.model import PeriodFigures, SupersededDocument, VersionChanges
from service_reports.register import IssuedDocument, IssueKey
from service_reports_airflow.ingest import UnknownContract, contract, contracts
from service_reports_airflow.stores import archive, warehouse

if TYPE_CHECKING:
    from service_reports.delivery import ApprovalRequest
    from service_reports.figures.causes import Cause
    from service_reports.signing import SigningKey

log = logging.getLogger(__name__)

OF_ISSUED = "report."
"""Kinds of observations about issued versions begin so."""


class GateRefused(AirflowFailException):
    """A report that cannot be made as things are; running the task again would not help by itself."""


class FormRefused(AirflowFailException):
    """A trigger form that cannot be used as it was filled in."""


BY_HAND = frozenset({"manual", "operator_triggered"})
"""Types of runs that somebody asked for, by the form or by an answer in the UI."""
DRAFT_LINKS_LAST = timedelta(days=7)
"""As long as S3 lets a link last."""


def _key(issue: Mapping[str, Any]) -> IssueKey:
    """The version a step works on, which the UI then shows as the task's label."""
    key = IssueKey(**issue)
    get_current_context()["informe"] = str(key)  # type: ignore[typeddict-unknown-key]
    return key


def due_reports(params: Mapping[str, Any], run_after: datetime, run_type: str) -> list[dict[str, Any]]:
    """The report of the trigger form, or those whose cut-off is the moment of this scheduled run.

    Raises:
        FormRefused: an incomplete form, or a contract or report that does not exist.
    """
    contract_id, number, reason = (str(params.get(name) or "").strip() for name in ("contrato", "informe", "motivo"))
    if run_type in BY_HAND or contract_id or number:
        fields = {"Contrato": contract_id, "Informe": number, "Motivo": reason}
        if lacking := [f"«{title}»" for title, value in fields.items() if not value]:
            raise FormRefused(f"Falta {' y '.join(lacking)}: llene el formulario y dispare de nuevo")
        try:
            numbers = [report.number for report in contract(contract_id).reports]
        except UnknownContract as error:
            raise FormRefused(str(error)) from error
        if number not in numbers:
            raise FormRefused(f"{contract_id} no tiene el informe {number!r}; su calendario tiene {', '.join(numbers)}")
        return [{"contract_id": contract_id, "report_number": number, "reason": reason}]
    return [
        {"contract_id": due.contract.id, "report_number": due.report.number, "reason": None}
        for due in report_due(contracts(), run_after)
    ]


def requested_by(dag_run: Any) -> str | None:
    """Who asked for a run: who triggered it, or who gave the answer that did (``None``: the calendar).

    Only a task of ours can start a run of that type, so the form cannot name somebody else.
    """
    if dag_run.run_type == "operator_triggered":
        return (dag_run.conf or {}).get("solicitado_por")
    return dag_run.triggering_user_name  # type: ignore[no-any-return]


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def lacking_data(report: Mapping[str, Any]) -> tuple[str, ...]:
    """What the period of a report still lacks; nothing when it is complete."""
    from service_reports.figures.coverage import lacking
    from service_reports.warehouse import read_period

    held = contract(report["contract_id"])
    period = held.report(report["report_number"])
    with warehouse() as db:
        return lacking(held, period, read_period(db, held, period))


def patience_ends(
    report: Mapping[str, Any], params: Mapping[str, Any], run_after: datetime, run_type: str
) -> datetime | None:
    """Until when a run waits for data; ``None`` when it does not: a manual run waits only if its form says so."""
    hours = contract(report["contract_id"]).wait_for_data_hours
    waits = run_type == "scheduled" or bool(params.get("esperar"))
    return run_after + timedelta(hours=hours) if waits and hours else None


def note_completeness(
    report: Mapping[str, Any], run_id: str, lacking: Sequence[str], deadline: datetime | None
) -> None:
    """Keep the verdict on a period's data as it is when its report goes on."""
    from service_reports.quality.verdict import CheckResult
    from service_reports.warehouse import keep_verdicts

    held = contract(report["contract_id"])
    subject = f"{held.id} {report['report_number']}"
    get_current_context()["informe"] = subject  # type: ignore[typeddict-unknown-key]
    if not lacking:
        detail = "El periodo está completo"
    elif deadline is None:
        detail = f"Sin esperar; el informe se hace con estos vacíos: {'; '.join(lacking)}"
    else:
        detail = (
            f"Se agotó la espera de {held.wait_for_data_hours} horas ({deadline.astimezone(UTC):%Y-%m-%d %H:%M} UTC); "
            f"el informe se hace con estos vacíos: {'; '.join(lacking)}"
        )
    log.info("%s: %s", subject, detail)
    with warehouse() as db:
        result = CheckResult("gate.data_complete", subject, "warning", not lacking, detail)
        keep_verdicts(db, [result], run_id=f"{run_id}/wait", contract_id=held.id)


def gate(report: Mapping[str, Any], run_id: str, requested_by: str | None = None) -> dict[str, Any]:
    """Check that a report can be made, and claim its version for who asked for it (``None``: the calendar).

    Raises:
        GateRefused: no usable signing key, a source that was never loaded, or a correction
            without its reason.
    """
    from service_reports.quality.verdict import CheckResult
    from service_reports.sources import NOT_PRINTED, PARSERS
    from service_reports.warehouse import keep_verdicts, sources_read

    held = contract(report["contract_id"])
    period = held.report(report["report_number"])
    subject = f"{held.id} {report['report_number']}"
    get_current_context()["informe"] = subject  # type: ignore[typeddict-unknown-key]
    results = []
    try:
        key = signing_key(held)
        results.append(CheckResult("gate.signing_key", subject, "blocking", True, f"Firma {key.signer_name}"))
    except GateRefused as error:
        results.append(CheckResult("gate.signing_key", subject, "blocking", False, str(error)))
    with warehouse() as db:
        read = sources_read(db, held)
        for source in (source for source in PARSERS if source not in NOT_PRINTED):
            detail = (
                f"Leída por última vez: {read[source]:%Y-%m-%d %H:%M} UTC" if source in read else "Nunca se ha cargado"
            )
            results.append(CheckResult("gate.source_read", f"{subject} {source}", "blocking", source in read, detail))
        issued = register.latest_registered(db, held.id, report["report_number"])
        explained = (
            issued is None or bool(report["reason"]) or register.is_run_of(db, held.id, report["report_number"], run_id)
        )
        detail = (
            "Primera versión"
            if issued is None
            else f"La versión {issued} ya se emitió; motivo: {report['reason'] or 'falta'}"
        )
        results.append(CheckResult("gate.correction_has_reason", subject, "blocking", explained, detail))
        keep_verdicts(db, results, run_id=run_id, contract_id=held.id)
        refused = [f"{result.check}: {result.detail}" for result in results if not result.passed]
        if refused:
            raise GateRefused(f"{subject} no se puede emitir:\n" + "\n".join(refused))
        origin = _origin(held, period, requested_by)
        claimed = register.claim_version(db, held.id, period.number, run_id, report["reason"], origin)
    log.info("Making %s", claimed)
    return asdict(claimed)


def _origin(held: Contract, period: ReportPeriod, requested_by: str | None = None) -> register.Origin:
    """What a version is made of at this moment: the code, and the contract's file."""
    files = {file.contract.id: file.sha256 for file in read_contract_files() if file.contract is not None}
    return register.Origin(
        period.period_from,
        period.period_to,
        register.code_version(),
        files.get(held.id),
        requested_by,
        needs_approval=held.approval == "required",
    )


def signing_key(held: Contract) -> SigningKey:
    """The contract's signing key, from the PKCS#12 that its connection names.

    The connection's extras give ``path``, or ``content`` in base64; its password opens it.

    Raises:
        GateRefused: no connection, no file, or a key that cannot sign.
    """
    from service_reports.signing import SigningKeyError, load_signing_key

    connection_id = held.signing.connection
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise GateRefused(
            f"connection {connection_id!r} does not exist — create it with the PKCS#12 of the signer"
        ) from None
    extras = connection.extra_dejson
    try:
        content = base64.b64decode(extras["content"]) if "content" in extras else Path(extras["path"]).read_bytes()
        return load_signing_key(content, connection.password or "")
    except KeyError:
        raise GateRefused(f"connection {connection_id!r}: give path or content (base64) in its extras") from None
    except (OSError, ValueError, SigningKeyError) as error:
        raise GateRefused(f"connection {connection_id!r}: {error}") from error


def present_figures(
    db: Any, held: Contract, report: ReportPeriod, run_id: str
) -> Callable[[int, str | None], PeriodFigures]:
    """The rows of a report as they are now, ready to be computed as any of its versions: by number and reason."""
    from service_reports.figures import compute_figures
    from service_reports.figures.findings import HOUR_BANK_KINDS, TICKET_KINDS, hour_bank_findings, ticket_findings
    from service_reports.warehouse import keep_observations, read_observations, read_period

    rows = read_period(db, held, report)
    keep_observations(
        db, ticket_findings(held, [report], rows.read_at.get("tickets")), kinds=TICKET_KINDS, scope=held.id,
        first=report.period_to, last=report.period_to, run_id=run_id,
    )  # fmt: skip
    keep_observations(
        db, hour_bank_findings(held, report, rows), kinds=HOUR_BANK_KINDS, scope=held.id,
        first=report.period_from, last=report.period_to, run_id=run_id,
    )  # fmt: skip
    # Only the contract's own: what is known of its tenancy may speak of another customer. And only of the data:
    # that an issued version is out of date is what the next one corrects.
    observed = [
        each
        for each in read_observations(db, [held.id], report.period_from, report.period_to)
        if not each.kind.startswith(OF_ISSUED)
    ]
    return lambda version, reason: compute_figures(held, report, version, reason, rows, observed)


def against_issued(
    db: Any, store: Any, held: Contract, issued: IssueKey, made_as: Callable[[int, str | None], PeriodFigures]
) -> tuple[PeriodFigures, PeriodFigures, tuple[Cause, ...]]:
    """The figures of a registered version as issued and as they would be now, and all that may have changed them.

    The present ones are computed under its number and reason, so that nothing differs but what
    the data, the contract or the code changed.
    """
    from service_reports.figures.causes import Settings, causes_of_arrivals, causes_of_rows, causes_of_settings
    from service_reports.warehouse import arrivals_since

    entry = register.read_issue(db, issued)
    before = _figures(store, entry.figures_key)
    now = made_as(issued.version, entry.correction_reason)
    report = held.report(issued.report_number)
    origin = _origin(held, report)
    arrivals = arrivals_since(db, held, report, entry.claimed_at)
    causes = (
        *causes_of_arrivals(arrivals, report.period_from, report.period_to),
        *causes_of_rows(before, now),
        *causes_of_settings(
            Settings(entry.contract_sha256, entry.code_version), Settings(origin.contract_sha256, origin.code_version)
        ),
    )
    return before, now, causes


def compute(issue: Mapping[str, Any], run_id: str) -> None:
    """Compute the figures of a version from the warehouse, and keep them in the archive.

    Raises:
        AirflowSkipException: it would say what the registered version before it says: nothing is issued.
        NotClaimed: another run has taken the version over.
    """
    from service_reports.figures.coverage import coverage
    from service_reports.warehouse import keep_verdicts

    key = _key(issue)
    held = contract(key.contract_id)
    with warehouse() as db, archive() as store:
        held_issue = register.issue_of_run(db, key, run_id)
        if held_issue.registered_at is not None:
            log.info("%s is registered: its figures stay", key)
            return
        report = held.report(key.report_number)
        made_as = present_figures(db, held, report, run_id)
        figures = made_as(key.version, held_issue.correction_reason)
        corrected = register.latest_registered(db, key.contract_id, key.report_number)
        if corrected is not None:
            replaced = IssueKey(key.contract_id, key.report_number, corrected)
            figures = figures.model_copy(update={"changes": _changes(db, store, held, replaced, made_as)})
        findings = coverage(figures)
        keep_verdicts(db, findings, run_id=f"{run_id}/figures", contract_id=held.id)
        for finding in findings:
            if not finding.passed:
                log.warning("%s: %s", finding.check, finding.detail)
        register.set_figures(db, key, store.keep(figures.model_dump_json().encode()), _origin(held, report))
        log.info("%s figures", len(figures.figures))
        if figures.changes is not None and figures.changes.nothing:
            unchanged = f"sin cambios frente a la versión {figures.changes.version}"
            register.note_unchanged(db, key, f"{unchanged}: ni cifras ni textos; no se emite")
            register.archive_events(db, store)
            get_current_context()["informe"] = f"{key}: {unchanged}"  # type: ignore[typeddict-unknown-key]
            raise AirflowSkipException(
                f"{key}: {unchanged}: las cifras y los textos son los mismos; no se emite nada. "
                "El número de versión queda para la próxima corrección"
            )


def _changes(
    db: Any, store: Any, held: Contract, replaced: IssueKey, made_as: Callable[[int, str | None], PeriodFigures]
) -> VersionChanges:
    """What a new version would say otherwise than a registered one, and why."""
    from service_reports.documents import RenderedDocument, issued_text_changes
    from service_reports.figures.causes import explain_texts
    from service_reports.figures.changes import compare

    entry = register.read_issue(db, replaced)
    issued, now, causes = against_issued(db, store, held, replaced, made_as)
    changed = compare(issued.figures, now.figures, causes)
    documents = [
        RenderedDocument(each.kind, each.title, each.code, each.file_name, each.media_type, store.read(each.blob_key))
        for each in register.read_documents(db, replaced)
    ]
    texts = issued_text_changes(held, issued, now, documents, figures_changed=bool(changed))
    assert entry.registered_at is not None
    return VersionChanges(
        version=replaced.version,
        issued_at=entry.registered_at,
        figures_sha256=entry.figures_sha256,
        documents=tuple(
            SupersededDocument(title=each.title, sha256=hashlib.sha256(each.content).hexdigest()) for each in documents
        ),
        figures=changed,
        texts=texts,
        text_cause=explain_texts(causes) if texts else "",
    )


def _figures(store: Archive, figures_key: str | None) -> PeriodFigures:
    assert figures_key is not None, "no figures: clear the task «Calcular cifras» (figures)"
    return PeriodFigures.model_validate_json(store.read(figures_key))


def render(issue: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """Render the documents of a version, unsigned, into the archive, and read them back.

    Raises:
        GateRefused: what stands in a document is not what the figures say, or may not be signed.
        NotClaimed: another run has taken the version over.
    """
    from service_reports.documents import check_language, crosscheck, render_documents
    from service_reports.warehouse import keep_verdicts

    key = _key(issue)
    with warehouse() as db, archive() as store:
        figures_key = register.issue_of_run(db, key, run_id).figures_key
        figures = _figures(store, figures_key)
        held = contract(key.contract_id)
        documents = render_documents(held, figures)
        verdicts = [*crosscheck(figures, documents), *check_language(held, figures, documents)]
        keep_verdicts(db, verdicts, run_id=f"{run_id}/documents", contract_id=key.contract_id)
        failed = [verdict for verdict in verdicts if not verdict.passed]
        for verdict in failed:
            log.warning("%s: %s", verdict.check, verdict.detail)
        refused = [f"{each.check}: {each.detail}" for each in failed if each.severity == "blocking"]
        if refused:
            raise GateRefused(f"{key}: los documentos no se pueden firmar:\n" + "\n".join(refused))
        rendered = []
        for document in documents:
            described = asdict(document)
            content = described.pop("content")
            rendered.append({**described, "blob_key": store.keep(content)})
            log.info("%s: %s bytes", document.file_name, len(content))
    return {"issue": dict(issue), "figures_key": figures_key, "documents": rendered}


def _drafts(rendered: Mapping[str, Any]) -> str:
    documents = [(described["file_name"], described["blob_key"]) for described in rendered["documents"]]
    return register.drafts_sha256(rendered["figures_key"], documents)


def approval_request(rendered: Mapping[str, Any], run_id: str) -> ApprovalRequest | None:
    """What a person must be asked before these documents are signed.

    ``None`` when nobody is asked: the contract does not want it, or this very figures and
    documents were approved, or the version is registered. Others than those that were
    approved make the version a draft again.

    Raises:
        GateRefused: another run has taken the version over, or this one has asked about other drafts before, or
            somebody has rejected its drafts.
    """
    from service_reports.delivery import Draft, compose_approval_request
    from service_reports.documents import highlights
    from service_reports.warehouse import read_not_passed

    key = _key(rendered["issue"])
    held = contract(key.contract_id)
    with warehouse() as db, archive() as store:
        entry = register.read_issue(db, key)
        if entry.registered_at is not None or not entry.needs_approval:
            log.info("%s: nobody is asked", key)
            return None
        if entry.run_id != run_id:
            raise GateRefused(f"{key}: la ejecución {entry.run_id} tomó esta versión: apruebe o rechace la suya")
        if rejected := register.rejection(db, key, run_id):
            raise _rejected(key, *rejected)
        if entry.state == "approved":
            if entry.drafts_sha256 == _drafts(rendered):
                log.info("%s is approved already", key)
                return None
            register.change_state(db, key, "approved", "draft", detail="los borradores ya no son los que se aprobaron")
        if not register.ask(db, key, run_id, _drafts(rendered)):
            raise GateRefused(
                f"{key}: esta ejecución ya preguntó por otros borradores, y Airflow seguiría mostrando aquellos: "
                "dispare el informe de nuevo; toma el mismo número de versión"
            )
        register.archive_events(db, store)
        return compose_approval_request(
            held,
            held.report(key.report_number),
            key.version,
            entry.correction_reason,
            entry.requested_by,
            highlights(held, _figures(store, rendered["figures_key"])),
            read_not_passed(db, run_id, held.id),
            [
                Draft(
                    described["title"],
                    described["file_name"],
                    described["blob_key"].rpartition("/")[2],
                    store.link(described["blob_key"], f"BORRADOR-{described['file_name']}", DRAFT_LINKS_LAST),
                )
                for described in rendered["documents"]
            ],
            now() + DRAFT_LINKS_LAST,
        )


def settle_approval(rendered: Mapping[str, Any], run_id: str, approved: bool, user: str, comment: str) -> bool:
    """Record a person's answer on these documents; ``False`` when it does not count and must be asked again.

    Raises:
        GateRefused: the documents were rejected, or another run has taken the version over.
    """
    key = _key(rendered["issue"])
    approvers = contract(key.contract_id).approvers
    if approvers and user not in approvers:
        log.warning("%s: no cuenta la respuesta de %s; pueden responder: %s", key, user, ", ".join(approvers))
        return False
    if not approved and not comment:
        log.warning("%s: %s rechazó sin decir qué se debe corregir: se pregunta de nuevo", key, user)
        return False
    with warehouse() as db, archive() as store:
        try:
            if approved:
                register.approve(db, key, run_id, _drafts(rendered), by=user, comment=comment or None)
            else:
                register.reject(db, key, run_id, by=user, comment=comment)
        except register.NotClaimed as error:
            raise GateRefused(
                f"{key}: otra ejecución tomó esta versión, la respuesta no cuenta: apruebe o rechace la suya"
            ) from error
        register.archive_events(db, store)
    if not approved:
        raise _rejected(key, user, comment)
    log.info("%s: %s aprobó los borradores", key, user)
    return True


def _rejected(key: IssueKey, user: str, comment: str) -> GateRefused:
    return GateRefused(
        f"{key}: {user} rechazó los borradores: {comment} — corrija lo que dice y dispare el informe de "
        "nuevo; toma el mismo número de versión"
    )


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
    key = _key(issue)
    held = contract(key.contract_id)
    signer = signing_key(held)
    with warehouse() as db, archive() as store:
        entry = register.read_issue(db, key)
        if entry.registered_at is not None:
            log.info("%s is registered already", key)
            return issue
        if entry.contract_sha256 != _origin(held, held.report(key.report_number)).contract_sha256:
            raise GateRefused(
                f"{key}: el archivo del contrato cambió después de calcular las cifras: "
                "limpie «Calcular cifras» (figures) para que todo salga del mismo contrato"
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
        figures = _figures(store, figures_key)
        message = compose_message(store, held, key, entry.correction_reason, documents, figures, now())
        sends = get_current_context().get("params", {}).get("enviar", True)
        try:
            with register.writing(db):
                if register.issue_of_run(db, key, run_id).figures_key != figures_key:
                    raise GateRefused(
                        f"{key}: las cifras se calcularon otra vez después de elaborar los documentos: "
                        "limpie «Elaborar documentos» (documents)"
                    )
                register.put_in_outbox(db, key, **message, state="queued" if sends else "withheld")
                register.register_issue(db, key, run_id, documents, figures.figures, drafts=_drafts(rendered))
        except register.NotApproved as error:
            raise GateRefused(f"{error}: limpie «Aprobar» (approve)") from error
    log.info("%s registered, signed by %s", key, signer.signer_name)
    return issue


def compose_message(
    store: Archive,
    held: Contract,
    key: IssueKey,
    correction_reason: str | None,
    documents: Sequence[IssuedDocument],
    figures: PeriodFigures,
    at: datetime,
) -> dict[str, str]:
    """Compose the message of a version, with links where it would be larger than the contract allows, and keep it.

    Links serve for ``link_days`` of the contract from ``at`` (aware) on, at the names under
    which the documents lie in the archive, or will before the message leaves.

    Returns:
        ``message_id``, ``recipient`` and ``message_key``, as the outbox takes them.
    """
    from service_reports.delivery import Attachment, Links, compose_report_message, message_bytes
    from service_reports.documents import highlights
    from service_reports.documents.format import megabytes
    from service_reports.figures.deliveries import deliveries

    attachments = [
        Attachment(document.file_name, document.media_type, store.read(document.blob_key), document.title)
        for document in documents
    ]

    def composed(links: Links | None = None) -> EmailMessage:
        return compose_report_message(
            held,
            held.report(key.report_number),
            key.version,
            correction_reason,
            attachments=attachments,
            highlights=highlights(held, figures),
            deliveries=len(deliveries(figures)),
            sent_at=at,
            links=links,
        )

    message = composed()
    content = message_bytes(message)
    if megabytes(len(content)) > held.mail.largest_message_mb:
        lasting = timedelta(days=held.mail.link_days)
        addresses = (store.link(each.archive_key, each.file_name, lasting) for each in documents)
        content = message_bytes(composed(Links(tuple(addresses), at + lasting)))
    return {
        "message_id": str(message["Message-ID"]),
        "recipient": held.supervisor.email,
        "message_key": store.keep(content),
    }


def compose_again(db: Any, store: Archive, held: Contract, key: IssueKey, at: datetime) -> dict[str, str]:
    """Compose the message of a registered version anew, as of a moment (aware); as ``compose_message``."""
    entry = register.read_issue(db, key)
    figures = _figures(store, entry.figures_key)
    return compose_message(store, held, key, entry.correction_reason, register.read_documents(db, key), figures, at)


def archive_documents(issue: Mapping[str, Any]) -> None:
    """Put every document of a version, its figures and the register's events into the archive; queue its message."""
    key = _key(issue)
    with warehouse() as db, archive() as store:
        for document in register.read_documents(db, key):
            store.create(document.archive_key, store.read(document.blob_key), document.media_type)
            log.info("Archived %s (sha256 %s)", document.archive_key, document.sha256)
        listing = register.figures_listing(register.read_figures(db, key))
        store.create(register.issued_name(key, "figures.json"), listing, "application/json")
        with register.writing(db):
            register.set_archived(db, key)
            register.queue_archived(db, key)
        register.archive_events(db, store)
