"""What a report says to who copies or hears it is what it shows, and its charts say the figures that they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from service_reports.audit.carried import open_report
from service_reports.audit.printed import told_by_charts, unsaid, unseen
from service_reports.audit.verification import verify
from service_reports.documents.signature_fields import VENDOR_FIELD
from tests.proving_sample import issued_file
from tests.unit.test_audit_verify import printed

MANAGEMENT, TECHNICAL = "management_report", "technical_report"
TOTAL = "tickets.support.total"


def rewritten(change: Callable[[Pdf], None]) -> bytes:
    with pikepdf.open(BytesIO(printed(MANAGEMENT))) as pdf:
        change(pdf)
        changed = BytesIO()
        pdf.save(changed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return changed.getvalue()


def before_the_first_page(instructions: bytes) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(instructions + b"\n" + page.Contents.read_bytes())

    return change


def element(pdf: Pdf, kind: str, names: str = "") -> Dictionary:
    """The first element of a kind, that names a figure."""
    for each in pdf.objects:
        if not isinstance(each, Dictionary) or each.get(Name.S) != Name(kind):
            continue
        if names in str(each.to_json(dereference=True, schema_version=2)):
            return each
    raise LookupError(kind)


def naming(name: str) -> Dictionary:
    entry = Dictionary(N=String("figure"), V=String(name))
    return Dictionary(O=Name.UserProperties, P=Array([entry]))


def chart(alternative: str, name: str) -> bytes:
    def change(pdf: Pdf) -> None:
        figure = element(pdf, "/Figure")
        figure.A = naming(name)
        figure.Alt = String(alternative)

    return rewritten(change)


def test_a_number_that_is_drawn_and_read_aloud_otherwise_is_told() -> None:
    def change(pdf: Pdf) -> None:
        element(pdf, "/Span", TOTAL).ActualText = String("73")

    assert "dice «73» donde está dibujado «72»" in "; ".join(unseen(rewritten(change)))


@pytest.mark.parametrize("instructions", [b"3 Tr", b"1 0 0 1 0 5000 cm"])
def test_a_text_that_nobody_sees_is_told(instructions: bytes) -> None:
    assert "está en el texto y no se ve" in "; ".join(unseen(rewritten(before_the_first_page(instructions))))


def over_the_first_table(instructions: bytes) -> Callable[[Pdf], None]:
    """Something that is painted after all else on the second page with text."""

    def change(pdf: Pdf) -> None:
        page = pdf.pages[1]
        page.Contents = pdf.make_stream(b"q " + page.Contents.read_bytes() + b" Q " + instructions)

    return change


def in_a_drawing(pdf: Pdf) -> None:
    """A page that is a drawing with no extent."""
    page = pdf.pages[1]
    drawing = pdf.make_stream(page.Contents.read_bytes())
    drawing.Type, drawing.Subtype, drawing.BBox = Name.XObject, Name.Form, Array([0, 0, 1, 1])
    drawing.Resources = page.obj.Resources
    page.obj.Resources = Dictionary(XObject=Dictionary(All=drawing))
    page.Contents = pdf.make_stream(b"/All Do")


def a_picture(pdf: Pdf) -> None:
    picture = pdf.make_stream(b"\xff")
    picture.Type, picture.Subtype, picture.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    picture.Width, picture.Height, picture.BitsPerComponent = 1, 1, 8
    page = pdf.pages[1]
    page.obj.Resources = Dictionary(page.obj.Resources)
    page.obj.Resources.XObject = Dictionary({"/Over": picture})
    over_the_first_table(b"q 500 0 0 600 50 60 cm /Over Do Q")(pdf)


def a_field(pdf: Pdf) -> None:
    """The vendor's, whose stamp is drawn in it: over all of its page."""
    [field] = [each for each in pdf.Root.AcroForm.Fields if each.T == VENDOR_FIELD]
    field.Rect = Array([50, 60, 550, 660])


def transparent(pdf: Pdf) -> None:
    page = pdf.pages[1]
    page.obj.Resources = Dictionary(page.obj.Resources)
    page.obj.Resources.ExtGState = Dictionary({"/None": Dictionary(ca=0)})
    page.Contents = pdf.make_stream(b"/None gs " + page.Contents.read_bytes())


def in_the_colour_of_paper(pdf: Pdf) -> None:
    page = pdf.pages[1]
    page.Contents = pdf.make_stream(re.sub(rb"\S+ \S+ \S+ rg", b"1 1 1 rg", page.Contents.read_bytes()))


def tiny(pdf: Pdf) -> None:
    page = pdf.pages[1]
    page.Contents = pdf.make_stream(re.sub(rb"(/F\S+) \S+ Tf", rb"\1 .5 Tf", page.Contents.read_bytes()))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (over_the_first_table(b"1 g 50 60 500 600 re f"), "algo está pintado encima de «"),
        (over_the_first_table(b"1 g 50 60 m 550 60 l 550 660 l 50 660 l f"), "algo está pintado encima de «"),
        (over_the_first_table(b"1 G 600 w 50 360 m 550 360 l S"), "algo está pintado encima de «"),
        (a_picture, "algo está pintado encima de «"),
        (a_field, "algo está pintado encima de «"),
        (in_a_drawing, "está cortado"),
        (transparent, "es transparente"),
        (in_the_colour_of_paper, "es del color del papel"),
        (tiny, "es tan pequeño que no se lee"),
    ],
    ids=["a box", "a shape", "a line", "a picture", "a field", "cut off", "transparent", "white", "tiny"],
)
def test_a_text_that_is_there_and_hidden_is_told(change: Callable[[Pdf], None], says: str) -> None:
    assert says in "; ".join(unseen(rewritten(change)))


@pytest.mark.parametrize(
    ("kind", "key"),
    [(kind, key) for kind in ("TD", "P", "Table") for key in ("ActualText", "Alt", "E")] + [("Figure", "ActualText")],
)
def test_what_is_read_aloud_in_the_place_of_a_block_is_told(kind: str, key: str) -> None:
    def change(pdf: Pdf) -> None:
        element(pdf, f"/{kind}")[f"/{key}"] = String("noventa y nueve")

    assert "dice «noventa y nueve» en lugar de lo que está escrito" in "; ".join(unseen(rewritten(change)))


def test_a_text_that_no_tag_says_is_told() -> None:
    """Nor is what calls itself furniture, and stands where the text does."""
    shown = b"BT /F1 9 Tf 99 99 Td (999 solicitudes) Tj ET"
    for instructions in (shown, b"/Artifact BMC " + shown + b" EMC"):
        content = rewritten(before_the_first_page(instructions))
        assert "«999 solicitudes» está en la página y no en las etiquetas" in "; ".join(unsaid(content))


def test_what_a_chart_says_is_of_the_figures_that_it_names() -> None:
    figures = open_report("informe.pdf", issued_file(MANAGEMENT)).figures
    assert list(told_by_charts(chart("Barra de solicitudes: 72.", TOTAL), figures)) == []
    [wrong] = told_by_charts(chart("Barra de solicitudes: 73.", TOTAL), figures)
    assert "una gráfica dice «73», que no es de las cifras que nombra" in wrong
    [unknown] = told_by_charts(chart("Barra de solicitudes: 72.", "tickets.support.totals"), figures)
    assert "nombra tickets.support.totals, que no está entre las cifras" in unknown


def test_what_a_chart_of_many_values_says_with_decimals_is_of_some_figure() -> None:
    figures = open_report("informe.pdf", issued_file(TECHNICAL)).figures

    def told(number: str) -> list[str]:
        with pikepdf.open(BytesIO(printed(TECHNICAL))) as pdf:
            for each in pdf.objects:
                if isinstance(each, Dictionary) and "119,00" in str(each.get(Name.Alt)):
                    each.Alt = String(str(each.Alt).replace("119,00", number))
            changed = BytesIO()
            pdf.save(changed)
        return list(told_by_charts(changed.getvalue(), figures))

    assert told("119,00") == []
    [wrong] = told("911,05")
    assert "una gráfica dice «911,05», que no es de ninguna cifra" in wrong


def test_what_is_issued_shows_what_it_says() -> None:
    for kind in (MANAGEMENT, "technical_report"):
        assert [*unseen(issued_file(kind)), *unsaid(issued_file(kind))] == []


def test_drawings_that_use_each_other_without_end_are_not_followed() -> None:
    def change(pdf: Pdf) -> None:
        last = pdf.make_stream(b"BT ET " * 2_000)
        last.Type, last.Subtype = Name.XObject, Name.Form
        for _ in range(6):
            again = pdf.make_stream(b"/Again Do " * 30)
            again.Type, again.Subtype = Name.XObject, Name.Form
            again.Resources = Dictionary(XObject=Dictionary(Again=last))
            last = again
        page = pdf.pages[0]
        page.Resources.XObject = Dictionary(Again=last)
        page.Contents = pdf.make_stream(b"/Again Do")

    checks = verify({"informe.pdf": rewritten(change)}).checks
    [told] = [each.detail for each in checks if each.check == "printed"]
    assert told == "sus páginas piden más de lo que se puede leer"
