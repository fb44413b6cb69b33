"""Checks of one listing of the provider's backups: rows are ``OciBackup``.

A state or type we do not know is a warning: the service adds new ones, and an unknown word
is printed as it came. Left out are rows that cannot be told apart or that end before they start.
"""

from service_reports.checks.suite import Check, Suite, at_least, not_before, one_of, present, unique

LIFECYCLE_STATES = (
    "CREATING",
    "ACTIVE",
    "DELETING",
    "DELETED",
    "FAILED",
    "RESTORING",
    "UPDATING",
    "CANCELING",
    "CANCELED",
)
TYPES = ("INCREMENTAL", "FULL", "VIRTUAL_FULL")
BACKUP = ("backup_ocid", "lifecycle_state", "type", "time_started", "time_ended")

SUITE = Suite(
    source="oci_backups",
    fields=("backup_ocid", "database_ocid", "lifecycle_state", "type", "time_started", "time_ended"),
    totals={"rows": len},
    batch_checks=(
        Check(
            "oci_backups.has_rows",
            "warning",
            "El listado tiene copias.",
            at_least("rows", 1),
        ),
    ),
    row_checks=(
        Check(
            "oci_backups.id_present",
            "row",
            "Cada copia tiene identificador (OCID).",
            present("backup_ocid"),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.id_unique",
            "row",
            "Ninguna copia aparece dos veces.",
            unique("backup_ocid"),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.database_present",
            "row",
            "Cada copia dice de qué base de datos es.",
            present("database_ocid"),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.ended_after_started",
            "row",
            "Ninguna copia termina antes de empezar.",
            not_before("time_ended", "time_started"),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.active_has_end",
            "warning",
            "Una copia activa tiene hora de finalización.",
            present("time_ended"),
            where=("lifecycle_state", "ACTIVE"),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.state_known",
            "warning",
            "El estado de la copia es uno de los que documenta Oracle.",
            one_of("lifecycle_state", LIFECYCLE_STATES),
            shows=BACKUP,
        ),
        Check(
            "oci_backups.type_known",
            "warning",
            "El tipo de la copia es uno de los que documenta Oracle.",
            one_of("type", TYPES),
            shows=BACKUP,
        ),
    ),
)
