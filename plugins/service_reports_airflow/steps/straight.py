"""Reports that nobody has to be asked about, closed one after the other in one task: most of a task is its start.

What cannot be closed straight through, for whatever reason, is left: the tasks of its own wait, ask and tell of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.register import calendar
from service_reports_airflow.steps import completeness, computing, consulting, due, gate, issuing, rendering, sending
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    import psycopg
    from airflow.sdk.types import DagRunProtocol as DagRun

    from service_reports.archive import Archive
    from service_reports.signing import SigningKey

log = logging.getLogger(__name__)

Report = Mapping[str, Any]
DIED = "otra tarea murió mientras lo hacía, o lo hace en este momento"


@told
def lots(reports: Sequence[Report], *, stores: Stores = STORES) -> list[list[Report]]:
    """Reports in lots; none where one lot would hold them all: so few go one by one, each step to be watched."""
    size = stores.lot_size()
    if len(reports) <= size:
        return []
    size = max(size, 1)
    return [list(reports[first : first + size]) for first in range(0, len(reports), size)]


@told
def left(
    reports: Sequence[Report], lots: Sequence[Sequence[Report]], run_id: str, *, stores: Stores = STORES
) -> list[Report]:
    """The reports that get tasks of their own: where there were lots, those that this run has not closed in one."""
    if not lots:
        return list(reports)
    with stores.warehouse() as db:
        return [each for each in reports if not _is_closed(db, each, run_id)]


@told
def close(
    lot: Sequence[Report],
    params: Mapping[str, Any],
    dag_run: DagRun,
    *,
    stores: Stores = STORES,
) -> None:
    """Close the reports of a lot, each for itself; what it could not close is left, and the register knows of it.

    So is a report over which a try before this one died.
    """
    items, closed = OneByOne(), 0
    with _kept(stores) as kept:
        for place, report in enumerate(lot, start=1):
            name = f"{report['contract_id']} {report['report_number']} ({place} de {len(lot)})"
            with items.item(name), _connected(kept) as connected:
                why = _close(report, params, dag_run, stores=connected, afresh=kept)
                log.info("%s: %s", name, "listo" if why is None else f"sigue en tareas propias: {why}")
                closed += why is None
    log.info("%s de %s informes listos; los demás siguen en «Informe»", closed, len(lot))


def _close(report: Report, params: Mapping[str, Any], dag_run: DagRun, *, stores: Stores, afresh: Stores) -> str | None:
    """Close a report of this run; why it cannot be closed straight through, or ``None`` when it is."""
    asked = due.of_run(report, params, dag_run, stores=stores)
    with stores.warehouse() as db:
        if _is_closed(db, asked, dag_run.run_id):
            return None
    with _noted(asked, dag_run.run_id, stores, afresh) as alone:
        return _straight_through(asked, params, dag_run, stores=stores) if alone else DIED


def _straight_through(asked: Report, params: Mapping[str, Any], dag_run: DagRun, *, stores: Stores) -> str | None:
    run_id = dag_run.run_id
    if stores.contract(asked["contract_id"]).approval == "required":
        return "una persona aprueba sus borradores"
    lacking = completeness.lacking_data(asked, stores=stores)
    deadline = completeness.patience_ends(
        asked, params, dag_run.start_date or datetime.now(UTC), dag_run.run_type, stores=stores
    )
    if completeness.waits(lacking, deadline):
        return f"espera datos: {'; '.join(lacking)}"
    completeness.note_completeness(asked, run_id, lacking, deadline, stores=stores)
    issue = gate.gate(asked, run_id, due.requested_by(dag_run, stores=stores), stores=stores)
    for step in (computing.compute, rendering.render, issuing.sign_and_register, issuing.archive_documents):
        issue = step(issue, run_id, stores=stores)
    issue = consulting.message_of_run(issue, run_id, stores=stores)
    question = sending.permission(issue, stores=stores) or sending.attempt(issue, last_try=False, stores=stores)
    return None if question is None else question.subject


def _is_closed(db: psycopg.Connection[Any], report: Report, run_id: str) -> bool:
    """Whether a run has issued a report, and nothing of it still has to be archived or sent."""
    known = calendar.standing(db, report["contract_id"], report["report_number"])
    return known.run_id == run_id and known.registered and not known.on_its_way


@contextmanager
def _noted(report: Report, run_id: str, stores: Stores, afresh: Stores) -> Iterator[bool]:
    """Work on a report under a note that says so, which stays where the process dies; ``False``: one is there.

    What ends with an error may have ended with its connection: that is noted by another one.
    """
    about = report["contract_id"], report["report_number"], run_id
    with stores.warehouse() as db:
        alone = calendar.begin_in_lot(db, *about)
    if not alone:
        yield False
        return
    try:
        yield True
    except Exception:
        with afresh.warehouse() as db:
            calendar.end_in_lot(db, *about)
        raise
    with stores.warehouse() as db:
        calendar.end_in_lot(db, *about)


@contextmanager
def _kept(stores: Stores) -> Iterator[Stores]:
    """The same stores, of which archive and signing keys are opened once for a lot: making their clients is dear."""
    with ExitStack() as opened:

        @cache
        def opened_archive() -> Archive:
            return opened.enter_context(stores.archive()).tried()

        keys: dict[str, SigningKey] = {}

        def signing_key(held: Contract) -> SigningKey:
            if held.signing.connection not in keys:
                keys[held.signing.connection] = stores.signing_key(held)
            return keys[held.signing.connection]

        yield replace(stores, archive=lambda: nullcontext(opened_archive()), signing_key=signing_key)


@contextmanager
def _connected(stores: Stores) -> Iterator[Stores]:
    """The same stores for one report, with one connection to the warehouse: what breaks it breaks it for no other.

    What one step keeps in the archive the next ones have, and its contract is read once: a file that is edited
    meanwhile counts from the next report on.
    """
    contract = cache(stores.contract)

    @cache
    def opened_archive() -> Archive:
        return opened.enter_context(stores.archive()).remembering()

    with ExitStack() as opened, stores.warehouse() as db:
        yield replace(
            stores, warehouse=lambda: nullcontext(db), archive=lambda: nullcontext(opened_archive()), contract=contract
        )
