"""What the lists of backups and of dumps should say."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import (
    ExpectedTable,
    Moment,
    Row,
    Words,
)
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_STATES,
    BACKUP_TYPES,
    ORACLE_KEYS,
    backup_term,
)


def _copies(subject: Subject) -> Iterator[ExpectedTable]:
    backups = sorted(subject.figures.backups.backups, key=lambda each: each.time_started)
    if backups:
        yield ExpectedTable(
            "Copias de seguridad automáticas de OCI",
            [
                Row(
                    {
                        "Nombre": Words(each.display_name),
                        "Estado": Words(backup_term(BACKUP_STATES, each.lifecycle_state)),
                        "Tipo": Words(backup_term(BACKUP_TYPES, each.type)),
                        "Destino de copia de seguridad": Words(
                            backup_term(BACKUP_DESTINATIONS, each.backup_destination_type)
                        ),
                        "Clave de cifrado": Words(ORACLE_KEYS[each.is_using_oracle_managed_keys]),
                        "Versión de la base de datos": Words(each.version or "—"),
                        "Iniciada (UTC)": Moment(each.time_started, f"backups.oci.started/{each.backup_ocid}"),
                        "Finalizada (UTC)": Moment(each.time_ended, f"backups.oci.ended/{each.backup_ocid}"),
                    }
                )
                for each in backups
            ],
            in_detail=True,
        )
    dumps = sorted(subject.figures.dumps.dumps, key=lambda each: (each.dump_day, each.file_name))
    if dumps:
        rows = [
            Row(
                {
                    "Archivo": Words(each.file_name),
                    "Fecha (UTC)": Moment(each.modified_at, f"backups.dumps.saved/{each.file_name}", "day"),
                    "Hora (UTC)": Moment(each.modified_at, f"backups.dumps.saved/{each.file_name}", "clock"),
                    "Tamaño (MB)": subject.value("backups.dumps.size", "megabytes", file=each.file_name),
                }
            )
            for each in dumps
        ]
        total = subject.value("backups.dumps.bytes", "megabytes")
        empty = {"Fecha (UTC)": Words(""), "Hora (UTC)": Words("")}
        rows.append(Row({"Archivo": Words("Total"), **empty, "Tamaño (MB)": total}))
        yield ExpectedTable("Volcados de la base de datos", rows, in_detail=True)


TABLES = Tables(30, _copies)
