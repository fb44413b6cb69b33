"""Whose lines are whose: contracts by compartment (with all under it) and tag, and what falls between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.figures.chapters.usage import service_names
from service_reports.wording.es_co import findings as words

UNATTRIBUTED, CLAIMED_TWICE, SERVICE_UNKNOWN = "cost.unattributed", "cost.claimed_twice", "cost.service_unknown"
LINES_ASIDE, OTHERS_ASIDE = "cost.lines_aside", "cost.others_lines_aside"


class TenancyUse(NamedTuple):
    """What a tenancy used of one product in one compartment in one UTC month, by its first day."""

    month: date
    compartment_ocid: str
    tags: Mapping[str, str]
    service_code: str
    product_description: str
    unit: str
    quantity: Decimal


class LinesAside(NamedTuple):
    """Lines of a cost report that are in no sum, for one reason; ``told`` says which is the first, and why.

    ``day`` (UTC) and ``compartment_ocid`` are absent where the lines do not tell them, ``quantity`` and ``cost`` (in
    ``currency``) where they cannot be read.
    """

    report: str
    day: date | None
    compartment_ocid: str | None
    lines: int
    told: str
    product: str
    unit: str
    quantity: Decimal | None
    cost: Decimal | None
    currency: str


def lines_aside(
    tenancy_ocid: str, aside: Sequence[LinesAside], contracts: Sequence[Contract], parents: Mapping[str, str]
) -> dict[str, list[Observation]]:
    """What is in no sum, by scope: one finding a contract, report and day, an alert.

    Of the tenancy: lines that may be anybody's, an alert as well, and those of compartments of no contract, a notice.
    """
    found: dict[str, list[Observation]] = {tenancy_ocid: [], **{held.id: [] for held in contracts}}
    branches = {held.id: subtree(held.oci.compartment_ocids, parents) for held in contracts}
    by_scope: dict[tuple[str, str, str, date | None], list[LinesAside]] = defaultdict(list)
    for each in aside:
        owners = [contract_id for contract_id, branch in branches.items() if each.compartment_ocid in branch]
        kind = LINES_ASIDE if owners or each.compartment_ocid is None else OTHERS_ASIDE
        for scope in owners or [tenancy_ocid]:
            by_scope[scope, kind, each.report, each.day].append(each)
    for (scope, kind, report, day), lines in by_scope.items():
        severity: Literal["notice", "alert"] = "alert" if kind == LINES_ASIDE else "notice"
        quantities: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        costs: dict[str, Decimal] = defaultdict(Decimal)
        for each in lines:
            if each.quantity is not None:
                quantities[each.product, each.unit] += each.quantity
            if each.cost is not None:
                costs[each.currency] += each.cost
        told = [each.told for each in lines]
        untold = any(each.cost is None for each in lines)
        detail = words.lines_aside(sum(each.lines for each in lines), report, told, quantities, costs, untold=untold)
        found[scope].append(Observation(kind, scope, report, severity, detail, day))
    return found


def subtree(roots: Collection[str], parents: Mapping[str, str]) -> frozenset[str]:
    """Compartments and all that lies under them; ``parents`` gives what each compartment lies under."""
    children: dict[str, list[str]] = defaultdict(list)
    for compartment, parent in parents.items():
        children[parent].append(compartment)
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        compartment = waiting.pop()
        if compartment not in found:
            found.add(compartment)
            waiting += children[compartment]
    return frozenset(found)


def attribution(
    tenancy_ocid: str,
    uses: Sequence[TenancyUse],
    contracts: Sequence[Contract],
    parents: Mapping[str, str],
    names: Mapping[str, str],
) -> list[Observation]:
    """What belongs to no contract, or to more than one: one finding a compartment, service code and month.

    ``contracts`` are those of the tenancy; ``names`` are the compartments' names. Days are the
    month's first; a finding tells the quantities.
    """
    branches = {contract.id: subtree(contract.oci.compartment_ocids, parents) for contract in contracts}
    found: dict[tuple[str, date, str, str, tuple[str, ...]], list[TenancyUse]] = defaultdict(list)
    for use in uses:
        claimants = tuple(
            contract.id
            for contract in contracts
            if use.compartment_ocid in branches[contract.id]
            and (contract.oci.tag is None or use.tags.get(contract.oci.tag.key) == contract.oci.tag.value)
        )
        if len(claimants) != 1:
            kind = CLAIMED_TWICE if claimants else UNATTRIBUTED
            found[kind, use.month, use.compartment_ocid, use.service_code, claimants].append(use)
    return [
        Observation(
            kind=kind,
            scope=tenancy_ocid,
            subject=" / ".join((names.get(compartment, compartment) or words.NO_COMPARTMENT, service, *claimants)),
            severity="alert" if claimants else "warning",
            detail=words.not_of_one_contract(claimants, month, compartment, service, _quantities(lines)),
            day=month,
            value_now=sum((line.quantity for line in lines), Decimal(0)) if len({u.unit for u in lines}) == 1 else None,
        )
        for (kind, month, compartment, service, claimants), lines in sorted(found.items(), key=lambda item: item[0])
    ]


def _quantities(uses: Sequence[TenancyUse]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for use in uses:
        sums[use.product_description, use.unit] += use.quantity
    return sums


def unknown_services(tenancy_ocid: str, uses: Sequence[TenancyUse]) -> list[Observation]:
    """Service codes that have no display name; a FOCUS file may tell the display name itself."""
    known = {*service_names(), *service_names().values()}
    strange = sorted({(use.month, use.service_code) for use in uses if use.service_code not in known})
    return [
        Observation(
            SERVICE_UNKNOWN,
            tenancy_ocid,
            code,
            "warning",
            words.service_unknown(code),
            month,
        )
        for month, code in strange
    ]
