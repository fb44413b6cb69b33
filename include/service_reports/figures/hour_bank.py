"""The hour bank at the cut-off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from service_reports.figures.free_texts import Detail, request_name
from service_reports.figures.model import ChargedState, HourBankFigures
from service_reports.figures.rounding import whole_percentages
from service_reports.sources.personal_data import masked
from service_reports.sources.records import HourBankEntry

CONSUMED = frozenset({"Terminado"})
IN_EXECUTION = frozenset({"En ejecución", "Activo"})
COMMITTED = frozenset({"Programado", "Comprometido", "Aprobado"})


class UnknownStatus(ValueError):
    """An entry whose status says neither consumed, in execution nor committed."""


def printable_entries(
    entries: Sequence[HourBankEntry], detail: Detail, known: Collection[str] = ()
) -> tuple[HourBankEntry, ...]:
    """The entries with as much of their words as the contract lets out."""
    return tuple(entry.model_copy(update={"request": request_name(entry.request, detail, known)}) for entry in entries)


def state_at(entry: HourBankEntry, cut_off: date) -> ChargedState:
    """What an entry's hours are at the end of a Bogotá day, by its status as last read.

    A finished request counts from its production date on; one finished later was still in
    execution at the cut-off.

    Raises:
        UnknownStatus: the status belongs to no group.
    """
    if entry.status in CONSUMED and (entry.production_date is None or entry.production_date <= cut_off):
        return "consumed"
    if entry.status in CONSUMED | IN_EXECUTION:
        return "in_execution"
    if entry.status in COMMITTED:
        return "committed"
    known = ", ".join(sorted(CONSUMED | IN_EXECUTION | COMMITTED))
    raise UnknownStatus(
        f"bolsa de horas: «{masked(entry.request)}» tiene el estado «{entry.status}» — corríjalo en la mesa de "
        f"servicio; los que hay: {known}"
    )


def hour_bank_figures(entries: Sequence[HourBankEntry], contracted: Decimal, cut_off: date) -> HourBankFigures:
    """Hours consumed, in execution, committed and available at the end of a Bogotá day.

    Raises:
        UnknownStatus: an entry has a status that belongs to no group.
    """
    hours: dict[ChargedState, Decimal] = dict.fromkeys(("consumed", "in_execution", "committed"), Decimal(0))
    for entry in entries:
        hours[state_at(entry, cut_off)] += entry.estimated_hours
    available = contracted - sum(hours.values())
    # An overdrawn bank has nothing available; the shares are then those of what was used.
    shares = whole_percentages([*hours.values(), max(available, Decimal(0))])
    return HourBankFigures(
        contracted=contracted,
        **hours,
        available=available,
        percent_consumed=shares[0],
        percent_in_execution=shares[1],
        percent_committed=shares[2],
        percent_available=shares[3],
        entries=tuple(entries),
    )
