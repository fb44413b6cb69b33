"""What was refused stays red: each run of its collection tells it until it is loaded, or a person says why it stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

import psycopg

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.sources import FEEDS
from service_reports.warehouse import OpenRefusal, keep_observations, open_refusals

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
