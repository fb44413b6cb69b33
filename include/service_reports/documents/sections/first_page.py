"""The page after the cover: what a supervisor wants to know in two minutes, with links to where it is told whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar, get_args
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, PageBreakIfNotEmpty, Spacer, Table, TableStyle

from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.documents.engine import page, palette, style, tables
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.pictures import Picture
from service_reports.documents.engine.story import LINK_COLOR, Story
from service_reports.documents.engine.table_tags import LEAST_PART_OF_ROW
from service_reports.documents.engine.tables import Column
from service_reports.documents.sections.highlights import Fact, Highlights, Point, Requested, highlights
from service_reports.documents.sections.report_frame import OTHER_REPORT, PdfKind, ReportFrame
from service_reports.documents.sections.trends import tile_bars
from service_reports.figures.model import (
    AgeBand,
    BackupFigures,
    DumpFigures,
    Finding,
    Headline,
    PeriodFigures,
    Severity,
)
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import pictures
from service_reports.wording.es_co.labels import SEVERITIES
from service_reports.wording.shown import Composed

TITLE = "El periodo en una página"
FINDINGS_TITLE, COMPARED_TITLE, ASKS_TITLE = (
    "Hallazgos",
    "Consumo frente al periodo anterior",
    "Se solicita al supervisor",
)
KEY = "first-page"
FACTS: dict[PdfKind, tuple[Headline, ...]] = {
    "management_report": ("tickets", "hour_bank", "availability", "backups", "dumps", "usage"),
    "technical_report": ("availability", "usage", "tickets", "backups", "dumps", "hour_bank"),
}
"""In which order each report answers: its own matters first."""
SERVICE_SECTIONS = frozenset({"execution", "tickets", "hour_bank", "obligations"})
A_ROW = 3
GUTTER = 10.0
TILE_PADDING = 6.0
BAR_HEIGHT = 7.0
LEGEND_SIZE, LEGEND_LEADING, LEGEND_COLUMNS = 6.8, 9.0, 2
SWATCH = 4.5
LINE_WIDTH = 0.5
MARK = 6.0
LEGEND_STEP = 66.0
FONT = ("FONT", (0, 0), (-1, -1), style.REGULAR, style.CELL.fontSize)
"""A table without it would begin in a font that is not embedded."""
NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
MARK_WIDTH, LINK_WIDTH = 14.0, 70.0
MARK_SHARES: dict[Severity, float] = {"alert": 1.0, "warning": 0.5, "notice": 0.0}
MARK_WORDS: dict[Severity, str] = {
    "alert": "cuadro lleno",
    "warning": "cuadro medio lleno",
    "notice": "cuadro vacío",
}
STRIPS = {
    "usage": "los días con consumo",
    "backups": "los días con copia de OCI",
    "dumps": "los días con volcado de la base",
}
"""What the strips of the tiles show."""
MUTED = palette.MUTED.hexval().replace("0x", "#")
STATE_SHARES = {"complete": 1.0, "partial": 0.5, "missing": 0.0, "unread": None}
"""How full the box of a day is; one that was not read has none, but a line."""

FIRST_HEADING = style.SECTION.clone("first-heading", spaceBefore=0, spaceAfter=0)
PART_HEADING = style.GROUP.clone("part-heading", spaceBefore=6, spaceAfter=2, textColor=palette.ACCENT)
TEXT = style.CELL.clone("first-text", fontSize=8.5, leading=10.5)
TILE_LABEL = style.CELL.clone("tile-label", fontSize=7.5, leading=9.5, textColor=palette.MUTED)
TILE_VALUE = style.CELL.clone(
    "tile-value", fontName=style.BOLD, fontSize=15, leading=18, textColor=palette.ACCENT, spaceAfter=2
)
TILE_DETAIL = style.CELL.clone("tile-detail", fontSize=7.5, leading=9.2)
LINK = style.CELL_RIGHT.clone("link", fontSize=7.5, leading=10.8, textColor=palette.MUTED)


Found = TypeVar("Found", Point, Finding)


class Part(NamedTuple):
    """A stretch of a bar: how long, what it says in the legend, its colour."""

    size: float
    words: str
    color: Color


def first_page(frame: ReportFrame, story: Story) -> list[Flowable]:
    """The page of one report; ``story`` is written already and knows where every section stands.

    Where the findings do not fit on the page, the last ones are counted instead.
    """
    told = highlights(frame.contract, frame.figures)
    head = [
        page.Heading(escape(TITLE), FIRST_HEADING, TITLE, 0, KEY),
        Paragraph(markup_of(told.scope), style.NOTE),
        *_correction(frame),
        _tiles(frame, told, story.width),
        *_bars_note(frame),
    ]
    tail = [*_compared(told, story.width), Spacer(0, 4), *_asks(told, story.width)]
    room = style.PAGE_HEIGHT - _height([*head, *tail], story.width)
    findings = in_order(told.findings, frame.kind)
    rows = [_finding(frame, story, each) for each in findings]
    shown = len(findings)
    told_here = _findings(frame, story, findings, rows)
    while shown and _height(told_here, story.width) > room:
        shown -= 1
        told_here = _findings(frame, story, findings, rows[:shown])
    return [
        PageBreakIfNotEmpty(),
        *head,
        *told_here,
        *tail,
        PageBreakIfNotEmpty(),
    ]


def _correction(frame: ReportFrame) -> list[Flowable]:
    """That this is a corrected version, and where it says what changed."""
    changes = frame.figures.changes
    if changes is None:
        return []
    return [Paragraph(f"<b>{frame.shared.sentence('changes', 'first_page', changes=changes)}</b>", TEXT), Spacer(0, 4)]


def in_order(findings: Sequence[Found], kind: PdfKind) -> list[Found]:
    """Findings by severity; in each, what this report is about before what the other one is about."""
    return sorted(
        findings,
        key=lambda each: (
            list(SEVERITIES).index(each.severity),
            (each.section in SERVICE_SECTIONS) != (kind == "management_report"),
        ),
    )


def _height(flowables: Sequence[Flowable], width: float) -> float:
    """How high flowables stand on a page of this width, in points, with the space between them."""
    return sum(
        each.getSpaceBefore() + each.wrap(width, style.PAGE_HEIGHT)[1] + each.getSpaceAfter() for each in flowables
    )


def _tiles(frame: ReportFrame, told: Highlights, width: float) -> Table:
    """The facts as tiles, three a row."""
    facts = {fact.name: fact for fact in told.facts}
    each = (width - (A_ROW - 1) * GUTTER) / A_ROW
    tiles = [_tile(frame.figures, facts[name], each - 2 * TILE_PADDING) for name in FACTS[frame.kind] if name in facts]
    rows: list[list[Any]] = []
    for start in range(0, len(tiles), A_ROW):
        if rows:
            rows.append([""] * (2 * A_ROW - 1))
        cells: list[Any] = [cell for tile in tiles[start : start + A_ROW] for cell in (tile, "")][:-1]
        rows.append(cells + [""] * (2 * A_ROW - 1 - len(cells)))
    commands: list[tuple[Any, ...]] = [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), TILE_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), TILE_PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    ]
    for row in range(0, len(rows), 2):
        for column in range(0, 2 * A_ROW - 1, 2):
            if row // 2 * A_ROW + column // 2 >= len(tiles):
                continue
            cell = (column, row), (column, row)
            commands += [("BACKGROUND", *cell, palette.TOTAL_FILL), ("LINEABOVE", *cell, 1.2, palette.ACCENT)]
    return Table(
        rows,
        colWidths=[each, *[GUTTER, each] * (A_ROW - 1)],
        rowHeights=[GUTTER if row % 2 else None for row in range(len(rows))],
        hAlign="LEFT",
        style=TableStyle(commands),
    )


def _bars_note(frame: ReportFrame) -> list[Flowable]:
    """What the bars beside the values are."""
    if not frame.figures.trends:
        return [Spacer(0, 6)]
    return [Spacer(0, 3), Paragraph(frame.shared.sentence("trends", "first_page"), style.NOTE)]


def _tile(figures: PeriodFigures, fact: Fact, width: float) -> list[Flowable]:
    drawn = _drawing(figures, fact.name, width)
    # The legend of the hour bank's bar says what its detail says.
    words = [] if fact.name == "hour_bank" and drawn else [Paragraph(markup_of(fact.detail), TILE_DETAIL)]
    value: Flowable = Paragraph(markup_of(fact.value), TILE_VALUE)
    bars = tile_bars(figures, fact.name)
    beside = (
        bars is not None and stringWidth(fact.value, TILE_VALUE.fontName, TILE_VALUE.fontSize) <= width - bars.width
    )
    if bars is not None and beside:
        value = Table(
            [[value, bars]],
            colWidths=[width - bars.width, bars.width],
            hAlign="LEFT",
            style=TableStyle([FONT, *NO_PADDING, ("VALIGN", (0, 0), (-1, -1), "TOP")]),
            spaceAfter=TILE_VALUE.spaceAfter,
        )
    return [
        Paragraph(escape(fact.label), TILE_LABEL),
        value,
        *([bars] if bars is not None and not beside else []),
        *words,
        *([drawn] if drawn else []),
    ]


def _drawing(figures: PeriodFigures, name: str, width: float) -> Drawing | None:
    if name == "hour_bank":
        if figures.hour_bank is None:
            return None
        return _bar("las horas de la bolsa", hour_bank_parts(figures), width)
    if name == "tickets" and figures.summary and figures.summary.open_tickets:
        return _bar("las solicitudes en trámite por antigüedad", age_parts(figures), width)
    days = figures.days

    def covered(copies: BackupFigures | DumpFigures) -> list[float | None]:
        return [None if day in copies.days_unread else float(day not in copies.days_missing) for day in days]

    shares = {
        "usage": [STATE_SHARES[row.state] for row in figures.usage.rows],
        "backups": covered(figures.backups),
        "dumps": covered(figures.dumps),
    }
    return _strip(STRIPS[name], days, shares[name], width) if name in shares else None


def hour_bank_parts(figures: PeriodFigures) -> list[Part]:
    """The hour bank from used to free; of an overdrawn one nothing is free."""

    def part(state: str, singular: str, plural: str, color: Color) -> Part:
        hours = figures.needed("hour_bank.balance", state=state)
        return Part(max(0.0, float(hours.value)), es_co.counted(hours, singular, plural), color)

    return [
        part("consumed", "consumida", "consumidas", palette.ACCENT),
        part("in_execution", "en ejecución", "en ejecución", palette.SERIES),
        part("committed", "comprometida", "comprometidas", palette.SIGNATURE_RULE),
        part("available", "disponible", "disponibles", palette.HEADER_FILL),
    ]


def age_parts(figures: PeriodFigures) -> list[Part]:
    """The open requests by age in days, the oldest last and darkest."""
    shades = (palette.HEADER_FILL, palette.SIGNATURE_RULE, palette.SERIES, palette.ACCENT)
    bands = figures.summary.ages if figures.summary else ()
    return [
        Part(
            float(band.count),
            Composed(ages(band), ": ", es_co.number(figures.needed("summary.tickets.age", ages=band.name))),
            shade,
        )
        for band, shade in zip(bands, shades, strict=True)
    ]


def ages(band: AgeBand) -> str:
    """The days of a band in words."""
    least = es_co.declared(band.least)
    if band.most is None:
        return Composed(least, " días o más")
    return Composed(least, " a ", es_co.declared(band.most), " días")


def _bar(what: str, parts: Sequence[Part], width: float) -> Drawing:
    """One bar of stretches of different lightness, and a legend of what each is."""
    legend = -(-len(parts) // LEGEND_COLUMNS) * LEGEND_LEADING
    bottom = legend + 3
    words = pictures.bar_of_parts(what, [part.words for part in parts])
    drawing = Picture(width, BAR_HEIGHT + bottom + 2, words)
    total = sum(part.size for part in parts) or 1.0
    left = 0.0
    for part in parts:
        length = width * part.size / total
        if length:
            drawing.add(_box(left, bottom, length, BAR_HEIGHT, part.color, palette.MUTED))
        left += length
    for index, part in enumerate(parts):
        x = (index % LEGEND_COLUMNS) * width / LEGEND_COLUMNS
        y = legend - LEGEND_LEADING * (index // LEGEND_COLUMNS + 1) + 2.5
        drawing.add(_box(x, y, SWATCH, SWATCH, part.color, palette.MUTED))
        drawing.add(_small(x + SWATCH + 3, y, part.words, palette.INK))
    return drawing


def _strip(what: str, days: Sequence[date], shares: Sequence[float | None], width: float) -> Drawing:
    """The days of the period side by side as full, half full or empty boxes, with the first and the last date.

    A day that was not read is a line in the middle.
    """
    drawing = Picture(width, BAR_HEIGHT + LEGEND_LEADING + 3, pictures.day_strip(what, days, shares))
    slot = width / max(len(days), 1)
    for index, share in enumerate(shares):
        left, box = index * slot, slot * 0.8
        if share is None:
            drawing.add(_box(left, LEGEND_LEADING + BAR_HEIGHT / 2, box, 0, None, palette.MUTED))
            continue
        drawing.add(_box(left, LEGEND_LEADING, box, BAR_HEIGHT * share, palette.SERIES))
        if share < 1:
            drawing.add(_box(left, LEGEND_LEADING, box, BAR_HEIGHT, None, palette.MUTED))
    if days:
        drawing.add(_small(0, 1, es_co.table_date(days[0]), palette.MUTED))
        drawing.add(_small(width, 1, es_co.table_date(days[-1]), palette.MUTED, "end"))
    return drawing


def _box(x: float, y: float, width: float, height: float, fill: Color | None, line: Color | None = None) -> Rect:
    box = Rect(x, y, width, height)
    box.fillColor, box.strokeColor, box.strokeWidth = fill, line, LINE_WIDTH
    return box


def _small(x: float, y: float, text: str, color: Color, anchor: Literal["start", "end"] = "start") -> String:
    return String(x, y, text, fontName=style.REGULAR, fontSize=LEGEND_SIZE, fillColor=color, textAnchor=anchor)


def _finding(frame: ReportFrame, story: Story, point: Point) -> list[Any]:
    """The row of a finding, with a mark for its severity and a link."""
    return [
        _mark(point.severity),
        Paragraph(f"<b>{markup_of(point.title)}.</b> {markup_of(point.text)} {_code(point)}", TEXT),
        Paragraph(es_co.listed(_whole(frame, story, [point])), LINK),
    ]


def _findings(
    frame: ReportFrame, story: Story, findings: Sequence[Point], shown: Sequence[Sequence[Any]]
) -> list[Flowable]:
    """The rows of the first findings; those beyond are counted."""
    if not findings:
        return [
            Paragraph(FINDINGS_TITLE, PART_HEADING),
            Paragraph("Los datos del periodo no muestran hallazgos.", TEXT),
        ]
    rows = [list(row) for row in shown]
    if rest := findings[len(shown) :]:
        # How many fit is a matter of the page, and no result of the period.
        count = markup_of(es_co.declared(len(rest)))
        told = es_co.agree(len(rest), "hallazgo más se detalla", "hallazgos más se detallan")
        where = es_co.listed(_whole(frame, story, rest))
        rows.append(["", Paragraph(f"{count} {told} en {where}.", TEXT), ""])
    heading = Table(
        [[Paragraph(FINDINGS_TITLE, PART_HEADING), _legend(findings)]],
        colWidths=[story.width / 3, story.width * 2 / 3],
        hAlign="LEFT",
        style=TableStyle(
            [FONT, *NO_PADDING, ("ALIGN", (1, 0), (1, 0), "RIGHT"), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]
        ),
        spaceBefore=PART_HEADING.spaceBefore,
        spaceAfter=PART_HEADING.spaceAfter,
    )
    table = _plain_table(rows, [MARK_WIDTH, story.width - MARK_WIDTH - LINK_WIDTH, LINK_WIDTH])
    if rest:
        table.setStyle([("SPAN", (1, -1), (2, -1))])
    return [heading, table]


def _code(point: Point | Requested) -> str:
    return f'<font color="{MUTED}" size="{LINK.fontSize}">{markup_of(es_co.declared(point.code))}</font>'


def _whole(frame: ReportFrame, story: Story, points: Sequence[Point]) -> list[str]:
    """Mark-up of where findings are told whole: links to sections of this report, or the other report's name."""
    found: dict[str, None] = {}
    for point in points:
        place = story.places.get(point.section)
        number = markup_of(es_co.declared(place.number)) if place else ""
        link = f'<a href="#{place.key}" color="{LINK_COLOR}">Sección {number}</a>' if place else ""
        found[link or escape(DOCUMENT_KINDS[OTHER_REPORT[frame.kind]].title)] = None
    return sorted(found, key=lambda words: not words.startswith("<a"))


def _mark(severity: Severity) -> Drawing:
    """Full, half full or empty square: how much a finding asks for, without relying on colour."""
    drawing = Picture(MARK, MARK + 2, f"Marca: {SEVERITIES[severity]}")
    drawing.add(_box(0, 0, MARK, MARK * MARK_SHARES[severity], palette.ACCENT))
    drawing.add(_box(0, 0, MARK, MARK, None, palette.ACCENT))
    return drawing


def _legend(findings: Sequence[Point]) -> Drawing:
    """What the marks of these findings mean."""
    severities = [severity for severity in get_args(Severity) if any(point.severity == severity for point in findings)]
    words = es_co.listed(f"{MARK_WORDS[severity]}, {SEVERITIES[severity]}" for severity in severities)
    drawing = Picture(LEGEND_STEP * len(severities), MARK + 5, f"Marcas: {words}")
    for position, severity in enumerate(severities):
        left = LEGEND_STEP * position
        mark = _mark(severity)
        mark.translate(left, 3)
        drawing.add(mark.asGroup())
        drawing.add(_small(left + MARK + 3, 3, SEVERITIES[severity], palette.MUTED))
    return drawing


def _compared(told: Highlights, width: float) -> list[Flowable]:
    """Use against the period before, or why there is nothing to compare."""
    heading = Paragraph(COMPARED_TITLE, PART_HEADING)
    if not told.compared.rows:
        return [heading, Paragraph(markup_of(told.compared.note), TEXT)]
    columns = [
        Column("Recurso", width - 210),
        Column("Antes", 70, "RIGHT"),
        Column("Ahora", 70, "RIGHT"),
        Column("Cambio", 70, "RIGHT"),
    ]
    return [
        heading,
        tables.ruled_table(columns, told.compared.rows, size=7.5),
        Paragraph(markup_of(told.compared.note), style.NOTE),
    ]


def _asks(told: Highlights, width: float) -> list[Flowable]:
    rows: list[list[Any]] = [
        [
            Paragraph(f"<b>{markup_of(es_co.declared(position))}</b>", TEXT),
            Paragraph(f"{markup_of(ask.text)} {_code(ask)}", TEXT),
        ]
        for position, ask in enumerate(told.asks, start=1)
    ]
    table = _plain_table(rows, [MARK_WIDTH + 4, width - MARK_WIDTH - 4])
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), palette.TOTAL_FILL),
            ("LINEBEFORE", (0, 0), (0, -1), 2.4, palette.ACCENT),
            ("LEFTPADDING", (0, 0), (0, -1), 7),
        ]
    )
    return [Paragraph(ASKS_TITLE, PART_HEADING), table]


def _plain_table(rows: Sequence[Sequence[Any]], widths: Sequence[float]) -> Table:
    """Rows under hairlines, without a header; one that no page holds goes on overleaf."""
    return Table(
        [list(row) for row in rows],
        colWidths=list(widths),
        splitInRow=int(LEAST_PART_OF_ROW),
        hAlign="LEFT",
        style=TableStyle(
            [
                FONT,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 1.2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.7),
                ("LINEBELOW", (0, 0), (-1, -2), 0.35, palette.RULE),
            ]
        ),
    )
