"""What can have changed a figure of an issued version, in words: rows that came or changed, the contract, the code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from service_reports.wording.es_co.formats import read_instant
from service_reports.wording.es_co.labels import SOURCES, exact, short_day

UNKNOWN = "sin causa registrada: ninguna fila, contrato ni revisión del programa que la explique"
READINGS = {
    "oci_compartments": "compartimentos de OCI",
    "oci_metrics": "métricas de OCI",
    "oci_backups": "copias de OCI",
    "database_dumps": "volcados",
    "tickets": "mesa de servicio",
    "hour_bank": "bolsa de horas",
    "contract_records": "registros del contrato",
}
"""What the answers of a source are called, where not as elsewhere."""
ROWS = {"oci_backups": "copia de OCI", "database_dumps": "volcado"}
"""What one row of a source is called."""
FIELDS = {
    "service": "servicio",
    "registered_on": "fecha",
    "status": "estado",
    "product": "producto",
    "module": "módulo",
    "process": "proceso",
    "subprocess": "subproceso",
    "priority": "prioridad",
    "registered_at": "registro",
    "first_answered_at": "primera respuesta",
    "solved_at": "solución",
    "request": "solicitud",
    "production_date": "fecha de producción",
    "estimated_hours": "horas",
    "lifecycle_state": "estado",
    "time_started": "inicio",
    "time_ended": "fin",
    "size_bytes": "bytes",
    "dump_day": "día",
}
"""The fields of rows whose change is told."""
CONTRACT_CHANGED = "cambió el archivo del contrato"


def listed(causes: Iterable[str], most: int) -> str:
    """Causes one after the other, the first ones; more of them are counted, and none is said to be unknown."""
    told = list(dict.fromkeys(causes))
    more = len(told) - most
    return "; ".join([*told[:most], *([f"y {more} más"] if more > 0 else [])]) or UNKNOWN


def earlier_report(number: str) -> str:
    """The report of an earlier period, which is issued otherwise now."""
    return f"después se emitió otra versión del informe {number}"


def program_changed(before: str | None, now: str | None) -> str:
    """The code, by the revisions of both versions."""
    return f"cambió el programa, de la revisión {before} a la {now}"


def correction(reference: str, line: str | None, day: date, quantity: Decimal, name: str) -> str:
    """A line of a cost report that corrects an earlier one."""
    return f"corrección {reference} de la línea {line} del {short_day(day)}: {exact(quantity)} ({name})"


def cost_report(name: str, loaded: date, *, replaced: bool) -> str:
    """A cost report that came, in the place of another one or not."""
    if replaced:
        return f"informe de costos {name}, que OCI reemplazó (cargado el {short_day(loaded)})"
    return f"informe de costos {name} (cargado el {short_day(loaded)})"


def readings(source: str, loaded: Sequence[date]) -> str:
    """Readings of a source, by the days on which they were loaded."""
    name, days = READINGS.get(source) or SOURCES[source], [short_day(day) for day in loaded]
    if len(days) == 1:
        return f"lectura de {name} cargada el {days[0]}"
    return f"{len(days)} lecturas de {name} cargadas del {days[0]} al {days[-1]}"


def ticket(number: str) -> str:
    """A ticket of the help desk."""
    return f"solicitud {number}"


def closing_seen(number: str, day: date) -> str:
    """That a ticket was found finished."""
    return f"{ticket(number)}: cierre visto el {short_day(day)}"


def row(source: str, name: str, started: date | None) -> str:
    """A row of a source: a backup by the day of its start, any other by its name."""
    return f"{ROWS[source]} {f'del {short_day(started)}' if started else f'«{name}»'}"


def entry(request: str, hours: Decimal, day: date | None, *, several: bool, equal: int) -> str:
    """An entry of the hour bank: of several with the same words its hours and day, of ``equal`` ones how many."""
    what = f"bolsa de horas, solicitud «{request}»"
    if several:
        what += f" ({exact(hours)} horas, {short_day(day) if day else 'sin fecha'})"
    return f"{what}, una de {equal} iguales" if equal > 1 else what


def appeared(what: str) -> str:
    """A row that was not there."""
    return f"{what}: apareció"


def gone(what: str) -> str:
    """A row that is no longer there."""
    return f"{what}: ya no está"


def differs(what: str, fields: Iterable[tuple[str, object, object]]) -> str:
    """A row whose fields are others: by name, before and now."""
    told = (f"{FIELDS[name]} de {_shown(before)} a {_shown(now)}" for name, before, now in fields)
    return f"{what}: {', '.join(told)}"


def _shown(value: object) -> str:
    if value is None:
        return "nada"
    if isinstance(value, datetime):
        return read_instant(value)
    if isinstance(value, date):
        return short_day(value)
    if isinstance(value, Decimal):
        return exact(value)
    return f"«{value}»" if isinstance(value, str) else str(value)
