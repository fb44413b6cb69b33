"""The metrics of databases and servers: their charts, their statistics and their days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil

from reportlab.platypus import Flowable, KeepTogether, Table

from service_reports.documents.engine import style, tables
from service_reports.documents.engine.charts import metric_chart
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.figure_cells import cell, heading, number
from service_reports.documents.sections.readings import whys
from service_reports.documents.sections.report_frame import ReportFrame, Section
from service_reports.figures.chapters.metrics import nearest_to_limit
from service_reports.figures.growth import DAYS_OF_A_WEEK, FARTHEST_YEARS
from service_reports.figures.model import MetricSeries, PeriodFigures
from service_reports.sources.oci_metrics import series_name
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

STATISTICS, DAILY_VALUES = "Métricas de", "Valores diarios de"
"""How the captions of the tables of a resource begin: of the period, of its days."""
ROOM_FOR_A_CHART = 285.0
DAILY_SIZE = 6.8
DAILY_LEAST_WIDTH = 25.0
DAILY_DATE_WIDTH = 44.0
DAILY_GAP = 14.0
MOST_FOLDED_DAYS = 62
SAMPLES = ("metric.samples", "metric.expected")
METRIC_DECIMALS = 2
STATISTIC_WIDTH, SAMPLES_WIDTH = 58.0, 60.0
FARTHEST = {"high": "metric.peak", "low": "metric.least"}
"""The measured value that is nearest to a metric's limit."""
PERCENTILES = {"high": 95, "low": 5}
"""Which percentile tells of the bad end of a metric."""
OF_PERIOD = {"high": "metric.p95", "low": "metric.p05"}
OF_DAY = {"high": "metric.day.p95", "low": "metric.day.p05"}
MEASURED_SERVICES = {"database": "Database", "server": "Compute"}
"""The billed service to which each kind of measured resource belongs."""


def _database_metrics(story: Story, frame: ReportFrame) -> None:
    series = [each for each in frame.figures.metrics if each.resource_kind == "database"]
    story.section("Métricas de la Base de Datos", ROOM_FOR_A_CHART, tells=["metrics"])
    if not series:
        story.paragraphs(frame.prose.paragraphs("metrics", "none"))
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        _resource(story, frame, resource_name)


def _server_metrics(story: Story, frame: ReportFrame) -> None:
    series = [each for each in frame.figures.metrics if each.resource_kind == "server"]
    for resource_name in dict.fromkeys(each.resource_name for each in series):
        story.section(Composed("Métricas de ", Quoted(resource_name)), ROOM_FOR_A_CHART)
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
    """What is to be said of one resource, its charts, its table; its days are among the details.

    What never changed is one sentence.
    """
    prose = frame.prose
    all_series = [each for each in frame.figures.metrics if each.resource_name == resource_name]
    if nearest := nearest_to_limit(all_series):
        story.paragraphs(
            prose.paragraphs(
                "metrics",
                "judgement",
                series=nearest,
                farthest=frame.figures.needed(FARTHEST[nearest.worst], **_of(nearest)),
                mean=frame.figures.needed("metric.mean", **_of(nearest)),
                unread=any(each.days_unread for each in all_series),
                serves=next((each.serves for each in frame.contract.resources if each.name == resource_name), None),
            )
        )
    for series in all_series:
        if series.constant:
            story.paragraphs(_range(frame, series))
        else:
            _chart(story, frame, series)
    notes = prose.paragraphs("metrics", "statistics_note", ranks=_ranks(all_series), shown=all_series)
    caption = Composed(f"{STATISTICS} ", Quoted(resource_name))
    story.table(caption, _statistics_table(frame.figures, all_series, story.width), notes)
    story.in_detail(
        Composed(f"{DAILY_VALUES} ", Quoted(resource_name)), lambda: _daily_values(story, frame, all_series)
    )


def _daily_values(story: Story, frame: ReportFrame, all_series: Sequence[MetricSeries]) -> None:
    """The table of the days of one resource."""
    caption = Composed(f"{DAILY_VALUES} ", Quoted(all_series[0].resource_name))
    unread = sorted({day for series in all_series for day in series.days_unread})
    notes = frame.prose.paragraphs("metrics", "daily_note", ranks=_ranks(all_series), unread_days=unread)
    story.table(caption, _daily_table(frame.figures, all_series, story.width), notes)


def _ranks(all_series: Sequence[MetricSeries]) -> list[int]:
    """The percentiles that are printed of these series, ascending."""
    return sorted({PERCENTILES[series.worst] for series in all_series if series.unit == "percent"})


def _of(series: MetricSeries) -> dict[str, str]:
    """What the ids of its figures tell apart."""
    return {"resource": series.resource_name, "metric": series.metric_name}


def _title(series: MetricSeries) -> Composed:
    return Composed(Quoted(series.title), " — ", Quoted(series.resource_name))


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
    told = frame.prose.paragraphs(
        "metrics",
        "range",
        series=series,
        measured_days=frame.figures.figure("metric.days_measured", **_of(series)),
        lowest=cell(frame.figures, write, "metric.min", **_of(series)),
        highest=cell(frame.figures, write, "metric.max", **_of(series)),
        worst=cell(frame.figures, write, FARTHEST[series.worst], **_of(series)),
        days_without_data=series.days_missing,
        whys=whys(gap for gap in frame.figures.gaps if gap.subject == lost and not gap.replaced),
    )
    return [*told, *filling]


def _chart(story: Story, frame: ReportFrame, series: MetricSeries) -> None:
    parts: list[Flowable] = [
        story.chart_caption(_title(series)),
        *(Paragraph(text, style.NOTE) for text in frame.prose.paragraphs("metrics", "meaning", series=series)),
        metric_chart(series, story.width),
        *(Paragraph(text, style.BODY) for text in _range(frame, series)),
    ]
    story.add(KeepTogether(parts))


def _unit(series: MetricSeries) -> str:
    """What stands beside the titles of its values."""
    return "%" if series.unit == "percent" else ""


def _statistics_table(figures: PeriodFigures, all_series: Sequence[MetricSeries], width: float) -> Table:
    """A row a metric: no value of it lies outside of the first and the last; the percentile is of its bad end."""
    ranks = [(worst, rank) for worst, rank in PERCENTILES.items() if rank in _ranks(all_series)]
    families = ["metric.least", "metric.mean", *(OF_PERIOD[worst] for worst, _ in ranks), "metric.peak"]
    columns = [
        Column("Métrica", width - len(families) * STATISTIC_WIDTH - len(SAMPLES) * SAMPLES_WIDTH),
        *(Column(heading(family), STATISTIC_WIDTH, "RIGHT") for family in families),
        *(Column(heading(family), SAMPLES_WIDTH, "RIGHT") for family in SAMPLES),
    ]
    rows = []
    for series in all_series:
        of_period = period_families(series)
        unit = f" ({sign})" if (sign := _unit(series)) else ""
        rows.append(
            [
                Composed(Quoted(series.title), unit),
                *(
                    number(figures, METRIC_DECIMALS, family, **_of(series)) if family in of_period else es_co.MISSING
                    for family in families
                ),
                *(number(figures, 0, family, **_of(series)) for family in SAMPLES),
            ]
        )
    return tables.ruled_table(columns, rows, size=7.5)


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
    """What is printed of a metric for the period; a state has no percentile."""
    percentile = (OF_PERIOD[series.worst],) if series.unit == "percent" else ()
    return ("metric.least", "metric.mean", *percentile, "metric.peak")


def daily_families(series: MetricSeries) -> tuple[str, ...]:
    """What is printed of a metric for each of its days; a state has no percentile."""
    percentile = (OF_DAY[series.worst],) if series.unit == "percent" else ()
    return ("metric.day.min", "metric.day.mean", *percentile, "metric.day.max")


def _metrics(story: Story, frame: ReportFrame) -> None:
    _database_metrics(story, frame)
    _server_metrics(story, frame)


SECTION = Section(place=20, write=_metrics, source="oci_metrics")
