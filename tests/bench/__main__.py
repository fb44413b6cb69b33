"""Speed as ratios in one run: ``make bench``. A row is CPU seconds of fresh processes, the median of several, unless it
says otherwise.

A ratio says how much a step costs against something of the same machine and moment; nothing
here fails a build.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import statistics
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.airflow import bench_airflow
from tests.bench.cost_reports import bench_cost_reports, bench_nothing_new, bench_one_pass
from tests.bench.growth import bench_growth
from tests.bench.lots import bench_lots
from tests.bench.rivals import bench_rivals

PROJECT = Path(__file__).resolve().parents[2]
RUNS = 5
MEASURED_CONTRACTS = 300
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(str(PROJECT / folder) for folder in ("include", "plugins", ".")),
    "AIRFLOW_HOME": str(PROJECT / "build" / "bench"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
}

SDK = "import airflow.sdk"
PARSE = "import runpy, pathlib\nfor path in sorted(pathlib.Path('dags').glob('*.py')): runpy.run_path(str(path))"
DOCUMENTS = (
    "import gc, sys; sys.path.insert(0, 'tests/golden')\n"
    "from sample_figures import sample\n"
    "from service_reports.documents import render_documents\n"
    "arguments = sample()\n"
    "gc.freeze(); gc.set_threshold(50_000)\n"  # as the step does
)


def cpu_seconds(program: str) -> float:
    """Median user and system seconds of a fresh Python that runs a program."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], check=True, cwd=PROJECT, env=ENVIRONMENT, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    once()
    return statistics.median(once() for _ in range(RUNS))


def row(name: str, measured: float, against: str, reference: float, goal: str) -> None:
    """Print one line of the table."""
    print(f"{name:<44} {measured:6.2f} s  {measured / reference:6.2f} x {against:<32} {goal}", flush=True)


def bench_dag_files() -> None:
    """Parsing all DAG files, against importing airflow.sdk alone."""
    sdk, parse = cpu_seconds(SDK), cpu_seconds(PARSE)
    row("DAG files, with airflow.sdk", parse, "import airflow.sdk", sdk, f"goal: + 0.20 s, is {parse - sdk:+.2f} s")


def bench_report_form() -> None:
    """The publication's trigger form over many contract files, against importing what makes it."""
    sample = (PROJECT / "sandbox" / "scenarios" / "jamundi-2026-01" / "contract.yaml").read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        for number in range(MEASURED_CONTRACTS):
            (Path(folder) / f"{number}.yaml").write_text(f"{sample}\n# {number}\n", encoding="utf-8")
        imports = f"import os; os.environ['SERVICE_REPORTS_CONTRACTS'] = {folder!r}\n"
        imports += "from service_reports_airflow.dag_parts.forms import report_form\n"
        reference = cpu_seconds(imports)
        form = cpu_seconds(imports + "report_form()") - reference
    name = f"Trigger form of {MEASURED_CONTRACTS} contracts, beyond imports"
    row(name, form, "its imports", reference, "goal: 0.10 s, at every parse")


def bench_documents() -> None:
    """Rendering both reports and the workbook, against importing what renders them."""
    imports, rendered = cpu_seconds(DOCUMENTS), cpu_seconds(DOCUMENTS + "render_documents(*arguments)")
    row("Two reports and workbook, beyond imports", rendered - imports, "imports and sample data", imports, "goal: 6 s")


TAGS = """
import time
from service_reports.documents import render_technical_report
from service_reports.documents.engine import page, tags
from service_reports.documents.proof import reading

class Silent(tags.TaggedCanvas):
    def __init__(self, *places, **settings):
        super().__init__(*places, **settings)
        self.hush()

def seconds(step):
    start = time.process_time()
    step()
    return time.process_time() - start

content = render_technical_report(*arguments).content
read = getattr(reading.read, "__wrapped__", reading.read)
taken = {"tagged": [], "untagged": [], "read": []}
for _ in range(5):
    for name, canvas in (("tagged", tags.TaggedCanvas), ("untagged", Silent)):
        page.TaggedCanvas = canvas
        taken[name].append(seconds(lambda: render_technical_report(*arguments)))
    taken["read"].append(seconds(lambda: read(content)))
print(*(min(each) for each in taken.values()))
"""


def bench_tags() -> None:
    """Drawing the technical report with its tags, against drawing all of it as an artifact; and reading it back."""
    finished = subprocess.run(
        [sys.executable, "-c", DOCUMENTS + TAGS],
        check=True,
        cwd=PROJECT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    tagged, untagged, read = map(float, finished.stdout.split())
    row("Informe Técnico, drawn with tags", tagged, "drawn without", untagged, "goal: 1.20 x")
    row("Informe Técnico, read back", read, "drawn with tags", tagged, "goal: 1.00 x")


PROOF = """
import time
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from io import BytesIO
from pyhanko.pdf_utils.reader import PdfFileReader
from service_reports.audit.signatures import roots_of
from service_reports.audit.verification import verify
from service_reports.signing import load_signing_key
from tests.proving_sample import proving_documents
from tests.throwaway_keys import PASSPHRASE, countersign, made_authority, sign

def seconds(step):
    start = time.process_time()
    step()
    return time.process_time() - start

authority = made_authority()
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
key = load_signing_key(authority.issue("SMART TMT S.A.S.", key=rsa_key), PASSPHRASE)
made = proving_documents()
report = next(each.content for each in made if each.kind == "technical_report")
files = {each.file_name: sign(each.content, key) if each.vendor_box else each.content for each in made}
twice = {
    name: countersign(content, authority) if content.startswith(b"%PDF") else content for name, content in files.items()
}
roots = roots_of(authority.certificate.public_bytes(Encoding.PEM))
taken = {"sign": [], "parse": [], "verify": [], "verify again": []}
for _ in range(5):
    taken["sign"].append(seconds(lambda: sign(report, key)))
    taken["parse"].append(seconds(lambda: PdfFileReader(BytesIO(report))))
    for name, given in (("verify", files), ("verify again", twice)):
        reading = verify.__globals__["printed_values"].__globals__["read"]
        reading.cache_clear()
        taken[name].append(seconds(lambda: verify(given, roots)))
print(*(min(each) for each in taken.values()))
"""


def bench_proof() -> None:
    """Signing the technical report with RSA-3072, against pyHanko's opening it; verifying a delivery, countersigned and
    not."""
    finished = subprocess.run(
        [sys.executable, "-c", PROOF], check=True, cwd=PROJECT, env=ENVIRONMENT, capture_output=True, text=True
    )
    signed, parsed, verified, countersigned = map(float, finished.stdout.split())
    row("Informe Técnico, signed with RSA-3072", signed, "opened by pyHanko", parsed, "goal: 0.06 s")
    row("A delivery, verified", verified, "its report signed", signed, "goal: 3 s")
    row("The same, countersigned", countersigned, "verified before", verified, "goal: 3 s")


def bench_monitoring_requests() -> None:
    """Requests to Monitoring for a day of many contracts of one tenancy, by the planner of the DAG; no network."""
    from service_reports.contracts import load_contract
    from service_reports.sources.oci_metrics import plan_requests

    sample = load_contract(PROJECT / "sandbox" / "scenarios" / "jamundi-2026-01" / "contract.yaml")
    contracts = [
        sample.model_copy(
            update={
                "id": f"contract-{number}",
                "resources": tuple(
                    resource.model_copy(update={"resource_ocid": f"{resource.resource_ocid}{number}"})
                    for resource in sample.resources
                ),
            }
        )
        for number in range(MEASURED_CONTRACTS)
    ]
    requests = plan_requests(contracts, date(2026, 2, 18), date(2026, 2, 18))
    metrics = {(request.namespace, request.metric_name) for request in requests}
    questions = {(*metric, r.interval, r.statistic) for metric in metrics for r in requests if r[:2] == metric}
    charts = sum(len(resource.metrics) for contract in contracts for resource in contract.resources)
    name = f"A day of {MEASURED_CONTRACTS} contracts, {charts} charts"
    print(
        f"{name:<44} {len(requests):6} requests to Monitoring, {len(requests) / len(questions):.2f} x "
        f"the {len(questions)} metrics and statistics ({len(metrics)} metrics)    goal: one for each 20 resources"
    )


BENCHES: tuple[Callable[[], None], ...] = (
    bench_dag_files,
    bench_report_form,
    bench_documents,
    bench_rivals,
    bench_tags,
    bench_proof,
    bench_monitoring_requests,
    bench_cost_reports,
    bench_one_pass,
    bench_nothing_new,
    bench_growth,
    bench_lots,
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--airflow",
        type=lambda text: [int(each) for each in text.split(",")],
        default=[],
        metavar="10,50,100",
        help="then close so many contracts through a real Airflow, one after the other: some ten minutes each",
    )
    named = {each.__name__.removeprefix("bench_"): each for each in BENCHES}
    parser.add_argument("only", nargs="*", choices=[[], *named], metavar="NAME", help=", ".join(named))
    given = parser.parse_args()
    logging.disable(logging.INFO)
    failed = False
    for name in given.only or named:
        try:
            named[name]()
        except Exception:  # whatever befell one row, the others are worth having
            print(f"{name}: it did not end", flush=True)
            traceback.print_exc()
            failed = True
    bench_airflow(given.airflow)
    sys.exit(failed)
