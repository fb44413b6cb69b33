"""What the contract asks for and what is shown of it: obligations, service levels, deliveries, records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from service_reports.contracts import FactKind, LevelKind
from service_reports.contracts.model import Guarantee, Modification
from service_reports.figures.model.frozen import Frozen
from service_reports.records import (
    ActionPlan,
    Attestation,
    Consultation,
    ForceMajeure,
    Incident,
    Payment,
    Reply,
    SocialSecurityProof,
    TicketColumn,
)

ChangeLink = Literal["approval", "specification", "ticket", "act"]


class ChangeControl(Frozen):
    """One request outside the support, from its estimate to the act that accepts it; dates are Bogotá days.

    Nothing is dated after the report: a link that is not there yet, or came later, is ``None``.
    ``request`` is the request of the hour bank that it is charged to, ``hours`` its estimate.
    """

    code: str
    request: str
    requested_on: date
    approved_on: date | None
    specified_on: date | None
    ticket_id: str | None
    delivered_on: date | None
    act_code: str | None
    hours: Decimal
    charged_hours: Decimal | None = None
    """Hours of the request in the bank; ``None`` when the bank has no such request."""
    title: str | None = None
    """How the request is called in print: a title that a person wrote for it."""
    deliverable: str | None = None
    """What is delivered, as its register says; empty where the contract lets out no words of people."""
    evidence: str | None = None
    """Where what is delivered can be seen, likewise."""
    acceptance_criteria: str | None = None
    """By what it is accepted, likewise."""
    act_with_report: bool = False
    """Whether its act is among the annexes of this report, which delivers it."""

    @property
    def missing(self) -> tuple[ChangeLink, ...]:
        """The links of the chain that are not recorded, in their order."""
        links: tuple[tuple[ChangeLink, object], ...] = (
            ("approval", self.approved_on),
            ("specification", self.specified_on),
            ("ticket", self.ticket_id),
            ("act", self.act_with_report or (self.act_code and self.delivered_on)),
        )
        return tuple(name for name, link in links if not link)


FactState = Literal["recorded", "none", "not_due", "pending"]
"""There are facts; the source was consulted and is empty; nothing is owed yet; what would show it is missing."""
ObligationState = Literal["supported", "partial", "pending", "not_due", "unmet"]
Evidence = Literal["measured", "recorded", "declared"]
"""How an obligation is shown: against a target, by what sources or registers hold, or by the contractor's word."""
ObligationStanding = Literal["measured", "recorded", "declared", "partial", "pending", "not_due", "unmet"]
Verdict = Literal["met", "missed", "open"]
"""Of a service level: whatever was not read changes nothing of the first two; ``open`` is what cannot be told."""
Standing = Literal["with_report", "on_time", "late", "sent", "overdue", "to_send"]
"""How a deliverable stands at the report date; only ``on_time`` has both dates to prove it."""


class DeliverableFigures(Frozen):
    """Something handed over or owed; ``sent_on`` is never after the report date. Dates are Bogotá days."""

    code: str
    kind: str
    due_on: date | None
    sent_on: date | None
    addressee: str
    standing: Standing


class Outcomes(Frozen):
    """Requests by how they stand against their time: over in the first two, still running, or not known."""

    in_time: int
    late: int
    waiting: int
    unknown: int


class ServiceLevelFigures(Frozen):
    """A service level of the contract against its target, in ``unit`` (``percent`` or ``days``).

    ``measured`` is what the readings say, ``least`` and ``most`` what it may be whatever was not read: the verdict
    holds for both. All are ``None`` where nothing was measured, ``target`` too where nothing can be. Of a level that
    counts hours, ``outcomes`` are its requests by how they stand, and ``lacking`` what the help desk would have to tell
    of them and does not.
    """

    id: str
    name: str
    kind: LevelKind
    unit: Literal["percent", "days"]
    verdict: Verdict
    target: Decimal | None = None
    subject: str | None = None
    within_days: int | None = None
    within_hours: Decimal | None = None
    in_service_hours: bool = False
    priorities: tuple[str, ...] = ()
    outcomes: Outcomes | None = None
    lacking: tuple[TicketColumn, ...] = ()
    measured: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    obligation: int | None = None
    exclusions: str | None = None
    consequence: str | None = None
    needed: str | None = None


CONTRACTORS_REGISTERS = frozenset({"consultations", "force_majeure", "security_incidents", "claims"})
"""Facts that are read from registers that the contractor keeps."""


class ObligationFact(Frozen):
    """One thing an obligation rests on, and what of it is this obligation's own."""

    kind: FactKind | Literal["service_levels"]
    state: FactState
    attestation: Attestation | None = None
    deliverables: tuple[DeliverableFigures, ...] = ()
    levels: tuple[ServiceLevelFigures, ...] = ()


class ObligationFigures(Frozen):
    """A clause of the contract with its facts, in the contract's order, and what they amount to.

    ``touched_by`` are the parts of the reports with a finding about what it rests on, ``findings`` the codes of these.
    """

    number: int
    text: str
    statement: str | None
    facts: tuple[ObligationFact, ...]
    state: ObligationState
    touched_by: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """The best of what shows it: a target that is met, then what was read, then the contractor's word.

        That a register of the contractor's has no row is its word, too.
        """
        shown = {fact.kind: fact.state for fact in self.facts if fact.state in ("recorded", "none")}
        if "service_levels" in shown:
            return "measured"
        words = {kind for kind, state in shown.items() if state == "none" and kind in CONTRACTORS_REGISTERS}
        return "recorded" if shown.keys() - words - {"attestation"} else "declared"

    @property
    def standing(self) -> ObligationStanding:
        """How it is shown, or why it is not."""
        return self.evidence if self.state == "supported" else self.state


class RecordFigures(Frozen):
    """What the contract's registers say of the period, by the report date.

    ``kept`` names the registers that the last workbook has, ``current`` whether it was left there
    after the period's end: only then does an empty register deny anything. ``months_missing``
    are first days of months of the period that had ended and have no proof of social security.
    ``deliverables`` are those of the period, first the ones that go with this report.
    """

    read_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None
    kept: tuple[str, ...] = ()
    current: bool = False
    consultations: tuple[Consultation, ...] = ()
    force_majeure: tuple[ForceMajeure, ...] = ()
    security_incidents: tuple[Incident, ...] = ()
    claims: tuple[Incident, ...] = ()
    social_security: tuple[SocialSecurityProof, ...] = ()
    months_missing: tuple[date, ...] = ()
    deliverables: tuple[DeliverableFigures, ...] = ()
    plans: tuple[ActionPlan, ...] = ()
    replies: tuple[Reply, ...] = ()


class ExecutionFigures(Frozen):
    """The contract in numbers: days of its validity, those until the period's end, its value, and what was paid.

    Amounts are Colombian pesos; ``value`` and ``instalments`` are ``None`` where the contract names none.
    ``payments`` are those billed by ``known_to``, the day (Bogotá's) until which the register of payments tells;
    ``None``: there is none, and nobody knows what was billed or paid.
    """

    days: int
    days_elapsed: int
    value: Decimal | None = None
    instalments: int | None = None
    guarantees: tuple[Guarantee, ...] = ()
    modifications: tuple[Modification, ...] = ()
    payments: tuple[Payment, ...] = ()
    known_to: date | None = None

    @property
    def unpaid(self) -> tuple[Payment, ...]:
        """Invoices without a payment, in the order in which they are due, those without a day last."""
        unpaid = (each for each in self.payments if each.paid_on is None)
        return tuple(sorted(unpaid, key=lambda each: (each.due_on or date.max, each.billed_on, each.invoice)))

    @property
    def overdue(self) -> tuple[Payment, ...]:
        """Those of them whose day was over when the register was left."""
        known_to = self.known_to or date.min
        return tuple(each for each in self.unpaid if each.due_on is not None and each.due_on < known_to)
