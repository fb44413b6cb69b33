"""What the days of a window lack or show, in the words of the operators' findings; without personal data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from service_reports.wording.es_co.labels import BANK_STATES, exact, short_day

USAGE, METRICS, DUMPS, HOUR_BANK = "consumo", "métricas", "volcados", "bolsa de horas"
"""What findings are about, where it has no name of its own."""
USAGE_MISSING = "Los informes de costos no traen ninguna línea del día"
BACKUP_MISSING = "OCI no relaciona ninguna copia exitosa iniciada ese día"
DUMP_MISSING = "Ningún archivo lleva ese día en el nombre"
NO_COMPARTMENT = "(sin compartimento)"
QUANTITIES_SHOWN = 5
BACKUP_FIELDS = {"lifecycle_state": "estado", "type": "tipo", "backup_destination_type": "destino"}


def usage_partial(hours: int, of: int) -> str:
    """A day with fewer hours of use than it has."""
    return f"Hay consumo de {hours} de las {of} horas del día"


def column_partial(column: str, hours: int, of: int) -> str:
    """A product with fewer hours than its day."""
    return f"{column}: hay consumo de {hours} de {of} horas"


def metric(title: str, resource: str) -> str:
    """A metric of a resource, both as the contract calls them."""
    return f"{title} de {resource}"


def reply_set_aside(code: str) -> str:
    """A reply to a request that no report made."""
    return (
        f"El registro «Respuestas» responde a {code}, y ningún informe de este contrato hizo esa petición: la fila no "
        "cuenta; copie el código del informe"
    )


def samples_missing(series: str, hours: tuple[int, int] | None, samples: tuple[int, int] | None) -> str:
    """A metric with fewer hours, or fewer five-minute samples, than a day has: so many of so many."""
    lacks = [f"{hours[0]} de {hours[1]} horas"] if hours else []
    lacks += [f"{samples[0]} de {samples[1]} muestras de cinco minutos"] if samples else []
    return f"{series}: llegaron {' y '.join(lacks)}"


def day_lost(series: Iterable[str]) -> str:
    """A day that the provider forgot without that it was read; no series named: none was read."""
    return f"Sin datos de {_which(series)}; OCI ya no los conserva"


def day_about_to_expire(series: Iterable[str], until: date) -> str:
    """A day that the provider forgets soon."""
    return f"Sin datos de {_which(series)}; OCI los borra después del {short_day(until)}: recolecte ese día antes"


def _which(series: Iterable[str]) -> str:
    return ", ".join(series) or "ninguna métrica"


def backup_failed(name: str) -> str:
    """A backup that failed."""
    return f"La copia {name} falló"


def backup_slow(name: str, minutes: int, usual: int) -> str:
    """A backup that took long."""
    return f"La copia {name} tardó {minutes} minutos; lo usual son {usual}"


def backup_unknown(name: str, values: Mapping[str, str]) -> str:
    """A backup with values, by field, that nobody documents."""
    strange = [f"{BACKUP_FIELDS[field]} «{value}»" for field, value in values.items()]
    return f"La copia {name} tiene {' y '.join(strange)}, que Oracle no documenta"


def dump_vanished(last_seen: date, retention_days: int) -> str:
    """A dump that is gone before its retention is over."""
    return (
        f"Se vio por última vez el {short_day(last_seen)} y ya no está, sin haber cumplido sus {retention_days} días "
        "de retención"
    )


def dump_late(minutes: int) -> str:
    """A dump that ended after its usual time."""
    return f"Se terminó {minutes} minutos después de la hora usual"


def dump_stale(limit_percent: Decimal, days: int) -> str:
    """A dump that hardly differs from the one before."""
    rows = {3: "tres"}.get(days, str(days))
    return f"El tamaño cambia menos de {exact(limit_percent)} % frente al anterior, {rows} días o más seguidos"


def dump_jump(before: int, now: int, share: Decimal) -> str:
    """A dump of quite another size than the one before, in bytes."""
    percent = f"{share * 100:+.2f}".replace(".", ",").replace("-", "−")
    return f"El tamaño pasa de {_grouped(before)} a {_grouped(now)} bytes ({percent} %)"


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def overdrawn(day: date, contracted: Decimal, charged: Decimal) -> str:
    """A bank with more hours charged than contracted."""
    return (
        f"Al {short_day(day)} la bolsa está excedida en {_hours(charged - contracted)} horas: "
        f"{_hours(charged)} con cargo a {_hours(contracted)} contratadas"
    )


def without_control(request: str) -> str:
    """Hours that no change control is recorded for."""
    return f"«{request}» tiene horas con cargo a la bolsa y ningún control de cambio registrado"


def opening_subject(report: str, version: int, state: str) -> str:
    """A state of the bank as an issued report closed it."""
    return f"{report}, versión {version}: horas {BANK_STATES[state]}"


def opening_differs(report: str, version: int, state: str, issued: Decimal, computed: Decimal) -> str:
    """A state that an issued report closed otherwise than the same day is computed now."""
    return (
        f"Horas {BANK_STATES[state]} al cierre del informe {report}, versión {version}: se emitieron "
        f"{_hours(issued)} y hoy son {_hours(computed)}; diferencia: {_hours(computed - issued)}"
    )


def late_charge(request: str, hours: Decimal, day: date, report: str, version: int) -> str:
    """Hours of a period that was reported without them."""
    return (
        f"«{request}»: {_hours(hours)} horas con fecha {short_day(day)}, del periodo del informe "
        f"{report}, que se emitió sin ellas (versión {version})"
    )


def late_subject(report: str, day: date, request: str) -> str:
    """The same charge by report, day and request."""
    return f"{report}, {short_day(day)}: {request}"


def _hours(hours: Decimal) -> str:
    return exact(hours.normalize())


def export_old(exported: datetime | None) -> str:
    """The newest export of the help desk, in local time, came before the period ended; or there is none."""
    when = f"{short_day(exported)} {exported:%H:%M}" if exported else "ninguna"
    return f"La exportación más reciente de la mesa de servicio ({when}) es anterior al fin del periodo"


def not_reconciled(day: date, column: str, ours: Decimal, theirs: Decimal) -> str:
    """A total of a day and column that is not the provider's own."""
    return (
        f"El {short_day(day)}, {column}: {exact(ours)} según los informes de costos, {exact(theirs)} según la API de "
        f"uso de OCI; diferencia {exact(ours - theirs)}."
    )


def reconciled(total: int, beyond: Sequence[tuple[date, str, Decimal]], most: int) -> str:
    """How many totals were compared, and the first of those that differ too much: day, column, difference."""
    told = f"{total} totales de día y columna conciliados con la API de uso, {len(beyond)} fuera de tolerancia"
    if beyond:
        shown = "; ".join(f"{day} {column}: {difference:f}" for day, column, difference in beyond[:most])
        told += f": {shown}{'; …' if len(beyond) > most else ''}"
    return f"{told}."


def not_of_one_contract(
    claimants: Sequence[str], month: date, compartment: str, service: str, quantities: Mapping[tuple[str, str], Decimal]
) -> str:
    """Use that no contract or several claim; quantities by product and unit, the first ones."""
    whose = (
        f"Consumo que reclaman {len(claimants)} contratos ({', '.join(claimants)}):"
        if claimants
        else "Consumo que no pertenece a ningún contrato:"
    )
    told = [f"{product}, {quantity:f} {unit}" for (product, unit), quantity in sorted(quantities.items())]
    shown = "; ".join([*told[:QUANTITIES_SHOWN], *(["…"] if len(told) > QUANTITIES_SHOWN else [])])
    return f"{whose} {month:%Y-%m}, compartimento {compartment or '(vacío)'}, servicio {service}: {shown}."


def lines_aside(
    lines: int,
    report: str,
    told: Sequence[str],
    quantities: Mapping[tuple[str, str], Decimal],
    costs: Mapping[str, Decimal],
    *,
    untold: bool,
) -> str:
    """Lines of a cost report that are in no sum: how many, the first with their reasons, and what is known of them.

    ``untold``: some of them do not tell what they cost.
    """
    shown = "; ".join([*told[:QUANTITIES_SHOWN], *(["…"] if len(told) > QUANTITIES_SHOWN else [])])
    known = [f"{product}, {exact(quantity)} {unit}" for (product, unit), quantity in quantities.items() if quantity]
    more = ["…"] if len(known) > QUANTITIES_SHOWN else []
    amounts = f" No se sumaron: {'; '.join([*known[:QUANTITIES_SHOWN], *more])}." if known else ""
    cost = " y ".join(f"{exact(cost)} {currency}".strip() for currency, cost in sorted(costs.items()))
    money = f" Su costo: {cost}{' y lo que no se puede leer' if untold else ''}." if cost else ""
    return f"Líneas del informe de costos {report} que quedaron aparte: {lines}. {shown}.{amounts}{money}"


def service_unknown(code: str) -> str:
    """A service code that no list has a name for."""
    return (
        f"El servicio {code!r} no está en oci_service_names.csv: se imprime el nombre que dan los totales de OCI, o el "
        "código si no lo dan."
    )
