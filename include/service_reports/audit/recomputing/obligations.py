"""The obligations of the contract by what shows them, the rows of its registers, and change controls."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from service_reports.audit.recomputing.arithmetic import ZERO
from service_reports.audit.recomputing.hours import words
from service_reports.audit.recomputing.metrics import Values, availability
from service_reports.audit.recomputing.service_levels import Level, levels
from service_reports.audit.recomputing.tickets import listed
from service_reports.audit.recomputing.usage import Use
from service_reports.audit.rows import NotReadable, Row, Rows, quantity

IN_REGISTER = {
    "consultations": "consultations",
    "force_majeure": "force_majeure",
    "security_incidents": "incidents",
    "claims": "incidents",
}


LEVEL_FACTS = {
    "node_availability": "availability",
    "published_availability": "availability",
    "backups": "backups",
    "dumps": "backups",
    "closed_within": "tickets",
    "first_answer": "tickets",
    "solution": "tickets",
}
"""What a service level measures, as an obligation names it."""


class Clause(NamedTuple):
    """An obligation: the state of each fact that it rests on, and its service levels."""

    facts: Mapping[str, str]
    levels: tuple[Level, ...]

    @property
    def kinds(self) -> set[str]:
        """What it rests on, what its levels measure included."""
        return {*self.facts, *(LEVEL_FACTS[each.kind] for each in self.levels if each.kind in LEVEL_FACTS)}

    @property
    def state(self) -> str:
        """A target that was missed is covered by nothing, and a fact that is pending by no other."""
        if any(each.verdict == "missed" for each in self.levels):
            return "unmet"
        states = set(self.facts.values())
        if "pending" in states:
            return "pending" if len(states) == 1 else "partial"
        return "not_due" if states == {"not_due"} else "supported"

    @property
    def evidence(self) -> str:
        """The best of what shows it: a target, then a record, then a word."""
        shown = {kind for kind, state in self.facts.items() if state in ("recorded", "none")}
        if "service_levels" in shown:
            return "measured"
        silent = {kind for kind in shown if kind in IN_REGISTER and self.facts[kind] == "none"}
        return "recorded" if shown - silent - {"attestation"} else "declared"


def state_values(rows: Rows, use: Use) -> Values:
    """Every figure of obligations by its id, but how many are touched by findings."""
    clauses = obligations(rows, use)
    states = [each.state for each in clauses.values()]
    yield "obligations.total", len(states)
    for standing in ("supported", "partial", "pending", "not_due", "unmet"):
        yield f"obligations.{standing}", states.count(standing)
    shown = [each.evidence for each in clauses.values() if each.state == "supported"]
    for evidence in ("measured", "recorded", "declared"):
        yield f"obligations.supported/{evidence}", shown.count(evidence)
    yield "obligations.days_with_use", sum(hours > 0 for hours in use.hours)


def obligations(rows: Rows, use: Use) -> dict[str, Clause]:
    """Each obligation by its number, in the contract's order."""
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows.of("obligation_facts.csv"):
        facts[row["obligation"]][row["fact"]] = _fact(rows, use, row)
    of: dict[str, list[Level]] = defaultdict(list)
    for level in levels(rows):
        if level.obligation is not None:
            of[str(level.obligation)].append(level)
    for number, some in of.items():
        known = any(level.verdict != "open" for level in some)
        facts[number]["service_levels"] = "recorded" if known else "pending"
    return {number: Clause(each, tuple(of.get(number, ()))) for number, each in sorted(facts.items(), key=_number)}


def _number(clause: tuple[str, object]) -> int:
    return int(clause[0])


def _fact(rows: Rows, use: Use, row: Row) -> str:
    """Whether something that an obligation rests on is recorded, rightly none, not due, or pending."""
    kind = row["fact"]
    if kind in IN_REGISTER:
        if any(each["register"] == kind for each in rows.of("register_rows.csv")):
            return "recorded"
        return "none" if _empty_register(rows, IN_REGISTER[kind]) else "pending"
    own: dict[str, Callable[[], str]] = {
        "attestation": lambda: _told(bool(row["attested_on"])),
        "deliverables": lambda: _delivered(rows, row["obligation"]),
        "reports": lambda: "recorded",
        "social_security": lambda: _social_security(rows),
        "tickets": lambda: _tickets(rows),
        "hour_bank": lambda: _hour_bank(rows),
        "usage": lambda: _told(any(use.hours)),
        "backups": lambda: _told(bool(rows.of("oci_backups.csv") or rows.of("database_dumps.csv"))),
        "availability": lambda: _told(any(each.samples for each in availability(rows))),
    }
    if kind not in own:
        raise NotReadable(f"obligation_facts.csv nombra un hecho que no se conoce: «{kind[:40]}»")
    return own[kind]()


def _told(there: bool) -> str:
    return "recorded" if there else "pending"


def _hour_bank(rows: Rows) -> str:
    if "hour_bank" not in rows.period["read_at"] or not rows.of("hour_credits.csv"):
        return "pending"
    return "recorded" if rows.of("hour_bank.csv") else "none"


def _empty_register(rows: Rows, register: str) -> bool:
    return register in rows.period["registers"]["kept"] and rows.period["registers"]["current"]


def _tickets(rows: Rows) -> str:
    support = listed(rows, "support")
    known = bool(support) or not rows.unread("tickets")
    if "tickets" not in rows.period["read_at"] or not known:
        return "pending"
    return "recorded" if support else "none"


def _social_security(rows: Rows) -> str:
    """Months of the period that had ended by the report's month need a proof."""
    months = sorted({f"{day[:7]}-01" for day in rows.days if day == rows.days[0] or day.endswith("-01")})
    proved = {row["day"] for row in rows.of("register_rows.csv") if row["register"] == "social_security"}
    if any(month < f"{rows.period['report_date'][:7]}-01" and month not in proved for month in months):
        return "pending"
    return "recorded" if proved else "not_due"


def _delivered(rows: Rows, obligation: str) -> str:
    today = rows.period["report_date"]
    handed = [row for row in rows.of("deliverables.csv") if row["obligation"] == obligation]
    waiting = [row for row in handed if not row["sent_on"]]
    if not handed or any(row["due_on"] and row["due_on"] < today for row in waiting):
        return "pending"
    if len(waiting) == len(handed):
        return "not_due" if all(row["due_on"] for row in handed) else "pending"
    return "recorded"


def record_values(rows: Rows) -> Values:
    """The rows of the registers, and the hours of change controls."""
    counts = Counter(row["register"] for row in rows.of("register_rows.csv"))
    controls = rows.of("change_controls.csv")
    incidents = counts["security_incidents"] + counts["claims"]
    for register, count in (
        ("consultations", counts["consultations"]),
        ("force_majeure", counts["force_majeure"]),
        ("incidents", incidents),
        ("social_security", counts["social_security"]),
        ("change_controls", len(controls)),
    ):
        yield f"records.{register}", count
    for row in controls:
        yield f"change_control.estimated/{row['code']}", quantity(row["hours"])
    for code, hours in charged(rows, controls).items():
        yield f"change_control.charged/{code}", hours


def charged(rows: Rows, controls: Sequence[Row]) -> dict[str, Decimal]:
    """The hours of the bank that each change control is charged, of those with the same words as its request.

    Each control takes an entry of just its estimate, or else the shortest that is left; the last takes the rest.
    """
    found: dict[str, Decimal] = {}
    for request in dict.fromkeys(words(row["request"]) for row in controls):
        of = [row for row in controls if words(row["request"]) == request]
        entries = [quantity(row["hours"]) for row in rows.of("hour_bank.csv") if words(row["request"]) == request]
        left = sorted(entries)
        taken: list[list[Decimal]] = []
        for row in of:
            estimate = quantity(row["hours"])
            taken.append([left.pop(left.index(estimate))] if estimate in left else [])
        for each in taken:
            if left and not each:
                each.append(left.pop(0))
        taken[-1] += left
        for row, hours in zip(of, taken, strict=True):
            if hours:
                found[row["code"]] = sum(hours, ZERO)
    return found
