"""What both reports share: the cover, the table of basic facts, the furniture, the signatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any, Literal
from xml.sax.saxutils import escape

from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from service_reports.contracts.model import DOCUMENT_KINDS, Contract, Picture, ReportPeriod
from service_reports.documents.engine import page, palette, style, tables
from service_reports.documents.engine.marks import markup_of
from service_reports.documents.engine.paragraphs import Paragraph
from service_reports.documents.engine.pictures import TaggedImage
from service_reports.documents.engine.prose import PlainProse, Prose
from service_reports.documents.engine.story import Story
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.documents.sections.readings import reading_values
from service_reports.figures.model import PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.shown import Composed, Quoted

FIRST_VERSION = 1
DETAIL = "Detalle del Periodo"
"""The section of what supports the others item by item."""
LOGO_HEIGHT, SEAL_HEIGHT = 3.5 * style.BASELINE, 4.5 * style.BASELINE

PdfKind = Literal["management_report", "technical_report", "delivery_act"]
OTHER_REPORT: dict[PdfKind, PdfKind] = {
    "management_report": "technical_report",
    "technical_report": "management_report",
}


@dataclass(frozen=True)
class ReportFrame:
    """One report to be printed: contract, figures, calendar entry, and the codes of its documents."""

    kind: PdfKind
    contract: Contract
    figures: PeriodFigures
    report: ReportPeriod
    codes: dict[str, str]
    prose: Prose
    shared: Prose
    plain: Prose
    number: str
    name: str
    """What the document is called among those that travel with it."""

    @property
    def title(self) -> str:
        """The document's Spanish title."""
        return DOCUMENT_KINDS[self.kind].title

    @property
    def heading(self) -> str:
        """The title with its number, as header and metadata print it."""
        return f"{self.title} No. {self.number}"


@dataclass(frozen=True)
class Section:
    """A part of a report: what writes it, and at which place among the others.

    A contract that does not name its ``source`` has none; without a source every report has it.
    """

    place: int
    write: Callable[[Story, ReportFrame], None]
    source: str = ""

    def write_where_named(self, story: Story, frame: ReportFrame) -> None:
        """Write it into the reports that have it."""
        if not self.source or frame.figures.tell_of(self.source):
            self.write(story, frame)


def document_codes(contract: Contract, figures: PeriodFigures) -> dict[str, str]:
    """The codes of this report and version, by kind, of the kinds that have one document."""
    report = contract.report(figures.report_number)
    return {
        kind: contract.document_code(kind, report, figures.version)
        for kind in contract.document_kinds
        if not DOCUMENT_KINDS[kind].of_each_delivery
    }


def open_frame(kind: PdfKind, folder: str, contract: Contract, figures: PeriodFigures) -> ReportFrame:
    """Bind a report's templates to its contract and figures."""
    codes = document_codes(contract, figures)
    report = contract.report(figures.report_number)
    midnight = datetime.combine(figures.period_from, time(0), tzinfo=UTC)
    values = {
        "contract": contract,
        "figures": figures,
        "report": report,
        "codes": codes,
        "first_version": FIRST_VERSION,
        "replaced_version": figures.version - 1,
        "utc_day_start": f"{midnight.astimezone(es_co.BOGOTA):%H:%M}",
        **reading_values(contract, figures),
    }
    prose, shared, plain = Prose(folder, **values), Prose("shared", **values), PlainProse("shared", **values)
    name = DOCUMENT_KINDS[kind].title
    return ReportFrame(
        kind, contract, figures, report, codes, prose, shared, plain, number=figures.report_number, name=name
    )


def write_cover(story: Story, frame: ReportFrame, unit: str) -> None:
    """The masthead and section 1."""
    contract, figures, report = frame.contract, frame.figures, frame.report
    write_masthead(story, frame, unit)
    story.section("Información Básica")
    rows: list[tuple[str, ...]] = [
        ("Informe No.", es_co.declared(figures.report_number), "Fecha", es_co.long_date(figures.report_date)),
        ("Periodo Informe", plain(frame, "period")),
    ]
    if frame.kind == "technical_report":
        rows.append(("Fecha de corte", es_co.long_date(figures.period_to)))
    elif report.instalment:
        rows.append(("Cuota", Quoted(report.instalment)))
    rows += [
        ("Cliente", Quoted(contract.entity.name)),
        ("NIT", es_co.declared(f"{contract.entity.nit}-{contract.entity.nit_check_digit}")),
        ("No. Contrato", Composed(es_co.declared(contract.number), " de ", es_co.declared(str(contract.year)))),
        ("Objeto", Quoted(contract.object)),
        ("Vigencia del Contrato", plain(frame, "validity")),
        ("Productos Activos", Quoted("\n".join(product.name for product in contract.products))),
        ("Código", es_co.declared(frame.codes[frame.kind])),
        ("Versión", plain(frame, "version")),
    ]
    story.add(tables.facts_table(rows, story.width), Spacer(0, 6))


def write_masthead(story: Story, frame: ReportFrame, unit: str) -> None:
    """Logo, company, slogan, unit and title at the left; the seal of certification at the right."""
    contractor, brand = frame.contract.contractor, frame.contract.brand
    left: list[Flowable] = []
    if brand.logo:
        logo = f"Logotipo de {contractor.legal_name}"
        left += [_picture(brand.logo, style.span(4), LOGO_HEIGHT, logo), Spacer(0, style.HALF)]
    left.append(Paragraph(markup_of(Quoted(contractor.legal_name)), style.COVER_COMPANY))
    if contractor.slogan:
        left.append(Paragraph(f"<i>{markup_of(Quoted(contractor.slogan))}</i>", style.COVER_UNIT))
    left += [
        Paragraph(markup_of(Quoted(unit)), style.COVER_UNIT),
        Paragraph(escape(frame.title), style.COVER_TITLE),
    ]
    right: list[Flowable] = []
    if brand.seal:
        seal = f"Sello: {contractor.certification_mark}" if contractor.certification_mark else "Sello de certificación"
        right.append(_picture(brand.seal, style.span(3), SEAL_HEIGHT, seal))
        if contractor.certification_mark:
            right.append(Paragraph(markup_of(Quoted(contractor.certification_mark)), style.SEAL_LINE))
    elif contractor.certification_mark:
        right.append(tables.text_seal(contractor.certification_mark, style.span(2)))
    widths = [style.span(9) + style.GUTTER, style.span(3)]
    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (0, 0), "BOTTOM"),
        ("VALIGN", (1, 0), (1, 0), "TOP"),
        ("ALIGN", (1, 0), (1, 0), "RIGHT"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), style.QUARTER),
        ("LINEBELOW", (0, 0), (-1, -1), 1.5, palette.ACCENT),
        ("FONT", (0, 0), (-1, -1), style.REGULAR, style.BODY.fontSize),
    ]
    story.add(Table([[left, right]], colWidths=widths, hAlign="LEFT", style=TableStyle(commands)))


def _picture(picture: Picture, width: float, height: float, alternative: str) -> TaggedImage:
    """The picture as large as it fits, its sides in proportion; ``alternative`` says what it shows."""
    image = TaggedImage(BytesIO(picture.content), kind="proportional", width=width, height=height, mask="auto")
    image.hAlign = "LEFT"
    image.alternative = alternative
    return image


def plain(frame: ReportFrame, block: str) -> str:
    """A sentence of the shared templates as plain text, without mark-up; it still knows what its values say."""
    return frame.plain.sentence("identity", block)


def print_report(frame: ReportFrame, story: Story, attachments: Sequence[Attachment] = ()) -> RenderedDocument:
    """Close the story with both signature blocks and print it, with files inside."""
    contract, figures = frame.contract, frame.figures
    code = frame.codes[frame.kind]
    lines = (frame.shared.sentence("identity", "signature_kind"),)
    stamped, blanks = (frame.shared.sentence("identity", "stamped"),), ("Nombre:", "Cargo:", "Fecha de la firma:")
    boxes = page.SignatureBoxes()
    signers = ((contract.signer, (*lines, *stamped), ()), (contract.supervisor, lines, blanks))
    texts = [
        page.SignatureText(
            title=markup_of(Quoted(signer.title)),
            role=markup_of(Quoted(signer.role)),
            organisation=markup_of(Quoted(signer.organisation)),
            code=code,
            lines=said,
            blanks=left,
        )
        for signer, said, left in signers
    ]
    proof = [Paragraph(frame.shared.sentence("identity", "proof"), style.NOTE)] if frame.kind in OTHER_REPORT else []
    story.close_with(*proof, Spacer(0, style.BASELINE), page.SignatureBlocks(texts, boxes))
    furniture = page.PageFurniture(
        contractor=contract.contractor.legal_name,
        title=frame.heading,
        code=es_co.declared(code),
        version=Composed("Versión ", es_co.declared(figures.version)),
        certification_mark=contract.contractor.certification_mark,
        subject=(
            f"Contrato No. {contract.number} de {contract.year}, {contract.entity.name}. {plain(frame, 'period')}."
        ),
        metadata_title=f"{frame.heading} — {contract.entity.name}",
        dated=figures.report_date,
        brand=contract.brand,
    )
    content = page.print_pdf(furniture, story.flowables, attachments)
    vendor_box, supervisor_box = boxes.found
    return RenderedDocument.of_kind(frame.kind, code, content, frame.name, vendor_box, supervisor_box)
