"""One line of a report: what it adds, corrects, or why it is set aside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from service_reports.failures import storable
from service_reports.records import CostCorrection
from service_reports.records.bounds import MOST_DIGITS, is_bearable
from service_reports.sources.oci_cost_reports.forms import Kind, Layout, kind_of
from service_reports.sources.oci_cost_reports.hours import instant
from service_reports.sources.oci_cost_reports.sums import ZERO, Aside, Key, Sums

LONGEST_SHOWN = 40


class Unreadable(ValueError):
    """Why a line cannot be added up."""

    def __init__(self, column: str, value: str, reason: str, *, is_charge: bool = False) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason, self.is_charge = column, value, reason, is_charge


def add_one(
    sums: Sums, columns: Layout, key: Key, told: tuple[str, str, str, str], line: int, sku: str
) -> Decimal | None:
    """Add one line, or set it aside; of a correction it gives the quantity.

    ``told`` are its quantity, cost, category and subcategory.
    """
    try:
        quantity, cost, kind = amounts_of(columns, *told)
    except Unreadable as error:
        sums.set_aside(aside_for(key, error, line, cost=_cost_aside(columns, told[1])))
        return None
    corrects = kind == "correction"
    sums.add(key, quantity, cost, 1, int(corrects), line, sku)
    return quantity if corrects else None


def amend(sums: Sums, key: Key, reference: str, back_reference: str, quantity: Decimal) -> None:
    """Note a correction of a key."""
    sums.corrections.append((key, CostCorrection(storable(reference), storable(back_reference), quantity)))


def _cost_aside(columns: Layout, text: str) -> Decimal | None:
    """What a line that is in no sum costs; ``None`` where that was not told, or cannot be read."""
    if columns.cost is None:
        return None
    try:
        return _number(columns.form.cost, text)
    except Unreadable:
        return None


def aside_for(
    key: Key,
    error: Unreadable,
    line: int,
    lines: int = 1,
    quantity: Decimal | None = None,
    cost: Decimal | None = None,
) -> Aside:
    """What is told of lines of a key that cannot be added up; ``line`` is the first."""
    try:
        day = instant(key.start).date()
    except ValueError:
        day = None
    product = next((text for text in (key.description, key.service) if text.strip()), "")
    value = error.value if len(error.value) <= LONGEST_SHOWN else f"{error.value[:LONGEST_SHOWN]}…"
    return Aside(
        line,
        lines,
        error.column,
        storable(value),
        error.reason,
        storable(key.compartment),
        day,
        storable(product),
        storable(key.unit),
        quantity,
        error.is_charge,
        cost,
        "" if cost is None else storable(key.currency),
    )


def amounts_of(
    columns: Layout, quantity: str, cost: str, category: str, subcategory: str
) -> tuple[Decimal, Decimal, Kind]:
    """Quantity and cost of a line, and what it is. Only a file without costs has none: a blank one was not told.

    Raises:
        Unreadable: one of them is no number that can be added up, or it is no use, or nobody knows whether it is.
    """
    form = columns.form
    kind = kind_of(columns, category, subcategory)
    if kind == "charge":
        raise Unreadable(form.category, category, "es un cargo: no es uso", is_charge=True)
    read = _number(form.quantity, quantity), ZERO if columns.cost is None else _number(form.cost, cost)
    if kind is None:
        raise Unreadable(form.category, category, "no es una clase de cargo que se conozca")
    return *read, kind


def _number(column: str, text: str) -> Decimal:
    try:
        number = Decimal(text if text.isascii() and "_" not in text else "NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not is_bearable(number):
        raise Unreadable(column, text, f"no es un número finito de hasta {MOST_DIGITS} dígitos")
    return number
