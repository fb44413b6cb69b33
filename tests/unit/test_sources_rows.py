"""What machines list row by row: a row that cannot be read is set aside, whatever is the matter with it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from service_reports.sources import oci_compartments, oci_usage

DAY = date(2026, 2, 18)


def total(**changes: Any) -> Any:
    told = {
        "time_usage_started": datetime(2026, 2, 18, tzinfo=UTC),
        "compartment_id": "c",
        "service": "Compute",
        "sku_name": "OCPU",
        "sku_part_number": "B1",
        "unit": "Hours",
        "computed_quantity": 1.5,
    }
    return SimpleNamespace(**told | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"time_usage_started": None},
        {"computed_quantity": float("nan")},
        {"computed_quantity": "mucho"},
        {"service": "Com\0pute"},
    ],
)
def test_a_total_that_cannot_be_read_harms_no_other(changes: dict[str, Any]) -> None:
    page = SimpleNamespace(data=SimpleNamespace(items=[total(**changes), total()]), headers={})
    client: Any = SimpleNamespace(request_summarized_usages=lambda *_, **__: page)
    found = oci_usage.parse(oci_usage.fetch(client, SimpleNamespace, "t", DAY, DAY).content)
    assert [each.quantity for each in found] == [Decimal("1.5")]
    assert len(found.aside) == 1


def test_a_compartment_without_a_name_is_one_and_one_of_nowhere_is_set_aside() -> None:
    def listed(ocid: str, parent: str | None, name: str | None) -> Any:
        return SimpleNamespace(id=ocid, compartment_id=parent, name=name, lifecycle_state="ACTIVE")

    page = SimpleNamespace(data=[listed("b", "a", "Sico"), listed("a", "t", None), listed("x", None, "y")], headers={})
    client: Any = SimpleNamespace(list_compartments=lambda *_, **__: page)
    found = oci_compartments.parse(oci_compartments.fetch(client, "t").content)
    assert [(each.compartment_ocid, each.name) for each in found] == [("a", "(sin nombre)"), ("b", "Sico")]
    assert len(found.aside) == 1
