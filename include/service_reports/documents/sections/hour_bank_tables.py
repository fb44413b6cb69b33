"""Tables of the hour bank: its ledger, the movements of the period, and the requests charged to it."""

from __future__ import annotations

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.tables import Column
from service_reports.figures.model import BankState, HourBankFigures, HourBankLedger, HourBankLine, HourMovement
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

STATES: dict[BankState, str] = {
    "contracted": "Contratadas",
    "available": "Disponibles",
    "committed": "Comprometidas",
    "in_execution": "En ejecución",
    "consumed": "Consumidas",
}
UNDATED = "Sin fecha"
MOVEMENT_SIZE = 8.0


def ledger_cells(line: HourBankLine) -> list[str]:
    """A state of the bank as it is printed: its name, opening, credits, debits and closing."""
    hours = (line.opening, line.credits, line.debits, line.closing)
    return [STATES[line.state], *(es_co.quantity(each) for each in hours)]


def ledger_table(ledger: HourBankLedger, width: float) -> Table:
    """The ledger, one row a state."""
    titles = ("Saldo inicial", "Créditos", "Débitos", "Saldo final")
    columns = [
        Column("Horas", width - len(titles) * 80),
        *(Column(title, 80, "RIGHT") for title in titles),
    ]
    return tables.ruled_table(columns, [ledger_cells(line) for line in ledger.lines])


def movement_text(movement: HourMovement) -> str:
    """What moved the hours: a request, or what gave them."""
    if movement.source is not None:
        return movement.subject
    return f"Adición de horas: {movement.subject}" if movement.subject else "Horas del contrato"


def movement_day(movement: HourMovement) -> str:
    """The day of a movement as it is printed."""
    return UNDATED if movement.on is None else es_co.table_date(movement.on)


def movement_cells(movement: HourMovement) -> list[str]:
    """From where to where, how many hours, and what is available afterwards."""
    return [
        es_co.MISSING if movement.source is None else STATES[movement.source],
        STATES[movement.target],
        es_co.quantity(movement.hours),
        es_co.quantity(movement.balance),
    ]


def movement_table(ledger: HourBankLedger, width: float) -> Table:
    """The movements of the period with the running balance."""
    columns = [
        Column("Fecha", 48),
        Column("Movimiento", width - 48 - 66 - 2 * 68 - 44 - 58),
        Column("Control de cambio", 66),
        Column("De", 68),
        Column("A", 68),
        Column("Horas", 44, "RIGHT"),
        Column("Saldo disponible", 58, "RIGHT"),
    ]
    rows = [
        [
            movement_day(each),
            Quoted(movement_text(each)),
            Quoted(each.change_code or es_co.MISSING),
            *movement_cells(each),
        ]
        for each in ledger.movements
    ]
    return tables.ruled_table(columns, rows, size=MOVEMENT_SIZE)


def entry_table(bank: HourBankFigures, width: float) -> Table:
    """Every request that was ever charged to the bank, with its state as last read."""
    columns = [
        Column("Detalle Solicitud", width - 240),
        Column("Fecha en Producción", 90),
        Column("Horas Estimadas", 80, "RIGHT"),
        Column("Estado", 70),
    ]
    rows = [
        [
            Quoted(entry.request),
            es_co.table_date(entry.production_date),
            es_co.quantity(entry.estimated_hours),
            Quoted(entry.status),
        ]
        for entry in bank.entries
    ]
    total = es_co.quantity(sum(entry.estimated_hours for entry in bank.entries))
    return tables.ruled_table(columns, rows, total=["Total Horas", "", total, ""])
