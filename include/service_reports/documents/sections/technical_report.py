"""Informe Técnico Modelo SaaS: the infrastructure — use, metrics, backups, availability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from decimal import Decimal
from math import ceil
from typing import Literal
from xml.sax.saxutils import escape

from markupsafe import Markup
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from service_reports.contracts.model import Contract
from service_reports.documents.engine import style, tables
from service_reports.documents.engine.charts import metric_chart, usage_panel, usage_panels
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Align, Column
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections import usage_tables
from service_reports.documents.sections.annexes import write_annexes
from service_reports.documents.sections.changes import write_changes
from service_reports.documents.sections.first_page import KEY, TITLE, first_page
from service_reports.documents.sections.readings import whys
from service_reports.documents.sections.recommendations import write_recommendations
from service_reports.documents.sections.report_frame import ReportFrame, open_frame, print_report, write_cover
from service_reports.figures import level_changes
from service_reports.figures.gaps import series_name
from service_reports.figures.level_changes import overall_changes
from service_reports.figures.model import Availability, MetricSeries, PeriodFigures
from service_reports.quality.observation import Observation
from service_reports.sources.records import OciBackup
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.terms import (
    BACKUP_DESTINATIONS,
    BACKUP_STATES,
    BACKUP_TYPES,
    FINDINGS,
    ORACLE_KEYS,
    backup_term,
)
from service_reports.wording.shown import Quoted

DAILY_VALUES = "Valores diarios de"
"""How the captions of the daily tables of metrics begin."""
LISTING_SIZE = 7.0
ROOM_FOR_A_CHART = 370.0
ROOM_FOR_A_LISTING = 180.0
DAILY_SIZE = 6.8
DAILY_LEAST_WIDTH = 25.0
DAILY_DATE_WIDTH = 36.0
DAILY_GAP = 14.0
MOST_FOLDED_DAYS = 62
FINDINGS_SIZE = 7.5
AVAILABILITY_SIZE = 7.5
AVAILABILITY_METRIC_WIDTH = 60.0
AVAILABILITY_COLUMNS = {
    "Con respuesta": 52.0,
    "Recibidas": 45.0,
    "Esperadas": 47.0,
    "Sin recibir": 40.0,
    "Disponibilidad": 62.0,
    "Minutos sin respuesta": 54.0,
    "Minutos sin medición": 54.0,
    "Días sin datos": 38.0,
}
ONE_DAY = timedelta(days=1)
METRIC_DECIMALS = 2
SAMPLES_WIDTH = 84.0
PERCENTILE = 95
USAGE_STATES: tuple[Literal["complete", "partial", "missing", "unread"], ...] = (
    "complete",
    "partial",
    "missing",
    "unread",
)
MEASURED_SERVICES = {"database": "Database", "server": "Compute"}
"""The billed service to which each kind of measured resource belongs."""


def render_technical_report(contract: Contract, figures: PeriodFigures) -> RenderedDocument:
    """Print the technical report of one period as a PDF.

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
    _summary(story, frame)
    _usage(story, frame)
    _database_metrics(story, frame)
    _server_metrics(story, frame)
    _oci_backups(story, frame)
    _dumps(story, frame)
    _availability(story, frame)
    _recommendations(story, frame)
    _glossary(story, frame)
    write_annexes(story, frame)
    story.flowables[after_cover:after_cover] = first_page(frame, story)
    return print_report(frame, story)


def _summary(story: Story, frame: ReportFrame) -> None:
    figures = frame.figures
    story.section("Resumen del Estado de Gestión")
    story.paragraphs(frame.prose.paragraphs("summary", "opening"))
    counts = {f"days_{state}": len(figures.usage_days(state)) for state in USAGE_STATES}
    story.paragraphs(frame.prose.paragraphs("summary", "highlights", **counts))


def _usage(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    usage = figures.usage
    story.section("Informe de Uso y Consumo de Recursos de la Infraestructura en General", tells=["usage"])
    story.paragraphs(prose.paragraphs("usage", "lead_in"))
    states = {state: figures.usage_days(state) for state in USAGE_STATES}
    story.paragraphs(prose.paragraphs("usage", "coverage", **states))
    if not usage.columns:
        story.paragraphs(prose.paragraphs("usage", "none"))
        return
    story.subsection("Resumen del consumo por recurso")
    changed = overall_changes(usage.level_changes)
    story.paragraphs(prose.paragraphs("usage", "summary", changed=changed, complete=states["complete"]))
    compared = figures.comparison
    notes = prose.paragraphs("usage", "summary_note", compared=compared, gone=usage_tables.gone(usage, compared))
    story.table("Consumo del periodo por recurso", usage_tables.summary_table(usage, compared, story.width), notes)
    if usage.level_changes:
        rule = prose.paragraphs(
            "usage",
            "changes_note",
            least_step=100 * level_changes.LEAST_STEP,
            lasting_days=level_changes.LASTING_DAYS,
            last_days=level_changes.LEAST_LAST_DAYS,
        )
        story.table("Cambios de nivel del consumo diario", usage_tables.changes_table(usage, story.width), rule)
    story.subsection("Unidades de medida", ROOM_FOR_A_LISTING)
    story.table(
        "Qué cuenta cada unidad", usage_tables.units_table(usage, story.width), prose.paragraphs("usage", "units")
    )
    story.subsection("Consumo diario en gráficas")
    _usage_charts(story, frame)
    story.subsection("Consumo diario en tablas")
    story.paragraphs(prose.paragraphs("usage", "reading"))
    groups = usage_tables.packed_columns(usage, story.width)
    notes = prose.paragraphs("usage", "table_note")
    for position, indexes in enumerate(groups, start=1):
        title = f"Consumo diario por recurso, parte {es_co.number(position)} de {es_co.number(len(groups))}"
        story.table(title, usage_tables.daily_table(usage, indexes, story.width), notes)


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
    story.section("Métricas de los recursos del servicio de base de datos", ROOM_FOR_A_CHART, tells=["metrics"])
    story.paragraphs(frame.prose.paragraphs("metrics", "database_lead_in" if series else "none"))
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        _resource(story, frame, resource_name)


def _server_metrics(story: Story, frame: ReportFrame) -> None:
    series = [each for each in frame.figures.metrics if each.resource_kind == "server"]
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        story.section(f"Métricas {resource_name}", ROOM_FOR_A_CHART)
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
    """Every chart of one resource, and the table of its days."""
    all_series = [each for each in frame.figures.metrics if each.resource_name == resource_name]
    for series in all_series:
        _chart(story, frame, series)
    caption = f"{DAILY_VALUES} {resource_name}"
    unread = sorted({day for series in all_series for day in series.days_unread})
    notes = frame.prose.paragraphs("metrics", "daily_note", rank=PERCENTILE, unread_days=unread)
    story.table(caption, _daily_table(all_series, story.width), notes)


def metric_value(series: MetricSeries, value: Decimal | None) -> str:
    """A value of a metric with its unit, as sentences print it."""
    return es_co.percent(value) if series.unit == "percent" else es_co.quantity(value)


def _availability_of(figures: PeriodFigures, series: MetricSeries) -> Availability | None:
    for entry in figures.availability:
        if (entry.resource_name, entry.metric_name) == (series.resource_name, series.metric_name):
            return entry
    return None


def _chart(story: Story, frame: ReportFrame, series: MetricSeries) -> None:
    prose = frame.prose
    missing = [day.day for day in series.days if day.mean is None]
    lost = series_name(series.resource_name, series.namespace, series.metric_name)
    availability = _availability_of(frame.figures, series)
    sentence = prose.paragraphs(
        "metrics",
        "range",
        series=series,
        measured_days=len(series.days) - len(missing),
        lowest=metric_value(series, series.minimum),
        highest=metric_value(series, series.maximum),
        availability=availability,
        availability_percent=es_co.availability(availability.percent) if availability else "",
        days_without_data=series.days_missing,
        whys=whys(gap for gap in frame.figures.gaps if gap.subject == lost and not gap.replaced),
    )
    parts: list[Flowable] = [
        story.chart_caption(f"{series.title} — {series.resource_name}"),
        *(Paragraph(text, style.NOTE) for text in prose.paragraphs("metrics", "meaning", series=series)),
        metric_chart(series, story.width),
        *(
            Paragraph(text, style.NOTE)
            for text in prose.paragraphs("metrics", "caption", series=series, rank=PERCENTILE)
        ),
        *(Paragraph(text, style.BODY) for text in sentence),
        _statistics_table(series, story.width),
        *(Paragraph(text, style.NOTE) for text in prose.paragraphs("metrics", "statistics_note", rank=PERCENTILE)),
    ]
    story.add(KeepTogether(parts))


def _statistics_table(series: MetricSeries, width: float) -> Table:
    sign = " (%)" if series.unit == "percent" else ""
    values = {
        f"Mínima{sign}": series.minimum,
        f"Media{sign}": series.mean,
        f"Máxima{sign}": series.maximum,
        f"P95{sign}": series.p95,
        f"Pico{sign}": series.peak,
    }
    cells = [es_co.number(value, METRIC_DECIMALS) for value in values.values()]
    cells += [es_co.number(None if series.unread else series.samples), es_co.number(series.expected_samples)]
    samples = [Column(title, SAMPLES_WIDTH, "RIGHT") for title in ("Muestras recibidas", "Muestras esperadas")]
    each = (width - len(samples) * SAMPLES_WIDTH) / len(values)
    return tables.ruled_table([*(Column(title, each, "RIGHT") for title in values), *samples], [cells], size=7.5)


def _daily_table(all_series: Sequence[MetricSeries], width: float) -> Table:
    """Least, mean, 95th percentile and most of every day; in two halves side by side where they fit."""
    days = [day.day for day in all_series[0].days]
    titled = [(series, title) for series in all_series for title in daily_values(series, 0)]
    count = len(titled)
    folded_width = ((width - DAILY_GAP) / 2 - DAILY_DATE_WIDTH) / count
    folded = len(days) <= MOST_FOLDED_DAYS and folded_width >= DAILY_LEAST_WIDTH
    height = ceil(len(days) / 2) if folded else len(days)
    value_width = folded_width if folded else (width - DAILY_DATE_WIDTH) / count
    values = [Column(title, value_width, "RIGHT") for _, title in titled]
    half = [Column("Fecha (UTC)", DAILY_DATE_WIDTH), *values]
    groups = ["", *(series.title for series, _ in titled)]
    units = ["", *("(%)" if series.unit == "percent" else "" for series, _ in titled)]

    def cells(index: int) -> list[str]:
        return daily_cells(all_series, index) if index < len(days) else [""] * len(half)

    if not folded:
        return tables.grouped_table(half, groups, units, [cells(index) for index in range(height)], None, DAILY_SIZE)
    columns, gap = [*half, Column("", DAILY_GAP), *half], [""]
    rows = [[*cells(position), "", *cells(position + height)] for position in range(height)]
    return tables.grouped_table(columns, groups + gap + groups, units + gap + units, rows, None, DAILY_SIZE)


def daily_cells(all_series: Sequence[MetricSeries], index: int) -> list[str]:
    """One day of a resource's metrics as it is printed: the date, and the values of each."""
    values = [value for series in all_series for value in daily_values(series, index).values()]
    return [
        es_co.table_date(all_series[0].days[index].day),
        *(es_co.number(value, METRIC_DECIMALS) for value in values),
    ]


def daily_values(series: MetricSeries, index: int) -> dict[str, Decimal | None]:
    """What is printed of a metric for one of its days, by title; a state has no percentile."""
    day = series.days[index]
    percentile = {"P95": day.p95} if series.unit == "percent" else {}
    return {"Mín.": day.minimum, "Media": day.mean, **percentile, "Máx.": day.maximum}


def _oci_backups(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    backups = sorted(figures.backups.backups, key=lambda backup: backup.time_started)
    story.section("Informe de Backups Generados", ROOM_FOR_A_LISTING, tells=["backups"])
    days = [backup.time_started.astimezone(UTC).date() for backup in backups]
    first, last = (days[0], days[-1]) if days else (None, None)
    story.paragraphs(prose.paragraphs("backups", "oci_lead_in", first=first, last=last))
    if not backups:
        return
    story.paragraphs(prose.paragraphs("backups", "oci_kinds", **_backup_terms(backups)))
    titles: list[tuple[str, Align]] = [
        ("Nombre", "LEFT"),
        ("Estado", "LEFT"),
        ("Tipo", "LEFT"),
        ("Destino de copia de seguridad", "LEFT"),
        ("Clave de cifrado", "LEFT"),
        ("Versión de la base de datos", "LEFT"),
        ("Iniciada (UTC)", "LEFT"),
        ("Finalizada (UTC)", "LEFT"),
    ]
    rows = [
        [
            Quoted(backup.display_name),
            backup_term(BACKUP_STATES, backup.lifecycle_state),
            backup_term(BACKUP_TYPES, backup.type),
            backup_term(BACKUP_DESTINATIONS, backup.backup_destination_type),
            ORACLE_KEYS[backup.is_using_oracle_managed_keys],
            Quoted(backup.version) if backup.version else es_co.MISSING,
            es_co.utc_instant(backup.time_started),
            es_co.utc_instant(backup.time_ended),
        ]
        for backup in backups
    ]
    columns = tables.fitted_columns(titles, rows, story.width, LISTING_SIZE)
    table = tables.ruled_table(columns, rows, size=LISTING_SIZE)
    story.table("Copias de seguridad automáticas de OCI", table, prose.paragraphs("backups", "oci_note"))


def _kind(kind: str | None) -> str:
    term = backup_term(BACKUP_TYPES, kind)
    return markup_of(term if isinstance(term, Quoted) else term.lower())


def _backup_terms(backups: Sequence[OciBackup]) -> dict[str, object]:
    """How many of each kind there are, and how long they are kept, as far as the provider says."""
    kinds = Counter[str](backup.type for backup in backups)
    days = {backup.retention_period_in_days for backup in backups}
    return {
        "kinds": [
            Markup(f"{es_co.number(count)} de tipo {_kind(kind)}")  # noqa: S704 (escaped there)
            for kind, count in sorted(kinds.items())
        ],
        "full": kinds["FULL"],
        "expiries": sorted(
            each.time_expiry_scheduled.astimezone(UTC).date() for each in backups if each.time_expiry_scheduled
        ),
        "retention_days": days.pop() if len(days) == 1 else None,
    }


def _dumps(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    dumps = sorted(figures.dumps.dumps, key=lambda dump: (dump.dump_day, dump.file_name))
    total = es_co.megabytes(figures.dumps.total_bytes)
    story.section("Informe de Backups locales", ROOM_FOR_A_LISTING, tells=["dumps"])
    story.paragraphs(prose.paragraphs("backups", "dumps_lead_in", megabytes=total))
    if not dumps:
        return
    columns = [
        Column("Archivo", story.width - 270),
        Column("Fecha (UTC)", 90),
        Column("Hora (UTC)", 90),
        Column("Tamaño (MB)", 90, "RIGHT"),
    ]
    rows = [
        [
            Quoted(dump.file_name),
            es_co.table_date(dump.modified_at.astimezone(UTC).date()),
            es_co.utc_clock(dump.modified_at),
            es_co.megabytes(dump.size_bytes),
        ]
        for dump in dumps
    ]
    table = tables.ruled_table(columns, rows, total=["Total", "", "", total], size=DAILY_SIZE)
    story.table("Volcados de la base de datos", table, prose.paragraphs("backups", "dumps_note"))


def _availability(story: Story, frame: ReportFrame) -> None:
    figures, prose = frame.figures, frame.prose
    series_of = {(series.resource_name, series.metric_name): series for series in figures.metrics}
    story.section("Disponibilidad y/o Impedimentos", tells=["availability", "observations"])
    story.paragraphs(prose.paragraphs("availability", "lead_in"))
    rows: list[list[str]] = []
    meanings: dict[str, None] = {}
    measured: list[tuple[Availability, str]] = []
    for entry in figures.availability:
        series = series_of.get((entry.resource_name, entry.metric_name))
        missing = series.days_missing if series else ()
        if series:
            meanings[series.meaning] = None
        percent = es_co.availability(entry.percent)
        story.paragraphs(
            prose.paragraphs("availability", "sentence", entry=entry, percent=percent, days_without_data=missing)
        )
        if entry.samples:
            measured.append((entry, percent))
        rows.append(
            [
                Quoted(entry.resource_name),
                Quoted(entry.metric_name),
                *availability_cells(entry),
                es_co.number(None if entry.unread else len(missing)),
            ]
        )
    if rows:
        story.add(Spacer(0, 4))
        if measured or not any(entry.unread for entry in figures.availability):
            story.paragraphs(prose.paragraphs("availability", "formula", measured=measured, whole=es_co.WHOLE))
        columns = [
            Column("Nodo de", story.width - AVAILABILITY_METRIC_WIDTH - sum(AVAILABILITY_COLUMNS.values())),
            Column("Métrica", AVAILABILITY_METRIC_WIDTH),
            *(Column(title, width, "RIGHT") for title, width in AVAILABILITY_COLUMNS.items()),
        ]
        table = tables.ruled_table(columns, rows, size=AVAILABILITY_SIZE)
        notes = prose.paragraphs("availability", "note", entry=figures.availability[0])
        story.table("Disponibilidad medida del nodo", table, notes)
        story.paragraphs(prose.paragraphs("availability", "scope", meanings=list(meanings)))
    usage_missing = [row.day for row in figures.usage_days("missing")]
    impediments = prose.paragraphs("availability", "impediments", usage_missing=usage_missing)
    story.paragraphs(prose.paragraphs("availability", "impediments_lead_in", impediments=impediments))
    story.paragraphs(impediments)
    _findings(story, frame)


def availability_cells(entry: Availability) -> list[str]:
    """What one availability rests on, as it is printed: samples, then the share and the minutes."""
    received = (None, None) if entry.unread else (entry.samples_up, entry.samples)
    samples = (*received, entry.expected_samples, entry.samples_missing)
    minutes = (None if entry.unread else entry.minutes_down, entry.minutes_unknown)
    return [
        *(es_co.number(count) for count in samples),
        es_co.availability(entry.percent),
        *(es_co.number(count) for count in minutes),
    ]


def _findings(story: Story, frame: ReportFrame) -> None:
    """What was observed about the data of the period; consecutive days of one finding share a row."""
    rows = [
        [" – ".join(map(es_co.table_date, days)) or es_co.MISSING, FINDINGS.get(kind, kind), detail]
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
        story.bullets(recommendations.conditions)


def _glossary(story: Story, frame: ReportFrame) -> None:
    story.section("Glosario")
    terms = frame.contract.glossary
    for term in terms:
        story.add(Paragraph(f"<b>{escape(term.term)}:</b> {escape(term.definition)}", style.TERM))
    if not terms:
        story.paragraphs(frame.prose.paragraphs("glossary", "none"))
