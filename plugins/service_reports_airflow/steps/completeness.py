"""Whether a period's data is there, and for how long its report waits for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from service_reports.contracts import BOGOTA
from service_reports_airflow.runs import COLLECTIONS
from service_reports_airflow.steps.version import label
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


@told
def lacking_data(report: Mapping[str, Any], *, stores: Stores = STORES) -> tuple[str, ...]:
    """What the period of a report still lacks; nothing when it is complete."""
    from service_reports.figures.coverage import LOOKED_AT, lacking
    from service_reports.warehouse import read_days

    held = stores.contract(report["contract_id"])
    period = held.report(report["report_number"])
    with stores.warehouse() as db:
        return lacking(held, period, read_days(db, held, period.period_from, period.period_to, *LOOKED_AT))


@told
def patience_ends(
    report: Mapping[str, Any], params: Mapping[str, Any], started: datetime, run_type: str, *, stores: Stores = STORES
) -> datetime | None:
    """Until when a run waits for data; ``None`` when it does not: a manual run waits only if its form says so.

    The hours count from the moment at which everything could be collected once after the report's
    cut-off, or after the run really started, where that was later: it may be weeks late.
    """
    held = stores.contract(report["contract_id"])
    waits = run_type == "scheduled" or bool(params.get("esperar"))
    if not waits or not held.wait_for_data_hours:
        return None
    due = held.cut_off(held.report(report["report_number"]))
    return collected_after(max(due, started)) + timedelta(hours=held.wait_for_data_hours)


def waits(lacking: Sequence[str], deadline: datetime | None) -> bool:
    """Whether a report is to wait now, for what it lacks and until then."""
    return bool(lacking) and deadline is not None and datetime.now(UTC) < deadline


def collected_after(moment: datetime) -> datetime:
    """When every collection has begun once after a moment (aware), by their schedules."""
    from croniter import croniter

    local = moment.astimezone(BOGOTA)
    return max(croniter(collection.schedule, local).get_next(datetime) for collection in COLLECTIONS.values())


@told
def note_completeness(
    report: Mapping[str, Any],
    run_id: str,
    lacking: Sequence[str],
    deadline: datetime | None,
    *,
    stores: Stores = STORES,
) -> None:
    """Keep the verdict on a period's data as it is when its report goes on."""
    from service_reports.checks.verdict import CheckResult
    from service_reports.warehouse import keep_verdicts

    held = stores.contract(report["contract_id"])
    subject = f"{held.id} {report['report_number']}"
    label(subject)
    if not lacking:
        detail = "El periodo está completo"
    elif deadline is None:
        detail = f"Sin esperar; el informe se hace con estos vacíos: {'; '.join(lacking)}"
    else:
        detail = (
            f"Se agotó la espera de {held.wait_for_data_hours} horas desde la siguiente recolección "
            f"({deadline.astimezone(UTC):%Y-%m-%d %H:%M} UTC); "
            f"el informe se hace con estos vacíos: {'; '.join(lacking)}"
        )
    log.info("%s: %s", subject, detail)
    with stores.warehouse() as db:
        result = CheckResult("gate.data_complete", subject, "warning", not lacking, detail)
        keep_verdicts(db, [result], run_id=f"{run_id}/wait", contract_id=held.id)
