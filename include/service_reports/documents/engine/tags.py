"""A canvas that draws tagged pages (ISO 32000-1, 14.7 and 14.8): whatever belongs to no element is an artifact.

What draws opens an element, and the text drawn meanwhile is its content. Rules, backgrounds and running heads need
nothing: between two elements an artifact is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from service_reports.documents.engine import written_numbers  # noqa: F401 (what it puts into ReportLab)
from service_reports.documents.engine.marks import CONTINUED, END, QUOTATION, VALUE, said
from service_reports.documents.engine.object_streams import compact_file
from service_reports.documents.engine.structure import GROUPING, Content, Element, StructureTree, text_string
from service_reports.wording.shown import Composed, Quoted, Shown

ARTIFACT, CLOSED = "/Artifact BMC", "EMC"
PRINTED = 4
"""The flag Print of an annotation."""
SIGNED_BY_APPENDING = 3
"""The flags SignaturesExist and AppendOnly of a form: whoever changes the file must append to it."""
DRAWN = "Tj"
"""The operator that draws text."""


def say_value(element: Element, kind: str, name: str) -> None:
    """Name in an element the value that its text shows (ISO 32000-1, 14.7.6.4)."""
    entries = f"/P[<</N{text_string(kind)}/V{text_string(name or 'true')}>>]"
    element.say("UserProperties", entries)


class _Link(NamedTuple):
    number: int
    element: Element
    words: str
    opened: tuple[Element, ...] = ()
    """What was open in it at the end of its last line."""


class TaggedCanvas(Canvas):
    """A canvas with the structure of what it draws; its links are printed with the page, as PDF/A asks."""

    def __init__(self, *places: Any, **settings: Any) -> None:
        super().__init__(*places, **settings)
        self.tree = StructureTree()
        self._open = [self.tree.root]
        self._silent = 0
        self._owners: list[Element] = []
        self._label: Element | None = None
        self._links: dict[str, _Link] = {}
        self._fields: list[Any] = []
        document: Any = self._doc  # type: ignore[attr-defined]  # not in ReportLab's stubs
        document.format = lambda: compact_file(document)
        for name, mark in ((QUOTATION, self._begin_quotation), (VALUE, self._begin_value), (END, self._end)):
            self.setNamedCB(name, mark)  # type: ignore[arg-type]  # ReportLab's stubs have the order wrong

    # What is open

    @property
    def silent(self) -> bool:
        """Whether what is drawn now belongs to no element of its own."""
        return self._silent > 0

    @property
    def element(self) -> Element:
        """The element that is open."""
        return self._open[-1]

    @contextmanager
    def inside(self, element: Element) -> Iterator[Element]:
        """What is drawn meanwhile belongs to an element."""
        self._open.append(element)
        yield element
        self._open.pop()

    def enter(self, element: Element) -> None:
        """Open an element until ``leave``."""
        self._open.append(element)

    def leave(self) -> None:
        """Close what ``enter`` opened."""
        self._open.pop()

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn meanwhile is no part of the text: what a page repeats."""
        self._silent += 1
        yield
        self._silent -= 1

    def hush(self) -> None:
        """Draw an artifact until ``unhush``."""
        self._silent += 1

    def unhush(self) -> None:
        """Close what ``hush`` opened."""
        self._silent -= 1

    @contextmanager
    def figure(self, alternative: str, width: float, height: float, names: Sequence[str] = ()) -> Iterator[None]:
        """What is drawn meanwhile, from the origin to a corner in points, is one picture; what it shows in words.

        ``names`` are the figures whose values it shows.
        """
        if self._silent:
            yield
            return
        element = self.element.add("Figure")
        element.alternative = alternative
        if isinstance(alternative, Composed):
            for part in dict.fromkeys(each for each in alternative.parts if isinstance(each, Quoted) and each.strip()):
                say_value(element, "quotation", part)
        for name in names:
            say_value(element, "figure", name)
        x1, y1 = self.absolutePosition(0, 0)
        x2, y2 = self.absolutePosition(width, height)
        element.say("Layout", f"/BBox[{x1:.2f} {y1:.2f} {x2:.2f} {y2:.2f}]/Placement/Block")
        self._leave_artifact()
        self._code_of_page().append(self._opening(element))
        self._silent += 1
        yield
        self._silent -= 1
        self._code_of_page().extend((CLOSED, ARTIFACT))

    @contextmanager
    def content(self) -> Iterator[None]:
        """What is drawn meanwhile, and is no text of its own, is content of the element that is open."""
        if self._silent or self.element.kind in GROUPING:
            yield
            return
        self._leave_artifact()
        self._code_of_page().append(self._opening(self.element))
        yield
        self._code_of_page().extend((CLOSED, ARTIFACT))

    # Sequences of marked content

    def _code_of_page(self) -> list[str]:
        return self._code  # type: ignore[attr-defined, no-any-return]  # not in ReportLab's stubs

    def _leave_artifact(self) -> None:
        code = self._code_of_page()
        if code and code[-1] == ARTIFACT:
            code.pop()
        else:
            code.append(CLOSED)

    def _opening(self, element: Element) -> str:
        """The operator that begins the next content of an element."""
        number = len(self._owners)
        self._owners.append(element)
        element.kids.append(Content((self._pageNumber - 1, number)))  # type: ignore[attr-defined]
        return f"/{element.kind} <</MCID {number}>> BDC"

    def drawText(self, text: Any) -> None:  # noqa: N802 (ReportLab's name)
        """Draw a text object as content of the element that is open; the first one of a list's item is its label."""
        opened = getattr(text, "tagged", None)
        element = self.element
        if opened is not None:
            self._close(text)
            self._leave_artifact()
            super().drawText(text)
            self._code_of_page().append(ARTIFACT)
        elif self._silent or (self._label is None and element.kind in GROUPING):
            super().drawText(text)
        else:
            element, self._label = self._label or element, None
            self._leave_artifact()
            self._code_of_page().append(self._opening(element))
            super().drawText(text)
            self._code_of_page().extend((CLOSED, ARTIFACT))

    @contextmanager
    def item(self, label: Element, body: Element) -> Iterator[None]:
        """An item of a list is drawn: first its label, then its text."""
        self._label = label
        with self.inside(body):
            yield
        self._label = None

    def tag_text(self, text: Any, links: dict[Any, str]) -> None:
        """Make a text object content of the element that is open; ``links`` are the words of each link in it."""
        if self._silent or self.element.kind in GROUPING:
            return
        text.tagged = [self.element]
        text.opened_at = len(text._code)
        text._code.append(self._opening(self.element))
        if links:
            self._links = {}

        def record(link: Any, what: str) -> None:
            if what == "start":
                self._begin_link(text, link, links)
            else:
                self._end_link(text)

        text._linkRecord = record

    def _switch(self, text: Any) -> None:
        """End the sequence that is open in a text object; what drew nothing is taken back."""
        code, start = text._code, text.opened_at
        if any(DRAWN in item for item in code[start + 1 :]):
            code.append(CLOSED)
        else:
            del code[start]
            self._owners.pop().kids.pop()

    def _begin(self, text: Any, kind: str, label: str | None = None) -> Element:
        """Go into a new child of what is open, or into the last one where the label says that it goes on."""
        self._switch(text)
        parent: Element = text.tagged[-1]
        goes_on = label is not None and label.startswith(CONTINUED)
        element = parent.continued(kind) if goes_on else parent.add(kind)
        text.tagged.append(element)
        self._reopen(text)
        return element

    def _reopen(self, text: Any) -> None:
        text.opened_at = len(text._code)
        text._code.append(self._opening(text.tagged[-1]))

    def _end_of(self, text: Any, *kinds: str) -> None:
        """Go back to what an element of these kinds stands in."""
        if any(element.kind in kinds for element in text.tagged[1:]):
            self._switch(text)
            while text.tagged.pop().kind not in kinds:
                pass
            self._reopen(text)

    def _close(self, text: Any) -> None:
        self._switch(text)
        text.tagged = None

    # Marks of a paragraph

    def _marked_text(self) -> Any:
        text = self._curr_tx_info["tx"]  # type: ignore[attr-defined]  # not in ReportLab's stubs
        return text if getattr(text, "tagged", None) else None

    def _begin_quotation(self, _: Any, __: str, label: str | None) -> None:
        if text := self._marked_text():
            self._begin(text, "Quote", label)

    def _begin_value(self, _: Any, __: str, label: str) -> None:
        if text := self._marked_text():
            element = self._begin(text, "Span", label)
            if not element.attributes:
                say_value(element, *said(label))

    def _end(self, _: Any, __: str, ___: str | None) -> None:
        if text := self._marked_text():
            self._end_of(text, "Quote", "Span")

    # Links

    def _begin_link(self, text: Any, link: Any, words: dict[Any, str]) -> None:
        """ReportLab says that a link begins when its first words are written already."""
        number, target = link
        last = text._code.pop()
        known = self._links.get(target)
        goes_on = known if known and known.number == number else None
        element = self._begin(text, "Link", CONTINUED if goes_on else None)
        for opened in goes_on.opened if goes_on else ():
            self._switch(text)
            text.tagged.append(opened)
            self._reopen(text)
        text._code.append(last)
        self._links[target] = _Link(number, element, words.get(link, ""))

    def _end_link(self, text: Any) -> None:
        """At its end, or that of a line: what is open in it then goes on with it."""
        kinds = [element.kind for element in text.tagged]
        if "Link" in kinds[1:]:
            place = len(kinds) - 1 - kinds[::-1].index("Link")
            opened = tuple(text.tagged[place + 1 :])
            self._links = {
                target: link._replace(opened=opened) if link.element is text.tagged[place] else link
                for target, link in self._links.items()
            }
            self._end_of(text, "Link")

    @contextmanager
    def link(self, target: str, words: str) -> Iterator[None]:
        """All that is drawn meanwhile is one link."""
        with self.inside(self.element.add("Link")) as element:
            self._links = {target: _Link(0, element, words)}
            yield

    def linkRect(  # noqa: N802 (ReportLab's name)
        self,
        contents: str,
        destinationname: str,
        Rect: Any = None,  # noqa: N803 (ReportLab's name)
        *_: Any,
        relative: int = 1,
        **__: Any,
    ) -> Any:
        """A link over a rectangle to a place of the document; ``contents`` say where it leads. None in an artifact."""
        if self._silent:
            return
        link = self._links["#" + destinationname]
        document: Any = self._doc  # type: ignore[attr-defined]
        name = f"Link{len(self.tree)}"
        key = self.tree.own_annotation(link.element, name, self._pageNumber - 1)  # type: ignore[attr-defined]
        written = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Annot"),
                "Subtype": pdfdoc.PDFName("Link"),
                "Rect": pdfdoc.PDFArray(self._absRect(Rect, relative)),  # type: ignore[attr-defined]
                "Dest": self._bookmarkReference(destinationname),  # type: ignore[attr-defined]
                "Border": pdfdoc.PDFArray([0, 0, 0]),
                "Contents": text_string(contents or link.words),
                "F": PRINTED,
                "StructParent": key,
            }
        )
        document.addAnnotation(name, written)
        self._annotatePage(name)  # type: ignore[attr-defined]

    # Fields of signatures

    def signature_field(self, name: str, says: str, corners: tuple[float, float, float, float]) -> None:
        """An empty field for a signature over a rectangle of the page, in points; ``says`` is what a reader says of it.

        It is written with the page, since a field that is added later belongs to no element.
        """
        x1, y1, x2, y2 = corners
        document: Any = self._doc  # type: ignore[attr-defined]
        key = self.tree.own_annotation(self.element.add("Form"), name, self._pageNumber - 1)  # type: ignore[attr-defined]
        nothing = pdfdoc.PDFStream(
            dictionary=pdfdoc.PDFDictionary(
                {
                    "Type": pdfdoc.PDFName("XObject"),
                    "Subtype": pdfdoc.PDFName("Form"),
                    "BBox": pdfdoc.PDFArray([0, 0, x2 - x1, y2 - y1]),
                }
            ),
            content=b"",
            filters=(),
        )
        field = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Annot"),
                "Subtype": pdfdoc.PDFName("Widget"),
                "FT": pdfdoc.PDFName("Sig"),
                "T": text_string(name),
                "TU": text_string(says),
                "Rect": pdfdoc.PDFArray(corners),
                "F": PRINTED,
                "P": document.thisPageRef(),
                "AP": pdfdoc.PDFDictionary({"N": document.Reference(nothing)}),
                "StructParent": key,
            }
        )
        document.addAnnotation(name, field)
        self._annotatePage(name)  # type: ignore[attr-defined]
        self._fields.append(document.refAnnotation(name))

    # Pages and forms

    def showPage(self) -> None:  # noqa: N802 (ReportLab's name)
        """End the page: what no element took is an artifact."""
        code = self._code_of_page()
        code.insert(0, ARTIFACT)
        code.append(CLOSED)
        super().showPage()

    def beginForm(self, *places: Any, **settings: Any) -> None:  # noqa: N802 (ReportLab's name)
        """A form holds no marks: they stand where it is drawn."""
        self._silent += 1
        super().beginForm(*places, **settings)

    def endForm(self, **settings: Any) -> None:  # noqa: N802 (ReportLab's name)
        """End the form."""
        super().endForm(**settings)
        self._silent -= 1

    def _setAnnotations(self, page: Any) -> None:  # noqa: N802 (ReportLab's name)
        super()._setAnnotations(page)  # type: ignore[misc]
        if isinstance(page, pdfdoc.PDFPage):
            page.StructParents = self.tree.own_page(self._owners)  # type: ignore[attr-defined]
            page.Tabs = pdfdoc.PDFName("S")  # type: ignore[attr-defined]
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            self._owners = []

    def save(self) -> None:
        """Write the file."""
        if self._code_of_page():
            self.showPage()
        document: Any = self._doc  # type: ignore[attr-defined]
        self.tree.write(document, document.Catalog)
        if self._fields:
            document.Catalog.AcroForm = pdfdoc.PDFDictionary(
                {"Fields": pdfdoc.PDFArray(self._fields), "SigFlags": SIGNED_BY_APPENDING}
            )
        super().save()


def cell_content(canvas: TaggedCanvas, cell: Element, value: Any) -> Callable[[], None]:
    """Open what the text of a cell belongs to: the cell, a quotation in it, or nothing where it is blank."""
    if isinstance(value, str) and not value.strip():
        canvas.hush()
        return canvas.unhush
    canvas.enter(cell.add("Quote") if isinstance(value, Quoted) else cell)
    return canvas.leave


def value_of(content: Any) -> Shown | None:
    """The value that a cell shows, where it is all that the cell shows."""
    if isinstance(content, list | tuple) and len(content) == 1:
        [content] = content
    value = content if isinstance(content, Shown) else getattr(content, "value", None)
    return value if isinstance(value, Shown) and value.strip() else None
