"""How metrics and spans leave a process: in the background, and what is left at its end, within a bounded time."""

from __future__ import annotations

import atexit
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import entry_points
from threading import Thread
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.environment_variables import OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

from service_reports.foreign_text import LONGEST_LINE, foreign_line
from service_reports_airflow.telemetry import catalogue
from service_reports_airflow.telemetry.catalogue import Metric
from service_reports_airflow.telemetry.recording import Attributes, Signal

log = logging.getLogger(__name__)

SCOPE = "service_reports"
END_SECONDS = 3.0
"""For how long the end of a process waits for what is not sent yet; one attempt to send takes no longer either."""
PROTOCOLS = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
DELTA = {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA}
"""A process lives for one task: what it adds up since its beginning says nothing, what it adds does."""
_within_step: ContextVar[bool] = ContextVar("within_step", default=False)


class Exporting:
    """Where the metrics and spans of this process go, as OpenTelemetry's variables say.

    Raises:
        ValueError: they name an exporter or a protocol that is not there.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self._flushes: list[Callable[[], object]] = []
        self._instruments = self._begin_metrics() if "METRICS" in signals else {}
        self._tracer = self._begin_traces() if "TRACES" in signals else None
        self._warning = _OneWarning()
        of_libraries = logging.getLogger("opentelemetry")
        of_libraries.handlers, of_libraries.propagate = [self._warning], False
        atexit.register(self.flush)

    def _begin_metrics(self) -> dict[str, Any]:
        reader = PeriodicExportingMetricReader(_exporter("METRICS"))
        provider = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False)
        self._flushes.append(provider.force_flush)
        meter = provider.get_meter(SCOPE)
        making = {"gauge": meter.create_gauge, "counter": meter.create_counter, "histogram": meter.create_histogram}
        instruments = {}
        for metric in catalogue.METRICS:
            more: dict[str, Any] = {"explicit_bucket_boundaries_advisory": metric.buckets} if metric.buckets else {}
            make: Callable[..., Any] = making[metric.kind]
            instruments[metric.name] = make(metric.name, metric.unit, metric.description, **more)
        return instruments

    def _begin_traces(self) -> trace.Tracer:
        """Airflow's own provider where its traces are on, which it flushes itself; otherwise one of ours."""
        of_airflow = trace.get_tracer_provider()
        if isinstance(of_airflow, TracerProvider):
            return of_airflow.get_tracer(SCOPE)
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(_exporter("TRACES")))
        self._flushes.append(provider.force_flush)
        return provider.get_tracer(SCOPE)

    def record(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Add to a counter, or tell a histogram or gauge a value."""
        instrument = self._instruments.get(metric.name)
        if instrument is not None:
            tell = {"gauge": "set", "counter": "add", "histogram": "record"}[metric.kind]
            getattr(instrument, tell)(value, dict(attributes))

    @contextmanager
    def step(self, name: str, about: Callable[[], Attributes]) -> Iterator[None]:
        """A span and a duration of a step. A step that has nothing to do (skipped) has not failed."""
        begun, failure = time.monotonic(), {}
        with self._span(name, about) as span:
            try:
                yield
            except AirflowSkipException:
                raise
            except BaseException as error:
                failure = {catalogue.ERROR_TYPE: type(error).__name__}
                span.set_attributes(failure)
                span.set_status(Status(StatusCode.ERROR))
                raise
            finally:
                of_step = {catalogue.STEP: name, **failure}
                self.record(catalogue.STEP_DURATION, time.monotonic() - begun, of_step)

    @contextmanager
    def _span(self, name: str, about: Callable[[], Attributes]) -> Iterator[trace.Span]:
        if self._tracer is None:
            yield trace.INVALID_SPAN
            return
        # Airflow gives every task a parent, one that is sampled only where its own traces are on.
        begins = not (_within_step.get() or isinstance(trace.get_tracer_provider(), TracerProvider))
        within = _within_step.set(True)
        try:
            with self._tracer.start_as_current_span(
                name,
                Context() if begins else None,
                attributes={catalogue.STEP: name, **_of_task(), **_ids(about)},
                record_exception=False,  # its message may hold what somebody wrote
                set_status_on_exception=False,
            ) as span:
                yield span
        finally:
            _within_step.reset(within)

    def flush(self) -> None:
        """Send what is not sent yet; what is not taken in time is let go."""
        sending = Thread(target=self._flush, daemon=True)
        sending.start()
        sending.join(END_SECONDS)
        if sending.is_alive():
            self._warning.give(f"no respondió en {END_SECONDS:g} s")

    def _flush(self) -> None:
        for each in self._flushes:
            each()


class _OneWarning(logging.Handler):
    """What OpenTelemetry's libraries say of each failed attempt, told once a process: when something was given up."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._given = False
        self._last_attempt = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep why an attempt failed; what is given up is an error."""
        if record.levelno < logging.ERROR:
            self._last_attempt = record.getMessage()
        else:
            self.give(record.getMessage())

    def give(self, said: str) -> None:
        """Warn, unless that was done."""
        if not self._given:
            self._given = True
            log.warning(
                "La telemetría no llegó a su destino; la tarea sigue igual\n"
                "  → revise que el recolector responda, y las variables OTEL_* como dice docs/server.md\n%s",
                foreign_line(f"{said} {self._last_attempt}", LONGEST_LINE),
            )


def _exporter(signal: Signal) -> Any:  # noqa: ANN401 (of metrics or of spans, as the variables name it)
    """The exporter of a signal by its name among the installed ones: ``otlp`` is that of the protocol."""
    name = os.environ.get(f"OTEL_{signal}_EXPORTER", "").strip() or "otlp"
    if name == "otlp":
        of_signal, of_all = f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"
        protocol = os.environ.get(of_signal) or os.environ.get(of_all) or "http/protobuf"
        if protocol not in PROTOCOLS:
            raise ValueError(f"{of_all} {protocol}: {', '.join(PROTOCOLS)}")
        name = PROTOCOLS[protocol]
    found = list(entry_points(group=f"opentelemetry_{signal.lower()}_exporter", name=name))
    if not found:
        raise ValueError(f"OTEL_{signal}_EXPORTER {name}")
    settings: dict[str, Any] = {}
    if name in PROTOCOLS.values() and not any(
        os.environ.get(f"OTEL_EXPORTER_OTLP_{which}TIMEOUT") for which in (f"{signal}_", "")
    ):
        settings["timeout"] = END_SECONDS
    if signal == "METRICS" and not os.environ.get(OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE):
        settings["preferred_temporality"] = DELTA
    return found[0].load()(**settings)


def _resource() -> Resource:
    """This installation, by its address, unless the variables say more: to the library each process is another."""
    given = OTELResourceDetector().detect().attributes
    installation = conf.get("api", "base_url", fallback=None) or socket.gethostname()
    own = {SERVICE_NAME: "service-reports", SERVICE_INSTANCE_ID: installation}
    return Resource.create({name: value for name, value in own.items() if name not in given})


def _ids(about: Callable[[], Attributes]) -> Attributes:
    try:
        return about()
    except Exception:  # noqa: BLE001 (a step that is called as it cannot be says so itself)
        return {}


def _of_task() -> Mapping[str, Any]:
    """The task that a step is of, by Airflow's own names; of a step outside of any, nothing."""
    try:
        instance: Any = get_current_context()["ti"]
    except RuntimeError:
        return {}
    return {
        catalogue.DAG: instance.dag_id,
        catalogue.RUN: instance.run_id,
        catalogue.TASK: instance.task_id,
        catalogue.MAP_INDEX: -1 if instance.map_index is None else instance.map_index,
        catalogue.TRY: instance.try_number,
    }
