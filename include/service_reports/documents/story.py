"""A report as it is written: numbered sections, paragraphs, numbered tables and charts, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)

from service_reports.documents import page, style

ROOM_FOR_SECTION = 120.0
ROOM_FOR_SUBSECTION = 90.0
ROOM_FOR_TABLE = 90.0
SHORT_TABLE_SHARE = 0.77
PARAGRAPHS_WITH_ENDING = 2
UNBOUNDED = 100_000.0
BULLET_MARK = "•"


class Place(NamedTuple):
    """Where a link leads: a section's number and the key of its heading."""

    number: str
    key: str


class Story:
    """Collects flowables; numbers sections, tables and charts; knows the page's width."""

    def __init__(self) -> None:
        self.flowables: list[Flowable] = []
        self.width, self._page_height = style.PORTRAIT_WIDTH, style.PORTRAIT_HEIGHT
        self._section = 0
        self._subsection = 0
        self._tables = 0
        self._charts = 0
        self._keys = 0
        self.places: dict[str, Place] = {}
        """Where each part of the summary is told whole, by its name."""

    def add(self, *flowables: Flowable) -> None:
        """Append flowables as they are."""
        self.flowables.extend(flowables)

    def _heading(self, text: str, look: ParagraphStyle, level: int, room: float) -> None:
        self._keys += 1
        self.add(CondPageBreak(room), page.Heading(escape(text), look, text, level, f"h{self._keys}"))

    def section(self, title: str, room: float = ROOM_FOR_SECTION, *, tells: Sequence[str] = ()) -> str:
        """A numbered section, which tells the whole of some parts of the summary; returns its number."""
        self._section += 1
        self._subsection = 0
        self._heading(f"{self._section}. {title}", style.SECTION, 0, room)
        heading = self.flowables[-1]
        assert isinstance(heading, page.Heading)
        self.places.update(dict.fromkeys(tells, Place(str(self._section), heading.key)))
        return str(self._section)

    def subsection(self, title: str, room: float = ROOM_FOR_SUBSECTION) -> str:
        """A numbered part of the section; returns its number."""
        number = self.next_subsection_number()
        self._subsection += 1
        self._heading(f"{number}. {title}", style.SUBSECTION, 1, room)
        return number

    def next_subsection_number(self) -> str:
        """The number that the next part of this section gets."""
        return f"{self._section}.{self._subsection + 1}"

    def group(self, title: str, room: float = ROOM_FOR_SUBSECTION) -> None:
        """A heading without a number inside a section."""
        self._heading(title, style.GROUP, 1, room)

    def paragraphs(self, markups: Sequence[str], look: ParagraphStyle = style.BODY) -> None:
        """Paragraphs of mark-up; one that begins with “- ” is a bullet."""
        for markup in markups:
            self.add(bullet(markup[2:]) if markup.startswith("- ") else Paragraph(markup, look))

    def numbered(self, texts: Sequence[str]) -> None:
        """Plain texts as numbered parts of the section (``7.1``, ``7.2`` …)."""
        for text in texts:
            number = self.next_subsection_number()
            self._subsection += 1
            self.add(Paragraph(escape(text), style.NUMBERED, bulletText=f"{number}."))

    def bullets(self, texts: Sequence[str]) -> None:
        """Plain texts as a bulleted list."""
        self.add(*(bullet(escape(text)) for text in texts))

    def note(self, markups: Sequence[str]) -> None:
        """Small print under a table or a chart."""
        self.paragraphs(markups, style.NOTE)

    def table_caption(self, title: str) -> Paragraph:
        """The numbered caption of the next table."""
        self._tables += 1
        return Paragraph(f"Tabla {self._tables}. {escape(title)}", style.CAPTION)

    def chart_caption(self, title: str) -> Paragraph:
        """The numbered caption of the next chart."""
        self._charts += 1
        return Paragraph(f"Gráfica {self._charts}. {escape(title)}", style.CAPTION)

    def table(self, title: str, table: Table, notes: Sequence[str] = ()) -> None:
        """A numbered table with its notes; a short one stays on one page."""
        caption = self.table_caption(title)
        small_print: list[Flowable] = [Paragraph(markup, style.NOTE) for markup in notes] or [Spacer(0, 6)]
        if table.wrap(self.width, UNBOUNDED)[1] <= SHORT_TABLE_SHARE * self._page_height:
            self.add(KeepTogether([caption, table, *small_print]))
        else:
            self.add(CondPageBreak(ROOM_FOR_TABLE), caption, table, *small_print)

    def close_with(self, *ending: Flowable) -> None:
        """End the story; the last paragraphs move to a new page together with the ending, never without it."""
        last: list[Flowable] = []
        while len(last) < PARAGRAPHS_WITH_ENDING and type(self.flowables[-1]) is Paragraph:
            last.insert(0, self.flowables.pop())
        self.add(KeepTogether([*last, *ending]))

    def turn_landscape(self) -> None:
        """Go on on a new page that lies."""
        self.width, self._page_height = style.LANDSCAPE_WIDTH, style.LANDSCAPE_HEIGHT
        self.add(NextPageTemplate(page.LANDSCAPE), PageBreak())

    def turn_portrait(self) -> None:
        """Go on on a new upright page."""
        self.width, self._page_height = style.PORTRAIT_WIDTH, style.PORTRAIT_HEIGHT
        self.add(NextPageTemplate(page.PORTRAIT), PageBreak())


def bullet(markup: str) -> Paragraph:
    """One bulleted paragraph of mark-up."""
    return Paragraph(markup, style.BULLET, bulletText=BULLET_MARK)
