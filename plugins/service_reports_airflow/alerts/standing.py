"""What stands at a moment: read from the warehouse and the register, and of tasks that stopped asked of Airflow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from service_reports import register
from service_reports.contracts import Contract, contract_paths
from service_reports.register.calendar import Runs
from service_reports.sources import FEEDS
from service_reports.warehouse.statements import statement
from service_reports_airflow.alerts import causes
from service_reports_airflow.alerts.causes import Cause, Found, Hours, Silent, Stop
from service_reports_airflow.desk import reading
from service_reports_airflow.desk.reading import Known, Row

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol as TaskInstance

Connection = psycopg.Connection[Any]
States = Callable[[str, Sequence[str]], Mapping[str, Mapping[str, str | None]]]
"""The states of all tasks of some runs of a DAG, by run and task; a mapped one's name ends in ``_`` and its index."""
MOST_STOPS, MOST_SIGNATURES = 500, 500
SETTLES_IN = timedelta(minutes=2)
"""As long a task that said that it failed may not have ended yet, as Airflow sees it."""
STILL = {
    "failed": frozenset({"failed"}),
    "asks": frozenset({"awaiting_input", "deferred", "scheduled", "queued", "running"}),
}
"""In which of Airflow's states a task still stands where it stopped."""
FINDINGS_OF = timedelta(days=45)
DAILY = tuple(source.name for feed in FEEDS.values() if not feed.news_only for source in feed.sources)
"""Sources that answer at every collection; of the others only what is new is kept."""


def airflow_states(ti: TaskInstance) -> States:
    """What Airflow knows of tasks of runs, asked by a task instance."""

    def states(dag_id: str, run_ids: Sequence[str]) -> Mapping[str, Mapping[str, str | None]]:
        return ti.get_task_states(dag_id=dag_id, run_ids=list(run_ids))

    return states


class Stands(NamedTuple):
    """What stands at a moment: the causes, and the reports and open findings that they were made from."""

    causes: Sequence[Cause]
    rows: Sequence[Row]
    found: Sequence[Found]


def standing(
    db: Connection, states: States, runs: Runs, contracts: Callable[[], Sequence[Contract]], at: datetime
) -> Stands:
    """What stands at a moment (aware). ``contracts`` are asked for where a cause is about what some share."""
    stops = list(_stops(db, states, at))
    known = reading.known_reports(db, at)
    rows = reading.judged(db, known, runs, {path.name for path in contract_paths()}, at)
    found = [Found(*row) for row in db.execute(statement("alerts/findings"), {"since": at - FINDINGS_OF})]
    silent = [Silent(*row) for row in db.execute(statement("alerts/silent"), _silence(at))]
    of_one = {each.owed.contract_id for each in known}
    shared = [each for each in found if each.scope not in of_one]
    held = contracts() if silent or shared else ()
    stand = [
        *causes.of_reports(rows, stops, at),
        *causes.of_stops(stops, at),
        *causes.of_findings(found, of_one, held),
        *causes.of_silence(silent, held, at),
        *causes.of_signatures(register.incomplete_signatures(db, MOST_SIGNATURES)),
        *causes.of_hours(_hours(db, rows)),
    ]
    return Stands(stand, rows, found)


def _silence(at: datetime) -> dict[str, Any]:
    return {"sources": list(DAILY), "since": at - causes.SILENT_UNTIL, "before": at - causes.SILENT_AFTER}


def _stops(db: Connection, states: States, at: datetime) -> Iterator[Stop]:
    """The tasks that still stand where they stopped; of the others it is noted that they went on."""
    of_dag: dict[str, list[Stop]] = defaultdict(list)
    for row in db.execute(statement("alerts/stops"), {"most": MOST_STOPS}).fetchall():
        stop = Stop(*row)
        if stop.state == "failed" and at - stop.since >= causes.FAILURE_STANDS:
            _end(db, stop)
        elif stop.state == "failed" and at - stop.since < SETTLES_IN:
            yield stop
        else:
            of_dag[stop.dag_id].append(stop)
    for dag_id, stops in of_dag.items():
        known = states(dag_id, sorted({stop.run_id for stop in stops}))
        for stop in stops:
            task = stop.task_id if stop.map_index < 0 else f"{stop.task_id}_{stop.map_index}"
            if known.get(stop.run_id, {}).get(task) in STILL[stop.state]:
                yield stop
            else:
                _end(db, stop)


def _end(db: Connection, stop: Stop) -> None:
    names = ("dag_id", "run_id", "task_id", "map_index", "since")
    db.execute(statement("alerts/end_stop"), {name: getattr(stop, name) for name in names})


def _hours(db: Connection, rows: Sequence[Row]) -> Iterator[Hours]:
    """The hour bank of each contract as the newest of its listed reports that are issued prints it."""
    newest: dict[str, Known] = {}
    for row in sorted(rows, key=lambda row: row.owed.cut_off):
        if row.standing.registered:
            newest[row.owed.contract_id] = Known(row.owed, row.standing, row.outdated)
    values = {
        "contract_ids": list(newest),
        "report_numbers": [each.owed.report_number for each in newest.values()],
        "versions": [each.standing.version for each in newest.values()],
    }
    return (Hours(*row) for row in db.execute(statement("alerts/hours"), values)) if newest else iter(())
