"""The looks at what was collected: each keeps its findings about the days of a window, per contract."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from service_reports.checks.observation import Observation
from service_reports.contracts import BOGOTA, Contract
from service_reports.failures import OneByOne
from service_reports.figures import findings
from service_reports.figures.gaps import Ledger, gaps, may_be_said
from service_reports.records import DatabaseDump, MetricPoint, OciBackup, UsageDay
from service_reports.sources.source import Window
from service_reports.warehouse import first_day_of_run, keep_observations, measured_days, read_days, ticket_days_read
from service_reports_airflow.steps.ingest import window
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

USAGE_SETTLES_DAYS = 2
"""Cost reports arrive up to a day late: a day is judged when it is as old as this."""
DAYS_BEFORE, DAYS_AFTER = 30, 3
"""What is usual, and whether a size goes on unchanged, is seen on the days around the window."""


class Look:
    """One look at one contract: the days of the window that it covers, and where its findings are kept."""

    def __init__(
        self, db: psycopg.Connection[Any], contract: Contract, asked: Window, run_after: datetime, run_id: str
    ) -> None:
        self.db, self.contract, self.run_id = db, contract, run_id
        self.today, self.today_in_bogota = run_after.date(), run_after.astimezone(BOGOTA).date()
        self.asked = asked
        self.days = findings.days_of(contract, asked.first, asked.last)

    def keep(
        self, found: Iterable[Observation], kinds: Sequence[str], days: Sequence[date], ledger: Ledger | None = None
    ) -> None:
        """Keep what was found about some days; what was found before and is not any more is resolved.

        With a ledger, what denies that something was there on a day is kept of days that were read alone.
        """
        if not days:
            return
        lacking = gaps(self.contract, days, ledger) if ledger is not None else ()
        kept = [each for each in found if may_be_said(each, lacking)]
        keep_observations(
            self.db, kept, kinds=kinds, scope=self.contract.id, first=min(days), last=max(days), run_id=self.run_id
        )
        for finding in kept:
            log.info("%s %s %s: %s", finding.kind, finding.day, finding.subject, finding.detail)


def _usage(look: Look, scheduled: bool) -> None:
    settled = [day for day in look.days if day <= look.today - timedelta(days=USAGE_SETTLES_DAYS)]
    if settled:
        rows = read_days(look.db, look.contract, settled[0], settled[-1], UsageDay)
        look.keep(
            findings.usage_findings(look.contract, rows.of(UsageDay), settled), findings.USAGE_KINDS, settled, rows
        )


def _metrics(look: Look, scheduled: bool) -> None:
    if look.days:
        rows = read_days(look.db, look.contract, look.days[0], look.days[-1], MetricPoint)
        found = findings.metric_findings(look.contract, rows.of(MetricPoint), look.days)
        look.keep(found, findings.METRIC_KINDS, look.days, rows)
    # A scheduled run also watches the days that may fall, or fell lately, off the provider's horizon.
    watched = look.days
    if scheduled:
        oldest = look.today - timedelta(days=findings.LOST_DAYS)
        watched = findings.days_of(look.contract, oldest, look.asked.last)
    if watched:
        measured = measured_days(look.db, look.contract.id, watched[0], watched[-1])
        fading = findings.horizon_findings(look.contract, measured, watched, look.today)
        look.keep(fading, findings.HORIZON_KINDS, watched)


def _backups(look: Look, scheduled: bool) -> None:
    if not look.days:
        return
    first, last = look.days[0] - timedelta(days=DAYS_BEFORE), look.days[-1] + timedelta(days=DAYS_AFTER)
    rows = read_days(look.db, look.contract, first, last, OciBackup, DatabaseDump)
    look.keep(
        findings.backup_findings(look.contract, rows.of(OciBackup), look.days), findings.BACKUP_KINDS, look.days, rows
    )
    look.keep(
        findings.dump_findings(look.contract, rows.of(DatabaseDump), look.days), findings.DUMP_KINDS, look.days, rows
    )


def _service_desk(look: Look, scheduled: bool) -> None:
    ended = [report for report in look.contract.reports if report.period_to < look.today_in_bogota]
    looked_at = ended[-1:] if scheduled else [report for report in ended if report.period_to in look.days]
    for report in looked_at:
        exported = ticket_days_read(look.db, look.contract, report.period_to, report.period_to)
        found = findings.ticket_findings(look.contract, [report], exported.get(report.period_to))
        look.keep(found, findings.TICKET_KINDS, [report.period_to])


LOOKS: Mapping[str, Callable[[Look, bool], None]] = {
    "usage": _usage,
    "metrics": _metrics,
    "backups": _backups,
    "service_desk": _service_desk,
}


@told
def observe(
    look: str, params: Mapping[str, Any], run_after: datetime, run_id: str, *, stores: Stores = STORES
) -> list[str]:
    """Look at what the days of a run lack, for every contract, and keep the findings.

    A run looks at the days of its window and, where it was not started with days, at all that it brought. The age of
    a day is counted from ``run_after``.

    Returns:
        The contracts that could not be looked at, with the reason (Spanish): ``confirm`` tells of them.
    """
    asked = window(params, run_after)
    scheduled = not params.get("desde")
    looking = OneByOne()
    with stores.warehouse() as db:
        for contract in stores.contracts():
            with looking.item(contract.id):
                days = _brought(db, contract, asked, run_id) if scheduled else asked
                LOOKS[look](Look(db, contract, days, run_after, run_id), scheduled)
    return [str(failure) for failure in looking.failures]


def _brought(db: psycopg.Connection[Any], contract: Contract, asked: Window, run_id: str) -> Window:
    """The days of a schedule, and those before that the answers of its run tell of: they were missed once."""
    first = first_day_of_run(db, run_id, [contract.id, contract.oci.tenancy_ocid])
    return asked if first is None else Window(min(first, asked.first), asked.last)
