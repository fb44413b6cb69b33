"""What was refused stays red: each run of its collection tells it until it is loaded, or a person says why it stays."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Any

import psycopg

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.sources import FEEDS
from service_reports.warehouse import OpenRefusal, keep_observations, open_refusals, settle_refusal
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

REFUSED = "collection.refused"
EVER = date(2000, 1, 1), date(2100, 12, 31)
HAPPENED = {"quarantined": "fue rechazado", "unreadable": "no se pudo leer", "loaded": "se cargó sin algunas filas"}
"""What became of an answer, by the state of its batch."""


def still_open(
    db: psycopg.Connection[Any], contracts: Sequence[Contract], collection: str | None, run_id: str
) -> list[OpenRefusal]:
    """What a collection must tell of as still refused; that of every other is kept as found as well.

    ``None`` is a run that collects nothing.
    """
    sources = {source.name for feed in FEEDS.values() if feed.collection == collection for source in feed.sources}
    scopes = sorted({scope for held in contracts for scope in (held.id, held.oci.tenancy_ocid)})
    found = open_refusals(db, scopes)
    for scope in scopes:
        kept = [_observed(each) for each in found if each.scope == scope]
        keep_observations(db, kept, kinds=[REFUSED], scope=scope, first=EVER[0], last=EVER[1], run_id=run_id)
    return [each for each in found if each.source in sources]


def refused_since(refusal: OpenRefusal) -> str:
    """A refusal in words: what came when, its batch, and why it is not in force."""
    what, came_at = f"{refusal.source}/{refusal.scope}/{refusal.name}", refusal.came_at.astimezone(UTC)
    days = f", días {refusal.window_from} a {refusal.window_to}" if refusal.window_from else ""
    lot = f"lote {refusal.batch_id}{days}"
    return f"{what} llegó el {came_at:%Y-%m-%d %H:%M} UTC y {HAPPENED[refusal.state]} ({lot}): {refusal.reason}"


def _observed(refusal: OpenRefusal) -> Observation:
    return Observation(REFUSED, refusal.scope, f"{refusal.source}/{refusal.name}", "warning", refused_since(refusal))


@told
def settle(params: Mapping[str, Any], by: str | None, *, stores: Stores = STORES) -> None:
    """Note that a person leaves a batch as it was refused, and why, when the form says so.

    Raises:
        FormRefused: an incomplete form, or no batch that is refused.
    """
    batch, why = str(params.get("lote") or "").strip(), str(params.get("motivo") or "").strip()
    if not (batch or why):
        return
    if not batch.isdecimal() or not why:
        raise FormRefused(
            "Para dar por resuelto un lote hacen falta «Lote», su número como lo dice el error, y «Motivo»: dispare de "
            "nuevo con los dos, o con ninguno"
        )
    with stores.warehouse() as db:
        if not settle_refusal(db, int(batch), by=by or "sin nombre", why=why):
            raise FormRefused(f"El lote {batch} no está rechazado: escriba el número que dice el error")
    log.info("Lote %s: %s dejó dicho: %s", batch, by, why)
