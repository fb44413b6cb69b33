"""What the table of service levels should say, each verdict found anew from what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import ExpectedTable, Holding, Row, Words
from service_reports.figures.model import ServiceLevelFigures, Verdict
from service_reports.wording.es_co import formats as es_co

RESULTS: dict[Verdict, str] = {"met": "Se alcanzó", "missed": "No se alcanzó", "open": "No se puede afirmar"}
LEAST_IS_WANTED = "days"
STANDING = {
    "in_time": "A tiempo",
    "late": "Tarde",
    "waiting": "Aún en plazo, sin contar",
    "unknown": "Sin dato",
}
COLUMNS = {
    "priority": "la prioridad",
    "registered_at": "la fecha y hora de registro",
    "first_answered_at": "la fecha y hora de la primera respuesta",
    "solved_at": "la fecha y hora de la solución",
}


def verdict(level: ServiceLevelFigures) -> Verdict:
    """Whether a target was reached whatever was not read, was missed whatever was not read, or neither can be said."""
    if level.target is None or level.least is None or level.most is None:
        return "open"
    if level.unit == LEAST_IS_WANTED:
        return "met" if level.most <= level.target else "missed" if level.least > level.target else "open"
    return "met" if level.least >= level.target else "missed" if level.most < level.target else "open"


def service_level_tables(subject: Subject) -> Iterator[ExpectedTable]:
    """The table of levels; none where the contract has none."""
    levels = subject.figures.service_levels
    if levels:
        yield ExpectedTable("Niveles de servicio frente a su meta", [_row(subject, level) for level in levels])


def level_rows(subject: Subject) -> Iterator[ExpectedTable]:
    """The same in a line each, as the draft of the certification has them."""
    rows = [
        Row(
            {
                "Indicador": Words(level.name),
                "Meta": Words(_target(level)),
                "Medido": Words(_said(level, level.measured)),
                "Resultado": Words(RESULTS[verdict(level)]),
            }
        )
        for level in subject.figures.service_levels
    ]
    if rows:
        yield ExpectedTable("Niveles de servicio", rows)


def _said(level: ServiceLevelFigures, value: Decimal | None) -> str:
    if value is None:
        return "Sin medición"
    if level.unit != LEAST_IS_WANTED:
        return es_co.availability(value)
    return f"{es_co.number(value)} {'día' if value == 1 else 'días'}"


def _target(level: ServiceLevelFigures) -> str:
    if level.target is None:
        return "—"
    side = " o más" if level.unit != LEAST_IS_WANTED else " o menos" if level.target else ""
    return f"{_said(level, level.target)}{side}"


def _row(subject: Subject, level: ServiceLevelFigures) -> Row:
    told = [level.name, level.subject or "", level.needed or "", *level.priorities]
    told += ["de atención"] if level.in_service_hours else []
    told += [f"{STANDING[name]}: {count}." for name, count in level.outcomes or ()]
    told += [*(COLUMNS[each] for each in level.lacking), level.exclusions or ""]
    found = verdict(level)
    result = [RESULTS[found], (level.consequence or "") if found == "missed" else ""]
    return Row(
        {
            "Indicador y cómo se mide": Holding(tuple(part for part in told if part)),
            "Meta": Words(_target(level)),
            "Medido": Words(_said(level, level.measured)),
            "Resultado": Holding(tuple(part for part in result if part)),
        }
    )
