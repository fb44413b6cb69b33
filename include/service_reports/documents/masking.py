"""Which words of the help desk a contract lets into its documents."""

from __future__ import annotations

from service_reports.contracts.model import Contract
from service_reports.documents.quotation import Quoted
from service_reports.figures.model import PeriodFigures
from service_reports.figures.tickets import printable
from service_reports.sources.personal_data import masked

__all__ = ["masked", "printable_summaries"]


def printable_summaries(contract: Contract, figures: PeriodFigures) -> dict[str, Quoted]:
    """The summary text to print for each ticket id, as ``contract.ticket_detail`` allows.

    Empty where the contract says ``none`` or no ticket carries a summary: then there is no
    summary column at all. Figures hold texts as the contract allows already; figures that were
    kept before they did are masked here.
    """
    tickets = printable(figures.support.tickets + figures.warranty.tickets, contract.ticket_detail)
    return {ticket.ticket_id: Quoted(ticket.summary) for ticket in tickets if ticket.summary}
