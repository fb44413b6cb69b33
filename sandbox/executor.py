"""Airflow's LocalExecutor, where what the tasks import is loaded once and not by each of them.

Its workers are forks of the scheduler and every task is a fork of a worker: what the scheduler has
loaded by then is there for all. Half of a short task's time is imports: of Great Expectations above all, but of the
rooms too, which a step loads when it needs them, and of the libraries that these are made of.
Code that changes afterwards is not seen, so that a sandbox that stays up does without.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from airflow.executors.local_executor import LocalExecutor

PACKAGES = (
    "service_reports",
    "service_reports_airflow.dag_parts",
    "service_reports_airflow.steps",
    "service_reports_airflow.telemetry",
)
LIBRARIES = (
    "airflow.providers.standard.operators.trigger_dagrun",
    "boto3.s3.inject",
    "great_expectations",
    "oci.database",
    "oci.identity",
    "oci.monitoring",
    "oci.object_storage",
    "oci.usage_api",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "polars",
    "pyhanko.sign.timestamps",
)
"""What DAG files load, and steps in their midst."""


class PreloadingExecutor(LocalExecutor):
    """A LocalExecutor that loads the rooms, the parts of DAG files and their steps before its workers are forked."""

    def start(self) -> None:
        """Load, then start."""
        from boto3.session import Session

        from service_reports_airflow.stores import with_descriptions_kept

        for name in (*LIBRARIES, *(module for package in PACKAGES for module in modules_of(package))):
            import_module(name)
        with_descriptions_kept(Session("none", "none", region_name="us-east-1")).client("s3")
        super().start()


def modules_of(package: str) -> list[str]:
    """The modules of a package and of those in it, without its command lines."""
    within = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
    return [each.name for each in within if not each.name.endswith(".__main__")]
