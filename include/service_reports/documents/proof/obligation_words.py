"""What the row of an obligation must say: a phrase for each thing it rests on, in their order, and the documents."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.documents.proof.service_levels import verdict
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import Expected, Holding, Words, long, short
from service_reports.figures.model import DeliverableFigures, ObligationFact, ObligationFigures, ObligationStanding

MEASURED = {
    "tickets": ("solicitud", "no se registraron solicitudes", "Pendiente de consultar la mesa de servicio"),
    "hour_bank": ("La bolsa de horas registra", "No hay solicitudes con cargo", "Pendiente de consultar la bolsa"),
    "availability": ("", "", "Pendiente de la medición de disponibilidad"),
    "backups": ("OCI relaciona", "OCI relaciona", "Pendiente de los listados de copias"),
    "usage": ("La infraestructura registra uso", "La infraestructura registra uso", "Pendiente de los informes de uso"),
    "reports": ("Con este informe se entregan",) * 3,
}
"""Of a fact that is measured: what is said where it is recorded, where there is none, and where it is pending."""
NONE_OF = {
    "consultations": "no se registraron consultas",
    "force_majeure": "no se registraron hechos de fuerza mayor",
    "security_incidents": "no se registraron incidentes",
    "claims": "no se registraron reclamaciones",
}
PENDING_OF = {
    "consultations": "registro de consultas",
    "force_majeure": "registro de fuerza mayor",
    "security_incidents": "registro de incidentes",
    "claims": "registro de incidentes",
}
RESTS: dict[str, frozenset[str]] = {
    "tickets": frozenset({"tickets"}),
    "hour_bank": frozenset({"hour_bank"}),
    "availability": frozenset({"availability", "published", "oci_metrics", "http_addresses"}),
    "backups": frozenset({"backups", "dumps", "oci_backups", "database_dumps"}),
    "usage": frozenset({"usage", "oci_cost_reports"}),
}
"""Parts of the reports, and sources, whose findings touch what rests on a fact."""
MEASURES = {
    "node_availability": "availability",
    "published_availability": "availability",
    "backups": "backups",
    "dumps": "backups",
    "closed_within": "tickets",
    "first_answer": "tickets",
    "solution": "tickets",
}
TECHNICAL = frozenset({"availability", "backups", "usage"})


def activity(subject: Subject, obligation: ObligationFigures) -> Expected:
    """What is said of an obligation: at least this, in this order."""
    parts = (part for fact in obligation.facts for part in _phrases(subject, obligation, fact))
    return Holding(tuple(part for part in parts if part))


def standing_of(subject: Subject, obligation: ObligationFigures) -> ObligationStanding:
    """How an obligation stands by its facts: a missed target first, then what lacks, then the best that shows it."""
    states = [fact.state for fact in obligation.facts]
    if any(verdict(level) == "missed" for fact in obligation.facts for level in fact.levels):
        return "unmet"
    if "pending" in states:
        return "pending" if set(states) == {"pending"} else "partial"
    shown = [fact.kind for fact in obligation.facts if fact.state != "not_due"]
    if not shown:
        return "not_due"
    if "service_levels" in shown:
        return "measured"
    silent = {fact.kind for fact in obligation.facts if fact.state == "none" and fact.kind in NONE_OF}
    return "recorded" if set(shown) - silent - {"attestation"} else "declared"


def touches(subject: Subject, obligation: ObligationFigures) -> list[str]:
    """The findings of the period about what an obligation rests on, by their codes."""
    rests: set[str] = set()
    for fact in obligation.facts:
        rests |= RESTS.get(fact.kind, frozenset())
        rests |= {part for level in fact.levels for part in RESTS.get(MEASURES.get(level.kind, ""), ())}
    missed = {level.id for fact in obligation.facts for level in fact.levels}
    findings = subject.figures.summary.findings if subject.figures.summary else ()
    found: dict[str, None] = {}
    for finding in findings:
        if finding.severity == "notice":
            continue
        if finding.kind == "service_levels.missed":
            if finding.subject in missed:
                found[finding.code] = None
        elif finding.section in rests or finding.subject in rests:
            found[finding.code] = None
    return list(found)


def _phrases(subject: Subject, obligation: ObligationFigures, fact: ObligationFact) -> Iterator[str]:
    if fact.kind in MEASURED:
        recorded, none, pending = MEASURED[fact.kind]
        if fact.kind == "backups" and not subject.figures.tell_of("oci_backups"):
            recorded = "volcado"
        yield {"none": none, "pending": pending}.get(fact.state, recorded)
        if fact.kind == "availability" and fact.state != "pending":
            for part in subject.figures.availability:
                if part.percent is not None:
                    yield f"El nodo de {part.resource_name} respondió"
    elif fact.kind == "service_levels":
        for level in fact.levels:
            result = verdict(level)
            yield f"Meta de {level.name}:"
            yield {"met": "; se alcanzó", "missed": "; no se alcanzó"}.get(result, "no se puede afirmar si se alcanzó")
    elif fact.kind == "deliverables":
        for each in fact.deliverables:
            yield from _deliverable(each)
        if not fact.deliverables:
            yield "registro de entregables"
    elif fact.kind == "attestation":
        if fact.attestation is None:
            yield f"Pendiente de la constancia del responsable para el informe {subject.figures.report_number}"
        else:
            yield f"declara que {obligation.statement}"
            if fact.attestation.attested_on < subject.figures.period_to:
                yield f"anterior al {long(subject.figures.period_to)}"
    elif fact.kind == "social_security":
        records = subject.figures.records
        for proof in records.social_security:
            yield from (f"{proof.kind} No. {proof.document_number}", short(proof.issued_on))
        if records.months_missing:
            yield "Pendiente de registrar el soporte de aportes"
        elif not records.social_security:
            yield "aún no son exigibles"
    elif fact.state == "pending":
        yield PENDING_OF[fact.kind]
    elif fact.state == "none":
        yield NONE_OF[fact.kind]
    else:
        yield from _registered(subject, fact.kind)


def _deliverable(each: DeliverableFigures) -> Iterator[str]:
    yield f"{each.kind} {each.code}:"
    match each.standing:
        case "on_time":
            yield from ("envío oportuno", short(each.sent_on) if each.sent_on else "")
        case "late":
            yield from (short(each.sent_on) if each.sent_on else "", "después de la fecha pactada")
        case "sent":
            yield short(each.sent_on) if each.sent_on else ""
        case "overdue":
            yield "pendiente de envío"
    if each.due_on and each.standing != "sent":
        yield short(each.due_on)


def _registered(subject: Subject, kind: str) -> Iterator[str]:
    records = subject.figures.records
    if kind == "consultations":
        for asked in records.consultations:
            yield from (f"Consulta a {asked.addressee} el {short(asked.asked_on)}",)
            yield f"respondida el {short(asked.answered_on)}" if asked.answered_on else "sin respuesta registrada"
    elif kind == "force_majeure":
        for happened in records.force_majeure:
            yield f"Hecho del {short(happened.occurred_on)}"
            yield f"avisado el {short(happened.notified_on)}" if happened.notified_on else "pendiente de avisar"
    else:
        claims = kind == "claims"
        for each in records.claims if claims else records.security_incidents:
            yield f"{'Reclamación' if claims else 'Incidente'} del {short(each.occurred_on)}"
            closed = "cerrada" if claims else "cerrado"
            yield f"{closed} el {short(each.closed_on)}" if each.closed_on else ("abierta" if claims else "abierto")


def products(subject: Subject, obligation: ObligationFigures) -> Expected:
    """The documents that show an obligation, each once; never the report that says so."""
    found: dict[str, None] = {}
    for fact in obligation.facts:
        found |= dict.fromkeys(_evidence(subject, fact))
    return Words("".join(f"• {item}" for item in found) or "—")


def _evidence(subject: Subject, fact: ObligationFact) -> list[str]:
    if fact.kind == "deliverables":
        return [each.code for each in fact.deliverables if each.sent_on is not None]
    if fact.kind == "social_security":
        proofs = subject.figures.records.social_security
        return [f"{proof.kind} No. {proof.document_number}" for proof in proofs]
    if fact.state != "recorded":
        return []
    if fact.kind == "attestation" and fact.attestation is not None:
        return [f"Constancia ({fact.attestation.role}), {short(fact.attestation.attested_on)}"]
    if fact.kind == "reports":
        return [_annex(subject, "technical_report"), _annex(subject, "ticket_workbook")]
    if fact.kind in ("tickets", "hour_bank"):
        return [_annex(subject, "ticket_workbook")]
    return [_annex(subject, "technical_report")] if fact.kind in TECHNICAL else []


def _annex(subject: Subject, kind: str) -> str:
    """A document by its title and its number among those that were really made."""
    code = subject.codes[kind]
    position, document = next(each for each in enumerate(subject.documents, start=1) if each[1].code == code)
    return f"{document.title} ({subject.annex(position)})"
