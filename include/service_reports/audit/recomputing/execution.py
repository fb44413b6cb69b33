"""The contract in numbers: its time, its value, and what of it was billed and paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from service_reports.audit.recomputing.arithmetic import ZERO, share
from service_reports.audit.recomputing.metrics import Values
from service_reports.audit.rows import Row, Rows, days_between, quantity


def _told(rows: Rows) -> Mapping[str, Any] | None:
    """What is known of the contract; reports that were issued before it was kept know nothing."""
    told: Mapping[str, Any] | None = rows.period.get("execution")
    return told


def _sum(payments: Sequence[Row]) -> Decimal:
    return sum((quantity(row["amount"]) for row in payments), ZERO)


def worth(rows: Rows) -> Decimal | None:
    """What the contract is worth at the report's date, ``None`` where it does not say."""
    told = _told(rows)
    if told is None or told["value"] is None:
        return None
    acts = [each for each in told["modifications"] if each["value"] and each["on"] <= rows.period["report_date"]]
    return quantity(told["value"]) + sum((quantity(each["value"]) for each in acts), ZERO)


def payments_known(rows: Rows) -> bool:
    """Whether a register of payments was read."""
    told = _told(rows)
    return bool(told and told["payments_known_to"])


def billed(rows: Rows) -> Decimal:
    """The sum of all invoices."""
    return _sum(rows.of("payments.csv"))


def overdue(rows: Rows) -> list[Row]:
    """Invoices that were due before the register was left, and are not paid."""
    told = _told(rows)
    known = told and told["payments_known_to"]
    return [row for row in rows.of("payments.csv") if not row["paid_on"] and known and "" < row["due_on"] < known]


def guarantees(rows: Rows) -> list[tuple[str, int]]:
    """Each guarantee with the days that it lasts beyond the report's date, less than 0 once it ended."""
    told, today = _told(rows), rows.period["report_date"]
    return [
        (
            each["name"],
            len(days_between(today, each["last"])) - 1
            if each["last"] >= today
            else 1 - len(days_between(each["last"], today)),
        )
        for each in (told["guarantees"] if told else ())
    ]


def execution_values(rows: Rows) -> Values:
    """Every figure of the contract in numbers by its id."""
    told = _told(rows)
    if told is None:
        return
    whole = len(days_between(told["first"], told["last"]))
    gone = len(days_between(told["first"], rows.period["last"]))
    yield "execution.days", whole
    yield "execution.days_elapsed", gone
    yield "execution.days_percent", share(gone, whole)
    if (value := worth(rows)) is not None:
        yield "execution.value", value
    for act in told["modifications"]:
        if act["value"] and act["on"] <= rows.period["report_date"]:
            yield f"execution.modification/{act['act']}", quantity(act["value"])
    if not told["payments_known_to"]:
        return
    payments = rows.of("payments.csv")
    open_invoices = [row for row in payments if not row["paid_on"]]
    for row in open_invoices:
        yield f"execution.unpaid/{row['invoice']}", quantity(row["amount"])
    settled = [row for row in payments if row["paid_on"]]
    numbers = {row["instalment"] for row in payments}
    numbered = {"billed": numbers, "paid": numbers - {row["instalment"] for row in open_invoices}}
    for name, some in (("billed", payments), ("paid", settled)):
        yield f"execution.amount/{name}", _sum(some)
        if value is not None:
            yield f"execution.percent/{name}", share(_sum(some), value)
        if told["instalments"] is not None:
            yield f"execution.instalments/{name}", len(numbered[name])
            yield f"execution.percent/instalments_{name}", share(len(numbered[name]), told["instalments"])
