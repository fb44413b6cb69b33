"""What is added to a report after it was signed is let or refused by what it does, and what is refused has its name."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from service_reports.audit.countersigning import NotCountersigned, countersignature
from service_reports.audit.signatures import Signature, roots_of, signatures_of, supervisors, vendors
from service_reports.audit.verification import verify
from service_reports.signing import load_signing_key
from tests.proving_sample import authority_and_key, issued, issued_file, proving_documents
from tests.throwaway_keys import PASSPHRASE, countersign, sign

MANAGEMENT = "management_report"
Writer = IncrementalPdfFileWriter
Add = Callable[[Writer], None]


def added_to(content: bytes, add: Add) -> bytes:
    writer = Writer(BytesIO(content))
    add(writer)
    changed = BytesIO()
    writer.write(changed)
    return changed.getvalue()


def signatures(content: bytes) -> list[Signature]:
    roots = roots_of(authority_and_key()[0].certificate.public_bytes(Encoding.PEM))
    return signatures_of(content, roots, datetime.now(UTC))


def change(content: bytes) -> str | None:
    vendor = vendors(signatures(content))
    assert vendor is not None
    return vendor.changed_since


def dictionary(**entries: Any) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def array(*items: Any) -> generic.ArrayObject:
    return generic.ArrayObject(items)


def box(*sides: int) -> generic.ArrayObject:
    return array(*map(generic.NumberObject, sides))


def text(words: str) -> generic.TextStringObject:
    return generic.TextStringObject(words)


def in_catalog(key: str, value: Callable[[Writer], Any]) -> Add:
    def add(writer: Writer) -> None:
        writer.root[pdf_name(key)] = value(writer)
        writer.update_root()

    return add


def in_page(key: str, value: Callable[[Writer], Any]) -> Add:
    def add(writer: Writer) -> None:
        reference, _ = writer.find_page_for_modification(0)
        reference.get_object()[pdf_name(key)] = value(writer)
        writer.mark_update(reference)

    return add


def annotation(**entries: Any) -> Add:
    def add(writer: Writer) -> None:
        made = dictionary(Type=pdf_name("/Annot"), Rect=box(0, 0, 300, 300), **entries)
        writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(made))

    return add


def drawing(words: bytes) -> generic.StreamObject:
    entries = dictionary(Type=pdf_name("/XObject"), Subtype=pdf_name("/Form"), BBox=box(0, 0, 300, 300))
    return generic.StreamObject(entries, stream_data=words)


def an_opaque_square(writer: Writer) -> None:
    drawn = writer.add_object(drawing(b"1 g 0 0 300 300 re f"))
    annotation(Subtype=pdf_name("/Square"), AP=dictionary(N=drawn))(writer)


def a_page(writer: Writer) -> None:
    contents = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.insert_page(PageObject(contents=contents, media_box=box(0, 0, 100, 100)))


def another_title(writer: Writer) -> None:
    reference = writer.prev.trailer.raw_get("/Info").reference
    writer.get_object(reference)[pdf_name("/Title")] = text("Informe que dice otra cosa")
    writer.mark_update(reference)


def other_metadata(writer: Writer) -> None:
    stream = writer.root["/Metadata"]
    changed = generic.StreamObject(
        dictionary(Type=pdf_name("/Metadata"), Subtype=pdf_name("/XML")),
        stream_data=stream.data.replace(b"SMART TMT", b"OTRA EMPRESA"),
    )
    assert changed.data != stream.data
    writer.root[pdf_name("/Metadata")] = writer.add_object(changed)
    writer.update_root()


def in_form(key: str, value: Callable[[Writer], Any]) -> Add:
    def add(writer: Writer) -> None:
        form = writer.root["/AcroForm"]
        form[pdf_name(key)] = value(writer)
        writer.update_container(form)

    return add


def an_unsigned_field_that_nobody_sees(writer: Writer) -> None:
    append_signature_field(writer, SigFieldSpec("Otro", box=(0, 0, 0, 0)))


def a_text_field(writer: Writer) -> None:
    field = dictionary(FT=pdf_name("/Tx"), T=text("Nota"), V=text("Aprobado"), Subtype=pdf_name("/Widget"))
    field[pdf_name("/Rect")] = box(0, 0, 200, 50)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(generic.IndirectObject(writer.add_object(field).idnum, 0, writer))
    writer.update_container(form)


def field_of(writer: Writer, name: str) -> Any:
    return next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == name)


def the_vendors_stamp_redrawn(writer: Writer) -> None:
    field = field_of(writer, "FirmaContratista")
    field[pdf_name("/AP")] = dictionary(N=writer.add_object(drawing(b"0 0 1 1 re f")))
    writer.update_container(field)


def a_word_in_the_supervisors_field(writer: Writer) -> None:
    field = field_of(writer, "FirmaSupervisor")
    field[pdf_name("/V")] = dictionary(Type=pdf_name("/Sig"), Name=text("Aprobado"))
    writer.update_container(field)


def a_larger_supervisors_field(writer: Writer) -> None:
    field = field_of(writer, "FirmaSupervisor")
    field[pdf_name("/Rect")] = box(0, 0, 600, 800)
    writer.update_container(field)


def first_page(writer: Writer) -> Any:
    return writer.find_page_for_modification(0)[0].get_object()


def another_content_of_a_page(writer: Writer) -> None:
    contents = first_page(writer).raw_get("/Contents")
    writer.mark_update(contents)
    writer.objects[(0, contents.idnum)] = generic.StreamObject(stream_data=b"q Q")


def another_font(writer: Writer) -> None:
    [font, *_] = first_page(writer)["/Resources"]["/Font"].values()
    font = font.get_object()
    font[pdf_name("/ToUnicode")] = writer.add_object(generic.StreamObject(stream_data=b"1 beginbfchar endbfchar"))
    writer.update_container(font)


def another_attachment(writer: Writer) -> None:
    entry = writer.root["/AF"][0]
    entry[pdf_name("/Desc")] = text("Otra cosa")
    writer.update_container(entry)


def tags_that_say_another_thing(writer: Writer) -> None:
    element = writer.root["/StructTreeRoot"]["/K"][0]
    element[pdf_name("/ActualText")] = text("73")
    writer.update_container(element)


def script(writer: Writer) -> Any:
    return dictionary(S=pdf_name("/JavaScript"), JS=text("app.alert(1)"))


REFUSED: dict[str, tuple[Add, str]] = {
    "a page": (a_page, "las páginas"),
    "a note": (annotation(Subtype=pdf_name("/Text"), Contents=text("Revisado")), "pone una nota u otra cosa"),
    "an opaque square over the text": (an_opaque_square, "pone una nota u otra cosa sobre una página"),
    "a link": (annotation(Subtype=pdf_name("/Link"), A=script(None)), "pone una nota"),
    "another title": (another_title, "cambian los datos del documento (Title)"),
    "other metadata": (other_metadata, "cambian los metadatos XMP"),
    "an unsigned field out of sight": (an_unsigned_field_that_nobody_sees, "un campo nuevo, Otro, que no lleva sello"),
    "a field to fill in": (a_text_field, "un campo nuevo, Nota, que no lleva sello"),
    "XFA": (in_form("/XFA", lambda writer: text("<xdp/>")), "lleva un formulario XFA"),
    "the vendor's stamp redrawn": (the_vendors_stamp_redrawn, "cambia el campo FirmaContratista, que ya estaba"),
    "a word for a signature": (a_word_in_the_supervisors_field, "llena el campo FirmaSupervisor con algo que no es"),
    "a field over the page": (a_larger_supervisors_field, "cambia el campo FirmaSupervisor más de lo que hace"),
    "another content of a page": (another_content_of_a_page, "reemplaza un objeto de lo firmado"),
    "a page turned": (in_page("/Rotate", lambda writer: generic.NumberObject(180)), "cambia una página"),
    "a page cut": (in_page("/CropBox", lambda writer: box(0, 0, 100, 100)), "cambia una página"),
    "a script of a page": (in_page("/AA", lambda writer: dictionary(O=script(writer))), "cambia una página"),
    "another font": (another_font, "reemplaza una fuente"),
    "another attachment": (another_attachment, "reemplaza un adjunto"),
    "another tag": (tags_that_say_another_thing, "reemplaza las etiquetas"),
    "a script on opening": (in_catalog("/OpenAction", script), "cambian lo que se ejecuta al abrirlo"),
    "scripts": (in_catalog("/AA", lambda writer: dictionary(WC=script(writer))), "cambian acciones que se ejecutan"),
    "layers": (in_catalog("/OCProperties", lambda writer: dictionary(OCGs=array())), "cambian capas"),
    "page labels": (in_catalog("/PageLabels", lambda writer: dictionary(Nums=array())), "los números de página"),
    "another language": (in_catalog("/Lang", lambda writer: text("en")), "cambian el idioma"),
    "no bookmarks": (in_catalog("/Outlines", lambda writer: dictionary()), "cambian los marcadores"),
    "named destinations": (in_catalog("/Dests", lambda writer: dictionary()), "los destinos de los enlaces"),
    "other names": (in_catalog("/Names", lambda writer: dictionary()), "los nombres de adjuntos"),
    "no tags": (in_catalog("/MarkInfo", lambda writer: dictionary()), "cambian las etiquetas"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused_by_its_name_is(what: str) -> None:
    add, says = REFUSED[what]
    assert says in (change(added_to(issued_file(MANAGEMENT), add)) or "")


def test_more_revisions_than_anybody_makes_are_not_looked_at_one_by_one() -> None:
    content = issued_file(MANAGEMENT)
    before = int(content.rsplit(b"startxref", 1)[1].split()[0])
    with_nothing = b"%d 0 R\n" % PdfFileReader(BytesIO(content)).root_ref.idnum
    for _ in range(150):
        here = len(content)
        content += b"xref\n0 0\ntrailer\n<< /Size 9999 /Prev %d /Root %s>>\n" % (before, with_nothing)
        content += b"startxref\n%d\n%%%%EOF\n" % here
        before = here
    assert "más adiciones que las que nadie hace" in (change(content) or "")


def test_what_was_undone_again_was_done() -> None:
    once = added_to(issued_file(MANAGEMENT), in_catalog("/Lang", lambda writer: text("en")))
    again = added_to(once, in_catalog("/Lang", lambda writer: text("es-CO")))
    assert "el idioma" in (change(again) or "")


def test_the_supervisors_signature_and_what_is_written_twice_alike_are_let() -> None:
    def alike(writer: Writer) -> None:
        writer.update_root()
        writer.mark_update(writer.find_page_for_modification(0)[0])

    content = countersign(added_to(issued_file(MANAGEMENT), alike), authority_and_key()[0])
    assert change(content) is None
    signer = supervisors(signatures(content))
    assert signer is not None
    assert signer.changed_since is None


def test_what_comes_after_the_supervisor_is_told_of_him_too() -> None:
    def redrawn(writer: Writer) -> None:
        field = field_of(writer, "FirmaSupervisor")
        field[pdf_name("/AP")] = dictionary(N=writer.add_object(drawing(b"0 0 1 1 re f")))
        writer.update_container(field)

    content = added_to(countersign(issued_file(MANAGEMENT), authority_and_key()[0]), redrawn)
    signer = supervisors(signatures(content))
    assert signer is not None
    assert "que ya estaba firmado" in (signer.changed_since or "")


OVER_THE_PAGE = (0, 0, 600, 800)


def a_signature_over_the_page(name: str) -> Add:
    """What a field of its own shows of a signature that the file has, and of which nothing is wrong."""

    def add(writer: Writer) -> None:
        field = dictionary(Type=pdf_name("/Annot"), Subtype=pdf_name("/Widget"), FT=pdf_name("/Sig"), T=text(name))
        field[pdf_name("/Rect")] = box(*OVER_THE_PAGE)
        field[pdf_name("/V")] = field_of(writer, "FirmaContratista").raw_get("/V")
        field[pdf_name("/AP")] = dictionary(N=writer.add_object(drawing(b"1 g 0 0 300 300 re f")))
        form, made = writer.root["/AcroForm"], writer.add_object(field)
        form["/Fields"].append(generic.IndirectObject(made.idnum, 0, writer))
        writer.update_container(form["/Fields"])
        writer.update_container(form)
        writer.register_annotation(writer.find_page_for_modification(0)[0], made)

    return add


@pytest.mark.parametrize("name", ["FirmaSupervisor", "FirmaContratista", "Otra"])
def test_a_signature_in_a_field_of_its_own_is_refused_whatever_its_name(name: str) -> None:
    added = added_to(issued_file(MANAGEMENT), a_signature_over_the_page(name))
    assert f"un campo nuevo, {name}," in (change(added) or "")


def test_a_countersignature_with_another_signature_beside_it_does_not_count() -> None:
    place = SigFieldSpec("Otra", on_page=0, box=OVER_THE_PAGE)
    added = countersign(issued_file(MANAGEMENT), authority_and_key()[0], new_field=place)
    with pytest.raises(NotCountersigned, match="cambia más que la firma: un campo nuevo, Otra"):
        countersignature(countersign(added, authority_and_key()[0]))


def test_a_countersigned_file_with_something_after_its_end_does_not_count() -> None:
    with pytest.raises(NotCountersigned, match="hay datos después de su final"):
        countersignature(countersign(issued_file(MANAGEMENT), authority_and_key()[0]) + b"otro documento")


def test_of_a_signature_that_covers_no_revision_it_is_said_in_spanish_that_nobody_knows_what_changed() -> None:
    assert change(issued_file(MANAGEMENT).replace(b"/ByteRange [0 ", b"/ByteRange [1 ", 1)) == "no se sabe qué"


def test_the_vendor_does_not_sign_in_the_supervisors_place() -> None:
    authority, _ = authority_and_key()
    by = authority.issue("SMART TMT S.A.S.")
    [printed] = [each.content for each in proving_documents() if each.kind == MANAGEMENT]
    content = countersign(sign(printed, load_signing_key(by, PASSPHRASE)), authority, by)
    with pytest.raises(NotCountersigned, match="lo firmó el contratista"):
        countersignature(content)
    [told] = [each for each in verify({"informe.pdf": content}).checks if each.check == "signature.supervisor"]
    assert (told.passed, "firmó el contratista" in told.detail) == (False, True)


def test_a_countersigned_file_that_unpacks_to_more_than_is_read_does_not_count() -> None:
    """Whoever has an issued file can add to it, and what comes back is read by a server."""
    packed = zlib.compress(bytes(70_000_000))
    content = issued_file(MANAGEMENT) + b"\n9999 0 obj\n<< /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream"
    with pytest.raises(NotCountersigned, match="demasiado grandes"):
        countersignature(content)


def test_a_delivery_that_was_countersigned_in_all_is_good() -> None:
    authority, _ = authority_and_key()
    roots = roots_of(authority.certificate.public_bytes(Encoding.PEM))
    files = {
        name: countersign(content, authority) if content.startswith(b"%PDF-") else content
        for name, content in issued().items()
    }
    assert sum(content != files[name] for name, content in issued().items()) >= 2
    assert verify(files, roots).status == 0
