"""The headline figures over the last periods, as bars: small on the first page, with their values in their section."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import KeepTogether

from service_reports.documents.engine import style
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.period_bars import PeriodBar, chart_of_bars, small_bars
from service_reports.documents.engine.story import Story
from service_reports.documents.sections.report_frame import ReportFrame
from service_reports.figures.figure import Figure
from service_reports.figures.model import Headline, PeriodFigures, PeriodValue, Trend
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import HEADLINES
from service_reports.wording.shown import Composed

NOT_ISSUED, NO_VALUE, UNREAD = "sin informe emitido", "sin dato", "sin leer"
WRITTEN: dict[Headline, Callable[[Figure], str]] = {
    "hour_bank": es_co.quantity,
    "availability": es_co.availability,
}
"""How the values of a headline are written, where not as a whole number."""


def tile_bars(figures: PeriodFigures, headline: Headline) -> Drawing | None:
    """The last periods of what a tile of the first page says; ``None`` where there are too few."""
    trend = next((each for each in figures.trends if each.headline == headline), None)
    return small_bars(HEADLINES[headline], _bars(figures, trend), _names(figures, trend)) if trend else None


def write_trend(story: Story, frame: ReportFrame, headline: Headline) -> None:
    """The chart of one headline figure in its section; nothing where it has none."""
    figures = frame.figures
    trend = next((each for each in figures.trends if each.headline == headline), None)
    if trend is None:
        return
    bars, what = _bars(figures, trend), HEADLINES[headline]
    gaps = [text for text in (NOT_ISSUED, NO_VALUE, UNREAD) if any(bar.text == text for bar in bars)]
    story.add(
        KeepTogether(
            [
                story.chart_caption(f"Últimos periodos: {what}"),
                chart_of_bars(what, bars, _names(figures, trend), story.width),
                *(
                    Paragraph(text, style.NOTE)
                    for text in frame.shared.paragraphs("trends", "note", headline=headline, gaps=gaps)
                ),
            ]
        )
    )


def _bars(figures: PeriodFigures, trend: Trend) -> list[PeriodBar]:
    before = [
        _bar(trend, each, _issued(figures, each, trend.figure), _issued(figures, each, trend.whole))
        for each in trend.before
    ]
    now = PeriodValue(report=figures.report_number, period_to=figures.period_to, issued=True)
    last = _bar(trend, now, figures.by_id.get(trend.figure), figures.by_id.get(trend.whole))
    return [*before, last._replace(text=last.text if last.value is not None else UNREAD)]


def _issued(figures: PeriodFigures, each: PeriodValue, of: str) -> Figure | None:
    return figures.figure("trend", period=each.report, headline=of) if of else None


def _bar(trend: Trend, each: PeriodValue, value: Figure | None, whole: Figure | None) -> PeriodBar:
    if value is None:
        return PeriodBar(each.period_to, NO_VALUE if each.issued else NOT_ISSUED, None, None)
    text = WRITTEN.get(trend.headline, es_co.number)(value)
    if whole is None:
        return PeriodBar(each.period_to, text, float(value.value), None)
    text = Composed(text, " de ", es_co.number(whole))
    return PeriodBar(each.period_to, text, float(value.value), float(whole.value))


def _names(figures: PeriodFigures, trend: Trend) -> list[str]:
    """The figures that its bars draw."""
    found = [
        figure
        for of in (trend.figure, trend.whole)
        for figure in (*(_issued(figures, each, of) for each in trend.before), figures.by_id.get(of))
        if figure is not None
    ]
    return [figure.id for figure in found]
