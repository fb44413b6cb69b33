"""What the first page says beyond the chapters: the findings, and what became of those of the report before."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import HUNDRED, ZERO, change
from service_reports.audit.recomputing.chapter import Found, Numbers
from service_reports.audit.recomputing.chapters import CHAPTERS
from service_reports.audit.recomputing.copies import GOOD, STALE, backup_days, days_read, dump_days, pairs, stale_runs
from service_reports.audit.recomputing.execution import billed, guarantees, overdue, payments_known, worth
from service_reports.audit.recomputing.hours import bank
from service_reports.audit.recomputing.metrics import (
    Values,
    availability,
    by_day,
    expected_samples,
    series,
)
from service_reports.audit.recomputing.obligations import Clause, obligations, state_values
from service_reports.audit.recomputing.service_levels import levels
from service_reports.audit.recomputing.tickets import open_tickets
from service_reports.audit.recomputing.usage import FULL_DAY, Step, Use, overall_steps
from service_reports.audit.rows import Rows, quantity

OLD, JUMP, LOW = 15, Decimal("0.02"), Decimal("0.1")
GUARANTEE_DAYS, GUARANTEE_ALERT = 60, 30
EARLIER = 5
"""So many periods before the reported one a trend shows."""
TOLD_ELSEWHERE = frozenset(
    {
        *("usage.day_missing", "usage.day_partial", "metrics.samples_missing", "metrics.day_lost", "backup.missing"),
        *("backup.failed", "dump.missing", "dump.stale", "dump.jump", "hour_bank.overdrawn"),
    }
)
READ_FROM = {
    "usage": "oci_cost_reports",
    "metrics": "oci_metrics",
    "availability": "oci_metrics",
    "backups": "oci_backups",
    "dumps": "database_dumps",
    **{kind: source for chapter in CHAPTERS for kind, source in chapter.kinds.items()},
    "tickets": "tickets",
    "hour_bank": "hour_bank",
}
"""From which source a finding of a kind is read."""
ONE_OF_ITS_KIND = frozenset({"tickets.ageing", "obligations.pending"})
ONLY_NOW = frozenset(source for chapter in CHAPTERS for source in chapter.only_now)
"""What was not asked in its moment cannot be had later."""
STANDING = {"released": "sources.released", "in_part": "sources.in_part"}
SECTIONS = {
    "tickets": ("tickets",),
    "hour_bank": ("hour_bank",),
    "availability": ("availability", "published"),
    "backups": ("backups", "dumps"),
    "usage": ("usage",),
}
SOURCES = {
    "tickets": ("tickets",),
    "hour_bank": ("hour_bank",),
    "availability": ("oci_metrics", "http_addresses"),
    "backups": ("oci_backups", "database_dumps"),
    "usage": ("oci_cost_reports",),
}
"""Parts of the reports, and sources, that tell of a fact of an obligation."""


def day_values(rows: Rows) -> Values:
    """The days of the period, those read of each source, and those with a copy."""
    yield "summary.days", len(rows.days)
    yield from days_read(rows, iter(dict.fromkeys(gap["source"] for gap in rows.period["gaps"])))
    for name, (missing, unread) in (("backups", backup_days(rows)), ("dumps", dump_days(rows))):
        yield f"summary.{name}.days_covered", len(rows.days) - len(missing) - len(unread)


def finding_values(rows: Rows, use: Use) -> Values:
    """Every number of a finding, and of what became of earlier ones, by its id."""
    found = list(findings(rows, use))
    for each in found:
        about = "/".join(part for part in ("finding", each.kind, each.subject) if part)
        for name, value in each.values.items():
            yield f"{about}/{name}", value
    if told := [each for each in found if each.severity != "notice"]:
        planned = {row["finding"] for row in rows.of("action_plans.csv")}
        yield "summary.findings", len(told)
        yield "summary.findings.without_plan", sum(code_of(each) not in planned for each in told)
    yield from _followed(rows, found)


class Followed(NamedTuple):
    """A finding of the report before: how it stands, and in how many earlier reports in a row it stood."""

    told: Found
    state: str
    run: int


def followed(rows: Rows, found: Sequence[Found]) -> Mapping[str, Followed]:
    """What became of each finding of the report before, by its code."""
    earlier = earlier_reports(rows)
    had: dict[str, dict[str, Found]] = {number: {} for number in earlier}
    for row in rows.of("earlier_findings.csv"):
        kind, *subject = row["figure"].split("/")[1:-1]
        told = Found(kind, "", "", "/".join(subject))
        had[row["report"]][code_of(told)] = told
    now = {code_of(each) for each in found}
    done = {row["finding"] for row in rows.of("action_plans.csv") if row["done_on"]}
    became = {}
    for code, told in had[earlier[-1]].items() if earlier else ():
        run = next((at for at, number in enumerate(reversed(earlier)) if code not in had[number]), len(earlier))
        source = told.subject if told.kind.startswith("sources.") else READ_FROM.get(told.kind.partition(".")[0], "")
        unread = source in rows.period["sources"] and bool(rows.unread(source))
        if told.kind.startswith("payments."):
            unread = not payments_known(rows)
        state = "open" if code in now else "done" if code in done else "unknown" if unread else "gone"
        became[code] = Followed(told, state, run)
    return became


def earlier_reports(rows: Rows) -> list[str]:
    """The numbers of the reports before this one, by the calendar."""
    return [each["number"] for each in rows.period["reports"] if each["last"] < rows.period["first"]]


def _followed(rows: Rows, found: Sequence[Found]) -> Values:
    became = followed(rows, found)
    if not became:
        return
    counts = Counter({"open": 0, "gone": 0, "done": 0, "unknown": 0})
    for code, each in became.items():
        if each.state == "open":
            yield f"follow_up.reports/{code}", each.run + 1
        counts[each.state] += 1
    for state, count in counts.items():
        yield f"follow_up/{state}", count


def trend_values(rows: Rows) -> Values:
    """What the reports of the last periods before this one were issued with, of what the first page answers."""
    before = earlier_reports(rows)[-EARLIER:]
    for row in rows.of("earlier_headlines.csv"):
        if row["report"] in before:
            yield f"trend/{row['report']}/{row['figure']}", quantity(row["value"])


def code_of(found: Found) -> str:
    """The code of a finding: five digits, of the hash of what it is about."""
    about = found.subject if found.kind not in ONE_OF_ITS_KIND else ""
    number = int(hashlib.sha256(f"{found.kind}/{about}".encode()).hexdigest()[:16], 16)
    return f"H-{number % 10**5:05d}"


def obligation_values(rows: Rows, use: Use) -> Values:
    """Every figure of obligations by its id."""
    yield from state_values(rows, use)
    serious = [each for each in findings(rows, use) if each.severity != "notice"]
    clauses = obligations(rows, use).values()
    yield "obligations.touched", sum(any(_touches(clause, each) for each in serious) for clause in clauses)


def _touches(clause: Clause, found: Found) -> bool:
    if found.kind == "service_levels.missed":
        return any(level.id == found.subject for level in clause.levels)
    return any(
        found.section in SECTIONS.get(kind, ()) or found.subject in SOURCES.get(kind, ()) for kind in clause.kinds
    )


def findings(rows: Rows, use: Use) -> Iterator[Found]:
    """Everything that stands out in a period."""
    yield from _readings(rows)
    yield from _steps(use)
    yield from _silent(rows)
    yield from _backups(rows)
    yield from _dumps(rows)
    yield from _of_use(rows, use)
    yield from _metrics(rows)
    for chapter in CHAPTERS:
        yield from chapter.findings(rows)
    yield from _waiting(rows)
    yield from _hours(rows)
    for level in levels(rows):
        if level.verdict == "missed" and level.measured is not None and level.target is not None:
            values = {"measured": level.measured.value, "target": level.target}
            yield Found("service_levels.missed", "alert", "obligations", level.id, values)
    yield from _money(rows)
    yield from _pending(rows, use)
    yield from _observed(rows)


def _readings(rows: Rows) -> Iterator[Found]:
    for source in dict.fromkeys(gap["source"] for gap in rows.period["gaps"]):
        if unread := rows.unread(source):
            severity = "warning" if source in ONLY_NOW else "alert"
            yield Found("sources.unread", severity, "observations", source, {"days": len(unread)})
        held: dict[str, set[str]] = defaultdict(set)
        for gap in rows.period["gaps"]:
            if gap["source"] == source and gap["replaced"]:
                held[STANDING.get(gap["kind"], "sources.refused")].update(gap["days"])
        for kind, days in sorted(held.items()):
            yield Found(kind, "warning", "observations", source, {"days": len(days)})


def _size(step: Step) -> Decimal:
    return Decimal("Infinity") if step.percent is None else abs(step.percent)


def _steps(use: Use) -> Iterator[Found]:
    """The largest change of level of each service, and how many changed with it."""
    of: dict[str, list[Step]] = defaultdict(list)
    for step in overall_steps(use):
        of[step.column.service].append(step)
    for service, some in of.items():
        largest = max(some, key=_size)
        values = {"before": largest.before, "now": largest.after, "others": Decimal(len(some) - 1)}
        if largest.percent is not None:
            values["percent"] = largest.percent
        yield Found("usage.step", "alert", "usage", f"{service} / {largest.column.product}", values)


def _silent(rows: Rows) -> Iterator[Found]:
    for each in availability(rows):
        if each.unread:
            continue
        if not each.samples:
            yield Found(
                "availability.unmeasured", "alert", "availability", each.resource, {"expected": expected_samples(rows)}
            )
        elif each.up < each.samples:
            values = {"samples": each.samples - each.up, "received": each.samples}
            yield Found("availability.unanswered", "alert", "availability", each.resource, values)


def _backups(rows: Rows) -> Iterator[Found]:
    if failed := sum(row["state"] == "FAILED" for row in rows.of("oci_backups.csv")):
        yield Found("backups.failed", "warning", "backups", "", {"backups": failed})
    missing, unread = backup_days(rows)
    kinds = [row["type"] for row in rows.of("oci_backups.csv") if row["state"] == GOOD]
    if kinds and not unread and not any(kind.endswith("FULL") for kind in kinds):
        yield Found("backups.no_full", "warning", "backups", "", {"backups": len(kinds)})
    if missing:
        yield Found("backups.missing", "alert", "backups", "", {"days": len(missing)})


def _dumps(rows: Rows) -> Iterator[Found]:
    dumps = rows.of("database_dumps.csv")
    runs = sorted(stale_runs(dumps), key=len, reverse=True)
    if runs:
        sizes = [each.size for each in runs[0]]
        equal: Numbers = {
            "dumps": len(sizes),
            "least_bytes": min(sizes),
            "most_bytes": max(sizes),
            "other_dumps": sum(map(len, runs[1:])),
            "limit_percent": HUNDRED * STALE,
        }
        yield Found("dumps.equal", "alert", "dumps", "", equal)
    if missing := dump_days(rows)[0]:
        yield Found("dumps.missing", "alert", "dumps", "", {"days": len(missing)})
    jumps = [pair for pair in pairs(dumps) if abs(pair.change) > JUMP]
    if jumps:
        widest = max(jumps, key=lambda pair: (abs(pair.change), pair.day))
        jumped: Numbers = {
            "jumps": len(jumps),
            "limit_percent": HUNDRED * JUMP,
            "before_bytes": widest.before,
            "now_bytes": widest.now,
            "percent": change(Decimal(widest.before), Decimal(widest.now)) or ZERO,
        }
        yield Found("dumps.jump", "warning", "dumps", "", jumped)


def _of_use(rows: Rows, use: Use) -> Iterator[Found]:
    unread = rows.unread("oci_cost_reports")
    told = ["unread" if day in unread else state for day, state in zip(use.days, use.states, strict=True)]
    if missing := told.count("missing"):
        yield Found("usage.missing", "warning", "usage", "", {"days": missing})
    partial = [hours for hours, state in zip(use.hours, told, strict=True) if state == "partial"]
    if partial:
        values = {"hours": sum(partial), "of_hours": FULL_DAY * len(partial), "days": len(partial)}
        yield Found("usage.partial", "warning", "usage", "", values)


def _metrics(rows: Rows) -> Iterator[Found]:
    hours, lacking, expected = series(rows), 0, 0
    for each in rows.period["series"]:
        name = each["resource"], each["namespace"], each["metric"]
        daily, unread = by_day(hours[name]), rows.unread("oci_metrics", "/".join(name))
        for day in rows.days:
            if day not in unread:
                expected += FULL_DAY
                lacking += max(0, FULL_DAY - len(daily.get(day, ())))
    if lacking:
        yield Found("metrics.missing", "warning", "metrics", "", {"samples": lacking, "expected": expected})


def _money(rows: Rows) -> Iterator[Found]:
    for name, left in guarantees(rows):
        if left <= GUARANTEE_DAYS:
            severity = "alert" if left <= GUARANTEE_ALERT else "warning"
            yield Found("guarantees.validity", severity, "execution", name, {"days": abs(left)})
    if owed := late(rows):
        yield Found("payments.overdue", "alert", "execution", "", owed)
    value, asked = worth(rows), billed(rows)
    if value is not None and asked > value:
        yield Found("payments.beyond_value", "alert", "execution", "", {"billed": asked, "value": value})


def late(rows: Rows) -> Numbers:
    """The invoices that were due and are not paid, and their sum; nothing where there is none."""
    owed = overdue(rows)
    return {"invoices": len(owed), "amount": sum((quantity(row["amount"]) for row in owed), ZERO)} if owed else {}


def _waiting(rows: Rows) -> Iterator[Found]:
    waiting = open_tickets(rows, "support", "earlier")
    old = [each for each in waiting if each[0] > OLD]
    if old:
        values = {"tickets": len(old), "open": len(waiting), "limit_days": OLD, "oldest_days": waiting[0][0]}
        yield Found("tickets.ageing", "warning", "tickets", waiting[0][1], values)


def _hours(rows: Rows) -> Iterator[Found]:
    held = bank(rows)
    if held is None:
        return
    values = {"available_hours": held.available, "contracted_hours": held.contracted}
    if held.available < 0:
        yield Found("hour_bank.overdrawn", "alert", "hour_bank", "", values)
    elif held.available < LOW * held.contracted:
        yield Found("hour_bank.low", "warning", "hour_bank", "", values)


def _pending(rows: Rows, use: Use) -> Iterator[Found]:
    states = {number: clause.state for number, clause in obligations(rows, use).items()}
    pending = [number for number, state in states.items() if state in ("pending", "partial")]
    if pending:
        values = {"obligations": len(pending), "all": len(states)}
        yield Found("obligations.pending", "warning", "obligations", ", ".join(pending), values)


def _observed(rows: Rows) -> Iterator[Found]:
    observed: dict[str, list[str]] = defaultdict(list)
    for row in rows.of("observations.csv"):
        observed[row["kind"]].append(row["severity"])
    for kind, severities in observed.items():
        if kind not in TOLD_ELSEWHERE:
            severity = "notice" if set(severities) == {"notice"} else "warning"
            section = "hour_bank" if kind.startswith("hour_bank.") else "observations"
            yield Found("observation", severity, section, kind, {"observations": len(severities)})


def change_values(rows: Rows) -> Values:
    """What a corrected version says of the one that it replaces."""
    changed = rows.of("changed_figures.csv")
    yield "changes.total", len(changed)
    for report in ("management_report", "technical_report"):
        yield f"changes.printed/{report}", sum(row["told_in"] == report for row in changed)
    for row in changed:
        if row["before"]:
            yield f"replaced/{row['figure']}", quantity(row["before"])
    for row in rows.of("changed_texts.csv"):
        yield f"changes.texts/{row['document']}/gone", int(row["gone"])
        yield f"changes.texts/{row['document']}/new", int(row["new"])
