"""Backups that OCI lists, and dumps of the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service_reports.contracts.model import Contract
from service_reports.documents.sections.figure_cells import heading
from service_reports.documents.sections.sheets.sheet import WHOLE, Heading, Sheet, Value, instant, value
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_NAMES,
    BACKUP_STATES,
    BACKUP_TYPES,
    ORACLE_KEYS,
    backup_term,
)
from service_reports.wording.shown import Quoted

BACKUPS, DUMPS = "oci_backups", "database_dumps"


def sheets(_: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """Those that the report tells of."""
    for source, sheet in ((BACKUPS, _backups), (DUMPS, _dumps)):
        if figures.tell_of(source):
            yield replace(sheet(figures), days_unread=figures.unread_days(source))


def _backups(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Nombre"),
        Heading("Estado"),
        Heading("Tipo"),
        Heading("Destino"),
        Heading("Clave de cifrado"),
        Heading("Versión de la base de datos"),
        *(Heading(heading(family)) for family in ("backups.oci.started", "backups.oci.ended")),
    ]
    rows: list[list[Value]] = [
        [
            backup_term(BACKUP_NAMES, each.display_name),
            backup_term(BACKUP_STATES, each.lifecycle_state),
            backup_term(BACKUP_TYPES, each.type),
            backup_term(BACKUP_DESTINATIONS, each.backup_destination_type),
            ORACLE_KEYS[each.is_using_oracle_managed_keys],
            each.version and Quoted(each.version),
            instant(figures, "backups.oci.started", backup=each.backup_ocid),
            instant(figures, "backups.oci.ended", backup=each.backup_ocid),
        ]
        for each in figures.backups.backups
    ]
    content = "Copias automáticas de la base de datos que relaciona OCI, por su inicio en UTC."
    read_at = figures.sources.backups_read_at
    return Sheet("Copias de OCI", "Copias_de_OCI", content, "OCI Database", read_at, headings, rows)


def _dumps(figures: PeriodFigures) -> Sheet:
    headings = [
        Heading("Archivo"),
        Heading("Día"),
        Heading(heading("backups.dumps.size", "bytes"), WHOLE),
        Heading(heading("backups.dumps.saved")),
    ]
    rows: list[list[Value]] = [
        [
            Quoted(each.file_name),
            each.dump_day,
            value(figures, "backups.dumps.size", file=each.file_name),
            instant(figures, "backups.dumps.saved", file=each.file_name),
        ]
        for each in figures.dumps.dumps
    ]
    known = figures.dumps.dumps or len(figures.dumps.days_unread) < len(figures.days)  # else nothing says that it is 0
    total: list[Value] = ["Total", None, value(figures, "backups.dumps.bytes") if known else None, None]
    content = "Volcados de la base de datos, por el día en el nombre del archivo."
    read_at = figures.sources.dumps_read_at
    return Sheet("Volcados", "Volcados", content, "Listado de volcados", read_at, headings, rows, total)
