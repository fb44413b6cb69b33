"""Whether a report can be made as things are; what it is made as, a version, is claimed here."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from service_reports import register
from service_reports.contracts import Contract
from service_reports.register import calendar
from service_reports_airflow.contracts import contract
from service_reports_airflow.steps.due import late_reason
from service_reports_airflow.steps.version import label, origin_now, skipped
from service_reports_airflow.stores import warehouse

if TYPE_CHECKING:
    from service_reports.signing import SigningKey

log = logging.getLogger(__name__)


class GateRefused(AirflowFailException):
    """A report that cannot be made as things are; running the task again would not help by itself."""


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
    label(subject)
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
                f"Leída por última vez: {read[source]:%Y-%m-%d %H:%M} UTC"
                if source in read
                else f"Nunca se ha cargado «{source}»: dispare su recolección con los días del periodo"
            )
            results.append(CheckResult("gate.source_read", f"{subject} {source}", "blocking", source in read, detail))
        issued = register.latest_registered(db, held.id, report["report_number"])
        late = calendar.late_since(db, held.id, period.number, run_id)
        if late and issued is not None and not register.is_run_of(db, held.id, period.number, run_id):
            raise skipped(f"{subject}: la versión {issued} ya se emitió; esta ejecución no hace nada")
        reason = late_reason(late) if late else report["reason"]
        explained = (
            issued is None or bool(report["reason"]) or register.is_run_of(db, held.id, report["report_number"], run_id)
        )
        detail = (
            "Primera versión"
            if issued is None
            else f"La versión {issued} ya se emitió; motivo: {report['reason'] or 'falta; dispare de nuevo y dígalo'}"
        )
        results.append(CheckResult("gate.correction_has_reason", subject, "blocking", explained, detail))
        keep_verdicts(db, results, run_id=run_id, contract_id=held.id)
        refused = [f"{result.check}: {result.detail}" for result in results if not result.passed]
        if refused:
            raise GateRefused(f"{subject} no se puede emitir:\n" + "\n".join(refused))
        origin = replace(origin_now(held, period, requested_by), sends=report.get("sends"))
        claimed = register.claim_version(db, held.id, period.number, run_id, reason, origin)
    log.info("Se elabora %s%s", claimed, f". {reason}" if late else "")
    return asdict(claimed)


def pinned_drafts(db: Any, key: register.IssueKey) -> register.Drafts:
    """The drafts of a version's present figures, as the register has them.

    Raises:
        GateRefused: none were made since the figures were computed.
    """
    drafts = register.read_drafts(db, key)
    if drafts is None:
        raise GateRefused(
            f"{key}: no hay borradores de las cifras que tiene ahora\n  → limpie «Elaborar documentos» (`documents`)"
        )
    return drafts


def signing_key(held: Contract) -> SigningKey:
    """The contract's signing key, from the PKCS#12 that its connection names.

    The connection's extras give ``path``, or ``content`` in base64, and in ``chain`` what the file lacks of the
    certificates above its own, in PEM; its password opens it.

    Raises:
        GateRefused: no connection, no file, or a key that cannot sign.
    """
    from service_reports.signing import SigningKeyError, load_signing_key

    connection_id = held.signing.connection
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise GateRefused(
            f"No existe la conexión «{connection_id}»: créela con el PKCS#12 del firmante; docs/server.md dice cómo"
        ) from None
    extras = connection.extra_dejson
    try:
        content = base64.b64decode(extras["content"]) if "content" in extras else Path(extras["path"]).read_bytes()
        return load_signing_key(content, connection.password or "", above=str(extras.get("chain") or ""))
    except KeyError:
        raise GateRefused(f"Conexión «{connection_id}»: ponga en sus extras `path`, o `content` en base64") from None
    except OSError as error:
        raise GateRefused(
            f"Conexión «{connection_id}»: no se puede leer {error.filename} ({error.strerror}): ponga allí el PKCS#12 "
            "del firmante, con permiso de lectura, o corrija `path` en sus extras"
        ) from error
    except binascii.Error as error:
        raise GateRefused(
            f"Conexión «{connection_id}»: `content` no es base64 ({error}): escriba lo que da `base64 -w0 firma.p12`"
        ) from error
    except SigningKeyError as error:
        raise GateRefused(f"Conexión «{connection_id}»: {error}") from error
