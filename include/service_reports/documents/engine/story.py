"""A report as it is written: numbered sections, paragraphs, numbered tables and charts, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreakIfNotEmpty,
    Table,
)

from service_reports.documents.engine import page, palette, style
from service_reports.documents.engine.captioned import CaptionedTable
from service_reports.documents.engine.contents import Contents, ContentsEntry
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.table_tags import TaggedTable
from service_reports.wording.es_co.formats import declared
from service_reports.wording.shown import Composed

ROOM_FOR_SECTION = 120.0
ROOM_FOR_SUBSECTION = 90.0
ROOM_FOR_DETAIL = 2 * ROOM_FOR_SUBSECTION
"""A part of the details may begin with a heading of its own."""
SHORT_TABLE_SHARE = 0.25
PARAGRAPHS_WITH_ENDING = 2
UNBOUNDED = 100_000.0
LINK_COLOR = palette.ACCENT.hexval().replace("0x", "#")


class _Pointer(Paragraph):
    """The line that leads to a part of the details; its number is known when that part is written."""

    def lead_to(self, key: str, told: str) -> None:
        """Say where the part stands."""
        super().__init__(f'Detalle: <a href="#{key}" color="{LINK_COLOR}">{markup_of(told)}</a>.', self.style)


class _Detail(NamedTuple):
    """A part that is told at the end: its title, what it is called in the line that leads there, and what writes it."""

    title: str
    called: str
    key: str
    write: Callable[[], None]
    pointer: _Pointer


class Place(NamedTuple):
    """Where a link leads: a section's number and the key of its heading."""

    number: str
    key: str


class Story:
    """Collects flowables; numbers sections, tables and charts; knows the page's width."""

    def __init__(self) -> None:
        self.flowables: list[Flowable] = []
        self.width = style.PAGE_WIDTH
        self._section = 0
        self._subsection = 0
        self._tables = 0
        self._charts = 0
        self._keys = 0
        self._listed: list[ContentsEntry] = []
        self.places: dict[str, Place] = {}
        """Where each part of the summary is told whole, by its name."""
        self._detail: list[_Detail] = []

    def add(self, *flowables: Flowable) -> None:
        """Append flowables; running text gets its measure, and a block takes the headings above it along."""
        for flowable in flowables:
            self._set_measure(flowable)
            if isinstance(flowable, KeepTogether | CaptionedTable):
                self._add_block(flowable)
            else:
                self.flowables.append(flowable)

    def _set_measure(self, flowable: Flowable) -> None:
        if isinstance(flowable, KeepTogether):
            for part in flowable._content:  # type: ignore[attr-defined]  # not in ReportLab's stubs
                self._set_measure(part)
        elif isinstance(flowable, Paragraph) and type(flowable) is Paragraph and flowable.style.name in style.RUNNING:
            flowable.style = style.measured(flowable.style)

    def _add_block(self, block: KeepTogether | CaptionedTable) -> None:
        """What does not split drags the headings above it along; what splits asks for room for both."""
        above = len(self.flowables)
        while above and _stays_with_next(self.flowables[above - 1]):
            above -= 1
        headings = [each for each in self.flowables[above:] if not isinstance(each, CondPageBreak)]
        if headings:
            del self.flowables[above:]
        if isinstance(block, CaptionedTable) and block.divisible:
            room = block.getSpaceBefore() + block.least_height(self.width)
            room += sum(
                heading.getSpaceBefore() + heading.wrap(self.width, UNBOUNDED)[1] + heading.getSpaceAfter()
                for heading in headings
            )
            for heading in headings:  # ReportLab would take all of the table to a new page with them
                heading.keepWithNext = False
            self.flowables += [CondPageBreak(room), *headings, block]
        elif headings:
            # One within another would always begin a new page.
            parts = block._content if isinstance(block, KeepTogether) else [block]  # type: ignore[attr-defined]
            self.flowables.append(KeepTogether([*headings, *parts]))
        else:
            self.flowables.append(block)

    def announce(self, title: str, key: str) -> None:
        """Name in the contents a page that is set when everything else is known; its heading carries the key."""
        self._listed.append(ContentsEntry(escape(title), key, 0))

    def contents(self) -> None:
        """The table of contents of the whole story; what follows begins on a new page."""
        self.add(Contents(self._listed), PageBreakIfNotEmpty())

    def in_detail(self, title: str, write: Callable[[], None], *, called: str = "") -> None:
        """Leave a part for the details, and a line here that leads there: its title, or what it is called."""
        key = f"detail{len(self._detail) + 1}"
        pointer = _Pointer(markup_of(called or title), style.measured(style.NOTE))
        self._detail.append(_Detail(title, called or title, key, write, pointer))
        self._append(pointer)

    def _append(self, small_print: Paragraph) -> None:
        """A line that ends what stands before it: it never begins a page alone."""
        last = self.flowables[-1]
        if isinstance(last, KeepTogether):
            last._content.append(small_print)  # type: ignore[attr-defined]  # not in ReportLab's stubs
        elif isinstance(last, CaptionedTable):
            last.notes.append(small_print)
        else:
            if type(last) is Paragraph:
                last.style = style.leading_in(last.style)
            self.flowables.append(small_print)

    def write_detail(self, title: str, lead_in: Sequence[str]) -> None:
        """The section of all that was left for it, each part under its title; nothing where nothing was."""
        if not self._detail:
            return
        self.section(title)
        self.paragraphs(lead_in)
        for part in self._detail:
            number = self.subsection(part.title, ROOM_FOR_DETAIL, key=part.key)
            part.pointer.lead_to(part.key, Composed("sección ", declared(number), ", ", part.called))
            part.write()

    def _heading(
        self, text: str, look: ParagraphStyle, level: int, room: float, *, listed: bool = True, key: str = ""
    ) -> None:
        self._keys += 1
        key = key or f"place{self._keys}"
        if listed:
            self._listed.append(ContentsEntry(escape(text), key, level))
        self.add(CondPageBreak(room), page.Heading(markup_of(text), look, str(text), level, key))

    def section(self, title: str, room: float = ROOM_FOR_SECTION, *, tells: Sequence[str] = ()) -> str:
        """A numbered section, which tells the whole of some parts of the summary; returns its number."""
        self._section += 1
        self._subsection = 0
        self._heading(Composed(declared(self._section), ". ", title), style.SECTION, 0, room)
        heading = self.flowables[-1]
        assert isinstance(heading, page.Heading)
        self.places.update(dict.fromkeys(tells, Place(str(self._section), heading.key)))
        return str(self._section)

    def subsection(self, title: str, room: float = ROOM_FOR_SUBSECTION, *, key: str = "") -> str:
        """A numbered part of the section; returns its number.

        ``key`` names its place where links lead to it; the contents do not list it then.
        """
        number = self.next_subsection_number()
        self._subsection += 1
        text = Composed(declared(number), ". ", title)
        self._heading(text, style.SUBSECTION, 1, room, listed=not key, key=key)
        return number

    def next_subsection_number(self) -> str:
        """The number that the next part of this section gets."""
        return f"{self._section}.{self._subsection + 1}"

    def group(self, title: str, room: float = ROOM_FOR_SUBSECTION) -> None:
        """A heading without a number inside a section."""
        self._heading(title, style.GROUP, 1, room, listed=False)

    def paragraphs(self, markups: Sequence[str], look: ParagraphStyle = style.BODY) -> None:
        """Paragraphs of mark-up: “- ” begins a bullet, and one that ends in a colon stays with the next."""
        for markup in markups:
            if markup.startswith("- "):
                self.add(bullet(markup[2:]))
            else:
                self.add(Paragraph(markup, style.leading_in(look) if markup.endswith(":") else look))

    def numbered(self, texts: Sequence[str]) -> None:
        """Plain texts as numbered parts of the section (``7.1``, ``7.2`` …)."""
        for text in texts:
            number = self.next_subsection_number()
            self._subsection += 1
            self.add(Paragraph(markup_of(text), style.NUMBERED, bulletText=f"{number}."))

    def bullets(self, texts: Sequence[str]) -> None:
        """Plain texts as a bulleted list."""
        self.add(*(bullet(markup_of(text)) for text in texts))

    def note(self, markups: Sequence[str]) -> None:
        """Small print under a table or a chart."""
        for markup in markups:
            self._append(Paragraph(markup, style.measured(style.NOTE)))

    def table_caption(self, title: str) -> Paragraph:
        """The numbered caption of the next table."""
        self._tables += 1
        return Paragraph(markup_of(Composed("Tabla ", declared(self._tables), ". ", title)), style.CAPTION)

    def chart_caption(self, title: str) -> Paragraph:
        """The numbered caption of the next chart."""
        self._charts += 1
        return Paragraph(markup_of(Composed("Gráfica ", declared(self._charts), ". ", title)), style.CAPTION)

    def table(self, title: str, table: Table, notes: Sequence[str] = ()) -> None:
        """A numbered table with its notes; a short one stays on one page, a long one goes on under its header."""
        assert isinstance(table, TaggedTable), "a layout has no caption"
        if self.flowables and type(last := self.flowables[-1]) is Paragraph and last.style.name == style.BODY.name:
            last.style = style.leading_in(last.style)  # it says what the table is of
        caption = self.table_caption(title)
        small_print = [Paragraph(markup, style.measured(style.NOTE)) for markup in notes]
        divisible = table.wrap(self.width, UNBOUNDED)[1] > SHORT_TABLE_SHARE * style.PAGE_HEIGHT
        self.add(CaptionedTable(f"Tabla {self._tables}", caption, table, small_print, divisible=divisible))

    def close_with(self, *ending: Flowable) -> None:
        """End the story; what stands last moves to a new page together with the ending, never without it.

        That is the last paragraphs, and a short table with its headings before them: nobody signs an empty page.
        """
        last: list[Flowable] = []
        while len(last) < PARAGRAPHS_WITH_ENDING and type(self.flowables[-1]) is Paragraph:
            last.insert(0, self.flowables.pop())
        if isinstance(self.flowables[-1], KeepTogether):
            last[:0] = self.flowables.pop()._content  # type: ignore[attr-defined]  # not in ReportLab's stubs
        self.add(KeepTogether([*last, *ending]))


def _stays_with_next(flowable: Flowable) -> bool:
    return isinstance(flowable, CondPageBreak) or bool(flowable.getKeepWithNext())  # type: ignore[no-untyped-call]


def bullet(markup: str) -> Paragraph:
    """One bulleted paragraph of mark-up."""
    return Paragraph(markup, style.BULLET, bulletText=style.BULLET_MARK)
