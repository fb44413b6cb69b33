"""What steps tell of themselves. Where no variable says where to, nothing of OpenTelemetry's is loaded for it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from service_reports_airflow.telemetry.catalogue import Metric

if TYPE_CHECKING:
    from service_reports_airflow.telemetry.exporting import Exporting

log = logging.getLogger(__name__)

Signal = Literal["METRICS", "TRACES"]
Attributes = Mapping[str, Any]


def is_on(signal: Signal) -> bool:
    """Whether OpenTelemetry's variables say where a signal goes: by an address, or by the name of an exporter.

    Without either it stays here, although the standard has an address for that, too: it is off by default.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if exporter := os.environ.get(f"OTEL_{signal}_EXPORTER", "").strip():
        return exporter != "none"
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{which}ENDPOINT") for which in (f"{signal}_", ""))


def step(name: str, about: Callable[[], Attributes]) -> AbstractContextManager[None]:
    """Tell how long a step takes and how it ends; what it is ``about`` is only asked for where that is told."""
    telling = exporting()
    return nullcontext() if telling is None else telling.step(name, about)


def record(metric: Metric, value: float, attributes: Attributes | None = None) -> None:
    """Tell a value of a metric."""
    telling = exporting()
    if telling is not None:
        telling.record(metric, value, attributes or {})


def exporting() -> Exporting | None:
    """Where this process tells; ``None`` where nothing is told."""
    signals = tuple(signal for signal in get_args(Signal) if is_on(signal))
    return _of_process(os.getpid(), signals) if signals else None


@cache
def _of_process(_: int, signals: tuple[Signal, ...]) -> Exporting | None:
    """By the process, as what sends does so in threads, which a fork does not have."""
    try:
        from service_reports_airflow.telemetry.exporting import Exporting

        return Exporting(signals)
    except Exception as error:  # noqa: BLE001 (whatever libraries make of the variables: no task fails over it)
        log.warning(
            "No se envía telemetría: %s: %s\n  → revise las variables OTEL_* como dice docs/server.md; "
            "la tarea sigue igual",
            type(error).__name__,
            error,
        )
        return None
