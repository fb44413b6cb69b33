"""What a PDF of ours never has: what runs, what hides or covers, what an addition could bring to light.

A signature covers all of that as well as the rest; so whoever holds the key could sign it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from service_reports.audit.fonts import misdrawn
from service_reports.audit.packed import unescaped
from service_reports.audit.revisions import IN_CATALOG
from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD

FORBIDDEN: Mapping[str, str] = {
    "AA": "acciones que se ejecutan solas",
    "Alternates": "una imagen en lugar de otra",
    "GoToE": "un enlace a otro archivo",
    "GoToR": "un enlace a otro archivo",
    "Hide": "una acción que oculta",
    "ImportData": "una acción que trae datos",
    "JS": "un programa (JavaScript)",
    "JavaScript": "un programa (JavaScript)",
    "Launch": "una acción que abre un programa",
    "Movie": "un video",
    "OC": "una capa que se oculta",
    "OCG": "una capa que se oculta",
    "OCMD": "una capa que se oculta",
    "OpenAction": "lo que se ejecuta al abrirlo",
    "OPI": "contenido de otro archivo",
    "Ref": "contenido de otro archivo",
    "Rendition": "un video",
    "ResetForm": "una acción que borra",
    "RichMedia": "un video",
    "Screen": "un video",
    "SetOCGState": "una capa que se oculta",
    "Sound": "un sonido",
    "SubmitForm": "una acción que envía datos",
    "URI": "un enlace a otra parte",
    "XFA": "un formulario XFA",
}
"""Names that stand in nothing of ours, and what they are to a reader."""
CATALOG = frozenset(
    {
        *("/AF", "/AcroForm", "/DSS", "/Extensions", "/Lang", "/MarkInfo", "/Metadata", "/Names", "/Outlines"),
        *("/OutputIntents", "/PageMode", "/Pages", "/Perms", "/StructTreeRoot", "/Type", "/Version"),
        "/ViewerPreferences",
    }
)
PAGE = frozenset(
    {
        *("/Annots", "/Contents", "/MediaBox", "/Parent", "/Resources", "/Rotate", "/StructParents", "/Tabs"),
        *("/Trans", "/Type"),
    }
)
LINK = frozenset({"/Border", "/Contents", "/Dest", "/F", "/Rect", "/StructParent", "/Subtype", "/Type"})
WIDGET = frozenset(
    {"/AP", "/F", "/FT", "/P", "/Parent", "/Rect", "/StructParent", "/Subtype", "/T", "/TU", "/Type", "/V"}
)
LANGUAGE = "es"
END = b"%%EOF"
ASSOCIATED = b'"/AF"'
STREAM_BEGINS = (b"stream\n", b"stream\r\n")
_NAMES = re.compile(rb'"/(' + b"|".join(name.encode() for name in FORBIDDEN) + rb')"')
_REFERENCES = re.compile(rb"(?<![\d.])(\d{1,8})\s+\d{1,5}\s+R(?![\w])")


def misplaced(content: bytes) -> Iterator[str]:
    """What lies where programs may read the whole file otherwise: before, after or between its tables of objects."""
    if not content.startswith(b"%PDF-"):
        yield "hay datos antes de su comienzo"
    if not content.rstrip(b"\r\n").endswith(END):
        yield "hay datos después de su final"
    if b"/XRefStm" in unescaped(content):
        yield "lleva dos tablas de objetos, y cada programa lee la que quiere"


def hidden(certified: bytes) -> Iterator[str]:
    """What a file, as it was certified, has and nothing of ours has; once each."""
    with Pdf.open(BytesIO(certified), attempt_recovery=False) as pdf:
        yield from dict.fromkeys(each for look in LOOKS for each in look(pdf))
        yield from _unfinished(pdf, certified)


def _objects(pdf: Pdf) -> Iterator[str]:
    """Names that run or hide something, wherever they stand."""
    for each in pdf.objects:
        if isinstance(each, Object):
            written = each.to_json(dereference=True, schema_version=2)
            for found in _NAMES.findall(written):
                yield f"lleva {FORBIDDEN[found.decode()]}"
            if ASSOCIATED in written and each.objgen != pdf.Root.objgen:
                yield "lleva adjuntos que no están en su lista"
            if isinstance(each, Stream) and Name.F in each:
                yield "lleva contenido de otro archivo"


def _unfinished(pdf: Pdf, certified: bytes) -> Iterator[str]:
    """Objects that are named and not there: whoever adds to the file later defines them, and changes nothing else.

    The library takes them for nothing, so the bytes are asked; what is packed in a stream may look like anything.
    """
    objects = [each for each in pdf.objects if isinstance(each, Object)]
    outside = certified
    for each in objects:
        if isinstance(each, Stream):
            for begins in STREAM_BEGINS:
                outside = outside.replace(begins + each.read_raw_bytes(), begins)
    written = [outside, *(each.read_bytes() for each in objects if _is_group(each))]
    named = {int(number) for text in written for number in _REFERENCES.findall(text)}
    if named - {each.objgen[0] for each in objects}:
        yield "nombra objetos que no están, y que una adición podría definir"


def _is_group(found: Object) -> bool:
    return isinstance(found, Stream) and found.get(Name.Type) == Name.ObjStm


def _catalog(pdf: Pdf) -> Iterator[str]:
    for key in sorted({*pdf.Root.keys()} - CATALOG):
        yield f"lleva {IN_CATALOG.get(key, f'{key[1:]} en su catálogo')}, que ningún informe lleva"
    if not str(pdf.Root.get(Name.Lang, "")).startswith(LANGUAGE):
        yield "dice ser de otro idioma"
    if not pdf.Root.get(Name.MarkInfo, Dictionary()).get(Name.Marked):
        yield "dice no tener etiquetas"
    for key in sorted({*pdf.Root.get(Name.Names, Dictionary()).keys()} - {"/EmbeddedFiles"}):
        yield f"lleva {IN_CATALOG.get(key, f'nombres de {key[1:]}')}, que ningún informe lleva"
    for key in sorted({*pdf.Root.get(Name.ViewerPreferences, Dictionary()).keys()} - {"/DisplayDocTitle"}):
        yield f"pide al lector que lo muestre de otra forma ({key[1:]})"


def _pages(pdf: Pdf) -> Iterator[str]:
    fields = []
    for number, page in enumerate(pdf.pages, start=1):
        for key in sorted({*page.obj.keys()} - PAGE):
            yield f"página {number}: lleva {key[1:]}, que ninguna página nuestra lleva"
        if page.obj.get(Name.Rotate, 0) != 0:
            yield f"página {number}: está girada"
        for each in page.obj.get(Name.Annots, Array()):
            match str(each.get(Name.Subtype)) if isinstance(each, Dictionary) else "/null":
                case "/Link" if {*each.keys()} <= LINK and list(each.get(Name.Border, ())) == [0, 0, 0]:
                    pass
                case "/Widget" if {*each.keys()} <= WIDGET and each.get(Name.FT) == Name.Sig:
                    fields.append(str(each.get(Name.T)))
                case kind:
                    yield f"página {number}: lleva encima una nota u otra cosa ({kind[1:]})"
    others = [name for name in fields if name not in (VENDOR_FIELD, SUPERVISOR_FIELD)]
    if others or len(set(fields)) != len(fields):
        yield f"lleva otros campos de firma ({', '.join(others) or 'repetidos'})"


def _bookmarks(pdf: Pdf) -> Iterator[str]:
    """Bookmarks that lead elsewhere than to a page of the file."""
    pages = {page.obj.objgen for page in pdf.pages}
    waiting: list[Any] = [pdf.Root.get(Name.Outlines)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Dictionary) or node.objgen in seen:
            continue
        seen.add(node.objgen)
        leads = node.get(Name.Dest)
        if Name.A in node or (leads is not None and not (isinstance(leads, Array) and leads[0].objgen in pages)):
            yield f"el marcador «{node.get(Name.Title)}» no lleva a una página"
        waiting += [node.get(Name.First), node.get(Name.Next)]


LOOKS: tuple[Callable[[Pdf], Iterator[str]], ...] = (_objects, _catalog, _pages, _bookmarks, misdrawn)
