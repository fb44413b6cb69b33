"""What is told of the domain: every metric, and every name that an attribute may have, declared once.

What Airflow tells of runs and tasks by itself is not told again. The names follow OpenTelemetry's conventions: a
namespace, dots, the unit apart. Attributes hold ids, kinds and counts, never what somebody wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CONTRACT_STATE = "service_reports.contract.state"
REPORT_STATE = "service_reports.report.state"
MESSAGE_STATE = "service_reports.message.state"
CAUSE_KIND = "service_reports.cause.kind"
CONNECTION = "service_reports.connection"
STEP = "service_reports.step"
SOURCE = "service_reports.source"
ROW_OUTCOME = "service_reports.row.outcome"
ERROR_TYPE = "error.type"

CONTRACT = "service_reports.contract.id"
CONTRACTS = "service_reports.contract.ids"
REPORT = "service_reports.report.number"
REPORTS = "service_reports.reports"
VERSION = "service_reports.report.version"
TENANCY = "service_reports.tenancy"
DAG, RUN, TASK = "airflow.dag_id", "airflow.dag_run.run_id", "airflow.task_id"
MAP_INDEX, TRY = "airflow.task_instance.map_index", "airflow.task_instance.try_number"
"""Airflow's own names of what its spans say of a task."""
SPAN_ATTRIBUTES = frozenset(
    {STEP, CONTRACT, CONTRACTS, REPORT, REPORTS, VERSION, TENANCY, ERROR_TYPE, DAG, RUN, TASK, MAP_INDEX, TRY}
)
"""All that a span may say. None of them is an attribute of a metric but ``STEP`` and ``ERROR_TYPE``."""


@dataclass(frozen=True)
class Metric:
    """A metric by its OpenTelemetry name; ``unit`` is UCUM, ``buckets`` the upper bounds of a histogram.

    A *gauge* is how things stand, told by a round of alerts or a daily look; a *counter* and a *histogram* are what
    steps did, told as the difference since the process last told (delta), as most processes live for one task.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    unit: str
    description: str
    attributes: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


CONTRACTS_STANDING = Metric(
    "service_reports.contract.count",
    "gauge",
    "{contract}",
    "Contracts by how their closes stand: late, due, closed, or none due yet (upcoming).",
    (CONTRACT_STATE,),
)
REPORTS_STANDING = Metric(
    "service_reports.report.count",
    "gauge",
    "{report}",
    "Reports that the page Informes lists, by their state there.",
    (REPORT_STATE,),
)
MESSAGES_STANDING = Metric(
    "service_reports.message.count",
    "gauge",
    "{message}",
    "Messages of the listed reports by their state in the outbox: withheld and ambiguous are held, failed came back.",
    (MESSAGE_STATE,),
)
CAUSES_STANDING = Metric(
    "service_reports.cause.count",
    "gauge",
    "{cause}",
    "What needs a person, by kind, as alerts tell it: a question that waits is one.",
    (CAUSE_KIND,),
)
BATCHES_REFUSED = Metric(
    "service_reports.batch.refused",
    "gauge",
    "{batch}",
    "Answers of sources in quarantine, unreadable or loaded in part, that nobody has mended or settled.",
)
LAST_ROUND = Metric(
    "service_reports.round.time",
    "gauge",
    "s",
    "When a round of alerts last looked how things stand, in seconds since 1970: the other gauges are as old.",
)
CERTIFICATE_REMAINING = Metric(
    "service_reports.certificate.remaining",
    "gauge",
    "s",
    "Time until a signing key, or what the time-stamping authority is trusted by, ends; by connection.",
    (CONNECTION,),
)
STEP_DURATION = Metric(
    "service_reports.step.duration",
    "histogram",
    "s",
    "Time that a step took; with the kind of error where it failed.",
    (STEP, ERROR_TYPE),
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800),
)
ROWS = Metric(
    "service_reports.source.rows",
    "counter",
    "{row}",
    "Rows of answers by source: loaded, or left out because they cannot be read or a check refused them.",
    (SOURCE, ROW_OUTCOME),
)
METRICS = (
    CONTRACTS_STANDING,
    REPORTS_STANDING,
    MESSAGES_STANDING,
    CAUSES_STANDING,
    BATCHES_REFUSED,
    LAST_ROUND,
    CERTIFICATE_REMAINING,
    STEP_DURATION,
    ROWS,
)
LOADED, LEFT_OUT = "loaded", "left_out"
