"""``service-reports doctor``: is this installation as it must be, and what is to be done where it is not."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from contextlib import redirect_stdout

from service_reports_command.terminal import FAILS, HOLDS, AddParser

DESCRIPTION = """\
Look at every point of this installation, in Spanish: contracts, settings of Airflow, and everything that a connection
leads to. Nothing is sent or collected; the archive keeps one small object, once. Run it where Airflow runs: it takes
connections from the same places as a task.

Ends with 0: all is well, or cannot be told from here; 1: something must be mended, and the line says how.
"""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser(
        "doctor",
        help="look at every point of this installation, and say what to mend",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="write all findings as one JSON object, at the end")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; tell each finding as it comes, or all of them as JSON."""
    # As Airflow's own components say it: connections and variables also come from Airflow's database.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    # What libraries say on the way is no result, and Airflow writes it to where results go.
    results = sys.stdout
    logging.disable(logging.CRITICAL)
    found = []
    with redirect_stdout(sys.stderr):
        from service_reports_airflow.doctor.checks import examined, looks
        from service_reports_airflow.doctor.findings import as_json, total

        for finding in examined(looks()):
            found.append(finding)
            if not arguments.json:
                results.write(f"{finding}\n")
                results.flush()
    told = json.dumps(as_json(found), ensure_ascii=False, indent=1) if arguments.json else f"\n{total(found)}"
    results.write(f"{told}\n")
    return FAILS if any(each.state == "mend" for each in found) else HOLDS
