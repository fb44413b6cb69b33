"""Totals of the figures against their parts: what is printed of figures that do not add up could not either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from service_reports.figures.catalogue import figure_id
from service_reports.figures.model import BankState, HourBankFigures, PeriodFigures

FINEST = Decimal("0.000000001")
"""How far a percentage may lie from its exact quotient, in hundredths."""
STATE_NAMES: dict[BankState, str] = {
    "contracted": "contratadas",
    "available": "disponibles",
    "committed": "comprometidas",
    "in_execution": "en ejecución",
    "consumed": "consumidas",
}


def wrong_sums(figures: PeriodFigures) -> list[str]:
    """Totals that are not the sum of their parts: what is printed from them could not add up either."""
    usage, bank = figures.usage, figures.hour_bank
    wrong = [
        f"total de {column.label}"
        for index, column in enumerate(usage.columns)
        if usage.totals[index] != sum((row.quantities[index] or Decimal(0) for row in usage.rows), Decimal(0))
    ]
    for name, tickets in (("soporte", figures.support), ("garantía", figures.warranty)):
        for table in tickets.tables:
            counts = sum(row.count for row in table.rows)
            if counts != tickets.total or table.total != counts:
                wrong.append(f"{name}, tabla {table.dimension}: {counts} de {tickets.total} solicitudes")
    if bank is not None:
        hours = bank.consumed + bank.in_execution + bank.committed + bank.available
        if hours != bank.contracted:
            wrong.append(f"bolsa de horas: {hours} de {bank.contracted} horas")
        wrong += _ledger_sums(bank)
    wrong += _wrong_shares(figures)
    if figures.dumps.total_bytes != sum(dump.size_bytes for dump in figures.dumps.dumps):
        wrong.append("tamaño total de los volcados")
    return wrong


def _wrong_shares(figures: PeriodFigures) -> Iterator[str]:
    """Percentages that are not what their part is of its whole: of all tickets, of the contracted hours."""
    values = {figure.id: figure.value for figure in figures.figures}
    parts: dict[str, tuple[Decimal, Decimal]] = {}
    for service, tickets in (("support", figures.support), ("warranty", figures.warranty)):
        for table in tickets.tables:
            for row in table.rows:
                of = {"service": service, "dimension": table.dimension, "category": row.value}
                parts[figure_id("tickets.category.percent", **of)] = Decimal(row.count), Decimal(tickets.total)
    if (bank := figures.hour_bank) is not None:
        for state in ("consumed", "in_execution", "committed", "available"):
            parts[figure_id("hour_bank.percent", state=state)] = getattr(bank, state), bank.contracted
    for name, (part, whole) in parts.items():
        # Compared without a division: a quotient that does not end would need a belief about its rounding.
        if name in values and abs(values[name] * whole - 100 * part) > FINEST * whole:
            yield f"{name}: {values[name]} % y son {part} de {whole}"


def _ledger_sums(bank: HourBankFigures) -> Iterable[str]:
    """States whose movements do not lead from their opening to the closing that is printed."""
    if bank.ledger is None:
        return
    for line in bank.ledger.lines:
        moved = [line.opening, line.credits, -line.debits]
        for each in bank.ledger.movements:
            given = line.state == "contracted" and each.source is None
            moved[1] -= each.hours if given or each.target == line.state else 0
            moved[2] += each.hours if each.source == line.state else 0
        if line.opening + line.credits - line.debits != line.closing or moved[1:] != [0, 0]:
            yield f"bolsa de horas, {STATE_NAMES[line.state]}: los movimientos no dan {line.closing}"
        if line.closing != getattr(bank, line.state):
            yield f"bolsa de horas, {STATE_NAMES[line.state]}: {line.closing} y no {getattr(bank, line.state)}"
    opening = {line.state: line.opening for line in bank.ledger.lines}
    if sum(opening.values(), Decimal(0)) != 2 * opening["contracted"]:
        yield "bolsa de horas: el saldo inicial no suma las horas contratadas"
