"""What the calendars owe, against what the register knows of it.

A report is due from its cut-off on. It is *issued* when a version is registered and its message has left or a person
has decided about it; it *waits* while a run works on it, asks a person, or a person has rejected its drafts. Anything
else is a finding, and where no run ever set out to issue it, a late run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import psycopg

from service_reports.contracts import ContractFile
from service_reports.register.chain import append, writing
from service_reports.register.entries import IssueKey, Origin
from service_reports.register.versions import claim_version
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
RunState = Literal["alive", "ended", "unknown"]
Runs = Callable[[str], RunState]
"""What Airflow knows of a run of the publication, by its id; ``unknown``: its database has no such run."""

GRACE = timedelta(hours=1)
"""As long after its cut-off nobody misses a report: the scheduler is about to start its run."""
LATE_AFTER = timedelta(days=1)
"""A run of the calendar that begins later than this after the cut-off says that it is late."""
MOST_LATE = timedelta(days=45)
"""What is later than this is not issued by itself: a person decides."""
ON_ITS_WAY = frozenset({"queued", "sending", "ambiguous"})
"""States of a message that some run still has to bring to its end."""
SETTLED = "settled"
"""Event of a version: a person has said why it is not issued, or what became of its message."""


class Owed(NamedTuple):
    """A report that some calendar says is due; ``cut_off`` is aware, ``file_name`` that of its contract."""

    contract_id: str
    report_number: str
    cut_off: datetime
    file_name: str

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.contract_id} {self.report_number}"


class Standing(NamedTuple):
    """What is known of a report: its newest registered version or else its draft, and the runs that set out for it.

    ``last_word``: which event was the last of those that claim, reject or settle it; ``runs``: the newest first.
    """

    version: int | None
    registered: bool
    state: str | None
    run_id: str | None
    delivery: str | None
    last_word: str | None
    runs: Sequence[str]

    @property
    def on_its_way(self) -> bool:
        """Whether a registered version still has to be archived or sent."""
        return self.delivery in ON_ITS_WAY or (self.state == "signed" and self.delivery is not None)


Verdict = Literal["issued", "settled", "waits", "undelivered", "failed", "late", "left"]


@dataclass(frozen=True)
class Judged:
    """A due report and what became of it. ``run_id`` is the run that works on it, ended without it, or will issue it.

    ``late``: a run is to issue it now; ``left``: nobody has tried, and a person has to.
    """

    owed: Owed
    verdict: Verdict
    run_id: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody must be told."""
        return self.verdict not in ("issued", "settled", "waits")


def keep_calendars(connection: Connection, files: Iterable[ContractFile]) -> None:
    """Keep the calendar of each contract whose file holds; the others stay as they were last read."""
    said = [
        {
            "contract_id": held.id,
            "file_name": file.name,
            "numbers": [report.number for report in held.reports],
            "cut_offs": [held.cut_off(report) for report in held.reports],
        }
        for file in files
        if (held := file.contract) is not None
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(statement("calendar/keep_reports"), said)


def due(connection: Connection, at: datetime) -> list[tuple[Owed, Standing]]:
    """The reports of the kept calendars that are due at a moment (aware) and not at their end, with what is known."""
    wanted = {"at": at - GRACE, "on_its_way": sorted(ON_ITS_WAY)}
    rows = connection.execute(statement("calendar/due"), wanted).fetchall()
    fields = len(Owed._fields)
    return [(Owed(*row[:fields]), Standing(*row[fields:])) for row in rows]


def standing(connection: Connection, contract_id: str, report_number: str) -> Standing:
    """What is known of a report."""
    row = connection.execute(
        statement("calendar/standing"), {"contract_id": contract_id, "report_number": report_number}
    ).fetchone()
    assert row is not None
    return Standing(*row)


def installed_at(connection: Connection) -> datetime:
    """The first moment that this installation knows of: what was due before it is history."""
    row = connection.execute(statement("calendar/installed_at")).fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def issued_by_itself(cut_off: datetime, installed: datetime, at: datetime) -> bool:
    """Whether a report may still be issued without a person: it is not too late, nor from before the installation."""
    return cut_off >= installed and at - cut_off <= MOST_LATE


def late_run_id(owed: Owed) -> str:
    """The one run that issues a report late: Airflow has each id once, so looking twice starts it once."""
    return f"calendario__{owed.contract_id}__{owed.report_number}__{owed.cut_off:%Y%m%dT%H%M}"


def judge(owed: Owed, known: Standing, runs: Runs, *, readable: bool, installed: datetime, at: datetime) -> Judged:
    """What became of a report that is due. ``readable``: its contract can be read now."""
    if known.last_word == SETTLED:
        return Judged(owed, "settled")
    if known.registered and not known.on_its_way:
        return Judged(owed, "issued", known.run_id)
    own = [known.run_id] if known.run_id else []
    states = {run_id: runs(run_id) for run_id in dict.fromkeys((*known.runs, *own, late_run_id(owed)))}
    alive = [run_id for run_id, state in states.items() if state == "alive"]
    ended = [run_id for run_id, state in states.items() if state == "ended"]
    if alive:
        return Judged(owed, "waits", alive[0])
    if known.registered:
        return Judged(owed, "undelivered", known.run_id)
    if known.last_word == "rejected" and known.run_id in ended:
        return Judged(owed, "waits", known.run_id)
    if ended:
        return Judged(owed, "failed", ended[0])
    if readable and issued_by_itself(owed.cut_off, installed, at):
        return Judged(owed, "late", late_run_id(owed))
    return Judged(owed, "left")


def judge_all(connection: Connection, runs: Runs, readable: Iterable[str], at: datetime) -> list[Judged]:
    """What became of each report that is due and not at its end; ``readable`` are contracts that can be read now."""
    held, installed = frozenset(readable), installed_at(connection)
    return [
        judge(owed, known, runs, readable=owed.contract_id in held, installed=installed, at=at)
        for owed, known in due(connection, at)
    ]


def begin_publication(
    connection: Connection, contract_id: str, report_number: str, run_id: str, late_since: datetime | None
) -> None:
    """Note that a run sets out to issue a report, and since when that is late; what was noted first stays."""
    connection.execute(
        statement("calendar/begin_publication"),
        {"contract_id": contract_id, "report_number": report_number, "run_id": run_id, "late_since": late_since},
    )


def begin_in_lot(connection: Connection, contract_id: str, report_number: str, run_id: str) -> bool:
    """Note that a lot of a run works on a report; ``False``: one does already, or died over it."""
    about = {"contract_id": contract_id, "report_number": report_number, "run_id": run_id}
    return connection.execute(statement("calendar/begin_in_lot"), about).fetchone() is not None


def end_in_lot(connection: Connection, contract_id: str, report_number: str, run_id: str) -> None:
    """Note that a lot has ended with a report, whatever became of it."""
    about = {"contract_id": contract_id, "report_number": report_number, "run_id": run_id}
    connection.execute(statement("calendar/end_in_lot"), about)


def late_since(connection: Connection, contract_id: str, report_number: str, run_id: str) -> datetime | None:
    """The cut-off that a run of the calendar missed; ``None``: it is in time, or somebody asked for it."""
    row = connection.execute(
        statement("calendar/late_since"),
        {"contract_id": contract_id, "report_number": report_number, "run_id": run_id},
    ).fetchone()
    return None if row is None else row[0]


def settle(connection: Connection, owed: Owed, run_id: str, *, by: str, reason: str) -> IssueKey:
    """Record that a person has said why a report is not issued, or what became of its message.

    Where nothing was claimed yet, a draft is, so that the chain of events holds it; whoever issues it later
    takes that over.

    Raises:
        NotClaimed: a run took the version at the same moment.
    """
    with writing(connection):
        known = standing(connection, owed.contract_id, owed.report_number)
        if known.registered and known.version is not None:
            key = IssueKey(owed.contract_id, owed.report_number, known.version)
        else:
            key = claim_version(
                connection, owed.contract_id, owed.report_number, run_id, reason, Origin(requested_by=by)
            )
        append(connection, key, SETTLED, by=by, detail=reason)
    return key
