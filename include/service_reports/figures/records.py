"""What the contract's registers say of a period: only what is dated on or before the report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

from service_reports.contracts import Contract, ReportPeriod
from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.figures.deliveries import delivered
from service_reports.figures.free_texts import Detail, printed_text, request_name
from service_reports.figures.model import ChangeControl, DeliverableFigures, RecordFigures, Standing
from service_reports.masking.personal_data import masked
from service_reports.records import (
    ActionPlan,
    ChangeRecord,
    Consultation,
    ContractRegisters,
    Deliverable,
    ForceMajeure,
    HourBankEntry,
    Incident,
    Record,
    Reply,
    SocialSecurityProof,
)
from service_reports.sources.exports.cells import plain

FREE_TEXTS = frozenset(
    {
        *("matter", "event", "recommendation", "cause", "action", "answer"),
        *("deliverable", "evidence", "acceptance_criteria"),
    }
)
NAMED = frozenset({"addressee", "owner", "answered_by", "support"})
"""Who is addressed: an office, where nobody wrote a person."""
AnyRecord = TypeVar("AnyRecord", bound=Record)
CLAIM = "Reclamación"


def record_figures(
    contract: Contract, report: ReportPeriod, version: int, registers: ContractRegisters
) -> RecordFigures:
    """The registers at the report date; what the workbook says of later days is left out."""
    by = report.report_date

    def of_period(day: date) -> bool:
        return report.period_from <= day <= report.period_to

    consultations = [
        row.model_copy(update={"answered_on": known_by(row.answered_on, by)})
        for row in _rows(registers, "consultations", Consultation)
        if of_period(row.asked_on)
    ]
    force_majeure = [
        row.model_copy(update={"notified_on": known_by(row.notified_on, by)})
        for row in _rows(registers, "force_majeure", ForceMajeure)
        if of_period(row.occurred_on)
    ]
    incidents = [
        row.model_copy(update={"closed_on": known_by(row.closed_on, by)})
        for row in _rows(registers, "incidents", Incident)
        if of_period(row.occurred_on)
    ]
    months = [day for day in report.days if day == report.period_from or day.day == 1]
    months = [day.replace(day=1) for day in months]
    proofs = [
        row
        for row in _rows(registers, "social_security", SocialSecurityProof)
        if row.month in months and row.issued_on <= by
    ]
    ended = [month for month in months if month < by.replace(day=1)]
    own = own_deliverables(contract, report, version)
    own_codes = {each.code for each in own}
    handed = [
        deliverable_figures(row, by)
        for row in _rows(registers, "deliverables", Deliverable)
        if row.code not in own_codes
    ]
    left = registers.left_at
    return RecordFigures(
        read_at=registers.read_at,
        left_at=left,
        kept=tuple(sorted(registers.rows)),
        current=left is not None and left >= report.ends_at,
        consultations=tuple(sorted(consultations, key=lambda row: row.asked_on)),
        force_majeure=tuple(sorted(force_majeure, key=lambda row: row.occurred_on)),
        security_incidents=tuple(row for row in incidents if row.kind != CLAIM),
        claims=tuple(row for row in incidents if row.kind == CLAIM),
        social_security=tuple(sorted(proofs, key=lambda row: (row.month, row.issued_on, row.document_number))),
        plans=tuple(
            row.model_copy(update={"done_on": known_by(row.done_on, by)})
            for row in _rows(registers, "action_plans", ActionPlan)
        ),
        replies=tuple(
            sorted(
                (row for row in _rows(registers, "replies", Reply) if row.answered_on <= by),
                key=lambda row: row.answered_on,
            )
        ),
        months_missing=tuple(month for month in ended if month not in {row.month for row in proofs}),
        deliverables=(
            *own,
            *sorted(
                (each for each in handed if each.sent_on is None or each.sent_on >= report.period_from),
                key=lambda each: (each.due_on or each.sent_on or by, each.code),
            ),
        ),
    )


def printable_registers(registers: ContractRegisters, detail: Detail, known: Collection[str] = ()) -> ContractRegisters:
    """The registers with as much of what people wrote as the contract lets out."""
    if detail == "full":
        return registers

    def printable(row: Record) -> Record:
        written = {name: text for name, text in row if isinstance(text, str)}
        shown = {name: printed_text(text, detail, known) for name, text in written.items() if name in FREE_TEXTS}
        shown |= {name: masked(text, known, classified=True) for name, text in written.items() if name in NAMED}
        shown |= {name: request_name(text, detail, known) for name, text in written.items() if name == "request"}
        return row.model_copy(update=shown)

    return registers._replace(
        rows={name: tuple(printable(row) for row in rows) for name, rows in registers.rows.items()}
    )


def known_by(day: date | None, report_date: date) -> date | None:
    """A day, unless it is after the report: then nobody knew of it."""
    return day if day is not None and day <= report_date else None


def deliverable_figures(row: Deliverable, report_date: date) -> DeliverableFigures:
    """A deliverable as it stood at the report date."""
    sent_on = known_by(row.sent_on, report_date)
    return DeliverableFigures(
        code=row.code,
        kind=row.kind,
        due_on=row.due_on,
        sent_on=sent_on,
        addressee=row.addressee,
        standing=_standing(row.due_on, sent_on, report_date),
    )


def _standing(due_on: date | None, sent_on: date | None, report_date: date) -> Standing:
    if sent_on is None:
        return "overdue" if due_on is not None and due_on < report_date else "to_send"
    if due_on is None:
        return "sent"
    return "on_time" if sent_on <= due_on else "late"


def own_deliverables(contract: Contract, report: ReportPeriod, version: int) -> list[DeliverableFigures]:
    """The documents that this report consists of: they go out with it, and prove nothing of themselves."""
    return [
        DeliverableFigures(
            code=contract.document_code(kind, report, version),
            kind=DOCUMENT_KINDS[kind].title,
            due_on=report.report_date,
            sent_on=None,
            addressee=contract.supervisor.role,
            standing="with_report",
        )
        for kind in contract.document_kinds
        if not DOCUMENT_KINDS[kind].of_each_delivery
    ]


def change_controls(
    registers: ContractRegisters, entries: Sequence[HourBankEntry], report: ReportPeriod
) -> tuple[tuple[ChangeControl, ...], tuple[str, ...]]:
    """The change controls at the report date, and the requests of the hour bank that have none.

    A change control belongs to the request of the same words, whatever their case and accents. The hours of
    all entries with these words are charged to it or, where there are several, shared among them.
    """
    report_date = report.report_date
    hours: dict[str, list[Decimal]] = {}
    for entry in entries:
        hours.setdefault(plain(entry.request), []).append(entry.estimated_hours)
    made = {plain(each.request) for each in delivered(entries, report.period_from, report.period_to)}
    controls = []
    for row in _rows(registers, "change_controls", ChangeRecord):
        if row.requested_on > report_date:
            continue
        delivered_on = known_by(row.delivered_on, report_date)
        controls.append(
            ChangeControl(
                **{
                    **row.model_dump(),
                    "approved_on": known_by(row.approved_on, report_date),
                    "specified_on": known_by(row.specified_on, report_date),
                    "delivered_on": delivered_on,
                    "act_code": row.act_code if delivered_on or row.delivered_on is None else None,
                },
                act_with_report=plain(row.request) in made,
            )
        )
    controls.sort(key=lambda control: (control.requested_on, control.code))
    estimated: dict[str, list[Decimal]] = {}
    for control in controls:
        estimated.setdefault(plain(control.request), []).append(control.hours)
    charged = {words: _shared(hours.get(words, []), estimates) for words, estimates in estimated.items()}
    without: dict[str, str] = {}
    for entry in entries:
        if plain(entry.request) not in charged:
            without.setdefault(plain(entry.request), entry.request)
    shared = (
        control.model_copy(update={"charged_hours": next(charged[plain(control.request)])}) for control in controls
    )
    return tuple(shared), tuple(without.values())


def _shared(hours: Iterable[Decimal], estimates: Sequence[Decimal]) -> Iterator[Decimal | None]:
    """The hours of entries with the same words that each of their change controls is charged, in order.

    Entries have no number: each control has one of just its estimate, or else the shortest left, and the last
    control has the rest too.
    """
    left = sorted(hours)
    found: list[list[Decimal]] = []
    for estimate in estimates:
        exact = estimate in left
        if exact:
            left.remove(estimate)
        found.append([estimate] if exact else [])
    for taken in found:
        if left and not taken:
            taken.append(left.pop(0))
    found[-1] += left
    for taken in found:
        yield sum(taken, Decimal(0)) if taken else None


def change_codes(controls: Iterable[ChangeControl]) -> dict[str, str]:
    """The codes of change controls by the plain words of the request that they are charged to."""
    codes: dict[str, list[str]] = {}
    for control in controls:
        codes.setdefault(plain(control.request), []).append(control.code)
    return {request: ", ".join(sorted(found)) for request, found in codes.items()}


def _rows(registers: ContractRegisters, register: str, _: type[AnyRecord]) -> tuple[AnyRecord, ...]:
    return cast("tuple[AnyRecord, ...]", registers.rows.get(register, ()))
