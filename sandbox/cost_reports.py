"""The provider's cost reports of a scenario: hourly lines per resource in gzipped CSV files.

The lines of a day and product sum to the scenario's quantity to the last digit, corrections
included. Everything is derived from the scenario alone, so two runs give the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from functools import cache
from hashlib import sha256
from itertools import accumulate, pairwise

from sandbox import focus_reports
from sandbox.scenario import Scenario, UsageRow

PREFIX = "reports/cost-csv/"
OTHER_COMPARTMENT = "ocid1.compartment.oc1..other"
CURRENCY = "USD"
REGION_CODES = {"us-ashburn-1": "iad"}
HOURS_PER_FILE = 6
DELAY = timedelta(hours=5, minutes=17)  # from the end of the hours to the file that tells them
LATE_LINES_PER_MILLE = 20
CORRECTED_DAYS = 10  # one line in every so many days is corrected a day later
RESOURCE_WEIGHTS = ((1,), (3, 2), (70_000, 29_999, 1))

COLUMNS = (
    "lineItem/referenceNo",
    "lineItem/tenantId",
    "lineItem/intervalUsageStart",
    "lineItem/intervalUsageEnd",
    "product/service",
    "product/compartmentId",
    "product/compartmentName",
    "product/region",
    "product/availabilityDomain",
    "product/resourceId",
    "usage/billedQuantity",
    "usage/billedQuantityOverage",
    "cost/subscriptionId",
    "cost/productSku",
    "product/Description",
    "cost/unitPrice",
    "cost/unitPriceOverage",
    "cost/myCost",
    "cost/myCostOverage",
    "cost/currencyCode",
    "cost/billingUnitReadable",
    "cost/skuUnitDescription",
    "cost/overageFlag",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "cost/attributedCost",
    "usage/attributedUsage",
)
TAG_COLUMNS = ("tags/Oracle-Tags.CreatedBy", "tags/cost-center")

_EXACT = Context(prec=400)


@dataclass(frozen=True)
class CostLine:
    """One line of a cost report: one resource's use of one product in one hour."""

    reference: str
    start: datetime
    compartment_ocid: str
    resource_ocid: str
    usage: UsageRow
    quantity: Decimal
    corrects: str | None = None

    @property
    def unit_price(self) -> Decimal:
        """A made-up price of the product, always the same."""
        return _price(self.usage.service, self.usage.product_description)

    @property
    def cost(self) -> Decimal:
        """Quantity times price, unrounded."""
        return _EXACT.multiply(self.quantity, self.unit_price)


@dataclass(frozen=True)
class CostReport:
    """One object of the provider's bucket."""

    name: str
    created_at: datetime
    content: bytes


def _digest(*parts: object) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()


def _number(*parts: object) -> int:
    return int(_digest(*parts)[:12], 16)


@cache
def _number_of_product(service: str, description: str) -> int:
    return _number(service, description)


@cache
def _price(service: str, description: str) -> Decimal:
    return Decimal(1 + _number_of_product(service, description) % 4999).scaleb(-4)


def split_exactly(total: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Parts in proportion to the weights, whose sum is the total to the last digit.

    >>> split_exactly(Decimal("0.1"), [1, 1, 1])
    [Decimal('0.033333'), Decimal('0.033333'), Decimal('0.033334')]
    """
    sign, digits, exponent = total.as_tuple()
    assert isinstance(exponent, int), "a finite number"
    finest = min(exponent - 3, -6)
    units = int("".join(map(str, digits))) * 10 ** (exponent - finest)
    whole = sum(weights)
    bounds = [units * reached // whole for reached in accumulate(weights, initial=0)]
    prefix = "-" if sign else ""
    return [Decimal(f"{prefix}{end - start}E{finest}") for start, end in pairwise(bounds)]


def number_text(value: Decimal) -> str:
    """A number as the provider writes it: plain, but tiny ones as ``8.18785e-05``."""
    if 0 < abs(value) < Decimal("0.0001"):
        sign, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int), "a finite number"
        text = "".join(map(str, digits))
        mantissa = f"{text[0]}.{text[1:]}".rstrip("0").rstrip(".")
        return f"{'-' if sign else ''}{mantissa}e-{-(exponent + len(text) - 1):02d}"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_price_text = cache(number_text)

SERVICE_CODES = {
    "Block Storage": "BLOCK_STORAGE",
    "Compute": "COMPUTE",
    "Database": "DATABASE",
    "File Storage": "FILE_STORAGE",
    "Load Balancer": "LOAD_BALANCER",
    "Logging": "LOGGING",
    "Object Storage": "OBJECTSTORE",
    "Oracle Web Application Firewall (WAF)": "WAF",
    "Virtual Cloud Network": "NETWORK",
}
"""Code in cost files of the services that scenarios use, by the name in the console, as public samples have them."""


def service_codes() -> dict[str, str]:
    """Code by display name."""
    return dict(SERVICE_CODES)


def _hour(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _resource(usage: UsageRow, region: str, number: int) -> str:
    return _resource_of_product(usage.service, usage.product_description, region, number)


@cache
def _resource_of_product(service: str, description: str, region: str, number: int) -> str:
    return f"ocid1.resource.oc1.{region}.{_digest(service, description, number)[:32]}"


def _lines(usage: UsageRow, hours: int, compartment: str, region: str) -> Iterator[CostLine]:
    """The lines of one product on one day, without corrections."""
    resource_weights = RESOURCE_WEIGHTS[_number(usage.service, usage.product_description, usage.unit) % 3]
    steady = "Hour" in usage.unit
    slots = [
        (hour, number, weight * (100 if steady else 95 + hour * 7 % 11))
        for hour in range(hours)
        for number, weight in enumerate(resource_weights)
    ]
    parts = split_exactly(usage.quantity, [weight for _, _, weight in slots]) if slots else []
    for (hour, number, _), quantity in zip(slots, parts, strict=True):
        start, resource = _hour(usage.usage_date, hour), _resource(usage, region, number)
        reference = "V2." + _digest(start, resource, usage.unit, compartment)[:40]
        yield CostLine(reference, start, compartment, resource, usage, quantity)


def _with_correction(line: CostLine) -> tuple[CostLine, CostLine]:
    """The line with too high a quantity, and the later line that takes the excess back."""
    excess = abs(line.quantity) or Decimal(1)
    wrong = CostLine(
        line.reference,
        line.start,
        line.compartment_ocid,
        line.resource_ocid,
        line.usage,
        _EXACT.add(line.quantity, excess),
    )
    correction = CostLine(
        "V2." + _digest("correction", line.reference)[:40],
        line.start,
        line.compartment_ocid,
        line.resource_ocid,
        line.usage,
        excess.copy_negate(),
        corrects=line.reference,
    )
    return wrong, correction


def _neighbours(days: Iterable[date]) -> Iterator[UsageRow]:
    """What another customer of the same tenancy used on these days."""
    for day in sorted(days):
        for service, description, unit in (
            ("Compute", "Standard - E4", "OCPU Hours"),
            ("Block Storage", "Block Volume - Storage", "GB Months"),
        ):
            yield UsageRow(
                usage_date=day,
                service=service,
                product_description=description,
                unit=unit,
                quantity=Decimal(_number(day, service) % 90_000 + 10_000).scaleb(-3),
            )


def cost_lines(*scenarios: Scenario) -> Iterator[CostLine]:
    """Every line the provider would bill for contracts of one tenancy, in no particular order."""
    region = REGION_CODES.get(scenarios[0].contract.oci.home_region, scenarios[0].contract.oci.home_region)
    hours: dict[date, int] = {}
    for scenario in scenarios:
        yield from _lines_of_contract(scenario, region)
        for usage in scenario.usage:
            hours[usage.usage_date] = max(hours.get(usage.usage_date, 0), scenario.hours_of(usage.usage_date))
    for usage in _neighbours(hours):
        yield from _lines(usage, hours[usage.usage_date], OTHER_COMPARTMENT, region)


def _lines_of_contract(scenario: Scenario, region: str) -> Iterator[CostLine]:
    scope = scenario.contract.oci
    days = sorted({row.usage_date for row in scenario.usage})
    corrected = set(days[1::CORRECTED_DAYS] or days)
    for usage in scenario.usage:
        hours = scenario.hours_of(usage.usage_date)
        for line in _lines(usage, hours, usage.compartment_ocid or scope.compartment_ocids[0], region):
            if usage.usage_date in corrected:
                corrected.discard(usage.usage_date)
                yield from _with_correction(line)
            else:
                yield line


def late_lines(*scenarios: Scenario) -> Iterator[CostLine]:
    """What the provider bills when all is over: one line for each day and product whose quantity comes to another.

    It corrects the first line of that day and product, or is the first one itself.
    """
    region = REGION_CODES.get(scenarios[0].contract.oci.home_region, scenarios[0].contract.oci.home_region)
    for scenario in scenarios:
        if scenario.later is None:
            continue
        scope = scenario.contract.oci.compartment_ocids[0]
        told, finally_told = ({_product(row): row for row in each.usage} for each in (scenario, scenario.later))
        for product in sorted(told.keys() | finally_told.keys()):
            before, after = told.get(product), finally_told.get(product)
            usage = after or before
            assert usage is not None
            excess = _EXACT.subtract(after.quantity if after else Decimal(0), before.quantity if before else Decimal(0))
            if excess:
                where = usage.compartment_ocid or scope
                first = next(_lines(before, scenario.hours_of(usage.usage_date), where, region)) if before else None
                start, resource = _hour(usage.usage_date, 0), _resource(usage, region, 0)
                reference = "V2." + _digest("late", start, resource, usage.unit)[:40]
                corrects = first.reference if first else None
                yield CostLine(reference, start, where, resource, usage, excess, corrects)


def _product(row: UsageRow) -> tuple[date, str, str, str, str]:
    return row.usage_date, row.service, row.product_description, row.unit, row.compartment_ocid or ""


def _window(hour: datetime) -> datetime:
    """The first hour of the file that tells of an hour in time."""
    return hour.replace(hour=hour.hour - hour.hour % HOURS_PER_FILE, minute=0)


def _told_in(line: CostLine) -> datetime:
    """The first hour of the file that tells this line."""
    window = _window(line.start)
    if line.corrects is not None:
        return window.replace(hour=0) + timedelta(days=1)
    if _number("late", line.reference) % 1000 < LATE_LINES_PER_MILLE:
        return window + timedelta(hours=HOURS_PER_FILE)
    return window


def product_number(usage: UsageRow) -> str:
    """A made-up number of the product, always the same, and no other's: products of one number are one product."""
    return f"B{_number_of_product(usage.service, usage.product_description):015d}"


def _cells(line: CostLine, tenancy: str, region: str, code: Callable[[str], str]) -> list[str]:
    usage = line.usage
    quantity, price, cost = number_text(line.quantity), _price_text(line.unit_price), number_text(line.cost)
    compartment_name = "other" if line.compartment_ocid == OTHER_COMPARTMENT else line.compartment_ocid.split(".")[-1]
    return [
        line.reference,
        tenancy,
        *_interval(line.start),
        code(usage.service),
        line.compartment_ocid,
        compartment_name,
        region,
        "",
        line.resource_ocid,
        quantity,
        quantity,
        "90210",
        product_number(usage),
        usage.product_description,
        price,
        price,
        cost,
        cost,
        CURRENCY,
        usage.unit.upper(),
        usage.unit,
        "Y",
        str(line.corrects is not None).lower(),
        line.corrects or "",
        cost,
        quantity,
    ]


@cache
def _interval(start: datetime) -> tuple[str, str]:
    """An hour's beginning and end, as the provider writes them."""
    return f"{start:%Y-%m-%dT%H:%MZ}", f"{start + timedelta(hours=1):%Y-%m-%dT%H:%MZ}"


def _report_names(scenario: Scenario, windows: Sequence[datetime]) -> list[str]:
    """Object names, counted up, with a neighbouring pair in the wrong order now and then."""
    count = len(windows)
    numbers = [600_000 + number for number in range(count)]
    for position in range(5, count - 1, 17):
        numbers[position], numbers[position + 1] = numbers[position + 1], numbers[position]
    return [_name(scenario, number, window) for number, window in zip(numbers, windows, strict=True)]


def _name(scenario: Scenario, number: int, window: datetime) -> str:
    if _is_focus(scenario):
        return focus_reports.report_name(10**12 + number, window)
    return f"{PREFIX}{10**12 + number:016d}.csv.gz"


def _is_focus(scenario: Scenario) -> bool:
    return scenario.contract.oci.cost_report_form == "focus"


def make_cost_reports(scenario: Scenario, lines: Sequence[CostLine]) -> tuple[CostReport, ...]:
    """The objects of the provider's bucket, in the order in which they appear there."""
    windows: dict[datetime, list[CostLine]] = defaultdict(list)
    for line in lines:
        windows[_told_in(line)].append(line)
    further: dict[datetime, list[dict[str, str]]] = defaultdict(list)
    for row in scenario.cost_lines:
        window = _window(row.told_in.astimezone(UTC))
        windows.setdefault(window, [])
        further[window].append(row.cells)
    reports = []
    ordered = sorted(windows)
    for name, window in zip(_report_names(scenario, ordered), ordered, strict=True):
        tags = TAG_COLUMNS[: 1 if window.hour == 0 else 2]  # tag columns vary from file to file
        created_at = window + timedelta(hours=HOURS_PER_FILE) + DELAY
        reports.append(CostReport(name, created_at, _content(scenario, windows[window], tags, further[window])))
    return tuple(reports)


def late_report(scenario: Scenario, lines: Sequence[CostLine], reports: Sequence[CostReport]) -> CostReport:
    """The object that tells the late lines, a day after the last of the others."""
    name = _name(scenario, 600_000 + len(reports), max(line.start for line in lines))
    created_at = max(report.created_at for report in reports) + timedelta(days=1)
    return CostReport(name, created_at, _content(scenario, lines, TAG_COLUMNS))


def _content(
    scenario: Scenario, lines: Iterable[CostLine], tags: Sequence[str], further: Iterable[Mapping[str, str]] = ()
) -> bytes:
    scope, codes = scenario.contract.oci, service_codes()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    focus = _is_focus(scenario)
    columns = focus_reports.COLUMNS if focus else (*COLUMNS, *tags)
    writer.writerow(columns)
    for line in sorted(lines, key=lambda line: (line.start, line.reference)):
        values = ("default/service/sandbox", line.compartment_ocid.split(".")[-1])[: len(tags)]
        cells = _cells(line, scope.tenancy_ocid, scope.home_region, lambda name: codes.get(name, name))
        if focus:
            told = dict(zip(COLUMNS, cells, strict=True))
            keys = (tag.removeprefix("tags/") for tag in tags)
            writer.writerow(focus_reports.cells(told, dict(zip(keys, values, strict=True))))
        else:
            writer.writerow([*cells, *values])
    writer.writerows([row.get(column, "") for column in columns] for row in further)
    return gzip.compress(text.getvalue().encode(), 6, mtime=0)
