"""Our totals of a day and column against the provider's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from service_reports.checks.observation import Observation
from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract
from service_reports.figures.chapters.usage import service_names
from service_reports.wording.es_co import findings as words

KIND = "cost.reconciliation"
CHECK = "reconciliation.usage"
SHOWN = 3


class DayTotal(NamedTuple):
    """The quantity of one product on one UTC day; ``service`` is a code or a displayed name.

    The provider may give no quantity.
    """

    usage_date: date
    service: str
    product_description: str
    unit: str
    quantity: Decimal | None


class ReconciledColumn(NamedTuple):
    """Both values of one UTC day and column; ``difference`` is ours minus the provider's."""

    usage_date: date
    label: str
    quantity: Decimal
    provider_quantity: Decimal
    difference: Decimal
    within_tolerance: bool


def reconcile(
    contract: Contract, ours: Sequence[DayTotal], provider: Sequence[DayTotal], days: Collection[date]
) -> list[ReconciledColumn]:
    """Compare day by day and column by column the days for which the provider was asked.

    A column that one side lacks counts as zero there; one for which the provider gives no number is not compared.
    """
    told = _names_told(ours, provider)
    sides: tuple[dict[tuple[date, str], Decimal], ...] = (defaultdict(Decimal), defaultdict(Decimal))
    without_number = set()
    for side, totals in zip(sides, (ours, provider), strict=True):
        for total in totals:
            if total.usage_date in days:
                service = told.get(total[2:4]) or service_names().get(total.service, total.service)
                label = f"{service} / {total.product_description} ({total.unit})"
                if total.quantity is None:
                    without_number.add((total.usage_date, label))
                else:
                    side[total.usage_date, label] += total.quantity
    tolerance = contract.oci.reconciliation
    compared = []
    for day, label in sorted({*sides[0], *sides[1]} - without_number):
        quantity, theirs = sides[0].get((day, label), Decimal(0)), sides[1].get((day, label), Decimal(0))
        allowed = max(tolerance.absolute, abs(theirs) * tolerance.percent / 100)
        difference = quantity - theirs
        compared.append(ReconciledColumn(day, label, quantity, theirs, difference, abs(difference) <= allowed))
    return compared


def _names_told(ours: Sequence[DayTotal], provider: Sequence[DayTotal]) -> dict[tuple[str, str], str]:
    """The name that the provider gives the service of a product and unit, where both sides have it under one alone."""
    services: list[dict[tuple[str, str], set[str]]] = []
    for totals in (ours, provider):
        services.append(defaultdict(set))
        for total in totals:
            services[-1][total.product_description, total.unit].add(total.service)
    by_code, by_name = services
    return {
        product: next(iter(names))
        for product, names in by_name.items()
        if len(names) == 1 and len(by_code.get(product, names)) == 1
    }


def findings(contract: Contract, compared: Sequence[ReconciledColumn]) -> tuple[CheckResult, list[Observation]]:
    """The verdict on a contract, and one finding a day and column beyond the tolerance."""
    beyond = [column for column in compared if not column.within_tolerance]
    observations = [
        Observation(
            KIND,
            contract.id,
            column.label,
            "warning",
            words.not_reconciled(column.usage_date, column.label, column.quantity, column.provider_quantity),
            column.usage_date,
            column.provider_quantity,
            column.quantity,
        )
        for column in beyond
    ]
    told = words.reconciled(len(compared), [(each.usage_date, each.label, each.difference) for each in beyond], SHOWN)
    return CheckResult(CHECK, contract.id, "warning", not beyond, told), observations
