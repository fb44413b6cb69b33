"""The steps that every ingest DAG is made of: fetch, validate and load, confirm.

Steps hand over batch ids; the bytes are in the archive and what became of them in the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports.archive import Archive
from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.sources import FEEDS, SOURCES, TURNS, Unfit
from service_reports.sources.days_to_ask import LOOK_BACK_DAYS
from service_reports.sources.oci_cost_reports import wanted_tags
from service_reports.sources.rows import told_of, without
from service_reports.sources.source import Asked, Batch, Interrupted, Reading, Stamps, Told, Unread, Window
from service_reports.warehouse import (
    add_observation,
    concluded_reports,
    days_lacking_hours,
    is_held,
    load_batch,
    loaded_objects,
    metric_stamps,
    new_alerts,
    objects_of_run,
    oldest_missed_day,
    oldest_open_ticket,
    oldest_unfinished_backup,
    read_batches,
    read_before,
    record_batch,
    record_listing,
    record_metric_stamps,
    record_unreadable,
    refuse_emptied,
    refused_of_run,
    review,
    set_state,
    settled_batches,
)
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.steps import refusals
from service_reports_airflow.steps.version import skipped
from service_reports_airflow.stores import STORES, SourceUnreachable, Stores
from service_reports_airflow.telemetry import catalogue, recording
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.quality import BatchToCheck, CheckResult

log = logging.getLogger(__name__)

ANSWER = "responda en «Acciones requeridas» lo que pregunta «Decidir una corrección»"
"""What to do about an issued version that is out of date."""
MEND = "\n  → corríjalo en la fuente y dispare esta recolección de nuevo con sus días"
READ_AGAIN = "\n  → la próxima ejecución lo lee otra vez; si sigue así, dispare esta recolección de nuevo con sus días"
"""What to do about a batch that was not loaded."""
SETTLE = (
    "\n  → corríjalo en la fuente y dispare esta recolección de nuevo con sus días; si se deja "
    "rechazado, o se da por bueno, dispárela con su «Lote», la «Decisión» y un «Motivo»: se dice hasta entonces"
)
"""What to do about what was refused before and is not in force yet."""
MOST_ROWS_AT_ONCE = 100_000
"""Rows of a run that are held at once, to be checked together: a suite costs the same for one row as for many."""
TRIED_AGAIN = "\n  → la próxima ejecución lo intenta otra vez; si sigue así, corrija en la fuente lo que dice"
"""What to do about a contract that could not be looked at."""


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


@told
def asked_contracts(params: Mapping[str, Any], *, stores: Stores = STORES) -> tuple[Contract, ...]:
    """The contract that the trigger form names, or all that hold.

    Raises:
        FormRefused: no file that holds has the id that was given.
    """
    contract_id = str(params.get("contrato") or "").strip()
    if not contract_id:
        return stores.contracts()
    try:
        return (stores.contract(contract_id),)
    except UnknownContract as error:
        raise FormRefused(
            f"«Contrato»: {error}\n  → escriba uno de ellos, o ninguno para recolectarlos todos"
        ) from None


class _Ledger:
    """What a feed may know of what came before, from the ledger; ``batch_ids`` are those this run entered already."""

    def __init__(self, db: psycopg.Connection[Any], store: Archive, run_id: str, contracts: Sequence[Contract]) -> None:
        self._db, self._store, self._run_id, self._contracts = db, store, run_id, contracts
        self.batch_ids: list[int] = []

    def loaded(self, source: str, scope: str, names: Iterable[str]) -> frozenset[tuple[str, str | None]]:
        return frozenset(loaded_objects(self._db, source, scope, names, wanted_tags(self._contracts)))

    def of_run(self, source: str, scope: str) -> frozenset[tuple[str, str | None]]:
        entered = objects_of_run(self._db, source, scope, self._run_id)
        self.batch_ids += entered.values()
        return frozenset(entered)

    def note_listing(self, source: str, scope: str, days: Window) -> None:
        record_listing(self._db, source, scope, days, self._run_id)

    def oldest_missed(self, source: str, scope: str, names: Sequence[str], days: Window) -> date | None:
        return oldest_missed_day(self._db, source, scope, names, days, settles_after=LOOK_BACK_DAYS)

    def days_lacking_hours(self, contract_id: str, days: Window) -> Mapping[tuple[str, str, str], Mapping[date, int]]:
        return days_lacking_hours(self._db, contract_id, days)

    def concluded_reports(self, contract_id: str) -> frozenset[str]:
        return concluded_reports(self._db, contract_id)

    def oldest_unfinished_backup(self, contract_id: str) -> date | None:
        return oldest_unfinished_backup(self._db, contract_id)

    def oldest_open_ticket(self, contract_id: str) -> date | None:
        return oldest_open_ticket(self._db, contract_id)

    def read_before(self, source: str, scope: str, sha256: str) -> Mapping[str, datetime]:
        return read_before(self._db, source, scope, sha256)

    def archive(self, content: bytes) -> str:
        return self._store.keep(content)

    def stamps(self, tenancy_ocid: str) -> Stamps | None:
        return metric_stamps(self._db, tenancy_ocid)

    def note_stamps(self, tenancy_ocid: str, stamps: Stamps | None, evidence: Mapping[str, object]) -> None:
        record_metric_stamps(self._db, tenancy_ocid, stamps, evidence, self._run_id)

    def observe(self, found: Observation) -> None:
        add_observation(self._db, found, self._run_id)


@told
def fetch(
    feed: str,
    days: Window,
    run_id: str,
    *,
    contract_id: str = "",
    tenancy: Mapping[str, str] | None = None,
    by_hand: bool = False,
    tries_left: bool = False,
    stores: Stores = STORES,
) -> list[int]:
    """Ask a feed for some days: archive every answer and enter it in the ledger; gives the ids of the batches.

    Asked is for one contract, or for a ``tenancy``: its ``tenancy_ocid`` and ``connection``. ``by_hand``: the days are
    those of the form. What cannot be read is entered as unreadable, and ``confirm`` ends the run red.

    Raises:
        Incomplete: what a person must mend; what could be read is entered.
        SourceUnreachable: a source does not answer, or left objects out while tries are left.
    """
    asked_of = FEEDS[feed]
    subject = contract_id if tenancy is None else tenancy["tenancy_ocid"]
    contracts = tuple(each for each in stores.contracts_of(asked_of.scope, subject) if asked_of.named(each))
    if not contracts:
        log.info("Ningún contrato de %s nombra esta fuente: nada por leer", subject)
        return []
    with stores.warehouse() as db, stores.archive() as store:
        ledger = _Ledger(db, store, run_id, contracts)
        asked = Asked(
            scope=subject,
            connection=contracts[0].oci.connection if tenancy is None else tenancy["connection"],
            contracts=contracts,
            days=days,
            stores=stores,
            ledger=ledger,
            by_hand=by_hand,
            tries_left=tries_left,
        )
        entering = _Entering(db, store, run_id, news_only=asked_of.news_only)
        try:
            for each in asked_of.collect(asked):
                ledger.batch_ids += entering.enter(each)
        except Unfit as error:
            raise Incomplete(str(error)) from error
        except Interrupted as error:
            raise SourceUnreachable(str(error)) from None
    return ledger.batch_ids


@told
def fetch_at_once(feed: str, days: Window, run_id: str, *, stores: Stores = STORES) -> list[int]:
    """``fetch`` for all contracts of the installation.

    Raises:
        AirflowSkipException: no contract names the source.
    """
    batch_ids = fetch(feed, days, run_id, stores=stores)
    if not batch_ids:
        raise skipped("Ningún contrato nombra esta fuente: nada por leer")
    return batch_ids


class _Entering(NamedTuple):
    """Archives answers and enters them in the ledger; one that cannot be entered is entered as unreadable."""

    db: psycopg.Connection[Any]
    store: Archive
    run_id: str
    news_only: bool

    def enter(self, each: Told | Unread) -> list[int]:
        if isinstance(each, Unread):
            return [self._unreadable(each)]
        source, scope, answer = each
        if self.news_only and is_held(self.db, source, scope, answer):
            log.info("%s %s: igual a lo último que se cargó", source, answer.name)
            return []
        entered: list[int] = []

        def refused(reason: str) -> None:
            first, last = answer.window_from, answer.window_to
            days = None if first is None or last is None else Window(first, last)
            entered.append(self._unreadable(Unread(source, scope, answer.name, reason, days, answer.etag)))

        with OneByOne().item(answer.name, refused):
            key = self.store.keep(answer.told)
            told = record_batch(self.db, source=source, scope=scope, answer=answer, archive_key=key, run_id=self.run_id)
            entered.append(told)
        return entered

    def _unreadable(self, each: Unread) -> int:
        first, last = each.days or (None, None)
        return record_unreadable(
            self.db,
            source=each.source,
            scope=each.scope,
            name=each.name,
            etag=each.etag,
            reason=each.reason,
            run_id=self.run_id,
            window_from=first,
            window_to=last,
        )


def flat(fetched: Iterable[Iterable[Iterable[int]]]) -> Iterator[int]:
    """Batch ids of several mapped fetches; those of a fetch that failed are not there."""
    for mapped in fetched:
        for batch_ids in mapped or ():
            yield from batch_ids or ()


def _subject(batch: Batch) -> str:
    return f"{batch.source}/{batch.scope}/{batch.name}"


def _told(batch: Batch) -> str:
    return f"{_subject(batch)}: {batch.reason} (lote {batch.batch_id})"


def rows_of(db: psycopg.Connection[Any], store: Archive, batch: Batch, stores: Stores) -> Sequence[Any]:
    """The rows of a batch, parsed from its archived content; both stores are used again while they are loaded.

    Raises:
        SourceError: the content cannot be read as the source's.
    """
    source = SOURCES[batch.source]
    contracts = stores.contracts_of(source.scope, batch.scope)
    opened = partial(store.opened, batch.archive_key)
    return source.parse(Reading(batch, contracts, opened, partial(review.own_compartments, db)))


@told
def validate_and_load(batch_ids: Iterable[int], run_id: str, *, stores: Stores = STORES) -> None:
    """Parse each batch of a run once, check all of them, and load those that pass, each in a transaction of its own.

    Rows that fail a check of rows are noted and left out. A batch that cannot be parsed, fails a blocking check, or
    does not fit its table, is quarantined with the reason, and ``confirm`` ends the run red.
    """
    fetched = list(batch_ids)
    if not fetched:
        log.info("Nada nuevo por validar y cargar")
        return
    with stores.warehouse() as db, stores.archive() as store:
        batches = {_subject(batch): batch for batch in read_batches(db, fetched) if batch.state != "unreadable"}
        loading = _Loading(db, store, run_id, stores, len(batches))
        for sources in TURNS:
            for batch in batches.values():
                if batch.source in sources:
                    loading.read(batch)
            loading.conclude()
        log.info("Lotes leídos: %s, con %s filas", len(batches), loading.rows)


class _Loading:
    """Checks batches together, as many as memory should hold the rows of at once, and loads those that pass."""

    def __init__(self, db: psycopg.Connection[Any], store: Archive, run_id: str, stores: Stores, total: int) -> None:
        self._db, self._store, self._run_id, self._stores, self._total = db, store, run_id, stores, total
        self._batches: dict[str, Batch] = {}
        self._results: list[CheckResult] = []
        self._to_check: list[BatchToCheck] = []
        self._concluded = 0
        self.rows = 0

    def read(self, batch: Batch) -> None:
        """Parse a batch, and have it checked and loaded; or note why it could not be read."""
        from service_reports.quality import BatchToCheck

        subject = _subject(batch)
        with OneByOne().item(subject, partial(self._note, batch, passed=False)):
            rows = rows_of(self._db, self._store, batch, self._stores)
            refuse_emptied(self._db, batch, rows)
            self._note(batch, f"{len(rows)} filas", passed=True)
            self._to_check.append(BatchToCheck(subject, batch.source, rows))
            self.rows += len(rows)
        if sum(len(each.rows) for each in self._to_check) >= MOST_ROWS_AT_ONCE:
            self.conclude()

    def _note(self, batch: Batch, detail: str, *, passed: bool) -> None:
        from service_reports.quality import CheckResult

        self._batches[_subject(batch)] = batch
        self._results.append(CheckResult(f"{batch.source}.readable", _subject(batch), "blocking", passed, detail))

    def conclude(self) -> None:
        """Check what was read since, keep the verdicts, load what passed, and let go of the rows."""
        if not self._batches:
            return
        from service_reports.quality import check_batches, quarantined
        from service_reports.warehouse import keep_verdicts

        results = [*self._results, *map(_all_read, self._to_check), *check_batches(self._to_check)]
        batch_ids = {subject: batch.batch_id for subject, batch in self._batches.items()}
        keep_verdicts(self._db, results, run_id=self._run_id, batch_ids=batch_ids)
        refused = quarantined(results)
        of_each: dict[str, list[CheckResult]] = {subject: [] for subject in self._batches}
        for result in results:
            of_each[result.subject].append(result)
            if result.severity != "blocking" and not result.passed:
                log.warning("%s: %s: %s", result.subject, result.check, result.detail)
        rows = {each.subject: each.rows for each in self._to_check}
        for subject, batch in self._batches.items():
            self._conclude(batch, of_each[subject], None if subject in refused else rows[subject])
        self._batches, self._results, self._to_check = {}, [], []

    def _conclude(self, batch: Batch, results: Sequence[CheckResult], rows: Sequence[Any] | None) -> None:
        """Load the rows that no check refused, or quarantine the batch where it has none to load."""
        from service_reports.quality import rows_refused
        from service_reports.warehouse import set_refused_rows

        self._concluded += 1
        refused = rows_refused(results, _subject(batch))
        set_refused_rows(self._db, batch.batch_id, refused)
        if rows is None:
            failed = [each for each in results if each.severity == "blocking" and not each.passed]
            reasons = "; ".join(f"{each.check}: {each.detail}" for each in failed)
            set_state(self._db, batch.batch_id, "quarantined", reason=reasons)
            log.error("En cuarentena %s: %s", _subject(batch), reasons)
            return
        with OneByOne().item(_subject(batch), partial(_quarantine, self._db, batch)):
            self._load(batch, without(rows, refused))

    def _load(self, batch: Batch, rows: Sequence[Any]) -> None:
        contracts = self._stores.contracts_of(SOURCES[batch.source].scope, batch.scope)
        fresh = load_batch(self._db, batch, rows, contracts)
        if fresh:
            _tell_rows(batch.source, rows)
        log.info(
            "%s %s (%s de %s, %s filas)",
            "Cargado" if fresh else "Ya estaba cargado, o algo más reciente",
            _subject(batch),
            self._concluded,
            self._total,
            len(rows),
        )


def _tell_rows(source: str, rows: Sequence[Any]) -> None:
    for outcome, count in ((catalogue.LOADED, len(rows)), (catalogue.LEFT_OUT, len(getattr(rows, "aside", ())))):
        recording.record(catalogue.ROWS, count, {catalogue.SOURCE: source, catalogue.ROW_OUTCOME: outcome})


def _all_read(batch: BatchToCheck) -> CheckResult:
    from service_reports.quality import CheckResult

    aside = getattr(batch.rows, "aside", ())
    detail = f"Filas que quedaron aparte: {len(aside)}{': ' if aside else ''}{told_of(aside) or ''}"
    return CheckResult(f"{batch.source}.every_row_read", batch.subject, "warning", not aside, detail)


def _quarantine(db: psycopg.Connection[Any], batch: Batch, reason: str) -> None:
    set_state(db, batch.batch_id, "quarantined", reason=reason)


@told
def confirm(
    batch_ids: Iterable[int],
    run_id: str,
    also: Sequence[str] = (),
    failed: Sequence[str] = (),
    *,
    collection: str | None = None,
    stores: Stores = STORES,
) -> None:
    """End the run in failure when a person must look: something was left out, now or before, or an alert is new.

    Raises:
        Incomplete: names every batch in quarantine with its reason, whatever its ``collection`` left out before and
            nobody mended or settled, every error of every contract file, every alert that this run was the first to
            see, what ``failed`` in its other steps, and what is ``also`` to be said.
    """
    with stores.warehouse() as db:
        of_run = {*batch_ids, *refused_of_run(db, run_id)}
        batches = read_batches(db, of_run - settled_batches(db, of_run))
        held = [batch for batch in batches if batch.state == "quarantined"]
        in_part = [batch for batch in batches if batch.state == "loaded" and batch.reason]
        unread = [batch for batch in batches if batch.state == "unreadable"]
        alerts = new_alerts(db, run_id)
        before = refusals.still_open(db, stores.contracts(), collection, run_id)
    told_now = {(batch.source, batch.scope, batch.name) for batch in (*held, *in_part, *unread)}
    left_out = [*also]
    left_out += [f"No se pudo revisar {failure}{TRIED_AGAIN}" for failure in failed]
    left_out += [f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts]
    left_out += [f"Lote en cuarentena {_told(batch)}{MEND}" for batch in held]
    left_out += [f"Filas que quedaron aparte en {_told(batch)}{MEND}" for batch in in_part]
    left_out += [f"Objeto que no se pudo leer {_told(batch)}{READ_AGAIN}" for batch in unread]
    left_out += [
        f"Sigue pendiente: {refusals.refused_since(each)}{SETTLE}"
        for each in before
        if (each.source, each.scope, each.name) not in told_now
    ]
    left_out += [f"Contrato que no se recolecta: {file.error}" for file in stores.contract_files() if file.error]
    if left_out:
        rest = f": {ANSWER}" if also else "; lo demás quedó cargado"
        raise Incomplete(f"Requiere atención{rest}:\n" + "\n".join(left_out))
