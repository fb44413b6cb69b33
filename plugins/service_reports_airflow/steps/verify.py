"""The daily look at the register: can what was issued still be proved?

Part by part (``register.rounds``): what is new every day, everything else again within a round of some weeks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from datetime import date, timedelta
from time import monotonic
from typing import Any, get_args

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.failures import OneByOne
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

LONGEST = timedelta(minutes=25)
"""A worker takes no further part after so long; what is left is the first of the next run."""
UNREAD = 3
"""After so many parts on end about which the archive does not answer, it is away."""
OF_A_WORKER, MOST_WORKERS = 500, 8
"""For so many parts that are due a worker more; a part is some twenty files of a version, or 50 events."""
OF_REST = frozenset(get_args(register.Kind)) - register.OF_CHAIN


class RegisterDoubtful(AirflowFailException):
    """The register or the archive is not what it was; a person must look, and trying again would not change that."""


@told
def settle(params: Mapping[str, Any], by: str | None, *, stores: Stores = STORES) -> None:
    """Record in the chain why a finding is as it is, when the form says so.

    Raises:
        FormRefused: an incomplete form, or no finding that stands.
    """
    finding, why = (str(params.get(name) or "").strip() for name in ("hallazgo", "motivo"))
    if not (finding or why):
        return
    if not (finding and why):
        raise FormRefused("Para explicar un hallazgo hacen falta «Hallazgo» y «Motivo»: llene los dos, o ninguno")
    with stores.warehouse() as db, stores.archive() as store:
        try:
            settled = register.explain(db, finding, by=by or "sin nombre", why=why)
        except register.NotFound:
            raise FormRefused(
                f"«{finding}» no es un hallazgo que siga en pie: cópielo completo, como lo dice el registro (Logs)"
            ) from None
        log.info("%s: %s dejó dicho: %s", settled, by, why)
        register.archive_events(db, store)


@told
def plan(params: Mapping[str, Any], *, stores: Stores = STORES) -> list[int]:
    """Note what is to be verified in this run; returns a number for each worker that is needed."""
    with stores.warehouse() as db, stores.archive() as store:
        due = register.plan(db, store, everything=bool(params.get("todo")))
    log.info("Partes por comprobar: %s", due)
    return list(range(1, min(MOST_WORKERS, 1 + due // OF_A_WORKER) + 1))


@told
def verify_parts(*, stores: Stores = STORES) -> None:
    """Verify one part after the other until none is due, or this worker has taken long enough.

    Several do so at once, and none what another one does. What is found is told by ``chain`` and ``rows_and_files``;
    so is a part about which the archive did not answer.

    Raises:
        NotRead: it answered about none of several parts that followed each other.
    """
    days, until, verified, unread = stores.verification_days(), monotonic() + LONGEST.total_seconds(), 0, 0
    with ExitStack() as opened:
        db, ledger = (opened.enter_context(stores.warehouse()) for _ in range(2))
        store = opened.enter_context(stores.archive())
        while monotonic() < until:
            try:
                if register.verify_next(db, ledger, store, days) is None:
                    break
            except register.NotRead:
                unread += 1
                if unread == UNREAD:
                    raise
            else:
                verified, unread = verified + 1, 0
    log.info("Partes comprobadas: %s", verified)


def _must_hold(
    kinds: Collection[register.Kind], what: str, stores: Stores, more: Collection[register.Finding] = ()
) -> None:
    """What was wrong is looked at once more, as it may be right again; what stands and nobody explained is told."""
    with ExitStack() as opened:
        db, ledger = (opened.enter_context(stores.warehouse()) for _ in range(2))
        register.look_again(db, ledger, opened.enter_context(stores.archive()), kinds, stores.verification_days())
        found = [*map(str, register.open_findings(db, kinds)), *map(str, more)]
        for finding, said in register.explained(db).items():
            log.info("Explicado: %s (%s)", finding, said)
        if due := register.parts_due(db, kinds):
            log.warning("%s: partes que quedan para la ejecución siguiente: %s", what, due)
    if found:
        count = "1 hallazgo" if len(found) == 1 else f"{len(found)} hallazgos"
        raise RegisterDoubtful(f"{what}: {count}. No borre ni edite nada; siga docs/register.md:\n" + "\n".join(found))
    log.info("%s: sin hallazgos", what)


@told
def chain(*, stores: Stores = STORES) -> None:
    """Tell what is wrong with the chain of events, in itself and against what was archived of it.

    Raises:
        RegisterDoubtful: names every event that was edited, removed or cut off.
    """
    _must_hold(register.OF_CHAIN, "La cadena de eventos", stores)


@told
def archive_head(day: date, *, stores: Stores = STORES) -> None:
    """Put the events that are not there yet, and the chain's head, into the archive."""
    with stores.warehouse() as db, stores.archive() as store:
        log.info("Cabeza: %s", register.archive_head(db, store, day, stores.time_stamp()))


@told
def rows_and_files(*, stores: Stores = STORES) -> None:
    """Tell what is wrong with rows and files, and with the archive's retention.

    Raises:
        RegisterDoubtful: names every row and every file.
    """
    checking = OneByOne()
    more: list[register.Finding] = []
    with stores.archive() as store, checking.item("Retención"):
        more += register.verify_retention(store, stores.archive_retention_days())
    more += (register.Finding(*failure) for failure in checking.failures)
    _must_hold(OF_REST, "Filas y archivos del registro", stores, more)
