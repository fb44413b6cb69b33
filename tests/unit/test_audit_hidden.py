"""What runs, hides or covers in a report, or waits in it, is refused by its name, though the right key signed it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import font_roboto
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from service_reports.audit.carried import NotOurs, open_report
from service_reports.audit.fonts import misdrawn
from service_reports.audit.hidden import hidden, misplaced
from service_reports.audit.verification import verify
from tests.proving_sample import issued, issued_file
from tests.unit.test_audit_revisions import added_to
from tests.unit.test_audit_verify import printed

MANAGEMENT = "management_report"
Change = Callable[[Pdf], None]


def rewritten(change: Change) -> bytes:
    with pikepdf.open(BytesIO(printed(MANAGEMENT))) as pdf:
        change(pdf)
        changed = BytesIO()
        pdf.save(changed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return changed.getvalue()


def in_catalog(key: str, value: object) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.Root[key] = value

    return change


def on_page(kind: str, **entries: object) -> Change:
    def change(pdf: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array([0, 0, 300, 300]), **entries)
        pdf.pages[0].obj.Annots = Array([*pdf.pages[0].obj.get("/Annots", Array()), pdf.make_indirect(note)])

    return change


def of_page(key: str, value: object) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].obj[key] = value

    return change


def a_bookmark_elsewhere(pdf: Pdf) -> None:
    del pdf.Root.Outlines.First.Dest
    pdf.Root.Outlines.First.A = Dictionary(S=Name.GoTo, D=String("otra"))


def a_hidden_layer(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Otra")))
    pdf.pages[0].obj.Resources.Properties = Dictionary(Otra=layer)


def a_third_field(pdf: Pdf) -> None:
    on_page("/Widget", FT=Name.Sig, T=String("Otra"))(pdf)


def fonts(pdf: Pdf) -> list[Dictionary]:
    return [each for each in pdf.objects if isinstance(each, Dictionary) and each.get("/Type") == Name.Font]


def another_text_of_a_font(pdf: Pdf) -> None:
    told = fonts(pdf)[0].ToUnicode
    told.write(told.read_bytes().replace(b"<33> <0033>", b"<33> <0038>").replace(b"<38> <0038>", b"<38> <0033>"))


def another_outline_in_a_font(pdf: Pdf) -> None:
    """A 3 and an 8 change places in the table of codes, which is of two bytes a code from the first on."""
    program = fonts(pdf)[0].FontDescriptor.FontFile2
    data = bytearray(program.read_bytes())
    entry = data.index(b"cmap", 12)
    table = int.from_bytes(data[entry + 8 : entry + 12]) + 12 + 10
    three, eight = table + 2 * ord("3"), table + 2 * ord("8")
    data[three : three + 2], data[eight : eight + 2] = data[eight : eight + 2], data[three : three + 2]
    program.write(bytes(data))


def a_font_without_its_type(pdf: Pdf) -> None:
    another_outline_in_a_font(pdf)
    del fonts(pdf)[0].Type


def a_font_that_is_no_object_of_its_own(pdf: Pdf) -> None:
    another_outline_in_a_font(pdf)
    changed = Dictionary(fonts(pdf)[0])
    del fonts(pdf)[0].Type
    pdf.pages[0].obj.Resources = Dictionary(Font=Dictionary(F9=changed))


def a_font_of_a_state(pdf: Pdf) -> None:
    another_outline_in_a_font(pdf)
    font = fonts(pdf)[0]
    del font.Type
    pdf.pages[0].obj.Resources = Dictionary(ExtGState=Dictionary(G9=Dictionary(Font=Array([font, 9]))))


def a_font_of_the_readers(pdf: Pdf) -> None:
    fonts(pdf)[0].BaseFont = Name.Helvetica
    del fonts(pdf)[0].FontDescriptor


SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
HIDDEN: dict[str, tuple[Change, str]] = {
    "a script on opening": (in_catalog("/OpenAction", SCRIPT), "lleva un programa (JavaScript)"),
    "a script of the file": (in_catalog("/Names", Dictionary(JavaScript=Dictionary())), "un programa (JavaScript)"),
    "a script of a page": (of_page("/AA", Dictionary(O=SCRIPT)), "acciones que se ejecutan solas"),
    "a program to open": (
        on_page("/Link", A=Dictionary(S=Name.Launch, F=String("a"))),
        "una acción que abre un programa",
    ),
    "a link to elsewhere": (on_page("/Link", A=Dictionary(S=Name.URI, URI=String("https://a"))), "un enlace a otra"),
    "layers": (in_catalog("/OCProperties", Dictionary(OCGs=Array())), "lleva capas que se ocultan"),
    "a layer of a page": (a_hidden_layer, "una capa que se oculta"),
    "a square over the text": (on_page("/Square"), "página 1: lleva encima una nota u otra cosa (Square)"),
    "a link that is drawn": (
        on_page("/Link", AP=Dictionary(N=Dictionary()), Border=Array([0, 0, 0])),
        "lleva encima una nota u otra cosa (Link)",
    ),
    "a link with a border": (on_page("/Link", Border=Array([0, 0, 300])), "lleva encima una nota u otra cosa (Link)"),
    "a field of another kind": (on_page("/Widget", FT=Name.Tx), "lleva encima una nota u otra cosa (Widget)"),
    "a third field to sign": (a_third_field, "lleva otros campos de firma (Otra)"),
    "XFA": (lambda pdf: pdf.Root.AcroForm.__setitem__("/XFA", String("a")), "un formulario XFA"),
    "a page cut": (of_page("/CropBox", Array([0, 0, 100, 100])), "página 1: lleva CropBox"),
    "a page turned": (of_page("/Rotate", 180), "página 1: está girada"),
    "page labels": (in_catalog("/PageLabels", Dictionary(Nums=Array())), "lleva los números de página"),
    "named destinations": (in_catalog("/Dests", Dictionary()), "lleva los destinos de los enlaces"),
    "another language": (in_catalog("/Lang", String("en")), "dice ser de otro idioma"),
    "no tags": (in_catalog("/MarkInfo", Dictionary(Marked=False)), "dice no tener etiquetas"),
    "a reader without menus": (in_catalog("/ViewerPreferences", Dictionary(HideMenubar=True)), "(HideMenubar)"),
    "a font that says another digit": (another_text_of_a_font, "no dibuja lo que el texto dice"),
    "a font that draws another digit": (another_outline_in_a_font, "no dibuja lo que el texto dice"),
    "a font that does not say what it is": (a_font_without_its_type, "no dibuja lo que el texto dice"),
    "an attachment of a tag": (
        lambda pdf: pdf.Root.StructTreeRoot.__setitem__("/AF", Array([pdf.Root.AF[0]])),
        "lleva adjuntos que no están en su lista",
    ),
    "a font within a page": (a_font_that_is_no_object_of_its_own, "no dibuja lo que el texto dice"),
    "a font of a graphics state": (a_font_of_a_state, "no dibuja lo que el texto dice"),
    "a font that is not inside": (a_font_of_the_readers, "no es de las nuestras"),
    "a bookmark that leads elsewhere": (a_bookmark_elsewhere, "no lleva a una página"),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_refused_by_its_name_is(what: str) -> None:
    change, says = HIDDEN[what]
    assert says in "; ".join(hidden(rewritten(change)))


def test_what_is_not_there_yet_is_told() -> None:
    """Whoever adds to the file later defines it, and changes nothing that was signed."""

    def action_to_come(writer: IncrementalPdfFileWriter) -> None:
        writer.root[generic.pdf_name("/OpenAction")] = generic.IndirectObject(99_999, 0, writer)
        writer.update_root()

    assert "nombra objetos que no están" in "; ".join(hidden(added_to(printed(MANAGEMENT), action_to_come)))


def test_what_is_packed_may_look_like_an_object_that_is_not_there() -> None:
    """Of so many files as a year brings, some hold these bytes by chance."""

    def looking_like_it(pdf: Pdf) -> None:
        pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes() + b"<!-- 99999 0 R -->")

    content = rewritten(looking_like_it)
    assert b" 99999 0 R " in content
    assert list(hidden(content)) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: b"\n" + issued_file(MANAGEMENT), "hay datos antes de su comienzo"),
        (lambda: issued_file(MANAGEMENT) + b"otro documento", "hay datos después de su final"),
        (lambda: issued_file(MANAGEMENT) + b"/XRefStm 7 %%EOF", "lleva dos tablas de objetos"),
        (lambda: issued_file(MANAGEMENT) + b"/XRef#53tm 7 %%EOF", "lleva dos tablas de objetos"),
    ],
)
def test_what_lies_beside_the_document_is_told(content: Callable[[], bytes], says: str) -> None:
    assert says in "; ".join(misplaced(content()))


def test_what_is_issued_hides_nothing() -> None:
    for content in issued().values():
        if content.startswith(b"%PDF-"):
            assert [*hidden(content), *misplaced(content)] == []


def test_the_four_cuts_are_known_with_whatever_they_write() -> None:
    """Those of the package, by ReportLab alone, in as many parts as many characters make."""
    written, texts = BytesIO(), "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x180), 0x2212]))
    canvas = Canvas(written)
    for name in ("Roboto-Regular", "Roboto-Bold", "Roboto-Italic", "Roboto-BoldItalic"):
        pdfmetrics.registerFont(TTFont(name, str(Path(font_roboto.__file__).parent / "files" / f"{name}.ttf")))
        canvas.setFont(name, 9)
        canvas.drawString(9, 9, texts)
    canvas.save()
    with pikepdf.open(written) as pdf:
        assert len(fonts(pdf)) > 8
        wrong = list(misdrawn(pdf))
    assert wrong == ["la fuente sin nombre no dibuja lo que el texto dice, o no es de las nuestras"], "Helvetica"


def test_a_report_with_something_after_its_end_is_refused() -> None:
    verified = verify({"informe.pdf": issued_file(MANAGEMENT) + b"%otro\n"})
    assert "hay datos después de su final" in next(
        each.detail for each in verified.checks if each.check == "hidden" and each.passed is False
    )


# What is too large


def with_content(packed: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    head = b"\n9999 0 obj\n<< /Filter %s /Length %d >>\nstream\n" % (filters, len(packed))
    return issued_file(MANAGEMENT) + head + packed + b"\nendstream\nendobj\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: with_content(zlib.compress(bytes(70_000_000))), "sus páginas son demasiado grandes"),
        (
            lambda: with_content(b"a", b"[/FlateDecode /FlateDecode]"),
            "comprimido de una forma que este programa no lee",
        ),
        (lambda: with_content(b"a", b"/LZWDecode"), "comprimido de una forma que este programa no lee"),
        (
            lambda: with_content(b"a").replace(b"/Filter /FlateDecode /Length 1 >", b"/F#69lter /LZW#44ecode >"),
            "comprimido de una forma que este programa no lee",
        ),
        (lambda: with_content(b"a", b"12 0 R"), "comprimido de una forma que este programa no lee"),
        (lambda: issued_file(MANAGEMENT) + b"stream\n" * 60_000, "lleva más objetos que ningún informe"),
    ],
)
def test_a_file_that_unpacks_to_more_than_can_be_read_is_not_read(content: Callable[[], bytes], says: str) -> None:
    made = content()
    with pytest.raises(NotOurs, match=says):
        open_report("informe.pdf", made)
    verified = verify({"informe.pdf": made})
    assert (verified.status, verified.checks) == (2, ())
    assert says in verified.unreadable[0]
