"""A bar a period, the last of them the one that is reported: small beside a value, or as a chart with its values.

All stand on zero. What is a part of something has the outline of the whole behind it; a period without a value has a
dash on the line instead of a bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

from service_reports.documents.engine import palette, style
from service_reports.documents.engine.pictures import Picture
from service_reports.wording.es_co.formats import table_date
from service_reports.wording.es_co.pictures import period_bars

BAR_SHARE = 0.62
LINE_WIDTH = 0.5
CHART_HEIGHT = 64.0
SMALL_WIDTH, SMALL_HEIGHT = 54.0, 16.0
SLOTS = 6
"""So many periods have room at least: where there are fewer, bars are no wider."""
LABEL_SIZE, LABEL_ROOM = 7.0, 10.0


class PeriodBar(NamedTuple):
    """One period by its last day: its value, what that is a part of, and what is printed of it.

    Without a value ``text`` says why there is none.
    """

    until: date
    text: str
    value: float | None
    whole: float | None


def small_bars(what: str, bars: Sequence[PeriodBar], names: Sequence[str]) -> Drawing:
    """The bars alone; ``names`` are the figures that they draw."""
    drawing = Picture(SMALL_WIDTH, SMALL_HEIGHT, _in_words(what, bars), names)
    _bars(drawing, bars, SMALL_WIDTH, 0.0, SMALL_HEIGHT)
    return drawing


def chart_of_bars(what: str, bars: Sequence[PeriodBar], names: Sequence[str], width: float) -> Drawing:
    """The bars with their values above and the last days of their periods below."""
    drawing = Picture(width, CHART_HEIGHT, _in_words(what, bars), names)
    tops = _bars(drawing, bars, width, LABEL_ROOM, CHART_HEIGHT - LABEL_ROOM)
    slot = width / max(len(bars), SLOTS)
    for position, (bar, top) in enumerate(zip(bars, tops, strict=True)):
        middle = slot * (position + 0.5)
        font = style.BOLD if position == len(bars) - 1 else style.REGULAR
        ink = palette.GAP_INK if bar.value is None else palette.INK
        drawing.add(_text(middle, top + 3, bar.text, font, ink, slot))
        drawing.add(_text(middle, 1, table_date(bar.until), font, palette.MUTED, slot))
    return drawing


def _in_words(what: str, bars: Sequence[PeriodBar]) -> str:
    return period_bars(what, [(bar.until, bar.text) for bar in bars])


def _text(x: float, y: float, text: str, font: str, color: Color, room: float) -> String:
    size = LABEL_SIZE * min(1.0, 0.96 * room / max(stringWidth(text, font, LABEL_SIZE), 1.0))
    return String(x, y, text, fontName=font, fontSize=size, fillColor=color, textAnchor="middle")


def _bars(drawing: Drawing, bars: Sequence[PeriodBar], width: float, floor: float, height: float) -> list[float]:
    """Draw them between a floor and a height; returns how high each stands, above zero."""
    known = [each for bar in bars for each in (bar.value, bar.whole) if each is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = (height - floor) / ((high - low) or 1.0)
    zero = floor - low * scale
    slot = width / max(len(bars), SLOTS)
    tops: list[float] = []
    for position, bar in enumerate(bars):
        left, wide = slot * (position + (1 - BAR_SHARE) / 2), slot * BAR_SHARE
        top = zero
        if bar.value is None:
            dash = Line(left, zero + 2, left + wide, zero + 2, strokeDashArray=(2, 1.5))
            dash.strokeColor, dash.strokeWidth = palette.GAP_INK, LINE_WIDTH
            drawing.add(dash)
            top = zero + 2
        else:
            last = position == len(bars) - 1
            drawing.add(_box(left, zero, wide, bar.value * scale, palette.ACCENT if last else palette.SERIES, None))
            if bar.whole is not None and bar.whole > bar.value:
                drawing.add(_box(left, zero, wide, bar.whole * scale, None, palette.MUTED))
            top = zero + max(0.0, bar.value, bar.whole or 0.0) * scale
        tops.append(top)
    drawing.add(Line(0, zero, width, zero, strokeColor=palette.MUTED, strokeWidth=LINE_WIDTH))
    return tops


def _box(x: float, y: float, width: float, height: float, fill: Color | None, line: Color | None) -> Rect:
    box = Rect(x, min(y, y + height), width, abs(height))
    box.fillColor, box.strokeColor, box.strokeWidth = fill, line, LINE_WIDTH
    return box
