"""What both reports share has no number that does not say what it is: first page, changes, annexes, cover, gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service_reports.documents import highlights
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.annexes import write_acts, write_annexes
from service_reports.documents.sections.changes import cells, hashes, section_title, write_changes
from service_reports.documents.sections.readings import gap_rows, unread_days
from service_reports.documents.sections.report_frame import open_frame, write_cover
from service_reports.figures import PeriodFigures, compute_figures
from service_reports.figures.changes import label
from service_reports.wording.es_co import causes, formats
from service_reports.wording.shown import Composed, Quoted, Shown
from tests.golden.sample_figures import sample
from tests.unit.test_documents_changes import corrected
from tests.unit.test_documents_unread import CASES, CONTRACT, rows

MARKED = re.compile(r'<onDraw name="(?:value|quotation)"[^>]*/>.*?<onDraw name="end"/>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def own_words(text: str) -> str:
    """A text without the values and quotations that it knows of."""
    if isinstance(text, Shown | Quoted):
        return ""
    if isinstance(text, Composed):
        return "·".join(map(own_words, text.parts))
    return TAG.sub(" ", MARKED.sub("·", text))


def numbered(texts: Iterator[str]) -> list[str]:
    """The texts whose own words have a digit."""
    return [text for text in texts if any(sign.isdigit() for sign in own_words(text))]


def told(figures: PeriodFigures) -> Iterator[str]:
    """All texts of the first page."""
    page = highlights(CONTRACT, figures)
    yield from (
        page.scope,
        page.compared.note,
        *(ask.text for ask in page.asks),
        *(cell for row in page.compared.rows for cell in row),
    )
    yield from (text for fact in page.facts for text in (fact.label, fact.value, fact.detail))
    yield from (text for point in page.findings for text in (point.title, point.text))


def printed(value: Any) -> Iterator[str]:
    """The mark-up and cells of flowables, whatever they are inside of."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from printed(each)
    else:
        for name in ("_content", "_cellvalues", "_table", "_caption", "_notes"):
            if hasattr(value, name):
                yield from printed(getattr(value, name))
        if isinstance(value, Paragraph) and value.value is None:
            yield value.text


@pytest.mark.parametrize("case", [*CASES, "sample"])
def test_the_first_page_and_the_gaps_have_no_number_that_says_nothing(case: str) -> None:
    figures = sample()[1] if case == "sample" else made_figures(case)
    assert numbered(told(figures)) == []
    assert numbered(text for row in gap_rows(figures) for text in (row.what, row.why, unread_days(row.days))) == []


def made_figures(case: str) -> PeriodFigures:
    return compute_figures(CONTRACT, CONTRACT.report("2026-01"), 1, None, rows(case, "2026-01"))


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_cover_changes_and_annexes_have_no_number_that_says_nothing(kind: Any) -> None:
    contract, figures = sample()[0], corrected()
    frame = open_frame(kind, kind.partition("_")[0], contract, figures)
    story = Story()
    write_cover(story, frame, contract.contractor.management_unit)
    write_changes(story, frame)
    write_acts(story, frame)
    write_annexes(story, frame)
    texts = [text for flowable in story.flowables for text in printed(flowable)]
    assert any("Motivo de la corrección" in text for text in texts)
    assert numbered(iter(texts)) == []


def test_before_and_now_of_a_change_say_a_figure_of_each_version() -> None:
    figures = corrected()
    assert figures.changes is not None
    for change in figures.changes.figures:
        name, before, now, cause = cells(change)
        assert numbered(iter((name, cause))) == []
        for shown, value, family in ((before, change.before, "replaced"), (now, change.now, None)):
            if value is None:
                assert shown == formats.MISSING
                continue
            assert isinstance(shown, Shown)
            found = figures.figure(family, figure=change.figure_id) if family else figures.by_id[change.figure_id]
            assert found is not None
            assert (shown.says, shown.name, found.value) == ("figure", found.id, value)
    assert (
        numbered(iter((section_title(figures.changes), *(cell for row in hashes(figures.changes) for cell in row))))
        == []
    )


def test_what_every_figure_is_called_has_no_number_that_says_nothing() -> None:
    assert numbered(label(figure.id) for figure in sample()[1].figures) == []


def test_a_cause_says_its_days_and_names_as_declared_and_others_words_as_quotations() -> None:
    told = causes.entry("Ajuste 7 del módulo", Decimal("2.5"), date(2026, 1, 5), several=True, equal=3)
    parts = formats.declaring(told).parts
    assert [part for part in parts if isinstance(part, Quoted)] == ["Ajuste 7 del módulo"]
    assert [part for part in parts if isinstance(part, Shown)] == ["2,5", "05/01/2026", "3"]
    assert "".join(parts) == told
