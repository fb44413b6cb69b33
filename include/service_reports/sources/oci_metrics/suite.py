"""Checks of one answer of OCI Monitoring: rows are ``MetricPoint``.

The unit of a metric follows from its name in OCI: ``…Utilization`` is a percentage,
``…Status`` is 1 or 0. A point holds the mean of an hour, so a state may lie between the two
when a node was down for part of it; beyond them it is no mean of states, and is left out. So are
extremes in the wrong order and more five-minute samples than an hour has: availability is
computed from them. Utilizations a little over 100 happen, and are kept as they were told; what is
far beyond is no measurement.
"""

from decimal import Decimal

from service_reports.checks.suite import Check, Suite, at_least, at_most, between, matches, not_before, present, unique
from service_reports.records import MetricPoint

POINT = ("resource_name", "metric_name", "start", "value")
SAMPLES_AN_HOUR = 12
MOST_PERCENT = 105
MIDDLES = {"percent": Decimal(50), "state": Decimal("0.5")}


def unit_of(point: MetricPoint) -> str:
    """``percent``, ``state`` or ``other``, by the metric's name."""
    if point.metric_name.endswith("Utilization"):
        return "percent"
    return "state" if point.metric_name.endswith("Status") else "other"


def farthest(point: MetricPoint) -> Decimal:
    """Of an hour's mean and extremes the one that lies farthest outside of what its unit has."""
    told = [value for value in (point.value, point.minimum, point.maximum) if value is not None]
    return max(told, key=lambda value: abs(value - MIDDLES.get(unit_of(point), value)))


SUITE = Suite(
    source="oci_metrics",
    fields=(
        "resource_name",
        "namespace",
        "metric_name",
        "value",
        "minimum",
        "maximum",
        "five_minute_samples",
        "series",
    ),
    derived={"start": lambda point: point.hour.isoformat(), "unit": unit_of, "farthest": farthest},
    totals={"rows": len},
    batch_checks=(
        Check(
            "oci_metrics.has_rows",
            "warning",
            "La respuesta tiene mediciones.",
            at_least("rows", 1),
        ),
    ),
    row_checks=(
        Check(
            "oci_metrics.resource_present",
            "row",
            "Cada medición nombra su recurso.",
            present("resource_name"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.namespace_present",
            "row",
            "Cada medición nombra su espacio de nombres.",
            present("namespace"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.metric_present",
            "row",
            "Cada medición nombra su métrica.",
            present("metric_name"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.hour_exact",
            "row",
            "Cada medición empieza en una hora exacta, en UTC.",
            matches("start", r"T\d\d:00:00\+00:00$"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.point_unique",
            "row",
            "Cada recurso y métrica tiene una sola medición por hora.",
            unique("resource_name", "namespace", "metric_name", "start"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.percent_possible",
            "row",
            f"Un porcentaje de uso no es negativo ni pasa de {MOST_PERCENT}, ni en su media ni en sus extremos.",
            between("farthest", 0, MOST_PERCENT),
            where=("unit", "percent"),
            shows=(*POINT, "minimum", "maximum"),
        ),
        Check(
            "oci_metrics.percent_in_range",
            "warning",
            "Un porcentaje de uso está entre 0 y 100.",
            at_most("value", 100),
            where=("unit", "percent"),
            shows=POINT,
        ),
        Check(
            "oci_metrics.state_in_range",
            "row",
            "Un estado está entre 0 (no responde) y 1 (responde), en su media y en sus extremos.",
            between("farthest", 0, 1),
            where=("unit", "state"),
            shows=(*POINT, "minimum", "maximum"),
        ),
        Check(
            "oci_metrics.one_series",
            "warning",
            "Cada medición es de una sola serie de su recurso, o de las que el contrato dice reunir (`dimensions`).",
            between("series", 1, 1),
            shows=(*POINT, "series"),
        ),
        Check(
            "oci_metrics.extremes_in_order",
            "row",
            "El máximo de una hora no es menor que su mínimo.",
            not_before("maximum", "minimum"),
            shows=(*POINT, "minimum", "maximum"),
        ),
        Check(
            "oci_metrics.samples_of_an_hour",
            "row",
            "Una hora tiene a lo sumo doce muestras de cinco minutos.",
            between("five_minute_samples", 0, SAMPLES_AN_HOUR),
            shows=(*POINT, "five_minute_samples"),
        ),
    ),
)
