"""Asked, decided and signed, compared: from the chain alone. Findings are Spanish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service_reports.register.chain import Event, Finding, event_facts
from service_reports.register.entries import Draft, Drafts, IssuedDocument, IssueKey
from service_reports.register.outdating import about_changes
from service_reports.register.versions import AUTOMATIC, unlike_drafts

Facts = Mapping[str, Any]
NOT_OURS = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an event raises that was edited, or written by somebody else."""


@dataclass
class _Version:
    """What the chain has told so far of a version: its drafts, and what each question was about."""

    drafts: Drafts | None = None
    about: dict[str, str] = field(default_factory=dict)
    approved: str | None = None
    outdated: int = 0
    """Position of the newest event that lists changes."""


def decision_findings(events: Iterable[Event]) -> Iterator[Finding]:
    """Every decision about something else than was asked about, and every signature of something else than approved.

    Events from before the drafts were pinned are compared as far as they tell.
    """
    versions: dict[IssueKey, _Version] = {}
    for event in events:
        facts = event_facts(event)
        if not {"contract_id", "report_number", "version", "report", "event"} <= facts.keys():
            continue
        key = IssueKey(facts["contract_id"], facts["report_number"], facts["version"])
        row = f"register.event {event.position}"
        try:
            for detail in _compare(versions.setdefault(key, _Version()), facts, event.position):
                yield Finding(row, f"{key}: {detail}")
        except NOT_OURS:
            yield Finding(row, f"{key}: no dice lo que un evento «{facts['event']}» debe decir")


def _compare(version: _Version, facts: Facts, position: int) -> Iterator[str]:
    asking = facts.get("question") or facts["report"].get("run_id")
    match facts["event"]:
        case "claimed" | "computed":
            version.drafts = version.approved = None
        case "drafted":
            yield from _drafted(version, facts)
        case "draft":
            version.approved = None
        case "asked":
            version.about[asking] = str(facts.get("detail"))
        case "approved":
            version.approved = facts["report"].get("drafts_sha256")
            yield from _approved(version, facts, version.about.get(asking))
        case "signed":
            yield from _signed(version, facts)
        case "outdated":
            version.outdated = position
        case "kept" | "correction_requested" if facts.get("question"):
            yield from _decided(version, facts, version.about.get(asking))


def _drafted(version: _Version, facts: Facts) -> Iterator[str]:
    version.drafts = drafts_told_by(facts)
    if version.drafts.sha256 != facts.get("detail"):
        yield f"los borradores no dan la huella {facts.get('detail')}"


def _decided(version: _Version, facts: Facts, about: str | None) -> Iterator[str]:
    if about != about_changes(version.outdated):
        by, decided = facts.get("by"), version.outdated
        yield f"{by} decidió sobre los cambios del evento {decided}; se preguntó por {about}"


def _approved(version: _Version, facts: Facts, about: str | None) -> Iterator[str]:
    approved, by = version.approved, facts.get("by")
    if by != AUTOMATIC:
        if about is None and facts.get("question"):
            yield f"{by} aprobó borradores por los que no se preguntó"
        elif about is not None and about != approved:
            yield f"{by} aprobó los borradores {approved}, y se preguntó por {about}"
    elif facts["report"].get("needs_approval"):
        yield "se aprobó sin preguntar, y el contrato pide una aprobación"
    if version.drafts is not None and approved != version.drafts.sha256:
        yield f"se aprobaron los borradores {approved}, y los registrados son {version.drafts.sha256}"


def _signed(version: _Version, facts: Facts) -> Iterator[str]:
    approved = facts["report"].get("drafts_sha256")
    if approved != version.approved:
        yield f"se firmaron los borradores {approved}, y se aprobaron {version.approved}"
    if version.drafts is not None:
        figures_key = facts["report"].get("figures_key")
        if figures_key != version.drafts.figures_key:
            yield f"se firmó con las cifras {figures_key}, y los borradores son de {version.drafts.figures_key}"
        names = IssuedDocument.__dataclass_fields__.keys()
        signed = [IssuedDocument(**{name: row[name] for name in names}) for row in facts.get("documents", ())]
        yield from unlike_drafts(version.drafts.documents, signed)


def drafts_told_by(facts: Facts) -> Drafts:
    """The drafts that an event ``drafted`` holds."""
    return Drafts(facts["report"]["figures_key"], tuple(Draft(**draft) for draft in facts["drafts"]))
