"""What the tables of the management report should say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from service_reports.documents.proof.execution import execution_tables
from service_reports.documents.proof.obligation_words import activity, products, standing_of, touches
from service_reports.documents.proof.service_levels import service_level_tables
from service_reports.documents.proof.shown_values import BOGOTA
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import (
    Day,
    Expected,
    ExpectedTable,
    Holding,
    Number,
    Row,
    Value,
    Words,
    short,
)
from service_reports.figures.chapters.hour_bank import estimated, moved
from service_reports.figures.model import (
    BankState,
    ChangeControl,
    FollowedRequest,
    FollowUp,
    ObligationFigures,
    ObligationStanding,
    SignedDocument,
    Standing,
    TicketFigures,
)
from service_reports.records import ActionPlan, HourBankEntry, Ticket

WHOLE = Decimal(100)
DIMENSIONS = {
    "status": "Estado",
    "product": "Producto",
    "module": "Módulo",
    "process": "Proceso",
    "subprocess": "Subproceso",
}
BANK_STATES: dict[BankState, str] = {
    "contracted": "Contratadas",
    "available": "Disponibles",
    "committed": "Comprometidas",
    "in_execution": "En ejecución",
    "consumed": "Consumidas",
}
OBLIGATION_STATES: dict[ObligationStanding, str] = {
    "unmet": "No cumplida",
    "measured": "Medida",
    "recorded": "Registrada",
    "declared": "Declarada",
    "partial": "Pendiente en parte",
    "pending": "Pendiente",
    "not_due": "Aún no exigible",
}
STANDINGS: dict[Standing, str] = {
    "with_report": "Con este informe",
    "on_time": "Envío oportuno",
    "late": "Envío tardío",
    "sent": "Envío registrado",
    "overdue": "Vencido, sin envío",
    "to_send": "Por enviar",
}
IN_BODY = "Solicitudes por Estado"
LISTS = ("Solicitudes registradas durante el periodo", "Solicitudes atendidas en garantía")
LACKING, WITH_REPORT = "Falta", "Anexo"


def standing(subject: Subject, obligation: ObligationFigures) -> Expected:
    """How an obligation stands, and what touches it, as the proof finds both from its facts and the findings."""
    told = OBLIGATION_STATES[standing_of(subject, obligation)]
    codes = touches(subject, obligation)
    return Words(f"{told}con novedad: {', '.join(codes)}" if codes else told)


def in_detail(caption: str) -> bool:
    """Whether a table is one of those that support the others, and stand after them."""
    counts = caption.startswith("Solicitudes por ") and caption != IN_BODY and " y " not in caption
    return counts or caption.endswith(" (garantía)") or caption in LISTS


def management_tables(subject: Subject) -> Iterator[ExpectedTable]:
    """The tables in their order; those of the cover, of changes and of annexes are both reports'."""
    yield from sorted(_tables(subject), key=lambda each: in_detail(each.caption))


def _tables(subject: Subject) -> Iterator[ExpectedTable]:
    figures = subject.figures
    yield from execution_tables(subject)
    if figures.obligations:
        yield ExpectedTable(
            "Obligaciones, actividades realizadas y productos",
            [
                Row(
                    {
                        "No.": Number(Decimal(each.number)),
                        "Obligaciones": Words(each.text),
                        "Actividades realizadas": activity(subject, each),
                        "Productos": products(subject, each),
                        "Soporte": standing(subject, each),
                    }
                )
                for each in figures.obligations
            ],
        )
    yield from service_level_tables(subject)
    yield from _support(subject)
    if figures.warranty.total:
        yield from _counts(subject, "warranty", figures.warranty, " (garantía)")
        rows = list(_listed(subject, "warranty", figures.warranty))
        yield ExpectedTable("Solicitudes atendidas en garantía", rows)
    yield from _bank(subject)
    if figures.change_controls:
        rows = [_change_control(subject, each) for each in figures.change_controls]
        yield ExpectedTable("Controles de cambio", rows)
    if figures.records.deliverables:
        yield ExpectedTable(
            "Entregables del periodo",
            [
                Row(
                    {
                        "Código": Words(each.code),
                        "Clase": Words(each.kind),
                        "Destinatario": Words(each.addressee),
                        "Fecha pactada": Day(each.due_on),
                        "Fecha de envío": Day(each.sent_on),
                        "Situación": Words(STANDINGS[each.standing]),
                    }
                )
                for each in figures.records.deliverables
            ],
        )
    if subject.figures.requests:
        waited = sorted(subject.figures.requests, key=lambda each: (each.became != "open", -each.days))
        rows = [
            Row(
                {
                    "Código": Words(each.code),
                    "Petición": Holding(()),
                    "Desde el informe": Words(each.since),
                    "Qué pasó": _answered(subject, each),
                }
            )
            for each in waited
        ]
        yield ExpectedTable("Seguimiento de las peticiones al supervisor", rows)
    if subject.figures.follow_ups:
        levels = {level.id: level.name for level in subject.contract.service_levels}
        rows = [
            Row(
                {
                    "Código": Words(each.code),
                    "Hallazgo": Holding(
                        () if each.kind.startswith("sources.") else (levels.get(each.subject, each.subject),)
                    ),
                    "Desde el informe": Words(each.since),
                    "Qué pasó": _became(each),
                }
            )
            for each in subject.figures.follow_ups
        ]
        yield ExpectedTable("Seguimiento de los hallazgos del informe anterior", rows)
    if rows := list(_plans(subject)):
        yield ExpectedTable("Hallazgos y plan de acción", rows)


def _became(each: FollowUp) -> Expected:
    match each.state:
        case "open":
            return Holding(("Sigue", f"{each.reports} informe"))
        case "done" if each.done_on:
            return Holding(("Plan cumplido el", short(each.done_on)))
        case "unknown":
            return Holding(("No se puede afirmar",))
    return Words("No se encontró de nuevo")


def _answered(subject: Subject, each: FollowedRequest) -> Expected:
    """Who did what and when, or for how many days nobody did; of every document whether it is signed."""
    words: list[str] = []
    match each.became:
        case "open":
            words += [f"Sin respuesta registrada: lleva {each.days} día"]
        case "answered":
            last = each.replies[-1]
            words += ["Respondida el", short(last.answered_on), last.answered_by, subject.free(last.answer)]
            words += [last.support or ""]
        case "corrected":
            words += [f"versión {each.version} del informe {each.since}"]
        case "resolved":
            words += ["Ya no hace falta"]
    together: dict[SignedDocument, list[str]] = {}
    for document in each.documents:
        alike = document.model_copy(update={"kind": "", "title": ""})
        together.setdefault(alike, []).append(document.title)
    for signed, titles in together.items():
        if signed.how is None or signed.on is None:
            words += [*titles, "sin firma registrada"] if len(together) > 1 else []
        elif signed.how == "scanned":
            words += [*titles, "copia escaneada", short(signed.on), signed.by or ""]
        else:
            who = signed.role or "en el recuadro del supervisor"
            words += [*titles, "el", short(signed.on), who, "según la firma del PDF"]
    return Holding(tuple(filter(None, words)))


def _plans(subject: Subject) -> Iterator[Row]:
    """A row a plan; a finding is named in its first row."""
    summary = subject.figures.summary
    for finding in summary.findings if summary else ():
        if finding.severity == "notice":
            continue
        plans = [plan for plan in subject.figures.records.plans if plan.finding == finding.code]
        named: dict[str, Expected] = {"Código": Words(finding.code), "Hallazgo": Holding(())}
        for plan in plans:
            yield Row(
                {
                    **named,
                    "Causa": Words((plan.cause and subject.free(plan.cause)) or "En estudio"),
                    "Acción": Words(subject.free(plan.action)),
                    "Responsable": Words(plan.owner),
                    "Fecha": _when(subject, plan),
                }
            )
            named = {"Código": Words(""), "Hallazgo": Words("")}


def _when(subject: Subject, plan: ActionPlan) -> Expected:
    if plan.done_on is not None:
        return Holding(("Cumplida el", short(plan.done_on)))
    if plan.due_on is None:
        return Words("—")
    late = plan.due_on < subject.figures.report_date
    return Holding(("Vencida desde el" if late else "Hasta el", short(plan.due_on)))


def _support(subject: Subject) -> Iterator[ExpectedTable]:
    support, earlier = subject.figures.support, subject.figures.earlier
    if support.open_tickets:
        rows = [
            Row(
                {
                    "Solicitud": Words(ticket.ticket_id),
                    "Fecha": Day(ticket.registered_on),
                    "Módulo": Words(subject.category("module", ticket.module)),
                    "Estado": Words(subject.category("status", ticket.status)),
                    "Antigüedad (días)": subject.value("tickets.age", service="support", ticket=ticket.ticket_id),
                }
            )
            for ticket in support.open_tickets
        ]
        yield ExpectedTable("Solicitudes en trámite, de la más antigua a la más reciente", rows)
    if earlier is not None and earlier.tickets:
        rows = [
            Row(
                {
                    "Solicitud": Words(ticket.ticket_id),
                    "Fecha": Day(ticket.registered_on),
                    "Módulo": Words(subject.category("module", ticket.module)),
                    "Estado": Words(subject.category("status", ticket.status)),
                    "Antigüedad (días)": subject.value("tickets.earlier.age", ticket=ticket.ticket_id),
                    "Última consulta": Day(
                        ticket.last_seen_at and ticket.last_seen_at.astimezone(BOGOTA).date()  # its day in Bogotá
                    ),
                }
            )
            for ticket in earlier.tickets
        ]
        title = "Solicitudes de periodos anteriores en trámite, de la más antigua a la más reciente"
        yield ExpectedTable(title, rows)
    if rows := list(_attention(subject, support.tickets)):
        yield ExpectedTable("Tiempos de atención de las solicitudes del periodo, por prioridad", rows)
    if support.total:
        yield from _counts(subject, "support", support, "")
        yield ExpectedTable("Solicitudes registradas durante el periodo", list(_listed(subject, "support", support)))


def _attention(subject: Subject, tickets: Sequence[Ticket]) -> Iterator[Row]:
    """A row a priority, the most common first, that of none last; none where the help desk tells no moments."""
    if not any({"first_answered_at", "solved_at"}.intersection(each.told) for each in tickets):
        return
    counted = Counter(each.priority or "" for each in tickets)
    for priority in sorted(counted, key=lambda each: (not each, -counted[each], each)):
        answer, solution = ({"milestone": each, "priority": priority} for each in ("first_answer", "solution"))
        yield Row(
            {
                "Prioridad": Words(priority or "Sin prioridad"),
                "Solicitudes": subject.value("tickets.priority", priority=priority),
                "Con primera respuesta": subject.value("tickets.priority.reached", **answer),
                "Mediana hasta la respuesta (horas)": subject.value("tickets.priority.median", **answer),
                "Con solución": subject.value("tickets.priority.reached", **solution),
                "Mediana hasta la solución (horas)": subject.value("tickets.priority.median", **solution),
            }
        )


def _counts(subject: Subject, service: str, tickets: TicketFigures, suffix: str) -> Iterator[ExpectedTable]:
    total = subject.value("tickets.total", service=service)
    for table in tickets.tables:
        if not table.rows:
            continue
        title = DIMENSIONS[table.dimension]
        rows = []
        for row in table.rows:
            of = {"service": service, "dimension": table.dimension, "category": row.value}
            rows.append(
                Row(
                    {
                        title: Words(subject.category(table.dimension, row.value)),
                        "No. Solicitudes": subject.value("tickets.category", **of),
                        "Porcentaje": subject.value("tickets.category.percent", **of),
                    }
                )
            )
        whole = Number(WHOLE, "percent")
        rows.append(Row({title: Words("Suma total"), "No. Solicitudes": total, "Porcentaje": whole}))
        yield ExpectedTable(f"Solicitudes por {title}{suffix}", rows)
    if (cross := tickets.cross) is None:
        return
    down, across = DIMENSIONS[cross.dimension], DIMENSIONS[cross.across]
    rows = []
    for each in cross.rows:
        cells: dict[str, Expected] = {down: Words(subject.category(cross.dimension, each.value))}
        for status in cross.columns:
            name = subject.category(cross.across, status)
            of = {"service": service, "module": each.value, "status": status}
            cells[name] = subject.value("tickets.crossed", **of)
        of = {"service": service, "dimension": cross.dimension, "category": each.value}
        cells["Total"] = subject.value("tickets.category", **of)
        rows.append(Row(cells))
    cells = {down: Words("Suma total")}
    for status in cross.columns:
        of = {"service": service, "dimension": cross.across, "category": status}
        cells[subject.category(cross.across, status)] = subject.value("tickets.category", **of)
    rows.append(Row({**cells, "Total": total}))
    yield ExpectedTable(f"Solicitudes por {down} y {across}{suffix}", rows)


def _listed(subject: Subject, service: str, tickets: TicketFigures) -> Iterator[Row]:
    newest = sorted(tickets.tickets, key=lambda each: (each.registered_on or date.min, each.ticket_id), reverse=True)
    timed = any(each.age_days is not None or each.days_to_close is not None for each in tickets.timings)
    summaries = subject.summaries
    for position, ticket in enumerate(newest, start=1):
        cells: dict[str, Expected] = {
            "Registro": Number(Decimal(position)),
            "Solicitud": Words(ticket.ticket_id),
            "Fecha": Day(ticket.registered_on),
            "Estado": Words(subject.category("status", ticket.status)),
        }
        if timed:
            cells["Días"] = _days(subject, service, ticket, tickets)
        product, module = subject.category("product", ticket.product), subject.category("module", ticket.module)
        cells["Producto / Módulo"] = Words(f"{product}\n{module}")
        process = subject.category("process", ticket.process)
        cells["Proceso / Subproceso"] = Words(f"{process}\n{subject.category('subprocess', ticket.subprocess)}")
        if any(each.ticket_id in summaries for each in newest):
            cells["Resumen"] = Words(summaries.get(ticket.ticket_id, "—"))
        yield Row(cells)


def _days(subject: Subject, service: str, ticket: Ticket, tickets: TicketFigures) -> Value:
    open_still = tickets.timing[ticket.ticket_id].age_days is not None
    family = "tickets.age" if open_still else "tickets.days_to_close"
    return subject.value(family, service=service, ticket=ticket.ticket_id)


def _bank(subject: Subject) -> Iterator[ExpectedTable]:
    bank = subject.figures.hour_bank
    if bank is None:
        return
    if bank.ledger is not None:
        rows = [
            Row(
                {
                    "Horas": Words(BANK_STATES[line.state]),
                    "Saldo inicial": subject.value("hour_bank.opening", state=line.state),
                    "Créditos": subject.value("hour_bank.credits", state=line.state),
                    "Débitos": subject.value("hour_bank.debits", state=line.state),
                    "Saldo final": subject.value("hour_bank.balance", state=line.state),
                }
            )
            for line in bank.ledger.lines
        ]
        yield ExpectedTable("Saldos de la bolsa de horas en el periodo", rows)
        rows = []
        for move, about in moved(bank.ledger):
            given = f"Adición de horas: {move.subject}" if move.subject else "Horas del contrato"
            rows.append(
                Row(
                    {
                        "Fecha": Day(move.on, instead="Sin fecha"),
                        "Movimiento": Words(given if move.source is None else move.subject),
                        "Control de cambio": Words(move.change_code or "—"),
                        "De": Words("—" if move.source is None else BANK_STATES[move.source]),
                        "A": Words(BANK_STATES[move.target]),
                        "Horas": subject.value("hour_bank.movement", **about),
                        "Saldo disponible": subject.value("hour_bank.movement.available", **about),
                    }
                )
            )
        if rows:
            yield ExpectedTable("Movimientos de la bolsa de horas en el periodo", rows)
    if bank.entries:
        rows = [_entry(subject, entry, about) for entry, about in estimated(bank.entries)]
        total = subject.value("hour_bank.charged")
        blank = {"Fecha en Producción": Words(""), "Estado": Words("")}
        rows.append(Row({"Detalle Solicitud": Words("Total Horas"), "Horas Estimadas": total, **blank}))
        yield ExpectedTable("Solicitudes con cargo a la bolsa de horas", rows)


def _entry(subject: Subject, entry: HourBankEntry, about: Mapping[str, str]) -> Row:
    return Row(
        {
            "Detalle Solicitud": Words(entry.request),
            "Fecha en Producción": Day(entry.production_date),
            "Horas Estimadas": subject.value("hour_bank.estimated", **about),
            "Estado": Words(entry.status),
        }
    )


def _change_control(subject: Subject, control: ChangeControl) -> Row:
    accepted = Words(WITH_REPORT) if control.act_with_report else Day(control.delivered_on, instead=LACKING)
    return Row(
        {
            "Código": Words(control.code),
            "Solicitud": subject.named(control),
            "Solicitado": Day(control.requested_on),
            "Aprobado": Day(control.approved_on, instead=LACKING),
            "Especificado": Day(control.specified_on, instead=LACKING),
            "En la mesa": Words(control.ticket_id or LACKING),
            "Acta": accepted,
            "Horas estimadas": subject.value("change_control.estimated", code=control.code),
            "Horas cargadas": subject.value("change_control.charged", code=control.code),
        }
    )
