"""A numbered table with its caption above and its small print below, which never part from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.platypus import Flowable

from service_reports.documents.engine import style
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.table_tags import TaggedTable
from service_reports.documents.engine.tags import TaggedCanvas

UNBOUNDED = 100_000.0
TOLERANCE = 1e-3
"""What sums of heights may differ by, in points."""
LEAST_PART = 5 * style.BASELINE
"""How much of a table's rows stands at least on either side of a page break, in points."""


class CaptionedTable(Flowable):
    """Caption, table, notes. A table that may be parted goes on under its header and its number.

    What would leave less than ``LEAST_PART`` of rows on a page moves. A row is split only where no page could hold it.
    """

    def __init__(
        self,
        label: str,
        caption: Paragraph,
        table: TaggedTable,
        notes: Sequence[Paragraph],
        *,
        divisible: bool,
        goes_on: bool = False,
    ) -> None:
        super().__init__()
        self._goes_on = goes_on
        self._label = label
        self._caption = caption
        self._table = table
        self.notes = list(notes)
        self.divisible = divisible
        self._above = self._below = self._rows_height = 0.0

    @property
    def parts(self) -> tuple[Flowable, ...]:
        """Caption, table and notes."""
        return self._caption, self._table, *self.notes

    def getSpaceBefore(self) -> float:  # noqa: N802 (ReportLab's name)
        """The caption's."""
        return float(self._caption.getSpaceBefore())

    def getSpaceAfter(self) -> float:  # noqa: N802 (ReportLab's name)
        """The last note's; half a line without notes."""
        return float(self.notes[-1].getSpaceAfter()) if self.notes else style.HALF

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Measure the three parts for the frame's width."""
        self._above = self._caption.wrap(available_width, available_height)[1] + self._caption.getSpaceAfter()
        self._rows_height = self._table.wrap(available_width, UNBOUNDED)[1]  # less, and rows stay unmeasured
        self._below = 0.0
        for note in self.notes:
            self._below += note.getSpaceBefore() + note.wrap(available_width, available_height)[1]
        self.width, self.height = available_width, self._above + self._rows_height + self._below
        return self.width, self.height

    def _row_heights(self) -> list[float]:
        return self._table._rowHeights  # type: ignore[attr-defined, no-any-return]  # not in ReportLab's stubs

    def least_height(self, available_width: float) -> float:
        """The room below which nothing of it is set on a page."""
        height: float = self.wrap(available_width, 0)[1]
        if not self.divisible:
            return height
        heights = self._row_heights()
        header: int = self._table.repeatRows
        needed = 0.0
        for row in heights[header:]:
            if needed >= LEAST_PART:
                break
            needed += min(row, LEAST_PART) if self._endless(row) else row
        return min(float(self._above + sum(heights[:header]) + needed), style.PAGE_HEIGHT - TOLERANCE)

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """What fits and what goes on overleaf; nothing where too little would fit."""
        if not self.divisible or self.least_height(available_width) > available_height:
            return []
        heights = self._row_heights()
        header: int = self._table.repeatRows
        last, height = header, sum(heights[:header])
        while last < len(heights) and self._above + height + heights[last] <= available_height:
            height += heights[last]
            last += 1
        while last - header > 1 and sum(heights[last:]) < LEAST_PART:
            last -= 1
            height -= heights[last]
        if last == header and last < len(heights) and self._endless(heights[last]):
            self._table.splitInRow = 1
            height = available_height - self._above - 2 * TOLERANCE  # it is filled to the last point
        elif last == header + 1 == len(heights) and self.height > style.PAGE_HEIGHT:
            # One row that fits, and not with the notes under it: its end goes with them.
            self._table.splitInRow = 1
            height -= LEAST_PART
        parts: list[Any] = self._table.split(available_width, height + TOLERANCE)
        if len(parts) != 2:  # noqa: PLR2004 (the two sides of the page break)
            return []
        above, below = parts
        caption = Paragraph(f"{self._label} (continuación)", style.CONTINUED)
        return [
            CaptionedTable(self._label, self._caption, above, (), divisible=False, goes_on=self._goes_on),
            CaptionedTable(self._label, caption, below, self.notes, divisible=True, goes_on=True),
        ]

    def _endless(self, row: float) -> bool:
        """Whether a row is taller than what a page has for it under caption and header."""
        header = sum(self._row_heights()[: self._table.repeatRows])
        return row > style.PAGE_HEIGHT - self._above - header

    def draw(self) -> None:
        """Draw the parts from top to bottom."""
        top = self.height - self._caption.height
        self._draw_caption(top)
        top = self.height - self._above - self._rows_height
        self._table.drawOn(self.canv, 0, top)
        for note in self.notes:
            top -= note.getSpaceBefore() + note.height
            note.drawOn(self.canv, 0, top)

    def _draw_caption(self, top: float) -> None:
        """The caption belongs to the table; what a page repeats of it is no text."""
        canvas: Any = self.canv
        if not isinstance(canvas, TaggedCanvas):
            self._caption.drawOn(canvas, 0, top)
        elif self._goes_on:
            with canvas.artifact():
                self._caption.drawOn(canvas, 0, top)
        else:
            with canvas.inside(self._table.tags.element(canvas)):
                self._caption.drawOn(canvas, 0, top)
