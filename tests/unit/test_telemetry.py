"""What is told to a collector is declared once and named by the conventions, and nothing is told unasked."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports.register import IssueKey
from service_reports_airflow.telemetry import catalogue, recording
from service_reports_airflow.telemetry.catalogue import METRICS, Metric
from service_reports_airflow.telling import MOST_IDS, StepFailed, ids, told

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("service_reports_airflow.telemetry.exporting.atexit.register", lambda _: None)
    yield
    recording._of_process.cache_clear()


@pytest.mark.parametrize(
    ("variables", "metrics", "traces"),
    [
        ({}, False, False),
        ({ENDPOINT: NOWHERE}, True, True),
        ({ENDPOINT: ""}, False, False),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": NOWHERE}, True, False),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": NOWHERE}, False, True),
        ({ENDPOINT: NOWHERE, "OTEL_TRACES_EXPORTER": "none"}, True, False),
        ({ENDPOINT: NOWHERE, "OTEL_METRICS_EXPORTER": "none"}, False, True),
        ({"OTEL_METRICS_EXPORTER": "otlp"}, True, False),
        ({ENDPOINT: NOWHERE, "OTEL_SDK_DISABLED": "true"}, False, False),
        ({ENDPOINT: NOWHERE, "OTEL_SDK_DISABLED": "false"}, True, True),
    ],
)
def test_the_standard_variables_say_what_is_told(
    variables: dict[str, str], metrics: bool, traces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (recording.is_on("METRICS"), recording.is_on("TRACES")) == (metrics, traces)


def test_without_them_nothing_is_loaded_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    exporting = "service_reports_airflow.telemetry.exporting"
    monkeypatch.delitem(sys.modules, exporting, raising=False)
    assert told(lambda number: number + 1)(1) == 2
    recording.record(catalogue.ROWS, 1)
    assert exporting not in sys.modules


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
        {"OTEL_METRICS_EXPORTER": "no-such-exporter"},
        {"OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere.pem"},
        {"OTEL_METRIC_EXPORT_INTERVAL": "-1"},
        {"OTEL_TRACES_SAMPLER": "no-such-sampler"},
        {"OTEL_RESOURCE_ATTRIBUTES": "no pairs"},
    ],
)
def test_variables_that_make_no_sense_fail_no_step(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in {ENDPOINT: NOWHERE, **variables}.items():
        monkeypatch.setenv(name, value)
    for number in range(3):
        assert told(lambda number: number + 1)(number) == number + 1
    assert caplog.text.count("No se envía telemetría") <= 1


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_are_those_of_the_conventions(metric: Metric) -> None:
    """https://opentelemetry.io/docs/specs/semconv/general/naming: dots between, no unit, no total, in a namespace."""
    assert re.fullmatch(r"service_reports(\.[a-z]+(_[a-z]+)*)+", metric.name)
    assert not metric.name.endswith((".total", "_total", ".seconds", ".s"))
    assert metric.unit == "s" or re.fullmatch(r"\{[a-z]+\}", metric.unit), "UCUM, of what is counted the singular"
    assert metric.description.endswith(".")
    assert (metric.kind == "histogram") == bool(metric.buckets)
    assert list(metric.buckets) == sorted(metric.buckets)
    for attribute in metric.attributes:
        assert attribute == "error.type" or attribute.startswith("service_reports.")


def test_a_name_is_of_one_metric_and_of_no_other_as_its_beginning() -> None:
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))
    assert not [(one, other) for one in names for other in names if other.startswith(f"{one}.")]


def test_no_metric_names_a_contract() -> None:
    """A thousand contracts by twelve states: and whoever keeps the metrics need not know who is a customer."""
    of_one = {catalogue.CONTRACT, catalogue.CONTRACTS, catalogue.REPORT, catalogue.RUN, catalogue.TENANCY}
    assert not [metric.name for metric in METRICS if of_one & set(metric.attributes)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"issue": {"contract_id": "uno", "report_number": "2026-01", "version": 2}, "run_id": "r"},
            {
                catalogue.CONTRACT: "uno",
                catalogue.REPORT: "2026-01",
                catalogue.VERSION: 2,
                catalogue.RUN: "r",
            },
        ),
        ({"feed": "tickets", "contract_id": "uno"}, {catalogue.CONTRACT: "uno"}),
        ({"tenancy": {"tenancy_ocid": "ocid1.…", "connection": "c"}}, {catalogue.TENANCY: "ocid1.…"}),
        (
            {"lot": [{"contract_id": "dos", "reason": "Ana pidió"}, {"contract_id": "uno"}]},
            {catalogue.CONTRACTS: ["dos", "uno"], catalogue.REPORTS: 2},
        ),
        ({"reports": [], "dag_run": SimpleNamespace(run_id="r")}, {catalogue.RUN: "r"}),
        ({"params": {"contrato": "Ana Pérez", "motivo": "Ana lo pidió"}, "by": "ana.perez"}, {}),
        ({"issue": {"contract_id": "uno"}, "choice": "Aprobar", "comment": "Ana lo vio"}, {catalogue.CONTRACT: "uno"}),
    ],
)  # fmt: skip
def test_a_span_holds_ids_and_nothing_that_somebody_wrote(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert ids(given) == expected


def test_of_very_many_contracts_a_span_says_how_many_and_the_first() -> None:
    found = ids({"reports": [{"contract_id": f"c{number:04}"} for number in range(1000)]})
    assert found[catalogue.REPORTS] == 1000
    assert len(found[catalogue.CONTRACTS]) == MOST_IDS


def test_a_step_that_fails_says_so_as_before() -> None:
    @told
    def breaks(issue: dict[str, Any]) -> None:
        raise ValueError("algo")

    with pytest.raises(StepFailed, match="uno 2026-01 v1"):
        breaks(IssueKey("uno", "2026-01", 1).__dict__)
