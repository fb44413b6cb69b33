"""What became of what the supervisor was asked for: a request lives on under its code until it is answered.

The last report that was issued before tells which were open: those that it made, and those that it still waited for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, get_args

from service_reports.contracts import BOGOTA, Contract, ReportPeriod
from service_reports.figures import catalogue
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import (
    Ask,
    Became,
    FollowedRequest,
    FollowUp,
    PeriodFigures,
    SignedDocument,
    request_code,
)
from service_reports.masking.personal_data import masked
from service_reports.records import IssuedFigure, SignedBack

SIGNED_KINDS: Mapping[str, frozenset[str]] = {
    "sign_reports": frozenset({"management_report", "technical_report"}),
    "sign_acts": frozenset({"delivery_act"}),
}
"""Requests for a signature, and of which documents: each is of one report alone."""
BY_DATA: Mapping[str, str] = {
    "renew_certificates": "http_addresses",
    "renew_guarantees": "",
    "settle_payments": "contract_records",
    "clarify_billing": "contract_records",
    "agree_hours": "hour_bank",
}
"""Requests for something to happen, and the source that shows that it did: any other is for an answer."""
POINTER = "answer_earlier"
"""The request that names earlier ones: it is none of its own."""


class _Open(NamedTuple):
    """A request that the last report told of: who asked first, and in which version it stood last."""

    kind: str
    since: str
    version: int


def followed_requests(
    contract: Contract,
    report: ReportPeriod,
    figures: PeriodFigures,
    issued: Sequence[IssuedFigure],
    signed_back: Sequence[SignedBack],
) -> tuple[FollowedRequest, ...]:
    """One a request that the last issued report made or waited for, as it stands without this period's data."""
    earlier = [each for each in contract.reports if each.period_to < report.period_from]
    last = next((each.number for each in reversed(earlier) if each.number in {row.report_number for row in issued}), "")
    rows = [row for row in issued if row.report_number == last]
    newest = max((row.version for row in rows), default=0)
    dates = {each.number: each.report_date for each in earlier}
    asked: dict[str, _Open] = {}
    for row in sorted(rows, key=lambda row: row.version):
        told = catalogue.parse(row.figure_id).parameters
        since = next((each for each in dates if request_code(told["asked"], each) == told["code"]), last)
        asked[told["code"]] = _Open(told["asked"], since, row.version)
    return tuple(
        _followed(code, each, newest, (report.report_date - dates[each.since]).days, report, figures, signed_back)
        for code, each in asked.items()
    )


def _followed(
    code: str,
    each: _Open,
    newest: int,
    days: int,
    report: ReportPeriod,
    figures: PeriodFigures,
    signed_back: Sequence[SignedBack],
) -> FollowedRequest:
    replies = [reply for reply in figures.records.replies if reply.code == code]
    of = SIGNED_KINDS.get(each.kind, frozenset())
    documents = tuple(
        _signed(row, report.report_date) for row in signed_back if row.report_number == each.since and row.kind in of
    )
    became: Became = "open"
    if documents and all(document.how for document in documents):
        became = "signed"
    elif replies:
        became = "answered"
    elif each.version < newest:
        became = "corrected"
    return FollowedRequest(
        code=code,
        kind=each.kind,
        since=each.since,
        days=days,
        became=became,
        documents=documents,
        replies=tuple(replies),
        version=newest if became == "corrected" else None,
    )


def _signed(row: SignedBack, by: date) -> SignedDocument:
    """A document as it was on a day (Bogotá's): what was signed later was not signed yet."""
    on = row.at.astimezone(BOGOTA).date() if row.at else None
    if row.how is None or on is None or on > by:
        return SignedDocument(kind=row.kind, title=row.title)
    return SignedDocument(
        kind=row.kind,
        title=row.title,
        how=row.how,
        on=on,
        role=row.role and masked(row.role, classified=True),
        by=row.by and masked(row.by, classified=True),
    )


def carried_on(
    contract: Contract,
    report: ReportPeriod,
    figures: PeriodFigures,
    findings: Sequence[FollowUp],
    requests: Sequence[FollowedRequest],
) -> PeriodFigures:
    """The figures with each request under its code, what is still waited for first, and what became of earlier ones.

    A request that findings lead to goes on from the first report that made it, as long as they are found and nobody
    answered; earlier ones that go on without being made again are named in one line.
    """
    summary = figures.summary
    assert summary is not None
    still = {each.code for each in requests if each.became == "open"}
    asks = [_continued(contract, report, ask, findings, still if requests else None) for ask in summary.asks]
    again = {ask.code for ask in asks}
    told = tuple(
        each.model_copy(update={"became": "resolved"})
        if each.became == "open" and each.code not in again and _shown(figures, each.kind)
        else each
        for each in requests
    )
    if waiting := tuple(each.code for each in told if each.became == "open" and each.code not in again):
        asks.append(Ask(kind=POINTER, subjects=waiting))
    asks.sort(key=lambda ask: (ask.kind != POINTER, ask.since is None))
    return figures.model_copy(update={"requests": told, "summary": summary.model_copy(update={"asks": tuple(asks)})})


def _continued(
    contract: Contract, report: ReportPeriod, ask: Ask, findings: Sequence[FollowUp], still: set[str] | None
) -> Ask:
    """An ask with its code and the report that made it first; ``still`` is ``None`` where no report told of any."""
    leads_to = {kind: asked for chapter in catalogue.chapters() for kind, asked in chapter.leads_to.items()}
    first = min(
        (each.since for each in findings if each.state == "open" and leads_to.get(each.kind) == ask.kind), default=None
    )
    numbers = [each.number for each in contract.reports if each.period_to < report.period_from]
    since = None
    if first is not None and ask.kind not in SIGNED_KINDS:
        after = numbers[numbers.index(first) :] if first in numbers else []
        since = next((each for each in after if still is None or request_code(ask.kind, each) in still), None)
    return ask.model_copy(update={"since": since, "code": request_code(ask.kind, since or report.number)})


def _shown(figures: PeriodFigures, kind: str) -> bool:
    """Whether the period's data tell whether what was asked for happened."""
    source = BY_DATA.get(kind)
    if source is None or any(gap.source == source and not gap.replaced for gap in figures.gaps):
        return False
    return source != "contract_records" or (figures.execution is not None and figures.execution.known_to is not None)


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    if figures.requests:
        for became in get_args(Became):
            yield make("requests", sum(each.became == became for each in figures.requests), became=became)
    order = [each.number for each in contract.reports]
    here = order.index(figures.report_number)
    waited = {each.code: (each.kind, each.since) for each in figures.requests if each.became == "open"}
    for each in figures.requests:
        if each.became == "open":
            yield make("request.days", each.days, code=each.code)
    for ask in figures.summary.asks if figures.summary else ():
        if ask.code:
            waited[ask.code] = ask.kind, ask.since or figures.report_number
    # By this the next report knows what is waited for.
    for code, (kind, since) in waited.items():
        yield make("request.reports", here - order.index(since) + 1, asked=kind, code=code)


CHAPTER = Chapter(name="summary", place=125, numbers=numbers)
