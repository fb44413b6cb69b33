"""Tables of the hour bank: its ledger, the movements of the period, and the requests charged to it."""

from __future__ import annotations

from collections.abc import Mapping

from reportlab.platypus import Table

from service_reports.documents.engine import tables
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.ticket_tables import title
from service_reports.figures.chapters.hour_bank import estimated, moved
from service_reports.figures.model import HourBankFigures, HourBankLedger, HourBankLine, HourMovement, PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import BANK_STATES
from service_reports.wording.shown import Quoted

STATES = {state: words.capitalize() for state, words in BANK_STATES.items()}
UNDATED = "Sin fecha"
MOVEMENT_SIZE = 8.0


LEDGER = ("hour_bank.opening", "hour_bank.credits", "hour_bank.debits", "hour_bank.balance")
"""What is told of each state, in the order of the columns."""


def ledger_cells(figures: PeriodFigures, line: HourBankLine) -> list[str]:
    """A state of the bank as it is printed: its name, opening, credits, debits and closing."""
    return [STATES[line.state], *(es_co.quantity(figures.needed(family, state=line.state)) for family in LEDGER)]


def ledger_table(figures: PeriodFigures, ledger: HourBankLedger, width: float) -> Table:
    """The ledger, one row a state."""
    columns = [
        Column("Horas", width - len(LEDGER) * 80),
        *(Column(title(family), 80, "RIGHT") for family in LEDGER),
    ]
    return tables.ruled_table(columns, [ledger_cells(figures, line) for line in ledger.lines])


def movement_text(movement: HourMovement) -> str:
    """What moved the hours: a request, or what gave them."""
    if movement.source is not None:
        return movement.subject
    return f"Adición de horas: {movement.subject}" if movement.subject else "Horas del contrato"


def movement_day(movement: HourMovement) -> str:
    """The day of a movement as it is printed."""
    return UNDATED if movement.on is None else es_co.table_date(movement.on)


MOVED = ("hour_bank.movement", "hour_bank.movement.available")
"""What is told of a movement: how many hours, and what is available afterwards."""


def movement_cells(figures: PeriodFigures, movement: HourMovement, about: Mapping[str, str]) -> list[str]:
    """From where to where, how many hours, and what is available afterwards; ``about`` is what the ids tell apart."""
    return [
        es_co.MISSING if movement.source is None else STATES[movement.source],
        STATES[movement.target],
        *(es_co.quantity(figures.needed(family, **about)) for family in MOVED),
    ]


def movement_table(figures: PeriodFigures, ledger: HourBankLedger, width: float) -> Table:
    """The movements of the period with the running balance."""
    hours, available = map(title, MOVED)
    columns = [
        Column("Fecha", 54),
        Column("Movimiento", width - 54 - 66 - 2 * 68 - 44 - 58),
        Column("Control de cambio", 66),
        Column("De", 68),
        Column("A", 68),
        Column(hours, 44, "RIGHT"),
        Column(available, 58, "RIGHT"),
    ]
    rows = [
        [
            movement_day(each),
            Quoted(movement_text(each)),
            Quoted(each.change_code) if each.change_code else es_co.MISSING,
            *movement_cells(figures, each, about),
        ]
        for each, about in moved(ledger)
    ]
    return tables.ruled_table(columns, rows, size=MOVEMENT_SIZE, names=(0, 1))


def entry_table(figures: PeriodFigures, bank: HourBankFigures, width: float) -> Table:
    """Every request that was ever charged to the bank, with its state as last read."""
    columns = [
        Column("Detalle Solicitud", width - 240),
        Column("Fecha en Producción", 90),
        Column(title("hour_bank.estimated"), 80, "RIGHT"),
        Column("Estado", 70),
    ]
    rows = [
        [
            Quoted(entry.request),
            es_co.table_date(entry.production_date),
            es_co.quantity(figures.needed("hour_bank.estimated", **about)),
            Quoted(entry.status),
        ]
        for entry, about in estimated(bank.entries)
    ]
    total = es_co.quantity(figures.needed("hour_bank.charged"))
    return tables.ruled_table(columns, rows, total=["Total Horas", "", total, ""])
