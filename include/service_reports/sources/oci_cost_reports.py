"""OCI cost reports: objects of the ``cost-csv`` form in Oracle's own bucket.

One object is one gzip CSV of lines per resource and hour (UTC). They are listed by
prefix and told apart by name and etag; names are not in period order.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, NamedTuple

from service_reports.sources.answer import SourceError
from service_reports.sources.records import UsageHour

NAMESPACE = "bling"
PREFIX = "reports/cost-csv/"
LATEST_ARRIVAL = timedelta(days=3)
"""A line may appear in an object created up to this long after its day; Oracle says 24 hours."""

EXACT_PRECISION = 100
"""Digits kept while adding: more than any sum of billed quantities can need."""

REQUIRED = (
    "lineitem/intervalusagestart",
    "product/service",
    "product/compartmentid",
    "product/description",
    "usage/billedquantity",
)


class CostReport(NamedTuple):
    """An object of the provider's bucket, before it is read."""

    name: str
    etag: str
    size_bytes: int
    created_at: datetime


def list_reports(client: Any, tenancy_ocid: str, window_from: date, window_to: date) -> Iterator[CostReport]:
    """Objects that can hold lines of a window of UTC days (both included), page by page.

    ``client`` is an ``oci.object_storage.ObjectStorageClient`` in the home region.
    """
    earliest = datetime.combine(window_from, datetime.min.time(), tzinfo=UTC)
    latest = datetime.combine(window_to, datetime.min.time(), tzinfo=UTC) + timedelta(days=1) + LATEST_ARRIVAL
    start: str | None = None
    while True:
        options = {"start": start} if start else {}
        page = client.list_objects(
            NAMESPACE, tenancy_ocid, prefix=PREFIX, fields="name,size,timeCreated,md5,etag", **options
        ).data
        for found in page.objects:
            if earliest <= found.time_created < latest:
                yield CostReport(found.name, found.etag, found.size, found.time_created)
        start = page.next_start_with
        if not start:
            return


def read_report(client: Any, tenancy_ocid: str, report: CostReport) -> bytes:
    """The compressed bytes of one object."""
    content: bytes = client.get_object(NAMESPACE, tenancy_ocid, report.name).data.content
    return content


def parse(content: bytes) -> list[UsageHour]:
    """Add up the lines of one gzip CSV by hour, compartment and product, exactly.

    Header names are matched without case; ``skuUnitDescription`` falls back to
    ``billingUnitReadable``. ``billedQuantity`` already includes overage. Corrections are
    lines like any other: their quantities amend the sum.

    Raises:
        SourceError: not a whole gzip file, a required column missing, or a field that
            cannot be read; the message gives line, column and value.
    """
    try:
        text = io.TextIOWrapper(gzip.GzipFile(fileobj=io.BytesIO(content)), encoding="utf-8", newline="")
        with localcontext(prec=EXACT_PRECISION):
            return _add_up(csv.reader(text))
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"not a whole gzip CSV in UTF-8: {error}") from error


def _add_up(lines: Iterator[list[str]]) -> list[UsageHour]:
    header = [name.strip().lower() for name in next(lines, [])]
    column = {name: position for position, name in enumerate(header)}
    missing = [name for name in REQUIRED if name not in column]
    if missing:
        raise SourceError(f"columns missing from the header: {', '.join(missing)}")

    start, service, compartment, description, quantity = (column[name] for name in REQUIRED)
    unit, unit_fallback, currency, cost, correction = (
        column.get(name)
        for name in (
            "cost/skuunitdescription", "cost/billingunitreadable", "cost/currencycode",
            "cost/mycost", "lineitem/iscorrection",
        )
    )  # fmt: skip
    if unit is None and unit_fallback is None:
        raise SourceError("columns missing from the header: cost/skuunitdescription and cost/billingunitreadable")

    sums: dict[tuple[str, str, str, str, str, str], list[Any]] = {}
    zero = Decimal(0)
    for number, line in enumerate(lines, start=2):
        if len(line) < len(header):
            raise SourceError(f"line {number}: {len(line)} fields where the header has {len(header)}")
        key = (
            line[start],
            line[compartment],
            line[service],
            line[description],
            (line[unit] if unit is not None else "") or (line[unit_fallback] if unit_fallback is not None else ""),
            line[currency] if currency is not None else "",
        )
        try:
            amount = Decimal(line[quantity])
            charge = Decimal(line[cost] or 0) if cost is not None else zero
        except InvalidOperation:
            value = line[quantity] if cost is None else f"{line[quantity]}, {line[cost]}"
            raise SourceError(f"line {number}: usage/billedQuantity, cost/myCost have {value!r}: not numbers") from None
        if not (amount.is_finite() and charge.is_finite()):
            raise SourceError(f"line {number}: usage/billedQuantity or cost/myCost is not a finite number")
        held = sums.get(key)
        if held is None:
            held = sums[key] = [zero, zero, 0, 0]
        held[0] += amount
        held[1] += charge
        held[2] += 1
        if correction is not None and line[correction].lower() == "true":
            held[3] += 1
    return [UsageHour(_hour(key[0]), *key[1:], *held) for key, held in sums.items()]


def _hour(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(f"lineItem/intervalUsageStart has {text!r}: not an ISO instant") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
