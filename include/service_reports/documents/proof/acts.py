"""The acts of a period against its deliveries, and what the report says of them."""

from __future__ import annotations

from service_reports.documents.proof.reading import Read
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import holds_words, long, unspaced
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.deliveries import deliveries
from service_reports.wording.es_co import formats as es_co


def act_findings(subject: Subject, management: Read, acts: list[tuple[RenderedDocument, Read]]) -> list[str]:
    """Deliveries without an act, acts of nothing, and what both do not say. Their tables are proved as such."""
    figures = subject.figures
    wanted, bank = deliveries(figures), figures.hour_bank
    found = [f"acta sin entrega: {act.code}" for act, _ in acts[len(wanted) :]]
    found += [f"entrega sin acta: {subject.request(delivery.request)}" for delivery in wanted[len(acts) :]]
    if bank is None:
        return found
    report = unspaced(" ".join(block.text for block in management.blocks))
    available = es_co.counted(bank.available, "hora disponible", "horas disponibles")
    balance = f"{available} de {es_co.quantity(bank.contracted)}."
    places = {document.code: place for place, document in enumerate(subject.documents, start=1)}
    for delivery, (act, read) in zip(wanted, acts, strict=False):
        annex = subject.annex(places[act.code])
        if unspaced(balance) not in unspaced(" ".join(block.text for block in read.blocks)):
            found.append(f"{act.code}: no dice «{balance}»")
        hours = es_co.counted(delivery.hours, "hora", "horas")
        names = {subject.request(delivery.request), *filter(None, [delivery.title])}
        lines = [
            f"{annex}. {name}: {hours}, en producción desde el {long(delivery.production_date)}. Código: {act.code}"
            for name in names
        ]
        if not any(holds_words(report, line) for line in lines):
            found.append(f"informe de gestión: no relaciona {annex}, {act.code}")
    return found


def wrong_codes(subject: Subject) -> list[str]:
    """Codes that two documents have, and files that are not named by theirs."""
    codes = [document.code for document in subject.documents]
    found = [f"código repetido: {code}" for code in sorted(set(codes)) if codes.count(code) > 1]
    found += [
        f"nombre de archivo: {document.file_name}"
        for document in subject.documents
        if not document.file_name.isascii() or document.file_name.rpartition(".")[0] != document.code
    ]
    return found


def ledger_findings(subject: Subject, management: Read) -> list[str]:
    """What differs from issued balances, and hours of periods already reported, that the report does not tell."""
    ledger = subject.figures.hour_bank.ledger if subject.figures.hour_bank else None
    if ledger is None:
        return []
    report = unspaced(" ".join(block.text for block in management.blocks))
    differences = [
        f"versión {each.version}: se emitieron {es_co.quantity(each.issued)} y hoy son "
        f"{es_co.quantity(each.computed)}; diferencia: {es_co.quantity(each.difference)}"
        for each in ledger.opening_differences
    ]
    late = [
        f"{es_co.counted(each.hours, 'hora', 'horas')} con fecha {es_co.table_date(each.on)}, del periodo del informe "
        f"{each.report}"
        for each in ledger.in_issued_periods
    ]
    return [f"no dice «{words}»" for words in (*differences, *late) if unspaced(words) not in report]
