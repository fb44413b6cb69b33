"""The backups that OCI makes of the database."""

from __future__ import annotations

from datetime import UTC

from service_reports.documents.engine import tables
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Align
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.documents.sections.trends import write_trend
from service_reports.figures.chapters.backups import resting_on_earlier
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_STATES,
    BACKUP_TYPES,
    ORACLE_KEYS,
    backup_term,
)
from service_reports.wording.shown import Composed, Quoted

LISTING_SIZE = 7.0
ROOM_FOR_A_LISTING = 180.0
LONGEST_NAME = 300
"""Characters of what others named, in a row."""


def _oci_backups(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    backups = sorted(figures.backups.backups, key=lambda backup: backup.time_started)
    story.section("Copias de Seguridad de OCI", ROOM_FOR_A_LISTING, tells=["backups"])
    days = [backup.time_started.astimezone(UTC).date() for backup in backups]
    first, last = (days[0], days[-1]) if days else (None, None)
    story.paragraphs(prose.paragraphs("backups", "oci_lead_in", first=first, last=last))
    if backups:
        story.paragraphs(prose.paragraphs("backups", "oci_kinds", **_backup_terms(figures)))
    write_trend(story, frame, "backups")
    if backups:
        story.in_detail("Copias de seguridad automáticas de OCI", lambda: _backup_list(story, frame))


def _backup_list(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    backups = sorted(figures.backups.backups, key=lambda backup: backup.time_started)
    titles: list[tuple[str, Align]] = [
        ("Nombre", "LEFT"),
        ("Estado", "LEFT"),
        ("Tipo", "LEFT"),
        ("Destino de copia de seguridad", "LEFT"),
        ("Clave de cifrado", "LEFT"),
        ("Versión de la base de datos", "LEFT"),
        *((heading(family), "LEFT") for family in ("backups.oci.started", "backups.oci.ended")),
    ]
    rows = [
        [
            bounded(Quoted(backup.display_name)),
            bounded(backup_term(BACKUP_STATES, backup.lifecycle_state)),
            bounded(backup_term(BACKUP_TYPES, backup.type)),
            bounded(backup_term(BACKUP_DESTINATIONS, backup.backup_destination_type)),
            ORACLE_KEYS[backup.is_using_oracle_managed_keys],
            bounded(Quoted(backup.version)) if backup.version else es_co.MISSING,
            cell(figures, es_co.utc_instant, "backups.oci.started", backup=backup.backup_ocid),
            cell(figures, es_co.utc_instant, "backups.oci.ended", backup=backup.backup_ocid),
        ]
        for backup in backups
    ]
    columns = tables.fitted_columns(titles, rows, story.width, LISTING_SIZE)
    table = tables.ruled_table(columns, rows, size=LISTING_SIZE)
    story.table("Copias de seguridad automáticas de OCI", table, prose.paragraphs("backups", "oci_note"))


def bounded(term: str) -> str:
    """A word of the provider's, cut with a mark where it is longer than a row bears; the workbook has it whole."""
    return Quoted(shortened(term, LONGEST_NAME)) if isinstance(term, Quoted) else term


def _kind(kind: str | None) -> str:
    term = backup_term(BACKUP_TYPES, kind)
    return bounded(term) if isinstance(term, Quoted) else term.lower()


def _backup_terms(figures: PeriodFigures) -> dict[str, object]:
    """How many of each kind there are, and how long they are kept, as far as the provider says."""
    backups = figures.backups.backups
    kinds = sorted({backup.type for backup in backups})
    return {
        "kinds": [Composed(_kind(kind), " ", number(figures, 0, "backups.oci.type", type=kind)) for kind in kinds],
        "full": not resting_on_earlier(figures.backups),
        "expiries": sorted(
            each.time_expiry_scheduled.astimezone(UTC).date() for each in backups if each.time_expiry_scheduled
        ),
    }


SECTION = Section(place=30, write=_oci_backups, source="oci_backups")
