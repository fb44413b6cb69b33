"""The logical structure of a tagged PDF (ISO 32000-1, 14.7): what is a heading, a table, a value, in reading order.

The tree is built while pages are drawn and written when the file is closed. It knows nothing of how a page is drawn.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reportlab.pdfbase import pdfdoc

GROUPING = frozenset({"Document", "Sect", "Table", "TR", "L", "LI", "TOC", "TOCI", "Reference", "Form"})
"""Elements that hold other elements, and no text of their own."""


class Content(tuple[int, int]):
    """A marked-content sequence: the page's index, and its number on that page (MCID)."""

    __slots__ = ()


class Annotation(str):
    """An annotation that belongs to an element, by its name in the file."""

    __slots__ = ("page",)

    page: int


class Element:
    """One node of the structure: what it is, what it holds, and what it says of itself."""

    __slots__ = ("alternative", "attributes", "kids", "kind", "number", "parent", "stacks")

    def __init__(self, kind: str, parent: Element | None) -> None:
        self.kind = kind
        self.parent = parent
        self.kids: list[Element | Content | Annotation] = []
        self.attributes: list[bytes] = []
        self.alternative = ""
        self.number = 0
        self.stacks = False
        """Whether paragraphs in it are elements of their own; else their text is the element's."""

    def add(self, kind: str) -> Element:
        """A new last child."""
        child = Element(kind, self)
        self.kids.append(child)
        return child

    def continued(self, kind: str) -> Element:
        """The last child if it is of this kind, else a new one."""
        last = self.kids[-1] if self.kids else None
        return last if isinstance(last, Element) and last.kind == kind else self.add(kind)

    def say(self, owner: str, entries: str) -> None:
        """Add an attribute object; ``entries`` are its other entries, as PDF writes them."""
        self.attributes.append(f"<</O/{owner}{entries}>>".encode("ascii"))

    def __iter__(self) -> Iterator[Element]:
        """It and all below it, in reading order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += [kid for kid in reversed(element.kids) if isinstance(kid, Element)]


def text_string(text: str) -> str:
    """A text as PDF writes it: a literal string where it is plain ASCII, else UTF-16 in hexadecimal."""
    if text.isascii() and text.isprintable():
        return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"
    return f"<{(codecs.BOM_UTF16_BE + text.encode('utf-16-be')).hex().upper()}>"


class _Written(pdfdoc.PDFObject):
    """An object of the file that is written already, but for the numbers of others."""

    def __init__(self, parts: Iterable[bytes] = ()) -> None:
        self.parts = list(parts)

    def format(self, _: Any) -> bytes:
        return b"".join(self.parts)


class StructureTree:
    """The structure of one document, and which elements the marked content of every page belongs to."""

    def __init__(self) -> None:
        self.root = Element("Document", None)
        self._owners: dict[int, list[Element] | Element] = {}

    def __len__(self) -> int:
        """How many pages and annotations have their owners here."""
        return len(self._owners)

    def _key(self, owner: list[Element] | Element) -> int:
        key = len(self._owners)
        self._owners[key] = owner
        return key

    def own_page(self, owners: Sequence[Element]) -> int:
        """The key (StructParents) of a page whose marked content belongs to these elements, by MCID."""
        return self._key(list(owners))

    def own_annotation(self, element: Element, name: str, page: int) -> int:
        """Make an annotation a child of an element; its key (StructParent)."""
        annotation = Annotation(name)
        annotation.page = page
        element.kids.append(annotation)
        return self._key(element)

    def write(self, document: Any, catalog: Any) -> None:
        """Add the tree to the file, whose pages are all drawn."""
        written: dict[Element, _Written] = {}
        for element in self.root:
            body = _Written()
            element.number = _number(document, document.Reference(body))
            written[element] = body
        owners, root = _Written(), _Written()
        owners_number = _number(document, document.Reference(owners))
        root_number = _number(document, document.Reference(root))
        pages: dict[int, int] = {}

        def page_number(index: int) -> int:
            if index not in pages:
                pages[index] = _number(document, pdfdoc.PDFObjectReference(f"Page{index + 1}"))
            return pages[index]

        def annotation_number(name: str) -> int:
            return _number(document, document.refAnnotation(name))

        for element, body in written.items():
            parent = element.parent.number if element.parent else root_number
            body.parts = list(_entries(element, parent, page_number, annotation_number))
        lines = []
        for key, owner in self._owners.items():
            if isinstance(owner, Element):
                lines.append(f"{key} {owner.number} 0 R")
            else:
                lines.append(f"{key}[{' '.join(f'{element.number} 0 R' for element in owner)}]")
        owners.parts = [f"<</Nums[{' '.join(lines)}]>>".encode("ascii")]
        root.parts = [
            f"<</Type/StructTreeRoot/K[{self.root.number} 0 R]/ParentTree {owners_number} 0 R"
            f"/ParentTreeNextKey {len(self._owners)}>>".encode("ascii")
        ]
        catalog.StructTreeRoot = root
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": pdfdoc.PDFtrue, "UserProperties": pdfdoc.PDFtrue})


def _number(document: Any, reference: Any) -> int:
    number: int = document.idToObjectNumberAndVersion[reference.name][0]
    return number


def _entries(element: Element, parent: int, page_number: Any, annotation_number: Any) -> Iterator[bytes]:
    yield f"<</Type/StructElem/S/{element.kind}/P {parent} 0 R".encode("ascii")
    page = next((kid[0] for kid in element.kids if isinstance(kid, Content)), None)
    if page is not None:
        yield f"/Pg {page_number(page)} 0 R".encode("ascii")
    if element.kids:
        kids = []
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(f"{kid.number} 0 R")
            elif isinstance(kid, Annotation):
                kids.append(f"<</Type/OBJR/Pg {page_number(kid.page)} 0 R/Obj {annotation_number(kid)} 0 R>>")
            elif kid[0] == page:
                kids.append(str(kid[1]))
            else:
                kids.append(f"<</Type/MCR/Pg {page_number(kid[0])} 0 R/MCID {kid[1]}>>")
        # A field is the one kid of its element, and no array: so pyHanko knows it again when it is signed.
        field = len(kids) == 1 and isinstance(element.kids[0], Annotation)
        yield (f"/K {kids[0]}" if field else f"/K[{' '.join(kids)}]").encode("ascii")
    if element.attributes:
        yield b"/A[" + b"".join(element.attributes) + b"]"
    if element.alternative:
        yield f"/Alt{text_string(element.alternative)}".encode("ascii")
    yield b">>"
