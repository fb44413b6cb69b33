"""Checks of one export of the help desk: rows are ``Ticket``.

Details show ticket numbers only. Summaries stay out of the table that is checked, and a
number that is no number is hidden: it may be a text in the wrong column.
"""

import csv
from pathlib import Path

from service_reports.checks.suite import Check, Suite, at_least, matches, one_of, present, unique
from service_reports.records import Ticket
from service_reports.records.request_number import identity

STATUSES = ("Activo", "Programado", "Terminado")
TICKET = ("number",)
CATEGORIES_FILE = Path(__file__).with_name("categories.csv")


def categories(field: str) -> tuple[str, ...]:
    """The known values of a category (``categories.csv``)."""
    with CATEGORIES_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(row["value"] for row in csv.DictReader(file) if row["field"] == field)


def number(ticket: Ticket) -> str:
    """The ticket's number, or a mark where it is anything else."""
    return ticket.ticket_id if ticket.ticket_id.isdecimal() else "(oculto)"


SUITE = Suite(
    source="tickets",
    fields=("ticket_id", "service", "registered_on", "status", "product", "module", "process", "subprocess"),
    derived={"number": number, "identity": lambda ticket: identity(ticket.ticket_id)},
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
    ),
)
