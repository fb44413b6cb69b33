"""What figures are called: a column's heading, and a phrase that stands alone (``figures.csv``, by family).

A phrase names what the id of a figure tells apart: days as tables print them, states and dimensions in Spanish.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

BANK_STATES = {
    "contracted": "contratadas",
    "consumed": "consumidas",
    "in_execution": "en ejecución",
    "committed": "comprometidas",
    "available": "disponibles",
}
SERVICES = {"support": "Soporte", "warranty": "Garantía"}
DIMENSIONS = {
    "status": "estado",
    "product": "producto",
    "module": "módulo",
    "process": "proceso",
    "subprocess": "subproceso",
}
STANDINGS = {
    "supported": "con soporte",
    "partial": "con soporte parcial",
    "pending": "pendientes",
    "not_due": "que no se causaron",
}
REGISTERS = {
    "consultations": "Consultas a la entidad",
    "force_majeure": "Eventos de fuerza mayor",
    "incidents": "Incidentes y reclamaciones",
    "social_security": "Soportes de seguridad social",
    "change_controls": "Controles de cambio",
}
SOURCES = {
    "oci_cost_reports": "consumo de OCI",
    "oci_metrics": "métricas de OCI",
    "oci_backups": "copias automáticas de OCI",
    "database_dumps": "volcados de la base de datos",
    "tickets": "solicitudes de la mesa de servicio",
    "hour_bank": "bolsa de horas",
    "contract_records": "registros del contrato",
}
"""What the sources bring, for readers and operators alike."""
FINDINGS = {
    "sources.unread": "sin leer",
    "sources.refused": "rechazado",
    "usage.step": "cambio de nivel del consumo",
    "usage.missing": "días sin consumo",
    "usage.partial": "días con consumo parcial",
    "metrics.missing": "mediciones que faltan",
    "availability.unanswered": "nodo que no respondió",
    "backups.failed": "copias de OCI fallidas",
    "backups.missing": "días sin copia de OCI",
    "dumps.equal": "volcados casi iguales",
    "dumps.missing": "días sin volcado",
    "dumps.jump": "cambio brusco de tamaño",
    "tickets.ageing": "solicitudes antiguas",
    "hour_bank.overdrawn": "bolsa de horas sobregirada",
    "hour_bank.low": "bolsa de horas por agotarse",
    "obligations.pending": "obligaciones pendientes",
    "observation": "observaciones",
}
OF_FINDING = {
    "before": "antes",
    "now": "ahora",
    "others": "otros recursos",
    "percent": "cambio",
    "days": "días",
    "hours": "horas vistas",
    "of_hours": "horas de esos días",
    "samples": "muestras",
    "expected": "muestras esperadas",
    "received": "muestras recibidas",
    "backups": "copias",
    "dumps": "volcados",
    "other_dumps": "otros volcados",
    "least_bytes": "el menor",
    "most_bytes": "el mayor",
    "limit_percent": "límite",
    "jumps": "cambios",
    "before_bytes": "tamaño antes",
    "now_bytes": "tamaño después",
    "tickets": "solicitudes",
    "open": "abiertas",
    "limit_days": "límite",
    "oldest_days": "antigüedad de la más vieja",
    "available_hours": "horas disponibles",
    "contracted_hours": "horas contratadas",
    "obligations": "pendientes",
    "all": "todas",
    "observations": "observaciones",
}


class Label(NamedTuple):
    """``title`` heads a column of such figures, ``whole`` says what one is where it stands alone."""

    title: str
    whole: str


@cache
def labels() -> Mapping[str, Label]:
    """The labels of every family of figures, by its name."""
    with Path(__file__).with_name("figures.csv").open(encoding="utf-8", newline="") as file:
        return {row["family"]: Label(row["title"], row["whole"]) for row in csv.DictReader(file)}


def short_day(day: date) -> str:
    """A day as the documents' tables print it: ``5/01/26``."""
    return f"{day.day}/{day:%m/%y}"


def exact(value: Decimal) -> str:
    """A number with all its decimals, after a comma: ``−0,5``."""
    return f"{value:f}".replace(".", ",").replace("-", "−")


def whole(family: str, parameters: Mapping[str, str]) -> str:
    """What one figure of a family is, for a reader.

    >>> whole("usage.hours", {"day": "2026-01-05"})
    'Horas con consumo del 5/01/26'
    """
    words = {name: WORDS.get(name, str)(value) for name, value in parameters.items()}
    if family == "hour_bank.movement" or family == "hour_bank.movement.available":
        steps, _, number = words["moved"].partition(" (")
        request = f": {words['request']}" if words["request"] else ""
        words["moved"] = f"{steps}{request}{f' ({number}' if number else ''}"
    return labels()[family].whole.format_map(words)


def _day(text: str) -> str:
    return short_day(date.fromisoformat(text))


def _moved(text: str) -> str:
    states, again, number = text.partition(" (")
    source, _, target = states.partition("-")
    return f"de {BANK_STATES.get(source, source)} a {BANK_STATES.get(target, target)}{again}{number}"


def _ages(text: str) -> str:
    least, _, most = text.partition("-")
    return f"de {least} {f'a {most} días' if most else 'días o más'}"


def _named(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: words.get(text, text)


WORDS: Mapping[str, Callable[[str], str]] = {
    "day": _day,
    "moved_on": lambda text: "sin fecha" if text == "undated" else f"del {_day(text)}",
    "moved": _moved,
    "ages": _ages,
    "service": _named(SERVICES),
    "dimension": _named(DIMENSIONS),
    "state": _named(BANK_STATES),
    "charged": _named(BANK_STATES),
    "standing": _named(STANDINGS),
    "register": _named(REGISTERS),
    "kind": _named(FINDINGS),
    "name": _named(OF_FINDING),
    "subject": lambda text: f" ({SOURCES.get(text, text)})" if text else "",
}
"""How what an id tells apart is said."""
