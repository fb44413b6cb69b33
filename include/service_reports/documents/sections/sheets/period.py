"""What the period tells of itself: changes, days without a reading, obligations, findings, observations."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.contracts.model import Contract
from service_reports.documents.sections.changes import section_title
from service_reports.documents.sections.contract_records import STATES
from service_reports.documents.sections.masking import printed_text
from service_reports.documents.sections.readings import UNREAD, gap_rows
from service_reports.documents.sections.sheets.sheet import EXACT, Heading, Sheet, Value, cell_instant
from service_reports.figures.model import FigureChange, PeriodFigures, VersionChanges
from service_reports.records import ActionPlan
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import FINDINGS, SEVERITIES, SOURCES
from service_reports.wording.es_co.terms import FINDINGS as TOLD_KINDS
from service_reports.wording.shown import Composed, Quoted

NO_PLAN = "Sin plan registrado"
PLANNED = ("Causa", "Acción", "Responsable", "Plazo", "Cumplida el")


def first(figures: PeriodFigures) -> Iterator[Sheet]:
    """What a reader should know before the rest: what a correction changed, and which days are unread."""
    if figures.changes is not None:
        yield _changes(figures.changes)
    if figures.gaps:
        yield _gaps(figures)


def last(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """What the period comes to: obligations, findings and observations."""
    if figures.obligations:
        yield _obligations(figures)
    yield _findings(contract, figures)
    yield _observations(figures)


def _changes(changes: VersionChanges) -> Sheet:
    rows: list[list[Value]] = [
        [Quoted(each.figure_id), Quoted(each.label), each.unit, *_compared(each), Quoted(each.cause)]
        for each in changes.figures
    ]
    headings = [
        Heading("Identificador"),
        Heading("Cifra"),
        Heading("Unidad"),
        Heading("Antes", EXACT),
        Heading("Ahora", EXACT),
        Heading("Causa"),
    ]
    return Sheet(
        "Cambios",
        "Cambios",
        f"{section_title(changes)}: cada cifra que cambió, apareció o ya no está.",
        f"Versión {changes.version} registrada",
        changes.issued_at,
        headings,
        rows,
    )


def _compared(change: FigureChange) -> tuple[Value, Value]:
    """Before and now; instants are UTC."""
    before, now = change.before, change.now
    if change.unit != "instant":
        return before, now
    return (None if before is None else cell_instant(before)), (None if now is None else cell_instant(now))


def _gaps(figures: PeriodFigures) -> Sheet:
    rows: list[list[Value]] = [
        [_as_quoted(row.what), row.days[0], row.days[-1], es_co.listed_days(row.days), row.why, row.situation]
        for row in gap_rows(figures)
    ]
    headings = [
        Heading("Fuente"),
        Heading("Primer día"),
        Heading("Último día"),
        Heading("Días"),
        Heading("Qué se sabe"),
        Heading("Situación"),
    ]
    content = (
        "Días que no se leyeron después de terminar, o de los que una comprobación rechazó lo que llegó: no son ceros."
    )
    return Sheet(UNREAD, "Sin_leer", content, "Registro de lecturas", None, headings, rows)


def _as_quoted(text: str) -> str:
    """A text for a cell, which is a quotation as a whole or not at all: one that names what a contract calls so is."""
    parts = text.parts if isinstance(text, Composed) else ()
    return Quoted(text) if any(isinstance(part, Quoted) for part in parts) else text


def _obligations(figures: PeriodFigures) -> Sheet:
    headings = [Heading("No.", EXACT), Heading("Obligación"), Heading("Soporte"), Heading("Hallazgos")]
    rows: list[list[Value]] = [
        [each.number, Quoted(each.text), STATES[each.standing], ", ".join(each.findings) or None]
        for each in figures.obligations
    ]
    content = "Obligaciones del contratista, cómo se sustenta cada una y los hallazgos que la tocan."
    return Sheet("Obligaciones", "Obligaciones", content, "Contrato y sus registros", None, headings, rows)


def _findings(contract: Contract, figures: PeriodFigures) -> Sheet:
    told = [Heading(each) for each in ("Código", "Gravedad", "Hallazgo", "Sobre", "Desde", "Hasta")]
    levels = {level.id: level.name for level in figures.service_levels}
    rows: list[list[Value]] = []
    for finding in figures.summary.findings if figures.summary else ():
        subject = SOURCES.get(finding.subject) or TOLD_KINDS.get(finding.subject)
        subject = subject or Quoted(levels.get(finding.subject, finding.subject))
        days: list[Value] = [finding.days[0], finding.days[-1]] if finding.days else [None, None]
        kind = FINDINGS.get(finding.kind, finding.kind)
        row = [
            finding.code,
            SEVERITIES[finding.severity].capitalize(),
            kind[:1].upper() + kind[1:],
            subject or None,
            *days,
        ]
        plans = [plan for plan in figures.records.plans if plan.finding == finding.code]
        unplanned = [None, None if finding.severity == "notice" else NO_PLAN, *[None] * (len(PLANNED) - 2)]
        rows += [[*row, *_planned(contract, plan)] for plan in plans] or [[*row, *unplanned]]
    content = "Hallazgos de «El periodo en una página», con el plan registrado para cada uno."
    headings = [*told, *(Heading(each) for each in PLANNED)]
    return Sheet("Hallazgos", "Hallazgos", content, "Cifras del periodo y sus registros", None, headings, rows)


def _planned(contract: Contract, plan: ActionPlan) -> list[Value]:
    cause = printed_text(contract, plan.cause) if plan.cause else ""
    action = printed_text(contract, plan.action)
    return [cause or "En estudio", action, Quoted(plan.owner), plan.due_on, plan.done_on]


def _observations(figures: PeriodFigures) -> Sheet:
    headings = [Heading(each) for each in ("Día", "Observación", "Asunto", "Gravedad", "Detalle")]
    rows: list[list[Value]] = [
        [
            each.day,
            TOLD_KINDS.get(each.kind, each.kind),
            Quoted(each.subject),
            SEVERITIES[each.severity].capitalize(),
            Quoted(each.detail),  # it names files, requests and series as others wrote them
        ]
        for each in figures.observations
    ]
    content = "Lo que la revisión diaria de los datos del periodo encontró y sigue así."
    source = "Revisión de los datos recolectados"
    unread = sorted({day for gap in figures.gaps if not gap.replaced for day in gap.days})
    return Sheet("Observaciones", "Observaciones", content, source, None, headings, rows, frozen=2, days_unread=unread)
