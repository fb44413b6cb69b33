"""The draft of the certification against the figures: each cell of its tables, and the supervisor's blank places.

Its paragraphs say no value: every number, day and name stands in a table, where the proof makes it anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from service_reports.documents.proof.execution import execution_tables
from service_reports.documents.proof.management_tables import BANK_STATES, OBLIGATION_STATES
from service_reports.documents.proof.reading import Cell, NotReadable, Read
from service_reports.documents.proof.service_levels import level_rows
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import Expected, ExpectedTable, Row, Value, Words, differences, long
from service_reports.documents.proof.values import nameless
from service_reports.documents.proof.word import BLANK, read_word
from service_reports.documents.rendered import PDF
from service_reports.figures.model import BankState
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import SOURCES

MISSED = "Meta no alcanzada"
KIND = "certification_draft"
ORDER: tuple[BankState, ...] = ("contracted", "consumed", "in_execution", "committed", "available")
UNREAD, REFUSED = Words("Sin leer"), Words("Rechazado; vale una lectura anterior")
STANDING = {"released": Words("Dado por bueno"), "in_part": Words("Con filas aparte")}
PLACES = {
    "Ejecución del contrato en el periodo": 1,
    "Documentos recibidos y revisados": 1,
    "Lo pendiente y lo que está sin leer": 1,
    "Aportes a la seguridad social": 1,
    "Pago": 1,
    "Lugar, fecha y firma": 2,
}
"""How many places the supervisor finds under each heading."""
JUDGED = re.compile(
    r"\bcumpl(?:e|en|i[óo]|ieron|id[oa]s?|iendo)\b|\bsatisfac\w+|\bconform(?:e|idad)\b|\baprueb\w+|\bse certifica\b",
    re.IGNORECASE,
)
"""Words that would say for the supervisor what only the supervisor may."""
NO_PAGE = re.compile(r"^página 0, ")


def draft_findings(subject: Subject, content: bytes) -> list[str]:
    """What the draft says otherwise than the figures, or in the supervisor's place, each as one Spanish phrase."""
    try:
        read = read_word(content)
    except NotReadable as error:
        return [f"{error}: vuelva a generar los documentos"]
    found = [*_of_tables(subject, read), *nameless(read.blocks), *_outside(subject, read), *_of_places(subject, read)]
    return [NO_PAGE.sub("", finding) for finding in found]


def _of_tables(subject: Subject, read: Read) -> Iterator[str]:
    wanted = list(_expected(subject))
    captions = [table.caption for table in read.tables]
    if captions != [each.caption for each in wanted]:
        yield f"tiene las tablas «{'», «'.join(captions)}» y no «{'», «'.join(each.caption for each in wanted)}»"
        return
    for expected, table in zip(wanted, read.tables, strict=True):
        yield from differences(expected, table)


def _outside(subject: Subject, read: Read) -> Iterator[str]:
    """Values and quotations outside of the tables, but those that every page names; and judgements."""
    named = {subject.codes[KIND], subject.contract.entity.name}
    for block in read.blocks:
        if not isinstance(block, Cell):
            strange = [run.text for run in block.runs if run.says != "words" and run.text not in named]
            yield from (f"«{text}» está fuera de las tablas" for text in strange)
        if judged := JUDGED.search(block.own):
            yield f"«{block.text[:60]}»: «{judged.group()}» solo lo dice el supervisor"


def _of_places(subject: Subject, read: Read) -> Iterator[str]:
    places = [block for block in read.blocks if block.kind == BLANK]
    for block in places:
        if not (block.text.startswith("[") and block.text.endswith("]")):
            yield f"«{block.heading}»: el espacio del supervisor dice «{block.text[:60]}»"
    paid = subject.contract.value is not None or any(each.instalment for each in subject.contract.reports)
    for heading, count in PLACES.items():
        wanted = count if paid or heading != "Pago" else 0
        if sum(block.heading == heading for block in places) != wanted:
            yield f"«{heading}»: faltan o sobran espacios del supervisor"


def _expected(subject: Subject) -> Iterator[ExpectedTable]:
    figures = subject.figures
    yield ExpectedTable("Identificación", pairs=list(_identity(subject)))
    yield ExpectedTable("Documentos entregados", list(_documents(subject)))
    if figures.tell_of("tickets"):
        yield _counts("Solicitudes de soporte por estado", "Solicitudes", _tickets(subject))
    if figures.tell_of("hour_bank"):
        yield _counts("Bolsa de horas", "Horas", _hours(subject))
    if figures.obligations:
        yield _counts("Obligaciones del contrato según su soporte", "Obligaciones", _obligations(subject))
    yield from level_rows(subject)
    yield from execution_tables(subject)
    if figures.tell_of("oci_backups") or figures.tell_of("database_dumps"):
        yield ExpectedTable("Copias de seguridad", list(_copies(subject)))
    if unread := list(_unread(subject)):
        yield ExpectedTable("Días sin leer o rechazados", unread)


def _identity(subject: Subject) -> Iterator[tuple[str, Expected]]:
    contract, figures = subject.contract, subject.figures
    instalment = contract.report(figures.report_number).instalment
    replaces = f", reemplaza la versión {figures.version - 1}" if figures.version > 1 else ""
    pairs = {
        "Entidad": contract.entity.name,
        "NIT de la entidad": f"{contract.entity.nit}-{contract.entity.nit_check_digit}",
        "Contrato No.": f"{contract.number} de {contract.year}",
        "Objeto": contract.object,
        "Vigencia": f"Del {long(contract.valid_from)} al {long(contract.valid_to)}",
        "Contratista": contract.contractor.legal_name,
        "Supervisor": f"{contract.supervisor.role}, {contract.supervisor.organisation}",
        "Periodo": f"Del {long(figures.period_from)} al {long(figures.period_to)}",
        "Cuota": instalment,
        "Informe No.": figures.report_number,
        "Fecha del informe": long(figures.report_date),
        "Versión": f"{figures.version}{replaces}",
        "Código de este borrador": subject.codes[KIND],
    }
    yield from ((label, Words(text)) for label, text in pairs.items() if text)


def _documents(subject: Subject) -> Iterator[Row]:
    """A PDF is signed after the draft was made: its hash is then another."""
    for each in subject.documents:
        if each.kind != KIND:
            unsigned = each.media_type != PDF
            sha256 = hashlib.sha256(each.content).hexdigest() if unsigned else "En el correo de la entrega"
            yield Row(
                {"Documento": Words(each.title), "Código": Words(each.code), "Huella SHA-256": Words(sha256)},
            )


def _counts(caption: str, unit: str, rows: Iterator[tuple[str, Expected]]) -> ExpectedTable:
    return ExpectedTable(caption, [Row({"Estado": Words(state), unit: value}) for state, value in rows])


def _tickets(subject: Subject) -> Iterator[tuple[str, Expected]]:
    support = subject.figures.support
    of = {"service": "support", "dimension": "status"}
    for row in (row for table in support.tables if table.dimension == "status" for row in table.rows):
        yield subject.category("status", row.value), subject.value("tickets.category", category=row.value, **of)
    yield "Total", subject.value("tickets.total", service="support") if support.known else UNREAD


def _hours(subject: Subject) -> Iterator[tuple[str, Expected]]:
    for state in ORDER:
        yield (
            BANK_STATES[state],
            subject.value("hour_bank.balance", state=state) if subject.figures.hour_bank else UNREAD,
        )


def _obligations(subject: Subject) -> Iterator[tuple[str, Expected]]:
    for standing, words in OBLIGATION_STATES.items():
        shown = {"evidence": standing} if standing in ("measured", "recorded", "declared") else {"standing": standing}
        yield (
            MISSED if standing == "unmet" else words,
            subject.value("obligations.supported_by" if "evidence" in shown else "obligations.standing", **shown),
        )
    yield "Total", subject.value("obligations.total")


def _copies(subject: Subject) -> Iterator[Row]:
    figures = subject.figures
    days = subject.value("summary.days")
    sources: tuple[tuple[str, str, str, int], ...] = (
        ("Copia automática de OCI", "summary.backups.days_covered", "oci_backups", len(figures.backups.days_unread)),
        ("Volcado de la base de datos", "summary.dumps.days_covered", "database_dumps", len(figures.dumps.days_unread)),
    )
    for words, family, source, unread in sources:
        if not figures.tell_of(source):
            continue
        read: Value | Words = subject.value("summary.days_read", source=source) if unread else days
        covered: Value | Words = subject.value(family)
        if unread == len(figures.days):
            read = covered = UNREAD
        yield Row(
            {"Copia": Words(words), "Días del periodo": days, "Días leídos": read, "Días con copia": covered},
        )


def _unread(subject: Subject) -> Iterator[Row]:
    gaps = subject.figures.gaps
    for source in dict.fromkeys(gap.source for gap in gaps):
        lost = {day for gap in gaps if gap.source == source and not gap.replaced for day in gap.days}
        standing = [gap for gap in gaps if gap.source == source and gap.replaced]
        told = {UNREAD: lost}
        for situation in (REFUSED, *STANDING.values()):
            such = (gap for gap in standing if STANDING.get(gap.kind, REFUSED) == situation)
            told[situation] = {day for gap in such for day in gap.days} - lost
        for situation, days in told.items():
            if days:
                name = SOURCES[source]
                cells = (Words(name[0].upper() + name[1:]), Words(es_co.listed_days(sorted(days))), situation)
                yield Row(dict(zip(("Fuente", "Días", "Situación"), cells, strict=True)))
