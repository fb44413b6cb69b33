"""Whose lines are whose: contracts by compartment (with all under it) and tag, and what falls between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from service_reports.contracts import Contract
from service_reports.figures.chapters.usage import service_names
from service_reports.quality.observation import Observation

UNATTRIBUTED, CLAIMED_TWICE, SERVICE_UNKNOWN = "cost.unattributed", "cost.claimed_twice", "cost.service_unknown"
QUANTITIES_SHOWN = 5


class TenancyUse(NamedTuple):
    """What a tenancy used of one product in one compartment in one UTC month, by its first day."""

    month: date
    compartment_ocid: str
    tags: Mapping[str, str]
    service_code: str
    product_description: str
    unit: str
    quantity: Decimal


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
            subject=" / ".join((names.get(compartment, compartment) or "(sin compartimento)", service, *claimants)),
            severity="alert" if claimants else "warning",
            detail=(
                f"{_whose(claimants)} {month:%Y-%m}, compartimento {compartment or '(vacío)'}, "
                f"servicio {service}: {_quantities(lines)}."
            ),
            day=month,
            value_now=sum((line.quantity for line in lines), Decimal(0)) if len({u.unit for u in lines}) == 1 else None,
        )
        for (kind, month, compartment, service, claimants), lines in sorted(found.items(), key=lambda item: item[0])
    ]


def _whose(claimants: Sequence[str]) -> str:
    if not claimants:
        return "Consumo que no pertenece a ningún contrato:"
    return f"Consumo que reclaman {len(claimants)} contratos ({', '.join(claimants)}):"


def _quantities(uses: Sequence[TenancyUse]) -> str:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for use in uses:
        sums[use.product_description, use.unit] += use.quantity
    told = [f"{product}, {quantity:f} {unit}" for (product, unit), quantity in sorted(sums.items())]
    return "; ".join([*told[:QUANTITIES_SHOWN], *(["…"] if len(told) > QUANTITIES_SHOWN else [])])


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
            f"El servicio {code!r} no tiene nombre en oci_service_names.csv: se imprime tal como llega.",
            month,
        )
        for month, code in strange
    ]
