"""Line charts of daily means as vector graphics; a day without data is a gap, and is shaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import Color

from service_reports.documents import format as es_co
from service_reports.documents import palette, style
from service_reports.figures.model import MetricDay, MetricSeries

Anchor = Literal["start", "middle", "end"]

HEIGHT = 138.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 10.0, 14.0, 24.0
LABEL_SIZE = 7.0
MOST_DATE_LABELS = 9
Y_STEPS = 4
NICE_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
ZERO_IF_BELOW = 0.5
Y_TITLES = {"percent": "%", "state": "Estado (1 responde, 0 no)"}


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
    return [round(index * step, 10) for index in range(first, last + 1)]


def _axis_decimals(ticks: Sequence[float]) -> int:
    step = Decimal(str(round(ticks[1] - ticks[0], 10))).normalize()
    return max(0, -int(step.as_tuple().exponent))


def _runs(days: Sequence[MetricDay]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, day in enumerate(days):
        if day.mean is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((index, float(day.mean)))
    return [run for run in runs if run]


def _gaps(days: Sequence[MetricDay]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    for index, day in enumerate(days):
        if day.mean is None:
            if gaps and gaps[-1][1] == index - 1:
                gaps[-1] = (gaps[-1][0], index)
            else:
                gaps.append((index, index))
    return gaps


def _text(x: float, y: float, text: str, anchor: Anchor = "start", color: Color = palette.MUTED) -> String:
    return String(x, y, text, fontName=style.REGULAR, fontSize=LABEL_SIZE, fillColor=color, textAnchor=anchor)


def metric_chart(series: MetricSeries, width: float) -> Drawing:
    """The daily means of one metric over the days of the period (UTC); ``width`` in points."""
    drawing = Drawing(width, HEIGHT)
    days = series.days
    plot_width, plot_height = width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    slot = plot_width / max(len(days), 1)
    values = [float(day.mean) for day in days if day.mean is not None]
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

    def y_of(value: float) -> float:
        return BOTTOM + (value - low) / (high - low) * (plot_height - headroom)

    decimals = _axis_decimals(ticks)
    for tick in ticks:
        y = y_of(tick)
        drawing.add(Line(LEFT, y, width - RIGHT, y, strokeColor=palette.RULE, strokeWidth=0.4))
        drawing.add(_text(LEFT - 4, y - 2.4, es_co.number(Decimal(str(tick)), decimals), "end"))
    for start, end in _gaps(days):
        shade = Rect(LEFT + slot * start, BOTTOM, slot * (end - start + 1), plot_height)
        shade.fillColor, shade.strokeColor = palette.GAP_FILL, None
        drawing.add(shade)
        if slot * (end - start + 1) > LABEL_SIZE * 5:
            middle = LEFT + slot * (start + end + 1) / 2
            drawing.add(_text(middle, BOTTOM + plot_height - LABEL_SIZE - 2, "sin datos", "middle", palette.GAP_INK))
    drawing.add(Line(LEFT, BOTTOM, width - RIGHT, BOTTOM, strokeColor=palette.MUTED, strokeWidth=0.6))
    drawing.add(_text(LEFT, HEIGHT - LABEL_SIZE, Y_TITLES[series.unit]))
    _date_axis(drawing, [day.day for day in days], x_of)
    for run in _runs(days):
        if len(run) > 1:
            points = [coordinate for index, value in run for coordinate in (x_of(index), y_of(value))]
            drawing.add(
                PolyLine(points, strokeColor=palette.SERIES, strokeWidth=1.3, strokeLineJoin=1, strokeLineCap=1)
            )
        for index, value in run:
            drawing.add(
                Circle(
                    x_of(index),
                    y_of(value),
                    1.5 if slot > LABEL_SIZE else 1.0,
                    fillColor=palette.SERIES,
                    strokeColor=None,
                )
            )
    return drawing


def _date_axis(drawing: Drawing, days: Sequence[date], x_of: Callable[[int], float]) -> None:
    step = max(1, ceil((len(days) - 1) / (MOST_DATE_LABELS - 1))) if days else 1
    indexes = list(range(0, len(days), step))
    for index in indexes:
        x = x_of(index)
        drawing.add(Line(x, BOTTOM, x, BOTTOM - 3, strokeColor=palette.MUTED, strokeWidth=0.6))
        drawing.add(_text(x, BOTTOM - 4 - LABEL_SIZE, es_co.table_date(days[index]), "middle"))
