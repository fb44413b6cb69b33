"""What a contract costs with more neighbours, and with a longer past: its review, its figures' rows, its whole close.

Each row is the same work on the same machine over warehouses that differ in one thing. A close is a real one, of all
steps from the gate to the mail, but what it draws is drawn once: it is the same for all.
"""

from __future__ import annotations

import os
import time as clock
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from sandbox.postgres import connect_when_up, dsn, start_server, stop_server
from sandbox.supervisor import Sandbox
from service_reports.contracts import Contract, load_contract
from service_reports.contracts.loader import FOLDER_VARIABLE
from service_reports.sources.answer import Answer
from service_reports.sources.oci_cost_reports import parse
from service_reports.sources.oci_cost_reports.lines import CostLines
from service_reports.warehouse import (
    ensure_schema,
    load_batch,
    read_batches,
    read_period,
    record_batch,
    review,
    set_state,
)
from tests.bench.airflow import seconds_of, server_of
from tests.bench.history import fill, with_history
from tests.integration.closing import CONTRACT, SCENARIO, Closing
from tests.integration.outside_world import cost_lines
from tests.simulation.costs import backend_seconds

DAYS, YEAR = 60, 365
FEW = 10
AXES = (
    {f"{contracts:,} contracts": (contracts, DAYS) for contracts in (FEW, 100, 1000)},
    {"60 days": (FEW, DAYS), "1 year": (FEW, YEAR), "5 years": (FEW, 5 * YEAR)},
)
NEIGHBOUR = "neighbour-"
LAST = date(2026, 3, 31)
"""The last day of the past; the report that is closed begins with the next."""
SEEN = datetime.combine(LAST + timedelta(days=1), time(2), UTC)
"""When the reports of the past were looked at last: before what the last night brought."""
RUNS, CLOSES = 15, 4

Size = tuple[int, int]
"""How many contracts, and how many days."""


Work = Callable[[psycopg.Connection], object]


def _cpu_seconds(works: Mapping[str, tuple[psycopg.Connection, Work]]) -> dict[str, float]:
    """Seconds of the processor that each work takes, here and in PostgreSQL, in turns: the least of some."""
    least = dict.fromkeys(works, float("inf"))
    for turn in range(RUNS + 1):
        for name, (connection, work) in works.items():
            begun, before = clock.process_time(), backend_seconds(connection)
            work(connection)
            if turn:  # the first one warms
                spent = clock.process_time() - begun + backend_seconds(connection) - before
                least[name] = min(least[name], spent)
    return least


def _tell(work: str, seconds: Mapping[str, float]) -> None:
    first, *_, last = seconds
    listed = ", ".join(f"{name} {each * 1000:.0f} ms" for name, each in seconds.items())
    print(
        f"{work:<44} {'':8}  {seconds[last] / seconds[first]:6.2f} x {first:<32} goal: 1.10 x  ({listed})", flush=True
    )


def _bench_reads(socket: Path, sample: Contract, axis: Mapping[str, Size]) -> None:
    reads: dict[str, tuple[psycopg.Connection, Work]] = {}
    reviews: dict[str, tuple[psycopg.Connection, Work]] = {}
    loads: dict[str, tuple[psycopg.Connection, Work]] = {}
    with ExitStack() as open_ones:
        for number, (name, (contracts, days)) in enumerate(axis.items()):
            with psycopg.connect(dsn(socket, "postgres"), autocommit=True) as postgres:
                postgres.execute(f"create database growth_{number}")
            connection = open_ones.enter_context(psycopg.connect(dsn(socket, f"growth_{number}"), autocommit=True))
            ensure_schema(connection)
            fill(connection, sample, LAST, days, contracts)
            held = with_history(sample, LAST, days)
            reads[name] = connection, partial(read_period, contract=held, report=held.reports[-1])
            reviews[name] = connection, partial(_review, contract=held)
            loads[name] = connection, partial(_load, contract=held, rows=parse(BytesIO(cost_lines(LAST))))
        _tell("A cost report loaded", _cpu_seconds(loads))
        _tell("The rows of a report", _cpu_seconds(reads))
        _tell("A review, with the rows it reads again", _cpu_seconds(reviews))
    with psycopg.connect(dsn(socket, "postgres"), autocommit=True) as postgres:
        for number in range(len(axis)):
            postgres.execute(f"drop database growth_{number}")


def _load(connection: psycopg.Connection, contract: Contract, rows: CostLines) -> None:
    """Enter and load one object of the provider, a line an hour; nothing of it stays."""
    answer = Answer("reports/new", b"", "etag", LAST, LAST)
    with connection.transaction(force_rollback=True):
        batch_id = record_batch(
            connection,
            source="oci_cost_reports",
            scope=contract.oci.tenancy_ocid,
            answer=answer,
            archive_key="k",
            run_id="run",
        )
        set_state(connection, batch_id, "validated")
        [batch] = read_batches(connection, [batch_id])
        assert load_batch(connection, batch, rows, [contract])


def _review(connection: psycopg.Connection, contract: Contract) -> None:
    """What the daily review asks the warehouse about a contract."""
    touched = [report for report, _ in review.touched_reports(connection, contract)]
    review.set_untouched(connection, contract.id, [r.number for r in contract.reports if r not in touched], SEEN)
    for report in touched:
        read_period(connection, contract, report)


def _bench_closes(closing: Closing, sample: Contract, axis: Mapping[str, Size]) -> None:
    pasts = {}
    for name, (contracts, days) in axis.items():
        closing.restart()
        with closing.warehouse() as connection:
            server = server_of(connection)
            fill(connection, sample, LAST, days, contracts)
        pasts[name] = closing.keep(closing.new_run(""))
    seconds = dict.fromkeys(axis, float("inf"))
    for turn in range(CLOSES):
        for name, (contracts, _) in axis.items():
            _have_contracts(Path(closing.sandbox.environment[FOLDER_VARIABLE]), contracts)
            closing.restart(pasts[name])
            run = closing.new_run(f"close-{turn}")
            begun = closing.driver.cpu_seconds + seconds_of(server)
            closing.succeed(run)
            seconds[name] = min(seconds[name], closing.driver.cpu_seconds + seconds_of(server) - begun)
            assert run.next_step is None
    _tell("A whole close, drawn before", seconds)


def _have_contracts(folder: Path, contracts: int) -> None:
    [own] = [path for path in folder.iterdir() if not path.name.startswith(NEIGHBOUR)]
    text = own.read_text(encoding="utf-8")
    for path in folder.glob(f"{NEIGHBOUR}*"):
        path.unlink()
    for number in range(1, contracts):
        named = f"{NEIGHBOUR}{number}"
        (folder / f"{named}.yaml").write_text(text.replace(CONTRACT, named), encoding="utf-8")


def bench_growth() -> None:
    """Reviews and reads over warehouses of many contracts, and of a long past; then whole closes."""
    sample = load_contract(SCENARIO / "contract.yaml")
    with TemporaryDirectory() as folder:
        socket = Path(folder) / "socket"
        with Path(os.devnull).open("wb") as unheard:
            server = start_server(Path(folder) / "data", socket, log=unheard)
        try:
            connect_when_up(server, socket).close()
            for axis in AXES:
                _bench_reads(socket, sample, axis)
        finally:
            stop_server(server)
        with Sandbox(SCENARIO, Path(folder) / "sandbox") as sandbox:
            closing = Closing(sandbox, Path(folder) / "closing")
            try:
                for axis in AXES:
                    _bench_closes(closing, sample, axis)
            finally:
                closing.stop()


if __name__ == "__main__":
    bench_growth()
