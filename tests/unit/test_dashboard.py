"""The dashboard asks Prometheus for what is told, and shows all of it, in the operators' words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import promql_parser
import pytest
from airflow._shared.observability.metrics.metrics_registry import YAML_REGISTRY_PATH, read_metrics_yaml

from sandbox.airflow import PROJECT
from service_reports.register import DeliveryState
from service_reports.sources import SOURCES
from service_reports.wording.es_co import labels
from service_reports_airflow.alerts.causes import KINDS
from service_reports_airflow.alerts.gauges import Closing
from service_reports_airflow.desk.reading import ASKED_OF_AIRFLOW, ORDER
from service_reports_airflow.steps.signing_keys import STEPS
from service_reports_airflow.telemetry import catalogue
from service_reports_airflow.telemetry.catalogue import METRICS, Metric

DASHBOARD = json.loads((PROJECT / "deploy" / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
SUFFIXES_OF_UNITS = {"s": "seconds", "ms": "milliseconds", "By": "bytes", "d": "days"}
"""How the translation from OTLP writes units; what stands in braces is left out."""
ROUND, MORNING = timedelta(minutes=15), timedelta(days=1)
"""How often gauges are told: by each round of alerts, certificates by each morning's look."""
VALUES = {
    catalogue.CONTRACT_STATE: get_args(Closing),
    catalogue.REPORT_STATE: [state for state in ORDER if state not in ASKED_OF_AIRFLOW],
    catalogue.MESSAGE_STATE: get_args(DeliveryState),
    catalogue.CAUSE_KIND: KINDS,
    catalogue.SOURCE: list(SOURCES),
}
"""All values of the attributes that a legend names."""


def in_prometheus(name: str, unit: str, kind: str) -> set[str]:
    """The names of the series of a metric, as Prometheus and the collector translate those of OTLP."""
    words = re.sub(r"[^a-zA-Z0-9:]+", "_", name).split("_")
    suffix = SUFFIXES_OF_UNITS.get(unit, "" if unit.startswith("{") else unit)
    base = "_".join([*words, *([suffix] if suffix and suffix not in words else [])])
    if kind == "histogram":
        return {f"{base}_{part}" for part in ("bucket", "sum", "count")}
    return {f"{base}_total"} if kind == "counter" else {base}


OURS = {series: metric for metric in METRICS for series in in_prometheus(metric.name, metric.unit, metric.kind)}


def test_names_are_translated_as_the_specification_says() -> None:
    assert in_prometheus("http.server.request.duration", "s", "histogram") == {
        "http_server_request_duration_seconds_bucket",
        "http_server_request_duration_seconds_sum",
        "http_server_request_duration_seconds_count",
    }
    assert in_prometheus("db.client.connection.count", "{connection}", "gauge") == {"db_client_connection_count"}
    assert in_prometheus("disk.io", "By", "counter") == {"disk_io_bytes_total"}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def queries() -> Iterator[tuple[str, str]]:
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def nodes(expression: Any) -> Iterator[Any]:
    """An expression and all that it is made of."""
    found: list[Any] = []

    def enter(node: Any) -> bool:
        found.append(node)
        return True

    promql_parser.walk(expression, enter)
    return iter(found)


def selectors(query: str) -> Iterator[Any]:
    for node in nodes(promql_parser.parse(query)):
        if isinstance(node, promql_parser.VectorSelector):
            yield node


def test_every_query_is_one_and_asks_for_names_that_are_told() -> None:
    of_airflow = {
        series
        for metric in read_metrics_yaml(str(YAML_REGISTRY_PATH))
        for series in in_prometheus(f"airflow.{metric['name']}", "", metric["type"])
    }
    for title, query in queries():
        found = list(selectors(query))
        assert found, f"{title}: {query}"
        for selector in found:
            assert selector.name in OURS or selector.name in of_airflow, f"{title}: {selector.name} is told by nobody"


def test_every_metric_is_shown() -> None:
    asked = {
        OURS[selector.name].name for _, query in queries() for selector in selectors(query) if selector.name in OURS
    }
    assert asked == {metric.name for metric in METRICS}


def labels_of(metric: Metric) -> set[str]:
    return {re.sub(r"\W", "_", name) for name in metric.attributes} | {"le"}


def test_queries_name_labels_that_the_metric_has_and_values_that_these_may_have() -> None:
    values = {re.sub(r"\W", "_", name): set(possible) for name, possible in VALUES.items()}
    values[re.sub(r"\W", "_", catalogue.ROW_OUTCOME)] = {catalogue.LOADED, catalogue.LEFT_OUT}
    for title, query in queries():
        found = [selector for selector in selectors(query) if selector.name in OURS]
        for selector in found:
            for matcher in selector.matchers.matchers:
                assert matcher.name in labels_of(OURS[selector.name]), f"{title}: {matcher.name}"
                assert set(filter(None, matcher.value.split("|"))) <= values.get(matcher.name, set()), title
        for grouped in (
            node for node in nodes(promql_parser.parse(query)) if isinstance(node, promql_parser.AggregateExpr)
        ):
            if found and grouped.modifier is not None:
                known = set[str]().union(*(labels_of(OURS[selector.name]) for selector in found))
                assert set(grouped.modifier.labels) <= known, title


def test_a_gauge_is_looked_for_over_two_rounds_as_it_is_told_by_rounds() -> None:
    for title, query in queries():
        windows = {
            node.vector_selector.name: node.range
            for node in nodes(promql_parser.parse(query))
            if isinstance(node, promql_parser.MatrixSelector)
        }
        for selector in selectors(query):
            metric = OURS.get(selector.name)
            if metric is None or metric.kind != "gauge":
                continue
            told_every = MORNING if metric is catalogue.CERTIFICATE_REMAINING else 2 * ROUND
            assert windows[selector.name] > told_every, title


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_says_in_spanish_what_it_shows(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    named = {
        each["matcher"]["options"]: next(has["value"] for has in each["properties"] if has["id"] == "displayName")
        for each in panel["fieldConfig"]["overrides"]
    }
    for target in panel["targets"]:
        for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
            for attribute, possible in VALUES.items():
                if re.sub(r"\W", "_", attribute) == label:
                    assert set(possible) == named.keys(), panel["title"]
    if panel["title"].startswith("Filas"):
        assert labels.SOURCES.items() <= named.items(), "as in the reports"


def test_states_of_reports_are_called_as_on_the_page() -> None:
    page = (PROJECT / "plugins" / "service_reports_airflow" / "desk" / "desk.js").read_text(encoding="utf-8")
    on_the_page = dict(re.findall(r'^  (\w+): \["([^"]+)", "\w+", ', page, re.M))
    [panel] = [panel for panel in panels() if panel["title"] == "Informes por estado"]
    for override in panel["fieldConfig"]["overrides"]:
        assert override["properties"][0]["value"] == on_the_page[override["matcher"]["options"]]


def test_a_certificate_is_red_orange_and_yellow_by_the_days_at_which_it_is_told() -> None:
    [panel] = [panel for panel in panels() if "vence cada certificado" in panel["title"]]
    thresholds = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    assert thresholds == [None, *sorted(STEPS)]
    assert panel["fieldConfig"]["defaults"]["unit"] == "d"


def test_no_two_panels_overlap() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert 0 <= x < 24
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
