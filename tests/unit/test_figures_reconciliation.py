"""Our totals meet the provider's whatever either calls a service, and no number is no zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from service_reports.figures.reconciliation import DayTotal, ReconciledColumn, findings, reconcile
from tests.golden.sample_figures import sample_contract

DAY = date(2026, 1, 25)
CONTRACT = sample_contract()


def total(service: str, quantity: int | None = 5, product: str = "Outbound Data Transfer Zone 1") -> DayTotal:
    return DayTotal(DAY, service, product, "GB Months", None if quantity is None else Decimal(quantity))


def compared(ours: list[DayTotal], theirs: list[DayTotal]) -> list[ReconciledColumn]:
    return reconcile(CONTRACT, ours, theirs, [DAY])


def test_outbound_transfer_of_the_network_code_is_that_of_the_virtual_cloud_network() -> None:
    [column] = compared([total("NETWORK")], [total("Virtual Cloud Network")])
    assert (column.within_tolerance, column.label[:21]) == (True, "Virtual Cloud Network")


def test_a_code_that_nobody_knows_has_the_name_that_the_provider_tells_of_its_product() -> None:
    [column] = compared([total("XQ_17")], [total("Some New Service")])
    verdict, _ = findings(CONTRACT, [column])
    assert verdict.passed, verdict.detail


def test_a_product_of_two_services_stays_two_columns() -> None:
    ours = [total("DATABASE", 2), total("BLOCK_STORAGE", 3)]
    assert [
        column.within_tolerance for column in compared(ours, [total("Database", 2), total("Block Storage", 3)])
    ] == [
        True,
        True,
    ]
    assert [column.within_tolerance for column in compared(ours, [total("Database", 5)])] == [False, False]


def test_a_total_without_a_number_is_compared_with_nothing() -> None:
    theirs = [total("Virtual Cloud Network", None), total("Compute", 1, "Standard - E4")]
    found = compared([total("NETWORK"), total("COMPUTE", 1, "Standard - E4")], theirs)
    assert [(column.label, column.within_tolerance) for column in found] == [
        ("Compute / Standard - E4 (GB Months)", True)
    ]
