"""How the hour bank's ledger is printed when a period does not begin with nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract, ReportPeriod
from service_reports.documents import RenderedDocument, check_language, crosscheck, render_documents
from service_reports.figures.chapters.hour_bank import hour_bank_figures
from service_reports.figures.findings import HOUR_BANK_KINDS, hour_bank_findings
from service_reports.figures.hour_ledger import Credit, IssuedBank, hour_bank_ledger
from service_reports.figures.model import HourBankFigures, PeriodFigures
from service_reports.figures.period import completed
from service_reports.records import ChangeRecord, ContractRegisters, HourBankEntry, IssuedFigure
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.sample_figures import pdf_text, sample, with_summary

EARLIER = ReportPeriod(
    number="2025-04", period_from=date(2025, 10, 1), period_to=date(2026, 1, 19), report_date=date(2026, 1, 20)
)
CREDITS = (Credit(EARLIER.period_from, "", Decimal(150)), Credit(date(2026, 2, 1), "Otrosí 1", Decimal(50)))


def entry(request: str, hours: str, status: str, on: date | None) -> HourBankEntry:
    return HourBankEntry(request=request, production_date=on, estimated_hours=Decimal(hours), status=status)


ENTRIES = (
    entry("Configuración y parametrización Sobretasa Ambiental AMSO", "32", "Terminado", date(2026, 2, 9)),
    entry("Interfaz con el sistema financiero de la Entidad", "20.5", "En ejecución", None),
    entry("Reporte de cartera", "8", "Terminado", date(2026, 1, 10)),
)


@cache
def later_period() -> tuple[Contract, PeriodFigures, tuple[RenderedDocument, ...]]:
    """The sample month as if a report came before it that did not have one of the requests yet, as it is printed.

    It has every finding that there can be about an hour bank.
    """
    contract, figures = sample()
    committed = {"committed": Decimal(32), "in_execution": Decimal(0), "consumed": Decimal(0)}
    issued = IssuedBank(
        EARLIER,
        2,
        {
            "contracted": Decimal(150),
            "available": Decimal(118),
            "consumed": Decimal(0),
            "committed": Decimal(32),
            "in_execution": Decimal(0),
        },
        {ENTRIES[0].request: committed},
    )
    report = contract.report("2026-01")
    bank = hour_bank_figures(ENTRIES, Decimal(200), report.period_to)
    ledger = hour_bank_ledger(ENTRIES, CREDITS, report, [issued])
    changed = figures.model_copy(
        update={
            "hour_bank": bank.model_copy(update={"ledger": ledger}),
            "change_controls": (),
            "observations": every_finding(contract),
        }
    )
    changed = with_summary(changed, None, contract)
    return contract, changed, render_documents(contract, changed)


def every_finding(contract: Contract) -> tuple[Observation, ...]:
    """One of each kind about the hour bank."""
    later = contract.reports[1]
    issued = tuple(
        IssuedFigure(report_number="2026-01", version=1, figure_id=f"hour_bank.{name}", value=Decimal(hours))
        for name, hours in (("opening.contracted", 0), ("contracted", 200), ("available", 200), ("consumed", 0))
    )
    charged = (entry("Interfaz", "212.5", "Terminado", date(2026, 2, 20)),)
    control = ChangeRecord.model_validate(
        dict.fromkeys(ChangeRecord.model_fields)
        | {"code": "CC-1", "request": "Otra", "requested_on": date(2026, 2, 1), "hours": 1}
    )
    registers = ContractRegisters(rows={"change_controls": (control,)})
    rows = PeriodRows(by_type(charged), registers=registers, issued_hours=issued)
    found = tuple(hour_bank_findings(contract, later, rows))
    assert {each.kind for each in found} == set(HOUR_BANK_KINDS)
    return found


def test_the_report_prints_balances_movements_and_what_differs_from_the_issued_closing() -> None:
    text = pdf_text(later_period()[2][0].content)
    for printed in (
        "Contratadas 150 50 0 200",
        "Disponibles 110 50 20,5 139,5",
        "Comprometidas 32 0 32 0",
        "Consumidas 8 32 0 40",
        "01/02/2026 Adición de horas: Otrosí 1 — — Disponibles 50 160",
        "Sin fecha",
        "«Reporte de cartera»: 8 horas con fecha 10/01/2026, del periodo del informe 2025-04, que se emitió sin ellas "
        "(versión 2).",
        "Horas consumidas al cierre del informe 2025-04, versión 2: se emitieron 0 y hoy son 8; diferencia: 8.",
        "Horas disponibles al cierre del informe 2025-04, versión 2: se emitieron 118 y hoy son 110; diferencia: -8.",
    ):
        assert printed in text


def test_a_later_period_and_every_finding_about_its_hour_bank_are_printed_as_colombia_writes() -> None:
    verdicts = [*crosscheck(*later_period()), *check_language(*later_period())]
    assert [verdict for verdict in verdicts if not verdict.passed and verdict.severity == "blocking"] == []


def test_figures_that_were_kept_before_there_was_a_ledger_print_as_before() -> None:
    contract, figures = sample()
    bank = figures.hour_bank.model_dump(mode="json", exclude={"ledger"})
    older = completed(contract, figures.model_copy(update={"hour_bank": HourBankFigures.model_validate(bank)}))
    documents = render_documents(contract, older)
    assert "Saldos de la bolsa de horas" not in pdf_text(documents[0].content)
    assert all(verdict.passed for verdict in crosscheck(contract, older, documents))
