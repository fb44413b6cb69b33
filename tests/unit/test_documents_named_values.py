"""Every printed digit of the management report and of the acts says what it is, before a page is laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from reportlab.platypus import KeepTogether

from service_reports.contracts import Contract
from service_reports.documents.engine.captioned import CaptionedTable
from service_reports.documents.engine.marks import END, QUOTATION, VALUE, said
from service_reports.documents.engine.page import Heading
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.table_tags import TaggedTable
from service_reports.documents.sections.annexes import listed_documents
from service_reports.documents.sections.delivery_act import act_frame, act_story
from service_reports.documents.sections.management_report import management_story
from service_reports.documents.sections.report_frame import open_frame
from service_reports.figures import catalogue
from service_reports.figures.model import (
    ChargeInIssuedPeriod,
    EarlierTickets,
    Gap,
    OpeningDifference,
    PeriodFigures,
)
from service_reports.records import EarlierTicket
from service_reports.wording.shown import Quoted, Shown
from tests.golden.sample_figures import sample, with_summary

OTHERS = ("1.", "9.", "10.", "El periodo en una página", "Contenido")
"""Sections of the report that both reports have: they are looked at with the technical report's."""
Run = tuple[str, str, str]
"""What a text says, by which name, and the text: ``words`` where it says nothing."""


def runs(flowable: Any) -> Iterator[list[Run]]:
    """The texts of a flowable, each as its runs."""
    if isinstance(flowable, KeepTogether | list | tuple):
        for part in getattr(flowable, "_content", flowable):
            yield from runs(part)
    elif isinstance(flowable, CaptionedTable):
        yield from runs([flowable._caption, flowable._table, *flowable.notes])
    elif isinstance(flowable, TaggedTable):
        rows = flowable._cellvalues  # type: ignore[attr-defined]
        yield from runs([cell for row in rows for cell in row])
    elif isinstance(flowable, Paragraph):
        yield [(flowable.value.says, flowable.value.name, plain(flowable))] if flowable.value else of(flowable.frags)
    elif isinstance(flowable, Shown):
        yield [(flowable.says, flowable.name, str(flowable))]
    elif isinstance(flowable, str):
        yield [("quotation" if isinstance(flowable, Quoted) else "words", "", str(flowable))]


def pieces(frags: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Fragments with their texts, also of a paragraph that was broken into words already."""
    for frag in frags:
        if isinstance(frag, list):
            yield from frag[1:]
        else:
            yield frag, getattr(frag, "text", "")


def plain(paragraph: Paragraph) -> str:
    return "".join(text for _, text in pieces(paragraph.frags))


def of(frags: Iterable[Any]) -> list[Run]:
    opened: list[tuple[str, str]] = []
    found: list[Run] = []
    for frag, text in pieces(frags):
        mark = getattr(getattr(frag, "cbDefn", None), "name", None)
        if mark == QUOTATION:
            opened.append(("quotation", ""))
        elif mark == VALUE:
            opened.append(said(frag.cbDefn.label))
        elif mark == END:
            opened.pop()
        elif text:
            found.append((*(opened[-1] if opened else ("words", "")), text))
    return found


def printed(contract: Contract, figures: PeriodFigures) -> list[list[Run]]:
    """The texts of the report's own sections, and of the acts."""
    found: list[list[Run]] = []
    own = False
    for flowable in management_story(open_frame("management_report", "management", contract, figures)).flowables:
        for part in getattr(flowable, "_content", [flowable]):
            if isinstance(part, Heading) and part.style.name in ("section", "contents-title"):
                own = not plain(part).startswith(OTHERS)
            if own:
                found += runs(part)
    for document in listed_documents(contract, figures):
        if document.delivery is not None:
            story = act_story(act_frame(contract, figures, document, document.delivery), document.delivery)
            found += runs(story.flowables)
    return found


def nameless(texts: Sequence[Sequence[Run]]) -> list[str]:
    return [
        "".join(text for *_, text in runs)
        for runs in texts
        if any(says == "words" and any(sign.isdigit() for sign in text) for says, _, text in runs)
    ]


def a_later_bank(contract: Contract, figures: PeriodFigures) -> PeriodFigures:
    """Two equal requests, hours of a period already reported, and a balance that was issued otherwise."""
    bank = figures.hour_bank
    assert bank is not None
    assert bank.ledger is not None
    twice = (*bank.entries, *bank.entries)
    ledger = bank.ledger.model_copy(
        update={
            "opening_differences": (
                OpeningDifference(
                    state="consumed", report="2025-04", version=2, issued=Decimal(0), computed=Decimal("8.5")
                ),
            ),
            "in_issued_periods": tuple(
                ChargeInIssuedPeriod(request="Reporte", on=date(2026, 1, 10), hours=hours, report="2025-04", version=2)
                for hours in (Decimal(8), Decimal("0.5"))
            ),
        }
    )
    return figures.model_copy(update={"hour_bank": bank.model_copy(update={"entries": twice, "ledger": ledger})})


def no_bank(contract: Contract, figures: PeriodFigures) -> PeriodFigures:
    """The bank was not read."""
    gap = Gap(source="hour_bank", kind="read_early", days=figures.days, read_at=datetime(2026, 2, 1, 12, tzinfo=UTC))
    return figures.model_copy(update={"hour_bank": None, "gaps": (gap,)})


def more_tickets(contract: Contract, figures: PeriodFigures) -> PeriodFigures:
    """Some are left from before, and some are of no warranty."""
    old = figures.support.open_tickets[0]
    seen = datetime(2026, 2, 22, 15, tzinfo=UTC)
    fields = {name: getattr(old, name) for name in EarlierTicket.model_fields if hasattr(old, name)}
    left = EarlierTicket(**{**fields, "registered_on": date(2025, 11, 3), "last_seen_at": seen})
    earlier = EarlierTickets(tickets=(left,), age_days=((figures.period_to - left.registered_on).days,))
    warranty = figures.warranty.model_copy(update={"left_out": ("20251", "20252")})
    return figures.model_copy(update={"earlier": earlier, "warranty": warranty})


@pytest.mark.parametrize("month", [None, a_later_bank, no_bank, more_tickets])
def test_every_digit_of_the_report_and_of_its_acts_is_a_figure_a_date_declared_or_a_quotation(
    month: Callable[[Contract, PeriodFigures], PeriodFigures] | None,
) -> None:
    contract, figures = sample()
    if month is not None:
        figures = with_summary(month(contract, figures), None, contract)
    texts = printed(contract, figures)
    assert len(texts) > 600
    assert nameless(texts) == []
    told = {name for runs in texts for says, name, _ in runs if says == "figure"}
    assert told <= set(figures.by_id)
    assert owed(figures) <= told


def owed(figures: PeriodFigures) -> set[str]:
    """The figures of these chapters that the report must print."""
    return {
        figure.id
        for figure in figures.figures
        for family in [catalogue.parse(figure.id).family]
        if "management_report" in family.printed and family.chapter in ("tickets", "hour_bank", "obligations")
    }


def test_a_number_of_which_no_figure_is_listed_is_an_error_that_names_it() -> None:
    contract, figures = sample()
    without = [figure for figure in figures.figures if figure.id != "hour_bank.available"]
    with pytest.raises(catalogue.MissingFigure, match=r"hour_bank\.available"):
        printed(contract, figures.model_copy(update={"figures": tuple(without)}))
