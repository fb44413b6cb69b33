"""The contract in numbers: what was not read is never zero, and what the contract does not name is not printed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from service_reports.contracts import Contract
from service_reports.documents import render_management_report
from service_reports.documents.proof.reading import read
from service_reports.documents.sections.highlights import highlights
from service_reports.figures.chapters.execution import execution
from service_reports.figures.chapters.follow_up import follow_ups
from service_reports.figures.model import PeriodFigures
from service_reports.records import ContractRegisters, IssuedFigure, Payment
from tests.golden.sample_figures import sample, with_summary

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
LEFT = datetime(2026, 2, 23, 10, tzinfo=UTC)
NAMED = Contract.model_validate(
    {
        **dict(CONTRACT),
        "value": 480_000_000,
        "guarantees": [
            {"name": "Cumplimiento", "policy": "Póliza 12-44", "valid_to": date(2027, 4, 30)},
            {"name": "Calidad", "policy": "Póliza 12-44", "valid_to": date(2026, 2, 20)},
        ],
        "modifications": [
            {"act": "Otrosí 1", "on": date(2026, 2, 10), "change": "Adición de valor", "value": 20_000_000},
            {"act": "Otrosí 2", "on": date(2026, 6, 10), "change": "Adición de valor", "value": 20_000_000},
        ],
    }
)


def payment(invoice: str, amount: object, instalment: int = 1, **days: date) -> Payment:
    days = {"billed_on": date(2026, 2, 2), "due_on": None, "paid_on": None, **days}
    return Payment(instalment=instalment, invoice=invoice, amount=Decimal(str(amount)), **days)


def told(*payments: Payment, left: datetime = LEFT, contract: Contract = NAMED, kept: bool = True) -> PeriodFigures:
    """The sample's figures with these payments, as a workbook that was left at an instant has them."""
    registers = ContractRegisters(LEFT, left, {"payments": payments}) if kept else ContractRegisters()
    names = (*FIGURES.records.kept, "payments") if kept else FIGURES.records.kept
    figures = FIGURES.model_copy(
        update={
            "execution": execution(contract, REPORT, registers),
            "records": FIGURES.records.model_copy(update={"kept": names}),
        }
    )
    return with_summary(figures, None, contract)


def found(figures: PeriodFigures) -> dict[str, tuple[str, dict[str, Decimal]]]:
    """The findings of the section by what they are about, with how serious they are and their numbers."""
    assert figures.summary is not None
    own = (each for each in figures.summary.findings if each.section == "execution")
    return {each.subject or each.kind: (each.severity, each.values) for each in own}


def rows(contract: Contract, figures: PeriodFigures) -> dict[str, list[str]]:
    """What the table says of each aspect."""
    tables = read(render_management_report(contract, figures).content).tables
    [table] = [each for each in tables if each.caption == "Lo pactado y lo ejecutado"]
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def test_of_a_contract_that_names_nothing_nothing_is_told() -> None:
    figures = told(contract=CONTRACT, kept=False)
    assert figures.execution is None
    assert not [each.id for each in figures.figures if each.id.startswith("execution.")]


def test_what_is_billed_and_paid_stands_against_what_was_agreed() -> None:
    paid = payment("FE-1", 120_000_000, paid_on=date(2026, 2, 20))
    figures = told(paid, payment("FE-2", "500000.50", due_on=date(2026, 2, 12)))
    assert rows(NAMED, figures) == {
        "Plazo, en días": ["346", "34", "9,8 %"],
        "Bolsa de horas: horas consumidas": ["200", "32", "16,0 %"],
        "Cuotas facturadas": ["4", "1", "25,0 %"],
        "Cuotas pagadas": ["4", "0", "0,0 %"],
        "Valor facturado, en pesos": ["500.000.000", "120.500.000,50", "24,1 %"],
        "Valor pagado, en pesos": ["500.000.000", "120.000.000", "24,0 %"],
    }


def test_what_no_register_tells_is_no_zero() -> None:
    figures = told(kept=False)
    assert figures.figure("execution.amount", of="paid") is None
    assert rows(NAMED, figures)["Valor pagado, en pesos"] == ["500.000.000", "Sin dato", "Sin dato"]


def test_a_register_that_was_left_before_the_day_of_an_invoice_tells_nothing_of_its_payment() -> None:
    due = payment("FE-1", 1, due_on=date(2026, 2, 12), paid_on=date(2026, 2, 16))
    assert found(told(due)).keys() == {"Calidad"}
    early = told(due, left=datetime(2026, 2, 10, 12, tzinfo=UTC))
    assert early.value("execution.amount/paid") == 0
    assert "payments.overdue" not in found(early)
    between = told(due, left=datetime(2026, 2, 14, 12, tzinfo=UTC))
    assert found(between)["payments.overdue"] == ("alert", {"invoices": 1, "amount": 1})


@pytest.mark.parametrize(
    ("last", "severity", "days"),
    [
        (date(2026, 2, 22), "alert", 1),
        (date(2026, 2, 23), "alert", 0),
        (date(2026, 3, 25), "alert", 30),
        (date(2026, 3, 26), "warning", 31),
        (date(2026, 4, 24), "warning", 60),
        (date(2026, 4, 25), None, None),
    ],
)
def test_a_guarantee_is_told_of_before_it_ends(last: date, severity: str | None, days: int | None) -> None:
    cover = NAMED.guarantees[1].model_copy(update={"valid_to": last})
    assert found(told(contract=NAMED.model_copy(update={"guarantees": (cover,)}))).get("Calidad") == (
        None if severity is None else (severity, {"days": days})
    )


def test_more_than_the_contract_is_worth_is_told() -> None:
    assert "payments.beyond_value" not in found(told(payment("FE-1", 500_000_000)))
    beyond: dict[str, Any] = {"billed": Decimal("500000000.01"), "value": 500_000_000}
    figures = told(payment("FE-1", 500_000_000), payment("FE-2", "0.01", 2))
    assert found(figures)["payments.beyond_value"] == ("alert", beyond)
    assert figures.summary is not None
    assert {"clarify_billing", "renew_guarantees"} <= {ask.kind for ask in figures.summary.asks}


def test_an_overdue_invoice_is_not_gone_because_nobody_keeps_the_register_any_more() -> None:
    report = CONTRACT.report("2026-02")
    issued = [IssuedFigure(report_number="2026-01", version=1, figure_id="finding/payments.overdue/amount", value=1)]
    for figures, state in ((told(), "gone"), (told(kept=False), "unknown")):
        [followed] = follow_ups(CONTRACT, report, figures, issued)
        assert followed.state == state


def test_of_many_guarantees_that_end_the_first_are_named_and_the_others_counted() -> None:
    last = REPORT.report_date
    covers = tuple(
        NAMED.guarantees[0].model_copy(update={"name": f"Amparo {name}", "valid_to": last}) for name in "ABCDEF"
    )
    contract = NAMED.model_copy(update={"guarantees": covers})
    [ask] = [each for each in highlights(contract, told(contract=contract)).asks if "vigencia" in each.text]
    assert "las garantías «Amparo A», «Amparo B», «Amparo C», «Amparo D» y 2 más, o" in ask.text
