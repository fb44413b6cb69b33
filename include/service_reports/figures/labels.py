"""What a figure is, in Spanish, from its id: the grammar of ``docs/figures.md`` read backwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, cast

from service_reports.figures.model import SourceName

FIXED = {
    "usage.days.complete": "Días con consumo completo",
    "usage.days.partial": "Días con consumo parcial",
    "usage.days.missing": "Días sin consumo",
    "comparison.days.before": "Días completos del periodo anterior",
    "comparison.days.now": "Días completos de este periodo",
    "tickets.support.days_without": "Días sin solicitudes",
    "tickets.support.days_not_exported": "Días sin exportar de la mesa de ayuda",
    "hour_bank.deliveries": "Bolsa de horas: entregas del periodo",
    "hour_bank.delivered": "Bolsa de horas: horas entregadas en el periodo",
    "obligations.total": "Obligaciones",
    "obligations.supported": "Obligaciones con soporte",
    "obligations.partial": "Obligaciones con soporte parcial",
    "obligations.pending": "Obligaciones pendientes",
    "obligations.not_due": "Obligaciones que no se causaron",
    "records.consultations": "Consultas a la entidad",
    "records.force_majeure": "Eventos de fuerza mayor",
    "records.incidents": "Incidentes y reclamaciones",
    "records.social_security": "Soportes de seguridad social",
    "records.change_controls": "Controles de cambio",
    "backups.oci.count": "Copias de OCI",
    "backups.oci.failed": "Copias de OCI fallidas",
    "backups.oci.days_missing": "Días sin copia de OCI",
    "backups.dumps.count": "Volcados",
    "backups.dumps.days_missing": "Días sin volcado",
    "backups.dumps.bytes": "Tamaño de los volcados",
    "backups.dumps.stale_days": "Volcados casi iguales al anterior",
    "summary.days": "Días del periodo",
    "summary.backups.days_covered": "Días con copia de OCI",
    "summary.dumps.days_covered": "Días con volcado",
    "summary.tickets.closed": "Solicitudes terminadas",
    "summary.tickets.open": "Solicitudes sin terminar",
    "summary.tickets.oldest_days": "Antigüedad de la solicitud más vieja",
}
BANK = "Bolsa de horas"
BANK_STATES = {
    "contracted": "contratadas",
    "consumed": "consumidas",
    "in_execution": "en ejecución",
    "committed": "comprometidas",
    "available": "disponibles",
}
BANK_LINES = {"opening": "saldo inicial", "credits": "créditos", "debits": "débitos"}
SERVICES = {"support": "Soporte", "warranty": "Garantía", "earlier": "Periodos anteriores"}
DIMENSIONS = {
    "status": "estado",
    "product": "producto",
    "module": "módulo",
    "process": "proceso",
    "subprocess": "subproceso",
}
OF_USE = {
    "total": "Consumo del periodo",
    "mean": "Consumo medio por día",
    "min": "Consumo del menor día",
    "max": "Consumo del mayor día",
}
LEVELS = {"before": "antes", "after": "después", "first": "primero", "last": "último", "percent": "cambio"}
COMPARED = {
    "before": "Consumo diario del periodo anterior",
    "now": "Consumo diario de este periodo",
    "percent": "Cambio frente al periodo anterior",
}
MEASURED = {
    "min": "mínimo",
    "mean": "media",
    "max": "máximo",
    "p95": "percentil 95",
    "peak": "pico",
    "samples": "muestras",
    "expected": "muestras esperadas",
    "percent": "disponibilidad",
    "samples_up": "muestras con respuesta",
    "minutes_down": "minutos sin respuesta, a lo sumo",
    "minutes_unknown": "minutos sin medir",
}
SOURCES: Mapping[SourceName, str] = {
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
DAYS_OF_TICKET = {"age": "antigüedad", "days_to_close": "días hasta el cierre"}


class Id(NamedTuple):
    """A figure's id taken apart: what comes before the first ``/``, the day it is about if any, and the rest."""

    family: str
    day: date | None
    rest: str


def parts(figure_id: str) -> Id:
    """An id by its family, its day and what else it names.

    >>> parts("usage.day/2026-01-05/Compute / OCPU (OCPU Hours)").rest
    'Compute / OCPU (OCPU Hours)'
    """
    family, _, rest = figure_id.partition("/")
    dated = re.match(r"(\d{4}-\d{2}-\d{2})(?:/|$)", rest)
    if dated is None:
        return Id(family, None, rest)
    return Id(family, date.fromisoformat(dated[1]), rest[dated.end() :])


def short_day(day: date) -> str:
    """A day as the documents' tables print it: ``5/01/26``."""
    return f"{day.day}/{day:%m/%y}"


def exact(value: Decimal) -> str:
    """A number with all its decimals, after a comma: ``−0,5``."""
    return f"{value:f}".replace(".", ",").replace("-", "−")


def label(figure_id: str) -> str:
    """What a figure is, for a reader; an id outside the grammar stands for itself."""
    family, day, rest = parts(figure_id)
    name = family.rpartition(".")[2]
    if figure_id in FIXED:
        return FIXED[figure_id]
    if family.startswith("usage."):
        return _of_use(name, day, rest) or figure_id
    if family.startswith("comparison.") and name in COMPARED:
        return f"{COMPARED[name]}, {rest}"
    if family.startswith("tickets."):
        return _of_tickets(family, rest) or figure_id
    if family.startswith("hour_bank."):
        return _of_hour_bank(family, day, rest) or figure_id
    if family == "summary.tickets.age":
        least, _, most = rest.partition("-")
        return f"Solicitudes abiertas de {least} {f'a {most} días' if most else 'días o más'}"
    if family in ("metric", "availability"):
        subject, _, statistic = rest.rpartition("/")
        return f"{subject.replace('/', ', ')}: {MEASURED.get(statistic, statistic)}"
    if family == "finding":
        return _of_finding(rest) or figure_id
    return figure_id


def _of_use(name: str, day: date | None, rest: str) -> str | None:
    if name in OF_USE:
        return f"{OF_USE[name]}, {rest}"
    if name == "day" and day:
        return f"Consumo del {short_day(day)}, {rest}"
    if name == "hours" and day:
        return f"Horas con consumo del {short_day(day)}"
    column, _, which = rest.rpartition("/")
    if name == "level_change" and day:
        return f"Nivel de consumo al {short_day(day)} ({LEVELS[which]}), {column}"
    return f"Nivel de consumo ({LEVELS[which]}), {column}" if name == "level" else None


def _of_tickets(family: str, rest: str) -> str | None:
    _, service, name = family.split(".")
    kind = SERVICES.get(service, service)
    if name == "total":
        return f"{kind}: solicitudes"
    if name == "open":
        return f"{kind}: solicitudes sin terminar"
    if name in DIMENSIONS:
        return f"{kind}: solicitudes, {DIMENSIONS[name]} {rest}"
    if name in DAYS_OF_TICKET:
        return f"{kind}: solicitud {rest}, {DAYS_OF_TICKET[name]}"
    one, _, other = name.partition("_")
    if one in DIMENSIONS and other in DIMENSIONS:
        value, _, across = rest.rpartition("/")
        return f"{kind}: solicitudes, {DIMENSIONS[one]} {value}, {DIMENSIONS[other]} {across}"
    return None


def _of_hour_bank(family: str, day: date | None, rest: str) -> str | None:
    _, name, *more = family.split(".")
    if name in BANK_LINES and more:
        return f"{BANK}, {BANK_LINES[name]}: {BANK_STATES.get(more[0], more[0])}"
    if name == "movement":
        request, _, states = rest.removeprefix("undated/").rpartition("/")
        states, again, number = states.partition(" (")  # of several alike, all but the first are numbered
        source, _, target = states.partition("-")
        when = f"del {short_day(day)}" if day else "sin fecha"
        moved = f"de {BANK_STATES.get(source, source)} a {BANK_STATES.get(target, target)}"
        return f"{BANK}, movimiento {when}, {moved}{f': {request}' if request else ''}{again}{number}"
    if name in BANK_STATES:
        return f"{BANK}: {BANK_STATES[name]}{f', {rest}' if rest else ''}"
    return None


def _of_finding(rest: str) -> str | None:
    kind, _, about = rest.partition("/")
    subject, _, value = about.rpartition("/")
    if kind not in FINDINGS or value not in OF_FINDING:
        return None
    subject = SOURCES.get(cast("SourceName", subject), subject)
    return f"Hallazgo, {FINDINGS[kind]}{f' ({subject})' if subject else ''}: {OF_FINDING[value]}"
