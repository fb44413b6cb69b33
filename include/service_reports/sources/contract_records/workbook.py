"""Contract records: the workbook in which people keep what no system measures, one register a sheet.

The workbook itself is archived. Read, it gives one ``KeptRegister`` for every sheet it has, so that an
empty register is told from one that nobody keeps, and the rows of all of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from service_reports.contracts import Contract, ContractRecords
from service_reports.failures import Failure
from service_reports.records import REGISTERS, KeptRegister, Record
from service_reports.sources.answer import Answer
from service_reports.sources.exports.cells import (
    CellError,
    is_blank,
    parse_category,
    parse_day,
    parse_hours,
    parse_pesos,
    parse_text,
    plain,
    says_none,
)
from service_reports.sources.exports.sheet import ExportError, open_workbook
from service_reports.sources.exports.table import Row, TableForm, read_rows
from service_reports.sources.exports.workbook import NamedSheet, Workbook
from service_reports.sources.help_desk.export import (
    ExportedFile,
    is_named,
    listed_files,
    moment_before,
    name_of,
    newest,
    read_file,
)
from service_reports.sources.rows import Rows

if TYPE_CHECKING:
    from botocore.client import BaseClient

FILE_PATTERN = r"(?i)\.xlsx$"

DELIVERABLE_KINDS = (
    "Informe de gestión",
    "Informe técnico",
    "Libro de solicitudes",
    "Acta de entrega",
    "Factura",
    "Garantía",
    "Certificación bancaria",
    "Certificación",
    "Comunicado",
)
SOCIAL_SECURITY_KINDS = ("Planilla de aportes", "Certificación de pago")
FREE_TEXTS = frozenset({"event", "matter", "answer"})
PLANNED = frozenset({"due_on"})
"""Days that may still come when the workbook is left."""
INCIDENT_KINDS = ("Seguridad de la información", "Datos personales", "Reclamación")

FINDING_CODE = re.compile(r"H-\d{5}", re.ASCII)
REQUEST_CODE = re.compile(r"P-\d{5}", re.ASCII)
_MONTH = re.compile(r"(?P<year>20\d{2})-(?P<month>\d{2})|(?P<month_first>\d{2})/(?P<year_last>20\d{2})", re.ASCII)


class Field(NamedTuple):
    """A column: its header, what reads a cell, whether it may be blank, and whether it may be absent.

    ``known`` names its only values.
    """

    title: str
    read: Callable[[object], Any]
    required: bool = True
    known: str | tuple[str, ...] = ()
    optional: bool = False


class Register(NamedTuple):
    """A sheet: its title, its columns by field, and the fields whose values no two rows share."""

    title: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]


def _number(value: object) -> int:
    text = parse_text(value)
    if not text.isdecimal():
        raise CellError("no es un número entero — escriba solo el número")
    return int(text)


def _hours(value: object) -> Decimal:
    hours = parse_hours(value)
    if hours < 0:
        raise CellError("es negativa — escriba las horas que se estimaron")
    return hours


def _month(value: object) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    match = _MONTH.fullmatch(parse_text(value))
    if match is None:
        raise CellError("no es un mes — escriba aaaa-mm, como 2026-01")
    year, month = int(match["year"] or match["year_last"]), int(match["month"] or match["month_first"])
    try:
        return date(year, month, 1)
    except ValueError:
        raise CellError("no es un mes que exista — escriba aaaa-mm, como 2026-01") from None


def _finding(value: object) -> str:
    text = parse_text(value).upper()
    if FINDING_CODE.fullmatch(text) is None:
        raise CellError("no es el código de un hallazgo — escriba el que imprime el informe, como H-04821")
    return text


def _request(value: object) -> str:
    text = parse_text(value).upper()
    if REQUEST_CODE.fullmatch(text) is None:
        raise CellError("no es el código de una petición — escriba el que imprime el informe, como P-04821")
    return text


SHEETS: Mapping[str, Register] = {
    "attestations": Register(
        "Constancias",
        {
            "obligation": Field("Obligación", _number, known="obligations"),
            "report": Field("Informe", parse_category, known="reports"),
            "role": Field("Cargo", parse_category, known="roles"),
            "attested_on": Field("Fecha", parse_day),
        },
        ("obligation", "report", "role"),
    ),
    "consultations": Register(
        "Consultas",
        {
            "asked_on": Field("Fecha", parse_day),
            "addressee": Field("Dependencia", parse_category),
            "matter": Field("Asunto", parse_text),
            "answered_on": Field("Fecha de respuesta", parse_day, required=False),
        },
        ("asked_on", "addressee", "matter"),
    ),
    "force_majeure": Register(
        "Fuerza mayor",
        {
            "occurred_on": Field("Fecha", parse_day),
            "event": Field("Hecho", parse_text),
            "notified_on": Field("Fecha del aviso", parse_day, required=False),
            "recommendation": Field("Recomendación", parse_text, required=False),
        },
        ("occurred_on", "event"),
    ),
    "deliverables": Register(
        "Entregables",
        {
            "code": Field("Código", parse_category),
            "kind": Field("Clase", parse_category, known=DELIVERABLE_KINDS),
            "obligation": Field("Obligación", _number, required=False, known="obligations"),
            "due_on": Field("Fecha pactada", parse_day, required=False),
            "sent_on": Field("Fecha de envío", parse_day, required=False),
            "addressee": Field("Destinatario", parse_category),
        },
        ("code",),
    ),
    "change_controls": Register(
        "Controles de cambio",
        {
            "code": Field("Código", parse_category),
            "request": Field("Solicitud de la bolsa de horas", parse_text),
            "requested_on": Field("Fecha de solicitud", parse_day),
            "approved_on": Field("Fecha de aprobación", parse_day, required=False),
            "specified_on": Field("Fecha de especificación", parse_day, required=False),
            "ticket_id": Field("Ticket", parse_category, required=False),
            "act_code": Field("Código del acta", parse_category, required=False),
            "delivered_on": Field("Fecha del acta", parse_day, required=False),
            "hours": Field("Horas estimadas", _hours),
            "title": Field("Título del acta", parse_text, required=False, optional=True),
            "deliverable": Field("Qué se entrega", parse_text, required=False, optional=True),
            "evidence": Field("Dónde se comprueba", parse_text, required=False, optional=True),
            "acceptance_criteria": Field("Criterios de aceptación", parse_text, required=False, optional=True),
        },
        ("code",),
    ),
    "social_security": Register(
        "Seguridad social",
        {
            "month": Field("Mes", _month),
            "kind": Field("Clase", parse_category, known=SOCIAL_SECURITY_KINDS),
            "document_number": Field("Número del documento", parse_category),
            "issued_on": Field("Fecha", parse_day),
        },
        ("month", "kind", "document_number"),
    ),
    "incidents": Register(
        "Incidentes",
        {
            "occurred_on": Field("Fecha", parse_day),
            "kind": Field("Clase", parse_category, known=INCIDENT_KINDS),
            "event": Field("Hecho", parse_text),
            "closed_on": Field("Fecha de cierre", parse_day, required=False),
        },
        ("occurred_on", "kind", "event"),
    ),
    "action_plans": Register(
        "Hallazgos",
        {
            "finding": Field("Hallazgo", _finding),
            "cause": Field("Causa", parse_text, required=False),
            "action": Field("Acción", parse_text),
            "owner": Field("Responsable", parse_category),
            "due_on": Field("Fecha prevista", parse_day, required=False),
            "done_on": Field("Fecha de cumplimiento", parse_day, required=False),
        },
        ("finding", "action"),
    ),
    "payments": Register(
        "Pagos",
        {
            "instalment": Field("Cuota", _number),
            "invoice": Field("Factura", parse_category),
            "amount": Field("Valor", parse_pesos),
            "billed_on": Field("Fecha de la factura", parse_day),
            "due_on": Field("Fecha de vencimiento", parse_day, required=False),
            "paid_on": Field("Fecha de pago", parse_day, required=False),
        },
        ("invoice",),
    ),
    "replies": Register(
        "Respuestas",
        {
            "code": Field("Petición", _request),
            "answered_on": Field("Fecha", parse_day),
            "answered_by": Field("Responde", parse_category),
            "answer": Field("Respuesta", parse_text),
            "support": Field("Soporte", parse_category, required=False),
        },
        ("code", "answered_on", "answer"),
    ),
}
"""The sheets of the workbook by register."""


def fetch(
    client: BaseClient,
    records: ContractRecords,
    read_before: Callable[[str], Mapping[str, datetime]] = lambda _: {},
) -> Answer | None:
    """The newest workbook under the contract's prefix, as it is; nothing when there is none.

    ``client`` is a boto3 S3 client; ``read_before`` gives the names under which bytes of a SHA-256 were read, each with
    the moment of which they were first. The answer's ``observed_at`` is the time of the file.
    """
    files = listed_files(client, records.bucket, records.prefix)
    listed = {name_of(records.bucket, each.key) for each in files}

    def moved_from(file: ExportedFile) -> datetime | None:
        content = read_file(client, records.bucket, file)
        return moment_before(read_before(hashlib.sha256(content).hexdigest()), listed)

    matching = [file for file in files if is_named(file, FILE_PATTERN)]
    if not matching:
        return None
    file = newest(matching, FILE_PATTERN, f"s3://{records.bucket}/{records.prefix}", moved_from)
    content = read_file(client, records.bucket, file)
    return Answer(name_of(records.bucket, file.key), content, observed_at=file.modified_at)


def parse(content: bytes, file_name: str, contract: Contract, left_at: datetime | None = None) -> Rows[Record]:
    """Every register of a workbook, and every row of them. ``left_at`` (aware) is when the workbook was left.

    A register in a hidden sheet is a register. A cell that may be blank and cannot be read costs itself: it is told.

    Raises:
        ExportError: a sheet, column or cell that does not hold, or a day after the file's own; every problem is named.
    """
    book = open_workbook(content, file_name)
    found, problems = _sheets(book, file_name)
    rows: Rows[Record] = Rows()
    unread: list[Failure] = []
    for register, sheet in found.items():
        try:
            read = read_rows(book.sheet(sheet), _form(SHEETS[register], contract), left_at=left_at)
        except ExportError as error:
            problems.append(str(error))
        else:
            rows.append(KeptRegister(name=register, empty_on_purpose=read.empty_on_purpose))
            rows += [REGISTERS[register](**row) for row in read]
            unread += (each for of_row in read.unread.values() for each in of_row)
    if problems:
        raise ExportError("\n".join(problems))
    rows.aside = tuple(unread)
    return rows


def _sheets(book: Workbook, file_name: str) -> tuple[dict[str, NamedSheet], list[str]]:
    """The sheet of each register that the workbook has, and what is wrong with its sheets."""
    known = {plain(register.title): name for name, register in SHEETS.items()}
    expected = ", ".join(f"«{register.title}»" for register in SHEETS.values())
    found: dict[str, NamedSheet] = {}
    problems = []
    for sheet in book.sheets:
        name = known.get(plain(sheet.name))
        if name in found:
            problems.append(
                f"«{file_name}», hoja «{sheet.name}»: es el mismo registro que la hoja «{found[name].name}» — "
                "deje una sola, también entre las ocultas"
            )
        elif name is not None:
            found[name] = sheet
        elif sheet.visible:  # a hidden one holds the lists of a form
            problems.append(
                f"«{file_name}», hoja «{sheet.name}»: no es un registro conocido — se esperan {expected}; "
                "corrija el nombre, o borre la hoja"
            )
    if not found and not problems:
        problems.append(f"«{file_name}»: no tiene ninguna hoja de registros — se esperan {expected}")
    return found, problems


def _key(register: Register, row: Row) -> object:
    """What no two rows share, in whatever case it is written; nothing of a row that lacks some of it."""
    if not set(register.key) <= set(row):
        return None
    key = (row[name] for name in register.key)
    return tuple(each.casefold() if isinstance(each, str) else each for each in key)


def _value(field: Field, cell: object, known: Mapping[str, tuple[str, ...]]) -> object:
    if field.required and is_blank(cell):
        raise CellError("es obligatoria — escriba el valor")
    if not field.required and says_none(cell):
        return None
    read = field.read(cell)
    if not field.known:
        return read
    values = known[field.known] if isinstance(field.known, str) else field.known
    for each in values:
        if plain(each) == plain(str(read)):
            return read if isinstance(read, int) else each
    raise CellError(f"no es un valor conocido — escriba uno de estos: {', '.join(values)}")


def _form(register: Register, contract: Contract) -> TableForm:
    known: Mapping[str, tuple[str, ...]] = {
        "obligations": tuple(str(obligation.number) for obligation in contract.obligations),
        "reports": tuple(report.number for report in contract.reports),
        "roles": contract.records.roles if contract.records else (),
    }

    def problems(row: Row) -> Iterable[tuple[str, str]]:
        if row.get("delivered_on") and not row.get("act_code"):
            yield "act_code", "y el acta tiene fecha — escriba el código del acta, o quite la fecha"

    spared = {name for name, field in register.fields.items() if not field.required and not field.known}
    happened = {name for name, field in register.fields.items() if field.read in (parse_day, _month)} - PLANNED

    def identity(row: Row) -> tuple[object, str]:
        """What no other row may share; free texts are not shown."""
        shown = "; ".join(str(row[name]) for name in register.key if name in row and name not in FREE_TEXTS)
        return _key(register, row), shown

    return TableForm(
        titles={name: field.title for name, field in register.fields.items()},
        headers={plain(field.title): name for name, field in register.fields.items()},
        days=frozenset(name for name, field in register.fields.items() if field.read is parse_day),
        value=lambda name, cell: _value(register.fields[name], cell, known),
        identity=identity,
        problems=problems,
        happened=lambda _: happened,
        spared=lambda _: spared,
        optional=frozenset(name for name, field in register.fields.items() if field.optional),
    )
