"""Faults that somebody who looks around in a running sandbox plants by name: ``make fault FAULT=oci``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sandbox.faults import FaultError, make_faults, write_control
from sandbox.postgres import dsn

CLEARED = "ninguna"
SOCKET_FILE = Path("run", "postgres_socket")
"""In a state folder: where the sandbox's PostgreSQL listens."""


@dataclass(frozen=True)
class Planted:
    """What goes wrong, and what to do to see it: in Spanish, for who looks around.

    ``faults`` are those of :mod:`sandbox.faults`; ``change`` is a statement for the help desk's database.
    """

    what: str
    then: str
    faults: tuple[Mapping[str, Any], ...] = ()
    change: str | None = None


RECLASSIFY = (
    "update help_desk.ticket set module = (select max(module) from help_desk.ticket) where ticket_id ="
    " (select min(ticket_id) from help_desk.ticket where service = 'support'"
    " and module <> (select max(module) from help_desk.ticket))"
)

PLANTED = {
    "oci": Planted(
        "OCI responde 503 a todo lo que se le pregunta",
        "Dispare «Recolectar métricas de OCI»: queda en rojo y su registro dice qué hacer; «Inicio» lo muestra "
        "también. Quite la falla con FAULT=ninguna, limpie la tarea roja y vea que termina.",
        tuple(
            {"kind": "http_error", "status": 503, "operation": operation}
            for operation in ("list_objects", "get_object", "summarize_metrics_data", "list_backups")
        ),
    ),
    "solicitud": Planted(
        "La mesa de servicio pasó a otro módulo una solicitud del mes que ya se emitió",
        "Dispare «Recolectar mesa de servicio» con Desde y Hasta del periodo: después, «Inicio» pregunta si se emite "
        "una corrección. Responda y abra en «Informes» el PDF de la versión 2.",
        change=RECLASSIFY,
    ),
    "correo": Planted(
        "El servidor de correo recibe el próximo mensaje y se cae antes de decirlo",
        "Emita una corrección (FAULT=solicitud primero): la tarea «Enviar» no puede saber si llegó, y pregunta.",
        ({"kind": "mail_dropped", "at": "answer", "times": 1},),
    ),
    CLEARED: Planted("Todo vuelve a responder como siempre", "Limpie la tarea roja, o dispare de nuevo lo que falló."),
}


def plant(name: str, state: Path) -> Planted:
    """Plant a fault in the sandbox whose state folder this is; what was planted before is gone, but for changed rows.

    Raises:
        FaultError: no such fault, or no sandbox runs there.
    """
    if name not in PLANTED:
        raise FaultError(f"no hay una falla «{name}»; las que hay:\n{listed()}")
    if not (state / SOCKET_FILE).is_file():
        raise FaultError(f"no hay un ambiente en {state}: déjelo corriendo con `make up` en otra terminal")
    planted = PLANTED[name]
    write_control(state / "run" / "faults.json", make_faults(planted.faults))
    if planted.change:
        socket = Path((state / SOCKET_FILE).read_text(encoding="utf-8"))
        with psycopg.connect(dsn(socket, "help_desk"), autocommit=True) as desk:
            desk.execute(planted.change)
    return planted


def listed() -> str:
    """The names, each with what it does."""
    return "\n".join(f"  {name:<10} {planted.what}" for name, planted in PLANTED.items())
