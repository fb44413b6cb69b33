"""Vector charts of days (UTC): metrics with their spread, use as small multiples. A day without data is a shaded gap.

Colours differ in lightness as much as in hue, and lines also in their dashes: the charts can be read without seeing
colours, and in a black-and-white print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

from reportlab.graphics.shapes import Circle, Drawing, Line, Path, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from service_reports.documents.engine import palette, style
from service_reports.documents.engine.pictures import Picture
from service_reports.figures.model import LevelChange, MetricDay, MetricSeries, UsageColumn, UsageDayRow, UsageTable
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import pictures

Anchor = Literal["start", "middle", "end"]

HEIGHT = 106.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 10.0, 16.0, 14.0
LABEL_SIZE = 7.0
MOST_DATE_LABELS = 9
Y_STEPS = 4
NICE_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
ZERO_IF_BELOW = 0.5
Y_TITLES = {"percent": "%", "state": "Estado (1 responde, 0 no)"}
LEGEND_LINE, LEGEND_SPACE = 14.0, 12.0
P95_DASHES = (4, 2)

PANELS_A_ROW = 3
PANEL_HEIGHT, PANEL_GAP = 105.0, 14.0
"""Without the lines of its title."""
PANEL_LEFT, PANEL_TOP, PANEL_BOTTOM = 30.0, 14.0, 20.0
PANEL_SIZE = 6.0
PANEL_TITLE_SIZE = 6.8
PANEL_TITLE_LEADING = PANEL_TITLE_SIZE + 1.6
PANEL_TITLE_LINES = 2
PANEL_HEADROOM = 9.0
BAR_SHARE = 0.72
LEVEL_DAYS = 7
"""A level is drawn so far before the first and after the last change: it is the median of those days."""
STEP_DASHES = (2, 1.5)


def value_axis(low: float, high: float) -> list[float]:
    """Round tick values around the data; from zero unless the data stay in a narrow band far from it.

    >>> value_axis(22.0, 78.0)
    [0.0, 20.0, 40.0, 60.0, 80.0]
    """
    if low >= 0 and low <= high * ZERO_IF_BELOW:
        low = 0.0
    if high <= low:
        margin = abs(high) * 0.1 or 1.0
        low, high = low - margin, high + margin
    rough = (high - low) / Y_STEPS
    power = 10.0 ** floor(log10(rough))
    step = next(nice * power for nice in NICE_STEPS if nice * power >= rough * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [float(f"{index * step:.10g}") for index in range(first, last + 1)]


def _axis_decimals(ticks: Sequence[float]) -> int:
    step = Decimal(f"{ticks[1] - ticks[0]:.10g}").normalize()
    return max(0, -int(step.as_tuple().exponent))


def _runs(days: Sequence[MetricDay]) -> list[list[tuple[int, MetricDay]]]:
    runs: list[list[tuple[int, MetricDay]]] = [[]]
    for index, day in enumerate(days):
        if day.mean is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((index, day))
    return [run for run in runs if run]


def _gaps(missing: Iterable[bool]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    for index, absent in enumerate(missing):
        if absent and gaps and gaps[-1][1] == index - 1:
            gaps[-1] = (gaps[-1][0], index)
        elif absent:
            gaps.append((index, index))
    return gaps


def _text(
    x: float,
    y: float,
    text: str,
    anchor: Anchor = "start",
    color: Color = palette.MUTED,
    size: float = LABEL_SIZE,
    font: str = style.REGULAR,
) -> String:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=color, textAnchor=anchor)


def _filled(x: float, y: float, width: float, height: float, color: Color) -> Rect:
    shape = Rect(x, y, width, height)
    shape.fillColor, shape.strokeColor = color, None
    return shape


def metric_chart(series: MetricSeries, width: float) -> Drawing:
    """One metric over the days of the period (UTC): band from least to most, line of means, and a percentile.

    ``width`` in points. A day without samples breaks line and band.
    """
    days = series.days
    drawing = Picture(width, HEIGHT, _metric_in_words(series))
    plot_width, plot_height = width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = plot_width / max(len(days), 1)
    values = [float(value) for day in days for value in (day.minimum, day.mean, day.maximum) if value is not None]
    if series.unit == "state":
        ticks = [0.0, 1.0]
    elif values:
        ticks = value_axis(min(values), max(values))
    else:
        ticks = [0.0, 50.0, 100.0]
    low, high = ticks[0], ticks[-1]
    headroom = 0.06 * plot_height

    def x_of(index: int) -> float:
        return LEFT + slot * (index + 0.5)

    def y_of(value: float | Decimal) -> float:
        return BOTTOM + (float(value) - low) / (high - low) * (plot_height - headroom)

    decimals = _axis_decimals(ticks)
    for tick in ticks:
        y = y_of(tick)
        drawing.add(Line(LEFT, y, width - RIGHT, y, strokeColor=palette.RULE, strokeWidth=0.4))
        drawing.add(_text(LEFT - 4, y - 2.4, es_co.number(Decimal(str(tick)), decimals), "end"))
    for words, unread in (("sin datos", False), ("sin leer", True)):
        for start, end in _gaps(day.mean is None and (day.day in series.days_unread) == unread for day in days):
            drawing.add(_filled(LEFT + slot * start, BOTTOM, slot * (end - start + 1), plot_height, palette.GAP_FILL))
            if slot * (end - start + 1) > LABEL_SIZE * 5:
                middle = LEFT + slot * (start + end + 1) / 2
                drawing.add(_text(middle, BOTTOM + plot_height - LABEL_SIZE - 2, words, "middle", palette.GAP_INK))
    drawing.add(Line(LEFT, BOTTOM, width - RIGHT, BOTTOM, strokeColor=palette.MUTED, strokeWidth=0.6))
    drawing.add(_text(LEFT, HEIGHT - LABEL_SIZE, Y_TITLES[series.unit]))
    _date_axis(drawing, [day.day for day in days], x_of)
    for run in _runs(days):
        _spread(drawing, run, slot, x_of, y_of)
    if series.percentile is not None:
        y = y_of(series.percentile)
        drawing.add(
            Line(LEFT, y, width - RIGHT, y, strokeColor=palette.MARK, strokeWidth=0.9, strokeDashArray=P95_DASHES)
        )
    for run in _runs(days):
        if len(run) > 1:
            points = [coordinate for index, day in run for coordinate in (x_of(index), y_of(day.mean or 0))]
            drawing.add(
                PolyLine(points, strokeColor=palette.SERIES, strokeWidth=1.3, strokeLineJoin=1, strokeLineCap=1)
            )
        for index, day in run:
            drawing.add(
                Circle(
                    x_of(index),
                    y_of(day.mean or 0),
                    1.5 if slot > LABEL_SIZE else 1.0,
                    fillColor=palette.SERIES,
                    strokeColor=None,
                )
            )
    _legend(drawing, series, width - RIGHT)
    return drawing


def _metric_in_words(series: MetricSeries) -> str:
    percent = series.unit == "percent"
    return pictures.metric_chart(
        series.title,
        series.resource_name,
        [(day.day, day.mean) for day in series.days],
        es_co.percent if percent else es_co.quantity,
        series.percentile,
        pictures.PERCENTILES[series.worst],
    )


def _spread(
    drawing: Drawing,
    run: Sequence[tuple[int, MetricDay]],
    slot: float,
    x_of: Callable[[int], float],
    y_of: Callable[[float | Decimal], float],
) -> None:
    """The band between the least and the most of each day; a lone day has one as wide as a bar."""
    known = [
        (x_of(index), y_of(day.minimum), y_of(day.maximum))
        for index, day in run
        if day.minimum is not None and day.maximum is not None
    ]
    if len(known) == 1:
        [(x, lowest, highest)] = known
        half = slot * BAR_SHARE / 2
        known = [(x - half, lowest, highest), (x + half, lowest, highest)]
    if known:
        outline = [value for x, _, highest in known for value in (x, highest)]
        outline += [value for x, lowest, _ in reversed(known) for value in (x, lowest)]
        drawing.add(Polygon(outline, fillColor=palette.SERIES_LIGHT, strokeColor=None))


def _legend(drawing: Drawing, series: MetricSeries, right: float) -> None:
    """What band and lines are, from the right edge of the chart to the left."""
    y = HEIGHT - LABEL_SIZE
    entries: list[tuple[str, Callable[[float], Line | Rect]]] = []
    if any(day.minimum is not None for day in series.days):
        entries.append(
            (
                "mínimo a máximo del día",
                lambda x: _filled(x, y - 0.5, LEGEND_LINE, 5.5, palette.SERIES_LIGHT),
            )
        )
    entries.append(
        (
            "media del día",
            lambda x: Line(x, y + 2.2, x + LEGEND_LINE, y + 2.2, strokeColor=palette.SERIES, strokeWidth=1.5),
        )
    )
    if series.percentile is not None:
        entries.append(
            (
                f"{pictures.PERCENTILES[series.worst]} del periodo: {es_co.percent(series.percentile)}",
                lambda x: Line(
                    x,
                    y + 2.2,
                    x + LEGEND_LINE,
                    y + 2.2,
                    strokeColor=palette.MARK,
                    strokeWidth=0.9,
                    strokeDashArray=P95_DASHES,
                ),
            )
        )
    x = right
    for label, sign in reversed(entries):
        x -= stringWidth(label, style.REGULAR, LABEL_SIZE)
        drawing.add(_text(x, y, label))
        x -= LEGEND_LINE + 3
        drawing.add(sign(x))
        x -= LEGEND_SPACE


def _date_axis(drawing: Drawing, days: Sequence[date], x_of: Callable[[int], float]) -> None:
    step = max(1, ceil((len(days) - 1) / (MOST_DATE_LABELS - 1))) if days else 1
    indexes = list(range(0, len(days), step))
    for index in indexes:
        x = x_of(index)
        drawing.add(Line(x, BOTTOM, x, BOTTOM - 3, strokeColor=palette.MUTED, strokeWidth=0.6))
        drawing.add(_text(x, BOTTOM - 4 - LABEL_SIZE, es_co.table_date(days[index]), "middle"))


@dataclass(frozen=True)
class UsagePanel:
    """One small chart: the daily use of a product, and where it changed its level.

    ``remark`` is printed beside the service: how much the level changed from first to last.
    """

    column: UsageColumn
    days: tuple[tuple[UsageDayRow, Decimal | None], ...]
    changes: tuple[LevelChange, ...]
    decimals: int
    remark: str


def usage_panel(usage: UsageTable, index: int, remark: str) -> UsagePanel:
    """The panel of one column of the usage table."""
    column = usage.columns[index]
    return UsagePanel(
        column=column,
        days=tuple((row, row.quantities[index] if row.quantities else None) for row in usage.rows),
        changes=tuple(change for change in usage.level_changes if change.column == column.label),
        decimals=es_co.decimals_for(usage.totals[index]),
        remark=remark,
    )


def usage_panels(panels: Sequence[UsagePanel], width: float) -> list[Drawing]:
    """Small multiples, a drawing for every three: all of one size, with the same days and axes that begin at zero."""
    panel_width = (width - (PANELS_A_ROW - 1) * PANEL_GAP) / PANELS_A_ROW
    drawings: list[Drawing] = []
    for start in range(0, len(panels), PANELS_A_ROW):
        row = panels[start : start + PANELS_A_ROW]
        titles = [_title_lines(panel, panel_width) for panel in row]
        words = es_co.joined(map(_panel_in_words, row), " ")
        drawing = Picture(width, PANEL_HEIGHT + max(map(len, titles)) * PANEL_TITLE_LEADING, words)
        for position, (panel, title) in enumerate(zip(row, titles, strict=True)):
            left = position * (panel_width + PANEL_GAP)
            _panel_title(drawing, panel, title, left, panel_width)
            _panel(drawing, panel, left, panel_width)
        drawings.append(drawing)
    return drawings


def _panel_in_words(panel: UsagePanel) -> str:
    return pictures.usage_chart(
        f"{panel.column.product_description}, {panel.column.service}",
        panel.column.unit,
        [(row.day, quantity) for row, quantity in panel.days],
        lambda quantity: es_co.number(quantity, panel.decimals),
        [(change.to_day, change.after) for change in panel.changes],
    )


def _panel(drawing: Drawing, panel: UsagePanel, left: float, width: float) -> None:
    right, floor_y = left + width, PANEL_BOTTOM
    x0, height = left + PANEL_LEFT, PANEL_HEIGHT - PANEL_TOP - PANEL_BOTTOM
    slot = (right - x0) / max(len(panel.days), 1)
    quantities = [float(quantity) for _, quantity in panel.days if quantity is not None]
    ticks = value_axis(min([0.0, *quantities]), max([0.0, *quantities]))
    ticks = [ticks[0], ticks[-1]] if ticks[0] == 0 else [ticks[0], 0.0, ticks[-1]]
    decimals = _axis_decimals(value_axis(ticks[0], ticks[-1]))

    def y_of(value: float | Decimal) -> float:
        return floor_y + (float(value) - ticks[0]) / (ticks[-1] - ticks[0]) * (height - PANEL_HEADROOM)

    for start, end in _gaps(quantity is None for _, quantity in panel.days):
        drawing.add(
            _filled(x0 + slot * start, floor_y, slot * (end - start + 1), height - PANEL_HEADROOM, palette.GAP_FILL)
        )
    for tick in ticks:
        drawing.add(Line(x0, y_of(tick), right, y_of(tick), strokeColor=palette.RULE, strokeWidth=0.4))
        label = es_co.number(Decimal(str(tick)), decimals)
        size = _fitting(label, style.REGULAR, PANEL_SIZE, PANEL_LEFT - 3)
        drawing.add(_text(x0 - 3, y_of(tick) - 2, label, "end", size=size))
    full = Path(fillColor=palette.SERIES_LIGHT, strokeColor=None)
    partial = Path(fillColor=None, strokeColor=palette.SERIES, strokeWidth=0.5)
    margin = slot * (1 - BAR_SHARE) / 2
    for index, (row, quantity) in enumerate(panel.days):
        if quantity is not None:
            bars = partial if row.state == "partial" else full
            near, far = x0 + slot * index + margin, x0 + slot * (index + 1) - margin
            base, top = y_of(0), y_of(quantity)
            bars.moveTo(near, base)
            for x, y in ((near, top), (far, top), (far, base)):
                bars.lineTo(x, y)
            bars.closePath()
    for bars in (full, partial):
        if bars.points:
            drawing.add(bars)
    drawing.add(Line(x0, y_of(0), right, y_of(0), strokeColor=palette.MUTED, strokeWidth=0.6))
    _levels(drawing, panel, x0, right, y_of)
    _panel_dates(drawing, panel, x0, right, floor_y)


def _title_lines(panel: UsagePanel, width: float) -> list[str]:
    """Product and unit in at most ``PANEL_TITLE_LINES``; the last one then holds all that is left."""
    title = f"{panel.column.product_description} ({panel.column.unit})"
    lines = simpleSplit(title, style.BOLD, PANEL_TITLE_SIZE, width)
    return [*lines[: PANEL_TITLE_LINES - 1], *filter(None, [" ".join(lines[PANEL_TITLE_LINES - 1 :])])]


def _panel_title(drawing: Drawing, panel: UsagePanel, title: Sequence[str], left: float, width: float) -> None:
    y = drawing.height - PANEL_SIZE - 2
    drawing.add(_text(left, y, panel.column.service, size=PANEL_SIZE))
    drawing.add(_text(left + width, y, panel.remark, "end", palette.MARK, PANEL_SIZE, style.BOLD))
    for line in title:
        y -= PANEL_TITLE_LEADING
        size = _fitting(line, style.BOLD, PANEL_TITLE_SIZE, width)
        drawing.add(_text(left, y, line, color=palette.INK, size=size, font=style.BOLD))


def _fitting(text: str, font: str, size: float, width: float) -> float:
    """The size, or the smaller one at which the text is as wide as there is room."""
    return size * min(1.0, width / max(stringWidth(text, font, size), 1.0))


def _day_index(panel: UsagePanel, day: date) -> int:
    return (day - panel.days[0][0].day).days


def _levels(
    drawing: Drawing, panel: UsagePanel, x0: float, right: float, y_of: Callable[[float | Decimal], float]
) -> None:
    """A line at every level with its value, and a dashed one where it changes."""
    if not panel.changes:
        return
    slot = (right - x0) / len(panel.days)
    steps = [x0 + slot * _day_index(panel, change.to_day) for change in panel.changes]
    levels = [panel.changes[0].before, *(change.after for change in panel.changes)]
    starts = [max(x0, steps[0] - LEVEL_DAYS * slot), *steps]
    ends = [*steps, min(right, steps[-1] + LEVEL_DAYS * slot)]
    free = x0
    for position, (level, start, end) in enumerate(zip(levels, starts, ends, strict=True)):
        y = y_of(level)
        drawing.add(Line(start, y, end, y, strokeColor=palette.MARK, strokeWidth=1.1))
        label = es_co.number(level, panel.decimals)
        room = stringWidth(label, style.BOLD, PANEL_SIZE)
        last = position == len(levels) - 1
        x = min(start, right - room)
        if last or (x >= free and room <= end - start):
            drawing.add(_text(x, y + 2.2, label, color=palette.MARK, size=PANEL_SIZE, font=style.BOLD))
            free = x + room + 2
    for x, change in zip(steps, panel.changes, strict=True):
        top, base = y_of(max(change.before, change.after)), y_of(0)
        drawing.add(Line(x, base, x, top, strokeColor=palette.MARK, strokeWidth=0.6, strokeDashArray=STEP_DASHES))


def _panel_dates(drawing: Drawing, panel: UsagePanel, x0: float, right: float, floor_y: float) -> None:
    """The days on which the level changed, then the first and the last day, where there is room."""
    if not panel.days:
        return
    slot = (right - x0) / len(panel.days)
    first, last = panel.days[0][0].day, panel.days[-1][0].day
    marked = [(change.to_day, palette.MARK) for change in panel.changes]
    taken: list[tuple[float, float]] = []
    for day, color in [*marked, (first, palette.MUTED), (last, palette.MUTED)]:
        label = es_co.table_date(day)
        room = stringWidth(label, style.REGULAR, PANEL_SIZE)
        x = min(max(x0 + slot * (_day_index(panel, day) + 0.5) - room / 2, x0), right - room)
        if all(x > end + 2 or x + room < start - 2 for start, end in taken):
            drawing.add(_text(x, floor_y - PANEL_SIZE - 2, label, color=color, size=PANEL_SIZE))
            taken.append((x, x + room))
