"""What became of what the supervisor was asked for: it is open until somebody answers, signs, corrects or does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest

from service_reports.contracts import Contract, ReportPeriod
from service_reports.documents.sections.highlights import highlights
from service_reports.figures import catalogue
from service_reports.figures.chapters.follow_up import follow_ups
from service_reports.figures.chapters.requests import (
    POINTER,
    SIGNED_KINDS,
    carried_on,
    followed_requests,
)
from service_reports.figures.model import Ask, Gap, PeriodFigures, request_code
from service_reports.figures.period import with_numbers
from service_reports.records import IssuedFigure, Reply, SignedBack
from service_reports.wording.es_co.labels import ASKED
from tests.golden.sample_figures import sample
from tests.unit.test_figures_follow_up import NUMBERS, issued, with_a_past

_, FIGURES = sample()
CONTRACT: Contract = with_a_past()
REPORT: ReportPeriod = CONTRACT.report("2026-01")
LAST = NUMBERS[-1]
MANAGEMENT, TECHNICAL, ACT = "management_report", "technical_report", "delivery_act"


def asked(kind: str, first: str = LAST, *, in_report: str = LAST, version: int = 1) -> IssuedFigure:
    """A request as a version of a report printed it; ``first`` is the report that made it."""
    figure = catalogue.figure_id("request.reports", asked=kind, code=request_code(kind, first))
    return IssuedFigure(report_number=in_report, version=version, figure_id=figure, value=1)


def reply(kind: str, on: date = REPORT.report_date, answer: str = "De acuerdo") -> Reply:
    code = request_code(kind, LAST)
    return Reply(code=code, answered_on=on, answered_by="Supervisor del contrato", answer=answer, support="Oficio 7")


def paper(
    kind: str, how: Literal["countersigned", "scanned"] | None = "countersigned", at: date = REPORT.period_to
) -> SignedBack:
    noon = datetime(at.year, at.month, at.day, 17, tzinfo=UTC) if how else None
    by = "operador" if how == "scanned" else None
    return SignedBack(report_number=LAST, version=1, kind=kind, title=kind, how=how, role=None, at=noon, by=by)


def after(
    *requests: IssuedFigure,
    replies: Sequence[Reply] = (),
    signed: Sequence[SignedBack] = (),
    findings: Sequence[IssuedFigure] = (),
    **changes: Any,
) -> PeriodFigures:
    """The sample's figures after reports that asked for this, of which this much was answered."""
    records = FIGURES.records.model_copy(update={"replies": tuple(replies)})
    figures = FIGURES.model_copy(update={"records": records, **changes})
    followed = follow_ups(CONTRACT, REPORT, figures, findings)
    told = followed_requests(CONTRACT, REPORT, figures, requests, signed)
    return with_numbers(CONTRACT, carried_on(CONTRACT, REPORT, figures, followed, told))


def became(figures: PeriodFigures) -> dict[str, str]:
    return {each.kind: each.became for each in figures.requests}


def asks(figures: PeriodFigures) -> list[tuple[str, str | None]]:
    assert figures.summary
    return [(ask.kind, ask.since) for ask in figures.summary.asks]


def test_a_request_keeps_its_code_and_each_of_a_kind_by_another_report_has_its_own() -> None:
    assert request_code("sign_reports", "2026-01") == request_code("sign_reports", "2026-01")
    assert request_code("sign_reports", "2026-01") != request_code("sign_reports", "2026-02")


def test_the_reports_are_signed_when_both_are() -> None:
    both = (paper(MANAGEMENT), paper(TECHNICAL))
    assert became(after(asked("sign_reports"), signed=both)) == {"sign_reports": "signed"}
    one = after(asked("sign_reports"), signed=(paper(MANAGEMENT), paper(TECHNICAL, None)))
    assert became(one) == {"sign_reports": "open"}
    assert [(each.kind, each.how) for each in one.requests[0].documents] == [
        (MANAGEMENT, "countersigned"),
        (TECHNICAL, None),
    ]
    assert became(after(asked("sign_reports"), signed=(paper(ACT),))) == {"sign_reports": "open"}
    assert became(after(asked("sign_acts"), signed=(*both, paper(ACT, "scanned")))) == {"sign_acts": "signed"}


def test_what_was_signed_after_the_date_of_the_report_is_not_signed_yet() -> None:
    late = date(REPORT.report_date.year, REPORT.report_date.month, REPORT.report_date.day + 1)
    papers = (paper(MANAGEMENT), paper(TECHNICAL, at=late))
    assert became(after(asked("sign_reports"), signed=papers)) == {"sign_reports": "open"}


def test_the_last_of_two_answers_counts_and_both_are_kept() -> None:
    replies = (reply("confirm_capacity", REPORT.period_to, "En estudio"), reply("confirm_capacity"))
    [told] = after(asked("confirm_capacity"), replies=replies).requests
    assert told.became == "answered"
    assert [each.answer for each in told.replies] == ["En estudio", "De acuerdo"]


def test_what_a_corrected_version_does_not_ask_any_more_was_attended_to_by_it() -> None:
    again = (asked("decide_correction"), asked("sign_reports"), asked("sign_reports", version=2))
    assert became(after(*again)) == {"decide_correction": "corrected", "sign_reports": "open"}


def test_a_quiet_month_answers_no_question() -> None:
    """That use does not step again does not tell who asked for the step."""
    assert became(after(asked("confirm_effect"), asked("decide_consequences"))) == {
        "confirm_effect": "open",
        "decide_consequences": "open",
    }


def test_what_was_to_happen_did_where_the_data_were_read_and_show_it() -> None:
    assert became(after(asked("agree_hours"))) == {"agree_hours": "resolved"}
    unread = Gap(source="hour_bank", kind="never_read", days=FIGURES.days)
    assert became(after(asked("agree_hours"), gaps=(unread,))) == {"agree_hours": "open"}


def test_what_is_open_is_waited_for_however_many_reports_it_takes() -> None:
    figures = after(asked("confirm_effect", NUMBERS[0]), asked("sign_reports"))
    old, new = request_code("confirm_effect", NUMBERS[0]), request_code("sign_reports", LAST)
    assert [(each.code, each.since) for each in figures.requests] == [(old, NUMBERS[0]), (new, LAST)]
    days = (REPORT.report_date - CONTRACT.report(NUMBERS[0]).report_date).days
    assert figures.value(f"request.days/{old}") == days
    assert figures.value(f"request.reports/confirm_effect/{old}") == 4
    assert asks(figures)[0] == ("answer_earlier", None)
    assert figures.summary
    assert figures.summary.asks[0].subjects == (old, new)


def test_a_request_goes_on_while_its_finding_returns_and_is_made_anew_after_an_answer() -> None:
    finding = issued(LAST, "backups.missing")
    goes_on = after(asked("explain_copies"), findings=(finding,))
    assert ("explain_copies", LAST) in asks(goes_on)
    assert ("answer_earlier", None) not in asks(goes_on)
    answered = after(asked("explain_copies"), findings=(finding,), replies=(reply("explain_copies"),))
    assert became(answered) == {"explain_copies": "answered"}
    assert ("explain_copies", None) in asks(answered)
    codes = [ask.code for ask in answered.summary.asks if ask.kind == "explain_copies"] if answered.summary else []
    assert codes == [request_code("explain_copies", REPORT.number)]


def test_the_first_report_follows_nothing_and_gives_each_request_a_code() -> None:
    figures = after()
    assert figures.requests == ()
    assert not [each.id for each in figures.figures if each.id.startswith(("requests/", "request.days/"))]
    assert figures.summary
    assert all(ask.code.startswith("P-") for ask in figures.summary.asks)
    assert len({ask.code for ask in figures.summary.asks}) == len(figures.summary.asks)


SUPERVISORS = ("acordar", "confirmar", "decidir", "exigir", "firmar", "indicar", "informar", "requerir", "revisar")
"""What a supervisor does: knows of the entity, decides, demands, signs. What the data or the contractor owe is none."""
VALUES = {name: Decimal(2) for name in ("amount", "days", "dumps", "hours", "invoices", "more", "tickets")}


@pytest.mark.parametrize("kind", sorted({*ASKED} - {POINTER}))
def test_no_request_that_the_supervisor_cannot_answer(kind: str) -> None:
    """It asks for what a supervisor does, under one name, and an answer to its code, or the signature, ends it."""
    assert FIGURES.summary
    missing = {"backups": FIGURES.backups, "dumps": FIGURES.dumps}
    days = {name: each.model_copy(update={"days_missing": FIGURES.days[-2:]}) for name, each in missing.items()}
    code = request_code(kind, REPORT.number)
    request = Ask(kind=kind, code=code, subjects=("Lo que se pide",), days=FIGURES.days[-2:], values=VALUES)
    summary = FIGURES.summary.model_copy(update={"asks": (request,)})
    figures = with_numbers(CONTRACT, FIGURES.model_copy(update={"summary": summary, **days}))
    [printed] = highlights(CONTRACT, figures).asks
    verb = str(printed.text).split(maxsplit=1)[0].lower()
    assert verb in SUPERVISORS
    assert ASKED[kind].split(maxsplit=1)[0] == verb
    assert printed.code == code
    signed = [paper(document) for document in SIGNED_KINDS.get(kind, ())]
    assert became(after(asked(kind), signed=signed, replies=() if signed else (reply(kind),))) == {
        kind: "signed" if signed else "answered"
    }
    assert became(after(asked(kind), replies=(reply(kind),))) == {kind: "answered"}


def test_every_request_that_findings_lead_to_has_a_name() -> None:
    led_to = {asked for chapter in catalogue.chapters() for asked in chapter.leads_to.values()}
    assert {*led_to, *SIGNED_KINDS, POINTER} <= set(ASKED)
