"""Checks of one export of the help desk: rows are ``Ticket``.

Details show ticket numbers only. Summaries stay out of the table that is checked, and a
number that is no number is hidden: it may be a text in the wrong column.
"""

import csv
from pathlib import Path

from service_reports.checks.suite import Check, Suite, at_least, matches, not_before, one_of, present, unique
from service_reports.contracts import BOGOTA
from service_reports.records import Ticket
from service_reports.records.request_number import identity

STATUSES = ("Activo", "Programado", "Terminado")
TICKET = ("number",)
YES = "sí"
CATEGORIES_FILE = Path(__file__).with_name("categories.csv")


def categories(field: str) -> tuple[str, ...]:
    """The known values of a category (``categories.csv``)."""
    with CATEGORIES_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(row["value"] for row in csv.DictReader(file) if row["field"] == field)


def number(ticket: Ticket) -> str:
    """The ticket's number, or a mark where it is anything else."""
    return ticket.ticket_id if ticket.ticket_id.isdecimal() else "(oculto)"


def registered_that_day(ticket: Ticket) -> str | None:
    """Whether the moment of registration is one of the day of registration (Bogotá)."""
    if ticket.registered_at is None or ticket.registered_on is None:
        return None
    return YES if ticket.registered_at.astimezone(BOGOTA).date() == ticket.registered_on else "no"


SUITE = Suite(
    source="tickets",
    fields=(
        *("ticket_id", "service", "registered_on", "status", "product", "module", "process", "subprocess"),
        *("registered_at", "first_answered_at", "solved_at"),
    ),
    derived={
        "number": number,
        "identity": lambda ticket: identity(ticket.ticket_id),
        "registered_that_day": registered_that_day,
    },
    totals={"rows": len},
    batch_checks=(
        Check(
            "tickets.has_rows",
            "warning",
            "La exportación tiene solicitudes: vacía, no distingue un periodo sin solicitudes de uno sin exportar.",
            at_least("rows", 1),
        ),
    ),
    row_checks=(
        Check(
            "tickets.id_present",
            "blocking",
            "Cada solicitud tiene número.",
            present("ticket_id"),
        ),
        Check(
            "tickets.id_digits",
            "blocking",
            "El número de la solicitud tiene solo dígitos.",
            matches("ticket_id", r"^[0-9]+$"),
        ),
        Check(
            "tickets.id_unique",
            "blocking",
            "Ninguna solicitud aparece dos veces, ni en soporte y garantía a la vez.",
            unique("identity"),
            shows=TICKET,
        ),
        Check(
            "tickets.support_registered",
            "blocking",
            "Cada solicitud de soporte tiene fecha de registro, que la sitúa en un periodo.",
            present("registered_on"),
            where=("service", "support"),
            shows=TICKET,
        ),
        Check(
            "tickets.status_present",
            "blocking",
            "Cada solicitud tiene estado.",
            present("status"),
            shows=TICKET,
        ),
        Check(
            "tickets.status_known",
            "warning",
            "El estado es Activo, Programado o Terminado.",
            one_of("status", STATUSES),
            shows=TICKET,
        ),
        Check(
            "tickets.product_present",
            "warning",
            "Cada solicitud está clasificada por producto.",
            present("product"),
            shows=TICKET,
        ),
        Check(
            "tickets.product_known",
            "warning",
            "El producto está en el diccionario de categorías.",
            one_of("product", categories("product")),
            shows=TICKET,
        ),
        Check(
            "tickets.module_known",
            "warning",
            "El módulo está en el diccionario de categorías; uno que se lee distinto se cuenta aparte.",
            one_of("module", categories("module")),
            shows=TICKET,
        ),
        Check(
            "tickets.process_known",
            "warning",
            "El proceso está en el diccionario de categorías; uno que se lee distinto se cuenta aparte.",
            one_of("process", categories("process")),
            shows=TICKET,
        ),
        Check(
            "tickets.module_present",
            "warning",
            "Cada solicitud está clasificada por módulo.",
            present("module"),
            shows=TICKET,
        ),
        Check(
            "tickets.process_present",
            "warning",
            "Cada solicitud está clasificada por proceso.",
            present("process"),
            shows=TICKET,
        ),
        Check(
            "tickets.subprocess_present",
            "warning",
            "Cada solicitud está clasificada por subproceso.",
            present("subprocess"),
            shows=TICKET,
        ),
        Check(
            "tickets.registered_that_day",
            "warning",
            "La hora de registro es del día de registro, en Bogotá; si no, los tiempos de la solicitud no se miden.",
            one_of("registered_that_day", (YES,)),
            shows=TICKET,
        ),
        Check(
            "tickets.answered_after_registered",
            "warning",
            "La primera respuesta no es anterior al registro; si lo es, no se mide.",
            not_before("first_answered_at", "registered_at"),
            shows=TICKET,
        ),
        Check(
            "tickets.solved_after_registered",
            "warning",
            "La solución no es anterior al registro; si lo es, no se mide.",
            not_before("solved_at", "registered_at"),
            shows=TICKET,
        ),
        Check(
            "tickets.solved_after_answered",
            "warning",
            "La primera respuesta no es posterior a la solución; si lo es, no se mide.",
            not_before("solved_at", "first_answered_at"),
            shows=TICKET,
        ),
    ),
)
