"""Checks of one export of the hour bank: rows are ``HourBankEntry``.

An unknown status blocks here, unlike a ticket's: hours that belong to no group cannot be
taken from the bank. The text of a request is free and is never shown.
"""

from service_reports.checks.suite import Check, Suite, at_least, one_of, present, unique

STATUSES = ("Activo", "Aprobado", "Comprometido", "En ejecución", "Programado", "Terminado")
ENTRY = ("production_date", "estimated_hours")

SUITE = Suite(
    source="hour_bank",
    fields=("request", "production_date", "estimated_hours", "status"),
    totals={"rows": len},
    batch_checks=(
        Check(
            "hour_bank.has_rows",
            "warning",
            "La exportación tiene consumos: vacía, no distingue una bolsa sin usar de una sin exportar.",
            at_least("rows", 1),
        ),
    ),
    row_checks=(
        Check(
            "hour_bank.request_present",
            "blocking",
            "Cada consumo dice qué se pidió.",
            present("request"),
            shows=ENTRY,
        ),
        Check(
            "hour_bank.hours_not_negative",
            "blocking",
            "Ninguna cantidad de horas es negativa.",
            at_least("estimated_hours", 0),
            shows=ENTRY,
        ),
        Check(
            "hour_bank.status_known",
            "blocking",
            "El estado dice si las horas están consumidas, en ejecución o comprometidas.",
            one_of("status", STATUSES),
            shows=ENTRY,
        ),
        Check(
            "hour_bank.status_present",
            "blocking",
            "Cada consumo tiene estado.",
            present("status"),
            shows=ENTRY,
        ),
        Check(
            "hour_bank.finished_has_date",
            "warning",
            "Un consumo terminado tiene fecha de puesta en producción.",
            present("production_date"),
            where=("status", "Terminado"),
            shows=ENTRY,
        ),
        Check(
            "hour_bank.entry_unique",
            "warning",
            "Ninguna solicitud se cobra dos veces en la misma fecha.",
            unique("request", "production_date"),
            shows=ENTRY,
        ),
    ),
)
