"""What became of the findings of the report before: a finding that returns is the same one, by its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures import catalogue
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import Finding, Followed, FollowUp, PeriodFigures
from service_reports.records import IssuedFigure


class _Issued(NamedTuple):
    """A finding as an earlier report printed it."""

    kind: str
    subject: str
    source: str


def follow_ups(
    contract: Contract, report: ReportPeriod, figures: PeriodFigures, issued: Sequence[IssuedFigure]
) -> tuple[FollowUp, ...]:
    """One a finding of the report before that was registered, open ones first; ``figures`` hold the summary."""
    earlier = [each.number for each in contract.reports if each.period_to < report.period_from]
    found: dict[str, dict[str, _Issued]] = {number: {} for number in earlier}
    for figure in issued:
        told = catalogue.parse(figure.figure_id)
        kind, subject = told.parameters["kind"], told.parameters["subject"]
        found[figure.report_number][_code(kind, subject)] = _Issued(kind, subject, told.source)
    if not earlier:
        return ()
    now = {finding.code for finding in figures.summary.findings} if figures.summary else set()
    before = found[earlier[-1]]
    followed = (_followed(code, each, earlier, found, code in now, figures) for code, each in before.items())
    return tuple(sorted(followed, key=lambda each: each.state != "open"))


def _code(kind: str, subject: str) -> str:
    return Finding(kind=kind, severity="warning", section="observations", subject=subject).code


def _followed(
    code: str,
    each: _Issued,
    earlier: Sequence[str],
    found: Mapping[str, Mapping[str, _Issued]],
    again: bool,
    figures: PeriodFigures,
) -> FollowUp:
    run = 0
    while run < len(earlier) and code in found[earlier[-1 - run]]:
        run += 1
    done = max((plan.done_on for plan in figures.records.plans if plan.finding == code and plan.done_on), default=None)
    unread = any(gap.source == each.source and not gap.replaced for gap in figures.gaps)
    if each.kind.startswith("payments."):
        unread = figures.execution is None or figures.execution.known_to is None
    state: Followed = "open" if again else "done" if done else "unknown" if unread else "gone"
    return FollowUp(
        code=code,
        kind=each.kind,
        subject=each.subject,
        since=earlier[-run],
        reports=run + again,
        state=state,
        done_on=done if state == "done" else None,
    )


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    if figures.follow_ups:
        for state in get_args(Followed):
            yield make("follow_up", sum(each.state == state for each in figures.follow_ups), followed=state)
    for each in figures.follow_ups:
        if each.state == "open":
            yield make("follow_up.reports", each.reports, code=each.code)


CHAPTER = Chapter(name="summary", place=120, numbers=numbers)
