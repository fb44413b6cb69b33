"""How complete a period is, in the words of verdicts and of what a publication waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from service_reports.wording.es_co.gaps import spans
from service_reports.wording.es_co.labels import SOURCES

ALL_READ = "Todos los días de cada fuente se leyeron después de terminar"
NONE_PARTIAL = "Ningún día leído es parcial"
WARRANTY_KEPT = "Ninguna solicitud en garantía está fuera de sus días"
HAVING = {
    "oci_cost_reports": "con consumo",
    "oci_backups": "con copia automática",
    "database_dumps": "con volcado",
    "tickets": "exportados de la mesa de servicio",
}
"""What every day of a source has where nothing is missing."""


def partial_days(days: Iterable[tuple[date, int]]) -> str:
    """Days with fewer hours than they have."""
    return f"Días parciales: {_with_hours(days)}"


def left_out(tickets: Iterable[str]) -> str:
    """Tickets that were registered outside the warranty."""
    return f"Registradas fuera de la garantía, no se relacionan: {', '.join(tickets)}"


def samples(received: int, expected: int, unread: Sequence[date]) -> str:
    """Samples of a metric, and its days that were not read."""
    return f"{received} de {expected} muestras" + (f"; sin leer: {spans(unread)}" if unread else "")


def days(source: str, missing: Sequence[date], unread: Sequence[date]) -> str:
    """Days of a source that lack something, or were not read; that all have it where none does."""
    told = [f"Días sin dato: {', '.join(map(str, missing))}"] if missing else []
    told += [f"Sin leer: {spans(unread)}"] if unread else []
    return "; ".join(told) or f"Todos los días {HAVING[source]}"


def without_their_hours(what: str, short: Iterable[tuple[date, int]], hours: int) -> str:
    """Days that have fewer hours than a day, so that the period is waited for."""
    return f"{what}, días sin sus {hours} horas: {_with_hours(short)}"


def without_any(source: str, missing: Iterable[date]) -> str:
    """Days without any backup or dump."""
    return f"{SOURCES[source]}, días sin ninguna: {', '.join(map(str, missing))}"


def _with_hours(short: Iterable[tuple[date, int]]) -> str:
    return ", ".join(f"{day} ({hours} h)" for day, hours in short)
