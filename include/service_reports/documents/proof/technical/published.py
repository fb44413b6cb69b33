"""What the tables about published addresses should say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import (
    ExpectedTable,
    Row,
    Words,
)
from service_reports.figures.chapters.published import services_of

ANSWERS = {
    "Con respuesta": "published.answered",
    "Preguntas": "published.measured",
    "Disponibilidad": "published.percent",
    "Minutos medidos": "published.minutes_measured",
    "Minutos sin medir": "published.minutes_unmeasured",
    "Mayor caída (minutos)": "published.outage",
}
TIMES = {
    "Mín. (ms)": "published.first_byte_least",
    "Media (ms)": "published.first_byte_mean",
    "P95 (ms)": "published.first_byte_p95",
    "Fin del certificado (UTC)": "published.certificate_ends_at",
}


def _tables(subject: Subject) -> Iterator[ExpectedTable]:
    if services_of(subject.figures):
        yield ExpectedTable("Respuesta de los servicios publicados", list(_published(subject, ANSWERS)))
        yield ExpectedTable("Tiempo hasta el primer byte y certificado", list(_published(subject, TIMES)))


def _published(subject: Subject, columns: Mapping[str, str]) -> Iterator[Row]:
    for each in services_of(subject.figures):
        of = {title: subject.value(family, address=each.name) for title, family in columns.items()}
        yield Row({"Servicio": Words(each.name), **of})


TABLES = Tables(50, _tables)
