"""What a contract costs with more neighbours, and with a longer past: its review, its figures' rows, its whole close.

Each row is the same work on the same machine over warehouses that differ in one thing. A warehouse of each size is
filled once and kept; what is closed, is closed in a copy of it. A close is a real one, of all steps from the gate to
the mail, but what it draws is drawn once: it is the same for all.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import psycopg

from sandbox.supervisor import Sandbox
from service_reports.contracts import Contract, ContractFile, load_contract
from service_reports.contracts.loader import FOLDER_VARIABLE
from service_reports.register import calendar
from service_reports.sources.answer import Answer
from service_reports.sources.oci_cost_reports import parse
from service_reports.sources.oci_cost_reports.sums import CostLines
from service_reports.warehouse import (
    load_batch,
    read_batches,
    read_period,
    record_batch,
    review,
)
from tests.bench.airflow import seconds_of, server_of
from tests.bench.history import fill, with_history
from tests.integration.closing import CONTRACT, SCENARIO, Beginning, Closing
from tests.integration.databases import quick_folder
from tests.integration.outside_world import cost_lines
from tests.simulation.costs import backend_seconds

DAYS, YEAR = 60, 365
FEW = 10

Size = tuple[int, int]
"""How many contracts, and how many days."""

AXES: tuple[Mapping[str, Size], ...] = (
    {f"{contracts:,} contracts": (contracts, DAYS) for contracts in (FEW, 100, 1000)},
    {"60 days": (FEW, DAYS), "1 year": (FEW, YEAR), "5 years": (FEW, 5 * YEAR)},
)
SIZES = tuple(dict.fromkeys(size for axis in AXES for size in axis.values()))
NEIGHBOUR = "neighbour-"
LAST = date(2026, 3, 31)
"""The last day of the past; the report that is closed begins with the next."""
SEEN = datetime.combine(LAST + timedelta(days=1), time(2), UTC)
"""When the reports of the past were looked at last: before what the last night brought."""
NIGHT = SEEN.replace(hour=6)
"""When what the last night brought had been loaded."""
RUNS, CLOSES = 7, 3

Work = Callable[[psycopg.Connection, Contract], object]


def _cpu_seconds(works: Mapping[Size, tuple[psycopg.Connection, Contract]], work: Work) -> dict[Size, float]:
    """Seconds of the processor that a work takes at each size, here and in PostgreSQL, in turns: the least of some."""
    least = dict.fromkeys(works, float("inf"))
    for turn in range(RUNS + 1):
        for size, (connection, held) in works.items():
            begun, before = clock.process_time(), backend_seconds(connection)
            work(connection, held)
            if turn:  # the first one warms
                spent = clock.process_time() - begun + backend_seconds(connection) - before
                least[size] = min(least[size], spent)
    return least


def _tell(work: str, seconds: Mapping[Size, float]) -> None:
    """A line for each axis of which there is the work."""
    for axis in AXES:
        spent = {name: seconds[size] for name, size in axis.items()}
        first, *_, last = spent
        listed = ", ".join(f"{name} {each * 1000:.0f} ms" for name, each in spent.items())
        print(
            f"{work:<44} {'':8}  {spent[last] / spent[first]:6.2f} x {first:<32} goal: 1.10 x  ({listed})", flush=True
        )


def _bench_reads(closing: Closing, sample: Contract, pasts: Mapping[Size, Beginning]) -> None:
    with ExitStack() as opened:
        held = {
            size: (opened.enter_context(closing.looking_at(past)), with_history(sample, LAST, size[1]))
            for size, past in pasts.items()
        }
        for connection, _ in held.values():
            # What was collected for the close came after all reviews, and some of it tells of every report.
            moments = {"before": SEEN - timedelta(days=1), "last_night": NIGHT}
            connection.execute("update raw.batch set loaded_at = %(before)s where loaded_at > %(last_night)s", moments)
        rows = parse(partial(BytesIO, cost_lines(LAST)))
        _tell("A cost report loaded", _cpu_seconds(held, partial(_load, rows=rows)))
        _tell("The rows of a report", _cpu_seconds(held, _rows))
        _tell("A review, with the rows it reads again", _cpu_seconds(held, _review))
        _tell("What the calendar of a contract owes", _cpu_seconds(held, _calendar))


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
        [batch] = read_batches(connection, [batch_id])
        assert load_batch(connection, batch, rows, [contract])


def _rows(connection: psycopg.Connection, contract: Contract) -> None:
    read_period(connection, contract, contract.reports[-1])


def _review(connection: psycopg.Connection, contract: Contract) -> None:
    """What the daily review asks the warehouse about a contract."""
    touched = [report for report, _ in review.touched_reports(connection, contract)]
    review.set_untouched(connection, contract.id, [r.number for r in contract.reports if r not in touched], SEEN)
    for report in touched:
        read_period(connection, contract, report)


def _calendar(connection: psycopg.Connection, contract: Contract) -> None:
    """What the look of the morning keeps of a contract, and asks of all."""
    calendar.keep_calendars(connection, [ContractFile(Path("contract.yaml"), contract, None)])
    calendar.due(connection, SEEN)


def _bench_closes(closing: Closing, pasts: Mapping[Size, Beginning]) -> None:
    with closing.warehouse() as connection:
        server = server_of(connection)
    seconds = dict.fromkeys(pasts, float("inf"))
    for turn in range(CLOSES):
        for size, past in pasts.items():
            _have_contracts(Path(closing.sandbox.environment[FOLDER_VARIABLE]), size[0])
            closing.restart(past)
            run = closing.new_run(f"close-{turn}")
            begun = closing.driver.cpu_seconds + seconds_of(server)
            closing.succeed(run)
            seconds[size] = min(seconds[size], closing.driver.cpu_seconds + seconds_of(server) - begun)
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


def _past(closing: Closing, sample: Contract, size: Size) -> Beginning:
    """What was collected, with a past of so many contracts and days."""
    contracts, days = size
    closing.restart()
    with closing.warehouse() as connection:
        fill(connection, sample, LAST, days, contracts)
    return closing.keep(closing.new_run(""))


def bench_growth() -> None:
    """Reviews and reads over warehouses of many contracts, and of a long past; then whole closes."""
    sample = load_contract(SCENARIO / "contract.yaml")
    with quick_folder() as folder, Sandbox(SCENARIO, folder / "sandbox") as sandbox:
        closing = Closing(sandbox, folder / "closing")
        try:
            pasts = {size: _past(closing, sample, size) for size in SIZES}
            _bench_closes(closing, pasts)
            _bench_reads(closing, sample, pasts)
        finally:
            closing.stop()


if __name__ == "__main__":
    bench_growth()
