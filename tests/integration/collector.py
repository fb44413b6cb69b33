"""A collector of OpenTelemetry: takes OTLP over HTTP, as protobuf, and keeps what it was told."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA


class Point(NamedTuple):
    """A value of a metric; of a histogram ``times`` and ``value``, the sum."""

    name: str
    unit: str
    kind: str
    attributes: dict[str, Any]
    value: float
    times: int
    temporality: int | None
    resource: dict[str, Any]
    bounds: tuple[float, ...] = ()


class Span(NamedTuple):
    name: str
    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    attributes: dict[str, Any]
    failed: bool
    status_message: str
    events: int
    scope: str


@dataclass
class Collector:
    """A context manager; ``mute``: it takes connections and never answers."""

    mute: bool = False
    points: list[Point] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    endpoint: str = ""

    def __enter__(self) -> Collector:
        if self.mute:
            self._socket = socket.create_server(("127.0.0.1", 0))
            self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
            return self
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                {"/v1/metrics": collector._metrics, "/v1/traces": collector._traces}[self.path](content)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """From now on whoever connects is refused."""
        if self.mute:
            self._socket.close()
        else:
            self._server.shutdown()
            self._server.server_close()

    def values(self, name: str) -> dict[tuple[Any, ...], float]:
        """The last value of a gauge, or the sum of what was added to a counter, by the values of its attributes."""
        told: dict[tuple[Any, ...], float] = {}
        for point in list(self.points):
            if point.name == name:
                key = tuple(value for _, value in sorted(point.attributes.items()))
                told[key] = point.value if point.kind == "gauge" else told.get(key, 0) + point.value
        return told

    def counts(self, name: str) -> dict[tuple[Any, ...], int]:
        """How many values a histogram was told, by the values of its attributes."""
        told: dict[tuple[Any, ...], int] = {}
        for point in list(self.points):
            if point.name == name:
                key = tuple(value for _, value in sorted(point.attributes.items()))
                told[key] = told.get(key, 0) + point.times
        return told

    def _metrics(self, content: bytes) -> None:
        for of_resource in ExportMetricsServiceRequest.FromString(content).resource_metrics:
            resource = _attributes(of_resource.resource.attributes)
            for metric in (metric for scope in of_resource.scope_metrics for metric in scope.metrics):
                kind = metric.WhichOneof("data")
                assert kind is not None
                data = getattr(metric, kind)
                for point in data.data_points:
                    of_histogram = kind == "histogram"
                    number = point.sum if of_histogram else getattr(point, point.WhichOneof("value"))
                    self.points.append(
                        Point(
                            metric.name,
                            metric.unit,
                            kind,
                            _attributes(point.attributes),
                            float(number),
                            point.count if of_histogram else 1,
                            getattr(data, "aggregation_temporality", None),
                            resource,
                            tuple(point.explicit_bounds) if of_histogram else (),
                        )
                    )

    def _traces(self, content: bytes) -> None:
        for of_resource in ExportTraceServiceRequest.FromString(content).resource_spans:
            for scope in of_resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        Span(
                            span.name,
                            span.trace_id,
                            span.span_id,
                            span.parent_span_id,
                            _attributes(span.attributes),
                            span.status.code == 2,
                            span.status.message,
                            len(span.events),
                            scope.scope.name,
                        )
                    )


def _attributes(told: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(told)
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(told: AnyValue) -> Any:
    kind = told.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in told.array_value.values]
    return getattr(told, kind) if kind else None
