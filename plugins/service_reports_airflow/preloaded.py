"""Loads what tasks do their work with, for a process that then makes a fork for each of them.

More than half of a short task's time is imports: of Great Expectations above all, but of the rooms too, which a step
loads when it needs them, and of the libraries that these are made of. Contract files are read as well: a task that asks
for all contracts reads those again that changed since. A Celery worker names this module among the
``imports`` of its settings, and ``PreloadingExecutor`` loads it. Code that changes afterwards is not seen.
"""

from __future__ import annotations

import pkgutil
from contextlib import suppress
from importlib import import_module

from boto3.session import Session

PACKAGES = (
    "service_reports",
    "service_reports_airflow.alerts",
    "service_reports_airflow.dag_parts",
    "service_reports_airflow.steps",
    "service_reports_airflow.telemetry",
)
LIBRARIES = (
    "airflow.providers.http.hooks.http",
    "airflow.providers.sftp.hooks.sftp",
    "boto3.s3.inject",
    "croniter",
    "ftfy",
    "great_expectations",
    "holidays",
    "oci.database",
    "oci.identity",
    "oci.monitoring",
    "oci.object_storage",
    "oci.usage_api",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "paramiko",
    "polars_hash",
    "pyhanko.sign.timestamps.requests_client",
    "service_reports_airflow.triggers",
)
"""What DAG files load, and steps in their midst."""


def modules_of(package: str) -> list[str]:
    """The modules of a package and of those in it, without its command lines."""
    within = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
    return [each.name for each in within if not each.name.endswith(".__main__")]


for name in (*LIBRARIES, *(module for package in PACKAGES for module in modules_of(package))):
    import_module(name)

from service_reports.archive.sessions import prepared  # noqa: E402
from service_reports.contracts import ContractError, read_contract_files  # noqa: E402

prepared(Session("none", "none", region_name="us-east-1")).client("s3")

with suppress(ContractError):  # no folder: who needs it says so
    read_contract_files()
