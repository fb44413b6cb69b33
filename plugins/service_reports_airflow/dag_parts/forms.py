"""Trigger forms and defaults that the DAGs share. Imports nothing but airflow.sdk and yaml: DAG files load it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pendulum
import yaml
from airflow.sdk import Param

from service_reports_airflow.answers import LEAVE, RELEASE

if TYPE_CHECKING:
    from airflow.sdk import Context

START_DATE = pendulum.datetime(2026, 1, 1, tz="America/Bogota")
"""Its zone is that of every schedule: Bogotá."""


def note_failure(context: Context) -> None:
    """Have it noted where a task failed, so that alerts tell it."""
    from service_reports_airflow.steps import stops

    stops.note(context, "failed")


DEFAULT_ARGS = {
    "owner": "Dirección de Servicios",
    "execution_timeout": timedelta(minutes=30),
    "on_failure_callback": note_failure,
}
"""Retries and their delay are Airflow's ``[core] default_task_retries`` and ``default_task_retry_delay``."""

CONTRACTS = Path(__file__).resolve().parents[3] / "include" / "contracts"
LISTED_PARTS = ("\nid:", "\nnumber:", "\nentity:", "\nreports:")
"""What the form needs of a contract file. Reading these lines alone is ten times as fast as reading the file."""
NEXT_PART = re.compile(r"\n(?![ \t#\r\n-])")
LONGEST_LISTED = 500
NO_CONTRACT = (OSError, yaml.YAMLError, ValueError, LookupError, TypeError)
"""What is raised over a file that is no contract. Its DAG loads all the same: the tasks tell of it."""
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
ROUND_TIMEOUT = timedelta(minutes=14)
"""A round of alerts ends before the next one begins."""
REVIEW_TIMEOUT = timedelta(hours=3)
"""A review of everything that was ever issued takes longer than other tasks."""


def window_form() -> dict[str, Param]:
    """A window of days to collect; left empty, the last whole days are collected."""
    return {
        "desde": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Desde",
            description="Primer día que se recolecta. Sin las dos fechas: los últimos tres días completos y lo que "
            "falte de antes (copias y mesa de servicio: los periodos abiertos).",
        ),
        "hasta": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Hasta",
            description="Último día que se recolecta, incluido. Si da una fecha, dé las dos.",
        ),
        "contrato": Param(
            None,
            type=["null", "string"],
            title="Contrato",
            description="Identificador del contrato que se recolecta. Vacío: todos. Lo de una tenancy se lee de "
            "toda la suya.",
        ),
        **refusal_form(),
    }


def refusal_form() -> dict[str, Param]:
    """What was refused and is left so, or released; left empty, nothing is settled."""
    return {
        "lote": Param(
            None,
            type=["null", "string"],
            title="Lote",
            description="Número de un lote rechazado sobre el que usted decide: deja de decirse en cada ejecución. Con "
            "«Motivo».",
        ),
        "decision": Param(
            LEAVE,
            enum=[LEAVE, RELEASE],
            values_display={
                LEAVE: "Dejarlo rechazado",
                RELEASE: "Liberarlo: darlo por bueno y cargarlo",
            },
            title="Decisión",
            description="Qué se hace con ese lote. Si se libera, sus filas cuentan y cada informe de sus días dice que "
            "una comprobación lo rechazó, quién lo dio por bueno y por qué.",
        ),
        "motivo": Param(
            None,
            type=["null", "string"],
            title="Motivo",
            description="Por qué se decide así. Queda anotado con su usuario, y el informe lo dice.",
        ),
    }


def chosen_report() -> dict[str, Param]:
    """Contract and report, chosen from lists: what the contract files say at this moment."""
    offered = list(_offered())
    periods: dict[str, set[str]] = {}
    for contract in offered:
        for number, period in contract.reports:
            periods.setdefault(number, set()).add(period)
    return {
        "contrato": _asked(
            title="Contrato",
            description="Los contratos de la carpeta cuyos archivos se pueden leer.",
            enum=[contract.id for contract in offered],
            values_display={contract.id: contract.label for contract in offered},
        ),
        "informe": _asked(
            title="Informe",
            description="Número del informe en el calendario del contrato.",
            enum=sorted(periods),
            values_display={
                number: f"{number}: {min(of)}" if len(of) == 1 else f"{number}: según el calendario de cada contrato"
                for number, of in periods.items()
            },
        ),
    }


def report_form() -> dict[str, Param]:
    """Which report to issue by hand, why, and what becomes of it."""
    return {
        **chosen_report(),
        "motivo": _asked(
            title="Motivo",
            description="Por qué se emite a mano. Si ya se había emitido, se imprime como motivo de la corrección.",
        ),
        "enviar": Param(
            True,
            type="boolean",
            title="Enviar al supervisor",
            description="Apagado: el informe queda firmado y archivado, y «Confirmar envío» espera una decisión.",
        ),
        "esperar": Param(
            False,
            type="boolean",
            title="Esperar datos",
            description="Espera los datos que falten, hasta las horas que diga el contrato (wait_for_data_hours).",
        ),
    }


def _left_empty(title: str, description: str) -> Param:
    """A field for a text, which may be left empty."""
    return Param(None, type=["null", "string"], title=title, description=description)


def scanned_form() -> dict[str, Param]:
    """Which file is the copy of a page signed by hand, and of which document; left empty, what came back is read."""
    return {
        "archivo": _left_empty("Archivo", "Nombre de la copia bajo `returned/`. Vacío: solo se lee lo que llegó."),
        "contrato": _left_empty("Contrato", "Identificador del contrato."),
        "informe": _left_empty("Informe", "Número del informe."),
        "codigo": _left_empty("Código", "Código del documento firmado, como lo dice su pie de página."),
        "version": _left_empty("Versión", "La del documento, como lo dice su pie de página. Vacía: la última emitida."),
        "motivo": _left_empty("Motivo", "Quién firmó y cómo llegó. Queda en el registro, con su usuario."),
    }


def settlement_form() -> dict[str, Param]:
    """Which report is not issued, and why; left empty, the calendars are only looked at.

    Texts, no lists: it may be of a contract whose file cannot be read any more.
    """
    return {
        "contrato": _left_empty("Contrato", "Identificador, como lo dice la alerta. Vacío: solo se comprueba."),
        "informe": _left_empty("Informe", "Número del informe que no se emite, como lo dice la alerta."),
        "motivo": _left_empty("Motivo", "Por qué no se emite, o qué se hizo con su mensaje. Queda en el registro."),
        "anteriores": Param(
            False,
            type="boolean",
            title="También los anteriores",
            description="Los informes vencidos de ese contrato que falten antes de ese, con el mismo motivo.",
        ),
    }


def verification_form() -> dict[str, Param]:
    """Which finding of the register is explained, and whether all of it is verified; left empty, what is due."""
    return {
        "todo": Param(
            False,
            type="boolean",
            title="Comprobar todo",
            description="Todo lo que se ha emitido, y no solo lo nuevo y lo que toca hoy. Puede tardar varias "
            "ejecuciones.",
        ),
        "hallazgo": Param(
            None,
            type=["null", "string"],
            title="Hallazgo",
            description="Un hallazgo que usted explica, completo como lo dice el registro (Logs): deja de decirse "
            "en cada ejecución, mientras siga igual. Con «Motivo».",
        ),
        "motivo": Param(
            None,
            type=["null", "string"],
            title="Motivo",
            description="Por qué está así, o qué se hizo. Queda en la cadena de eventos con su usuario.",
        ),
    }


def _asked(**shown: Any) -> Param:
    """A text that the form does not let pass when it is empty, and that a scheduled run does not have.

    The form goes by ``type`` and ``enum``; what is valid is said by ``$ref`` alone, beside which draft 7
    of JSON Schema ignores everything else. So the DAG may have a schedule, a run goes on when the list
    has changed since, and what is not in the list is refused by the first task, which reads the files.
    """
    schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/definitions/text",
        "definitions": {"text": {"type": ["null", "string"]}},
        "type": "string",
    }
    return Param(None, **schema, **shown)


class Offered(NamedTuple):
    """A contract as the form lists it; ``reports`` are numbers and periods in words."""

    id: str
    label: str
    reports: tuple[tuple[str, str], ...]


def _offered() -> Iterator[Offered]:
    """The contracts whose files can be read, by name; whether they hold is seen by the tasks."""
    folder = Path(os.environ.get("SERVICE_REPORTS_CONTRACTS") or CONTRACTS)
    found = []
    for path in folder.glob("*.y*ml"):
        try:
            found.append(_read(path))
        except NO_CONTRACT:
            continue
    return iter(sorted(found, key=lambda contract: (contract.label, contract.id)))


def _read(path: Path) -> Offered:
    from service_reports.bounded_yaml import read_regular

    text = read_regular(path).decode()
    try:
        return _offer("".join(_parts(f"\n{text}\n")))
    except NO_CONTRACT:  # written in another of YAML's forms, or broken
        return _offer(text)


def _parts(text: str) -> Iterator[str]:
    for name in LISTED_PARTS:
        begin = text.find(name)
        if begin >= 0 and (end := NEXT_PART.search(text, begin + 1)):
            yield text[begin : end.start()]


def _offer(text: str) -> Offered:
    from service_reports.bounded_yaml import load

    said = load(text, lambda scalar: scalar.value)
    return Offered(
        _text(said["id"]),
        f"{_text(said['entity']['name'])}, contrato {_text(said['number'])}",
        tuple((_text(report["number"]), _period(report)) for report in said["reports"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_LISTED:
        raise ValueError
    return value


def _period(report: Mapping[str, Any]) -> str:
    first, last = (date.fromisoformat(report[day]) for day in ("period_from", "period_to"))
    return f"{_day(first, last)} a {_day(last)}"


def _day(day: date, other: date | None = None) -> str:
    year = "" if other is not None and other.year == day.year else f" de {day.year}"
    return f"{day.day} de {MONTHS[day.month - 1]}{year}"
