"""The steps that every ingest DAG is made of: fetch, validate, load, confirm.

Steps hand over batch ids; the bytes are in the archive and what became of them in the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports.archive import Archive
from service_reports.contracts import HelpDesk, HelpDeskExport, SshDumps, read_contract_files
from service_reports.failures import OneByOne
from service_reports.sources import PARSERS, Answer, SourceError
from service_reports.warehouse import (
    Batch,
    is_held,
    load_batch,
    loaded_objects,
    new_alerts,
    objects_of_run,
    oldest_open_ticket,
    read_batches,
    record_batch,
    record_listing,
    record_unreadable,
    refuse_emptied,
    refused_of_run,
    set_state,
)
from service_reports_airflow.contracts import contract, contracts, contracts_of, tag_keys
from service_reports_airflow.dag_parts.forms import FormRefused
from service_reports_airflow.oci_hook import OciHook
from service_reports_airflow.stores import SourceUnreachable, archive, reaching, s3_client, sftp, sql, warehouse
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.quality import BatchToCheck, CheckResult
    from service_reports.sources.help_desk import Connection, ParameterStyle

log = logging.getLogger(__name__)

LOOK_BACK_DAYS = 3
"""A scheduled run reads these many whole days again: data arrives late."""
OPEN_AFTER_CUT_OFF_DAYS = 10
"""Tickets of a period are read again for so long after its report's date: the close may wait that long."""

ANSWER = "responda en «Acciones requeridas» lo que pregunta «Decidir una corrección»"
"""What to do about an issued version that is out of date."""
MEND = "\n  → corríjalo en la fuente y dispare esta recolección de nuevo con sus días"
READ_AGAIN = "\n  → la próxima ejecución lo lee otra vez; si sigue así, dispare esta recolección de nuevo con sus días"
"""What to do about a batch that was not loaded."""
TRIED_AGAIN = "\n  → la próxima ejecución lo intenta otra vez; si sigue así, corrija en la fuente lo que dice"
"""What to do about a contract that could not be looked at."""

ROWS_SHOWN = 3
MOST_UNREACHABLE = 3
"""After these many objects in a row that could not be reached, the rest is not tried."""


class Window(NamedTuple):
    """Days to collect, both included."""

    first: date
    last: date


class Incomplete(AirflowFailException):
    """A run that a person must look at; everything else was loaded, and trying again would not change that."""


def window(params: Mapping[str, Any], run_after: datetime) -> Window:
    """The days of the trigger form, or the last whole days before the run (UTC).

    Raises:
        FormRefused: only one day given, no days, or the days in the wrong order.
    """
    first, last = params.get("desde"), params.get("hasta")
    if first and last:
        try:
            asked = Window(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise FormRefused(
                f"«Desde» ({first}) y «Hasta» ({last}): escriba días que existan, así: 2026-01-31"
            ) from None
        if asked.last < asked.first:
            raise FormRefused(
                f"«Hasta» ({last}) es anterior a «Desde» ({first}): dispare de nuevo con las dos en orden"
            )
        return asked
    if first or last:
        lacking = "Hasta" if first else "Desde"
        raise FormRefused(f"Falta «{lacking}»: dispare de nuevo con «Desde» y «Hasta», o con ninguna de las dos fechas")
    yesterday = run_after.date() - timedelta(days=1)
    return Window(yesterday - timedelta(days=LOOK_BACK_DAYS - 1), yesterday)


def _record(
    store: Archive, db: psycopg.Connection[Any], source: str, scope: str, answers: Iterable[Answer], run_id: str
) -> list[int]:
    return [
        record_batch(
            db, source=source, scope=scope, answer=answer, archive_key=store.keep(answer.content), run_id=run_id
        )
        for answer in answers
    ]


def _cost_report_form(tenancy_ocid: str) -> Literal["cost-csv", "focus"]:
    forms = {held.oci.cost_report_form: held.id for held in contracts_of(tenancy_ocid)}
    if len(forms) > 1:
        asked = ", ".join(f"{contract_id} dice {form}" for form, contract_id in sorted(forms.items()))
        raise AirflowFailException(
            f"{tenancy_ocid}: oci.cost_report_form no es el mismo: {asked}. Cada línea se contaría dos veces: "
            "escriba el mismo en todos los contratos de la tenancy"
        )
    return next(iter(forms), "cost-csv")


@told
def fetch_cost_reports(tenancy: Mapping[str, str], days: Window, run_id: str, *, tries_left: bool = False) -> list[int]:
    """Read every cost report of a tenancy that can hold lines of the window and is not loaded yet.

    An object that cannot be read stops no other one. While tries are left the task then fails, and
    the next try goes on with what is missing; the last one enters it in the ledger as unreadable, and ``confirm``
    ends the run red.

    Raises:
        SourceUnreachable: the bucket cannot be listed, or objects are missing and tries are left.
    """
    from service_reports.sources.oci_cost_reports import CostReport, list_reports, read_report

    hook = OciHook(tenancy["connection"])
    scope, source = tenancy["tenancy_ocid"], "oci_cost_reports"
    form = _cost_report_form(scope)
    in_a_row = 0

    def read(report: CostReport) -> bytes:
        nonlocal in_a_row
        if in_a_row >= MOST_UNREACHABLE:
            raise SourceError(f"no se intentó: los {in_a_row} anteriores no se pudieron leer")
        try:
            with reaching(hook.oci_conn_id, hook.endpoint):
                content = read_report(client, scope, report)
        except SourceUnreachable as error:  # this object's, as long as others can be read
            in_a_row += 1
            raise SourceError(str(error)) from None
        in_a_row = 0
        return content

    with warehouse() as db:
        loaded = loaded_objects(db, source, scope, tag_keys(scope))
        of_run = objects_of_run(db, source, scope, run_id)
        with reaching(hook.oci_conn_id, hook.endpoint):
            client = hook.object_storage()
            listed = list(list_reports(client, scope, *days, form))
        new = [report for report in listed if (report.name, report.etag) not in {*loaded, *of_run}]
        log.info("%s informes de costos en la lista, %s por leer", len(listed), len(new))
        batch_ids = list(of_run.values())
        if not new:
            record_listing(db, source, scope, days, run_id)
            return batch_ids
        objects = OneByOne()
        with archive() as store:
            for number, report in enumerate(new, start=1):
                with objects.item(report.name):
                    answer = Answer(report.name, read(report), report.etag, *days)
                    batch_ids += _record(store, db, source, scope, [answer], run_id)
                    log.info("Leído %s (%s de %s, %s bytes)", report.name, number, len(new), len(answer.content))
        if objects.failures and tries_left:
            raise SourceUnreachable(
                f"{len(objects.failures)} de {len(new)} objetos no se pudieron leer; se intenta de nuevo. "
                f"{objects.failures[0]}"
            )
        etags = {report.name: report.etag for report in new}
        for name, reason in objects.failures:
            batch_ids.append(
                record_unreadable(
                    db,
                    source=source,
                    scope=scope,
                    name=name,
                    etag=etags[name],
                    reason=reason,
                    run_id=run_id,
                    window_from=days.first,
                    window_to=days.last,
                )
            )
        record_listing(db, source, scope, days, run_id)
    return batch_ids


def _record_news(source: str, scope: str, answer: Answer, run_id: str) -> list[int]:
    """Record an answer, unless it is the one that was loaded last."""
    with warehouse() as db:
        if is_held(db, source, scope, answer):
            log.info("%s %s: igual a lo último que se cargó", source, answer.name)
            return []
        with archive() as store:
            return _record(store, db, source, scope, [answer], run_id)


@told
def fetch_compartments(tenancy: Mapping[str, str], run_id: str) -> list[int]:
    """Read the tree of compartments of a tenancy."""
    from service_reports.sources.oci_compartments import fetch

    hook = OciHook(tenancy["connection"])
    with reaching(hook.oci_conn_id, hook.endpoint):
        answer = fetch(hook.identity(), tenancy["tenancy_ocid"])
    return _record_news("oci_compartments", tenancy["tenancy_ocid"], answer, run_id)


@told
def fetch_usage_totals(tenancy: Mapping[str, str], days: Window, run_id: str) -> list[int]:
    """Read the provider's own daily totals of a tenancy."""
    from oci.usage_api.models import RequestSummarizedUsagesDetails

    from service_reports.sources.oci_usage import fetch

    hook = OciHook(tenancy["connection"])
    with reaching(hook.oci_conn_id, hook.endpoint):
        answer = fetch(hook.usage(), RequestSummarizedUsagesDetails, tenancy["tenancy_ocid"], *days)
    return _record_news("oci_usage", tenancy["tenancy_ocid"], answer, run_id)


@told
def fetch_metrics(tenancy: Mapping[str, str], days: Window, run_id: str) -> list[int]:
    """Read the hours of every metric that the contracts of a tenancy chart, with one request for all resources."""
    from oci.monitoring.models import SummarizeMetricsDataDetails

    from service_reports.sources.oci_metrics import MetricStream, Pace, ask, attribute, plan_requests

    ocid = tenancy["tenancy_ocid"]
    hook = OciHook(tenancy["connection"])
    held = [c for c in contracts() if (c.oci.connection, c.oci.tenancy_ocid) == (hook.oci_conn_id, ocid)]
    requests = plan_requests(held, *days)
    pace = Pace()
    streams: dict[tuple[str, str], list[MetricStream]] = {}
    refused: dict[tuple[str, str], str] = {}
    client = hook.monitoring()
    for request in requests:
        metric = request.namespace, request.metric_name
        pace.wait()
        with OneByOne().item(f"{request.namespace}: {request.query}", partial(refused.setdefault, metric)):
            with reaching(hook.oci_conn_id, hook.endpoint):
                found = ask(client, SummarizeMetricsDataDetails, ocid, request)
            streams.setdefault(metric, []).extend(found)
    log.info("Consultas de métricas: %s, para %s contratos, del %s al %s", len(requests), len(held), *days)
    batch_ids = []
    with warehouse() as db, archive() as store:
        for each in held:
            for answer in attribute(each, streams, *days):
                _, namespace, name = answer.name.rsplit("/", 2)
                reason = refused.get((namespace, name))
                batch_ids += (
                    _record(store, db, "oci_metrics", each.id, [answer], run_id)
                    if reason is None
                    else [
                        record_unreadable(
                            db,
                            source="oci_metrics",
                            scope=each.id,
                            name=answer.name,
                            etag=None,
                            reason=reason,
                            run_id=run_id,
                            window_from=days.first,
                            window_to=days.last,
                        )
                    ]
                )
    return batch_ids


@told
def fetch_oci_backups(contract_id: str, days: Window, run_id: str) -> list[int]:
    """Read the provider's backup listing of a contract's database."""
    from service_reports.sources.oci_backups import fetch

    held = contract(contract_id)
    hook = OciHook(held.oci.connection)
    with reaching(hook.oci_conn_id, hook.endpoint):
        answer = fetch(hook.database(), held, *days)
    with warehouse() as db, archive() as store:
        return _record(store, db, "oci_backups", held.id, [answer], run_id)


@told
def fetch_database_dumps(contract_id: str, days: Window, run_id: str) -> list[int]:
    """Read the listing of a contract's dump files, from its bucket or its server."""
    from service_reports.sources.database_dumps import fetch, fetch_by_sftp

    held = contract(contract_id)
    if isinstance(held.dumps, SshDumps):
        with sftp(held.dumps.connection) as client:
            answer = fetch_by_sftp(client, held.dumps, *days)
    else:
        s3, endpoint = s3_client(held.dumps.connection)
        with reaching(held.dumps.connection, endpoint):
            answer = fetch(s3, held.dumps, *days)
    with warehouse() as db, archive() as store:
        return _record(store, db, "database_dumps", held.id, [answer], run_id)


@told
def help_desk_days(contract_id: str, params: Mapping[str, Any], run_after: datetime) -> Window:
    """The days of the trigger form, or all days of the reports that are open or were just due, and of their warranty.

    A ticket changes its state long after its day: a scheduled run reads whole periods again, and where the help desk
    is queried, from the oldest request on that is still open. An exported file may not go back so far.
    """
    days = window(params, run_after)
    if params.get("desde"):
        return days
    held = contract(contract_id)
    open_reports = [
        min(report.period_from, warranty.valid_from)
        if (warranty := held.warranty_listed_in(report))
        else report.period_from
        for report in held.reports
        if report.period_from <= days.last <= report.report_date + timedelta(days=OPEN_AFTER_CUT_OFF_DAYS)
    ]
    first = min([days.first, *open_reports])
    if isinstance(held.help_desk, HelpDesk):
        with warehouse() as db:
            first = min(first, oldest_open_ticket(db, held.id) or first)
    return Window(first, days.last)


@told
def fetch_help_desk(contract_id: str, days: Window, run_id: str) -> list[int]:
    """Read a contract's tickets of the window and its whole hour bank, from its database or its exports.

    Of a database each is asked for by itself: one that is refused enters the ledger as unreadable.

    Raises:
        Incomplete: an exported file does not hold; the message lists every problem.
    """
    held = contract(contract_id)
    with warehouse() as db, archive() as store:
        if isinstance(held.help_desk, HelpDesk):
            return _query_help_desk(store, db, held.id, held.help_desk, days, run_id)
        try:
            tickets, hour_bank = _read_export(held.help_desk, days, store)
        except Incomplete as error:
            for source in ("tickets", "hour_bank"):
                _unreadable_help_desk(db, held.id, source, held.help_desk.prefix, str(error), days, run_id)
            raise
        return [
            *_record(store, db, "tickets", held.id, [tickets], run_id),
            *_record(store, db, "hour_bank", held.id, [hour_bank], run_id),
        ]


def _query_help_desk(
    store: Archive, db: psycopg.Connection[Any], scope: str, desk: HelpDesk, days: Window, run_id: str
) -> list[int]:
    from service_reports.sources.help_desk import fetch_hour_bank, fetch_tickets
    from service_reports.warehouse.statements import statement

    def tickets(connection: Connection, style: ParameterStyle) -> Answer:
        return fetch_tickets(connection, statement(f"{desk.statements}/tickets"), desk, *days, style)

    def hour_bank(connection: Connection, style: ParameterStyle) -> Answer:
        return fetch_hour_bank(connection, statement(f"{desk.statements}/hour_bank"), desk, style)

    batch_ids: list[int] = []
    for source, fetch in (("tickets", tickets), ("hour_bank", hour_bank)):

        def refused(reason: str, source: str = source) -> None:
            batch_ids.append(_unreadable_help_desk(db, scope, source, source, reason, days, run_id))

        with OneByOne().item(source, refused):
            with sql(desk.connection) as (connection, style):
                answer = fetch(connection, style)
            batch_ids.extend(_record(store, db, source, scope, [answer], run_id))
    return batch_ids


def _unreadable_help_desk(
    db: psycopg.Connection[Any], scope: str, source: str, name: str, reason: str, days: Window, run_id: str
) -> int:
    """Enter in the ledger that an answer of a help desk could not be read; the hour bank is read whole, of no days."""
    first, last = days if source == "tickets" else (None, None)
    return record_unreadable(
        db,
        source=source,
        scope=scope,
        name=name,
        etag=None,
        reason=reason,
        run_id=run_id,
        window_from=first,
        window_to=last,
    )


def _read_export(desk: HelpDeskExport, days: Window, store: Archive) -> tuple[Answer, Answer]:
    from service_reports.sources.export_sheet import ExportError
    from service_reports.sources.help_desk_export import fetch

    client, endpoint = s3_client(desk.connection)
    with reaching(desk.connection, endpoint):
        try:
            return fetch(client, desk, *days, store.keep)
        except ExportError as error:
            raise Incomplete(f"La exportación de la mesa de ayuda no se puede leer:\n{error}") from error


@told
def fetch_contract_records(contract_id: str, run_id: str) -> list[int]:
    """Read the newest workbook of a contract's records; nothing for a contract that keeps none."""
    from service_reports.sources.contract_records import fetch
    from service_reports.sources.export_sheet import ExportError

    held = contract(contract_id)
    if held.records is None:
        return []
    client, endpoint = s3_client(held.records.connection)
    with reaching(held.records.connection, endpoint):
        try:
            answer = fetch(client, held.records)
        except ExportError as error:
            raise Incomplete(f"El libro de registros no se puede leer:\n{error}") from error
    if answer is None:
        log.warning(
            "s3://%s/%s no tiene un libro de Excel (.xlsx): déjelo allí; lo que sale de los registros de %s se imprime "
            "como pendiente",
            held.records.bucket,
            held.records.prefix,
            held.id,
        )
        return []
    with warehouse() as db, archive() as store:
        return _record(store, db, "contract_records", held.id, [answer], run_id)


def flat(fetched: Iterable[Iterable[Iterable[int]]]) -> Iterator[int]:
    """Batch ids of several mapped fetches; those of a fetch that failed are not there."""
    for mapped in fetched:
        for batch_ids in mapped or ():
            yield from batch_ids or ()


def _subject(batch: Batch) -> str:
    return f"{batch.source}/{batch.scope}/{batch.name}"


def _rows(batch: Batch, content: bytes) -> Sequence[Any]:
    if batch.source == "contract_records":
        from service_reports.sources import contract_records

        file_name = batch.name.rsplit("/", 1)[-1]
        return contract_records.parse(content, file_name, contract(batch.scope), batch.observed_at)
    if batch.source == "oci_cost_reports":
        from service_reports.sources.oci_cost_reports import parse

        return parse(content, tag_keys(batch.scope))
    return PARSERS[batch.source](content)


@told
def validate(batch_ids: Iterable[int], run_id: str) -> list[int]:
    """Check all batches of a run at once; quarantine those that fail a blocking check.

    A batch that cannot even be parsed is quarantined with the reason. Gives the ids of the
    batches that may be loaded.
    """
    from service_reports.quality import BatchToCheck, CheckResult, check_batches, quarantined
    from service_reports.warehouse import keep_verdicts

    fetched = list(batch_ids)
    if not fetched:
        log.info("Nada nuevo por validar")
        return []
    with warehouse() as db, archive() as store:
        batches = {_subject(batch): batch for batch in read_batches(db, fetched) if batch.state != "unreadable"}
        results: list[CheckResult] = []
        to_check = []
        reading = OneByOne()
        for subject, batch in batches.items():
            with reading.item(subject):
                rows = _rows(batch, store.read(batch.archive_key))
                refuse_emptied(db, batch, rows)
                results.append(CheckResult(f"{batch.source}.readable", subject, "blocking", True, f"{len(rows)} filas"))
                to_check.append(BatchToCheck(subject, batch.source, rows))
        results += [
            CheckResult(f"{batches[subject].source}.readable", subject, "blocking", False, reason)
            for subject, reason in reading.failures
        ]
        log.info("Lotes leídos: %s, con %s filas", len(batches), sum(len(batch.rows) for batch in to_check))
        results += [_all_read(batch) for batch in to_check]
        results += check_batches(to_check)
        keep_verdicts(
            db, results, run_id=run_id, batch_ids={subject: batch.batch_id for subject, batch in batches.items()}
        )
        refused = quarantined(results)
        for subject, batch in batches.items():
            if subject in refused:
                reasons = "; ".join(
                    f"{r.check}: {r.detail}"
                    for r in results
                    if r.subject == subject and r.severity == "blocking" and not r.passed
                )
                set_state(db, batch.batch_id, "quarantined", reason=reasons)
                log.error("En cuarentena %s: %s", subject, reasons)
            elif batch.state not in ("loaded", "superseded"):
                set_state(db, batch.batch_id, "validated")
        for result in results:
            if result.severity == "warning" and not result.passed:
                log.warning("%s: %s: %s", result.subject, result.check, result.detail)
        return [batch.batch_id for subject, batch in batches.items() if subject not in refused]


@told
def load(batch_ids: Iterable[int]) -> None:
    """Load validated batches, each in a transaction of its own.

    One that cannot be loaded goes to quarantine with the reason, and ``confirm`` ends the run red.
    """
    validated = list(batch_ids)
    if not validated:
        log.info("Nada nuevo por cargar")
        return
    with warehouse() as db, archive() as store:
        batches = read_batches(db, validated)
        loading = OneByOne()
        for number, batch in enumerate(batches, start=1):
            with loading.item(_subject(batch), partial(_quarantine, db, batch)):
                rows = _rows(batch, store.read(batch.archive_key))
                fresh = load_batch(db, batch, rows, tag_keys(batch.scope))
                log.info(
                    "%s %s (%s de %s, %s filas)",
                    "Cargado" if fresh else "Ya estaba cargado, o algo más reciente",
                    _subject(batch),
                    number,
                    len(batches),
                    len(rows),
                )


def _all_read(batch: BatchToCheck) -> CheckResult:
    from service_reports.quality import CheckResult

    aside = getattr(batch.rows, "aside", ())
    detail = f"Filas que quedaron aparte: {len(aside)}{': ' if aside else ''}{'; '.join(map(str, aside[:ROWS_SHOWN]))}"
    return CheckResult(f"{batch.source}.every_row_read", batch.subject, "warning", not aside, detail)


def _quarantine(db: psycopg.Connection[Any], batch: Batch, reason: str) -> None:
    set_state(db, batch.batch_id, "quarantined", reason=reason)


@told
def confirm(batch_ids: Iterable[int], run_id: str, also: Sequence[str] = (), failed: Sequence[str] = ()) -> None:
    """End the run in failure when a person must look: something was left out, or an alert is new.

    Raises:
        Incomplete: names every batch in quarantine with its reason, every error of every
            contract file, every alert that this run was the first to see, what ``failed`` in its
            other steps, and what is ``also`` to be said.
    """
    with warehouse() as db:
        batches = read_batches(db, {*batch_ids, *refused_of_run(db, run_id)})
        held = [batch for batch in batches if batch.state == "quarantined"]
        in_part = [batch for batch in batches if batch.state == "loaded" and batch.reason]
        unread = [batch for batch in batches if batch.state == "unreadable"]
        alerts = new_alerts(db, run_id)
    left_out = [*also]
    left_out += [f"No se pudo revisar {failure}{TRIED_AGAIN}" for failure in failed]
    left_out += [f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts]
    left_out += [f"Lote en cuarentena {_subject(batch)}: {batch.reason}{MEND}" for batch in held]
    left_out += [f"Filas que quedaron aparte en {_subject(batch)}: {batch.reason}{MEND}" for batch in in_part]
    left_out += [f"Objeto que no se pudo leer {_subject(batch)}: {batch.reason}{READ_AGAIN}" for batch in unread]
    left_out += [f"Contrato que no se recolecta: {file.error}" for file in read_contract_files() if file.error]
    if left_out:
        rest = f": {ANSWER}" if also else "; lo demás quedó cargado"
        raise Incomplete(f"Requiere atención{rest}:\n" + "\n".join(left_out))
