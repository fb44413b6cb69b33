"""The workbook that people export from a help desk, filled from the scenario."""

from __future__ import annotations

import io
from datetime import datetime

from openpyxl import Workbook

from sandbox.scenario import Scenario
from service_reports.contracts import BOGOTA, HelpDeskExport

TITLES = {
    "priority": "Prioridad",
    "registered_at": "Fecha y hora de registro",
    "first_answered_at": "Fecha y hora de primera respuesta",
    "solved_at": "Fecha y hora de solución",
}


def _written(value: object) -> object:
    """A moment as a person sees it at the help desk: on the clock of Bogotá, without a zone."""
    return value.astimezone(BOGOTA).replace(tzinfo=None) if isinstance(value, datetime) else value


def export_workbook(scenario: Scenario) -> bytes:
    """The export as a person would save it: a title, the header, real dates, two sheets."""
    desk = scenario.contract.help_desk
    assert isinstance(desk, HelpDeskExport)
    book = Workbook()
    del book["Sheet"]
    tickets = book.create_sheet(desk.tickets.sheet or "Solicitudes")
    tickets.append([f"Solicitudes de {scenario.contract.entity.name}"])
    told = [name for name in TITLES if any(name in row.model_fields_set for row in scenario.support_tickets)]
    tickets.append(
        [
            *("Requerimiento", "Servicio", "Fecha", "Estado", "Producto", "Módulo", "Proceso", "Subproceso", "Resumen"),
            *(TITLES[name] for name in told),
        ]
    )
    for service, rows in (("Soporte", scenario.support_tickets), ("Garantía", scenario.warranty_tickets)):
        for row in rows:
            tickets.append(
                [
                    int(row.ticket_id),
                    service,
                    row.registered_on,
                    row.status,
                    row.product,
                    row.module,
                    row.process,
                    row.subprocess,
                    scenario.ticket_summaries.get(row.ticket_id),
                    *(_written(getattr(row, name)) for name in told),
                ]
            )
    hours = book.create_sheet(desk.hour_bank.sheet or "Bolsa de horas")
    hours.append(["Actividad", "Fecha de puesta en producción", "Horas", "Estado"])
    for entry in scenario.hour_bank:
        hours.append([entry.request, entry.production_date, entry.estimated_hours, entry.status])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
