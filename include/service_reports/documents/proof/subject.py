"""What the proof holds documents against: the contract, the figures by their ids, and the documents that were made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from service_reports.contracts.model import DOCUMENT_KINDS, Contract
from service_reports.documents.proof.reading import Read, read
from service_reports.documents.proof.table_check import AnyOf, ExpectedTable, Style, Value
from service_reports.documents.rendered import PDF, RenderedDocument
from service_reports.figures import free_texts
from service_reports.figures.catalogue import figure_id
from service_reports.figures.chapters.tickets import printable
from service_reports.figures.deliveries import Delivery
from service_reports.figures.figure import Figure
from service_reports.figures.model import ChangeControl, PeriodFigures
from service_reports.wording.es_co.terms import category, product_name

MAIN_DOCUMENT = "Documento principal"


@dataclass(frozen=True)
class Subject:
    """One report under proof."""

    contract: Contract
    figures: PeriodFigures
    documents: Sequence[RenderedDocument]

    @cached_property
    def by_id(self) -> dict[str, Figure]:
        """Every figure that the documents may print, by its id."""
        return dict(self.figures.with_changes)

    @cached_property
    def codes(self) -> dict[str, str]:
        """The code of each kind of document that there is once."""
        return {each.kind: each.code for each in self.documents if not DOCUMENT_KINDS[each.kind].of_each_delivery}

    @property
    def pdfs(self) -> list[tuple[RenderedDocument, Read]]:
        """The documents with tags, read."""
        return [(each, read(each.content)) for each in self.documents if each.media_type == PDF]

    def value(self, family: str, style: Style = "", /, **parameters: object) -> Value:
        """The figure of a family as a cell should say it; ``style`` is what else its ``Value`` may say.

        Where a source was read in part, a zero is of what was read, and its id says so.
        """
        name = figure_id(family, **parameters)
        as_far_as_read = figure_id("read", figure=name)
        if as_far_as_read in self.by_id:
            name = as_far_as_read
        return Value(name, self.by_id.get(name), style)

    def category(self, dimension: str, value: str) -> str:
        """A category of the help desk as it is printed."""
        return product_name(self.contract, value) if dimension == "product" else category(value)

    def request(self, request: str) -> str:
        """A request of the hour bank as the contract lets it out."""
        known = free_texts.own_words(self.contract)
        return free_texts.request_name(request, self.contract.ticket_detail, known)

    def named(self, of: Delivery | ChangeControl) -> AnyOf:
        """What a delivery or a change control is called in print."""
        if of.title and self.contract.ticket_detail == "none":
            return AnyOf((of.title,))
        return AnyOf((self.request(of.request),))

    def free(self, text: str) -> str:
        """A text that people wrote as the contract lets it out."""
        return free_texts.printed_text(text, self.contract.ticket_detail, free_texts.own_words(self.contract))

    @cached_property
    def summaries(self) -> dict[str, str]:
        """What people asked for, by ticket, as the contract lets it out."""
        tickets = self.figures.support.tickets + self.figures.warranty.tickets
        shown = printable(tickets, self.contract.ticket_detail, free_texts.own_words(self.contract))
        return {ticket.ticket_id: ticket.summary for ticket in shown if ticket.summary}

    def annex(self, position: int) -> str:
        """How the document at a position, from 1, is numbered."""
        return MAIN_DOCUMENT if position == 1 else f"Anexo {position - 1}"


@dataclass(frozen=True)
class Tables:
    """The tables of a part of a report, and the place of the part among the others; none where it is not printed."""

    place: int
    expected: Callable[[Subject], Iterator[ExpectedTable]]
