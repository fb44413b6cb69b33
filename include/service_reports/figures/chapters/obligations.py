"""What each clause of the contract rests on in a period, and whether it is there.

A clause whose service level was missed is not met. Of any other it is said only which facts were measured against a
target, recorded or attested by the report date; one whose facts are missing is pending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast, get_args

from service_reports.contracts import Contract, FactKind, LevelKind, Obligation, ReportPeriod
from service_reports.figures.chapter import OF_ALL, Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import (
    Evidence,
    FactState,
    Finding,
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

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "tickets": ("tickets",),
    "hour_bank": ("hour_bank",),
    "availability": ("availability", "published"),
    "backups": ("backups", "dumps"),
    "usage": ("usage",),
}
"""Which parts of the reports tell findings about a fact."""
SOURCES: Mapping[str, tuple[str, ...]] = {
    "tickets": ("tickets",),
    "hour_bank": ("hour_bank",),
    "availability": ("oci_metrics", "http_addresses"),
    "backups": ("oci_backups", "database_dumps"),
    "usage": ("oci_cost_reports",),
}
"""From which sources a fact is read."""
LEVEL_FACTS: Mapping[LevelKind, FactKind] = {
    "node_availability": "availability",
    "published_availability": "availability",
    "backups": "backups",
    "dumps": "backups",
    "closed_within": "tickets",
    "first_answer": "tickets",
    "solution": "tickets",
}
"""What a service level measures, as an obligation names it."""


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
    if levels := tuple(level for level in figures.service_levels if level.obligation == obligation.number):
        known = any(level.verdict != "open" for level in levels)
        facts.append(ObligationFact(kind="service_levels", state="recorded" if known else "pending", levels=levels))
    return ObligationFigures(
        number=obligation.number,
        text=obligation.text,
        statement=obligation.statement,
        facts=tuple(facts),
        state=state_of(facts),
    )


def state_of(facts: list[ObligationFact]) -> ObligationState:
    """What the facts of an obligation amount to: one that is pending is never covered by another, and a target that was
    missed by none."""
    if any(level.verdict == "missed" for fact in facts for level in fact.levels):
        return "unmet"
    states = {fact.state for fact in facts}
    if states == {"pending"}:
        return "pending"
    if "pending" in states:
        return "partial"
    return "not_due" if states == {"not_due"} else "supported"


def touched(obligations: Iterable[ObligationFigures], findings: Sequence[Finding]) -> tuple[ObligationFigures, ...]:
    """The obligations with the findings about what they rest on: in which parts of the reports, and by which codes.

    What is merely to be noticed touches none.
    """
    serious = [finding for finding in findings if finding.severity != "notice"]
    return tuple(_touched(each, [finding for finding in serious if _touches(each, finding)]) for each in obligations)


def _touched(obligation: ObligationFigures, by: Sequence[Finding]) -> ObligationFigures:
    return obligation.model_copy(
        update={
            "touched_by": tuple(dict.fromkeys(finding.section for finding in by)),
            "findings": tuple(dict.fromkeys(finding.code for finding in by)),
        }
    )


def _touches(obligation: ObligationFigures, finding: Finding) -> bool:
    kinds: set[str] = {fact.kind for fact in obligation.facts}
    levels = {level.id: level.kind for fact in obligation.facts for level in fact.levels}
    kinds |= {LEVEL_FACTS[kind] for kind in levels.values() if kind in LEVEL_FACTS}
    if finding.kind == "service_levels.missed":
        return finding.subject in levels
    return any(finding.section in SECTIONS.get(kind, ()) or finding.subject in SOURCES.get(kind, ()) for kind in kinds)


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
    for standing in get_args(ObligationState):
        count = sum(obligation.state == standing for obligation in figures.obligations)
        yield make("obligations.standing", count, standing=standing)
    supported = [obligation for obligation in figures.obligations if obligation.state == "supported"]
    for evidence in get_args(Evidence):
        count = sum(obligation.evidence == evidence for obligation in supported)
        yield make("obligations.supported_by", count, evidence=evidence)
    yield make("obligations.touched", sum(bool(each.touched_by) for each in figures.obligations))
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


CHAPTER = Chapter(
    name="obligations",
    place=90,
    numbers=numbers,
    report="management_report",
    sources=("contract_records",),
    kinds={"obligations": OF_ALL},
)
