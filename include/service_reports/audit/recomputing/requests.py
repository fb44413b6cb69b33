"""What the supervisor is asked for, and what became of what earlier reports asked: by their codes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta, timezone
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import ZERO
from service_reports.audit.recomputing.chapter import Found, Numbers, more
from service_reports.audit.recomputing.chapters import CHAPTERS
from service_reports.audit.recomputing.copies import stale_runs
from service_reports.audit.recomputing.execution import payments_known
from service_reports.audit.recomputing.hours import bank, delivered
from service_reports.audit.recomputing.metrics import Values
from service_reports.audit.recomputing.summary import (
    OLD,
    ONLY_NOW,
    earlier_reports,
    findings,
    followed,
    late,
)
from service_reports.audit.recomputing.tickets import open_tickets
from service_reports.audit.recomputing.usage import Use
from service_reports.audit.rows import Row, Rows, days_apart, instant, quantity

BOGOTA = timezone(timedelta(hours=-5))
ASKED_FOR = {
    "usage.step": "confirm_capacity",
    "availability.unmeasured": "confirm_effect",
    "availability.unanswered": "confirm_effect",
    "published.certificate": "renew_certificates",
    "dumps.equal": "confirm_operation",
    "sources.unread": "decide_correction",
    "usage.missing": "decide_correction",
    "usage.partial": "decide_correction",
    "backups.missing": "explain_copies",
    "dumps.missing": "explain_copies",
    "service_levels.missed": "decide_consequences",
    "guarantees.validity": "renew_guarantees",
    "payments.overdue": "settle_payments",
    "payments.beyond_value": "clarify_billing",
    "tickets.ageing": "review_tickets",
    "hour_bank.overdrawn": "agree_hours",
}
SIGNED = {"sign_reports": ("management_report", "technical_report"), "sign_acts": ("delivery_act",)}
SHOWN_BY = {"renew_certificates": "http_addresses", "agree_hours": "hour_bank", "renew_guarantees": ""}
SHOWN_BY_PAYMENTS = ("settle_payments", "clarify_billing")


class Request(NamedTuple):
    """A request by its code: of which kind, and the report that made it first."""

    kind: str
    since: str


def request_values(rows: Rows, use: Use) -> Values:
    """Every number of what is asked for, and of what became of earlier requests, by its id."""
    found = list(findings(rows, use))
    for asked, values in _asks(rows, found):
        for name, value in values.items():
            yield f"ask/{asked}/{name}", value
    earlier, answered = _earlier(rows)
    made = _made(rows, found, [code for code in earlier if code not in answered], bool(earlier))
    became = {
        code: answered.get(code) or ("open" if code in made or not _shown(rows, each.kind) else "resolved")
        for code, each in earlier.items()
    }
    waiting = [code for code, state in became.items() if state == "open" and code not in made]
    for name, value in more(len(waiting)).items():
        yield f"ask/answer_earlier/{name}", value
    if became:
        counts = Counter(became.values())
        for state in ("open", "signed", "answered", "corrected", "resolved"):
            yield f"requests/{state}", counts[state]
    numbers = [each["number"] for each in rows.period["reports"]]
    dated = {each["number"]: each.get("report_date", "") for each in rows.period["reports"]}
    open_still = {code: each for code, each in earlier.items() if became[code] == "open"}
    for code, each in open_still.items():
        yield f"request.days/{code}", days_apart(dated[each.since], rows.period["report_date"])
    for code, each in {**open_still, **made}.items():
        age = numbers.index(rows.period["report"]) - numbers.index(each.since) + 1
        yield f"request.reports/{each.kind}/{code}", age


def _code(kind: str, number: str) -> str:
    return f"P-{int(hashlib.sha256(f'{kind}/{number}'.encode()).hexdigest()[:16], 16) % 10**5:05d}"


def _earlier(rows: Rows) -> tuple[Mapping[str, Request], Mapping[str, str]]:
    """The requests that the last issued report told of, and how those ended that somebody answered."""
    before = earlier_reports(rows)
    told = rows.of("earlier_requests.csv")
    last = next((number for number in reversed(before) if any(row["report"] == number for row in told)), None)
    versions: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for row in told:
        if row["report"] == last:
            _, kind, code = row["figure"].split("/")
            kinds[code], versions[code] = kind, max(int(row["version"]), versions.get(code, 0))
    earlier = {
        code: Request(kind, next((number for number in before if _code(kind, number) == code), last or ""))
        for code, kind in kinds.items()
    }
    replied = {row["request"] for row in rows.of("replies.csv")}
    answered = {}
    for code, each in earlier.items():
        papers = [row for row in rows.of("signed_back.csv") if row["report"] == each.since]
        papers = [row for row in papers if row["kind"] in SIGNED.get(each.kind, ())]
        if papers and all(_was_signed(rows, row) for row in papers):
            answered[code] = "signed"
        elif code in replied:
            answered[code] = "answered"
        elif versions[code] < max(versions.values()):
            answered[code] = "corrected"
    return earlier, answered


def _was_signed(rows: Rows, row: Row) -> bool:
    day = instant(row["at"]).astimezone(BOGOTA).date().isoformat() if row["at"] else ""
    return bool(row["how"]) and "" < day <= rows.period["report_date"]


def _made(rows: Rows, found: Sequence[Found], waiting: Sequence[str], told: bool) -> Mapping[str, Request]:
    """The requests that this report makes; ``told``: whether an earlier one told of any."""
    kinds = {ASKED_FOR[each.kind] for each in found if each.kind in ASKED_FOR and not _lost(each)}
    kinds |= {"sign_reports"} | ({"sign_acts"} if delivered(rows) else set())
    before, here = earlier_reports(rows), rows.period["report"]
    first: dict[str, int] = {}
    for each in followed(rows, found).values():
        if each.state == "open" and (kind := ASKED_FOR.get(each.told.kind)):
            place = len(before) - each.run
            first[kind] = min(place, first.get(kind, place))
    made = {}
    for kind in kinds:
        numbers = before[first[kind] :] if kind in first and kind not in SIGNED else []
        again = (number for number in numbers if not told or _code(kind, number) in waiting)
        since = next(again, here)
        made[_code(kind, since)] = Request(kind, since)
    return made


def _lost(found: Found) -> bool:
    return found.kind == "sources.unread" and found.subject in ONLY_NOW


def _shown(rows: Rows, kind: str) -> bool:
    """Whether the period's data show that what was asked for was done, where nobody asks again."""
    if kind in SHOWN_BY_PAYMENTS:
        return payments_known(rows)
    return kind in SHOWN_BY and not rows.unread(SHOWN_BY[kind])


def _asks(rows: Rows, found: Sequence[Found]) -> Iterator[tuple[str, Numbers]]:
    kinds = Counter(each.kind for each in found)
    yield "confirm_capacity", more(kinds["usage.step"])
    yield "confirm_effect", more(kinds["availability.unmeasured"] + kinds["availability.unanswered"])
    for chapter in CHAPTERS:
        yield from chapter.asks(found)
    yield "decide_consequences", more(kinds["service_levels.missed"])
    yield "renew_guarantees", more(kinds["guarantees.validity"])
    yield "settle_payments", late(rows)
    runs = stale_runs(rows.of("database_dumps.csv"))
    if runs:
        yield "confirm_operation", {"dumps": max(map(len, runs))}
    old = sum(days > OLD for days, *_ in open_tickets(rows, "support", "earlier"))
    yield "review_tickets", {"tickets": old, **more(old)}
    if (held := bank(rows)) is not None:
        yield "agree_hours", {"hours": -held.available}
    made = delivered(rows)
    yield "sign_acts", {"hours": sum((quantity(row["hours"]) for row in made), ZERO), **more(len(made))}
