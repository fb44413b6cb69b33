"""Ruled tables: plain strings where a line is enough, wrapped paragraphs only where it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal
from xml.sax.saxutils import escape

from markupsafe import Markup
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Table, TableStyle

from service_reports.documents.engine import palette, style
from service_reports.documents.engine.marks import as_quotation, markup_of, plain_text
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.table_tags import TaggedTable
from service_reports.wording.shown import Composed, Quoted, Shown

Align = Literal["LEFT", "RIGHT", "CENTER"]
ALIGNMENT: dict[Align, Literal[0, 1, 2]] = {"LEFT": TA_LEFT, "RIGHT": TA_RIGHT, "CENTER": TA_CENTER}
PADDING = 3.0
LEADING = 1.24
LEAST_SHARE = 0.58
LEAST_LETTERS = 3
"""So many times its size a column of text is wide at least."""
WRAPPED_SHARE = 0.28
"""How much of a table's width free text gets at least, where there is not enough for all."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its printed title, its width in points, how its cells align."""

    title: str
    width: float
    align: Align = "LEFT"


CODE_BREAKS = re.compile(r"(?<=[_-])")
Cell = str | Flowable | list[Flowable]


class CellSetter:
    """Turns texts into cells of one size: a string that fits stays a string."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.leading = size * LEADING
        self._styles: dict[tuple[Align, str], ParagraphStyle] = {}

    def _style(self, align: Align, font: str) -> ParagraphStyle:
        key = (align, font)
        if key not in self._styles:
            self._styles[key] = ParagraphStyle(
                f"cell-{self.size}-{align}-{font}",
                parent=style.CELL,
                fontName=font,
                fontSize=self.size,
                leading=self.leading,
                alignment=ALIGNMENT[align],
            )
        return self._styles[key]

    def cell(self, text: str, width: float, align: Align = "LEFT", font: str = style.REGULAR) -> str | Paragraph:
        """The text as a string where one line holds it, else as a paragraph: words wrap, a code breaks at its marks."""
        room = width - 2 * PADDING
        if isinstance(text, Composed):
            text = text.parts[0] if len(text.parts) == 1 else text
        if isinstance(text, Composed):
            text = Markup(markup_of(text).replace("\n", "<br/>"))  # noqa: S704 (escaped there)
        if isinstance(text, Markup):
            return Paragraph(text, self._style(align, font))
        if "\n" not in text and stringWidth(text, font, self.size) <= room:
            return text
        lines = text.split("\n")
        markup = "<br/>".join(
            escape(line) if " " in line else broken_code(line, room, font, self.size) for line in lines
        )
        paragraph = Paragraph(as_quotation(markup) if isinstance(text, Quoted) else markup, self._style(align, font))
        paragraph.value = text if isinstance(text, Shown) else None
        return paragraph

    def paragraph(self, markup: str, align: Align = "LEFT") -> Paragraph:
        """A paragraph from text that is already mark-up."""
        return Paragraph(markup, self._style(align, style.REGULAR))


def broken_code(code: str, width: float, font: str, size: float) -> str:
    """A document code as mark-up, in as many lines as it needs, broken after ``_`` or ``-``."""
    lines = [""]
    for part in CODE_BREAKS.split(code):
        if lines[-1] and stringWidth(lines[-1] + part, font, size) > width:
            lines.append("")
        lines[-1] += part
    return "<br/>".join(escape(line) for line in lines)


def declared_code(code: str, width: float, font: str, size: float) -> Markup:
    """The same of a code that is nobody's result: every line declares its part."""
    lines = broken_code(code, width, font, size).split("<br/>")
    return Markup("<br/>".join(markup_of(Shown(unescape(line), "declared")) for line in lines))  # noqa: S704 (escaped there)


def _text_width(text: str, size: float) -> float:
    text = plain_text(text)
    return max(stringWidth(line, style.REGULAR, size) for line in text.split("\n"))


def fitted_columns(
    titles: Sequence[tuple[str, Align]], rows: Sequence[Sequence[str]], width: float, size: float
) -> list[Column]:
    """Columns as wide as their longest text; where that is too much, those narrow that wrap the fewest rows.

    A column is not narrowed below about half of its longest text (``WRAPPED_SHARE`` of the table for
    free text), nor, while there is room, below its longest word. Where there is none, the columns with
    the longest words of text give way: a date or a number is broken only where all of them do not fit.
    """
    margin = 2 * PADDING + 1
    least_wrapped = WRAPPED_SHARE * width
    texts: list[list[float]] = []
    unbroken: list[float] = []
    least: list[float] = []
    firm: list[float] = []
    for index, (title, _) in enumerate(titles):
        lengths = sorted((_text_width(row[index], size) + margin for row in rows), reverse=True)
        words = {word for row in rows for word in plain_text(row[index]).split()}
        longest_word = max((stringWidth(word, style.REGULAR, size) for word in words), default=0.0)
        title_word = max(stringWidth(word, style.BOLD, size) for word in title.split())
        firm.append(max((_value_width(row[index], size) for row in rows), default=0.0) + margin)
        word = max(firm[-1], min(max(title_word, longest_word) + margin, least_wrapped))
        longest = max([word, *lengths[:1]])
        texts.append(lengths)
        unbroken.append(word)
        least.append(max(word, min(longest * LEAST_SHARE, least_wrapped)))
    widths = [max([floor, *lengths[:1]]) for floor, lengths in zip(least, texts, strict=True)]
    if sum(widths) > width:
        widths = [least_wrapped if each > 2 * least_wrapped else each for each in widths]
    while (excess := sum(widths) - width) > 0:
        choices: list[tuple[int, int, float]] = []
        for index, current in enumerate(widths):
            narrower = [length for length in texts[index] if length < current]
            target = max([least[index], current - excess, *narrower[:1]])
            if target < current:
                wrapped = sum(length > target for length in texts[index])
                choices.append((wrapped, index, target))
        if not choices:
            unbroken = _levelled(unbroken, [max(each, margin + LEAST_LETTERS * size) for each in firm], width)
            give = sum(least) - sum(unbroken)
            share = max(0.0, (width - sum(unbroken)) / give) if give else 0.0
            widths = [word + (floor - word) * share for word, floor in zip(unbroken, least, strict=True)]
            break
        _, chosen, target = min(choices)
        widths[chosen] = target
    spare = (width - sum(widths)) / len(widths)
    return [Column(title, each + spare, align) for (title, align), each in zip(titles, widths, strict=True)]


def _value_width(text: str, size: float) -> float:
    """The longest word of a cell that is a figure or a date; text has none that must stay whole.

    A percentage stays with its sign; an instant may have its day and its time on two lines.
    """
    parts = text.parts if isinstance(text, Composed) else (text,)
    values = [part for part in parts if isinstance(part, Shown)]
    words = [word for value in values for word in ([value] if value.endswith("%") else value.split())]
    return max((stringWidth(word, style.REGULAR, size) for word in words), default=0.0)


def _levelled(widths: Sequence[float], floors: Sequence[float], room: float) -> list[float]:
    """The widths, the greatest cut to one level where they need more than the room, none below its floor."""
    if sum(floors) >= room:
        return [floor * room / sum(floors) for floor in floors]
    held: frozenset[int] = frozenset()
    while True:
        free = [index for index in range(len(widths)) if index not in held]
        level = _level([widths[index] for index in free], room - sum(floors[index] for index in held))
        more = frozenset(index for index in free if floors[index] > level)
        if not more:
            return [floors[index] if index in held else min(width, level) for index, width in enumerate(widths)]
        held |= more


def _level(widths: Sequence[float], room: float) -> float:
    """The level to which the greatest are cut so that all of them fit."""
    greatest_first = sorted(widths, reverse=True)
    level = room
    for count in range(1, len(widths) + 1):
        smaller = greatest_first[count:]
        level = (room - sum(smaller)) / count
        if not smaller or smaller[0] <= level:
            break
    return level


def base_commands(columns: Sequence[Column], size: float, header_rows: int = 1) -> list[tuple[Any, ...]]:
    """The style shared by every table: embedded fonts in every cell, hairlines, filled header."""
    last_header = header_rows - 1
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), style.REGULAR, size, size * LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), palette.INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 1.8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
        ("LINEBELOW", (0, header_rows), (-1, -1), 0.35, palette.RULE),
        ("FONT", (0, 0), (-1, last_header), style.BOLD, size, size * LEADING),
        ("BACKGROUND", (0, 0), (-1, last_header), palette.HEADER_FILL),
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, palette.ACCENT),
        ("LINEBELOW", (0, last_header), (-1, last_header), 0.6, palette.ACCENT),
        ("VALIGN", (0, 0), (-1, last_header), "BOTTOM"),
    ]
    for index, column in enumerate(columns):
        commands.append(("ALIGN", (index, 0), (index, -1), column.align))
    return commands


TOTAL_COMMANDS: tuple[tuple[Any, ...], ...] = (
    ("BACKGROUND", (0, -1), (-1, -1), palette.TOTAL_FILL),
    ("LINEABOVE", (0, -1), (-1, -1), 0.6, palette.ACCENT),
)


def ruled_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    total: Sequence[str] | None = None,
    size: float = 8,
    names: Sequence[int] = (0,),
) -> TaggedTable:
    """A table with a repeated header row, rows that never split, and an optional total row.

    ``names`` are the columns whose cells name their row (its headers).
    """
    setter = CellSetter(size)
    body: list[list[Cell]] = [
        [setter.cell(column.title, column.width, column.align, style.BOLD) for column in columns],
    ]
    for row in rows:
        body.append(
            [
                setter.cell(cell, column.width, column.align) if isinstance(cell, str) else cell
                for cell, column in zip(row, columns, strict=True)
            ]
        )
    commands = base_commands(columns, size)
    if total is not None:
        body.append(
            [
                setter.cell(cell, column.width, column.align, style.BOLD)
                for cell, column in zip(total, columns, strict=True)
            ]
        )
        commands += [*TOTAL_COMMANDS, ("FONT", (0, -1), (-1, -1), style.BOLD, size, size * LEADING)]
    return TaggedTable(
        body,
        names=names,
        colWidths=[column.width for column in columns],
        repeatRows=1,
        splitByRow=1,
        splitInRow=0,
        hAlign="LEFT",
        style=TableStyle(commands),
    )


def grouped_table(
    columns: Sequence[Column],
    groups: Sequence[str],
    units: Sequence[str],
    rows: Sequence[Sequence[str]],
    total: Sequence[str] | None,
    size: float,
    names: Sequence[int] = (0,),
) -> TaggedTable:
    """A table under three header rows: a group over neighbouring columns, the title, the unit; a total row if any.

    A column without a group (``""``) has its title over the three rows. ``names`` are the columns whose cells name
    their row.
    """
    setter = CellSetter(size)
    header_rows = 3
    count = len(columns)
    top: list[Cell] = [""] * count
    commands = base_commands(columns, size, header_rows)
    start = 0
    while start < count:
        end = start
        while end + 1 < count and groups[start] and groups[end + 1] == groups[start]:
            end += 1
        if groups[start]:
            width = sum(column.width for column in columns[start : end + 1])
            top[start] = setter.cell(groups[start], width, "CENTER", style.BOLD)
            commands += [
                ("SPAN", (start, 0), (end, 0)),
                ("ALIGN", (start, 0), (end, 0), "CENTER"),
                ("LINEBELOW", (start, 0), (end, 0), 0.35, palette.RULE),
                ("LINEBEFORE", (start, 0), (start, -1), 0.35, palette.RULE),
            ]
        else:
            top[start] = setter.cell(columns[start].title, columns[start].width, columns[start].align, style.BOLD)
            commands.append(("SPAN", (start, 0), (start, header_rows - 1)))
        start = end + 1
    titles: list[Cell] = [
        setter.cell(column.title, column.width, column.align, style.BOLD) if group else ""
        for column, group in zip(columns, groups, strict=True)
    ]
    subtitles: list[Cell] = [
        setter.cell(unit, column.width, column.align) if group else ""
        for column, group, unit in zip(columns, groups, units, strict=True)
    ]
    commands += [
        ("FONT", (0, header_rows - 1), (-1, header_rows - 1), style.REGULAR, size, size * LEADING),
        ("TOPPADDING", (0, header_rows), (-1, -1), 1.1),
        ("BOTTOMPADDING", (0, header_rows), (-1, -1), 1.5),
    ]
    if total is not None:
        commands += [("FONT", (0, -1), (-1, -1), style.BOLD, size, size * LEADING), *TOTAL_COMMANDS]
    body: list[list[Cell]] = [top, titles, subtitles]
    body += [
        [setter.cell(cell, column.width, column.align) for cell, column in zip(row, columns, strict=True)]
        for row in ((*rows, total) if total is not None else rows)
    ]
    return TaggedTable(
        body,
        names=names,
        colWidths=[column.width for column in columns],
        repeatRows=header_rows,
        splitByRow=1,
        splitInRow=0,
        hAlign="LEFT",
        style=TableStyle(commands),
    )


def facts_table(rows: Sequence[tuple[str, ...]], width: float, size: float = 9) -> TaggedTable:
    """The key and value table of the cover: two or four cells a row; a value of two spans three columns."""
    label_width = style.span(3) - style.GUTTER
    pair = 2
    half = (width - 2 * label_width) / 2
    widths = [label_width, half, label_width, half]
    setter = CellSetter(size)
    body: list[list[Cell]] = []
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), style.REGULAR, size, size * LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), palette.INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, palette.ACCENT),
        ("LINEBELOW", (0, 0), (-1, -1), 0.35, palette.RULE),
        ("BACKGROUND", (0, 0), (0, -1), palette.HEADER_FILL),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("FONTNAME", (0, 0), (0, -1), style.BOLD),
    ]
    for index, row in enumerate(rows):
        if len(row) == pair:
            value = setter.cell(row[1], width - label_width)
            body.append([setter.cell(row[0], label_width, font=style.BOLD), value, "", ""])
            commands.append(("SPAN", (1, index), (3, index)))
        else:
            body.append(
                [
                    setter.cell(text, widths[position], font=style.REGULAR if position % pair else style.BOLD)
                    for position, text in enumerate(row)
                ]
            )
            commands += [
                ("BACKGROUND", (2, index), (2, index), palette.HEADER_FILL),
                ("FONTNAME", (2, index), (2, index), style.BOLD),
            ]
    return TaggedTable(body, names=(0, 2), colWidths=widths, hAlign="LEFT", style=TableStyle(commands))


def text_seal(mark: str, width: float) -> Table:
    """A mark of certification in a round-cornered frame, for a brand without a picture of its seal."""
    return Table(
        [[Paragraph(markup_of(Quoted(mark)), style.SEAL)]],
        colWidths=[width],
        style=TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 0.9, palette.ACCENT),
                ("ROUNDEDCORNERS", [5, 5, 5, 5]),
                ("TOPPADDING", (0, 0), (-1, -1), style.HALF),
                ("BOTTOMPADDING", (0, 0), (-1, -1), style.HALF),
                ("FONT", (0, 0), (-1, -1), style.BOLD, style.SEAL.fontSize),
            ]
        ),
    )
