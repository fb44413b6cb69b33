"""The two forms of a cost report, and where one file has their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeVar

from service_reports.sources.answer import SourceError

Value = TypeVar("Value")
Kind = Literal["use", "correction", "charge"]
"""A correction amends what was used; a charge that is neither has no part in it."""


class Form(NamedTuple):
    """The columns of one form of cost report, as the provider writes them.

    ``unit`` and ``subcategory`` fall back from left to right: on each line the first that is not blank holds.
    """

    name: str
    start: str
    end: str
    service: str
    compartment: str
    description: str
    sku: str
    quantity: str
    unit: tuple[str, ...]
    currency: str
    cost: str
    reference: str
    back_reference: str
    category: str
    corrected: tuple[tuple[str, str], ...]
    """Values of ``category`` and ``subcategory`` (empty: any), in lower case, of a correction of what was used; a back
    reference alone marks none."""
    subcategory: tuple[str, ...] = ()
    used: str = ""
    """Value of ``category`` of lines that are use; empty where all are."""
    unused: tuple[str, ...] = ()
    """Values of ``subcategory`` of lines that charge what was committed and not used."""
    charges: tuple[str, ...] = ()
    """Values of ``category`` of lines that are no use, whatever quantity they tell."""
    later_quantity: str = ""
    """What ``quantity`` is called in later versions of the form, which have no column of its name."""

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file cannot be added up."""
        return (self.start, self.service, self.compartment, self.description, self.quantity)

    @property
    def counted(self) -> tuple[str, ...]:
        """Columns that decide what is counted, and how much; of two of a name nobody could tell which one does."""
        further = (self.end, self.currency, self.cost, self.reference, self.back_reference, self.category)
        return (*self.required, *further, *self.unit, *self.subcategory)


COST_CSV = Form(
    name="cost-csv",
    start="lineItem/intervalUsageStart",
    end="lineItem/intervalUsageEnd",
    service="product/service",
    compartment="product/compartmentId",
    description="product/Description",
    sku="cost/productSku",
    quantity="usage/billedQuantity",
    unit=("cost/skuUnitDescription", "cost/billingUnitReadable"),
    currency="cost/currencyCode",
    cost="cost/myCost",
    reference="lineItem/referenceNo",
    back_reference="lineItem/backreferenceNo",
    category="lineItem/isCorrection",
    corrected=(("true", ""),),
)
FOCUS = Form(
    name="focus",
    start="ChargePeriodStart",
    end="ChargePeriodEnd",
    service="ServiceName",
    compartment="oci_CompartmentId",
    description="ChargeDescription",
    sku="SkuId",
    quantity="UsageQuantity",
    unit=("UsageUnit", "ConsumedUnit", "PricingUnit"),
    currency="BillingCurrency",
    cost="BilledCost",
    reference="oci_ReferenceNumber",
    back_reference="oci_BackReferenceNumber",
    category="ChargeCategory",
    corrected=(("adjustment", "refund"), ("usage", "correction")),
    subcategory=("ChargeSubcategory", "ChargeClass", "CommitmentDiscountStatus"),
    used="usage",
    unused=("unused commitment", "unused"),
    charges=("tax", "credit", "purchase", "adjustment"),
    later_quantity="ConsumedQuantity",
)
"""Of the specification's preview, which Oracle's files are of, and of 1.0 and later, which name some columns anew."""
TAG_COLUMN = "tags/"


class Layout(NamedTuple):
    """Where the columns of one file are; ``None`` where it lacks one that may be missing."""

    form: Form
    width: int
    start: int
    end: int | None
    service: int
    compartment: int
    names: tuple[int, ...]
    """Of the product: its description, else its number."""
    sku: int | None
    quantity: int
    units: tuple[int, ...]
    currency: int | None
    cost: int | None
    reference: int | None
    back_reference: int | None
    category: int | None
    subcategories: tuple[int, ...]
    tags: tuple[tuple[int, ...], ...]
    """Of each wanted tag; of several the first counts that tells it, line by line."""


def layout(header: Sequence[str], tag_keys: Sequence[str]) -> Layout:
    """Find the columns in a header, whatever its order and case; tags by the case of their keys.

    Raises:
        SourceError: required columns are missing, or what is counted is there twice; the message names them.
    """
    told = [name.strip() for name in header]
    column = {name.lower(): position for position, name in enumerate(told)}

    def place(name: str) -> int | None:
        return column.get(name.lower())

    form = FOCUS if place(FOCUS.start) is not None else COST_CSV
    if place(form.quantity) is None and form.later_quantity and place(form.later_quantity) is not None:
        form = form._replace(quantity=form.later_quantity)
    missing = [name for name in form.required if place(name) is None]
    if missing:
        raise SourceError(f"faltan columnas en el encabezado: {', '.join(missing)}")
    counted = {name.lower() for name in form.counted}
    if twice := [name for name in told if name.lower() in counted and column[name.lower()] != told.index(name)]:
        raise SourceError(f"hay columnas dos veces en el encabezado: {', '.join(dict.fromkeys(twice))}")
    units = tuple(column[name.lower()] for name in form.unit if place(name) is not None)
    if not units:
        raise SourceError(f"faltan columnas en el encabezado: {' y '.join(form.unit)}")
    by_tag = [
        (name[len(TAG_COLUMN) :], position) for position, name in enumerate(told) if name.lower().startswith(TAG_COLUMN)
    ]
    in_focus = place("Tags")
    of_focus = (() if in_focus is None else (in_focus,),) if tag_keys else ()
    return Layout(
        form=form,
        width=len(told),
        start=column[form.start.lower()],
        end=place(form.end),
        service=column[form.service.lower()],
        compartment=column[form.compartment.lower()],
        names=tuple(at for at in (place(form.description), place(form.sku)) if at is not None),
        sku=place(form.sku),
        quantity=column[form.quantity.lower()],
        units=units,
        currency=place(form.currency),
        cost=place(form.cost),
        reference=place(form.reference),
        back_reference=place(form.back_reference),
        category=place(form.category),
        subcategories=tuple(column[name.lower()] for name in form.subcategory if place(name) is not None),
        tags=tuple(of_tag(key, by_tag) for key in tag_keys) if form is COST_CSV else of_focus,
    )


def kind_of(columns: Layout, category: str, subcategory: str) -> Kind | None:
    """What a line is by its category; ``None`` where it has one that nobody knows."""
    form = columns.form
    of_line, finer = category.strip().lower(), subcategory.strip().lower()
    if any(of_line == corrected and kind in ("", finer) for corrected, kind in form.corrected):
        return "correction"
    if not form.used or columns.category is None or (of_line == form.used and finer not in form.unused):
        return "use"
    return "charge" if of_line in (form.used, *form.charges) else None


def of_tag(key: str, told: Iterable[tuple[str, Value]]) -> tuple[Value, ...]:
    """What is told of a tag, in turn: under its key as it is written, then, of one of a namespace (a dot), in any case.

    A file has a column for each way in which a key was ever written.
    """
    pairs = list(told)
    alike = [value for name, value in pairs if name != key and name.lower() == key.lower()] if "." in key else []
    return (*(value for name, value in pairs if name == key), *alike)
