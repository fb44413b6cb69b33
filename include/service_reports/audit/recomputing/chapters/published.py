"""Published addresses, from questions over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import mean, percentile, share
from service_reports.audit.recomputing.chapter import Chapter, Found, Numbers, more, only
from service_reports.audit.recomputing.metrics import MINUTES, Values, seconds
from service_reports.audit.rows import Row, Rows, instant

CERTIFICATE_DAYS = 30
STEP_SECONDS = 60 * MINUTES
SERVER_ERRORS = 500


class Published(NamedTuple):
    """The questions to one address in their order, and its longest outage: steps, and when it began."""

    address: str
    asked: Sequence[Row]
    outage: int
    began: str


def published(rows: Rows) -> list[Published]:
    """The published addresses."""
    found = []
    for address in rows.period["addresses"]:
        asked = [
            row for row in rows.of("http_probes.csv") if row["address"] == address and row["failure"] != "not_public"
        ]
        asked.sort(key=lambda row: row["probed"])
        found.append(Published(address, asked, *_outage(asked)))
    return found


def answered(row: Row) -> bool:
    """Whether a question was answered: from 500 on it was not."""
    return not row["failure"] and bool(row["status"]) and int(row["status"]) < SERVER_ERRORS


def _outage(asked: Sequence[Row]) -> tuple[int, str]:
    steps: dict[int, tuple[bool, str]] = {}
    for row in asked:
        step = int(instant(row["probed"]).timestamp()) // STEP_SECONDS
        up, first = steps.get(step, (False, row["probed"]))
        steps[step] = (up or answered(row), first)
    longest, began, length, start, last = 0, "", 0, "", None
    for step, (up, at) in steps.items():
        if up:
            length = 0
        elif length and last == step - 1:
            length += 1
        else:
            length, start = 1, at
        if length > longest:
            longest, began = length, start
        last = step
    return longest, began


def steps_asked(asked: Sequence[Row]) -> int:
    """The steps of five minutes with a question."""
    return len({int(instant(row["probed"]).timestamp()) // STEP_SECONDS for row in asked})


def published_values(rows: Rows) -> Values:
    """Every figure of published addresses by its id."""
    steps = len(rows.days) * 24 * 3600 // STEP_SECONDS
    for each in published(rows):
        about, up = f"published/{each.address}", [row for row in each.asked if answered(row)]
        measured = steps_asked(each.asked)
        if each.asked:
            yield f"{about}/percent", share(len(up), len(each.asked))
        yield f"{about}/answered", len(up)
        yield f"{about}/measured", len(each.asked)
        yield f"{about}/minutes_measured", MINUTES * measured
        yield f"{about}/minutes_unmeasured", MINUTES * (steps - measured)
        times = [Decimal(row["first_byte_ms"]) for row in up if row["first_byte_ms"]]
        if times:
            yield f"{about}/first_byte_least", min(times)
            yield f"{about}/first_byte_mean", mean(times)
            yield f"{about}/first_byte_p95", percentile(times, 95)
        certificates = [row["certificate_ends"] for row in each.asked if row["certificate_ends"]]
        if certificates:
            yield f"{about}/certificate_ends_at", seconds(certificates[-1])
        if each.outage:
            yield f"{about}/outage", MINUTES * each.outage


def findings(rows: Rows) -> Iterator[Found]:
    """Certificates that end, and the longest outage of each address."""
    closed = datetime.combine(date.fromisoformat(rows.period["report_date"]), time(), tzinfo=UTC)
    for each in published(rows):
        ends = [row["certificate_ends"] for row in each.asked if row["certificate_ends"]]
        if ends and (left := (instant(ends[-1]) - closed).days) <= CERTIFICATE_DAYS:
            yield Found("published.certificate", "warning", "published", each.address, {"days": abs(left)})
        if each.outage:
            yield Found("published.outage", "warning", "published", each.address, {"minutes": MINUTES * each.outage})


def asks(found: Sequence[Found]) -> Iterator[tuple[str, Numbers]]:
    """To renew what ends."""
    yield "renew_certificates", more(sum(each.kind == "published.certificate" for each in found))


CHAPTER = Chapter(
    ("published/",),
    ("http_probes.csv",),
    only(published_values),
    findings,
    asks,
    kinds={"published": "http_addresses"},
    only_now=("http_addresses",),
)
