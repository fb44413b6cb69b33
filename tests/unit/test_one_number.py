"""A number is the same wherever a reader meets it: in the mail, on page one, in the body and in the workbook."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from openpyxl import load_workbook

from service_reports.audit.printed import printed_values
from service_reports.delivery.message import compose_report_message
from service_reports.documents.proof.shown_values import ABSENT
from service_reports.documents.sections.highlights import Fact, highlights
from service_reports.figures import catalogue
from service_reports.wording.shown import Composed, Shown
from tests.golden.sample_figures import sample, sample_documents
from tests.unit.test_delivery_message import ATTACHMENTS, text

CONTRACT, FIGURES = sample()
FIRST_PAGE = 2
FACTS_OF_THE_MAIL = 4


def told(facts: tuple[Fact, ...]) -> dict[str, str]:
    """The texts of the figures that facts say, by id."""
    parts = [
        part
        for fact in facts
        for words in (fact.value, fact.detail)
        if isinstance(words, Composed | Shown)
        for part in (words.parts if isinstance(words, Composed) else (words,))
    ]
    return {part.name: str(part) for part in parts if isinstance(part, Shown) and part.name in FIGURES.by_id}


class Reading(NamedTuple):
    """A number as a page says it: of which page, and what the last of its digits counts."""

    page: int
    number: Decimal
    step: Decimal

    def agrees(self, other: Reading) -> bool:
        """Whether both round one number."""
        return abs(self.number - other.number) <= max(self.step, other.step) / 2


def reading(words: str, page: int = 0, *, megabytes: bool = False) -> Reading:
    """The number of a text as es-CO writes it, in its whole unit."""
    digits = "".join(each for each in words if each.isdigit() or each in ",−-").replace("−", "-")
    unit = Decimal(1_000_000 if megabytes or words.endswith("MB") else 1)
    places = len(digits.partition(",")[2])
    return Reading(page, Decimal(digits.replace(",", ".")) * unit, unit / 10**places)


def printed(kind: str) -> dict[str, list[Reading]]:
    """Where each number of a report stands, and how it reads there, by the id of its figure."""
    found = defaultdict(list)
    for each in printed_values(sample_documents()[kind].content):
        if each.text not in ABSENT and catalogue.parse(each.figure_id).family.unit != "instant":
            found[each.figure_id].append(reading(each.text, each.page, megabytes=each.megabytes))
    return found


def test_the_mail_says_what_page_one_says_figure_by_figure() -> None:
    page_one = highlights(CONTRACT, FIGURES)
    facts, informative = page_one.facts, replace(page_one.findings[0], severity="notice")
    message = compose_report_message(
        CONTRACT,
        CONTRACT.report("2026-01"),
        version=1,
        correction_reason=None,
        attachments=ATTACHMENTS,
        highlights=replace(page_one, findings=(*page_one.findings, informative)),
        deliveries=1,
        sent_at=datetime(2026, 2, 23, 11, 5, 7, tzinfo=UTC),
    )
    for kind in ("plain", "html"):
        body = " ".join(text(message, kind).split())
        assert f"{FIGURES.value('summary.findings')} hallazgos, y lo que se le solicita en" in body
        assert [fact.value for fact in facts[:FACTS_OF_THE_MAIL] if fact.value not in body] == []
    mailed, report = told(facts[:FACTS_OF_THE_MAIL]), printed("management_report")
    assert len(mailed) > FACTS_OF_THE_MAIL
    for name, words in mailed.items():
        assert report[name], name
        assert all(reading(words).agrees(each) for each in report[name]), (name, words, report[name])


@pytest.mark.parametrize("kind", ["management_report", "technical_report"])
def test_a_number_of_page_one_reads_the_same_in_the_sections_of_both_reports(kind: str) -> None:
    places = printed(kind)
    elsewhere = printed("technical_report" if kind == "management_report" else "management_report")
    met = 0
    for name, found in places.items():
        for first in (each for each in found if each.page == FIRST_PAGE):
            others = [*found, *elsewhere.get(name, [])]
            met += len(others) - 1
            assert [each for each in others if not first.agrees(each)] == [], name
    assert met > 10


def sheet(name: str) -> list[list[object]]:
    book = load_workbook(io.BytesIO(sample_documents()["ticket_workbook"].content))
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


def test_the_workbook_counts_what_the_mail_and_page_one_count() -> None:
    listed = [row for row in sheet("Solicitudes") if isinstance(row[0], int)]
    assert len(listed) == FIGURES.value("tickets.support.total")
    waiting = [row for row in sheet("En trámite") if row[0] and str(row[0]).isdigit()]
    assert len(waiting) == FIGURES.value("summary.tickets.open")
    available = next(row for row in sheet("Bolsa de horas") if row[0] == "Disponibles")
    assert FIGURES.value("hour_bank.available") in [Decimal(str(cell)) for cell in available[1:] if cell is not None]
    assert FIGURES.summary
    assert [row[0] for row in sheet("Hallazgos")[1:] if row[0]] == [each.code for each in FIGURES.summary.findings]


def test_no_finding_of_the_workbook_is_without_owner_or_the_word_that_there_is_no_plan() -> None:
    headings, *rows = sheet("Hallazgos")
    for row in rows:
        told_of = dict(zip(headings, row, strict=True))
        if told_of["Código"] and told_of["Gravedad"] != "Informativo":
            assert told_of["Responsable"] or told_of["Acción"] == "Sin plan registrado"
