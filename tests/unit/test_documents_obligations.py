"""Section 3, the change controls and the deliverables as they are printed: nothing without a recorded fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from markupsafe import Markup

from service_reports.contracts import FactKind, Obligation
from service_reports.documents import render_management_report
from service_reports.documents.engine.marks import plain_text
from service_reports.documents.engine.prose import Prose
from service_reports.documents.proof.reading import read
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.period import with_numbers
from service_reports.figures.records import change_controls, record_figures
from service_reports.records import (
    Consultation,
    ContractRegisters,
    Deliverable,
    ForceMajeure,
    Incident,
    SocialSecurityProof,
)
from tests.golden.sample_figures import READ_AT, pdf_text, sample, sample_registers, sample_text

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")


def printed(*kinds: FactKind, statement: str | None = None, **rows: tuple[Any, ...]) -> str:
    """The management report of a contract with one obligation, and registers with these rows."""
    clause = Obligation(number=7, text="Cumplir.", depends_on=kinds, statement=statement)
    return pdf_text(report_of((clause,), rows))


def report_of(clauses: tuple[Obligation, ...], rows: Mapping[str, tuple[Any, ...]]) -> bytes:
    """The management report of a contract with these obligations, and registers with these rows.

    What its products do is not printed: it rests on no record, and is most of the report.
    """
    kept = ContractRegisters(READ_AT, READ_AT, rows) if rows else ContractRegisters()
    contract = CONTRACT.model_copy(update={"obligations": clauses, "platform": ()})
    figures = FIGURES.model_copy(update={"records": record_figures(contract, REPORT, 1, kept)})
    controls, without_control = change_controls(kept, figures.hour_bank.entries, REPORT)
    figures = figures.model_copy(
        update={
            "change_controls": controls,
            "without_change_control": without_control,
            "obligations": obligation_figures(contract, REPORT, figures, kept),
        }
    )
    return render_management_report(contract, with_numbers(contract, figures)).content


def test_negatives_say_when_the_empty_register_was_consulted() -> None:
    text = printed("consultations", "force_majeure", "claims", consultations=(), force_majeure=(), incidents=())
    for nothing in ("consultas", "hechos de fuerza mayor o caso fortuito", "reclamaciones por perjuicios"):
        assert f"no se registraron {nothing}, según el registro del 23/02/2026, consultado ese día" in text
    assert "1 declarada" in text


def test_a_register_that_was_never_read_is_pending_and_denies_nothing() -> None:
    text = printed("consultations", "force_majeure", "security_incidents", "deliverables")
    assert "Pendiente de consultar el registro de consultas" in text
    assert "Pendiente de consultar el registro de fuerza mayor" in text
    assert "Pendiente de consultar el registro de entregables" in text
    assert "Registros del contrato: no se ha consultado ninguno" in text
    table = text[text.rfind("Tabla 1. Obligaciones") : text.rfind("Registros del contrato:")]
    assert "no se registraron" not in table


def test_what_was_recorded_is_told_with_its_dates_and_without_personal_data() -> None:
    day = date(2026, 2, 3)
    text = printed(
        "consultations",
        "force_majeure",
        "security_incidents",
        "claims",
        consultations=(
            Consultation(asked_on=day, addressee="Tesorería", matter="Base de ana@x.example", answered_on=None),
        ),
        force_majeure=(ForceMajeure(occurred_on=day, event="Sismo", notified_on=None, recommendation="Reprogramar"),),
        incidents=(
            Incident(occurred_on=day, kind="Datos personales", event="Acceso", closed_on=day),
            Incident(occurred_on=day, kind="Reclamación", event="Daño", closed_on=None),
        ),
    )
    assert "Consulta a Tesorería el 03/02/2026: Base de [correo] (sin respuesta registrada)" in text
    assert "Hecho del 03/02/2026: Sismo (pendiente de avisar; recomendación: Reprogramar)" in text
    assert "Incidente del 03/02/2026 (Datos personales): Acceso (cerrado el 03/02/2026)" in text
    assert "Reclamación del 03/02/2026: Daño (abierta)" in text


def test_a_statement_is_printed_only_with_its_attestation() -> None:
    assert "obró con lealtad" not in printed("attestation", statement="obró con lealtad")
    text = sample_text("management_report")
    assert "SMART TMT declara que obró con lealtad" in text
    assert "Constancia (Líder de Operaciones), 23/02/2026" in text
    assert "Pendiente de la constancia del responsable para el informe 2026-01" in text


@cache
def deliverable(due: date | None, sent: date | None) -> str:
    row = Deliverable(code="FAC-1", kind="Factura", obligation=7, due_on=due, sent_on=sent, addressee="Supervisor")
    return printed("deliverables", deliverables=(row,))


def test_on_time_is_printed_only_with_both_dates() -> None:
    due = date(2026, 2, 10)
    assert "FAC-1: envío oportuno, el 09/02/2026 (fecha pactada: 10/02/2026)" in deliverable(
        due, due - timedelta(days=1)
    )
    assert "10/02/2026 09/02/2026 Envío oportuno" in deliverable(due, due - timedelta(days=1))
    for text in (deliverable(None, due), deliverable(due, due + timedelta(days=1)), deliverable(due, None)):
        assert "oportun" not in text
    assert "FAC-1: envío el 11/02/2026, después de la fecha pactada (10/02/2026)" in deliverable(
        due, due + timedelta(days=1)
    )
    assert "FAC-1: pendiente de envío; la fecha pactada era el 10/02/2026" in deliverable(due, None)


def test_social_security_names_number_month_and_date() -> None:
    proof = SocialSecurityProof(
        month=date(2026, 1, 1), kind="Planilla de aportes", document_number="88", issued_on=date(2026, 2, 10)
    )
    assert "Planilla de aportes No. 88, de enero de 2026, del 10/02/2026." in printed(
        "social_security", social_security=(proof,)
    )
    assert "Pendiente de registrar el soporte de aportes de enero de 2026" in printed(
        "social_security", social_security=()
    )


def test_no_sentence_of_section_three_is_empty() -> None:
    kinds: tuple[FactKind, ...] = (
        "tickets",
        "hour_bank",
        "availability",
        "backups",
        "usage",
        "reports",
        "deliverables",
        "consultations",
        "force_majeure",
        "social_security",
        "security_incidents",
        "claims",
    )
    clauses = tuple(
        Obligation(number=place, text="Cumplir.", depends_on=(kind,)) for place, kind in enumerate(kinds, 1)
    )
    for rows in ({}, dict.fromkeys(("consultations", "force_majeure", "incidents", "deliverables"), ())):
        tables = [each for each in read(report_of(clauses, rows)).tables if each.caption.startswith("Obligaciones")]
        told = [" ".join(cell.text for cell in row[2:]) for table in tables for row in table.rows]
        assert len(told) == len(kinds)
        assert [kind for kind, words in zip(kinds, told, strict=True) if len(words.split()) <= 5] == []


def test_an_attestation_from_before_the_end_of_the_period_says_so() -> None:
    told = "La constancia es anterior al 22 de febrero de 2026: no cubre los últimos días del periodo."
    assert sample_text("management_report").count(told) == 1


def test_missing_links_are_named_and_agree_in_number() -> None:
    assert "Control de cambio CC-ALCJAM-001: falta la solicitud en la mesa de servicio." in sample_text(
        "management_report"
    )
    [control] = sample_registers().rows["change_controls"]
    bare = control.model_copy(update={"approved_on": None, "specified_on": None, "hours": Decimal(40)})
    text = printed("tickets", change_controls=(bare,))
    assert "CC-ALCJAM-001: faltan la aprobación, la especificación y la solicitud en la mesa de servicio." in text
    assert "CC-ALCJAM-001: se estimaron 40 horas y la bolsa registra 32." in text


def test_a_request_of_the_hour_bank_without_change_control_or_act_is_told() -> None:
    text = printed("tickets", change_controls=())
    assert "«Configuración y parametrización Sobretasa Ambiental AMSO»: no tiene control de cambio registrado" in text
    assert "no hay controles de cambio" in text
    assert "Pendiente de consultar el registro de controles de cambio" in printed("tickets")


def test_the_documents_of_the_report_are_listed_as_going_with_it() -> None:
    text = printed("tickets")
    assert text.count("23/02/2026 — Con este informe") == 3
    assert "Pendiente de consultar el registro de los demás entregables" in text


def test_number_words_agree_with_their_number() -> None:
    bank = FIGURES.hour_bank.model_copy(update={"contracted": 1})
    figures = with_numbers(CONTRACT, FIGURES.model_copy(update={"hour_bank": bank}))
    words = Prose("management", contract=CONTRACT, figures=figures).sentence(
        "hour_bank", "intro", bank=bank, words="UNA"
    )
    assert "UNA (1) hora, que" in plain_text(Markup(words))
