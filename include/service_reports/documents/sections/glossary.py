"""The glossary of a report: the terms of the contract that its pages use, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from service_reports.contracts.model import GlossaryTerm
from service_reports.documents.engine import style
from service_reports.documents.engine.captioned import CaptionedTable
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.wording.shown import Quoted

PARTS = re.compile(r"\s*[()]\s*|\s+[ye]\s+")
"""Where a term ends and another name of it begins: «Volcado (dump)», «E4 y E5»."""


def open_glossary(story: Story, frame: ReportFrame) -> Spacer | None:
    """Begin the section; its place is filled when all other pages are known. ``None`` where the contract has none."""
    if not frame.contract.glossary:
        return None
    story.section("Glosario")
    place = Spacer(0, 0)
    story.add(place)
    return place


def fill_glossary(story: Story, frame: ReportFrame, place: Spacer | None, *besides: Sequence[Flowable]) -> None:
    """Write the terms that the story, or what will stand ``besides`` in it, uses."""
    if place is None:
        return
    text = " ".join(words_of([*story.flowables, *(each for some in besides for each in some)]))
    terms = used_terms(frame.contract.glossary, text)
    end = len(story.flowables)
    for term in terms:
        name, definition = markup_of(Quoted(term.term)), markup_of(Quoted(term.definition))
        story.add(Paragraph(f"<b>{name}:</b> {definition}", style.TERM))
    if not terms:
        story.paragraphs(frame.shared.paragraphs("glossary", "none"))
    written = story.flowables[end:]
    del story.flowables[end:]
    at = next(index for index, each in enumerate(story.flowables) if each is place)
    story.flowables[at : at + 1] = written


def used_terms(glossary: Sequence[GlossaryTerm], text: str) -> tuple[GlossaryTerm, ...]:
    """The terms that a text uses, or that the definition of another one of these does, in the glossary's order."""
    used: set[str] = set()
    folded = text.casefold()
    while new := [each for each in glossary if each.term not in used and _uses(text, folded, each.term)]:
        used |= {each.term for each in new}
        text = " ".join([text, *(each.definition for each in new)])
        folded = text.casefold()
    return tuple(each for each in glossary if each.term in used)


def _uses(text: str, folded: str, term: str) -> bool:
    """Whether a text has a term, or one of its names, in singular or plural; only its acronyms keep their case.

    ``folded`` is the text without cases, in which a name is looked for faster than by its pattern.
    """
    return any(_has(text, folded, name) for name in PARTS.split(term) if name)


def _has(text: str, folded: str, name: str) -> bool:
    pattern, first = _pattern(name), name.split()[0].casefold()
    if len(folded) != len(text):  # a sign that is several without its case: places are not the same
        return pattern.search(text) is not None
    place = folded.find(first)
    while place >= 0 and not pattern.match(text, place):
        place = folded.find(first, place + 1)
    return place >= 0


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = r"\s+".join(f"{_word(word)}(?:e?s)?" for word in name.split())
    return re.compile(rf"(?<!\w){words}(?!\w)")


def _word(word: str) -> str:
    plain = word[1:] == word[1:].lower() and not re.search(r"\d", word)
    return f"(?i:{re.escape(word)})" if plain else re.escape(word)


def words_of(flowables: Iterable[object]) -> Iterator[str]:
    """The text of paragraphs, captions, tables and notes, whatever they stand in."""
    for each in flowables:
        match each:
            case str():
                yield each
            case Paragraph():
                yield each.getPlainText()
            case KeepTogether():
                yield from words_of(each._content)  # type: ignore[attr-defined]  # not in ReportLab's stubs
            case CaptionedTable():
                yield from words_of(each.parts)
            case Table():
                yield from words_of(cell for row in each._cellvalues for cell in row)  # type: ignore[attr-defined]
            case list() | tuple():
                yield from words_of(each)
