"""The handful of lines that the e-mail puts before the reader, taken from the figures."""

from __future__ import annotations

from service_reports.contracts import Contract
from service_reports.documents.format import availability, number, quantity
from service_reports.figures.model import PeriodFigures


def highlights(contract: Contract, figures: PeriodFigures) -> tuple[tuple[str, str], ...]:
    """Pairs of label and value in Spanish, es-CO numbers; what was not measured says so."""
    finished = next(
        (int(f.value) for f in figures.figures if f.id == "tickets.support.status/Terminado"), 0
    )  # fmt: skip
    hours = figures.hour_bank
    days = len(figures.usage.rows)
    with_usage = sum(row.state != "missing" for row in figures.usage.rows)
    available = tuple(
        (
            f"Respuesta del nodo {part.resource_name}",
            "sin mediciones"
            if part.percent is None
            else f"{availability(part.percent)} de {number(part.samples)} muestras recibidas",
        )
        for part in figures.availability
    )
    return (
        ("Solicitudes registradas", f"{number(figures.support.total)}, de ellas {number(finished)} terminadas"),
        (
            "Bolsa de horas",
            f"{quantity(hours.available)} de {quantity(hours.contracted)} horas disponibles",
        ),
        *available,
        (
            "Copias automáticas",
            f"{number(len(figures.backups.backups))}; "
            f"días del periodo sin copia exitosa: {number(len(figures.backups.days_missing))}",
        ),
        ("Días con datos de consumo", f"{number(with_usage)} de {number(days)}"),
    )
