"""Which words of people a contract lets into its documents. Figures hold no others; older ones are held to it here."""

from __future__ import annotations

from service_reports.contracts.model import Contract
from service_reports.figures import free_texts
from service_reports.figures.chapters.tickets import printable
from service_reports.figures.deliveries import Delivery
from service_reports.figures.model import ChangeControl, PeriodFigures
from service_reports.masking.personal_data import REQUEST_CODE
from service_reports.masking.settled import MARKS
from service_reports.wording.shown import Quoted

__all__ = ["act_name", "printable_summaries", "printed_request", "printed_text", "request_name"]


def printed_text(contract: Contract, text: str) -> Quoted:
    """A text that people wrote as it is printed; empty where the contract prints none."""
    return Quoted(free_texts.printed_text(text, contract.ticket_detail, free_texts.own_words(contract)))


def request_name(contract: Contract, request: str) -> Quoted:
    """What a request of the hour bank is called in print."""
    return Quoted(free_texts.request_name(request, contract.ticket_detail, free_texts.own_words(contract)))


def printed_request(contract: Contract, request: Delivery | ChangeControl) -> Quoted:
    """What was asked for: its words, as the contract lets them out, or else the title that a person wrote for print."""
    name = request_name(contract, request.request)
    return Quoted(request.title) if request.title and contract.ticket_detail == "none" else name


def act_name(contract: Contract, delivery: Delivery) -> str | None:
    """What an act is called by: its title, its request where nothing of it is hidden, or its change control's code."""
    request = request_name(contract, delivery.request)
    whole = not REQUEST_CODE.fullmatch(request) and not any(mark in request for mark in MARKS)
    return delivery.title or (request if whole else delivery.change_code)


def printable_summaries(contract: Contract, figures: PeriodFigures) -> dict[str, Quoted]:
    """The summary text to print for each ticket id, as ``contract.ticket_detail`` allows.

    Empty where the contract says ``none`` or no ticket carries a summary: then there is no
    summary column at all. Figures hold texts as the contract allows already; figures that were
    kept before they did are masked here.
    """
    tickets = figures.support.tickets + figures.warranty.tickets
    tickets = printable(tickets, contract.ticket_detail, free_texts.own_words(contract))
    return {ticket.ticket_id: Quoted(ticket.summary) for ticket in tickets if ticket.summary}
