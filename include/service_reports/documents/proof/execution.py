"""What the table of the contract in numbers should say: which aspects it has, by what the contract names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import Expected, ExpectedTable, Number, Row, Words

NO_DATA = Words("Sin dato")


def execution_tables(subject: Subject) -> Iterator[ExpectedTable]:
    """The table; none where the contract names neither value, guarantees nor modifications and keeps no payments."""
    contract = subject.contract
    if contract.value or contract.guarantees or contract.modifications or "payments" in subject.figures.records.kept:
        yield ExpectedTable("Lo pactado y lo ejecutado", list(_rows(subject)))


def _rows(subject: Subject) -> Iterator[Row]:
    contract, figures = subject.contract, subject.figures
    kept = "payments" in figures.records.kept
    yield _row(
        "Plazo, en días",
        Number(Decimal((contract.valid_to - contract.valid_from).days + 1)),
        Number(Decimal((figures.period_to - contract.valid_from).days + 1)),
        subject.value("execution.days_percent"),
    )
    if figures.tell_of("hour_bank"):
        read = figures.hour_bank is not None
        yield _row(
            "Bolsa de horas: horas consumidas",
            subject.value("hour_bank.balance", state="contracted") if read else NO_DATA,
            subject.value("hour_bank.balance", state="consumed") if read else NO_DATA,
            subject.value("hour_bank.percent", state="consumed") if read else NO_DATA,
        )
    if not contract.value and not kept:
        return
    numbered = [each.instalment.rpartition("/")[2] for each in contract.reports if each.instalment]
    numbered = [each for each in numbered if each.isdecimal()]
    for of, aspect in (("billed", "Cuotas facturadas"), ("paid", "Cuotas pagadas")):
        if numbered:
            yield _row(
                aspect,
                Number(Decimal(numbered[0])),
                subject.value("execution.instalments", of=of) if kept else NO_DATA,
                subject.value("execution.percent", of=f"instalments_{of}") if kept else NO_DATA,
            )
    for of, aspect in (("billed", "Valor facturado, en pesos"), ("paid", "Valor pagado, en pesos")):
        yield _row(
            aspect,
            subject.value("execution.value"),
            subject.value("execution.amount", of=of) if kept else NO_DATA,
            subject.value("execution.percent", of=of) if kept else NO_DATA,
        )


def _row(aspect: str, agreed: Expected, executed: Expected, percent: Expected) -> Row:
    return Row({"Aspecto": Words(aspect), "Pactado": agreed, "Ejecutado": executed, "Avance": percent})
