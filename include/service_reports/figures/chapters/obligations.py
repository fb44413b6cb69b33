"""What each clause of the contract rests on in a period, and whether it is there.

Nothing here says that a clause was met: it says which facts were measured, recorded or attested by
the report date. A clause whose facts are missing is pending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from service_reports.contracts import Contract, FactKind, Obligation, ReportPeriod
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import (
    FactState,
    ObligationFact,
    ObligationFigures,
    ObligationState,
    PeriodFigures,
)
from service_reports.figures.records import deliverable_figures
from service_reports.records import Attestation, ContractRegisters, Deliverable

REGISTER_OF = {
    "consultations": "consultations",
    "force_majeure": "force_majeure",
    "security_incidents": "incidents",
    "claims": "incidents",
}
"""The register that a fact is read from, where rows of it may rightly be none."""


def obligation_figures(
    contract: Contract, report: ReportPeriod, figures: PeriodFigures, registers: ContractRegisters
) -> tuple[ObligationFigures, ...]:
    """Every obligation of the contract, by number, with its facts; ``figures`` hold all else of the period."""
    return tuple(
        _obligation(contract, report, figures, registers, obligation)
        for obligation in sorted(contract.obligations, key=lambda each: each.number)
    )


def _obligation(
    contract: Contract,
    report: ReportPeriod,
    figures: PeriodFigures,
    registers: ContractRegisters,
    obligation: Obligation,
) -> ObligationFigures:
    facts = []
    for kind in obligation.depends_on:
        if kind == "attestation":
            facts.append(_attested(report, registers, obligation.number))
        elif kind == "deliverables":
            facts.append(_delivered(contract, report, registers, obligation.number))
        else:
            facts.append(ObligationFact(kind=kind, state=_state(kind, figures)))
    return ObligationFigures(
        number=obligation.number,
        text=obligation.text,
        statement=obligation.statement,
        facts=tuple(facts),
        state=state_of(facts),
    )


def state_of(facts: list[ObligationFact]) -> ObligationState:
    """What the facts of an obligation amount to: one that is pending is never covered by another."""
    states = {fact.state for fact in facts}
    if states == {"pending"}:
        return "pending"
    if "pending" in states:
        return "partial"
    return "not_due" if states == {"not_due"} else "supported"


def _attested(report: ReportPeriod, registers: ContractRegisters, number: int) -> ObligationFact:
    """This report's attestation, given in its period or until its date; the newest of several."""
    given = [
        row
        for row in cast("tuple[Attestation, ...]", registers.rows.get("attestations", ()))
        if (row.obligation, row.report) == (number, report.number)
        and report.period_from <= row.attested_on <= report.report_date
    ]
    newest = max(given, key=lambda row: (row.attested_on, row.role), default=None)
    return ObligationFact(kind="attestation", state="pending" if newest is None else "recorded", attestation=newest)


def _delivered(contract: Contract, report: ReportPeriod, registers: ContractRegisters, number: int) -> ObligationFact:
    """What was handed over for an obligation; this report itself is not part of it."""
    own = re.escape(contract.document_code("management_report", report, 1))
    found = tuple(
        deliverable_figures(row, report.report_date)
        for row in cast("tuple[Deliverable, ...]", registers.rows.get("deliverables", ()))
        if row.obligation == number and re.fullmatch(rf"{own}(_v\d+)?", row.code) is None
    )
    standings = {each.standing for each in found}
    state: FactState = "recorded"
    if not found or "overdue" in standings:
        state = "pending"
    elif standings == {"to_send"}:
        state = "not_due" if all(each.due_on is not None for each in found) else "pending"
    return ObligationFact(kind="deliverables", state=state, deliverables=found)


def _state(kind: FactKind, figures: PeriodFigures) -> FactState:
    sources, records = figures.sources, figures.records
    if kind in REGISTER_OF:
        if getattr(records, kind):
            return "recorded"
        return "none" if REGISTER_OF[kind] in records.kept and records.current else "pending"
    match kind:
        case "reports":
            return "recorded"
        case "social_security":
            if records.months_missing:
                return "pending"
            return "recorded" if records.social_security else "not_due"
        case "tickets":
            return _measured(sources.tickets_read_at is not None and figures.support.known, figures.support.total)
        case "hour_bank":
            bank = figures.hour_bank
            return "pending" if bank is None else _measured(sources.hour_bank_read_at is not None, len(bank.entries))
        case "usage":
            return "recorded" if any(row.hours for row in figures.usage.rows) else "pending"
        case "backups":
            return "recorded" if figures.backups.backups or figures.dumps.dumps else "pending"
        case _:
            return "recorded" if any(part.percent is not None for part in figures.availability) else "pending"


def _measured(was_read: bool, count: int) -> FactState:
    if not was_read:
        return "pending"
    return "recorded" if count else "none"


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    if figures.obligations:
        yield make("obligations.total", len(figures.obligations))
    for standing in ("supported", "partial", "pending", "not_due"):
        count = sum(obligation.state == standing for obligation in figures.obligations)
        yield make("obligations.standing", count, standing=standing)
    records = figures.records
    for register, rows in (
        ("consultations", records.consultations),
        ("force_majeure", records.force_majeure),
        ("incidents", (*records.security_incidents, *records.claims)),
        ("social_security", records.social_security),
        ("change_controls", figures.change_controls),
    ):
        if register in records.kept and (rows or records.current):
            yield make("records.rows", len(rows), register=register)
    if figures.obligations and (used := days_with_use(figures)):
        yield make("obligations.days_with_use", used)
    for control in figures.change_controls:
        yield make("change_control.estimated", control.hours, code=control.code)
        yield from make.some("change_control.charged", control.charged_hours, code=control.code)


def days_with_use(figures: PeriodFigures) -> int:
    """The days of the period on which the infrastructure was used."""
    return sum(row.hours > 0 for row in figures.usage.rows)
