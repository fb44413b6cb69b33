"""The daily look at the register: can what was issued still be proved?"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.failures import OneByOne
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


class RegisterDoubtful(AirflowFailException):
    """The register or the archive is not what it was; a person must look, and trying again would not change that."""


def _must_hold(findings: Iterable[register.Finding], what: str) -> None:
    found = [str(finding) for finding in findings]
    if found:
        count = "1 hallazgo" if len(found) == 1 else f"{len(found)} hallazgos"
        raise RegisterDoubtful(f"{what}: {count}. No borre ni edite nada; siga docs/register.md:\n" + "\n".join(found))
    log.info("%s: sin hallazgos", what)


@told
def chain(*, stores: Stores = STORES) -> None:
    """Check the chain of events in itself and against what was archived of it.

    Raises:
        RegisterDoubtful: names every event that was edited, removed or cut off.
    """
    with stores.warehouse() as db, stores.archive() as store:
        _must_hold(register.verify_chain(db, store), "La cadena de eventos")


@told
def archive_head(day: date, *, stores: Stores = STORES) -> None:
    """Put the events that are not there yet, and the chain's head, into the archive."""
    with stores.warehouse() as db, stores.archive() as store:
        log.info("Cabeza: %s", register.archive_head(db, store, day, stores.time_stamp()))


@told
def rows_and_files(*, stores: Stores = STORES) -> None:
    """Check every row against its events, every registered file in the archive, and the archive's retention.

    Raises:
        RegisterDoubtful: names every row and every file.
    """
    checking = OneByOne()
    findings: list[register.Finding] = []
    with stores.warehouse() as db, stores.archive() as store:
        with checking.item("Filas"):
            findings += register.verify_rows(db)
        with checking.item("Archivos"):
            findings += register.verify_files(db, store)
        with checking.item("Retención"):
            findings += register.verify_retention(store, stores.archive_retention_days())
    findings += (register.Finding(*failure) for failure in checking.failures)
    _must_hold(findings, "Filas y archivos del registro")
