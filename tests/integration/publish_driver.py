"""Runs the steps of a close without Airflow's scheduler, and dies where it is told to.

A driver (:mod:`tests.integration.killing`). A command is a run of ``publish_service_reports`` for one
report: ``run_id``, ``report``, ``database``, ``bucket``, and ``handed``, the file that holds what each step of
the run handed on, as Airflow does. A step that is in there is done; without it, it runs. ``until`` is the
last step to run.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars  # noqa: F401 (imported before the children are made, each needs it)
import pyhanko.sign  # noqa: F401
from airflow.providers.smtp.hooks import smtp  # noqa: F401
from airflow.sdk.execution_time.context import set_current_context

from service_reports import delivery, documents, figures, register, signing, warehouse  # noqa: F401
from service_reports_airflow import publish, stores
from tests.integration.killing import serve

Results = dict[str, Any]
STEPS: Mapping[str, Callable[[Mapping[str, Any], Results], Any]] = {
    "gate": lambda run, _: publish.gate(run["report"], run["run_id"], run.get("requested_by")),
    "figures": lambda run, done: publish.compute(done["gate"], run["run_id"]) or done["gate"],
    "documents": lambda run, done: publish.render(done["figures"], run["run_id"]),
    "sign_and_register": lambda run, done: publish.sign_and_register(done["documents"], run["run_id"]),
    "archive": lambda _, done: publish.archive_documents(done["sign_and_register"]) or done["sign_and_register"],
    "deliver": lambda _, done: publish.deliver(done["archive"]),
}
"""As the DAG ties them together."""


def close(run: Mapping[str, Any]) -> None:
    """The steps of a run that are not done yet, in their order."""
    handed = Path(run["handed"])
    done: Results = json.loads(handed.read_text(encoding="utf-8")) if handed.exists() else {}
    for name, step in STEPS.items():
        if name not in done:
            with set_current_context({"params": run.get("params", {})}):  # type: ignore[typeddict-item]
                done[name] = step(run, done)
            handed.write_text(json.dumps(done), encoding="utf-8")
        if name == run.get("until"):
            return


def _run(command: dict[str, Any]) -> None:
    for connection, change in {
        "WAREHOUSE": {"schema": command["database"]},
        "ARCHIVE": {"extra": {"service_config": {"s3": {"bucket_name": command["bucket"]}}}},
    }.items():
        name = f"AIRFLOW_CONN_{connection}"
        described = json.loads(os.environ[name])
        extra = {**described.get("extra", {}), **change.pop("extra", {})}
        os.environ[name] = json.dumps({**described, **change, "extra": extra})
    stores.s3_client = functools.cache(stores.s3_client)
    close(command)


if __name__ == "__main__":
    serve(_run)
