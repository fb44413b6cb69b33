"""Cost reports: a million lines against gzip alone and a plain loop, and to the warehouse; memory; nothing new."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.bench.cost_file import LINES, cost_file

PROJECT = Path(__file__).resolve().parents[2]
FILE = PROJECT / "build" / "bench" / f"cost_report_{LINES}.csv.gz"
RUNS = 3

IMPORTS = """
import sys, numpy, polars
from functools import partial
from service_reports.sources.oci_cost_reports.objects import parse
"""
PARSE = "hours = parse(partial(open, sys.argv[1], 'rb'))\n"
PARSE_RESULT = """
print(sorted((h.product_description, h.quantity, h.cost, h.lines, h.corrections) for h in hours)[::97])
"""
PLAIN_LOOP = """
import csv, gzip, sys
from decimal import Decimal, getcontext
getcontext().prec = 100
sums = {}
with gzip.open(sys.argv[1], "rt", encoding="utf-8", newline="") as text:
    for line in csv.DictReader(text):
        key = (line["lineItem/intervalUsageStart"], line["product/compartmentId"], line["product/service"],
               line["product/Description"], line["cost/skuUnitDescription"] or line["cost/billingUnitReadable"],
               line["cost/currencyCode"])
        held = sums.setdefault(key, [Decimal(0), Decimal(0), 0, 0])
        held[0] += Decimal(line["usage/billedQuantity"])
        held[1] += Decimal(line["cost/myCost"] or 0)
        held[2] += 1
        if line["lineItem/isCorrection"].lower() == "true":
            held[3] += 1
"""
PLAIN_RESULT = """
plain = lambda value: value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
found = ((key[3], plain(held[0]), plain(held[1]), *held[2:]) for key, held in sums.items())
print(sorted(found)[::97])
"""
MEMORY = "import resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"


def cpu_seconds(command: list[str], environment: Mapping[str, str], runs: int = RUNS) -> float:
    """Median user and system seconds of a fresh process."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, cwd=PROJECT, env=dict(environment), stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return statistics.median(once() for _ in range(runs))


def bench_cost_reports() -> None:
    """Parse and add up a million lines of 40 columns, beyond imports."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT / "include"), str(PROJECT)])}
    file = str(cost_file(FILE))

    def python(program: str, runs: int = RUNS) -> float:
        return cpu_seconds([sys.executable, "-c", program, file], environment, runs)

    unpacked = cpu_seconds(["gzip", "-dc", file], environment)
    imports = python(IMPORTS)
    parsed = python(IMPORTS + PARSE) - imports
    loop = python(PLAIN_LOOP, runs=1)
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTS + PARSE + MEMORY, file],
        check=True,
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert _printed(IMPORTS + PARSE + PARSE_RESULT, file, environment) == _printed(
        PLAIN_LOOP + PLAIN_RESULT, file, environment
    ), "the two ways give different sums"
    memory, object_size = int(ended.stdout) / 1024, FILE.stat().st_size / 2**20
    _print("Cost report, 1,000,000 lines", f"{parsed:6.2f} s", parsed / unpacked, "gzip -dc alone", "1.60 x")
    _print("  the same by csv and Decimal", f"{loop:6.2f} s", loop / parsed, "the product", "4 x or more")
    _print("  peak memory", f"{memory:5.0f} MB", memory / object_size, "the object itself", "250 MB")


def _printed(program: str, file: str, environment: Mapping[str, str]) -> str:
    command = [sys.executable, "-c", program, file]
    return subprocess.run(command, check=True, cwd=PROJECT, env=environment, capture_output=True, text=True).stdout


def _print(name: str, measured: str, ratio: float, against: str, goal: str) -> None:
    print(f"{name:<44} {measured}  {ratio:6.2f} x {against:<32} goal: {goal}", flush=True)


ONE_PASS = """
import csv, gzip, itertools, sys, time
from datetime import date
from functools import partial
import great_expectations, numpy, polars
from service_reports.sources import Answer
from service_reports.sources.oci_cost_reports.objects import parse
from service_reports.warehouse import record_batch
from service_reports_airflow.contracts import contracts
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import STORES
from tests.bench.airflow import seconds_of, server_of
[held], day = contracts(), date(2026, 1, 20)
with STORES.warehouse() as db, STORES.archive() as store, open(sys.argv[1], "rb") as file:
    server = server_of(db)
    told = {"source": "oci_cost_reports", "scope": held.oci.tenancy_ocid, "run_id": "run"}
    key, answer = store.keep(file), Answer("reports/cost-csv/1.csv.gz", b"", None, day, day, file=file)
    batch_id = record_batch(db, answer=answer, archive_key=key, **told)
before = time.process_time()
parse(partial(open, sys.argv[1], "rb"))
parsed, asked = time.process_time(), seconds_of(server)
ingest.validate_and_load([batch_id], "run")
loaded, stored = time.process_time(), seconds_of(server)

wanted = ("lineItem/intervalUsageStart", "lineItem/intervalUsageEnd", "lineItem/referenceNo", "product/compartmentId",
          "product/service", "product/Description", "usage/billedQuantity", "cost/myCost")
with STORES.warehouse() as db, gzip.open(sys.argv[1], "rt", encoding="utf-8", newline="") as text:
    db.execute("create table raw.line_by_line (began timestamptz, ended timestamptz, number text primary key, "
               "compartment text, service text, description text, quantity numeric, cost numeric)")
    some = int(sys.argv[2])
    began, held = time.process_time(), seconds_of(server)
    for line in itertools.islice(csv.DictReader(text), some):
        values = [line[name] for name in wanted]
        db.execute("insert into raw.line_by_line values (%s, %s, %s, %s, %s, %s, %s, %s)", values)
    db.commit()
    plain = time.process_time() - began + seconds_of(server) - held
print(parsed - before, loaded - parsed, stored - asked, plain / some)
"""
SOME_LINES = 20_000
"""So many are inserted one by one: the others would cost the same each."""


def bench_one_pass() -> None:
    """From the archive to the warehouse through its checks, Great Expectations loaded, against its parse alone; and
    against an ``insert`` for each line, without a check, PostgreSQL's own time included."""
    told = _in_sandbox(ONE_PASS, str(cost_file(FILE)), str(SOME_LINES))
    parsed, loaded, stored, a_line = map(float, told.split())
    _print("  from the archive to the warehouse", f"{loaded:6.2f} s", loaded / parsed, "its parse alone", "1.50 x")
    plain, whole = a_line * LINES, loaded + stored
    _print("  the same, inserted line by line", f"{plain:6.2f} s", plain / whole, "the product", "25 x or more")


NOTHING_NEW = """
import time
from datetime import date
from service_reports.sources.source import Window
from service_reports_airflow.contracts import contracts, tenancies
from service_reports_airflow.steps import ingest
from service_reports_airflow.steps.review import review_costs
days = Window(date(2026, 1, 25), date(2026, 1, 25))
[tenancy] = tenancies(contracts())


def run(run_id):
    ids = []
    for feed in ("oci_cost_reports", "oci_compartments", "oci_usage"):
        ids += ingest.fetch(feed, days, run_id, tenancy=tenancy)
    ingest.validate_and_load(ids, run_id)
    review_costs(ids, days, run_id)
    ingest.confirm(ids, run_id)
    return ids


assert run("with the days before, which were never read")
assert run("that day alone, of which the answer has another name")
before = time.process_time()
assert run("again") == []
print(time.process_time() - before)
"""


def bench_nothing_new() -> None:
    """A day collected again, with nothing new: every step of the DAG in one process, without Airflow's own cost."""
    again = float(_in_sandbox(NOTHING_NEW))
    print(
        f"{'A day again, with nothing new':<44} {again:6.2f} s  {'':>6}   {'':<32} goal: 1 s, no download", flush=True
    )


def _in_sandbox(program: str, *arguments: str) -> str:
    """The last line that a program prints in a process of its own, beside a sandbox of the sample month."""
    import tempfile

    from sandbox.demo import DEFAULT_SCENARIO
    from sandbox.supervisor import Sandbox

    folders = [str(PROJECT / folder) for folder in ("include", "plugins", ".")]
    with tempfile.TemporaryDirectory() as state, Sandbox(DEFAULT_SCENARIO, Path(state)) as sandbox:
        own = {"PYTHONPATH": os.pathsep.join(folders), "AIRFLOW_HOME": f"{state}/airflow"}
        environment = {**os.environ, **sandbox.environment, **own}
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            check=True,
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
    return ended.stdout.splitlines()[-1]
