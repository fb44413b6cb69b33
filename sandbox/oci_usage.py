"""The Usage API's answers: the provider's own daily totals of what its cost reports tell line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, NamedTuple

from sandbox.cost_reports import CURRENCY, CostLine, product_number

GROUPABLE = ("service", "skuName", "skuPartNumber", "unit", "compartmentId")
MOST_GROUPS = 4
"""Dimensions that one request may group by, as in Oracle's cost analysis."""

_EXACT = Context(prec=400)


class UsageRequestError(ValueError):
    """A request the Usage API would refuse; the message says why."""


class DailyTotal(NamedTuple):
    """Quantity and cost of one product in one compartment on one UTC day."""

    day: date
    keys: dict[str, str]
    quantity: Decimal
    cost: Decimal


def daily_totals(lines: Iterable[CostLine]) -> tuple[DailyTotal, ...]:
    """Sum the lines by day, compartment and product, corrections included."""
    quantities: dict[tuple[date, tuple[str, ...]], Decimal] = defaultdict(Decimal)
    costs: dict[tuple[date, tuple[str, ...]], Decimal] = defaultdict(Decimal)
    for line in lines:
        usage = line.usage
        product = usage.product_description, product_number(usage)
        key = usage.usage_date, (usage.service, *product, usage.unit, line.compartment_ocid)
        quantities[key] = _EXACT.add(quantities[key], line.quantity)
        costs[key] = _EXACT.add(costs[key], line.cost)
    return tuple(
        DailyTotal(day, dict(zip(GROUPABLE, names, strict=True)), quantity, costs[day, names])
        for (day, names), quantity in quantities.items()
    )


def _midnight(details: dict[str, Any], field: str) -> date:
    try:
        instant = datetime.fromisoformat(details[field]).astimezone(UTC)
    except (KeyError, ValueError, TypeError) as error:
        raise UsageRequestError(f"{field} must be an RFC 3339 time.") from error
    if instant != datetime(instant.year, instant.month, instant.day, tzinfo=UTC):
        raise UsageRequestError(f"UTC date does not have the right precision: {field} must be a midnight.")
    return instant.date()


def _passes(filter_: dict[str, Any] | None, keys: dict[str, str]) -> bool:
    """Whether a total passes a (nested) filter of dimensions."""
    if not filter_:
        return True
    verdicts = [keys.get(dimension["key"]) == dimension["value"] for dimension in filter_.get("dimensions") or ()]
    verdicts += [_passes(inner, keys) for inner in filter_.get("filters") or ()]
    operator = filter_.get("operator") or "AND"
    if operator == "NOT":
        return not any(verdicts)
    return any(verdicts) if operator == "OR" else all(verdicts)


def summarize(totals: Sequence[DailyTotal], details: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of a ``RequestSummarizedUsages`` answer.

    Raises:
        UsageRequestError: bounds that are no UTC midnights, a granularity or a group the sandbox does not know.
    """
    start, end = _midnight(details, "timeUsageStarted"), _midnight(details, "timeUsageEnded")
    groups = details.get("groupBy") or []
    if len(groups) > MOST_GROUPS:
        raise UsageRequestError(f"groupBy takes {MOST_GROUPS} dimensions at most.")
    if details.get("granularity") != "DAILY" or not set(groups) <= set(GROUPABLE):
        raise UsageRequestError(f"Only granularity DAILY and groupBy of {', '.join(GROUPABLE)} are served here.")
    quantities: dict[tuple[date, tuple[str, ...]], Decimal] = defaultdict(Decimal)
    costs: dict[tuple[date, tuple[str, ...]], Decimal] = defaultdict(Decimal)
    for total in totals:
        if start <= total.day < end and _passes(details.get("filter"), total.keys):
            key = total.day, tuple(total.keys[group] for group in groups)
            quantities[key] = _EXACT.add(quantities[key], total.quantity)
            costs[key] = _EXACT.add(costs[key], total.cost)
    items = []
    for (day, names), quantity in sorted(quantities.items()):
        items.append(
            {
                "tenantId": details.get("tenantId"),
                **dict(zip(groups, names, strict=True)),
                "computedQuantity": float(quantity),
                "computedAmount": float(costs[day, names]),
                "currency": CURRENCY,
                "timeUsageStarted": f"{day}T00:00:00.000Z",
                "timeUsageEnded": f"{day + timedelta(days=1)}T00:00:00.000Z",
            }
        )
    return items
