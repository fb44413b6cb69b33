"""The contract in numbers: its time, value, instalments, payments, guarantees and modifications.

What was billed and paid is known until the day on which the register of payments was left: nothing is overdue by a day
that it cannot tell of, and without a register there are no amounts, not even none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from service_reports.contracts import BOGOTA, Contract, ReportPeriod
from service_reports.figures.chapter import Chapter
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import Ask, ExecutionFigures, Finding, PeriodFigures
from service_reports.figures.records import known_by
from service_reports.figures.rounding import percentage
from service_reports.records import ContractRegisters, Payment

SOON_DAYS, NEAR_DAYS = 30, 60
"""A guarantee that ends within so many days of the report's date asks for an answer, or is to be watched."""
ZERO = Decimal(0)


def execution(contract: Contract, report: ReportPeriod, registers: ContractRegisters) -> ExecutionFigures | None:
    """The contract at the report date; ``None`` where it names nothing of the kind, and keeps no payments."""
    by, payments = report.report_date, registers.rows.get("payments")
    named = contract.value is not None or contract.guarantees or contract.modifications
    if not named and payments is None:
        return None
    left = registers.left_at or registers.read_at
    known_to = min(by, left.astimezone(BOGOTA).date()) if payments is not None and left is not None else None
    return ExecutionFigures(
        days=(contract.valid_to - contract.valid_from).days + 1,
        days_elapsed=(report.period_to - contract.valid_from).days + 1,
        value=None if contract.value is None else contract.value_on(by),
        instalments=contract.instalments,
        guarantees=contract.guarantees,
        modifications=tuple(each for each in contract.modifications if each.on <= by),
        payments=tuple(_billed_by(payments or (), known_to)) if known_to else (),
        known_to=known_to,
    )


def _billed_by(payments: tuple[object, ...], day: date) -> Iterator[Payment]:
    for each in payments:
        assert isinstance(each, Payment)
        if each.billed_on <= day:
            yield each.model_copy(update={"paid_on": known_by(each.paid_on, day)})


def findings(figures: PeriodFigures) -> Iterator[Finding]:
    """Guarantees that ended or soon will, invoices that are overdue, and more billed than the contract is worth."""
    told = figures.execution
    if told is None:
        return
    for each in told.guarantees:
        left = (each.valid_to - figures.report_date).days
        if left <= NEAR_DAYS:
            yield Finding(
                kind="guarantees.validity",
                severity="alert" if left <= SOON_DAYS else "warning",
                section="execution",
                subject=each.name,
                days=(each.valid_to,),
                values={"days": Decimal(abs(left))},
            )
    if told.overdue:
        yield Finding(
            kind="payments.overdue",
            severity="alert",
            section="execution",
            days=tuple(each.due_on for each in told.overdue[:1] if each.due_on),
            values={"invoices": Decimal(len(told.overdue)), "amount": _amount(told.overdue)},
        )
    billed = _amount(told.payments)
    if told.value is not None and billed > told.value:
        yield Finding(
            kind="payments.beyond_value",
            severity="alert",
            section="execution",
            values={"billed": billed, "value": told.value},
        )


def _amount(payments: tuple[Payment, ...]) -> Decimal:
    return sum((each.amount for each in payments), ZERO)


def asks(_: PeriodFigures, found: Sequence[Finding]) -> Iterator[Ask]:
    """Guarantees to renew, payments to settle, and what is billed beyond the value."""
    if ending := tuple(each.subject for each in found if each.kind == "guarantees.validity"):
        yield Ask(kind="renew_guarantees", subjects=ending)
    kinds = {each.kind: each for each in found}
    if overdue := kinds.get("payments.overdue"):
        yield Ask(kind="settle_payments", values=overdue.values)
    if "payments.beyond_value" in kinds:
        yield Ask(kind="clarify_billing")


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    told = figures.execution
    if told is None:
        return
    yield make("execution.days", told.days)
    yield make("execution.days_elapsed", told.days_elapsed)
    yield make("execution.days_percent", percentage(told.days_elapsed, told.days))
    yield from make.some("execution.value", told.value)
    for act in told.modifications:
        yield from make.some("execution.modification", act.value, act=act.act)
    if told.known_to is None:
        return
    owing = {each.instalment for each in told.unpaid}
    billed = {each.instalment for each in told.payments}
    for name, numbered in (("billed", billed), ("paid", billed - owing)):
        if told.instalments is not None:
            yield make("execution.instalments", len(numbered), of=name)
            yield make("execution.percent", percentage(len(numbered), told.instalments), of=f"instalments_{name}")
    paid = tuple(each for each in told.payments if each.paid_on is not None)
    for name, payments in (("billed", told.payments), ("paid", paid)):
        yield make("execution.amount", _amount(payments), of=name)
        if told.value is not None:
            yield make("execution.percent", percentage(_amount(payments), told.value), of=name)
    for each in told.unpaid:
        yield make("execution.unpaid", each.amount, invoice=each.invoice)


CHAPTER = Chapter(
    name="obligations",
    place=100,
    numbers=numbers,
    report="management_report",
    kinds={
        **dict.fromkeys(("guarantees", "renew_guarantees"), ""),
        **dict.fromkeys(("payments", "settle_payments", "clarify_billing"), "contract_records"),
    },
    leads_to={
        "guarantees.validity": "renew_guarantees",
        "payments.overdue": "settle_payments",
        "payments.beyond_value": "clarify_billing",
    },
    findings=findings,
    asks=asks,
)
