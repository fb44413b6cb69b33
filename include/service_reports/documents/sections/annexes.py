"""The documents that travel together: one numbering for reports, acts and e-mail, one source of codes."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from service_reports.contracts.model import DOCUMENT_KINDS, Contract
from service_reports.documents.engine import style, tables
from service_reports.documents.engine.story import Story, bullet
from service_reports.documents.engine.tables import Cell, CellSetter, Column
from service_reports.documents.sections.masking import act_name, printed_request
from service_reports.documents.sections.report_frame import ReportFrame, document_codes
from service_reports.figures.chapters.hour_bank import charge_of
from service_reports.figures.deliveries import Delivery, deliveries
from service_reports.figures.figure import Figure
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Quoted

MAIN_DOCUMENT = "Documento principal"
LONGEST_NAME = 60
LONGEST_TITLE = 90
NAMELESS = "Control_de_cambio"
TABLE_SIZE = 8.0
CODE_WIDTH = style.span(9)
"""How wide a code is set under the delivery it belongs to, after its label."""


@dataclass(frozen=True)
class ListedDocument:
    """A document of the delivery: its place, counted from 1, its Spanish title and its code."""

    position: int
    kind: str
    title: str
    code: str
    delivery: Delivery | None = None

    @property
    def label(self) -> str:
        """How the reports and the e-mail number it."""
        return annex_label(self.position)


def annex_label(position: int) -> str:
    """The printed number of the document at a position: the first is the main one, the others are annexes.

    >>> annex_label(1), annex_label(2)
    ('Documento principal', 'Anexo 1')
    """
    return MAIN_DOCUMENT if position == 1 else f"Anexo {position - 1}"


def listed_documents(contract: Contract, figures: PeriodFigures) -> tuple[ListedDocument, ...]:
    """Every document of one report, in the order in which they are rendered, registered and attached.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    report = contract.report(figures.report_number)
    single = document_codes(contract, figures)
    made = deliveries(figures)
    names = file_names(act_name(contract, each) or "" for each in made)
    entries: list[tuple[str, str, str, Delivery | None]] = []
    for kind in contract.document_kinds:
        if kind in single:
            entries.append((kind, DOCUMENT_KINDS[kind].title, single[kind], None))
            continue
        for delivery, name in zip(made, names, strict=True):
            code = contract.document_code(kind, report, figures.version, name)
            entries.append((kind, delivery_title(kind, contract, delivery), code, delivery))
    return tuple(ListedDocument(position, *entry) for position, entry in enumerate(entries, start=1))


def delivery_title(kind: str, contract: Contract, delivery: Delivery) -> str:
    """The title of a delivery's document: its number in the report and, shortened, what the delivery is called by."""
    numbered = f"{DOCUMENT_KINDS[kind].title} No. {delivery.position}"
    name = act_name(contract, delivery)
    return f"{numbered}: {textwrap.shorten(name, LONGEST_TITLE, placeholder=' …')}" if name else numbered


def file_names(texts: Iterable[str]) -> list[str]:
    """An ASCII name for each text, no two alike even where letter case does not count.

    >>> file_names(["Sobretasa año 1", "SOBRETASA AÑO 1"])
    ['Sobretasa_ano_1', 'SOBRETASA_ANO_1_2']
    """
    names: list[str] = []
    taken: set[str] = set()
    for text in texts:
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        words = re.sub(r"[^A-Za-z0-9]+", " ", plain)
        name = stem = "_".join(textwrap.wrap(words, LONGEST_NAME)[:1] or [NAMELESS]).replace(" ", "_")
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def write_acts(story: Story, frame: ReportFrame) -> None:
    """What was delivered in the period, each delivery with its annexed act, or that nothing was."""
    listed = listed_documents(frame.contract, frame.figures)
    acts = [(document, document.delivery) for document in listed if document.delivery is not None]
    made = [delivery for _, delivery in acts]
    story.paragraphs(frame.shared.paragraphs("annexes", "deliveries", deliveries=made))
    for document, delivery in acts:
        request = printed_request(frame.contract, delivery)
        code = tables.declared_code(document.code, CODE_WIDTH, style.REGULAR, style.BULLET.fontSize)
        words = {"document": document, "delivery": delivery, "request": request, "code": code}
        words["hours"] = hours_of(frame.figures, delivery)
        story.add(bullet(frame.shared.sentence("annexes", "delivery", **words)))


def hours_of(figures: PeriodFigures, delivery: Delivery) -> Figure:
    """The hours of a delivery: those of the entry of the bank that was delivered.

    Raises:
        MissingFigure: the figures list no such entry.
    """
    entries = figures.hour_bank.entries if figures.hour_bank else ()
    return figures.needed("hour_bank.estimated", **charge_of(delivery, entries))


def write_annexes(story: Story, frame: ReportFrame) -> None:
    """The section that lists every document of the delivery with its number, title and code."""
    listed = listed_documents(frame.contract, frame.figures)
    made = [document.delivery for document in listed if document.delivery is not None]
    story.section("Documentos de la Entrega")
    story.paragraphs(frame.shared.paragraphs("annexes", "lead_in", documents=listed))
    columns = [Column("Anexo", 92), Column("Documento", 162)]
    columns.append(Column("Código", story.width - sum(column.width for column in columns)))
    setter = CellSetter(TABLE_SIZE)
    room = columns[-1].width - 2 * tables.PADDING
    rows: list[list[Cell]] = [
        [
            es_co.declaring(document.label),
            document.title if document.delivery is None else Quoted(document.title),
            setter.paragraph(tables.declared_code(document.code, room, style.REGULAR, TABLE_SIZE)),
        ]
        for document in listed
    ]
    source = frame.shared.paragraphs("annexes", "source")
    story.table("Documentos de la entrega", tables.ruled_table(columns, rows, size=TABLE_SIZE), source)
    story.paragraphs(frame.shared.paragraphs("annexes", "acts", deliveries=made))
