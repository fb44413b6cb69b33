"""OCI Monitoring: hourly means of the metrics a contract charts.

The archived form is JSON lines, one per point, values as the service wrote them.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service_reports.contracts import MeasuredResource, Metric
from service_reports.sources.answer import Answer
from service_reports.sources.records import MetricPoint

RESOLUTION = "1h"


def fetch(
    client: Any, request_type: Any, resource: MeasuredResource, metric: Metric, window_from: date, window_to: date
) -> Answer:
    """Ask for one metric of one resource over a window of UTC days, both included.

    ``client`` is an ``oci.monitoring.MonitoringClient`` and ``request_type`` its
    ``SummarizeMetricsDataDetails``. The service keeps hourly points for 90 days back
    from now: older days come back empty.
    """
    request = request_type(
        namespace=metric.namespace,
        query=f'{metric.name}[{RESOLUTION}]{{resourceId = "{resource.resource_ocid}"}}.mean()',
        start_time=datetime.combine(window_from, time(), tzinfo=UTC),
        end_time=datetime.combine(window_to + timedelta(days=1), time(), tzinfo=UTC),
        resolution=RESOLUTION,
    )
    streams = client.summarize_metrics_data(resource.compartment_ocid, request).data
    points = (
        {
            "resource_name": resource.name,
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "hour": point.timestamp.astimezone(UTC).isoformat(),
            "value": str(point.value),
        }
        for stream in streams
        for point in stream.aggregated_datapoints
        if point.value is not None
    )
    content = "".join(json.dumps(point, ensure_ascii=False) + "\n" for point in points).encode()
    return Answer(f"{resource.name}/{metric.namespace}/{metric.name}", content, None, window_from, window_to)


def parse(content: bytes) -> list[MetricPoint]:
    """The points of one archived answer."""
    rows = map(json.loads, content.decode().splitlines())
    return [MetricPoint(**{**row, "value": Decimal(row["value"])}) for row in rows]
