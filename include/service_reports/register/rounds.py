"""The round of verification: what is new is verified at once, everything else again within some weeks, part by part.

The ledger (``register.verified_part``) knows when each part is due. Workers take parts one by one, each in a
transaction that ends with the part: several share the work, and what a worker that dies had taken is free again. What
was found wrong stands until it is found right, or a person says why it is so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, get_args

import psycopg
from psycopg.types.json import Jsonb

from service_reports.archive import Archive
from service_reports.failures import Unreachable, storable
from service_reports.foreign_text import LONGEST_LINE, foreign_line
from service_reports.register.archiving import chain_end
from service_reports.register.chain import Finding, append, writing
from service_reports.register.entries import IssueKey
from service_reports.register.parts import (
    ROOT,
    Kind,
    Part,
    look_at,
    of_version,
    parts_under,
    said_by_persons,
    stretches,
)
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


class NotFound(RuntimeError):
    """A finding that nobody found."""


class NotRead(Unreachable):
    """A part that was noted as not verified, as the archive did not answer about it."""


class Explained(NamedTuple):
    """Why a finding is as it is, or what was done about it (Spanish), and who says so."""

    by: str
    why: str

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.by}: {self.why}"


def plan(connection: Connection, store: Archive, *, everything: bool = False) -> int:
    """Note which parts there are and have due what is new or changed; returns how many parts are due.

    With ``everything`` all are due.
    """
    row = connection.execute(statement("register/verified_through")).fetchone()
    assert row is not None
    through = 0 if everything else row[0]
    last = chain_end(connection)[0]
    versions = [
        IssueKey(*each) for each in connection.execute(statement("register/versions_since"), {"through": through})
    ]
    known = parts_under(connection, store, ROOT, after=through)
    newest = max((part for part in known if part.kind == "heads"), default=ROOT)
    with connection.transaction():
        _keep(connection, [part for part in known if part.kind != "events"], due=False)
        changed = [ROOT, newest, *stretches(through, last)]
        changed += [of_version(key) for key in versions]
        changed += [Part("contract", (contract_id,)) for contract_id in sorted({key.contract_id for key in versions})]
        _keep(connection, list(dict.fromkeys(changed)), due=True)
        if everything:
            connection.execute(statement("register/all_parts_due"))
        connection.execute(statement("register/set_through"), {"through": last})
    return parts_due(connection, get_args(Kind))


def parts_due(connection: Connection, kinds: Collection[Kind]) -> int:
    """How many parts of these kinds are to be verified now."""
    row = connection.execute(statement("register/due_parts"), {"kinds": sorted(kinds)}).fetchone()
    assert row is not None
    return int(row[0])


def _keep(connection: Connection, parts: Sequence[Part], *, due: bool) -> None:
    given = Jsonb([{"kind": part.kind, "about": [storable(each) for each in part.about]} for part in parts])
    connection.execute(statement("register/keep_parts"), {"parts": given, "due": due})


def verify_next(connection: Connection, ledger: Connection, store: Archive, days: int) -> Part | None:
    """Verify the part that is due for longest and that nobody else verifies; ``None`` where none is due.

    ``ledger`` is a second connection, which holds the part meanwhile. ``days`` is how long a round takes at most.
    Whoever dies over a part leaves it the last of what is due.

    Raises:
        NotRead: the archive did not answer about this part, which is kept as a finding and holds up no other.
    """
    while (row := ledger.execute(statement("register/take_part")).fetchone()) is not None:
        part = Part(row[0], tuple(row[1]))
        if _verify_held(connection, ledger, store, part, days):
            return part
    return None


def _verify_held(connection: Connection, ledger: Connection, store: Archive, part: Part, days: int) -> bool:
    """Verify a part that was taken, unless another worker has taken it since."""
    with ledger.transaction():
        held = {"kind": part.kind, "about": list(part.about)}
        if ledger.execute(statement("register/hold_part"), held).fetchone() is None:
            return False
        try:
            verify_now(connection, ledger, store, part, days)
        except Unreachable as error:
            away = error
            said = foreign_line(str(error), LONGEST_LINE)
            _note(ledger, part, [Finding(" ".join((part.kind, *part.about)), f"no se pudo comprobar: {said}")], days)
        else:
            return True
    raise NotRead(str(away)) from away


def verify_now(connection: Connection, ledger: Connection, store: Archive, part: Part, days: int) -> None:
    """Verify a part and note what was found."""
    findings, under = look_at(connection, store, part)
    if part.kind == "contract":
        _keep(ledger, under, due=False)
    _note(ledger, part, findings, days)


def _note(ledger: Connection, part: Part, findings: Iterable[Finding], days: int) -> None:
    found = [[storable(each.row), storable(each.detail)] for each in findings]
    values = {"kind": part.kind, "about": list(part.about), "findings": Jsonb(found), "days": days}
    ledger.execute(statement("register/set_verified"), values)


def wrong_parts(connection: Connection) -> Mapping[Part, list[Finding]]:
    """The parts with which something was wrong when they were verified last, and what."""
    rows = connection.execute(statement("register/wrong_parts"))
    return {Part(kind, tuple(about)): [Finding(*each) for each in found] for kind, about, found in rows}


def look_again(connection: Connection, ledger: Connection, store: Archive, kinds: Collection[Kind], days: int) -> None:
    """Verify what was wrong of these kinds once more: it may be right again.

    Once the archive does not answer, the rest stands as it was found.
    """
    with suppress(Unreachable):
        for part in wrong_parts(connection):
            if part.kind in kinds:
                verify_now(connection, ledger, store, part, days)


def explained(connection: Connection) -> Mapping[Finding, Explained]:
    """The findings that a person has said something of, each exactly as it was then."""
    said = {}
    for facts in said_by_persons(connection, "explained"):
        if isinstance(found := facts.get("finding"), dict):
            finding = Finding(str(found.get("row")), str(found.get("detail")))
            said[finding] = Explained(str(facts.get("by")), str(facts.get("detail")))
    return said


def explain(connection: Connection, told: str, *, by: str, why: str) -> Finding:
    """Record in the chain why a finding, named as it is told, is as it is; it is settled while it says the same.

    Doing it again changes nothing.

    Raises:
        NotFound: nothing that stands is told so.
    """
    wanted = " ".join(told.split())
    standing = {" ".join(str(each).split()): each for found in wrong_parts(connection).values() for each in found}
    if wanted not in standing:
        raise NotFound(wanted)
    finding = standing[wanted]
    if finding not in explained(connection):
        with writing(connection):
            append(connection, None, "explained", by=by, detail=why, more={"finding": finding._asdict()})
    return finding


def open_findings(connection: Connection, kinds: Collection[Kind] | None = None) -> list[Finding]:
    """What stands and nobody has explained, in order; of some kinds of parts or all."""
    of_kinds: Iterable[list[Finding]] = (
        found for part, found in wrong_parts(connection).items() if kinds is None or part.kind in kinds
    )
    standing = sorted({each for found in of_kinds for each in found})
    if not standing:
        return []
    known = explained(connection)
    return [each for each in standing if each not in known]
