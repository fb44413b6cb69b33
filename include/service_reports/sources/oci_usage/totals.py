"""OCI Usage API: the provider's own daily totals, against which ours are proved.

The archived form is a JSON array of items, one a UTC day, compartment and product. The API gives
quantities as JSON numbers: they are kept as the shortest text that gives the same number back;
where it gives none, none is kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from service_reports.records import UsageTotal
from service_reports.sources.answer import Answer
from service_reports.sources.listing import listed
from service_reports.sources.oci_items import field, is_item, items, moment
from service_reports.sources.patience import Patience
from service_reports.sources.rows import Rows, read_rows

if TYPE_CHECKING:
    from oci.usage_api import UsageapiClient
    from oci.usage_api.models import RequestSummarizedUsagesDetails

TOTALS_OF = ["service", "skuName", "unit", "compartmentId"]
NUMBERS_OF = ["service", "skuName", "unit", "skuPartNumber"]
"""The API takes four groups at most: the numbers of products are asked for apart."""
MOST_DAYS = 90
"""One question by the day is of so many; the service refuses one of more."""
PAGE = 1000
PLACE = "`RequestSummarizedUsages`"


def fetch(
    client: UsageapiClient,
    details_type: type[RequestSummarizedUsagesDetails],
    tenancy_ocid: str,
    window_from: date,
    window_to: date,
) -> Answer:
    """Ask for the totals of a window of UTC days (both included), all compartments of a tenancy at once.

    ``client`` is an ``oci.usage_api.UsageapiClient`` and ``details_type`` its
    ``RequestSummarizedUsagesDetails``.
    """

    patience = Patience()

    def told(group_by: list[str]) -> Iterator[Any]:
        first = window_from
        while first <= window_to:
            after = min(window_to + timedelta(days=1), first + timedelta(days=MOST_DAYS))
            yield from of_days(first, after, group_by)
            first = after

    def of_days(first: date, after: date, group_by: list[str]) -> Iterable[Any]:
        details = details_type(
            tenant_id=tenancy_ocid,
            time_usage_started=datetime.combine(first, datetime.min.time(), tzinfo=UTC),
            time_usage_ended=datetime.combine(after, datetime.min.time(), tzinfo=UTC),
            granularity="DAILY",
            query_type="USAGE",
            group_by=group_by,
        )

        before: set[str] = set()

        def ask(page: str | None) -> tuple[Iterable[Any], str | None]:
            options: dict[str, Any] = {"limit": PAGE, **({"page": page} if page else {})}
            answer = patience.ask(partial(client.request_summarized_usages, details, **options))
            found = dict(enumerate(items(field(answer.data, "items"), PLACE, answer.data)))
            # Pages may overlap, and totals of one grain add up.
            texts = {number: json.dumps(each, sort_keys=True, default=repr) for number, each in found.items()}
            new = [each for number, each in found.items() if texts[number] not in before]
            before.update(texts.values())
            return new, answer.headers.get("opc-next-page")

        return listed(ask, PLACE)

    numbers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for item in told(NUMBERS_OF):
        numbers[_name(item)].add(str(field(item, "sku_part_number") or ""))

    def number(item: object) -> str:
        """The number of the product of this service, name and unit; empty where it has none, or several share it."""
        of_name = numbers[_name(item)]
        return min(of_name) if len(of_name) == 1 else ""

    found: list[Any] = [
        {
            "usage_date": _day(field(item, "time_usage_started")),
            "compartment_ocid": field(item, "compartment_id") or "",
            "service": field(item, "service") or "",
            "product_description": field(item, "sku_name") or "",
            "product_sku": number(item),
            "unit": field(item, "unit") or "",
            "quantity": None if (quantity := field(item, "computed_quantity")) is None else str(quantity),
        }
        if is_item(item)
        else item
        for item in told(TOTALS_OF)
    ]
    found.sort(key=lambda item: tuple(str(value or "") for value in (item.values() if is_item(item) else (item,))))
    content = json.dumps(found, ensure_ascii=False, indent=1).encode()
    return Answer(f"{window_from}/{window_to}", content, None, window_from, window_to)


def _name(item: object) -> tuple[str, ...]:
    return tuple(str(field(item, name)) for name in ("service", "sku_name", "unit"))


def _day(started: object) -> str | None:
    """The UTC day of a moment; what is none stays as it was told, for who reads why it is set aside."""
    at = moment(started)
    return at.date().isoformat() if at else None if started is None else str(started)


def parse(content: bytes) -> Rows[UsageTotal]:
    """The totals of one archived answer; what cannot be read is set aside."""
    return read_rows(UsageTotal, json.loads(content))
