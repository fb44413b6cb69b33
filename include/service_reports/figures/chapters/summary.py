"""What the first page answers: how the period went, what stands out, and what the supervisor is asked for.

Every finding follows by rule from the figures of the period, every ask from findings or from
what is recorded; nothing here is typed by anyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from service_reports import sources as declared
from service_reports.contracts import Contract
from service_reports.figures import catalogue
from service_reports.figures.chapter import OF_ALL, Chapter
from service_reports.figures.chapters.backups import resting_on_earlier
from service_reports.figures.chapters.usage import HOURS_A_DAY
from service_reports.figures.comparison import named
from service_reports.figures.dump_sizes import JUMP, STALE_CHANGE, changes, stale_runs
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.hour_states import CONSUMED
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import (
    AgeBand,
    Ask,
    Finding,
    LevelChange,
    OpenTicket,
    PeriodFigures,
    Severity,
    Summary,
    UsageComparison,
    request_code,
)
from service_reports.figures.rounding import change_percent
from service_reports.records import Ticket

MOST_SUBJECTS = 4
"""So many requests or services are named in what is asked for; others are counted."""
AGEING_DAYS = 15
"""A request that is open longer needs a word."""
AGE_BANDS: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 15), (16, 30), (31, None))
LOW_SHARE = Decimal("0.1")
"""An hour bank with less than this share of its hours available is low."""
SEVERITIES: tuple[Severity, ...] = ("alert", "warning", "notice")
STANDING = {"released": "sources.released", "in_part": "sources.in_part"}
"""What is found of days of which a reading stands by a person's word, or without some rows."""
CORRECTABLE = ("sources.unread", "usage.missing", "usage.partial")
"""What a corrected version may mend, once the data are there."""
NOT_MADE = ("backups.missing", "dumps.missing")
"""What was not made does not come any more: it is to be explained."""
GAPS = (*CORRECTABLE, *NOT_MADE)
TOLD = frozenset(
    {
        "usage.day_missing",
        "usage.day_partial",
        "metrics.samples_missing",
        "metrics.day_lost",
        "backup.missing",
        "backup.failed",
        "dump.missing",
        "dump.stale",
        "dump.jump",
        "hour_bank.overdrawn",
    }
)
"""Kinds of observations that a finding computed here tells already."""


def summarise(figures: PeriodFigures, comparison: UsageComparison | None) -> Summary:
    """The summary of a period; ``comparison`` is ``None`` where the calendar has no earlier period.

    Findings stand by severity, in each severity in the order in which they are looked for. Every
    alert leads to an ask.
    """
    open_tickets = _open_tickets(figures, figures.support.open_tickets)
    waiting = _open_tickets(
        figures, [*figures.support.open_tickets, *(figures.earlier.tickets if figures.earlier else ())]
    )
    findings = sorted(
        [
            *_readings(figures),
            *_steps(figures),
            *_availability(figures),
            *_backups(figures),
            *_dumps(figures),
            *_usage(figures),
            *_metrics(figures),
            *_ageing(waiting),
            *_hour_bank(figures),
            *(finding for chapter in catalogue.chapters() for finding in chapter.findings(figures)),
            *_obligations(figures),
            *_observed(figures),
        ],
        key=lambda finding: SEVERITIES.index(finding.severity),
    )
    return Summary(
        tickets_closed=figures.support.total - len(figures.support.open_tickets),
        open_tickets=open_tickets,
        ages=tuple(
            AgeBand(least=least, most=most, count=sum(_within(ticket.days, least, most) for ticket in open_tickets))
            for least, most in AGE_BANDS
        ),
        comparison=comparison,
        findings=tuple(findings),
        asks=tuple(
            ask.model_copy(update={"code": request_code(ask.kind, figures.report_number)})
            for ask in _asks(figures, findings, waiting)
        ),
    )


def _readings(figures: PeriodFigures) -> Iterator[Finding]:
    """Of each source the days that were not read, those with something refused, and what counts all the same."""
    for source in dict.fromkeys(gap.source for gap in figures.gaps):
        if unread := figures.unread_days(source):
            # What could be asked only in its moment does not come any more: nobody is to decide anything about it.
            severity: Severity = "warning" if declared.SOURCES[source].only_now else "alert"
            yield Finding(kind="sources.unread", severity=severity, section="observations", subject=source, days=unread)
        told: dict[str, set[date]] = {}
        for gap in figures.gaps:
            if gap.source == source and gap.replaced:
                told.setdefault(STANDING.get(gap.kind, "sources.refused"), set()).update(gap.days)
        for kind in sorted(told):
            days = tuple(sorted(told[kind]))
            yield Finding(kind=kind, severity="warning", section="observations", subject=source, days=days)


def _open_tickets(figures: PeriodFigures, tickets: Iterable[Ticket]) -> tuple[OpenTicket, ...]:
    """Requests that are not finished with their age at the cut-off, oldest first."""
    found = [
        OpenTicket(
            ticket_id=ticket.ticket_id,
            registered_on=ticket.registered_on,
            days=(figures.period_to - ticket.registered_on).days,
        )
        for ticket in tickets
        if ticket.registered_on is not None
    ]
    return tuple(sorted(found, key=lambda ticket: (-ticket.days, ticket.ticket_id)))


def _within(days: int, least: int, most: int | None) -> bool:
    return least <= days and (most is None or days <= most)


def _steps(figures: PeriodFigures) -> Iterator[Finding]:
    """One finding a service whose use settled on another level: its largest change, and how many changed with it."""
    columns = {column.label: column for column in figures.usage.columns}
    of_service: dict[str, list[LevelChange]] = {}
    for change in overall_changes(figures.usage.level_changes):
        of_service.setdefault(columns[change.column].service, []).append(change)
    largest_first = {service: sorted(changes, key=_size, reverse=True) for service, changes in of_service.items()}
    for service, (largest, *others) in sorted(largest_first.items(), key=lambda item: _size(item[1][0]), reverse=True):
        column = columns[largest.column]
        values = {"before": largest.before, "now": largest.after, "others": Decimal(len(others))}
        if largest.percent is not None:
            values["percent"] = largest.percent
        yield Finding(
            kind="usage.step",
            severity="alert",
            section="usage",
            subject=f"{service} / {column.product_description}",
            unit=column.unit,
            days=(largest.from_day, largest.to_day),
            values=values,
        )


def _size(change: LevelChange) -> Decimal:
    return Decimal("Infinity") if change.percent is None else abs(change.percent)


def _availability(figures: PeriodFigures) -> Iterator[Finding]:
    for part in figures.availability:
        if part.unread:
            continue
        if not part.samples:
            yield Finding(
                kind="availability.unmeasured",
                severity="alert",
                section="availability",
                subject=part.resource_name,
                values={"expected": Decimal(part.expected_samples)},
            )
        elif part.samples_up < part.samples:
            yield Finding(
                kind="availability.unanswered",
                severity="alert",
                section="availability",
                subject=part.resource_name,
                values={"samples": Decimal(part.samples - part.samples_up), "received": Decimal(part.samples)},
            )


def _backups(figures: PeriodFigures) -> Iterator[Finding]:
    backups = figures.backups
    if backups.failed:
        yield Finding(
            kind="backups.failed", severity="warning", section="backups", values={"backups": Decimal(backups.failed)}
        )
    if (resting := resting_on_earlier(backups)) and not backups.days_unread:
        values = {"backups": Decimal(resting)}
        yield Finding(kind="backups.no_full", severity="warning", section="backups", values=values)
    if backups.days_missing:
        yield Finding(kind="backups.missing", severity="alert", section="backups", days=backups.days_missing)


def _dumps(figures: PeriodFigures) -> Iterator[Finding]:
    dumps = figures.dumps
    runs = sorted(stale_runs(dumps.dumps), key=len, reverse=True)
    if runs:
        longest, *others = runs
        sizes = [dump.size_bytes for dump in longest]
        yield Finding(
            kind="dumps.equal",
            severity="alert",
            section="dumps",
            days=(longest[0].dump_day, longest[-1].dump_day),
            values={
                "dumps": Decimal(len(longest)),
                "least_bytes": Decimal(min(sizes)),
                "most_bytes": Decimal(max(sizes)),
                "other_dumps": Decimal(sum(map(len, others))),
                "limit_percent": 100 * STALE_CHANGE,
            },
        )
    if dumps.days_missing:
        yield Finding(kind="dumps.missing", severity="alert", section="dumps", days=dumps.days_missing)
    jumps = [(abs(share), day) for day, (_, _, share) in changes(dumps.dumps).items() if abs(share) > JUMP]
    if jumps:
        _, day = max(jumps)
        before, now, _ = changes(dumps.dumps)[day]
        percent = change_percent(Decimal(before.size_bytes), Decimal(now.size_bytes))
        yield Finding(
            kind="dumps.jump",
            severity="warning",
            section="dumps",
            days=(day,),
            values={
                "jumps": Decimal(len(jumps)),
                "limit_percent": 100 * JUMP,
                "before_bytes": Decimal(before.size_bytes),
                "now_bytes": Decimal(now.size_bytes),
                "percent": percent or Decimal(0),
            },
        )


def _usage(figures: PeriodFigures) -> Iterator[Finding]:
    missing = tuple(row.day for row in figures.usage_days("missing"))
    partial = figures.usage_days("partial")
    if missing:
        yield Finding(kind="usage.missing", severity="warning", section="usage", days=missing)
    if partial:
        yield Finding(
            kind="usage.partial",
            severity="warning",
            section="usage",
            days=tuple(row.day for row in partial),
            values={
                "hours": Decimal(sum(row.hours for row in partial)),
                "of_hours": Decimal(HOURS_A_DAY * len(partial)),
            },
        )


def _metrics(figures: PeriodFigures) -> Iterator[Finding]:
    read = [day for series in figures.metrics for day in series.days if day.day not in series.days_unread]
    expected = HOURS_A_DAY * len(read)
    lacking = sum(max(0, HOURS_A_DAY - day.samples) for day in read)
    if lacking:
        yield Finding(
            kind="metrics.missing",
            severity="warning",
            section="metrics",
            values={"samples": Decimal(lacking), "expected": Decimal(expected)},
        )


def _ageing(waiting: Sequence[OpenTicket]) -> Iterator[Finding]:
    """Of all that waits, whenever it was registered: a request does not get young with a new period."""
    old = [ticket for ticket in waiting if ticket.days > AGEING_DAYS]
    if old:
        yield Finding(
            kind="tickets.ageing",
            severity="warning",
            section="tickets",
            subject=old[0].ticket_id,
            days=(old[0].registered_on,),
            values={
                "tickets": Decimal(len(old)),
                "open": Decimal(len(waiting)),
                "limit_days": Decimal(AGEING_DAYS),
                "oldest_days": Decimal(old[0].days),
            },
        )


def _hour_bank(figures: PeriodFigures) -> Iterator[Finding]:
    bank = figures.hour_bank
    if bank is None:
        return
    hours = {"available_hours": bank.available, "contracted_hours": bank.contracted}
    if bank.available < 0:
        yield Finding(kind="hour_bank.overdrawn", severity="alert", section="hour_bank", values=hours)
    elif bank.available < LOW_SHARE * bank.contracted:
        yield Finding(kind="hour_bank.low", severity="warning", section="hour_bank", values=hours)


def _obligations(figures: PeriodFigures) -> Iterator[Finding]:
    pending = [each for each in figures.obligations if each.state in ("pending", "partial")]
    if pending:
        yield Finding(
            kind="obligations.pending",
            severity="warning",
            section="obligations",
            subject=", ".join(str(each.number) for each in pending),
            values={"obligations": Decimal(len(pending)), "all": Decimal(len(figures.obligations))},
        )


def _observed(figures: PeriodFigures) -> Iterator[Finding]:
    """What was observed about the data and no other finding tells, one finding a kind."""
    for kind in sorted({each.kind for each in figures.observations} - TOLD):
        same = [each for each in figures.observations if each.kind == kind]
        yield Finding(
            kind="observation",
            severity="notice" if all(each.severity == "notice" for each in same) else "warning",
            section="hour_bank" if kind.startswith("hour_bank.") else "observations",
            subject=kind,
            days=tuple(sorted({each.day for each in same if each.day})),
            values={"observations": Decimal(len(same))},
        )


def _lost(finding: Finding) -> bool:
    return finding.kind == "sources.unread" and declared.SOURCES[finding.subject].only_now


def _asks(figures: PeriodFigures, findings: Sequence[Finding], waiting: Sequence[OpenTicket]) -> Iterator[Ask]:
    found = {finding.kind: finding for finding in findings}
    entries = figures.hour_bank.entries if figures.hour_bank else ()
    steps = [finding for finding in findings if finding.kind == "usage.step"]
    if steps:
        services = tuple(step.subject.partition(" / ")[0] for step in steps)
        yield Ask(kind="confirm_capacity", subjects=services, days=_span(step.days for step in steps))
    if silent := tuple(finding.subject for finding in findings if finding.section == "availability"):
        yield Ask(kind="confirm_effect", subjects=silent)
    if equal := found.get("dumps.equal"):
        yield Ask(kind="confirm_operation", days=equal.days, values={"dumps": equal.values["dumps"]})
    if lacking := [finding.days for finding in findings if finding.kind in CORRECTABLE and not _lost(finding)]:
        yield Ask(kind="decide_correction", days=tuple(sorted({day for days in lacking for day in days})))
    if unmade := [finding.days for finding in findings if finding.kind in NOT_MADE]:
        yield Ask(kind="explain_copies", days=tuple(sorted({day for days in unmade for day in days})))
    for chapter in catalogue.chapters():
        yield from chapter.asks(figures, findings)
    if "tickets.ageing" in found:
        old = tuple(ticket.ticket_id for ticket in waiting if ticket.days > AGEING_DAYS)
        yield Ask(kind="review_tickets", subjects=old, values={"tickets": Decimal(len(old))})
    if overdrawn := found.get("hour_bank.overdrawn"):
        yield Ask(kind="agree_hours", values={"hours": -overdrawn.values["available_hours"]})
    delivered = [
        entry
        for entry in entries
        if entry.status in CONSUMED
        and entry.production_date is not None
        and figures.period_from <= entry.production_date <= figures.period_to
    ]
    if delivered:
        yield Ask(
            kind="sign_acts",
            subjects=tuple(entry.request for entry in delivered),
            values={"hours": sum((entry.estimated_hours for entry in delivered), Decimal(0))},
        )
    yield Ask(kind="sign_reports")


def of_interest(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that somebody is to do something about: all that are more than a notice."""
    return [finding for finding in findings if finding.severity != "notice"]


def _span(days: Iterable[Sequence[date]]) -> tuple[date, ...]:
    every = [day for some in days for day in some]
    return min(every), max(every)


VALUE_UNITS = {
    "percent": "percent",
    "limit_percent": "percent",
    "before_bytes": "bytes",
    "now_bytes": "bytes",
    "least_bytes": "bytes",
    "most_bytes": "bytes",
    "dumps": "files",
    "other_dumps": "files",
    "backups": "backups",
    "tickets": "tickets",
    "open": "tickets",
    "limit_days": "days",
    "oldest_days": "days",
    "days": "days",
    "hours": "hours",
    "of_hours": "hours",
    "available_hours": "hours",
    "contracted_hours": "hours",
    "samples": "samples",
    "received": "samples",
    "expected": "samples",
    "minutes": "minutes",
    "invoices": "invoices",
    "amount": "COP",
    "billed": "COP",
    "value": "COP",
}
"""Units of a finding's values; ``before`` and ``now`` are in the finding's own unit, what is left is a count."""


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id; figures that were kept before there was a summary have none."""
    summary, days = figures.summary, len(figures.usage.rows)
    if summary is None:
        return
    yield make("summary.days", days)
    # A day whose copy was seen is known, though it was read before its end.
    unknown = {"oci_backups": figures.backups.days_unread, "database_dumps": figures.dumps.days_unread}
    for source in dict.fromkeys(gap.source for gap in figures.gaps):
        if 0 < (read := days - len(unknown.get(source, figures.unread_days(source)))) < days:
            yield make("summary.days_read", read, source=source)
    for name, copies in (("backups", figures.backups), ("dumps", figures.dumps)):
        covered = days - len(copies.days_missing) - len(copies.days_unread)
        yield make(f"summary.{name}.days_covered", covered)
    yield make("summary.tickets.closed", summary.tickets_closed)
    yield make("summary.tickets.open", len(summary.open_tickets))
    for band in summary.ages:
        yield make("summary.tickets.age", band.count, ages=band.name)
    if summary.open_tickets:
        yield make("summary.tickets.oldest_days", summary.open_tickets[0].days)
    if compared := figures.comparison:
        of_both = make.within(before_first=compared.period_from, before_last=compared.period_to)
        yield of_both("comparison.days.before", compared.days_before)
        yield of_both("comparison.days.now", compared.days_now)
        if others := len(compared.columns) - len(named(compared)):
            yield of_both("comparison.others", others)
        for column in compared.columns:
            yield of_both("comparison.before", column.before, column=column.label)
            yield of_both("comparison.now", column.now, column=column.label)
            yield from of_both.some("comparison.percent", column.percent, column=column.label)
    for finding in summary.findings:
        # Each has a number: by it the next report knows that it was told.
        counts_days = finding.kind in GAPS or not finding.values
        length = {"days": Decimal(len(finding.days))} if counts_days else {}
        for name, value in {**finding.values, **length}.items():
            unit = finding.unit if name in ("before", "now", "measured", "target") else VALUE_UNITS.get(name, "count")
            yield make("finding", value, unit, kind=finding.kind, subject=finding.subject, name=name)
    if planned := of_interest(summary.findings):
        plans = {plan.finding for plan in figures.records.plans}
        yield make("summary.findings", len(planned))
        yield make("summary.findings.without_plan", sum(finding.code not in plans for finding in planned))
    for ask in summary.asks:
        more = {"more": Decimal(len(ask.subjects) - MOST_SUBJECTS)} if len(ask.subjects) > MOST_SUBJECTS else {}
        for name, value in {**ask.values, **more}.items():
            yield make("ask", value, VALUE_UNITS.get(name, "count"), asked=ask.kind, name=name)


CHAPTER = Chapter(
    name="summary",
    place=110,
    numbers=numbers,
    kinds={"observation": OF_ALL},
    leads_to={"sources.unread": "decide_correction"},
)
