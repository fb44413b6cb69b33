"""What the page shows of the warehouse and the register: statements of ``include/sql/desk``, and nothing written.

Nothing is decided here that the product decides elsewhere: what became of a report that is due is the calendar's
judgement, and what was not read of a day is the period's gaps.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import dict_row

from service_reports.contracts import Contract, ContractFile, ReportPeriod
from service_reports.figures.coverage import told_gaps
from service_reports.figures.gaps import DENIES, ended, gaps, subjects
from service_reports.figures.model import Gap
from service_reports.register import calendar
from service_reports.register.calendar import Owed, Runs, Standing
from service_reports.sources import COLLECTION_OF, SOURCES
from service_reports.warehouse import read_observations, read_readings
from service_reports.warehouse.statements import statement
from service_reports.wording.es_co.alerts import TITLES
from service_reports.wording.es_co.labels import SOURCES as SOURCE_NAMES
from service_reports_airflow.runs import COLLECTIONS

Connection = psycopg.Connection[Any]
State = Literal[
    "lost", "failed", "undelivered", "rejected", "asked", "waits_for_data", "running", "outdated", "held", "bounced",
    "due", "upcoming", "issued", "settled",
]  # fmt: skip
ATTENTION: Sequence[State] = (
    "lost", "failed", "undelivered", "rejected", "asked", "outdated", "held", "bounced",
    "due", "waits_for_data", "running",
)  # fmt: skip
"""States in which a report needs somebody or something, the most pressing first."""
NEEDS_SOMEBODY = frozenset(ATTENTION[: ATTENTION.index("due")])
ORDER: Mapping[str, int] = {state: place for place, state in enumerate((*ATTENTION, "upcoming", "issued", "settled"))}
ASKED_OF_AIRFLOW = frozenset({"asked", "waits_for_data"})
"""States of a report that runs, told apart where Airflow's database can be asked."""
LATELY = timedelta(days=45)
"""For how long a report that some run set out for is listed, besides the last and the next one of its contract."""
HOUR_BANK = ("contracted", "consumed", "in_execution", "committed", "available")


@dataclass(frozen=True)
class Row:
    """A report of a calendar as it stands; ``run_id`` is the run that works on it or ended without it."""

    owed: Owed
    standing: Standing
    outdated: bool
    state: State
    run_id: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Contract and number of the report."""
        return self.owed.contract_id, self.owed.report_number

    @property
    def run_ids(self) -> frozenset[str]:
        """The runs that set out to issue it."""
        return frozenset((*self.standing.runs, *filter(None, (self.standing.run_id, self.run_id))))


class Known(NamedTuple):
    """A report as the warehouse knows it, before Airflow is asked about its runs."""

    owed: Owed
    standing: Standing
    outdated: bool


def known_reports(
    connection: Connection,
    at: datetime,
    contract_id: str | None = None,
    *,
    asked: Iterable[tuple[str, str]] = (),
    unseen: Iterable[ContractFile] = (),
) -> list[Known]:
    """Where every contract stands at a moment (aware): ``desk/periods.sql`` says which reports; or all of one contract.

    ``asked`` are reports, by contract and number, that somebody is asked about; ``unseen`` contracts whose calendars
    no daily look has kept yet.
    """
    calendars = [
        {
            "contract_id": file.contract.id,
            "report_number": report.number,
            "cut_off": file.contract.cut_off(report).isoformat(),
            "file_name": file.name,
        }
        for file in unseen
        if file.contract is not None
        for report in file.contract.reports
    ]
    values = {
        "at": at,
        "since": at - LATELY,
        "contract_id": contract_id,
        "asked": json.dumps([{"contract_id": of, "report_number": number} for of, number in asked]),
        "unseen": json.dumps(calendars),
    }
    fields = len(Owed._fields)
    return [
        Known(Owed(*row[:fields]), Standing(*row[fields:-1]), row[-1] is not None)
        for row in connection.execute(statement("desk/periods"), values)
    ]


def judged(
    connection: Connection, known: Iterable[Known], runs: Runs, readable: Collection[str], at: datetime
) -> list[Row]:
    """How each report stands, the most pressing first; ``readable`` are the files of contracts that can be read."""
    installed = calendar.installed_at(connection)
    rows = []
    for each in known:
        state: State
        verdict = None
        if each.owed.cut_off <= at or each.standing.version is not None or each.standing.runs:
            verdict = calendar.judge(
                each.owed,
                each.standing,
                runs,
                readable=each.owed.file_name in readable,
                installed=installed,
                at=at,
            )
        state = _state(each, verdict, at)
        rows.append(Row(*each, state, verdict.run_id if verdict else None))
    return sorted(rows, key=lambda row: (ORDER[row.state], abs(row.owed.cut_off - at), row.owed))


def _state(known: Known, judged: calendar.Judged | None, at: datetime) -> State:
    if judged is None:
        return "upcoming"
    standing = known.standing
    match judged.verdict:
        case "issued":
            if standing.delivery in ("ambiguous", "withheld"):
                return "held"
            if standing.delivery == "failed":
                return "bounced"
            return "outdated" if known.outdated else "issued"
        case "settled" | "failed" | "undelivered":
            return judged.verdict
        case "waits":
            return "rejected" if standing.last_word == "rejected" else "running"
        case _ if known.owed.cut_off > at:
            return "upcoming"
        case _ if known.owed.cut_off > at - calendar.GRACE:
            return "due"
        case _:
            return "lost"


def finding_counts(
    connection: Connection, periods: Mapping[tuple[str, str], ReportPeriod]
) -> dict[tuple[str, str], dict[str, int]]:
    """How many findings of each severity are open about the days of some reports, by contract and number."""
    keys = list(periods)
    values = {
        "contract_ids": [key[0] for key in keys],
        "report_numbers": [key[1] for key in keys],
        "firsts": [periods[key].period_from for key in keys],
        "lasts": [periods[key].period_to for key in keys],
    }
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for contract_id, number, severity, count in connection.execute(statement("desk/findings"), values):
        counted.setdefault((contract_id, number), {})[severity] = count
    return counted


DayState = Literal["whole", "part", "empty", "missing", "refused", "pending"]
REFUSED = frozenset({"refused", "unreadable", "not_loaded"})
DECIDED = frozenset({"refused", "unreadable", "released", "in_part"})
"""Gaps about which a person decides, or did."""


@dataclass(frozen=True)
class SourceDays:
    """The days of one source of a contract: one word of a state a day, and in words what is lacking or was released.

    ``refused`` are the batches about which a person is yet to decide.
    """

    source: str
    name: str
    dag_id: str
    days: tuple[DayState, ...]
    lacking: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """Days of a period × its sources, and the open findings about them."""

    days: tuple[date, ...]
    sources: tuple[SourceDays, ...]
    findings: tuple[dict[str, Any], ...] = field(default=())


def coverage(connection: Connection, contract: Contract, report: ReportPeriod, at: datetime) -> Coverage:
    """What was read of each day of a period, by the gaps that the gate goes by, at a moment (aware).

    ``empty`` is a day that was read and that the source has nothing of, where it should have something.
    """
    readings = read_readings(connection, contract, report.period_from, report.period_to)
    found = gaps(contract, report.days, readings)
    observed = read_observations(connection, [contract.id], report.period_from, report.period_to)
    empty = {(DENIES[each.kind], each.day) for each in observed if each.kind in DENIES}

    def of(source: str) -> Iterable[Gap]:
        return (gap for gap in found if gap.source == source)

    of_source: dict[str, list[str]] = {}
    for source, name in subjects(contract):
        of_source.setdefault(source, []).append(name)
    return Coverage(
        days=tuple(report.days),
        sources=tuple(
            SourceDays(
                source,
                SOURCE_NAMES[source],
                COLLECTIONS[COLLECTION_OF[source]].dag_id,
                tuple(day_state(source, names, day, found, empty, at) for day in report.days),
                tuple(told_gaps(gap for gap in of(source) if not gap.replaced or gap.kind in DECIDED)),
                tuple(dict.fromkeys(gap.batch_id for gap in of(source) if gap.batch_id and _is_undecided(gap))),
            )
            for source, names in of_source.items()
        ),
        findings=tuple(
            {
                "kind": each.kind,
                "subject": each.subject,
                "day": each.day,
                "severity": each.severity,
                "detail": each.detail,
            }
            for each in observed
        ),
    )


def _is_undecided(gap: Gap) -> bool:
    return gap.kind in DECIDED and gap.settled_by is None


def day_state(
    source: str,
    names: Sequence[str],
    day: date,
    found: Iterable[Gap],
    empty: Collection[tuple[str, date | None]],
    at: datetime,
) -> DayState:
    """How one day of a source stands at a moment; ``names`` are what a contract names of the source.

    ``part``: some of them were not read, or all before the day had ended.
    """
    if at < ended(source, day):
        return "pending"
    lacking = [gap for gap in found if gap.source == source and not gap.replaced and day in gap.days]
    if any(gap.kind in REFUSED for gap in lacking):
        return "refused"
    if lacking:
        some = {gap.subject for gap in lacking if gap.kind == "never_read"}
        return "missing" if some >= set(names) else "part"
    return "empty" if (source, day) in empty else "whole"


def checks(
    connection: Connection, contract: Contract, report: ReportPeriod, run_ids: Collection[str], limit: int, offset: int
) -> list[dict[str, Any]]:
    """Checks that did not pass: of the runs of a report, and of the answers about its days; rows are as masked."""
    values = {
        "contract_id": contract.id,
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "sources": list(SOURCES),
        "period_from": report.period_from,
        "period_to": report.period_to,
        "runs": list(run_ids),
        "limit": limit,
        "offset": offset,
    }
    return _rows(connection, "desk/checks", values)


def versions(connection: Connection, contract_id: str, number: str, limit: int, offset: int) -> list[dict[str, Any]]:
    """The registered versions of a report, or its draft while there is none, the newest first."""
    values = {"contract_id": contract_id, "report_number": number, "limit": limit, "offset": offset}
    return _rows(connection, "desk/versions", values)


def messages(connection: Connection, contract_id: str, number: str) -> list[dict[str, Any]]:
    """The message of each version and what mail servers told of it, the newest first."""
    return _rows(connection, "desk/messages", {"contract_id": contract_id, "report_number": number})


def hour_bank(connection: Connection, contract_id: str, number: str) -> dict[str, str]:
    """The hours of the bank as the newest registered version says them, exact, by state; empty before there is one."""
    wanted = {f"hour_bank.{name}": name for name in HOUR_BANK}
    values = {"contract_id": contract_id, "report_number": number, "figures": list(wanted)}
    found = {row["figure_id"]: row["value"] for row in _rows(connection, "desk/hour_bank", values)}
    return {name: format(found[figure].normalize(), "f") for figure, name in wanted.items() if figure in found}


def causes(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """What needed somebody when alerts were looked for last, as they tell it, the newest first."""
    told = _rows(connection, "desk/causes", {"limit": limit})
    return [{"title": TITLES[each["kind"]], **each} for each in told]


def _rows(connection: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement(name), values).fetchall()
