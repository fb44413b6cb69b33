"""Borrador de certificación de cumplimiento: the facts of the period as a Word file, with room for the supervisor.

It judges nothing: what the supervisor thinks of the period is left blank, and marked as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from service_reports.contracts.model import DOCUMENT_KINDS, Contract
from service_reports.documents.engine.word import TEXT_WIDTH, Properties, WordDocument
from service_reports.documents.rendered import RenderedDocument
from service_reports.documents.sections.annexes import listed_documents
from service_reports.documents.sections.contract_records import STATES as STANDINGS
from service_reports.documents.sections.contract_records import obligations_standing
from service_reports.documents.sections.execution import EXECUTION_TABLE, execution_rows
from service_reports.documents.sections.hour_bank_tables import STATES as BANK_STATES
from service_reports.documents.sections.readings import UNREAD
from service_reports.documents.sections.report_frame import document_codes
from service_reports.documents.sections.service_levels import VERDICTS, measured_of, target_of
from service_reports.figures.model import BackupFigures, DumpFigures, PeriodFigures
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.gaps import IN_PART, REFUSED, RELEASED, situation
from service_reports.wording.es_co.labels import SOURCES
from service_reports.wording.es_co.terms import category
from service_reports.wording.shown import Composed, Quoted

MISSED = "Meta no alcanzada"
"""What the report calls not met: here only the supervisor says whether something was."""
KIND = "certification_draft"
NOTICE = (
    "El contratista prepara este borrador para que el supervisor certifique el periodo. No es una certificación ni un "
    "concepto sobre el contrato: empieza a serlo cuando el supervisor completa los espacios señalados, corrige lo que "
    "considere y firma."
)
DOCUMENTS_NOTE = (
    "Con la huella se comprueba que un archivo no ha cambiado. La de un documento en PDF se conoce cuando el "
    "contratista lo firma, después de preparar este borrador: está en el correo que lo remite."
)
IN_THE_MAIL = "En el correo de la entrega"
FIGURES_NOTE = (
    "Son las cifras de los informes del periodo, que dicen de dónde sale cada una. «Sin leer» es lo que no se pudo "
    "leer de su fuente: no equivale a cero."
)
NO_OBLIGATIONS = "El contrato no tiene obligaciones registradas para relacionar."
NOTHING_UNREAD = "Ningún día del periodo está sin leer."
BLANKS_NOTE = "Los espacios que siguen son del supervisor: el contratista no escribe en ellos ni propone su contenido."
PAYMENT = "Pago"
"""Asked for where the contract tells of money: a value, or instalments."""
BLANKS = (
    (
        "Ejecución del contrato en el periodo",
        ("[Escriba su concepto sobre la ejecución de las obligaciones en el periodo y los hechos en que se apoya.]",),
    ),
    ("Documentos recibidos y revisados", ("[Escriba cuáles recibió, en qué fecha y qué observaciones tiene.]",)),
    (
        "Lo pendiente y lo que está sin leer",
        ("[Escriba qué requiere al contratista, si algo requiere, y en qué plazo.]",),
    ),
    ("Aportes a la seguridad social", ("[Escriba qué soportes verificó y de qué meses.]",)),
    (PAYMENT, ("[Escriba si procede el pago, por qué valor y con cargo a qué cuota.]",)),
    ("Lugar, fecha y firma", ("[Lugar y fecha]", "[Firma, nombre y cargo del supervisor]")),
)
"""Headings, and what the supervisor is asked to write under each."""


def render_certification_draft(
    contract: Contract, figures: PeriodFigures, made: Sequence[RenderedDocument]
) -> tuple[RenderedDocument, ...]:
    """The draft of the period; ``made`` are the documents that go with it. Equal input gives equal bytes.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    code, title = document_codes(contract, figures)[KIND], DOCUMENT_KINDS[KIND].title
    entity = Quoted(contract.entity.name)
    header = Composed(entity, " — Borrador para que el supervisor lo complete y lo firme")
    document = WordDocument(contract.brand, header, es_co.declared(code))
    document.title(title)
    document.paragraph(NOTICE)
    document.heading("Identificación")
    document.facts(list(_identity(contract, figures, code)))
    document.heading("Documentos entregados")
    document.paragraph(DOCUMENTS_NOTE, leads=True)
    headings = ["Documento", "Código", es_co.declaring("Huella SHA-256")]
    document.table(headings, list(_documents(contract, figures, made)), (1.6, 2.5, 2.4), small=(1, 2))
    document.heading("Cifras del periodo")
    document.paragraph(FIGURES_NOTE, leads=True)
    _figures(document, contract, figures)
    document.heading("Constancia del supervisor", new_page=True)
    document.paragraph(BLANKS_NOTE)
    paid = contract.value is not None or any(each.instalment for each in contract.reports)
    for heading, blanks in BLANKS:
        if heading == PAYMENT and not paid:
            continue
        document.heading(heading, 2)
        for blank in blanks:
            document.blank(blank)
    properties = Properties(
        title=f"{title} — Informe No. {figures.report_number}",
        subject=f"Contrato No. {contract.number} de {contract.year}, {contract.entity.name}",
        author=contract.contractor.legal_name,
        keywords=f"{contract.number}; {figures.report_number}; {code}",
        category="Borrador",
        comments=f"{code}, versión {figures.version}. Sin firmar: lo completa el supervisor.",
        dated=figures.report_date,
    )
    return (RenderedDocument.of_kind(KIND, code, document.content(properties)),)


def _identity(contract: Contract, figures: PeriodFigures, code: str) -> Iterator[tuple[str, str]]:
    entity, supervisor, report = contract.entity, contract.supervisor, contract.report(figures.report_number)
    version: str = es_co.declared(figures.version)
    if figures.version > 1:
        version = Composed(version, ", reemplaza la versión ", es_co.declared(figures.version - 1))
    yield "Entidad", Quoted(entity.name)
    yield "NIT de la entidad", es_co.declared(f"{entity.nit}-{entity.nit_check_digit}")
    yield "Contrato No.", Composed(es_co.declared(contract.number), " de ", es_co.declared(str(contract.year)))
    yield "Objeto", Quoted(contract.object)
    yield "Vigencia", Composed("Del ", es_co.long_date(contract.valid_from), " al ", es_co.long_date(contract.valid_to))
    yield "Contratista", Quoted(contract.contractor.legal_name)
    yield "Supervisor", Quoted(f"{supervisor.role}, {supervisor.organisation}")
    period = Composed("Del ", es_co.long_date(figures.period_from), " al ", es_co.long_date(figures.period_to))
    yield "Periodo", period
    if report.instalment:
        yield "Cuota", Quoted(report.instalment)
    yield "Informe No.", es_co.declared(figures.report_number)
    yield "Fecha del informe", es_co.long_date(figures.report_date)
    yield "Versión", version
    yield "Código de este borrador", es_co.declared(code)


def _documents(
    contract: Contract, figures: PeriodFigures, made: Sequence[RenderedDocument]
) -> Iterator[tuple[str, str, str]]:
    """Every other document of the delivery with its hash, which of a signed one is another than the draft's."""
    unsigned = {each.code: hashlib.sha256(each.content).hexdigest() for each in made if each.vendor_box is None}
    for document in listed_documents(contract, figures):
        if document.kind != KIND:
            title = document.title if document.delivery is None else Quoted(document.title)
            sha256 = unsigned.get(document.code)
            yield title, es_co.declared(document.code), es_co.declared(sha256) if sha256 else IN_THE_MAIL


def _figures(document: WordDocument, contract: Contract, figures: PeriodFigures) -> None:
    two = (TEXT_WIDTH - 1.5, 1.5)
    if figures.tell_of("tickets"):
        document.heading("Solicitudes de soporte por estado", 2)
        document.table(["Estado", "Solicitudes"], list(_tickets(figures)), two, numbers=[1], total=True)
    if figures.tell_of("hour_bank"):
        document.heading("Bolsa de horas", 2)
        document.table(["Estado", "Horas"], list(_hours(figures)), two, numbers=[1])
    document.heading("Obligaciones del contrato según su soporte", 2)
    if figures.obligations:
        document.table(["Estado", "Obligaciones"], list(_obligations(figures)), two, numbers=[1], total=True)
    else:
        document.paragraph(NO_OBLIGATIONS)
    if figures.service_levels:
        document.heading("Niveles de servicio", 2)
        headings = ["Indicador", "Meta", "Medido", "Resultado"]
        document.table(headings, list(_levels(figures)), (TEXT_WIDTH - 3.9, 1.2, 1.2, 1.5), numbers=[1, 2])
    if (told := figures.execution) is not None:
        document.heading(EXECUTION_TABLE, 2)
        headings = ["Aspecto", "Pactado", "Ejecutado", "Avance"]
        rows = list(execution_rows(figures, told))
        document.table(headings, rows, (TEXT_WIDTH - 3.6, 1.3, 1.3, 1.0), numbers=[1, 2, 3])
    if copies := list(_copies(figures)):
        document.heading("Copias de seguridad", 2)
        headings = ["Copia", "Días del periodo", "Días leídos", "Días con copia"]
        document.table(headings, copies, (TEXT_WIDTH - 3.9, 1.3, 1.3, 1.3), numbers=[1, 2, 3])
    document.heading("Días sin leer o rechazados", 2)
    if unread := list(_unread(figures)):
        document.table(["Fuente", "Días", "Situación"], unread, (2.3, 2.2, 2.0))
    else:
        document.paragraph(NOTHING_UNREAD)


def _tickets(figures: PeriodFigures) -> Iterator[tuple[str, str]]:
    of = {"service": "support", "dimension": "status"}
    rows = [row for table in figures.support.tables if table.dimension == "status" for row in table.rows]
    for row in rows:
        yield category(row.value), es_co.number(figures.needed("tickets.category", category=row.value, **of))
    known = figures.support.known
    yield "Total", es_co.number(figures.needed("tickets.total", service="support")) if known else UNREAD


def _hours(figures: PeriodFigures) -> Iterator[tuple[str, str]]:
    for state, words in BANK_STATES.items():
        hours = es_co.quantity(figures.needed("hour_bank.balance", state=state)) if figures.hour_bank else UNREAD
        yield words, hours


def _obligations(figures: PeriodFigures) -> Iterator[tuple[str, str]]:
    for standing, words in STANDINGS.items():
        yield MISSED if standing == "unmet" else words, es_co.number(obligations_standing(figures, standing))
    yield "Total", es_co.number(figures.needed("obligations.total"))


def _levels(figures: PeriodFigures) -> Iterator[tuple[str, str, str, str]]:
    for level in figures.service_levels:
        yield Quoted(level.name), target_of(figures, level), measured_of(figures, level), VERDICTS[level.verdict]


def _copies(figures: PeriodFigures) -> Iterator[tuple[str, str, str, str]]:
    days = figures.needed("summary.days")
    copies: tuple[tuple[str, str, str, BackupFigures | DumpFigures], ...] = (
        ("Copia automática de OCI", "backups", "oci_backups", figures.backups),
        ("Volcado de la base de datos", "dumps", "database_dumps", figures.dumps),
    )
    for words, name, source, of in copies:
        if not figures.tell_of(source):
            continue
        if len(of.days_unread) == len(figures.days):
            yield words, es_co.number(days), UNREAD, UNREAD
            continue
        read = figures.needed("summary.days_read", source=source) if of.days_unread else days
        covered = figures.needed(f"summary.{name}.days_covered")
        yield words, es_co.number(days), es_co.number(read), es_co.number(covered)


def _unread(figures: PeriodFigures) -> Iterator[tuple[str, str, str]]:
    """The sources of which days are unread, or were refused while another reading stands, or were released."""
    for source in dict.fromkeys(gap.source for gap in figures.gaps):
        unread = figures.unread_days(source)
        name = SOURCES[source][:1].upper() + SOURCES[source][1:]
        if unread:
            yield name, es_co.listed_days(unread), UNREAD
        standing = [gap for gap in figures.gaps if gap.source == source and gap.replaced]
        for said in (REFUSED, RELEASED, IN_PART):
            days = {day for gap in standing if situation(gap.kind, gap.replaced) == said for day in gap.days}
            if told := sorted(days - set(unread)):
                yield name, es_co.listed_days(told), f"{said}; vale una lectura anterior" if said == REFUSED else said
