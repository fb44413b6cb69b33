"""Informe Técnico: the infrastructure — use, metrics, backups, availability."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from math import ceil
from typing import Literal

from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from service_reports.checks.observation import Observation
from service_reports.contracts.model import Contract
from service_reports.documents.engine import style, tables
from service_reports.documents.engine.charts import metric_chart, usage_panel, usage_panels
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.quotation import shortened
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Align, Column
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.documents.sections import usage_tables
from service_reports.documents.sections.annexes import write_annexes
from service_reports.documents.sections.changes import write_changes
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.documents.sections.first_page import KEY, TITLE, first_page
from service_reports.documents.sections.glossary import fill_glossary, open_glossary
from service_reports.documents.sections.published import write_published
from service_reports.documents.sections.readings import whys
from service_reports.documents.sections.recommendations import write_recommendations
from service_reports.documents.sections.report_frame import DETAIL, ReportFrame, open_frame, print_report, write_cover
from service_reports.documents.sections.trends import write_trend
from service_reports.figures import level_changes
from service_reports.figures.chapters.backups import resting_on_earlier
from service_reports.figures.comparison import gradual
from service_reports.figures.growth import DAYS_OF_A_WEEK, FARTHEST_YEARS
from service_reports.figures.model import Availability, MetricSeries, PeriodFigures
from service_reports.records import DatabaseDump
from service_reports.sources.oci_metrics import series_name
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_STATES,
    BACKUP_TYPES,
    FINDINGS,
    ORACLE_KEYS,
    backup_term,
)
from service_reports.wording.shown import Composed, Quoted

DAILY_VALUES = "Valores diarios de"
"""How the captions of the daily tables of metrics begin."""
LONGEST_NAME = 300
"""Characters of what others named, in a row."""
LISTING_SIZE = 7.0
ROOM_FOR_A_CHART = 370.0
ROOM_FOR_A_LISTING = 180.0
DAILY_SIZE = 6.8
DAILY_LEAST_WIDTH = 25.0
DAILY_DATE_WIDTH = 44.0
DAILY_GAP = 14.0
MOST_FOLDED_DAYS = 62
FINDINGS_SIZE = 7.5
AVAILABILITY_SIZE = 7.5
AVAILABILITY_METRIC_WIDTH = 60.0
AVAILABILITY_COLUMNS = {
    "availability.samples_up": 52.0,
    "availability.samples": 45.0,
    "availability.expected": 47.0,
    "availability.missing": 40.0,
    "availability.percent": 62.0,
    "availability.minutes_down": 54.0,
    "availability.minutes_unknown": 54.0,
    "availability.days_missing": 38.0,
}
"""What the table of availability says, and how wide each column is."""
SAMPLES = ("metric.samples", "metric.expected")
ONE_DAY = timedelta(days=1)
METRIC_DECIMALS = 2
SAMPLES_WIDTH = 84.0
PERCENTILES = {"high": 95, "low": 5}
"""Which percentile tells of the bad end of a metric."""
OF_PERIOD = {"high": "metric.p95", "low": "metric.p05"}
OF_DAY = {"high": "metric.day.p95", "low": "metric.day.p05"}
USAGE_STATES: tuple[Literal["complete", "partial", "missing", "unread"], ...] = (
    "complete",
    "partial",
    "missing",
    "unread",
)
MEASURED_SERVICES = {"database": "Database", "server": "Compute"}
"""The billed service to which each kind of measured resource belongs."""


def render_technical_report(
    contract: Contract, figures: PeriodFigures, attachments: Sequence[Attachment] = ()
) -> RenderedDocument:
    """Print the technical report of one period as a PDF, with files inside.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    frame = open_frame("technical_report", "technical", contract, figures)
    story = Story()
    write_cover(story, frame, contract.contractor.technical_unit)
    story.contents()
    story.announce(TITLE, KEY)
    after_cover = len(story.flowables)
    write_changes(story, frame)
    write_sections(story, frame)
    glossary = open_glossary(story, frame)
    write_annexes(story, frame)
    page_one = first_page(frame, story)
    fill_glossary(story, frame, glossary, page_one)
    story.flowables[after_cover:after_cover] = page_one
    return print_report(frame, story, attachments)


def write_sections(story: Story, frame: ReportFrame) -> None:
    """What is this report's own: everything between the changes of a correction and the glossary."""
    _summary(story, frame)
    _usage(story, frame)
    if frame.figures.tell_of("oci_metrics"):
        _database_metrics(story, frame)
        _server_metrics(story, frame)
    if frame.figures.tell_of("oci_backups"):
        _oci_backups(story, frame)
    if frame.figures.tell_of("database_dumps"):
        _dumps(story, frame)
    _availability(story, frame)
    if frame.figures.published:
        write_published(story, frame)
    _recommendations(story, frame)
    story.write_detail(DETAIL, frame.shared.paragraphs("annexes", "detail"))


def _summary(story: Story, frame: ReportFrame) -> None:
    story.section("Resumen del Estado de Gestión")
    story.paragraphs(frame.prose.paragraphs("summary", "opening"))
    story.paragraphs(frame.prose.paragraphs("summary", "highlights"))


def _usage(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    usage = figures.usage
    story.section("Uso de Recursos", tells=["usage"])
    states = {state: figures.usage_days(state) for state in USAGE_STATES}
    story.paragraphs(prose.paragraphs("usage", "coverage", **states))
    story.paragraphs(prose.paragraphs("usage", "lead_in"))
    write_trend(story, frame, "usage")
    if not usage.columns:
        story.paragraphs(prose.paragraphs("usage", "none"))
        return
    story.subsection("Resumen del consumo por recurso")
    story.paragraphs(prose.paragraphs("usage", "summary"))
    if growing := gradual(usage):
        story.paragraphs(prose.paragraphs("usage", "gradual", gradual=growing))
    compared = figures.comparison
    gone = usage_tables.gone(usage, compared)
    notes = prose.paragraphs("usage", "summary_note", compared=compared, gone=gone, week=DAYS_OF_A_WEEK)
    story.table("Consumo del periodo por recurso", usage_tables.summary_table(figures, story.width), notes)
    if usage.level_changes:
        rule = prose.paragraphs(
            "usage",
            "changes_note",
            least_step=100 * level_changes.LEAST_STEP,
            lasting_days=level_changes.LASTING_DAYS,
            last_days=level_changes.LEAST_LAST_DAYS,
        )
        story.table("Cambios de nivel del consumo diario", usage_tables.changes_table(figures, story.width), rule)
    units = usage_tables.units_table(usage, story.width)
    story.in_detail(
        "Unidades de medida",
        lambda: story.table("Qué cuenta cada unidad", units, prose.paragraphs("usage", "units")),
    )
    story.subsection("Consumo diario en gráficas")
    _usage_charts(story, frame)
    story.in_detail("Consumo diario en tablas", lambda: _daily_usage(story, frame))


def _daily_usage(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    story.paragraphs(prose.paragraphs("usage", "reading"))
    texts = usage_tables.daily_columns(figures)
    groups = usage_tables.packed_columns(figures, texts, story.width)
    notes = prose.paragraphs("usage", "table_note")
    for position, indexes in enumerate(groups, start=1):
        part = es_co.declared(position), " de ", es_co.declared(len(groups))
        title = Composed("Consumo diario por recurso, parte ", *part)
        story.table(title, usage_tables.daily_table(figures, texts, indexes, story.width), notes)


def _usage_charts(story: Story, frame: ReportFrame) -> None:
    """Small multiples of every product; a page may break between two rows of them."""
    usage = frame.figures.usage
    panels = [
        usage_panel(usage, index, usage_tables.change_remark(usage, index)) for index in range(len(usage.columns))
    ]
    rows: list[list[Flowable]] = [[drawing] for drawing in usage_panels(panels, story.width)]
    rows[0].insert(0, story.chart_caption("Consumo diario de cada recurso"))
    rows[-1] += [Paragraph(text, style.NOTE) for text in frame.prose.paragraphs("usage", "panels_note")]
    story.add(*map(KeepTogether, rows))


def _database_metrics(story: Story, frame: ReportFrame) -> None:
    series = [each for each in frame.figures.metrics if each.resource_kind == "database"]
    story.section("Métricas de la Base de Datos", ROOM_FOR_A_CHART, tells=["metrics"])
    story.paragraphs(frame.prose.paragraphs("metrics", "database_lead_in" if series else "none"))
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        _resource(story, frame, resource_name)


def _server_metrics(story: Story, frame: ReportFrame) -> None:
    series = [each for each in frame.figures.metrics if each.resource_kind == "server"]
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        story.section(Composed("Métricas ", Quoted(resource_name)), ROOM_FOR_A_CHART)
        serves = next((each.serves for each in frame.contract.resources if each.name == resource_name), None)
        story.paragraphs(
            frame.prose.paragraphs("metrics", "server_lead_in", resource_name=resource_name, serves=serves)
        )
        _resource(story, frame, resource_name)
    _unmeasured(story, frame)


def _unmeasured(story: Story, frame: ReportFrame) -> None:
    """The services that are billed and of which the contract measures no resource."""
    measured = {MEASURED_SERVICES[resource.kind] for resource in frame.contract.resources}
    billed = dict.fromkeys(column.service for column in frame.figures.usage.columns)
    services = [Quoted(service) for service in billed if service not in measured]
    if services:
        story.paragraphs(frame.prose.paragraphs("metrics", "unmeasured", services=services))


def _resource(story: Story, frame: ReportFrame, resource_name: str) -> None:
    """Every chart of one resource; its days are among the details. What never changed is one sentence."""
    all_series = [each for each in frame.figures.metrics if each.resource_name == resource_name]
    for series in all_series:
        if series.constant:
            story.paragraphs(_range(frame, series))
        else:
            _chart(story, frame, series)
    story.in_detail(
        Composed("Valores diarios de ", Quoted(resource_name)),
        lambda: _daily_values(story, frame, resource_name),
        called="Valores diarios",
    )


def _daily_values(story: Story, frame: ReportFrame, resource_name: str) -> None:
    """The table of the days of one resource."""
    all_series = [each for each in frame.figures.metrics if each.resource_name == resource_name]
    for series in all_series:
        if series.constant:
            notes = frame.prose.paragraphs("metrics", "meaning", series=series)
            notes += [
                *_statistics_notes(frame, series),
                *frame.prose.paragraphs("metrics", "constant_note", series=series),
            ]
            story.table(_title(series), _statistics_table(frame.figures, series, story.width), notes)
    caption = Composed(f"{DAILY_VALUES} ", Quoted(resource_name))
    unread = sorted({day for series in all_series for day in series.days_unread})
    ranks = sorted({PERCENTILES[series.worst] for series in all_series if series.unit == "percent"})
    notes = frame.prose.paragraphs("metrics", "daily_note", ranks=ranks, unread_days=unread)
    story.table(caption, _daily_table(frame.figures, all_series, story.width), notes)


def _of(series: MetricSeries) -> dict[str, str]:
    """What the ids of its figures tell apart."""
    return {"resource": series.resource_name, "metric": series.metric_name}


def _availability_of(figures: PeriodFigures, series: MetricSeries) -> Availability | None:
    for entry in figures.availability:
        if (entry.resource_name, entry.metric_name) == (series.resource_name, series.metric_name):
            return entry
    return None


def _title(series: MetricSeries) -> Composed:
    return Composed(Quoted(series.title), " — ", Quoted(series.resource_name))


def _statistics_notes(frame: ReportFrame, series: MetricSeries) -> list[str]:
    return frame.prose.paragraphs("metrics", "statistics_note", series=series, rank=PERCENTILES[series.worst])


def _range(frame: ReportFrame, series: MetricSeries) -> list[str]:
    """Between what a series moved, as mark-up."""
    write = es_co.percent if series.unit == "percent" else es_co.quantity
    lost = series_name(series.resource_name, series.namespace, series.metric_name)
    of = {name: frame.figures.figure(f"metric.growth.{name}", **_of(series)) for name in ("first", "last", "full_on")}
    filling = (
        frame.prose.paragraphs("metrics", "capacity", series=series, week=DAYS_OF_A_WEEK, years=FARTHEST_YEARS, **of)
        if series.growth
        else []
    )
    availability = _availability_of(frame.figures, series)
    told = frame.prose.paragraphs(
        "metrics",
        "range",
        series=series,
        measured_days=frame.figures.figure("metric.days_measured", **_of(series)),
        lowest=cell(frame.figures, write, "metric.min", **_of(series)),
        highest=cell(frame.figures, write, "metric.max", **_of(series)),
        worst=cell(frame.figures, write, "metric.least" if series.worst == "low" else "metric.peak", **_of(series)),
        availability=availability,
        days_without_data=series.days_missing,
        whys=whys(gap for gap in frame.figures.gaps if gap.subject == lost and not gap.replaced),
    )
    return [*told, *filling]


def _chart(story: Story, frame: ReportFrame, series: MetricSeries) -> None:
    prose = frame.prose
    parts: list[Flowable] = [
        story.chart_caption(_title(series)),
        *(Paragraph(text, style.NOTE) for text in prose.paragraphs("metrics", "meaning", series=series)),
        metric_chart(series, story.width),
        *(
            Paragraph(text, style.NOTE)
            for text in prose.paragraphs("metrics", "caption", series=series, rank=PERCENTILES[series.worst])
        ),
        *(Paragraph(text, style.BODY) for text in _range(frame, series)),
        _statistics_table(frame.figures, series, story.width),
        *(Paragraph(text, style.NOTE) for text in _statistics_notes(frame, series)),
    ]
    story.add(KeepTogether(parts))


def _unit(series: MetricSeries) -> str:
    """What stands beside the titles of its values."""
    return "%" if series.unit == "percent" else ""


def _statistics_table(figures: PeriodFigures, series: MetricSeries, width: float) -> Table:
    statistics = period_families(series)
    cells = [
        *(number(figures, METRIC_DECIMALS, family, **_of(series)) for family in statistics),
        *(number(figures, 0, family, **_of(series)) for family in SAMPLES),
    ]
    each = (width - len(SAMPLES) * SAMPLES_WIDTH) / len(statistics)
    columns = [
        *(Column(heading(family, _unit(series)), each, "RIGHT") for family in statistics),
        *(Column(heading(family), SAMPLES_WIDTH, "RIGHT") for family in SAMPLES),
    ]
    return tables.ruled_table(columns, [cells], size=7.5, names=())


def _daily_table(figures: PeriodFigures, all_series: Sequence[MetricSeries], width: float) -> Table:
    """Least, mean, 95th percentile and most of every day; in two halves side by side where they fit."""
    days = [day.day for day in all_series[0].days]
    titled = [(series, family) for series in all_series for family in daily_families(series)]
    count = len(titled)
    folded_width = ((width - DAILY_GAP) / 2 - DAILY_DATE_WIDTH) / count
    folded = len(days) <= MOST_FOLDED_DAYS and folded_width >= DAILY_LEAST_WIDTH
    height = ceil(len(days) / 2) if folded else len(days)
    value_width = folded_width if folded else (width - DAILY_DATE_WIDTH) / count
    values = [Column(heading(family), value_width, "RIGHT") for _, family in titled]
    half = [Column("Fecha (UTC)", DAILY_DATE_WIDTH), *values]
    groups = ["", *(Quoted(series.title) for series, _ in titled)]
    units = ["", *(f"({unit})" if (unit := _unit(series)) else "" for series, _ in titled)]

    def cells(index: int) -> list[str]:
        return daily_cells(figures, all_series, days[index]) if index < len(days) else [""] * len(half)

    if not folded:
        return tables.grouped_table(half, groups, units, [cells(index) for index in range(height)], None, DAILY_SIZE)
    columns, gap = [*half, Column("", DAILY_GAP), *half], [""]
    rows = [[*cells(position), "", *cells(position + height)] for position in range(height)]
    groups, units = groups + gap + groups, units + gap + units
    return tables.grouped_table(columns, groups, units, rows, None, DAILY_SIZE, names=(0, len(half) + 1))


def daily_cells(figures: PeriodFigures, all_series: Sequence[MetricSeries], day: date) -> list[str]:
    """One day of a resource's metrics as it is printed: the date, and the values of each."""
    return [
        es_co.table_date(day),
        *(
            number(figures, METRIC_DECIMALS, family, day=day, **_of(series))
            for series in all_series
            for family in daily_families(series)
        ),
    ]


def period_families(series: MetricSeries) -> tuple[str, ...]:
    """What is printed of a metric for the period: no value of the row lies outside of the first and the last."""
    percentile = (OF_PERIOD[series.worst],) if series.unit == "percent" else ()
    return ("metric.least", "metric.mean", *percentile, "metric.peak")


def daily_families(series: MetricSeries) -> tuple[str, ...]:
    """What is printed of a metric for each of its days; a state has no percentile."""
    percentile = (OF_DAY[series.worst],) if series.unit == "percent" else ()
    return ("metric.day.min", "metric.day.mean", *percentile, "metric.day.max")


def _oci_backups(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    backups = sorted(figures.backups.backups, key=lambda backup: backup.time_started)
    story.section("Informe de Backups Generados", ROOM_FOR_A_LISTING, tells=["backups"])
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
            _bounded(Quoted(backup.display_name)),
            _bounded(backup_term(BACKUP_STATES, backup.lifecycle_state)),
            _bounded(backup_term(BACKUP_TYPES, backup.type)),
            _bounded(backup_term(BACKUP_DESTINATIONS, backup.backup_destination_type)),
            ORACLE_KEYS[backup.is_using_oracle_managed_keys],
            _bounded(Quoted(backup.version)) if backup.version else es_co.MISSING,
            cell(figures, es_co.utc_instant, "backups.oci.started", backup=backup.backup_ocid),
            cell(figures, es_co.utc_instant, "backups.oci.ended", backup=backup.backup_ocid),
        ]
        for backup in backups
    ]
    columns = tables.fitted_columns(titles, rows, story.width, LISTING_SIZE)
    table = tables.ruled_table(columns, rows, size=LISTING_SIZE)
    story.table("Copias de seguridad automáticas de OCI", table, prose.paragraphs("backups", "oci_note"))


def _bounded(term: str) -> str:
    """A word of the provider's, cut with a mark where it is longer than a row bears; the workbook has it whole."""
    return Quoted(shortened(term, LONGEST_NAME)) if isinstance(term, Quoted) else term


def _kind(kind: str | None) -> str:
    term = backup_term(BACKUP_TYPES, kind)
    return _bounded(term) if isinstance(term, Quoted) else term.lower()


def _backup_terms(figures: PeriodFigures) -> dict[str, object]:
    """How many of each kind there are, and how long they are kept, as far as the provider says."""
    backups = figures.backups.backups
    kinds = sorted({backup.type for backup in backups})
    return {
        "kinds": [
            Composed(number(figures, 0, "backups.oci.type", type=kind), " de tipo ", _kind(kind)) for kind in kinds
        ],
        "full": not resting_on_earlier(figures.backups),
        "expiries": sorted(
            each.time_expiry_scheduled.astimezone(UTC).date() for each in backups if each.time_expiry_scheduled
        ),
    }


def _dumps(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    dumps = sorted(figures.dumps.dumps, key=lambda dump: (dump.dump_day, dump.file_name))
    story.section("Informe de Backups locales", ROOM_FOR_A_LISTING, tells=["dumps"])
    size = cell(figures, es_co.in_megabytes_of, "backups.dumps.bytes")
    story.paragraphs(prose.paragraphs("backups", "dumps_lead_in", megabytes=size))
    write_trend(story, frame, "dumps")
    if dumps:
        story.in_detail("Volcados de la base de datos", lambda: _dump_list(story, frame, dumps))


def _dump_list(story: Story, frame: ReportFrame, dumps: Sequence[DatabaseDump]) -> None:
    figures, prose = frame.figures, frame.prose
    columns = [
        Column("Archivo", story.width - 270),
        Column("Fecha (UTC)", 90),
        Column("Hora (UTC)", 90),
        Column(heading("backups.dumps.size", "MB"), 90, "RIGHT"),
    ]
    rows = [
        [
            _bounded(Quoted(dump.file_name)),
            cell(figures, es_co.utc_date, "backups.dumps.saved", file=dump.file_name),
            cell(figures, es_co.utc_clock, "backups.dumps.saved", file=dump.file_name),
            cell(figures, es_co.megabytes, "backups.dumps.size", file=dump.file_name),
        ]
        for dump in dumps
    ]
    total = cell(figures, es_co.megabytes, "backups.dumps.bytes")
    table = tables.ruled_table(columns, rows, total=["Total", "", "", total], size=DAILY_SIZE)
    story.table("Volcados de la base de datos", table, prose.paragraphs("backups", "dumps_note"))


def _availability(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    series_of = {(series.resource_name, series.metric_name): series for series in figures.metrics}
    measured_at_all = figures.tell_of("oci_metrics")
    title = "Disponibilidad y/o Impedimentos" if measured_at_all else "Impedimentos"
    story.section(title, tells=["availability", "observations"])
    rows: list[list[str]] = []
    meanings: dict[str, None] = {}
    measured: list[Availability] = []
    for entry in figures.availability:
        series = series_of.get((entry.resource_name, entry.metric_name))
        missing = series.days_missing if series else ()
        if series:
            meanings[series.meaning] = None
        story.paragraphs(prose.paragraphs("availability", "sentence", entry=entry, days_without_data=missing))
        if entry.samples:
            measured.append(entry)
        rows.append([Quoted(entry.resource_name), Quoted(entry.metric_name), *availability_cells(figures, entry)])
    if measured_at_all:
        story.paragraphs(prose.paragraphs("availability", "lead_in"))
    if rows:
        story.add(Spacer(0, 4))
        if measured or not any(entry.unread for entry in figures.availability):
            story.paragraphs(prose.paragraphs("availability", "formula", measured=measured, whole=es_co.WHOLE))
        columns = [
            Column("Nodo de", story.width - AVAILABILITY_METRIC_WIDTH - sum(AVAILABILITY_COLUMNS.values())),
            Column("Métrica", AVAILABILITY_METRIC_WIDTH),
            *(Column(heading(family), width, "RIGHT") for family, width in AVAILABILITY_COLUMNS.items()),
        ]
        table = tables.ruled_table(columns, rows, size=AVAILABILITY_SIZE)
        notes = prose.paragraphs("availability", "note", entry=figures.availability[0])
        story.table("Disponibilidad medida del nodo", table, notes)
        story.paragraphs(prose.paragraphs("availability", "scope", meanings=list(meanings)))
    write_trend(story, frame, "availability")
    usage_missing = [row.day for row in figures.usage_days("missing")]
    impediments = prose.paragraphs("availability", "impediments", usage_missing=usage_missing)
    story.paragraphs(prose.paragraphs("availability", "impediments_lead_in", impediments=impediments))
    story.paragraphs(impediments)
    _findings(story, frame)


def availability_cells(figures: PeriodFigures, entry: Availability) -> list[str]:
    """What one availability rests on, as it is printed: samples, then the share, the minutes and the days."""
    of = {"resource": entry.resource_name}
    return [
        cell(figures, es_co.availability, family, **of)
        if family == "availability.percent"
        else number(figures, 0, family, **of)
        for family in AVAILABILITY_COLUMNS
    ]


def _findings(story: Story, frame: ReportFrame) -> None:
    """What was observed about the data of the period; consecutive days of one finding share a row."""
    rows = [
        [
            es_co.joined(map(es_co.table_date, days), " – ") or es_co.MISSING,
            FINDINGS.get(kind) or Quoted(kind),
            Quoted(detail),  # as it was registered when it was found
        ]
        for kind, detail, days in joined_days(frame.figures.observations)
    ]
    story.add(Spacer(0, 4))
    story.paragraphs(frame.prose.paragraphs("availability", "findings_lead_in", findings=len(rows)))
    if not rows:
        return
    titles: list[tuple[str, Align]] = [("Día", "LEFT"), ("Hallazgo", "LEFT"), ("Detalle", "LEFT")]
    widths = tables.fitted_columns(titles, rows, story.width, FINDINGS_SIZE)
    table = tables.ruled_table(widths, rows, size=FINDINGS_SIZE)
    story.table("Hallazgos del periodo", table, frame.prose.paragraphs("availability", "findings_note"))


def joined_days(observations: Sequence[Observation]) -> list[tuple[str, str, tuple[date, ...]]]:
    """Kind, detail and days of findings, by first day: none, one, or the first and last of consecutive ones."""
    days_of: dict[tuple[str, str], list[date]] = {}
    for each in observations:
        days_of.setdefault((each.kind, each.detail), []).extend([each.day] if each.day else [])
    joined: list[tuple[str, str, tuple[date, ...]]] = []
    for (kind, detail), days in days_of.items():
        runs: list[list[date]] = []
        for day in sorted(set(days)):
            if runs and day - runs[-1][-1] == ONE_DAY:
                runs[-1].append(day)
            else:
                runs.append([day])
        joined += [(kind, detail, (run[0], run[-1]) if len(run) > 1 else (run[0],)) for run in runs]
        if not runs:
            joined.append((kind, detail, ()))
    return sorted(joined, key=lambda row: (row[2][:1] or (date.max,), row[0], row[1]))


def _recommendations(story: Story, frame: ReportFrame) -> None:
    recommendations = frame.contract.recommendations
    story.section("Recomendaciones y Observaciones")
    write_recommendations(story, frame, recommendations.technical)
    if recommendations.conditions:
        story.group("Condiciones que declara el contratista")
        story.paragraphs(frame.shared.paragraphs("identity", "conditions"))
        story.bullets([Quoted(each) for each in recommendations.conditions])
