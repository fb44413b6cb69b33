"""What was added to a signed PDF, object by object, held against the little that a certification of ours lets.

pyHanko's own policy asks by which ways of the file each object that was replaced can be reached, and reads the whole
file for that. Here nothing is let that would change what any other place shows, whatever leads to it: so only what was
replaced is read.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping

from lxml import etree  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import DiffPolicy, DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.rules.form_field_rules import DSSCompareRule
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigSeedSubFilter

IN_CATALOG: Mapping[str, str] = {
    "/AA": "acciones que se ejecutan solas",
    "/AF": "los adjuntos",
    "/Dests": "los destinos de los enlaces",
    "/Lang": "el idioma",
    "/MarkInfo": "las etiquetas",
    "/Names": "los nombres de adjuntos, destinos o programas",
    "/OCProperties": "capas que se ocultan",
    "/OpenAction": "lo que se ejecuta al abrirlo",
    "/Outlines": "los marcadores",
    "/OutputIntents": "los colores",
    "/PageLabels": "los números de página",
    "/PageLayout": "cómo se abre",
    "/PageMode": "cómo se abre",
    "/Pages": "las páginas",
    "/Perms": "los permisos",
    "/StructTreeRoot": "las etiquetas",
    "/URI": "los enlaces",
    "/ViewerPreferences": "cómo se abre",
}
"""What a key of the catalog is to a reader."""
LET_IN_CATALOG = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})
LET_IN_FORM = frozenset({"/DA", "/DR", "/Fields", "/NeedAppearances", "/Q", "/SigFlags"})
LET_IN_SIGNED_FIELD = frozenset({"/AP", "/AS", "/DA", "/F", "/Ff", "/Q", "/Type", "/V"})
IN_STAMPS_FIELD = frozenset({"/AP", "/F", "/FT", "/Ff", "/P", "/Rect", "/Subtype", "/T", "/TU", "/Type", "/V"})
LET_IN_INFORMATION = frozenset({"/ModDate", "/Producer"})
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LET_IN_METADATA = (
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate",
    "{http://ns.adobe.com/xap/1.0/}MetadataDate",
    "{http://ns.adobe.com/xap/1.0/mm/}",
    "{http://www.aiim.org/pdfa/ns/extension/}",
    "{http://www.aiim.org/pdfa/ns/schema#}",
    "{http://www.aiim.org/pdfa/ns/property#}",
)
"""When and by what a file was written, which whoever signs it says anew, and how names of properties are declared."""
SIGNATURES = frozenset(each.value for each in SigSeedSubFilter)
ODD = (PdfError, ArithmeticError, AttributeError, KeyError, RecursionError, TypeError, ValueError, zlib.error)
"""What comes of reading a file that somebody wrote to be odd."""
ABSENT = generic.NullObject()
MOST_REVISIONS = 100
"""Each costs a look at all before it; a file that is signed and renewed every year for decades has fewer."""


class OnlySigned(DiffPolicy):
    """Lets signatures into fields that were empty, time stamps of the whole, and what is told of certificates.

    What else was done is named, in Spanish, by the :class:`SuspiciousModification`.
    """

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Compare a revision with an earlier one."""
        for fault in _Added(old, new).faults():
            raise SuspiciousModification(fault)
        return DiffResult(ModificationLevel.FORM_FILLING, set())

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        """Compare each later revision with one: what one did and the next undid was done."""
        old = base_revision
        if isinstance(old, int):
            old = reader.get_historical_resolver(old)
        if reader.xrefs.total_revisions - old.revision > MOST_REVISIONS:
            return SuspiciousModification("más adiciones que las que nadie hace")
        for number in range(old.revision + 1, reader.xrefs.total_revisions):
            try:
                self.apply(old, reader.get_historical_resolver(number))
            except SuspiciousModification as error:
                return error
            except ODD:
                return SuspiciousModification("algo que no se puede leer")
        return DiffResult(ModificationLevel.FORM_FILLING, set())


class _Added:
    """One revision against an earlier one."""

    def __init__(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        self._old, self._new = old, new
        self._looked_at: set[Reference] = {old.root_ref}
        """Replaced objects of which all that changed is known."""
        self._stamps: set[Reference] = set()
        """Fields of time stamps that were added."""

    def faults(self) -> Iterator[str]:
        if self._new.refs_freed_in_revision():  # type: ignore[no-untyped-call]
            yield "quita objetos"
        yield from self._trailer()
        yield from self._catalog()
        yield from self._form()
        yield from self._information()
        yield from self._metadata()
        for reference in self._new.explicit_refs_in_revision():  # type: ignore[no-untyped-call]
            if not self._old.is_ref_unassignable(reference) and reference not in self._looked_at:
                yield from self._replaced(reference)

    def _trailer(self) -> Iterator[str]:
        before, after = self._old.trailer_view, self._new.trailer_view
        if "/Encrypt" in after:
            yield "está cifrado"
        if not same(_raw(before, "/Root"), _raw(after, "/Root")):
            yield "es otro documento, con otro catálogo"

    def _catalog(self) -> Iterator[str]:
        for key in _differing(self._old.root, self._new.root, LET_IN_CATALOG):
            yield f"cambian {IN_CATALOG.get(key, f'{key[1:]} del catálogo')}"
        try:
            told = [update.updated_ref for update in DSSCompareRule().apply(self._old, self._new)]
        except SuspiciousModification:
            yield "cambia lo que se dijo de los certificados"
        else:
            self._looked_at |= {each for each in told if self._was(each)}

    def _was(self, reference: Reference) -> bool:
        """Whether the earlier revision defines an object, and no stream."""
        if self._old.reader.xrefs.get_historical_ref(reference, self._old.revision) is None:
            return False
        return not isinstance(self._old(reference), generic.StreamObject)

    def _form(self) -> Iterator[str]:
        before, after = (_dictionary(_value(each.root, "/AcroForm")) for each in (self._old, self._new))
        if "/XFA" in after:
            yield "lleva un formulario XFA"
        for key in _differing(before, after, LET_IN_FORM):
            yield f"cambia el formulario ({key[1:]})"
        fields, now = _references(_value(before, "/Fields")), _references(_value(after, "/Fields"))
        if not set(fields) <= set(now) or len(set(now)) != len(now):
            yield "quita o repite campos del formulario"
        for reference in fields:
            yield from self._field(reference)
        for reference in now:
            if reference not in fields:
                yield from self._new_field(reference)
        self._looked_at |= {*fields, *_own(self._old.root, "/AcroForm"), *_own(before, "/Fields")}

    def _field(self, reference: Reference) -> Iterator[str]:
        before, after = self._old(reference), self._new(reference)
        if same(before, after):
            return
        name = _text(before, "/T")
        if "/V" in before:
            yield f"cambia el campo {name}, que ya estaba firmado"
        elif _differing(before, after, LET_IN_SIGNED_FIELD) or _raw(before, "/FT") != "/Sig":
            yield f"cambia el campo {name} más de lo que hace una firma"
        elif _text(_value(after, "/V"), "/SubFilter") not in SIGNATURES:
            yield f"llena el campo {name} con algo que no es una firma"

    def _new_field(self, reference: Reference) -> Iterator[str]:
        """Only a time stamp of the whole may bring its own field, and nobody sees that."""
        field = self._new(reference)
        if not self._old.is_ref_unassignable(reference) or not isinstance(field, generic.DictionaryObject):
            yield "un campo del formulario reemplaza otra cosa"
            return
        name, kind = _text(field, "/T"), _text(_value(field, "/V"), "/Type")
        if kind != "/DocTimeStamp" or _raw(field, "/FT") != "/Sig":
            yield f"un campo nuevo, {name}, que no lleva sello de tiempo"
        elif not set(field) <= IN_STAMPS_FIELD or not _unseen(_value(field, "/Rect")):
            yield f"el campo {name} de un sello de tiempo lleva algo más"
        self._stamps.add(reference)

    def _information(self) -> Iterator[str]:
        before, after = (_dictionary(_information(each)) for each in (self._old, self._new))
        for key in _differing(before, after, LET_IN_INFORMATION):
            yield f"cambian los datos del documento ({key[1:]})"
        for key in LET_IN_INFORMATION & set(after):
            if isinstance(after.raw_get(key), generic.IndirectObject):
                yield f"cambian los datos del documento ({key[1:]})"
        self._looked_at |= _own(self._old.trailer_view, "/Info")

    def _metadata(self) -> Iterator[str]:
        before, after = _value(self._old.root, "/Metadata"), _value(self._new.root, "/Metadata")
        if before is ABSENT and after is ABSENT:
            return
        told, now = _properties(before), _properties(after)
        changed = {name for name in {*told, *now} if told.get(name) != now.get(name)}
        if others := sorted(name for name in changed if not name.startswith(LET_IN_METADATA)):
            yield f"cambian los metadatos XMP ({others[0].partition('}')[2] or others[0]})"
        self._looked_at |= _own(self._old.root, "/Metadata")

    def _replaced(self, reference: Reference) -> Iterator[str]:
        """An object of the signed file that stands in the later revision again."""
        if self._old.reader.xrefs.get_historical_ref(reference, self._old.revision) is None:
            yield "define un objeto que el firmado dejó sin definir"
            return
        before, after = self._old(reference), self._new(reference)
        if same(before, after) or self._more_stamps(before, after):
            return
        if not isinstance(after, generic.DictionaryObject) or _text(before, "/Type") != "/Page":
            yield f"reemplaza {_told(before)}"
        elif _differing(before, after, {"/Annots"}):
            yield "cambia una página"
        elif not self._more_stamps(_value(before, "/Annots"), _value(after, "/Annots")):
            yield "pone una nota u otra cosa sobre una página"

    def _more_stamps(self, before: object, after: object) -> bool:
        """Whether a list of annotations only got fields of time stamps."""
        if not isinstance(after, generic.ArrayObject):
            return False
        listed = [] if before is ABSENT else _references(before)
        now = _references(after)
        return now[: len(listed)] == listed and set(now[len(listed) :]) <= self._stamps


def same(before: object, after: object) -> bool:
    """Whether two objects are written the same, streams byte by byte; what they refer to is not followed."""
    if isinstance(before, generic.IndirectObject):
        return isinstance(after, generic.IndirectObject) and bool(before.reference == after.reference)
    if isinstance(before, generic.DictionaryObject):
        return (
            isinstance(after, generic.DictionaryObject)
            and _bytes(before) == _bytes(after)
            and not _differing(before, after)
        )
    if isinstance(before, generic.ArrayObject):
        return (
            isinstance(after, generic.ArrayObject)
            and len(before) == len(after)
            and all(same(one, other) for one, other in zip(list.__iter__(before), list.__iter__(after), strict=True))
        )
    texts = (generic.TextStringObject, generic.ByteStringObject)
    if isinstance(before, texts) and isinstance(after, texts):
        return bool(before.original_bytes == after.original_bytes)
    return type(before) is type(after) and bool(before == after)


def _bytes(found: generic.DictionaryObject) -> bytes | None:
    """What a stream holds, packed as it is; ``None`` of what is none."""
    return bytes(found.encoded_data) if isinstance(found, generic.StreamObject) else None


def _differing(before: object, after: object, let: Collection[str] = ()) -> list[str]:
    """The keys of two dictionaries whose values are written otherwise, beyond those that may."""
    before, after = _dictionary(before), _dictionary(after)
    keys = {*before, *after} - set(let)
    return sorted(key for key in keys if not same(_raw(before, key), _raw(after, key)))


def _dictionary(found: object) -> generic.DictionaryObject:
    """A dictionary; where there is nothing, one without entries."""
    if isinstance(found, generic.NullObject):
        return generic.DictionaryObject()  # type: ignore[no-untyped-call]
    if not isinstance(found, generic.DictionaryObject):
        raise SuspiciousModification("un objeto es de otra clase")
    return found


def _raw(dictionary: object, key: str) -> object:
    """What a key holds as it is written, a reference perhaps."""
    return dictionary.raw_get(key) if isinstance(dictionary, generic.DictionaryObject) and key in dictionary else ABSENT


def _value(dictionary: object, key: str) -> object:
    found = _raw(dictionary, key)
    return found.get_object() if isinstance(found, generic.IndirectObject) else found  # type: ignore[no-untyped-call]


def _information(revision: HistoricalResolver) -> object:
    """The data of the document in a revision: what its trailer refers to would be looked up in the newest."""
    found = _raw(revision.trailer_view, "/Info")
    return revision(found.reference) if isinstance(found, generic.IndirectObject) else found


def _text(dictionary: object, key: str) -> str:
    found = _value(dictionary, key)
    return str(found) if isinstance(found, str) else ""


def _own(dictionary: object, key: str) -> set[Reference]:
    """The object of its own in which the value of a key stands, if it does."""
    found = _raw(dictionary, key)
    return {found.reference} if isinstance(found, generic.IndirectObject) else set()


def _references(listed: object) -> list[Reference]:
    """What an array of nothing but references refers to."""
    if listed is ABSENT:
        return []
    if not isinstance(listed, generic.ArrayObject):
        raise SuspiciousModification("una lista es de otra clase")
    found = list(list.__iter__(listed))
    if not all(isinstance(each, generic.IndirectObject) for each in found):
        raise SuspiciousModification("una lista lleva algo sin nombre")
    return [each.reference for each in found]


def _unseen(box: object) -> bool:
    """Whether nothing shows of a field: it has no extent."""
    if not isinstance(box, generic.ArrayObject):
        return False
    left, bottom, right, top = (float(side) for side in box)
    return left == right or bottom == top


def _properties(stream: object) -> dict[str, list[str]]:
    """The texts of each property of XMP, by its name; of attributes too, which are another way to write it."""
    if not isinstance(stream, generic.StreamObject):
        raise SuspiciousModification("los metadatos XMP no están")
    try:
        root = etree.fromstring(stream.data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise SuspiciousModification("los metadatos XMP no se pueden leer") from error
    if any(True for _ in root.iter(etree.Entity)):
        raise SuspiciousModification("los metadatos XMP no se pueden leer")
    found: dict[str, list[str]] = {}
    for description in root.iter(f"{RDF}Description"):
        for name, text in description.attrib.items():
            if name != f"{RDF}about":
                found.setdefault(str(name), []).append(str(text))
        for each in description.iterchildren(etree.Element):
            texts = [" ".join(str(text).split()) for text in each.itertext()]
            found.setdefault(str(each.tag), []).extend(text for text in texts if text)
    return found


KINDS: Mapping[str, str] = {
    "/Annot": "una nota o un enlace",
    "/Catalog": "el catálogo",
    "/EmbeddedFile": "un adjunto",
    "/Filespec": "un adjunto",
    "/Font": "una fuente",
    "/FontDescriptor": "una fuente",
    "/ObjStm": "un grupo de objetos",
    "/Outlines": "los marcadores",
    "/Page": "una página",
    "/Pages": "las páginas",
    "/StructElem": "las etiquetas",
    "/StructTreeRoot": "las etiquetas",
    "/XObject": "una imagen o un dibujo",
}
"""What an object of a type is to a reader."""


def _told(found: object) -> str:
    return KINDS.get(_text(found, "/Type"), "un objeto de lo firmado")
