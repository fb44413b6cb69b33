"""OCI cost reports: the objects of Oracle's own bucket, each read once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from service_reports.contracts import Contract
from service_reports.failures import OneByOne, Unreachable
from service_reports.records import UsageHour
from service_reports.sources.answer import Answer, SourceError, Unfit
from service_reports.sources.oci_cost_reports.load import load, wanted_tags
from service_reports.sources.oci_cost_reports.objects import CostReport, list_reports, parse, read_report
from service_reports.sources.oci_cost_reports.suite import SUITE
from service_reports.sources.source import Asked, Feed, Interrupted, Reading, Source, Told, Unread

__all__ = ["FEED", "list_reports", "parse", "read_report", "wanted_tags"]

log = logging.getLogger(__name__)

MOST_UNREACHABLE = 3
"""After these many objects in a row that could not be reached, the rest is not tried."""


def _parse(content: bytes, reading: Reading) -> list[UsageHour]:
    return parse(content, wanted_tags(reading.contracts))


SOURCE = Source(name="oci_cost_reports", scope="tenancy", parse=_parse, suite=SUITE, load=load, whole=True)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """Every object that can hold lines of the days and is not loaded yet.

    An object that cannot be read stops no other one. While tries are left the feed then fails, and the next try goes on
    with what is missing; the last one tells which could not be read.

    Raises:
        Interrupted: objects are missing and tries are left.
    """
    form = _form(asked.scope, asked.contracts)
    oci = asked.stores.oci(asked.connection)
    with asked.stores.reaching(asked.connection, oci.endpoint):
        client = oci.object_storage()
        listed = list(list_reports(client, asked.scope, *asked.days, form))
    known = asked.ledger.loaded(SOURCE.name, asked.scope) | asked.ledger.of_run(SOURCE.name, asked.scope)
    new = [report for report in listed if (report.name, report.etag) not in known]
    log.info("%s informes de costos en la lista, %s por leer", len(listed), len(new))
    objects = OneByOne()
    reader = _Reader(asked, oci.endpoint, client)
    for number, report in enumerate(new, start=1):
        answer = None
        with objects.item(report.name):
            answer = Answer(report.name, reader.read(report), report.etag, *asked.days)
        if answer is not None:
            yield Told(SOURCE.name, asked.scope, answer)
            log.info("Leído %s (%s de %s, %s bytes)", report.name, number, len(new), len(answer.content))
    if objects.failures and asked.tries_left:
        raise Interrupted(
            f"{len(objects.failures)} de {len(new)} objetos no se pudieron leer; se intenta de nuevo. "
            f"{objects.failures[0]}"
        )
    etags = {report.name: report.etag for report in new}
    for name, reason in objects.failures:
        yield Unread(SOURCE.name, asked.scope, name, reason, asked.days, etags[name])
    asked.ledger.note_listing(SOURCE.name, asked.scope, asked.days)


class _Reader:
    """Reads one object after the other, until too many in a row cannot be reached."""

    def __init__(self, asked: Asked, endpoint: str, client: Any) -> None:  # noqa: ANN401 (the SDK's client)
        self._asked, self._endpoint, self._client = asked, endpoint, client
        self._in_a_row = 0

    def read(self, report: CostReport) -> bytes:
        if self._in_a_row >= MOST_UNREACHABLE:
            raise SourceError(f"no se intentó: los {self._in_a_row} anteriores no se pudieron leer")
        try:
            with self._asked.stores.reaching(self._asked.connection, self._endpoint):
                content = read_report(self._client, self._asked.scope, report)
        except Unreachable as error:  # this object's, as long as others can be read
            self._in_a_row += 1
            raise SourceError(str(error)) from None
        self._in_a_row = 0
        return content


def _form(tenancy_ocid: str, contracts: Sequence[Contract]) -> Literal["cost-csv", "focus"]:
    forms = {held.oci.cost_report_form: held.id for held in contracts}
    if len(forms) > 1:
        asked = ", ".join(f"{contract_id} dice {form}" for form, contract_id in sorted(forms.items()))
        raise Unfit(
            f"{tenancy_ocid}: oci.cost_report_form no es el mismo: {asked}. Cada línea se contaría dos veces — "
            "escriba el mismo en todos los contratos de la tenancy"
        )
    return next(iter(forms), "cost-csv")


FEED = Feed(name="oci_cost_reports", scope="tenancy", collect=collect, sources=(SOURCE,))
