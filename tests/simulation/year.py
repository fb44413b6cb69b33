"""A year of an installation, month by month, through the real steps and under a clock of its own.

Some contracts are collected and closed in full: sources, documents, signature, message. The others are neighbours:
their rows are made in the warehouse, they pass the calendar and the gate, and are registered, archived and sent without
documents. What everybody's contract costs every day (looks, reviews, calendar, verification) is done for all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from airflow.sdk.exceptions import AirflowException
from airflow.sdk.execution_time.context import set_current_context
from airflow.sdk.types import DagRunProtocol

from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.contracts.loader import FOLDER_VARIABLE
from service_reports.figures.figure import Figure
from service_reports.register import IssueKey, calendar
from service_reports.sources import FEEDS
from service_reports.sources.source import Window
from service_reports.warehouse import ensure_schema
from service_reports_airflow.contracts import contracts, tenancies
from service_reports_airflow.steps import (
    countersigned,
    due,
    gate,
    ingest,
    observe,
    outdated,
    overdue,
    review,
    straight,
    verify,
)
from service_reports_airflow.stores import WAREHOUSE, SourceUnreachable, Stores, archive, postgres, s3_client
from tests.bench.history import collect
from tests.simulation.clock import Clock
from tests.simulation.costs import Cost, Meter
from tests.simulation.customers import Month, customer_id, write_neighbours

Say = Callable[[str], None]
COLLECTED_AT, LOOKED_AT = time(7), time(13)
"""When (UTC) a month is collected, the day before its report is due, and when all is looked at, the day after."""
ROUND_DAYS = 360
"""A round of verification: there is one look a month, which would otherwise verify all that was ever issued."""
TRIES = 3
KEPT_FIGURES = 20
"""Figures of a neighbour's version; a real one has hundreds."""


class Year:
    """A simulated installation: ``full`` of so many contracts are closed in full.

    The sandbox must run, of a scenario of :func:`write_scenario` with the same months, and its environment be that of
    this process.
    """

    def __init__(self, sandbox: Sandbox, contracts: int, full: int, held: Sequence[Month], say: Say) -> None:
        self.sandbox, self.full, self.say, self.months = sandbox, full, say, held
        self.contracts = 0
        self.meter = Meter()
        self.clock = Clock(_at(self.months[0].first, time()))
        self.costs: dict[str, dict[Month, Cost]] = {}
        self.told: list[str] = []
        s3 = cache(lambda connection: self._watched(s3_client(connection)))
        self.stores = Stores(
            warehouse=self.warehouse, s3=s3, archive=partial(archive, s3), verification_days=lambda: ROUND_DAYS
        )
        with self._host("warehouse") as fresh:
            self.clock.put_up(fresh)
        with self.warehouse() as first:
            calendar.installed_at(first)
        self.grow(contracts)

    def _watched(self, client: tuple[Any, str]) -> tuple[Any, str]:
        return self.meter.watch_requests(client[0]), client[1]

    def _host(self, database: str) -> psycopg.Connection[Any]:
        folder = self.sandbox.endpoints.postgres_socket_folder
        return psycopg.connect(f"host={folder} user=postgres dbname={database}", autocommit=True)

    @contextmanager
    def warehouse(self) -> Iterator[psycopg.Connection[Any]]:
        """The warehouse as steps open it, at the simulated moment; what is asked of it is counted."""
        with postgres(WAREHOUSE) as connection:
            self.clock.hold(connection)
            ensure_schema(connection)
            with self.meter.watching(connection):
                yield connection

    def grow(self, contracts: int) -> None:
        """Let there be so many contracts from now on; the new ones are neighbours."""
        known = max(self.contracts, self.full)
        write_neighbours(Path(os.environ[FOLDER_VARIABLE]), range(known + 1, contracts + 1), self.months)
        self.contracts = contracts

    def _neighbours(self) -> Sequence[str]:
        return [customer_id(number) for number in range(self.full + 1, self.contracts + 1)]

    # A month

    def pass_month(self, month: Month) -> None:
        """All that happens about a month: it is collected, its reports are closed, and everything is looked at."""
        begun = datetime.now(UTC)
        self.clock.pass_to(_at(month.report_date - timedelta(days=1), COLLECTED_AT))
        self._bring_neighbours(month)
        self.collect(month)
        self._close(month)
        self.clock.pass_to(_at(month.report_date + timedelta(days=1), LOOKED_AT))
        self._look(month)
        left = len(self.months) - self.months.index(month) - 1
        took = (datetime.now(UTC) - begun).total_seconds()
        self.say(f"{month.number}: {self.contracts} contracts, {took:.0f} s; {left} months left")

    @contextmanager
    def _step(self, name: str, month: Month, contracts: int) -> Iterator[Cost]:
        with self.meter.measuring(contracts) as cost:
            yield cost
        self.costs.setdefault(name, {})[month] = cost

    def _bring_neighbours(self, month: Month) -> None:
        held = {each.id: each for each in contracts()}
        places = {name: held[name].oci.compartment_ocids[0] for name in self._neighbours()}
        with self._host("warehouse") as connection:
            self.clock.hold(connection)
            collect(connection, next(iter(held.values())), month.last, len(month.days), places)
            connection.execute("vacuum analyze")  # as the server does by itself

    def collect(self, month: Month) -> None:
        """The month's days, as somebody collects them who fills the form; then what is looked at of all contracts."""
        run_id, days = f"collect-{month.number}", Window(month.first, month.last)
        form = {"desde": month.first.isoformat(), "hasta": month.last.isoformat()}
        held = contracts()
        in_full = [each for each in held if each.id not in set(self._neighbours())]
        stores = self._of(in_full)
        read: list[int] = []
        with self._step("collect", month, self.full):
            for feed in FEEDS.values():
                scopes: Sequence[Mapping[str, Any]] = [{"contract_id": each.id} for each in in_full]
                if feed.scope == "tenancy":
                    scopes = [{"tenancy": each} for each in tenancies(in_full)]
                for scope in scopes if feed.collection != "published" else ():
                    read += self._fetch(feed.name, days, run_id, stores, scope)
            ingest.validate_and_load(read, run_id, stores=stores)
        with self._step("review costs", month, len(held)):
            review.review_costs(read, days, run_id, stores=self.stores)
        with self._step("observe", month, len(held)):
            for look in observe.LOOKS:
                observe.observe(look, form, self.clock.now(), run_id, stores=self.stores)
        with suppress(ingest.Incomplete):  # what is told to a person is no failure of the simulation
            ingest.confirm(read, run_id, stores=self.stores)

    @staticmethod
    def _fetch(feed: str, days: Window, run_id: str, stores: Stores, scope: Mapping[str, Any]) -> list[int]:
        """As a task does, with the tries that Airflow gives it: a busy machine answers late."""
        for _ in range(TRIES - 1):
            with suppress(SourceUnreachable):
                return ingest.fetch(feed, days, run_id, by_hand=True, stores=stores, **scope)
        return ingest.fetch(feed, days, run_id, by_hand=True, stores=stores, **scope)

    def _of(self, held: Sequence[Any]) -> Stores:
        by_id = {each.id: each for each in held}
        return replace(self.stores, contracts=lambda: tuple(held), contract=by_id.__getitem__)

    def _close(self, month: Month) -> None:
        """The calendar's run of the month: its lots, and what goes as one by one."""
        moment = contracts()[0].cut_off(contracts()[0].report(month.number))
        self.clock.pass_to(moment)
        run = self._run_of(moment)
        with self._step("calendar's run", month, self.contracts):
            reports = due.begin(
                due.due_reports({}, moment, "scheduled", self.clock.now(), stores=self.stores),
                run,
                self._state,
                self.clock.now(),
                stores=self.stores,
            )
        neighbours = set(self._neighbours())
        in_full = [each for each in reports if each["contract_id"] not in neighbours]
        lots = straight.lots(in_full, stores=self.stores) or [in_full]
        with self._step("close in full", month, len(in_full)), set_current_context({"params": {}}):
            for place, lot in enumerate(lots, start=1):
                straight.close(lot, {}, run, stores=self.stores)
                self.say(f"{month.number}: lot {place} of {len(lots)} closed")
        others = [each for each in reports if each["contract_id"] in neighbours]
        with self._step("gate and register", month, len(others)), set_current_context({"params": {}}):
            for report in others:
                self._issue_neighbour(report, run.run_id)

    @staticmethod
    def _run_of(moment: datetime) -> DagRunProtocol:
        run = {"run_id": f"scheduled__{moment.isoformat()}", "run_type": "scheduled", "conf": {}}
        return cast(
            "DagRunProtocol",
            SimpleNamespace(**run, run_after=moment, start_date=moment, triggering_user_name=None),
        )

    @staticmethod
    def _state(run_id: str) -> calendar.RunState:
        """Every run of the calendar has ended by the time that somebody looks."""
        return "ended" if run_id.startswith("scheduled__") else "unknown"

    def _issue_neighbour(self, report: Mapping[str, Any], run_id: str) -> None:
        """From the gate to the message that was sent, without a document."""
        key = IssueKey(**gate.gate({**report, "sends": True}, run_id, stores=self.stores))
        figures = [
            Figure(id=f"usage.{number}", value=number, unit="hours", source="oci_cost_reports")
            for number in range(KEPT_FIGURES)
        ]
        with self.stores.warehouse() as db, self.stores.archive() as store:
            figures_key = store.keep(f"figures of {key}".encode())
            register.set_figures(db, key, run_id, figures_key)
            register.pin_drafts(db, key, run_id, register.Drafts(figures_key, ()))
            with register.writing(db):
                message = store.keep(f"message of {key}".encode())
                register.put_in_outbox(db, key, message_id=f"<{key}>", recipient="x@example.com", message_key=message)
                register.register_issue(db, key, run_id, [], figures)
            listing = register.figures_listing(register.read_figures(db, key))
            store.create(register.issued_name(key, "figures.json"), listing, "application/json")
            with register.writing(db):
                register.set_archived(db, key)
                register.queue_archived(db, key)
            register.claim_delivery(db, key)
            register.settle_delivery(db, key, ["sending"], "sent")
            register.archive_events(db, store)

    def _look(self, month: Month) -> None:
        """What is looked at every day, of all contracts and all that was ever issued."""
        now, stores = self.clock.now, self.stores
        with self._step("calendar's look", month, self.contracts):
            self.told += overdue.look(f"look-{month.number}", self._state, now(), stores=stores)
            overdue.late_runs(self._state, now(), stores=stores)
        with self._step("review issued", month, self.contracts):
            outdated.review_reports(False, f"review-{month.number}", at=now(), stores=stores)
        with self._step("verify a part", month, 0) as cost:
            verify.plan({}, stores=stores)
            verify.verify_parts(stores=stores)
            cost.contracts = cost.statements["register/set_verified"]
            for confirm in (verify.chain, verify.rows_and_files):
                try:
                    confirm(stores=stores)
                except AirflowException as error:
                    self.told.append(str(error))
        with self._step("archive head", month, self.contracts):
            verify.archive_head(now().date(), stores=stores)
        with self._step("returned", month, self.contracts):
            countersigned.collect({}, None, f"returned-{month.number}", stores=stores)

    # What came of it

    def verdicts(self) -> Mapping[str, int]:
        """What became of each report that was due, counted: issued, to its end, or as the calendar judges it."""
        with self.warehouse() as db:
            held = [each.id for each in contracts()]
            judged = calendar.judge_all(db, self._state, held, self.clock.now() + timedelta(days=1))
            registered = db.execute(
                "select distinct contract_id, report_number from register.report where registered_at is not null"
            ).fetchall()
        issued = set(registered).difference((each.owed.contract_id, each.owed.report_number) for each in judged)
        return Counter(each.verdict for each in judged) + Counter(issued=len(issued))

    def sizes(self) -> list[tuple[str, int, int]]:
        """Tables with their rows and bytes (indexes too), the largest first; months of use as one."""
        with self._host("warehouse") as db:
            db.execute("vacuum analyze")
            rows = db.execute(
                "select coalesce(pg_partition_root(c.oid)::regclass, c.oid::regclass)::text,"
                "       sum(greatest(c.reltuples, 0))::bigint, sum(pg_total_relation_size(c.oid))::bigint"
                "  from pg_class c join pg_namespace n on n.oid = relnamespace"
                " where relkind = 'r' and nspname in ('raw', 'core', 'register') group by 1 order by 3 desc"
            ).fetchall()
        return cast("list[tuple[str, int, int]]", rows)


def _at(day: Any, moment: time) -> datetime:
    return datetime.combine(day, moment, UTC)
