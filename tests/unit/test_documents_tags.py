"""A printed value names what it says, a quotation is one, and a page reads in order: read from the file's structure."""

from datetime import date
from io import BytesIO

import pikepdf
import pytest
from markupsafe import Markup
from reportlab.platypus import Spacer

from service_reports.documents.engine import prose, style, tables
from service_reports.documents.engine.marks import label_of, markup_of, plain_text, said, shown_markup
from service_reports.documents.engine.page import PageFurniture, print_pdf
from service_reports.documents.engine.story import Story
from service_reports.documents.engine.tables import Column
from service_reports.documents.proof.reading import read
from service_reports.wording.shown import Composed, Quoted, Shown

FIGURE = 'usage.day/2026-01-05/Object Storage – Transferencia (zona "2") / 10K & <más>' + "á" * 150
FURNITURE = PageFurniture(
    contractor="C",
    title="T",
    code="X",
    version="Versión 1",
    certification_mark=None,
    subject="S",
    metadata_title="M",
    dated=date(2026, 2, 23),
)


def printed(story):
    return print_pdf(FURNITURE, story.flowables)


class Tree:
    """The structure of a file in its order, with the marked content of every element counted on its page."""

    def __init__(self, content):
        self.pdf = pikepdf.open(BytesIO(content))
        self.root = self.pdf.Root.StructTreeRoot.K[0]

    def elements(self, kind=None, under=None):
        waiting = [self.root if under is None else under]
        while waiting:
            element = waiting.pop()
            if kind is None or f"/{kind}" == element.S:
                yield element
            waiting += reversed(children(element))

    def says(self, element):
        """What an element names as the value it shows."""
        for attribute in element.get("/A", []):
            if attribute.O == "/UserProperties":
                [value] = attribute.P
                return str(value.N), str(value.V)
        return None

    def said(self):
        return [(str(each.S)[1:], *self.says(each)) for each in self.elements() if self.says(each)]


def children(element):
    kids = element.get("/K", [])
    return [
        kid
        for kid in (kids if isinstance(kids, pikepdf.Array) else [kids])
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem"
    ]


def kinds(element):
    return [str(child.S)[1:] for child in children(element)]


def test_a_cell_that_is_one_value_says_it_itself_on_a_line_or_wrapped():
    story = Story()
    columns = [Column("Recurso", 60), Column("Valor", 60, "RIGHT")]
    rows = [
        [Quoted("uno"), Shown("1,5", "figure", FIGURE)],
        ["dos", Shown("un valor que no cabe en una línea", "declared")],
        [Composed(Shown("06/01/2026", "date", "2026-01-06"), " *"), "tres"],
        [Shown("05/01/2026", "date", "2026-01-05"), Markup(f"hay {shown_markup(Shown('72', 'figure', 'a/b'))} más")],
    ]
    story.table("Una tabla", tables.ruled_table(columns, rows))
    assert Tree(printed(story)).said() == [
        ("Span", "declared", "true"),  # the number of the table
        ("TD", "figure", FIGURE),
        ("TD", "declared", "true"),
        ("Span", "date", "2026-01-06"),
        ("TH", "date", "2026-01-05"),
        ("Span", "figure", "a/b"),
    ]


def test_grouped_tables_and_facts_say_their_values_too():
    story = Story()
    columns = [Column("Fecha", 60), Column("A", 60, "RIGHT"), Column("B", 60, "RIGHT")]
    row = [Shown("05/01/2026", "date", "2026-01-05"), Shown("1", "figure", "x"), Shown("2", "figure", "y")]
    story.add(tables.grouped_table(columns, ["", "G", "G"], ["", "u", "u"], [row], row, 8))
    story.add(tables.facts_table([("Informe", Shown("01", "declared"), "Fecha", row[0])], story.width))
    tree = Tree(printed(story))
    assert [name for _, _, name in tree.said()] == ["2026-01-05", "x", "y"] * 2 + ["true", "2026-01-05"]
    first, second = tree.elements("Table")
    assert [kinds(each) for each in children(first)] == [
        ["TH", "TH"],
        ["TH", "TH"],
        ["TH", "TH"],
        ["TH", "TD", "TD"],
        ["TH", "TD", "TD"],
    ]
    assert [kinds(each) for each in children(second)] == [["TH", "TD", "TH", "TD"]]


def test_a_value_in_a_sentence_is_a_span_and_a_constant_of_a_template_too():
    environment = prose._marking_environment.__wrapped__()
    environment.filters["declared"] = lambda text: Shown(text, "declared")
    template = environment.from_string("{{ a }} de {{ '95'|declared }}, {{ q }}; {{ [a, q]|listed }}")
    markup = template.render(a=Shown("1.093,53", "figure", FIGURE), q=Quoted("<lo dicho> & más"))
    assert plain_text(Markup(markup)) == "1.093,53 de 95, <lo dicho> & más; 1.093,53 y <lo dicho> & más"
    story = Story()
    story.paragraphs([" ".join(markup.split())])
    tree = Tree(printed(story))
    assert tree.said() == [("Span", "figure", FIGURE), ("Span", "declared", "true"), ("Span", "figure", FIGURE)]
    assert kinds(next(tree.elements("P"))) == ["Span", "Span", "Quote", "Span", "Quote"]


@pytest.mark.parametrize("text", ["", " ", "a", "1 & <2>"])
def test_a_value_as_markup_reads_as_its_text(text):
    assert plain_text(Markup(markup_of(Shown(text, "figure", FIGURE)))) == text


def test_a_label_is_one_word_and_says_the_name_again():
    label = label_of(Shown("1", "figure", FIGURE))
    assert label.isascii()
    assert not set(label) & set(' "<>&')
    assert said(label) == ("figure", FIGURE)


def test_what_goes_on_overleaf_is_one_element():
    story = Story()
    story.add(Spacer(0, style.PAGE_HEIGHT - 40))
    long = " ".join(["palabra"] * 300)
    value = Shown(" ".join(["valor"] * 40), "figure", "largo")
    story.paragraphs([markup_of(Quoted(long)), f"{escape_words(200)} {shown_markup(value)} {escape_words(300)}"])
    tree = Tree(printed(story))
    assert [len({int(pg) for pg in pages_of(tree, each)}) for each in tree.elements("Quote")] == [2]
    assert [kinds(each) for each in tree.elements("P")] == [["Quote"], ["Span"]]


@pytest.mark.parametrize("name", ["x" * 90, "un nombre " * 20])
def test_a_quotation_in_a_link_is_one_on_all_its_lines(name):
    story = Story()
    story.section("Lo primero")
    story.in_detail(Composed("Valores diarios de ", Quoted(name)), lambda: story.paragraphs(["Uno."]))
    story.write_detail("Detalle", ["Todo."])
    [pointer] = [block for block in read(printed(story)).blocks if block.text.startswith("Detalle:")]
    assert [run.text for run in pointer.runs if run.says == "quotation"] == [name.strip()]


def escape_words(count):
    return " ".join(["texto"] * count)


def pages_of(tree, element):
    numbers = {page.obj.objgen: index for index, page in enumerate(tree.pdf.pages)}
    for kid in element.K:
        if isinstance(kid, int):
            yield numbers[element.Pg.objgen]
        elif kid.get("/Type") == "/MCR":
            yield numbers[kid.Pg.objgen]


def test_a_table_over_pages_is_one_table_with_one_head_and_a_split_row_is_one_row():
    story = Story()
    columns = [Column("Nombre", 80), Column("Texto", 200)]
    rows = [[f"fila {number}", "corto"] for number in range(60)]
    rows.insert(30, ["larga", Quoted(" ".join(["palabra"] * 2600))])
    story.table("Una tabla", tables.ruled_table(columns, rows))
    story.bullets(["uno", "dos"])
    tree = Tree(printed(story))
    [table] = tree.elements("Table")
    assert kinds(table) == ["Caption", *["TR"] * 62]
    assert len(list(tree.elements("TH"))) == 2 + 61
    assert len(tree.pdf.pages) > 4
    assert [len(children(each)) for each in tree.elements("L")] == [2]


@pytest.mark.parametrize("words", [*range(420, 740, 40), 3000])
def test_no_length_of_a_fact_stops_the_layout(words):
    story = Story()
    text = Quoted(" ".join(["OBJETO"] * words))
    rows = [("Informe", Shown("01", "declared"), "Fecha", "hoy"), ("Objeto", text), ("Otra", text), ("Fin", "fin")]
    story.add(tables.facts_table(rows, story.width))
    story.contents()
    story.section("Una sección")
    tree = Tree(printed(story))
    [table] = tree.elements("Table")
    assert kinds(table) == ["TR"] * 4
    assert [kinds(row) for row in children(table)[1:]] == [["TH", "TD"]] * 3


def test_equal_stories_give_equal_bytes():
    def content():
        story = Story()
        story.section("Una sección")
        story.paragraphs([shown_markup(Shown("1", "figure", "a")), 'Véase la <a href="#place1">sección</a>.'])
        return printed(story)

    assert content() == content()
