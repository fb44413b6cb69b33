"""Checks of one listing of database dumps: rows are ``DatabaseDump``.

An empty file is left out: counted, it would certify a copy that does not exist. Its day
shows as missing, which is the truth.
"""

from service_reports.checks.suite import Check, Suite, at_least, present, unique
from service_reports.records import DatabaseDump

DUMP = ("file_name", "dump_day", "size_bytes", "modified_at")


def days_after_name(dump: DatabaseDump) -> int:
    """Days from the day in the name to the UTC day on which the file was stored."""
    return (dump.modified_at.date() - dump.dump_day).days


SUITE = Suite(
    source="database_dumps",
    fields=DUMP,
    derived={"days_after_name": days_after_name},
    totals={"rows": len},
    batch_checks=(
        Check(
            "database_dumps.has_rows",
            "warning",
            "El listado tiene volcados.",
            at_least("rows", 1),
        ),
    ),
    row_checks=(
        Check(
            "database_dumps.file_present",
            "row",
            "Cada volcado tiene nombre de archivo.",
            present("file_name"),
            shows=DUMP,
        ),
        Check(
            "database_dumps.file_unique",
            "row",
            "Ningún archivo aparece dos veces.",
            unique("file_name"),
            shows=DUMP,
        ),
        Check(
            "database_dumps.size_positive",
            "row",
            "Ningún volcado está vacío.",
            at_least("size_bytes", 1),
            shows=DUMP,
        ),
        Check(
            "database_dumps.one_a_day",
            "warning",
            "Hay un solo volcado por día.",
            unique("dump_day"),
            shows=DUMP,
        ),
        Check(
            "database_dumps.day_not_after_storage",
            "warning",
            "El día que dice el nombre no es posterior al día en que se guardó el archivo.",
            at_least("days_after_name", 0),
            shows=DUMP,
        ),
    ),
)
