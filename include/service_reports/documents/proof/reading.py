"""Reads what a PDF says of itself: its structure tree in reading order, and what each printed value names.

Layout plays no part: a cell that wraps, a row that goes on overleaf and text from right to left are read by their tags.
Nothing here knows how a document was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from io import BytesIO
from typing import Any, Literal, NamedTuple

from pikepdf import Dictionary, Name, Object, Pdf, PdfError

from service_reports.documents.proof.content import SAME_LINE, Content, Piece, Place, TooMuch, content_of, same_digits

Says = Literal["words", "figure", "date", "declared", "quotation"]
"""``words`` are ours; the others are what ``wording.shown`` tells of a printed value."""
NAMED: tuple[Literal["figure", "date", "declared"], ...] = ("figure", "date", "declared")
BLOCKS = frozenset(
    {
        *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct"),
        *("P", "Lbl", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "LBody", "Table", "TR", "TH", "TD"),
        *("THead", "TBody", "TFoot", "Figure", "Formula", "Form", "Note"),
    }
)
QUOTING = frozenset({"Quote", "BlockQuote"})
MOST_SPANNED = 1_000
"""A cell of a table that somebody else made may claim any number of rows."""
HEADINGS = frozenset({"H", "H1", "H2", "H3", "H4", "H5", "H6"})
Element = Mapping[str, Any]
"""An element of the tree, or what stands for content in it, as JSON: references are ``12 0 R``, texts ``u:…``."""
GOES_ON = " (continuación)"
"""Ends the title of a table overleaf."""
QUOTED = "·"
"""Stands for what is not our own words in the text that is."""
_REFERENCE = re.compile(r"(\d+) (\d+) R")
_DIGITS = re.compile(r"[−+]?[\d.,]+")
"""A number, or the part of one that a narrow cell broke."""
_NUMBERED = re.compile(r"^(?:tabla|gr[aá]fica|figura) \d+\.\s*", re.IGNORECASE)


class NotReadable(ValueError):
    """A file that is no PDF, or that has no structure tree."""


class Run(NamedTuple):
    """A piece of text that says one thing; ``name`` is the figure's id or the date in ISO 8601, else empty."""

    text: str
    says: Says = "words"
    name: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, item, caption or cell: its runs in reading order, and where it stands.

    ``page`` is that of its first text, from 1. ``heading`` is the heading it stands under.
    """

    kind: str
    page: int
    runs: tuple[Run, ...]
    heading: str = ""

    @cached_property
    def text(self) -> str:
        """All of it, as a reader gets it."""
        return " ".join("".join(run.text for run in self.runs).split())

    @cached_property
    def own(self) -> str:
        """Our words; each printed value and each quotation is ``QUOTED``."""
        return " ".join("".join(run.text if run.says == "words" else QUOTED for run in self.runs).split())

    @cached_property
    def said(self) -> str:
        """What we say: our words and the printed values; each quotation is ``QUOTED``."""
        return " ".join("".join(QUOTED if run.says == "quotation" else run.text for run in self.runs).split())


@dataclass(frozen=True)
class Cell(Block):
    """A cell of a table with the texts of its headers, outermost first; ``row`` and ``column`` count from 0."""

    row: int = 0
    column: int = 0
    rows: int = 1
    columns: int = 1
    column_headers: tuple[str, ...] = ()
    row_headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table, whole: ``caption`` is without its number, ``headings`` are its rows of column headers.

    ``cells`` are those of the body, row by row; a cell that spans stands once, in its first place. ``place`` counts
    the blocks of the document before its cells.
    """

    caption: str
    heading: str
    page: int
    headings: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    place: int = 0

    @property
    def cells(self) -> Iterator[Cell]:
        """The cells of the body in reading order."""
        return (cell for row in self.rows for cell in row)


@dataclass(frozen=True)
class Read:
    """What a document says, in reading order.

    ``blocks`` holds everything once, cells too. ``alternatives`` are what charts say to who cannot see them, as blocks
    of kind ``Figure``. ``stray`` are texts that are neither furniture nor tagged, with their pages from 1.
    """

    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    alternatives: tuple[Block, ...] = ()
    stray: tuple[tuple[int, str], ...] = ()
    unseen: tuple[tuple[int, str], ...] = ()
    """What tags say and pages do not show, or otherwise, with the pages from 1; Spanish."""
    hidden: tuple[tuple[int, str], ...] = ()
    """Texts outside of charts that something covers or cuts off, or that are too small or faint to be seen; Spanish."""
    loose: tuple[tuple[int, str], ...] = ()
    """Furniture that stands where the text does, and says something else."""

    @property
    def values(self) -> Iterator[tuple[Block, Run]]:
        """Every printed value with the block in which it stands."""
        return ((block, run) for block in self.blocks for run in block.runs if run.says not in ("words", "quotation"))


@lru_cache(maxsize=16)
def read(content: bytes) -> Read:
    """Read a PDF once for all that look at it.

    Raises:
        NotReadable: it is no PDF, or nothing in it is tagged.
    """
    try:
        with Pdf.open(BytesIO(content)) as pdf:
            return _Tree(pdf).read()
    except (PdfError, TooMuch) as error:
        raise NotReadable(str(error)) from error


@dataclass
class _Open:
    """A block that is being read."""

    kind: str
    pieces: list[tuple[int, Piece, Says, str]] = field(default_factory=list)
    page: int = 0


@dataclass
class _Slot:
    """A cell before its table is known."""

    header: bool
    scope: str
    rows: int
    columns: int
    blocks: list[Block]


class _Tree:
    def __init__(self, pdf: Pdf) -> None:
        root = pdf.Root.get(Name.StructTreeRoot)
        if not isinstance(root, Dictionary):
            raise NotReadable("el PDF no tiene etiquetas")
        self._pdf = pdf
        self._root: Element = _as_json(root)
        self._roles = {str(name): str(role)[1:] for name, role in (root.get(Name.RoleMap) or {}).items()}
        self._content: Content = content_of(pdf)
        self._pages = {"{} {} R".format(*page.obj.objgen): number for number, page in enumerate(pdf.pages)}
        self._used: set[Place] = set()
        self._drawn: set[Place] = set()
        """Sequences of charts."""
        self._blocks: list[Block] = []
        self._tables: list[Table] = []
        self._alternatives: list[Block] = []
        self._heading = ""

    def read(self) -> Read:
        for kid in self._elements(self._root):
            self._element(kid, None, None, "words", "")
        stray = [(page + 1, text) for page, text in self._content.stray]
        for place, pieces in self._content.sequences.items():
            text = "".join(piece.text for piece in pieces).strip()
            if place not in self._used and text:
                stray.append((place.page + 1, text))
        unseen = [(page + 1, what) for page, what in self._content.unseen]
        hidden = [(place.page + 1, what) for place, what in self._content.hidden if place not in self._drawn]
        return Read(
            tuple(self._blocks),
            tuple(self._tables),
            tuple(self._alternatives),
            tuple(stray),
            tuple(unseen),
            tuple(dict.fromkeys(hidden)),
            tuple(self._loose()),
        )

    def _loose(self) -> Iterator[tuple[int, str]]:
        """Furniture between the first and the last line of text that is no title of a table that goes on."""
        pieces = [piece for listed in self._content.sequences.values() for piece in listed]
        said = {piece.text.strip() for piece in pieces}
        lines = [piece.line for piece in pieces]
        for page, (line, text) in self._content.furniture:
            words = text.strip()
            if not words or words in said or not min(lines, default=0) <= line <= max(lines, default=0):
                continue
            title = words.removesuffix(GOES_ON)
            if title == words or not any(block.text.startswith(title) for block in self._blocks):
                yield page + 1, words

    def _resolved(self, value: Any) -> Any:
        """A value, or what it refers to."""
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) and value.endswith(" R") else None
        return value if found is None else _as_json(self._pdf.get_object(int(found[1]), int(found[2])))

    def _listed(self, value: Any) -> list[Any]:
        value = self._resolved(value)
        if value is None:
            return []
        return [self._resolved(each) for each in value] if isinstance(value, list) else [value]

    def _elements(self, element: Element) -> list[Element]:
        return [kid for kid in self._listed(element.get("/K")) if _is_element(kid)]

    def _attributes(self, element: Element) -> list[Element]:
        found = self._listed(element.get("/A"))
        return [each for each in found if isinstance(each, dict)]

    def _values(self, element: Element) -> Iterator[tuple[Says, str]]:
        """The values that an element names."""
        for says, name in self._named(element):
            for known in NAMED:
                if says == known:
                    yield known, "" if known == "declared" else name

    def _named(self, element: Element) -> Iterator[tuple[str, str]]:
        """The properties of an element by name (ISO 32000-1, 14.7.6.4)."""
        for attributes in self._attributes(element):
            if attributes.get("/O") == "/UserProperties":
                for each in self._listed(attributes.get("/P")):
                    yield _text(each.get("/N")), _text(each.get("/V"))

    def _kind(self, element: Element) -> str:
        name = str(element.get("/S") or "/NonStruct")
        return self._roles.get(name, name[1:])

    def _kids(self, kids: Iterable[Any], page: int | None, block: _Open, says: Says, name: str) -> None:
        """Go through what an element holds; what is no element is text of ``block``."""
        for kid in kids:
            if isinstance(kid, int):
                self._take(page, kid, block, says, name)
            elif _is_element(kid):
                self._element(kid, page, block, says, name)
            elif isinstance(kid, dict) and "/MCID" in kid:
                self._take(self._page_of(kid, page), int(kid["/MCID"]), block, says, name)

    def _page_of(self, element: Element, page: int | None) -> int | None:
        own = element.get("/Pg")
        return page if own is None else self._pages.get(own, page)

    def _take(self, page: int | None, number: int, block: _Open, says: Says, name: str) -> None:
        if page is None:
            return
        place = Place(page, number)
        self._used.add(place)
        block.page = block.page or page + 1
        block.pieces += [(page, piece, says, name) for piece in self._content.sequences.get(place, [])]

    def _element(self, element: Element, page: int | None, block: _Open | None, says: Says, name: str) -> None:
        kind, page = self._kind(element), self._page_of(element, page)
        if kind in QUOTING or says == "quotation":
            says, name = "quotation", ""
        else:
            says, name = next(self._values(element), (says, name))
        if kind == "Table":
            self._table(element, page)
        elif kind == "Figure":
            self._figure(element, page)
        elif kind in BLOCKS or block is None:
            self._block(element, kind, page, says, name)
        else:
            start = len(block.pieces)
            self._only_itself({key: value for key, value in element.items() if key != "/ActualText"}, page)
            self._kids(self._listed(element.get("/K")), page, block, says, name)
            instead = element.get("/ActualText")
            if instead is not None and len(block.pieces) > start:
                at, first, *_ = block.pieces[start]
                drawn = "".join(piece.text for _, piece, *_ in block.pieces[start:])
                if not same_digits(_text(instead), drawn):
                    self._content.unseen.append((at, f"dice «{_text(instead)}» donde está dibujado «{drawn}»"))
                block.pieces[start:] = [(at, Piece(first.line, _text(instead)), says, name)]

    def _block(self, element: Element, kind: str, page: int | None, says: Says, name: str) -> None:
        """A block, parted where other blocks stand within it."""
        self._only_itself(element, page)
        opened = _Open(kind)
        for kid in self._listed(element.get("/K")):
            if _is_element(kid) and self._kind(kid) in BLOCKS:
                self._close(opened)
                opened = _Open(kind)
                self._element(kid, page, None, says, name)
            else:
                self._kids([kid], page, opened, says, name)
        self._close(opened)

    def _only_itself(self, element: Element, page: int | None) -> None:
        """What is read aloud in the place of a whole block, which is no text that anybody could compare."""
        for key in ("/ActualText", "/Alt", "/E"):
            if key in element:
                self._content.unseen.append(
                    (page or 0, f"dice «{_text(element[key])}» en lugar de lo que está escrito")
                )

    def _close(self, opened: _Open) -> None:
        if not opened.pieces:
            return
        found = Block(opened.kind, opened.page, _runs(opened.pieces), self._heading)
        if opened.kind in HEADINGS:
            self._heading = found.text
        self._blocks.append(found)

    def _figure(self, element: Element, page: int | None) -> None:
        """A chart: what is drawn in it is not read; what it says to who cannot see it is."""
        self._only_itself({key: value for key, value in element.items() if key != "/Alt"}, page)
        drawn, before = _Open("Figure"), set(self._used)
        for kid in self._listed(element.get("/K")):
            caption = _is_element(kid) and self._kind(kid) == "Caption"
            if caption:
                self._element(kid, page, None, "words", "")
            else:
                self._kids([kid], page, drawn, "words", "")
        self._drawn |= self._used - before
        runs = _quoting(
            _text(element.get("/Alt")), [name for says, name in self._named(element) if says == "quotation"]
        )
        runs += [Run("", says, name) for says, name in self._values(element)]
        first = drawn.page or (page or 0) + 1
        self._alternatives.append(Block("Figure", first, tuple(runs), self._heading))

    def _table(self, element: Element, page: int | None) -> None:
        self._only_itself(element, page)
        caption, rows = "", []
        for kid in self._flat(element, page):
            part, at = kid
            kind = self._kind(part)
            if kind == "Caption":
                start = len(self._blocks)
                self._element(part, at, None, "words", "")
                caption = " ".join(block.text for block in self._blocks[start:])
            elif kind == "TR":
                rows.append([self._slot(cell, self._page_of(cell, at)) for cell in self._elements(part)])
        if not caption and self._blocks and self._blocks[-1].kind == "Caption":
            caption = self._blocks[-1].text  # beside the table, as ISO 32000-1 allows
        table = _table_of(_NUMBERED.sub("", caption), self._heading, rows, len(self._blocks))
        self._tables.append(table)
        self._blocks += [cell for row in table.headings for cell in row if cell.runs]
        self._blocks += [cell for cell in table.cells if cell.runs]

    def _flat(self, element: Element, page: int | None) -> Iterator[tuple[Element, int | None]]:
        for kid in self._elements(element):
            at = self._page_of(kid, page)
            if self._kind(kid) in ("THead", "TBody", "TFoot"):
                yield from self._flat(kid, at)
            else:
                yield kid, at

    def _slot(self, element: Element, page: int | None) -> _Slot:
        outer, self._blocks = self._blocks, []
        self._element(element, page, None, "words", "")
        blocks, self._blocks = self._blocks, outer
        said = {name: value for each in reversed(self._attributes(element)) for name, value in each.items()}
        return _Slot(
            self._kind(element) == "TH",
            str(said.get("/Scope", ""))[1:],
            min(int(said.get("/RowSpan", 1)), MOST_SPANNED),
            min(int(said.get("/ColSpan", 1)), MOST_SPANNED),
            blocks,
        )


def _table_of(caption: str, heading: str, rows: Sequence[Sequence[_Slot]], place: int) -> Table:
    """Cells in their places, with the headers that hold for them."""
    placed = _placed(rows)
    width = max((column + slot.columns for column, slot in _flatten(placed)), default=0)
    count = 0
    while count < len(placed) and _is_heading(placed[count]):
        count += 1
    above: list[list[str]] = [[] for _ in range(width)]
    for row in placed[:count]:
        for column, slot in row:
            text = _text_of(slot)
            for each in above[column : column + slot.columns]:
                if text:
                    each.append(text)
    head = tuple(
        tuple(_cell(slot, heading, number, column, (), ()) for column, slot in row)
        for number, row in enumerate(placed[:count])
    )
    body: list[tuple[Cell, ...]] = []
    group: tuple[str, ...] = ()
    spanning: list[tuple[int, int, int, str]] = []
    for number, row in enumerate(placed[count:], start=count):
        if len(row) == 1 and row[0][1].columns == width > 1:
            group = (_text_of(row[0][1]),)
            body.append((_cell(row[0][1], heading, number, 0, (), ()),))
            continue
        spanning += [
            (column, column + slot.columns, number + slot.rows, _text_of(slot)) for column, slot in row if slot.header
        ]
        spanning = [each for each in spanning if each[2] > number]
        cells: list[Cell] = []
        edge = 0
        for column, slot in row:
            headers: list[str] = []
            for start, end, _, text in sorted((each for each in spanning if each[1] <= column), reverse=True):
                if headers and end != edge:
                    break
                headers.insert(0, text)
                edge = start
            titles = tuple(dict.fromkeys(above[column])) if column < width else ()
            cells.append(_cell(slot, heading, number, column, titles, (*group, *headers)))
        body.append(tuple(cells))
    page = next((cell.page for row in (*head, *body) for cell in row if cell.page), 0)
    return Table(caption, heading, page, head, tuple(body), place)


def _is_heading(row: Sequence[tuple[int, _Slot]]) -> bool:
    """Whether a row holds nothing but headers of columns."""
    told = [slot for _, slot in row if slot.header or slot.blocks]
    return bool(told) and all(slot.header and slot.scope != "Row" for slot in told)


def _flatten(placed: Iterable[Sequence[tuple[int, _Slot]]]) -> Iterator[tuple[int, _Slot]]:
    return (each for row in placed for each in row)


def _placed(rows: Sequence[Sequence[_Slot]]) -> list[list[tuple[int, _Slot]]]:
    """The column of each cell, with room for those that hang down from above."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for number, row in enumerate(rows):
        column, cells = 0, []
        for slot in row:
            while (number, column) in taken:
                column += 1
            taken |= {(number + down, column + right) for down in range(slot.rows) for right in range(slot.columns)}
            cells.append((column, slot))
            column += slot.columns
        placed.append(cells)
    return placed


def _text_of(slot: _Slot) -> str:
    return " ".join(block.text for block in slot.blocks)


def _cell(slot: _Slot, heading: str, row: int, column: int, above: tuple[str, ...], beside: tuple[str, ...]) -> Cell:
    runs: list[Run] = []
    for block in slot.blocks:
        runs += [Run(" "), *block.runs] if runs else block.runs
    page = next((block.page for block in slot.blocks), 0)
    kind = "TH" if slot.header else "TD"
    return Cell(kind, page, tuple(runs), heading, row, column, slot.rows, slot.columns, above, beside)


def _as_json(found: Object) -> Any:
    """An object as plain values: a look at each of its parts through the library costs as much as all at once."""
    return json.loads(found.to_json(dereference=True, schema_version=2))


def _is_element(kid: Any) -> bool:
    return isinstance(kid, dict) and "/S" in kid


def _text(value: Any) -> str:
    """A text of the file; bytes that are of no encoding of texts are read as Latin letters."""
    if not isinstance(value, str):
        return ""
    return bytes.fromhex(value[2:]).decode("latin-1") if value.startswith("b:") else value.removeprefix("u:")


def _runs(pieces: Sequence[tuple[int, Piece, Says, str]]) -> tuple[Run, ...]:
    """Texts joined to runs; where a line ends there is a space, and spaces around a value are no part of it."""
    runs: list[Run] = []
    last: tuple[int, float] | None = None
    for page, piece, says, name in pieces:
        text = " ".join(f"|{piece.text}|".split())[1:-1]
        apart = last is not None and (page != last[0] or abs(piece.line - last[1]) > SAME_LINE)
        last = (page, piece.line)
        goes_on = bool(runs) and (runs[-1].says, runs[-1].name) == (says, name)
        broken = goes_on and says == "figure" and _DIGITS.fullmatch(runs[-1].text) and _DIGITS.match(text)
        if apart and not broken and not text[:1].isspace() and not (runs and runs[-1].text[-1:].isspace()):
            text = f" {text}"
        if goes_on:
            runs[-1] = Run(runs[-1].text + text, says, name)
            continue
        if says != "words" and text[:1].isspace():
            runs.append(Run(" "))
            text = text[1:]
        if says == "words" and not text:
            continue
        runs.append(Run(text, says, name))
    whole: list[Run] = []
    for run in runs:
        text = run.text
        if run.says != "words" and text[-1:].isspace():
            whole += [Run(text.rstrip(), run.says, run.name), Run(" ")]
        else:
            whole.append(run)
    return tuple(whole)


def _quoting(text: str, quoted: Sequence[str]) -> list[Run]:
    """An alternative text, the quotations that its picture names apart: a text for who cannot see holds no marks."""
    names = "|".join(re.escape(each) for each in sorted(quoted, key=len, reverse=True) if each)
    pieces = re.split(f"({names})", text) if names else [text]
    return [Run(piece, "quotation" if at % 2 else "words") for at, piece in enumerate(pieces) if piece] or [Run("")]
