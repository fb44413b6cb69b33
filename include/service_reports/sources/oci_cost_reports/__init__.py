"""OCI cost reports: the objects of Oracle's own bucket, each read once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal

from service_reports.contracts import Contract
from service_reports.failures import OneByOne, Unreachable
from service_reports.records import UsageHour
from service_reports.sources.answer import Answer, SourceError, Unfit
from service_reports.sources.days_to_ask import days_of_contracts
from service_reports.sources.oci_cost_reports.lines import Aside, CostLines
from service_reports.sources.oci_cost_reports.load import load, wanted_tags
from service_reports.sources.oci_cost_reports.objects import CostReport, list_reports, parse, read_report
from service_reports.sources.oci_cost_reports.suite import SUITE
from service_reports.sources.source import Asked, Feed, Interrupted, Reading, Source, Told, Unread

__all__ = ["FEED", "list_reports", "parse", "read_report", "wanted_tags"]

log = logging.getLogger(__name__)

MOST_UNREACHABLE = 3
"""After these many objects in a row that could not be reached, the rest is not tried."""


def _parse(content: bytes, reading: Reading) -> CostLines:
    """The lines of one object; those that cannot be counted and may be a contract's are told of.

    Raises:
        SourceError: as ``parse``; or no line can be read, or more of a contract's cannot than it bears.
    """
    found = parse(content, wanted_tags(reading.contracts))
    faults = [each for each in found.lines_aside if not each.is_charge]
    if not faults:
        return found
    placeless = [each for each in faults if each.compartment_ocid is None]
    if placeless and not found:
        raise SourceError(f"ninguna línea se puede leer; {placeless[0]}")
    own = {held.id: reading.compartments(held) for held in reading.contracts}
    for held in reading.contracts:
        _refuse_beyond(held, own[held.id], found, faults)
    ours = frozenset().union(*own.values())
    found.aside = tuple(each.failure for each in faults if each in placeless or each.compartment_ocid in ours)
    return found


def _refuse_beyond(
    held: Contract, compartments: Collection[str], found: Sequence[UsageHour], faults: Sequence[Aside]
) -> None:
    """Refuse an object of which more of a contract's lines cannot be counted than it bears."""
    most = held.oci.most_lines_aside_percent
    ours = [each for each in faults if each.compartment_ocid is None or each.compartment_ocid in compartments]
    aside = sum(each.lines for each in ours)
    if most is None or not ours:
        return
    lines = aside + sum(row.lines for row in found if row.compartment_ocid in compartments)
    if aside * 100 > lines * most:
        raise SourceError(
            f"{aside} de {lines} líneas de {held.id} no se pueden contar, y oci.most_lines_aside_percent es {most}; "
            f"{ours[0]}"
        )


SOURCE = Source(
    name="oci_cost_reports",
    scope="tenancy",
    named_by="oci",
    parse=_parse,
    suite=SUITE,
    load=load,
    whole=True,
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """Every object that can hold lines of the days, or of any day of the contracts, and is not loaded yet.

    A scheduled run goes by what the ledger lacks, whatever its age; one by hand by the days of its form.
    An object that cannot be read stops no other one. While tries are left the feed then fails, and the next try goes on
    with what is missing; the last one tells which could not be read.

    Raises:
        Interrupted: objects are missing and tries are left.
    """
    form = _form(asked.scope, asked.contracts)
    days = days_of_contracts(asked, asked.contracts)
    oci = asked.stores.oci(asked.connection)
    with asked.stores.reaching(asked.connection, oci.endpoint):
        client = oci.object_storage()
        listed = list(list_reports(client, asked.scope, *days, form))
    known = asked.ledger.loaded(SOURCE.name, asked.scope) | asked.ledger.of_run(SOURCE.name, asked.scope)
    names = {name for name, _ in known}
    new = [report for report in listed if (report.name, report.etag) not in known]
    # An object that was cut anew gives up its lines before others bring them.
    new.sort(key=lambda report: report.name not in names)
    log.info("%s informes de costos en la lista, %s por leer", len(listed), len(new))
    objects = OneByOne()
    reader = _Reader(asked, oci.endpoint, client)
    for number, report in enumerate(new, start=1):
        answer = None
        with objects.item(report.name):
            answer = Answer(report.name, reader.read(report), report.etag, *report.days)
        if answer is not None:
            yield Told(SOURCE.name, asked.scope, answer)
            log.info("Leído %s (%s de %s, %s bytes)", report.name, number, len(new), len(answer.content))
    if objects.failures and asked.tries_left:
        raise Interrupted(
            f"{len(objects.failures)} de {len(new)} objetos no se pudieron leer; se intenta de nuevo. "
            f"{objects.failures[0]}"
        )
    known_as = {report.name: report for report in new}
    for name, reason in objects.failures:
        yield Unread(SOURCE.name, asked.scope, name, reason, known_as[name].days, known_as[name].etag)
    asked.ledger.note_listing(SOURCE.name, asked.scope, days)


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


FEED = Feed(name="oci_cost_reports", collection="usage", scope="tenancy", collect=collect, sources=(SOURCE,))
