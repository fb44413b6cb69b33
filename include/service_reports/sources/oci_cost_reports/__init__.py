"""OCI cost reports: the objects of Oracle's own bucket, each read once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, BinaryIO, Literal

from service_reports.contracts import Contract
from service_reports.failures import OneByOne, Unreachable
from service_reports.records import UsageDay, UsageHour
from service_reports.sources.answer import Answer, SourceError, Unfit
from service_reports.sources.days_to_ask import days_of_contracts, was_just_due
from service_reports.sources.oci_cost_reports.load import load, wanted_tags
from service_reports.sources.oci_cost_reports.objects import PREFIXES, CostReport, list_reports, parse, read_report
from service_reports.sources.oci_cost_reports.suite import SUITE
from service_reports.sources.oci_cost_reports.sums import Aside, CostLines
from service_reports.sources.patience import Patience
from service_reports.sources.source import Asked, Feed, Interrupted, Reading, Source, Told, Unread, Window
from service_reports.spooled import size_of

__all__ = ["FEED", "list_reports", "parse", "read_report", "wanted_tags"]

log = logging.getLogger(__name__)

MOST_OBJECTS = 500
"""A run reads so many, which is four months of a tenancy, or all that reports to be made need; the next ones go on."""
MOST_MONTHS = 25
"""A report tells of some hours, corrections of earlier months, and lines of up to a year; each month is a partition."""
MOST_UNREACHABLE = 3
"""After these many objects in a row that could not be reached, the rest is not tried."""


def _parse(reading: Reading) -> CostLines:
    """The lines of one object; those that cannot be counted and may be a contract's are told of.

    Raises:
        SourceError: as ``parse``; or no line can be read, or more of a contract's cannot than it bears; or its lines
            are of more months than any report's.
    """
    found = parse(reading.opened, wanted_tags(reading.contracts))
    months = {f"{row.charge_period_start:%Y-%m}" for row in found}
    if len(months) > MOST_MONTHS:
        raise SourceError(
            f"tiene líneas de {len(months)} meses, de {min(months)} a {max(months)}, y ningún informe de costos habla "
            f"de más de {MOST_MONTHS}"
        )
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
    facts={UsageDay: "usage_days"},
    rests_on=("oci_compartments",),
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
    patience = Patience()
    days = days_of_contracts(asked, asked.contracts)
    oci = asked.stores.oci(asked.connection)
    with asked.reaching(oci.endpoint):
        client = oci.object_storage()
        found = list(list_reports(client, asked.scope, *days, form, patience))
    listed = list({report.name: report for report in found if report.name}.values())  # pages may overlap
    loaded = asked.ledger.loaded(SOURCE.name, asked.scope, [report.name for report in listed])
    known = loaded | asked.ledger.of_run(SOURCE.name, asked.scope)
    missing = [report for report in listed if (report.name, report.etag) not in known]
    open_from = _open_from(asked)
    in_turn = _in_turn(missing, {name for name, _ in known}, open_from)
    most = len(in_turn) if asked.by_hand else max(MOST_OBJECTS, sum(each.days.last >= open_from for each in in_turn))
    new, later = in_turn[:most], in_turn[most:]
    log.info("%s informes de costos en la lista, %s por leer", len(listed), len(missing))
    if later:
        log.info("Esta ejecución lee %s; las que siguen, los otros %s", len(new), len(later))
    objects = OneByOne()
    reader = _Reader(asked, oci.endpoint, client, patience)
    for number, report in enumerate(new, start=1):
        with ExitStack() as opened:
            file = None
            with objects.item(report.name):
                file = opened.enter_context(reader.read(report))
            if file is not None:
                size = size_of(file)
                yield Told(SOURCE.name, asked.scope, Answer(report.name, b"", report.etag, *report.days, file=file))
                log.info("Leído %s (%s de %s, %s bytes)", report.name, number, len(new), size)
    if objects.failures and asked.tries_left:
        raise Interrupted(
            f"{len(objects.failures)} de {len(new)} objetos no se pudieron leer; se intenta de nuevo. "
            f"{objects.failures[0]}"
        )
    if nameless := [report for report in found if not report.name]:
        reason = asked.with_answer(
            f"{len(nameless)} objetos de la lista no dicen su nombre: nadie los puede pedir — pregunte a Oracle",
            [report._asdict() for report in nameless],
        )
        at = [report.days for report in nameless]
        yield Unread(SOURCE.name, asked.scope, PREFIXES[form], reason, Window(min(at).first, max(at).last))
    known_as = {report.name: report for report in new}
    for name, reason in objects.failures:
        yield Unread(SOURCE.name, asked.scope, name, reason, known_as[name].days, known_as[name].etag)
    looked_through = max([days.first, *(report.days.last + timedelta(days=1) for report in later)])
    if looked_through <= days.last:
        asked.ledger.note_listing(SOURCE.name, asked.scope, Window(looked_through, days.last))


def _open_from(asked: Asked) -> date:
    """The first day of the oldest report that goes on or was just due: an older one is made by hand, if ever."""
    last = asked.days.last
    begun = [each for held in asked.contracts for each in held.reports if each.period_from <= last]
    return min([asked.days.first, *(each.period_from for each in begun if was_just_due(each, last))])


def _in_turn(missing: Sequence[CostReport], known_names: Collection[str], open_from: date) -> list[CostReport]:
    """Objects in the order in which they are read: what reports to be made need first, from the oldest on.

    The rest follows from the newest on. Before them all come new versions of objects that are known: one that was cut
    anew gives up its lines before others bring them.
    """

    def turn(report: CostReport) -> tuple[bool, bool, float]:
        is_open = report.days.last >= open_from
        at = report.created_at.timestamp()
        return report.name not in known_names, not is_open, at if is_open else -at

    return sorted(missing, key=turn)


class _Reader:
    """Reads one object after the other, until too many in a row cannot be reached."""

    def __init__(self, asked: Asked, endpoint: str, client: Any, patience: Patience) -> None:  # noqa: ANN401 (the SDK's)
        self._asked, self._endpoint, self._client, self._patience = asked, endpoint, client, patience
        self._in_a_row = 0

    def read(self, report: CostReport) -> BinaryIO:
        if self._in_a_row >= MOST_UNREACHABLE:
            raise SourceError(f"no se intentó: los {self._in_a_row} anteriores no se pudieron leer")
        try:
            with self._asked.reaching(self._endpoint):
                file = read_report(self._client, self._asked.scope, report, patience=self._patience)
        except Unreachable as error:  # this object's, as long as others can be read
            self._in_a_row += 1
            raise SourceError(str(error)) from None
        self._in_a_row = 0
        return file


def _form(tenancy_ocid: str, contracts: Sequence[Contract]) -> Literal["cost-csv", "focus"]:
    forms = {held.oci.cost_report_form: held.id for held in contracts}
    if len(forms) > 1:
        asked = ", ".join(f"{contract_id} dice {form}" for form, contract_id in sorted(forms.items()))
        raise Unfit(
            f"{tenancy_ocid}: oci.cost_report_form no es el mismo: {asked}. Cada línea se contaría dos veces — "
            "escriba el mismo en todos los contratos de la tenancy"
        )
    return next(iter(forms), "cost-csv")


FEED = Feed(
    name="oci_cost_reports",
    brings="informes de costos",
    collection="usage",
    scope="tenancy",
    collect=collect,
    sources=(SOURCE,),
    policy="define tenancy usage-report as <OCID que publica Oracle>; "
    "endorse group <grupo> to read objects in tenancy usage-report",
    place=10,
)
