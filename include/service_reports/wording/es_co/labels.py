"""What figures are called: a column's heading, and a phrase that stands alone (a file of ``chapters`` each chapter).

A phrase names what the id of a figure tells apart: days as tables print them, states and dimensions in Spanish.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, NamedTuple, get_args

from service_reports.wording.es_co.formats import declared, declaring, table_date
from service_reports.wording.es_co.terms import UNCLASSIFIED
from service_reports.wording.shown import Composed, Quoted

BANK_STATES = {
    "contracted": "contratadas",
    "consumed": "consumidas",
    "in_execution": "en ejecución",
    "committed": "comprometidas",
    "available": "disponibles",
}
SERVICES = {"support": "Soporte", "warranty": "Garantía"}
HELD = {
    "OCPU Hours": ("núcleo (OCPU)", "núcleos (OCPU)"),
    "GB Hours": ("GB de memoria", "GB de memoria"),
    "Load Balancer Hours": ("balanceador", "balanceadores"),
    "Mbps Per Hour": ("Mbps de ancho de banda", "Mbps de ancho de banda"),
}
"""What is held, of which the provider bills the hours: the reader's word, of one and of several."""
DIMENSIONS = {
    "status": "estado",
    "product": "producto",
    "module": "módulo",
    "process": "proceso",
    "subprocess": "subproceso",
}
STANDINGS = {
    "supported": "con soporte",
    "partial": "con soporte parcial",
    "pending": "pendientes",
    "not_due": "que no se causaron",
    "unmet": "no cumplidas",
}
FOLLOWED = {
    "open": "que siguen",
    "gone": "que no se encontraron de nuevo",
    "done": "con su plan cumplido",
    "unknown": "de los que no se puede afirmar",
}
BECAME = {
    "open": "que siguen sin respuesta",
    "signed": "firmadas",
    "answered": "respondidas",
    "corrected": "atendidas con una corrección",
    "resolved": "que los datos resuelven",
}
EVIDENCE = {"measured": "medidas", "recorded": "registradas", "declared": "declaradas"}
EXECUTED = {
    "billed": "lo facturado",
    "paid": "lo pagado",
    "instalments_billed": "las cuotas facturadas",
    "instalments_paid": "las cuotas pagadas",
}
OUTCOMES = {"in_time": "a tiempo", "late": "tarde", "waiting": "aún en plazo", "unknown": "sin dato"}
TICKET_COLUMNS = {
    "priority": "la prioridad",
    "registered_at": "la fecha y hora de registro",
    "first_answered_at": "la fecha y hora de la primera respuesta",
    "solved_at": "la fecha y hora de la solución",
}
"""What some help desks tell of a request, and others do not."""
MILESTONES = {"first_answer": "la primera respuesta", "solution": "la solución"}
VERDICTS = {"met": "alcanzados", "missed": "no alcanzados", "open": "que no se pueden afirmar"}
REGISTERS = {
    "consultations": "Consultas a la entidad",
    "force_majeure": "Eventos de fuerza mayor",
    "incidents": "Incidentes y reclamaciones",
    "social_security": "Soportes de seguridad social",
    "change_controls": "Controles de cambio",
}
REPORTS = {"management_report": "en el Informe de Gestión", "technical_report": "en el Informe Técnico"}
SEVERITIES = {"alert": "pide respuesta", "warning": "por vigilar", "notice": "informativo"}
"""What a finding asks of its reader, by its severity."""
OF_FINDING = {
    "before": "antes",
    "now": "ahora",
    "others": "otros recursos",
    "percent": "cambio",
    "days": "días",
    "hours": "horas vistas",
    "of_hours": "horas de esos días",
    "samples": "muestras",
    "expected": "muestras esperadas",
    "received": "muestras recibidas",
    "backups": "copias",
    "dumps": "volcados",
    "other_dumps": "otros volcados",
    "least_bytes": "el menor",
    "most_bytes": "el mayor",
    "limit_percent": "límite",
    "jumps": "cambios",
    "before_bytes": "tamaño antes",
    "now_bytes": "tamaño después",
    "tickets": "solicitudes",
    "open": "en trámite",
    "limit_days": "límite",
    "oldest_days": "antigüedad de la más antigua",
    "available_hours": "horas disponibles",
    "contracted_hours": "horas contratadas",
    "obligations": "pendientes",
    "all": "todas",
    "observations": "observaciones",
    "minutes": "minutos",
    "invoices": "facturas",
    "amount": "valor en pesos",
    "billed": "facturado, en pesos",
    "value": "valor del contrato, en pesos",
    "measured": "medido",
    "target": "meta",
    "more": "sin nombrar",
}


class Label(NamedTuple):
    """``title`` heads a column of such figures, ``whole`` says what one is where it stands alone."""

    title: str
    whole: str


Words = Literal["changes", "source", "finding", "asked", "carried", "figure"]
"""What a file of words names: the chapter where changes are told, its sources, findings, asks, evidence and figures."""


@cache
def _called() -> Mapping[Words, Mapping[str, Label]]:
    """The words of all chapters, by what they are of and its name."""
    found: dict[Words, dict[str, Label]] = {of: {} for of in get_args(Words)}
    for path in sorted(Path(__file__).with_name("chapters").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["of"]][row["name"]] = Label(row["title"], row["whole"])  # type: ignore[index]
    return found


def _titles(of: Words) -> Mapping[str, str]:
    return {name: label.title for name, label in _called()[of].items()}


def labels() -> Mapping[str, Label]:
    """The labels of every family of figures, by its name."""
    return _called()["figure"]


CHANGED = _titles("changes")
"""The table that tells the changes of a chapter."""
SOURCES = _titles("source")
"""What the sources bring, for readers and operators alike."""
ASKED = _titles("asked")
"""What the supervisor is asked for."""
FINDINGS = _titles("finding")
CARRIED = _titles("carried")
"""The files of rows that chapters leave as evidence."""


def short_day(day: date) -> str:
    """A day as the documents' tables print it: ``05/01/2026``."""
    return table_date(day)


def exact(value: Decimal) -> str:
    """A number with all its decimals, after a comma: ``−0,5``."""
    return f"{value:f}".replace(".", ",").replace("-", "−")


def whole(family: str, parameters: Mapping[str, str]) -> Composed:
    """What one figure of a family is, for a reader: days know which they are, what others named is a quotation.

    >>> whole("usage.hours", {"day": "2026-01-05"})
    'Horas con consumo del 05/01/2026'
    """
    words = {name: WORDS.get(name, _quoted)(value) for name, value in parameters.items()}
    if family == "hour_bank.movement" or family == "hour_bank.movement.available":
        steps, _, number = parameters["moved"].partition(" (")
        request = [": ", words["request"]] if words["request"] else []
        again = [" (", declared(number.rstrip(")")), ")"] if number else []
        words["moved"] = Composed(_moved(steps), *request, *again)
    parts: list[str] = []
    for text, name, _, _ in Formatter().parse(labels()[family].whole):
        parts += [declaring(text), *([words[name]] if name else [])]
    return Composed(*parts)


def _quoted(text: str) -> str:
    return text if isinstance(text, Composed) else Quoted(text)


def _day(text: str) -> str:
    return short_day(date.fromisoformat(text))


def _moved(text: str) -> str:
    states, _, number = text.partition(" (")
    source, _, target = states.partition("-")
    again = f" ({number}" if number else ""
    return declaring(f"de {BANK_STATES.get(source, source)} a {BANK_STATES.get(target, target)}{again}")


def _ages(text: str) -> str:
    least, _, most = text.partition("-")
    return declaring(f"de {least} {f'a {most} días' if most else 'días o más'}")


def _named(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: words.get(text) or Quoted(text)


def _category(text: str) -> str:
    return Quoted(text) if text.strip() else UNCLASSIFIED.lower()


def _subject(text: str) -> str:
    return Composed(" (", SOURCES.get(text) or Quoted(text), ")") if text else ""


HEADLINES: Mapping[str, str] = {
    "tickets": "solicitudes registradas",
    "hour_bank": "horas disponibles de la bolsa",
    "availability": "disponibilidad del nodo, en muestras con respuesta",
    "backups": "días con copia de OCI",
    "dumps": "días con volcado de la base",
    "usage": "días con consumo completo",
}
"""What the first page answers with one figure."""
WORDS: Mapping[str, Callable[[str], str]] = {
    "day": _day,
    "moved_on": lambda text: "sin fecha" if text == "undated" else Composed("del ", _day(text)),
    "moved": _moved,
    "nth": lambda text: "" if text == "1" else declaring(f" ({text})"),
    "ages": _ages,
    "service": _named(SERVICES),
    "dimension": _named(DIMENSIONS),
    "state": _named(BANK_STATES),
    "charged": _named(BANK_STATES),
    "standing": _named(STANDINGS),
    "evidence": _named(EVIDENCE),
    "followed": _named(FOLLOWED),
    "became": _named(BECAME),
    "verdict": _named(VERDICTS),
    "outcome": _named(OUTCOMES),
    "milestone": _named(MILESTONES),
    "priority": _category,
    "of": _named(EXECUTED),
    "register": _named(REGISTERS),
    "source": _named(SOURCES),
    "printed_in": _named(REPORTS),
    "asked": _named(ASKED),
    "kind": _named(FINDINGS),
    "name": _named(OF_FINDING),
    "category": _category,
    "module": _category,
    "status": _category,
    "subject": _subject,
    "period": declared,
}
"""How what an id tells apart is said; what is not here is somebody's name for something."""
