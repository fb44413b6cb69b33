"""The rows behind the figures of a report, as files: from the period's rows, masked as the documents are.

What people wrote is taken from the figures, where the contract's masking has passed over it; what machines measured
from the rows. Nothing that plays no part in a figure is there: no summaries, addressees or names.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from io import StringIO
from pathlib import Path
from typing import NamedTuple, Protocol

from service_reports.canonical_json import canonical
from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.attention import closed_days
from service_reports.figures.catalogue import known, report_of
from service_reports.figures.chapter import Report
from service_reports.figures.chapters import CHAPTERS
from service_reports.figures.chapters.tickets import known_at
from service_reports.figures.chapters.usage import service_names
from service_reports.figures.free_texts import named_now, own_words
from service_reports.figures.hour_ledger import credits_of
from service_reports.figures.model import KeptRows, PeriodFigures
from service_reports.masking.personal_data import masked
from service_reports.records import (
    ContractRegisters,
    HourBankEntry,
    MetricPoint,
    Ticket,
    TicketState,
    UsageDay,
)
from service_reports.records.period_rows import PeriodRows

Cells = Iterable[Sequence[object]]
TECHNICAL: tuple[Report, ...] = ("technical_report",)
MANAGEMENT: tuple[Report, ...] = ("management_report",)
BOTH: tuple[Report, ...] = ("management_report", "technical_report")
CSV, JSON = "text/csv", "application/json"
PERIOD = "period.json"
TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


class Answered(Protocol):
    """An answer of a source as the ledger has it."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def etag(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def md5(self) -> str | None: ...  # noqa: D102
    @property
    def size_bytes(self) -> int: ...  # noqa: D102
    @property
    def row_count(self) -> int | None: ...  # noqa: D102
    @property
    def fetched_at(self) -> datetime: ...  # noqa: D102


class RowsFile(NamedTuple):
    """Rows as a file: UTF-8, comma-separated with a line of names, or canonical JSON.

    Quantities are decimal texts with a point, days ISO 8601, instants ISO 8601 in UTC; what is absent is empty.
    ``rows`` counts them (0 of JSON); ``reports`` are those that carry the file.
    """

    name: str
    content: bytes
    rows: int
    reports: tuple[Report, ...]

    @property
    def media_type(self) -> str:
        """What the file is."""
        return JSON if self.name.endswith(".json") else CSV

    def kept(self, archive_key: str = "") -> KeptRows:
        """What figures tell of the file, which lies in the archive under a key."""
        return KeptRows(
            name=self.name,
            sha256=hashlib.sha256(self.content).hexdigest(),
            size_bytes=len(self.content),
            rows=self.rows,
            reports=self.reports,
            archive_key=archive_key,
        )


def evidence_rows(
    contract: Contract, report: ReportPeriod, rows: PeriodRows, figures: PeriodFigures, origin: Mapping[str, object]
) -> tuple[RowsFile, ...]:
    """The files of rows behind all figures of a report; a file without rows is left out. Equal input gives equal bytes.

    ``origin`` is what else is to be known of how the figures came about, as canonical JSON can hold it: versions of
    code and contract, and the register's head.
    """
    made = (*_measured(contract, report, rows, figures), *_written(contract, report, rows, figures))
    about = {**origin, "templates_sha256": templates_sha256()}
    period = _period(contract, report, rows, figures)
    return (
        RowsFile("origin.json", canonical(about).encode(), 0, BOTH),
        RowsFile(PERIOD, canonical(period).encode(), 0, BOTH),
        *(each for each in made if each.rows),
    )


def source_rows(contract: Contract, answers: Iterable[Answered], checks: Cells) -> tuple[RowsFile, ...]:
    """The answers of sources that the rows were read from, and what was checked of them."""

    def name(each: Answered) -> str:
        told_by_people = each.source in ("tickets", "hour_bank", "contract_records")
        if not told_by_people or contract.ticket_detail == "full":
            return each.name
        return masked(each.name, own_words(contract), classified=True)

    listed = (
        (each.source, name(each), each.etag, each.sha256, each.md5, each.size_bytes, each.row_count, each.fetched_at)
        for each in answers
    )
    names = "source name etag sha256 md5 size_bytes rows fetched_at"
    made = (
        table("sources.csv", names, listed, BOTH),
        table("checks.csv", "check subject severity passed", checks, BOTH),
    )
    return tuple(each for each in made if each.rows)


def table(name: str, titles: str, cells: Cells, reports: tuple[Report, ...], *, in_order: bool = False) -> RowsFile:
    """Rows as a file of comma-separated values, where asked ``in_order`` of their texts."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(titles.split())
    listed = [[cell if type(cell) is str else _text(cell) for cell in row] for row in cells]
    writer.writerows(sorted(listed) if in_order else listed)
    return RowsFile(name, text.getvalue().encode(), len(listed), reports)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def templates_sha256() -> str:
    """One hash of all templates: of the lines ``sha256  name`` in the order of the names."""
    files = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(TEMPLATES)}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _measured(contract: Contract, report: ReportPeriod, rows: PeriodRows, figures: PeriodFigures) -> Iterator[RowsFile]:
    """What OCI and the stores of copies told."""
    days = set(report.days)
    if rows.usage_hours:
        hourly = [(each.hour, *_use(each), each.hours) for each in rows.usage_hours if each.usage_date in days]
        yield table("usage_hours.csv", "hour service product unit quantity hours", hourly, TECHNICAL, in_order=True)
    else:
        yield _daily("usage_days.csv", [each for each in rows.of(UsageDay) if each.usage_date in days])
    previous = contract.report_before(report)
    if previous is not None:
        before = set(previous.days)
        yield _daily("usage_before.csv", [each for each in rows.previous_usage if each.usage_date in before])
    charted = {
        (resource.name, metric.namespace, metric.name) for resource in contract.resources for metric in resource.metrics
    }
    points = [
        (
            *(point.resource_name, point.namespace, point.metric_name, point.hour),
            *(point.value, point.minimum, point.maximum, point.five_minute_samples, point.five_minute_samples_up),
        )
        for point in rows.of(MetricPoint)
        if (point.resource_name, point.namespace, point.metric_name) in charted
        and point.hour.astimezone(UTC).date() in days
    ]
    names = "resource namespace metric hour value minimum maximum samples samples_up"
    yield table("metric_hours.csv", names, points, TECHNICAL, in_order=True)
    backups = (
        (each.backup_ocid, each.type, each.lifecycle_state, each.time_started, each.time_ended, _retention(each))
        for each in figures.backups.backups
    )
    yield table("oci_backups.csv", "backup type state started ended retention_days", backups, TECHNICAL)
    dumps = ((each.file_name, each.dump_day, each.size_bytes, each.modified_at) for each in figures.dumps.dumps)
    yield table("database_dumps.csv", "file day size_bytes saved", dumps, TECHNICAL)
    for chapter in CHAPTERS:
        for carried in chapter.evidence(contract, report, rows):
            yield table(carried.name, carried.titles, carried.rows, (chapter.report,))


def _retention(backup: object) -> int | None:
    days: int | None = getattr(backup, "retention_period_in_days", None)
    return days


def _use(row: UsageDay) -> tuple[str, str, str, Decimal]:
    return (
        service_names().get(row.service_code, row.service_code),
        row.product_description,
        row.unit,
        row.quantity,
    )


def _daily(name: str, rows: Sequence[UsageDay]) -> RowsFile:
    cells = [(each.usage_date, *_use(each), max(each.hours, each.hours_of_day)) for each in rows]
    return table(name, "day service product unit quantity hours", cells, TECHNICAL, in_order=True)


def _written(contract: Contract, report: ReportPeriod, rows: PeriodRows, figures: PeriodFigures) -> Iterator[RowsFile]:
    """What people keep at the help desk and in the contract's registers."""
    earlier = figures.earlier.tickets if figures.earlier else ()
    tickets: list[tuple[object, ...]] = [
        (of, each.ticket_id, each.registered_on, each.status, each.product, each.module, each.process, each.subprocess)
        for of, some in (("support", figures.support.tickets), ("warranty", figures.warranty.tickets))
        for each in some
    ]
    tickets += [("earlier", *_ticket(each)) for each in earlier]
    tickets += [("left_out", number, *[None] * 6) for number in figures.warranty.left_out]
    names = "listed ticket registered_on status product module process subprocess"
    yield table("tickets.csv", names, tickets, MANAGEMENT)
    listed = {each.ticket_id for some in (figures.support, figures.warranty) for each in some.tickets}
    states = (
        (each.ticket_id, each.finished, each.first_seen_at, each.last_seen_at)
        for each in known_at(rows.of(TicketState), contract.cut_off(report))
        if each.ticket_id in listed
    )
    yield table("ticket_states.csv", "ticket finished first_seen last_seen", states, MANAGEMENT)
    moments = (
        (each.ticket_id, each.priority, each.registered_at, each.first_answered_at, each.solved_at, " ".join(each.told))
        for some in (figures.support, figures.warranty)
        for each in some.tickets
        if each.told
    )
    names = "ticket priority registered_at first_answered_at solved_at told"
    yield table("ticket_times.csv", names, moments, MANAGEMENT)
    yield from _bank(contract, rows, figures)
    yield from _registers(rows.registers, figures)
    yield from _earlier_findings(rows)
    yield from _requests(rows, figures)
    yield _earlier_headlines(rows, figures)
    observed = (
        (each.kind, each.severity, each.day)
        for each in sorted(figures.observations, key=lambda each: (each.kind, str(each.day), each.subject))
    )
    yield table("observations.csv", "kind severity day", observed, BOTH)
    if figures.changes is not None:
        changed = (
            (each.figure_id, each.unit, each.before, each.now, _told_in(each.figure_id))
            for each in figures.changes.figures
        )
        yield table("changed_figures.csv", "figure unit before now told_in", changed, BOTH)
        texts = ((each.document, each.gone, each.new) for each in figures.changes.texts)
        yield table("changed_texts.csv", "document gone new", texts, BOTH)


def _earlier_headlines(rows: PeriodRows, figures: PeriodFigures) -> RowsFile:
    told = {of for trend in figures.trends for of in (trend.figure, trend.whole)}
    printed = (
        (each.report_number, each.version, each.figure_id, each.value)
        for each in rows.earlier_headlines
        if each.figure_id in told
    )
    return table("earlier_headlines.csv", "report version figure value", printed, BOTH)


def _earlier_findings(rows: PeriodRows) -> Iterator[RowsFile]:
    printed = ((each.report_number, each.version, each.figure_id) for each in rows.earlier_findings)
    yield table("earlier_findings.csv", "report version figure", printed, MANAGEMENT)


def _requests(rows: PeriodRows, figures: PeriodFigures) -> Iterator[RowsFile]:
    """What earlier reports asked for, what was answered, and which of their documents came back signed."""
    asked = ((each.report_number, each.version, each.figure_id) for each in rows.earlier_requests)
    yield table("earlier_requests.csv", "report version figure", asked, MANAGEMENT)
    replies = ((each.code, each.answered_on) for each in figures.records.replies)
    yield table("replies.csv", "request answered_on", replies, MANAGEMENT)
    signed = ((each.report_number, each.version, each.kind, each.title, each.how, each.at) for each in rows.signed_back)
    yield table("signed_back.csv", "report version kind title how at", signed, MANAGEMENT)


def _told_in(figure_id: str) -> Report:
    found = known(figure_id)
    return report_of(found.subject if found else "summary")


def _ticket(each: Ticket) -> tuple[object, ...]:
    return (each.ticket_id, each.registered_on, each.status, each.product, each.module, each.process, each.subprocess)


def _bank(contract: Contract, rows: PeriodRows, figures: PeriodFigures) -> Iterator[RowsFile]:
    if figures.hour_bank is None:
        return
    entries = (
        (each.request, each.production_date, each.estimated_hours, each.status) for each in figures.hour_bank.entries
    )
    yield table("hour_bank.csv", "request production_date hours status", entries, MANAGEMENT)
    credits = ((each.on, each.act, each.hours) for each in credits_of(contract))
    yield table("hour_credits.csv", "on act hours", credits, MANAGEMENT)
    issued = named_now(rows.issued_hours, rows.of(HourBankEntry), contract.ticket_detail, own_words(contract))
    printed = ((each.report_number, each.version, each.figure_id, each.value) for each in issued)
    yield table("issued_hours.csv", "report version figure value", printed, MANAGEMENT)


def _registers(registers: ContractRegisters, figures: PeriodFigures) -> Iterator[RowsFile]:
    """What the contract's registers say by the report date, of the period."""
    controls = (
        (
            *(each.code, each.request, each.requested_on, each.approved_on, each.specified_on, each.ticket_id),
            *(each.act_code, each.delivered_on, each.hours),
        )
        for each in figures.change_controls
    )
    names = "code request requested_on approved_on specified_on ticket act delivered_on hours"
    yield table("change_controls.csv", names, controls, MANAGEMENT)
    records = figures.records
    kept: list[tuple[object, ...]] = [("consultations", each.asked_on) for each in records.consultations]
    kept += [("force_majeure", each.occurred_on) for each in records.force_majeure]
    kept += [("security_incidents", each.occurred_on) for each in records.security_incidents]
    kept += [("claims", each.occurred_on) for each in records.claims]
    kept += [("social_security", each.month) for each in records.social_security]
    yield table("register_rows.csv", "register day", kept, MANAGEMENT)
    plans = ((each.finding, each.due_on, each.done_on) for each in records.plans)
    yield table("action_plans.csv", "finding due_on done_on", plans, MANAGEMENT)
    paid = (
        (each.instalment, each.invoice, each.amount, each.billed_on, each.due_on, each.paid_on)
        for each in (figures.execution.payments if figures.execution else ())
    )
    yield table("payments.csv", "instalment invoice amount billed_on due_on paid_on", paid, MANAGEMENT)
    facts = (
        (obligation.number, fact.kind, fact.attestation and fact.attestation.attested_on)
        for obligation in figures.obligations
        for fact in obligation.facts
        if fact.kind != "service_levels"
    )
    yield table("obligation_facts.csv", "obligation fact attested_on", facts, MANAGEMENT)
    handed = (
        (obligation.number, each.code, each.due_on, each.sent_on)
        for obligation in figures.obligations
        for fact in obligation.facts
        for each in fact.deliverables
    )
    yield table("deliverables.csv", "obligation code due_on sent_on", handed, MANAGEMENT)


def _execution(contract: Contract, figures: PeriodFigures) -> dict[str, object] | None:
    """What the contract names beside its term; ``None`` where there is nothing to tell of its numbers."""
    told = figures.execution
    if told is None:
        return None
    return {
        "first": contract.valid_from,
        "last": contract.valid_to,
        "value": None if contract.value is None else f"{contract.value:f}",
        "instalments": contract.instalments,
        "guarantees": [{"name": each.name, "last": each.valid_to} for each in contract.guarantees],
        "modifications": [
            {"act": each.act, "on": each.on, "value": None if each.value is None else f"{each.value:f}"}
            for each in contract.modifications
        ],
        "payments_known_to": told.known_to,
    }


def _service_hours(contract: Contract, report: ReportPeriod) -> dict[str, object]:
    """When requests are attended and, where not on holidays, which those are from the contract's first day on."""
    hours = contract.service_hours
    if hours is None:
        return {}
    closed = [] if hours.holidays else closed_days(contract.valid_from, report.report_date)
    told = {"days": list(hours.days), "opens": f"{hours.opens:%H:%M:%S}", "closes": f"{hours.closes:%H:%M:%S}"}
    return {"service_hours": {**told, "closed": closed}}


def _period(contract: Contract, report: ReportPeriod, rows: PeriodRows, figures: PeriodFigures) -> dict[str, object]:
    """What the rules of the figures know beside rows: days, zones, what is measured, and what was not read."""
    previous, records = contract.report_before(report), figures.records
    return {
        "contract": contract.id,
        "report": figures.report_number,
        "version": figures.version,
        "first": report.period_from,
        "last": report.period_to,
        "report_date": report.report_date,
        "cut_off": contract.cut_off(report),
        "contract_first": contract.valid_from,
        "previous": {"first": previous.period_from, "last": previous.period_to} if previous else None,
        "reports": [
            {
                "number": each.number,
                "first": each.period_from,
                "last": each.period_to,
                "report_date": each.report_date,
            }
            for each in contract.reports
        ],
        "sources": list(figures.named),
        "read_at": {name: at for name, at in rows.read_at.items() if re.fullmatch(r"[a-z_]+", name)},
        "gaps": [
            {
                "source": gap.source,
                "subject": gap.subject,
                "kind": gap.kind,
                "replaced": gap.replaced,
                "days": list(gap.days),
            }
            for gap in figures.gaps
        ],
        "series": [
            {
                "resource": resource.name,
                "namespace": metric.namespace,
                "metric": metric.name,
                "availability": metric.availability,
            }
            for resource in contract.resources
            for metric in resource.metrics
        ],
        "service_levels": [
            {
                "id": level.id,
                "kind": level.kind,
                "subject": level.subject,
                "days": level.days,
                "hours": None if level.hours is None else f"{level.hours:f}",
                "in_service_hours": level.in_service_hours,
                "priorities": list(level.priorities),
                "target": None if level.target is None else f"{level.target:f}",
                "obligation": level.obligation,
            }
            for level in contract.service_levels
        ],
        **_service_hours(contract, report),
        "addresses": [each.name for each in contract.http.addresses] if contract.http else [],
        "execution": _execution(contract, figures),
        "registers": {"kept": list(records.kept), "current": records.current},
    }
