"""What the tables of the cover, of the acts, of a correction and of the annexes should say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service_reports.documents.proof.reading import Block, Table
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Row,
    Words,
    long,
    same_words,
    says_figure,
    short,
)
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.deliveries import Delivery
from service_reports.figures.figure import Figure
from service_reports.figures.model import FigureChange

CHANGED = ": lo que cambió"
"""How the captions of the tables of changed figures end."""
FACTS = ""
"""The caption of the facts on the cover: they have none."""


class Was:
    """The value of a figure in one version, with its unit; a figure that was not in it is a dash."""

    def __init__(self, change: FigureChange, value: Decimal | None) -> None:
        self._change, self._value = change, value

    def said(self, cell: Block) -> bool:
        """Whether the cell says it."""
        if self._value is None:
            return cell.text == "—"
        figure = Figure(id=self._change.figure_id, value=self._value, unit=self._change.unit, source="")
        return says_figure(cell.text, figure) and any(sign.isdigit() for sign in cell.text)

    def __str__(self) -> str:
        return "—" if self._value is None else f"{self._value:f}"


def cover(subject: Subject, document: RenderedDocument) -> ExpectedTable:
    """The facts on the cover of a report."""
    contract, figures = subject.contract, subject.figures
    report = contract.report(figures.report_number)
    pairs: list[tuple[str, Expected]] = [
        ("Informe No.", Words(figures.report_number)),
        ("Fecha", Words(long(figures.report_date))),
        ("Periodo Informe", Words(f"Del {long(figures.period_from)} al {long(figures.period_to)}")),
    ]
    if document.kind == "technical_report":
        pairs.append(("Fecha de corte", Words(long(figures.period_to))))
    elif report.instalment:
        pairs.append(("Cuota", Words(report.instalment)))
    pairs += [
        ("Cliente", Words(contract.entity.name)),
        ("NIT", Words(f"{contract.entity.nit}-{contract.entity.nit_check_digit}")),
        ("No. Contrato", Words(f"{contract.number} de {contract.year}")),
        ("Objeto", Words(contract.object)),
        ("Vigencia del Contrato", Words(f"Del {long(contract.valid_from)} al {long(contract.valid_to)}")),
        ("Productos Activos", Words(" ".join(product.name for product in contract.products))),
        ("Código", Words(document.code)),
        ("Versión", Words(_version(subject))),
    ]
    return ExpectedTable(FACTS, pairs=pairs)


def _version(subject: Subject) -> str:
    figures = subject.figures
    if figures.version == 1:
        return f"Versión {figures.version}"
    reason = figures.correction_reason or "sin motivo registrado"
    return f"Versión {figures.version} — reemplaza la versión {figures.version - 1}. Motivo: {reason}"


def act_tables(subject: Subject, document: RenderedDocument, delivery: Delivery) -> Iterator[ExpectedTable]:
    """What an act says of its delivery."""
    contract, figures = subject.contract, subject.figures
    hours = "hora" if delivery.hours == 1 else "horas"
    yield ExpectedTable(
        FACTS,
        pairs=[
            ("Acta No.", Words(f"{delivery.position} del informe {figures.report_number}")),
            ("Fecha", Words(long(figures.report_date))),
            ("Entidad", Words(contract.entity.name)),
            ("NIT", Words(f"{contract.entity.nit}-{contract.entity.nit_check_digit}")),
            ("No. Contrato", Words(f"{contract.number} de {contract.year}")),
            ("Estado", Words(delivery.status)),
            ("Solicitud", subject.named(delivery)),
            ("Qué se entrega", _written(subject, delivery.deliverable)),
            ("Dónde se comprueba", _written(subject, delivery.evidence)),
            ("Criterios de aceptación", _accepted_by(subject, delivery)),
            ("Horas estimadas", Words(f"{_quantity(delivery.hours)} {hours}")),
            ("En producción", Words(long(delivery.production_date))),
            ("Código", Words(document.code)),
            *([("Versión", Words(_version(subject)))] if subject.figures.version > 1 else []),
        ],
    )
    steps = (
        ("Comunicado Oficial de Control de Cambio", delivery.change_code, delivery.requested_on),
        ("Aprobación de las horas", None, delivery.approved_on),
        ("Documento de Especificación", None, delivery.specified_on),
        ("Solicitud en la mesa de servicio", delivery.ticket_id, None),
    )
    rows = [
        Row(
            {
                "Paso": Words(step),
                "Fecha": Day(day),
                "Registro": Words(reference or ("Sin registro" if day is None else "Según el contratista")),
            }
        )
        for step, reference, day in steps
    ]
    yield ExpectedTable("Trazabilidad", rows)


def _written(subject: Subject, text: str | None) -> Words:
    """Words of the register of change controls as the contract lets them out."""
    return Words("Sin registro" if text is None else subject.free(text) or "En el registro de controles de cambio")


def _accepted_by(subject: Subject, delivery: Delivery) -> Words:
    if delivery.acceptance_criteria is None and delivery.specified_on is not None:
        return Words(f"Los del Documento de Especificación del {short(delivery.specified_on)}")
    return _written(subject, delivery.acceptance_criteria)


def _quantity(value: Decimal) -> str:
    """A short number as it is printed: hours of one request."""
    whole, _, fraction = f"{value.quantize(Decimal('0.01')):,.2f}".partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(",", ".") + (f",{fraction}" if fraction else "")


def annexes(subject: Subject) -> ExpectedTable:
    """The documents that travel together, those that were really made."""
    rows = [
        Row(
            {
                "Anexo": Words(subject.annex(position)),
                "Documento": Words(document.title),
                "Código": Words(document.code),
            }
        )
        for position, document in enumerate(subject.documents, start=1)
    ]
    return ExpectedTable("Documentos de la entrega", rows)


def changes(subject: Subject, tables: list[Table]) -> Iterator[ExpectedTable]:
    """What a correction replaces and changes; ``tables`` are those of the report, which says a part of the figures."""
    changed = subject.figures.changes
    if changed is None:
        return
    replaced = [(document.title, document.sha256) for document in changed.documents]
    if changed.figures_sha256:
        replaced.insert(0, ("Cifras de la versión", changed.figures_sha256))
    rows = [Row({"Documento": Words(name), "Huella sha256": Words(sha256)}) for name, sha256 in replaced]
    yield ExpectedTable("Lo que reemplaza esta versión", rows)
    for table in tables:
        if table.caption.endswith(CHANGED):
            # A change that the table does not say is missed by ``untold_changes``.
            here = [each for each in changed.figures if any(_tells(row[0], each) for row in table.rows if row)]
            yield ExpectedTable(
                table.caption,
                [
                    Row(
                        {
                            "Cifra": Words(each.label),
                            "Antes": Was(each, each.before),
                            "Ahora": Was(each, each.now),
                            "Causa": Words(each.cause),
                        }
                    )
                    for each in here
                ],
            )
    rows = []
    for text in changed.texts:
        for place in range(max(len(text.before), len(text.now))):
            before = text.before[place] if place < len(text.before) else "—"
            now = text.now[place] if place < len(text.now) else "—"
            cells: dict[str, Expected] = {
                "Documento": Words(text.document),
                "Antes": Words(before),
                "Ahora": Words(now),
            }
            rows.append(Row(cells))
    if rows:
        yield ExpectedTable("Textos que cambiaron", rows)


def _tells(cell: Block, change: FigureChange) -> bool:
    return same_words(cell.text, change.label)


def untold_changes(subject: Subject, reports: list[list[Table]]) -> list[str]:
    """The changed figures that none of both reports tells, and those told twice."""
    changed = subject.figures.changes
    if changed is None:
        return []
    told = [row[0] for tables in reports for table in tables if table.caption.endswith(CHANGED) for row in table.rows]
    if changed.figures and not told:
        return [f"falta la sección «Cambios frente a la versión {changed.version}»"]
    found = []
    for change in changed.figures:
        times = sum(_tells(cell, change) for cell in told)
        same = sum(each.label == change.label for each in changed.figures)
        if times != same:
            found.append(f"el cambio de «{change.label}» está {times} veces en los informes")
    return found
