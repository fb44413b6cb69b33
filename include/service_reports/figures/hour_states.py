"""What the hours of an entry of the bank are, by the status that the help desk gives it."""

from __future__ import annotations

from datetime import date

from service_reports.figures.model import ChargedState
from service_reports.masking.personal_data import masked
from service_reports.records import HourBankEntry

CONSUMED = frozenset({"Terminado"})
IN_EXECUTION = frozenset({"En ejecución", "Activo"})
COMMITTED = frozenset({"Programado", "Comprometido", "Aprobado"})


class UnknownStatus(ValueError):
    """An entry whose status says neither consumed, in execution nor committed."""


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
