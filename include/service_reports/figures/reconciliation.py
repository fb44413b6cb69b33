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
    """The quantity of one product on one UTC day; ``service`` is a code or a displayed name."""

    usage_date: date
    service: str
    product_description: str
    unit: str
    quantity: Decimal


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

    A column that one side lacks counts as zero there.
    """
    sides: tuple[dict[tuple[date, str], Decimal], ...] = (defaultdict(Decimal), defaultdict(Decimal))
    for side, totals in zip(sides, (ours, provider), strict=True):
        for total in totals:
            if total.usage_date in days:
                service = service_names().get(total.service, total.service)
                label = f"{service} / {total.product_description} ({total.unit})"
                side[total.usage_date, label] += total.quantity
    tolerance = contract.oci.reconciliation
    compared = []
    for day, label in sorted({*sides[0], *sides[1]}):
        quantity, told = sides[0].get((day, label), Decimal(0)), sides[1].get((day, label), Decimal(0))
        allowed = max(tolerance.absolute, abs(told) * tolerance.percent / 100)
        compared.append(ReconciledColumn(day, label, quantity, told, quantity - told, abs(quantity - told) <= allowed))
    return compared


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
