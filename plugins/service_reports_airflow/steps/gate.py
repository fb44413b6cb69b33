"""Whether a report can be made as things are; what it is made as, a version, is claimed here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.contracts import Contract, ReportPeriod
from service_reports.register import calendar
from service_reports.sources import COLLECTION_OF, SOURCES
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.signing_key import KeyRefused
from service_reports_airflow.steps.due import goes_on, late_reason
from service_reports_airflow.steps.version import label, origin_now, skipped
from service_reports_airflow.stores import STORES, TIME_STAMPS, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    import psycopg

    from service_reports.checks.verdict import CheckResult, Severity
    from service_reports.figures.model import Gap
    from service_reports.signing import Authorities

log = logging.getLogger(__name__)


def collected_by(source: str) -> str:
    """The name in Airflow of the DAG that collects a source."""
    return COLLECTIONS[COLLECTION_OF[source]].title


class GateRefused(AirflowFailException):
    """A report that cannot be made as things are; running the task again would not help by itself."""


def authorities_of(held: Contract, stores: Stores) -> Authorities | None:
    """Whom the signatures of a contract ask; nobody at the level B-B.

    Raises:
        GateRefused: the level needs an authority, and no connection names one.
    """
    if held.signing.level == "B-B":
        return None
    found = stores.authorities()
    if found is None:
        raise GateRefused(
            f"{held.id}: `signing.level` es {held.signing.level}, y no existe la conexión «{TIME_STAMPS}» con la "
            "autoridad de sellado de tiempo\n  → créela como dice docs/server.md, o baje el nivel a `B-B`"
        )
    return found


@told
def gate(
    report: Mapping[str, Any], run_id: str, requested_by: str | None = None, *, stores: Stores = STORES
) -> dict[str, Any]:
    """Check that a report can be made, and claim its version for who asked for it (``None``: the calendar).

    Raises:
        GateRefused: no usable signing key, a period that goes on, a source of which no day of the period was
            read after its end, an answer about the period that was refused, or a correction without its reason.
    """
    from service_reports.checks.verdict import CheckResult
    from service_reports.figures.gaps import gaps
    from service_reports.warehouse import keep_verdicts, read_readings

    held = stores.contract(report["contract_id"])
    period = held.report(report["report_number"])
    subject = f"{held.id} {report['report_number']}"
    label(subject)
    results = []
    try:
        key = stores.signing_key(held)
        authorities_of(held, stores)
        results.append(CheckResult("gate.signing_key", subject, "blocking", True, f"Firma {key.signer_name}"))
    except (KeyRefused, GateRefused) as error:
        results.append(CheckResult("gate.signing_key", subject, "blocking", False, str(error)))
    unended = goes_on(period, datetime.now(UTC))
    results.append(
        CheckResult(
            "gate.period_ended",
            subject,
            "blocking",
            unended is None,
            unended or f"Terminó el {period.ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        )
    )
    with stores.warehouse() as db:
        ledger = read_readings(db, held, period.period_from, period.period_to)
        results += readings(held, period, gaps(held, period.days, ledger))
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
        refused = [
            f"{each.check}: {each.detail}" for each in results if not each.passed and each.severity == "blocking"
        ]
        if refused:
            raise GateRefused(f"{subject} no se puede emitir:\n" + "\n".join(refused))
        origin = replace(origin_now(held, period, requested_by, stores=stores), sends=report.get("sends"))
        claimed = register.claim_version(db, held.id, period.number, run_id, reason, origin)
    log.info("Se elabora %s%s", claimed, f". {reason}" if late else "")
    return asdict(claimed)


def readings(held: Contract, period: ReportPeriod, found: Sequence[Gap]) -> list[CheckResult]:
    """Verdicts on what the period's days rest on: each named source was read, and nothing about them was refused.

    A source of which some days are unread does not stop a report, which says so of each; nor does what a person left
    refused or released, or what counts without some of its rows. Records that
    nobody left do not either: what rests on them is pending.
    """
    from service_reports.checks.verdict import CheckResult
    from service_reports.figures.coverage import told_gaps
    from service_reports.figures.gaps import never_read, subjects
    from service_reports.wording.es_co import labels

    subject = f"{held.id} {period.number}"
    unread = never_read(held, period.days, found)
    results = []
    for source in dict.fromkeys(each.source for each in subjects(held)):
        told = [gap for gap in found if gap.source == source]
        refused = [gap for gap in told if gap.kind in ("refused", "unreadable")]
        standing = [gap for gap in told if gap.kind in ("released", "in_part")]
        left = [gap for gap in refused if gap.settled_by is not None]
        again = f"dispare «{collected_by(source)}» con Desde {period.period_from} y Hasta {period.period_to}"
        known = {day for gap in refused for day in gap.days}
        needed = not SOURCES[source].only_now and source != "contract_records"
        read = source not in unread or known >= set(period.days) or not needed
        detail = "Leída después de terminar algún día del periodo"
        if not read:
            detail = f"{'; '.join(told_gaps(told))}\n  → {again}"
        results.append(CheckResult("gate.source_read", f"{subject} {source}", "blocking", read, detail))
        detail = f"Nada rechazado de {labels.SOURCES[source]}"
        if refused or standing:
            detail = "; ".join(told_gaps([*refused, *standing]))
        if len(left) < len(refused):
            detail += (
                f"\n  → corríjalo en la fuente y {again}; para emitir sin ello, dispárela con su «Lote» y un "
                "«Motivo», o escriba `issue_with_refused_batches: true` en el contrato: el informe lo dirá de esos días"
            )
        answered = held.issue_with_refused_batches or len(left) == len(refused)
        passed = not (refused or standing)
        severity: Severity = "warning" if answered and not passed else "blocking"
        results.append(CheckResult("gate.nothing_refused", f"{subject} {source}", severity, passed, detail))
    return results


def pinned_drafts(db: psycopg.Connection[Any], key: register.IssueKey) -> register.Drafts:
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
