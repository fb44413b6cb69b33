"""Small PDFs that are tagged by hand: what the reader of tags is tried on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String


@dataclass(frozen=True)
class Tag:
    """An element: its type, what it names, its attributes, and its texts and elements in order."""

    kind: str
    kids: tuple[Tag | str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)


OVERLEAF = "\f"
"""A text that turns the page."""


def tag(kind: str, *kids: Tag | str, figure: str = "", date: str = "", declared: bool = False, **more: Any) -> Tag:
    names = [("figure", figure)] if figure else [("date", date)] if date else [("declared", "true")] if declared else []
    own = {name: more.pop(name) for name in ("Alt", "ActualText") if name in more}
    return Tag(kind, tuple(kids), tuple(names), more, own)


def row(*cells: Tag) -> Tag:
    return tag("TR", *cells)


def head(*titles: str) -> Tag:
    return row(*(tag("TH", title, Scope=Name.Column) for title in titles))


def _attributes(element: Tag) -> Array:
    attributes = Array()
    if element.names:
        properties = [Dictionary(N=String(name), V=String(text)) for name, text in element.names]
        attributes.append(Dictionary(O=Name.UserProperties, P=Array(properties)))
    if element.attributes:
        attributes.append(Dictionary(O=Name.Table, **element.attributes))
    return attributes


def tagged_pdf(*elements: Tag, furniture: Sequence[str] = (), stray: Sequence[str] = ()) -> bytes:
    """A PDF that says these elements; a text on a line of its own each, a new page at ``OVERLEAF``."""
    pdf = Pdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    streams: list[list[bytes]] = []
    counts: list[int] = []
    line = 700

    def turn() -> None:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.pages[-1].obj.Resources = Dictionary(Font=Dictionary(F1=font))
        streams.append([f"/Artifact BMC {_shown(text, 780)} EMC".encode("cp1252") for text in furniture])
        counts.append(0)

    def place(element: Tag, parent: Dictionary) -> Dictionary:
        nonlocal line
        made = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{element.kind}"), P=parent))
        for name, text in element.own.items():
            made[Name(f"/{name}")] = String(text)
        attributes = _attributes(element)
        if len(attributes):
            made.A = attributes
        kids = Array()
        for kid in element.kids:
            if isinstance(kid, Tag):
                kids.append(place(kid, made))
            elif kid == OVERLEAF:
                turn()
                line = 700
            else:
                text = f"/{element.kind} <</MCID {counts[-1]}>> BDC {_shown(kid, line)} EMC"
                streams[-1].append(text.encode("cp1252"))
                kids.append(Dictionary(Type=Name.MCR, Pg=pdf.pages[-1].obj, MCID=counts[-1]))
                counts[-1] += 1
                line -= 0 if element.kind in ("Span", "Quote") or not kid.endswith("\n") else 12
        made.K = kids
        return made

    turn()
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    document.K = Array([place(element, document) for element in elements])
    root.K = document
    pdf.Root.StructTreeRoot = root
    streams[-1] += [_shown(text, 20).encode("cp1252") for text in stray]
    for page, stream in zip(pdf.pages, streams, strict=True):
        page.obj.Contents = pdf.make_stream(b"\n".join(stream))
    file = BytesIO()
    pdf.save(file)
    return file.getvalue()


def _shown(text: str, line: int) -> str:
    escaped = text.rstrip("\n").replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 10 Tf 1 0 0 1 50 {line} Tm ({escaped}) Tj ET"
