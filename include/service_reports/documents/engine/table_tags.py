"""Tables as elements of the structure: rows, header cells with their scope, spans; one table over all its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reportlab.platypus import Table

from service_reports.documents.engine import style
from service_reports.documents.engine.structure import Element
from service_reports.documents.engine.tags import TaggedCanvas, cell_content, say_value, value_of

LEAST_PART_OF_ROW = 5 * style.BASELINE
"""How much of a row stands at least on a page, in points, where no page could hold it whole."""


class TableTags:
    """What a table and the parts of it that go on overleaf are in the structure.

    ReportLab calls it while it draws (``renderCB``), and hands it on to the parts of a table.
    """

    def __init__(self, names: Sequence[int]) -> None:
        self._names = frozenset(names)
        self._element: Element | None = None
        self._tagging = self._drawn = False
        self._repeated = 0
        self._goes_on = False
        self._row: Element | None = None
        self._cells: dict[int, Element] = {}
        self._ends: list[Callable[[], None]] = []

    def element(self, canvas: TaggedCanvas) -> Element:
        """The table's element; the first call puts it where the canvas stands."""
        if self._element is None:
            self._element = canvas.element.add("Table")
        return self._element

    def __call__(self, table: Any, command: str, *places: Any) -> None:
        """Follow ReportLab through the table."""
        if command == "startTable":
            self._tagging = isinstance(table.canv, TaggedCanvas) and not table.canv.silent
        step = getattr(self, f"_{command}", None)
        if self._tagging and step is not None:
            step(table, table.canv, *places)

    def _startTable(self, table: Any, canvas: TaggedCanvas) -> None:  # noqa: N802 (ReportLab's name)
        canvas.enter(self.element(canvas))
        self._repeated = table.repeatRows if self._drawn else 0
        self._goes_on = table.row_goes_on
        self._drawn = True

    def _endTable(self, _: Any, canvas: TaggedCanvas) -> None:  # noqa: N802 (ReportLab's name)
        canvas.leave()

    def _startRow(self, table: Any, canvas: TaggedCanvas, row: int) -> None:  # noqa: N802 (ReportLab's name)
        if row < self._repeated:
            canvas.hush()
            return
        if not (self._goes_on and row == table.repeatRows and self._row is not None):
            self._row, self._cells = self.element(canvas).add("TR"), {}
        assert self._row is not None
        canvas.enter(self._row)

    def _endRow(self, _: Any, canvas: TaggedCanvas) -> None:  # noqa: N802 (ReportLab's name)
        if canvas.silent:
            canvas.unhush()
        else:
            canvas.leave()

    def _startCell(  # noqa: N802 (ReportLab's name)
        self, table: Any, canvas: TaggedCanvas, row: int, column: int, content: Any, *_: Any
    ) -> None:
        if canvas.silent:
            return
        cell = self._cells.get(column)
        if cell is None:
            cell = self._cells[column] = self._new_cell(table, row, column, content)
        self._ends.append(cell_content(canvas, cell, content))

    def _endCell(self, _: Any, canvas: TaggedCanvas) -> None:  # noqa: N802 (ReportLab's name)
        if self._ends:
            self._ends.pop()()

    def _new_cell(self, table: Any, row: int, column: int, content: Any) -> Element:
        assert self._row is not None
        blank = isinstance(content, str) and not content.strip()
        heads_column = row < table.repeatRows and not blank
        heads_row = row >= table.repeatRows and column in self._names and not blank
        cell = self._row.add("TH" if heads_column or heads_row else "TD")
        entries = f"/Scope/{'Column' if heads_column else 'Row'}" if heads_column or heads_row else ""
        left, top, right, bottom = table.span_of(column, row)
        entries += f"/ColSpan {right - left + 1}" if right > left else ""
        entries += f"/RowSpan {bottom - top + 1}" if bottom > top else ""
        if entries:
            cell.say("Table", entries)
        if value := value_of(content):
            say_value(cell, value.says, value.name)
        cell.stacks = isinstance(content, list | tuple) and len(content) > 1
        return cell


class TaggedTable(Table):
    """A table of data. ``names`` are the columns whose cells name their row."""

    row_goes_on = False
    """Whether its first row, after the repeated ones, is the rest of one that was split."""

    def __init__(self, *places: Any, names: Sequence[int] = (0,), renderCB: Any = None, **settings: Any) -> None:  # noqa: N803 (ReportLab's name)
        settings["renderCB"] = renderCB or TableTags(names)
        self._measured: tuple[float, float] | None = None
        super().__init__(*places, **settings)

    def _calc(self, available_width: float, available_height: float) -> None:
        """Measure columns and rows once for the room they have: a page asks for them up to four times."""
        if self._measured != (available_width, available_height):
            super()._calc(available_width, available_height)  # type: ignore[misc]  # not in ReportLab's stubs
            self._measured = available_width, available_height

    @property
    def tags(self) -> TableTags:
        """What it is in the structure."""
        return self._renderCB  # type: ignore[attr-defined, no-any-return]  # not in ReportLab's stubs

    def span_of(self, column: int, row: int) -> tuple[int, int, int, int]:
        """First column and row, last column and row of a cell."""
        here = (column, row, column, row)
        if not self._spanCmds:  # type: ignore[attr-defined]
            return here
        return self._spanRanges.get((column, row)) or here  # type: ignore[attr-defined]

    def split(self, available_width: float, available_height: float) -> list[Any]:
        """The parts for this page and the next; a row that no page could hold is parted itself."""
        heights = self._rowHeights  # type: ignore[attr-defined]
        header: int = self.repeatRows
        head = sum(heights[:header])
        tall = len(heights) > header and (heights[header] or 0) > style.PAGE_HEIGHT - head
        if tall and available_height - head >= LEAST_PART_OF_ROW:
            self.splitInRow = 1
        parts: list[Any] = super().split(available_width, available_height)
        if len(parts) == 2:  # noqa: PLR2004 (the two sides of the page break)
            above, below = parts
            above.row_goes_on = self.row_goes_on
            rows = len(above._cellvalues) + len(below._cellvalues) - self.repeatRows
            below.row_goes_on = rows > len(self._cellvalues)  # type: ignore[attr-defined]
        return parts
