"""Loads the lines of one cost report in the place of those that another version of the object brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.records import UsageHour
from service_reports.sources.source import Loading

USED = attrgetter("charge_period_start", "compartment_ocid", "service_code", "product_description", "unit")
SUMMED = attrgetter("currency", "quantity", "cost", "lines", "corrections")
"""What was used, and what was billed of it, in the order of the columns."""


def wanted_tags(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """The tags by which contracts of a tenancy are told apart, in order."""
    return tuple(sorted({held.oci.tag.key for held in contracts if held.oci.tag is not None}))


def load(loading: Loading, rows: Sequence[UsageHour]) -> None:
    """The lines of one object; bytes that are loaded under another name already count once."""
    batch = loading.batch
    superseded = loading.execute("ingest/supersede_object")
    for replacing in ("hand_on_cost_lines", "delete_cost_hours", "delete_cost_corrections"):
        loading.execute(f"ingest/{replacing}")
    for earlier, etag in superseded:
        if etag != batch.etag:
            detail = (
                f"El proveedor reemplazó el objeto: la versión {etag} (lote {earlier}) dio paso a la {batch.etag} "
                f"(lote {batch.batch_id}); sus líneas se sustituyeron."
            )
            loading.observe(
                Observation("cost.object_replaced", batch.scope, f"{batch.name} {batch.etag}", "notice", detail)
            )
    if not _is_held_under_another_name(loading):
        about = batch.batch_id, batch.scope
        loading.copy("ingest/copy_cost_hours", ((*about, *USED(row), *SUMMED(row), dict(row.tags)) for row in rows))
        amendments = ((*about, *USED(row), *each) for row in rows for each in row.amendments)
        loading.copy("ingest/copy_cost_corrections", amendments)
    hours = [row.charge_period_start for row in rows]
    loading.execute(
        "ingest/set_cost_intervals",
        first_interval=min(hours, default=None),
        last_interval=max(hours, default=None),
        tag_keys=list(wanted_tags(loading.contracts)),
    )


def _is_held_under_another_name(loading: Loading) -> bool:
    """Whether the very same bytes are loaded already from an object of another name: their lines count once."""
    other = loading.execute("ingest/same_bytes_loaded")
    if not other:
        return False
    batch = loading.batch
    detail = f"Tiene los mismos bytes que {other[0][1]} (lote {other[0][0]}): sus líneas se cuentan una sola vez."
    loading.observe(Observation("cost.object_duplicated", batch.scope, batch.name, "notice", detail))
    return True
