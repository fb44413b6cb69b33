"""What a person decides about a batch that was refused: it is left so, or released, by name and with the reason."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import psycopg

from service_reports.sources import SOURCES, SourceError
from service_reports.warehouse import load_batch, read_batches, set_state, settle_refusal
from service_reports.warehouse.loads import RowRefused
from service_reports_airflow.answers import RELEASE, FormRefused
from service_reports_airflow.steps import ingest
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

NO_REFUSED = "El lote {batch} no está rechazado: escriba el número que dice el error"


@told
def settle(params: Mapping[str, Any], by: str | None, *, stores: Stores = STORES) -> None:
    """Note that a person leaves a batch as it was refused, or load it on that person's word, when the form says so.

    Raises:
        FormRefused: an incomplete form, no batch that is refused, or one that cannot be loaded by anybody's word.
    """
    batch, why = str(params.get("lote") or "").strip(), str(params.get("motivo") or "").strip()
    releases = params.get("decision") == RELEASE
    if not (batch or why or releases):
        return
    if not batch.isdecimal() or not why:
        raise FormRefused(
            "Para decidir sobre un lote hacen falta «Lote», su número como lo dice el error, y «Motivo»: dispare de "
            "nuevo con los dos, o con ninguno"
        )
    by = by or "sin nombre"
    with stores.warehouse() as db:
        if releases:
            _release(db, int(batch), by, why, stores)
        elif not settle_refusal(db, int(batch), by=by, why=why):
            raise FormRefused(NO_REFUSED.format(batch=batch))
    log.info("Lote %s: %s lo %s: %s", batch, by, "dio por bueno" if releases else "dejó rechazado", why)


def _release(db: psycopg.Connection[Any], batch_id: int, by: str, why: str, stores: Stores) -> None:
    """Load every row of a batch that could be read, whatever the checks said of it; all of them or nothing."""
    found = read_batches(db, [batch_id])
    if not found or found[0].state not in ("quarantined", "unreadable", "loaded"):
        raise FormRefused(NO_REFUSED.format(batch=batch_id))
    [batch] = found
    if batch.state == "unreadable":
        raise FormRefused(
            f"El lote {batch_id} no se pudo leer: no hay filas que dar por buenas; corríjalo en la fuente y recolecte "
            "de nuevo sus días, o déjelo rechazado con su «Motivo»"
        )
    with db.transaction():
        if not settle_refusal(db, batch_id, by=by, why=why, decision="released"):
            raise FormRefused(NO_REFUSED.format(batch=batch_id))
        if batch.state == "loaded" and batch.reason is None:  # the task, cleared after it was loaded
            return
        try:
            with stores.archive() as store:
                rows = ingest.rows_of(db, store, batch, stores)
                set_state(db, batch_id, "fetched")
                contracts = stores.contracts_of(SOURCES[batch.source].scope, batch.scope)
                loaded = load_batch(db, batch, rows, contracts)
        except (SourceError, RowRefused) as error:
            raise FormRefused(
                f"El lote {batch_id} no se puede cargar por la palabra de nadie: {error}; corríjalo en la fuente "
                "y recolecte de nuevo sus días, o déjelo rechazado con su «Motivo»"
            ) from None
        if not loaded:
            raise FormRefused(f"El lote {batch_id} no se cargó: ya está cargado uno de un momento posterior")
