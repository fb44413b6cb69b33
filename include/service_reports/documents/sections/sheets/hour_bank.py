"""The hour bank: balance, movements and entries."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service_reports.contracts.model import Contract
from service_reports.documents.sections.hour_bank_tables import LEDGER, MOVED, movement_text
from service_reports.documents.sections.hour_bank_tables import STATES as HOUR_STATES
from service_reports.documents.sections.masking import request_name
from service_reports.documents.sections.sheets.sheet import HOURS, PERCENT, Heading, Sheet, Value, desk, share, value
from service_reports.documents.sections.ticket_tables import title
from service_reports.figures.chapters.hour_bank import estimated, moved
from service_reports.figures.model import BankState, HourBankFigures, HourBankLedger, PeriodFigures
from service_reports.wording.shown import Quoted

PARTS: tuple[BankState, ...] = ("consumed", "in_execution", "committed", "available")
"""The states that the contracted hours are in."""


def sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """Those of the bank, where the contract has one."""
    if (bank := figures.hour_bank) is None:
        return
    yield _balance(contract, figures)
    if bank.ledger is not None:
        yield _movements(contract, figures, bank.ledger)
    yield _entries(contract, figures, bank)


def _balance(contract: Contract, figures: PeriodFigures) -> Sheet:
    shares = [share(figures, "hour_bank.percent", state=state) for state in PARTS]
    rows: list[list[Value]] = [
        [HOUR_STATES[state], *(value(figures, family, state=state) for family in LEDGER), percent]
        for state, percent in zip(PARTS, shares, strict=True)
    ]
    total: list[Value] = [
        HOUR_STATES["contracted"],
        *(value(figures, family, state="contracted") for family in LEDGER),
        Decimal(1),
    ]
    headings = [
        Heading("Horas"),
        *(Heading(title(family), HOURS) for family in LEDGER),
        Heading(title("hour_bank.percent"), PERCENT),
    ]
    content = "Horas contratadas, según su destino: saldo inicial, más créditos, menos débitos, da el saldo final."
    read_at = figures.sources.hour_bank_read_at
    return Sheet("Bolsa de horas", "Bolsa_saldo", content, desk(contract), read_at, headings, rows, total)


def _movements(contract: Contract, figures: PeriodFigures, ledger: HourBankLedger) -> Sheet:
    rows: list[list[Value]] = []
    for each, about in moved(ledger):
        text = movement_text(each)
        source = None if each.source is None else HOUR_STATES[each.source]
        text = request_name(contract, text) if each.source else Quoted(text)
        rows.append(
            [
                each.on,
                text,
                each.change_code and Quoted(each.change_code),
                source,
                HOUR_STATES[each.target],
                *(value(figures, family, **about) for family in MOVED),
            ]
        )
    headings = [
        Heading("Fecha"),
        Heading("Movimiento"),
        Heading("Control de cambio"),
        Heading("De"),
        Heading("A"),
        *(Heading(title(family), HOURS) for family in MOVED),
    ]
    content = "Movimientos de la bolsa en el periodo; sin fecha, los que la mesa de servicio no fecha."
    read_at = figures.sources.hour_bank_read_at
    return Sheet(
        "Movimientos de la bolsa", "Bolsa_movimientos", content, desk(contract), read_at, headings, rows, frozen=2
    )


def _entries(contract: Contract, figures: PeriodFigures, bank: HourBankFigures) -> Sheet:
    rows: list[list[Value]] = [
        [
            request_name(contract, entry.request),
            entry.production_date,
            value(figures, "hour_bank.estimated", **about),
            Quoted(entry.status),
        ]
        for entry, about in estimated(bank.entries)
    ]
    hours = value(figures, "hour_bank.charged") if bank.entries else Decimal(0)
    headings = [
        Heading("Detalle Solicitud"),
        Heading("Fecha en Producción"),
        Heading(title("hour_bank.estimated"), HOURS),
        Heading("Estado"),
    ]
    content = "Solicitudes con cargo a la bolsa de horas."
    if contract.ticket_detail == "none":
        content += " Su texto, escrito por personas, no se publica: lo reemplaza un código."
    read_at = figures.sources.hour_bank_read_at
    total: list[Value] = ["Total Horas", None, hours, None]
    return Sheet("Consumos de la bolsa", "Bolsa_detalle", content, desk(contract), read_at, headings, rows, total)
