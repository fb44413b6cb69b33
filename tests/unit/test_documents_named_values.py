"""Every printed digit of the management report and of the acts says what it is, before a page is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from service_reports.figures.model import PeriodFigures
from service_reports.wording.shown import Quoted, Shown
from tests.golden.sample_figures import sample

OTHERS = ("1.", "8.", "El periodo en una página", "Contenido")
"""Sections of the report that both reports have: they are looked at with the technical report's."""
Run = tuple[str, str, str]
"""What a text says, by which name, and the text: ``words`` where it says nothing."""


def runs(flowable: Any) -> Iterator[list[Run]]:
    """The texts of a flowable, each as its runs."""
    if isinstance(flowable, KeepTogether | list | tuple):
        for part in getattr(flowable, "_content", flowable):
            yield from runs(part)
    elif isinstance(flowable, CaptionedTable):
        yield from runs([flowable._caption, flowable._table, *flowable._notes])
    elif isinstance(flowable, TaggedTable):
        yield from runs([cell for row in flowable._cellvalues for cell in row])
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


@pytest.mark.parametrize("case", CASES := ["sample"])
def test_every_digit_of_the_report_and_of_its_acts_is_a_figure_a_date_declared_or_a_quotation(case: str) -> None:
    contract, figures = sample()
    texts = printed(contract, figures)
    assert len(texts) > 700
    assert nameless(texts) == []


def test_every_printed_figure_is_of_the_period_and_none_that_the_report_owes_is_left_out() -> None:
    contract, figures = sample()
    told = {name for runs in printed(contract, figures) for says, name, _ in runs if says == "figure"}
    assert told <= set(figures.by_id)
    owed = {
        figure.id
        for figure in figures.figures
        for family in [catalogue.parse(figure.id).family]
        if "management_report" in family.printed and family.chapter in ("tickets", "hour_bank", "obligations")
    }
    assert owed <= told
