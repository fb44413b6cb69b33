"""Loads the lines of one cost report in the place of those that another version of the object brought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from operator import attrgetter

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.records import UsageHour
from service_reports.sources.oci_cost_reports.lines import Aside, CostLines
from service_reports.sources.source import Loading

USED = attrgetter("charge_period_start", "compartment_ocid", "service_code", "product_description", "unit")
SUMMED = attrgetter("currency", "quantity", "cost", "lines", "corrections")
"""What was used, and what was billed of it, in the order of the columns."""


def wanted_tags(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """The tags by which contracts of a tenancy are told apart, in order."""
    return tuple(sorted({held.oci.tag.key for held in contracts if held.oci.tag is not None}))


def load(loading: Loading, rows: Sequence[UsageHour]) -> None:
    """The lines of one object; a text that is loaded under another name already counts once."""
    batch = loading.batch
    aside: Sequence[Aside] = ()
    if isinstance(rows, CostLines):
        aside = rows.lines_aside
        loading.execute("ingest/keep_cost_text", text_sum=rows.text_sum)
    superseded = loading.execute("ingest/supersede_object")
    for replacing in ("hand_on_cost_lines", "delete_cost_hours", "delete_cost_corrections", "delete_cost_lines_aside"):
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
        loading.copy(
            "ingest/copy_cost_hours",
            ((*about, *USED(row), *SUMMED(row), dict(row.tags), row.product_sku) for row in rows),
        )
        amendments = ((*about, *USED(row), *each) for row in rows for each in row.amendments)
        loading.copy("ingest/copy_cost_corrections", amendments)
        loading.copy("ingest/copy_cost_lines_aside", ((*about, *_columns(each)) for each in aside))
    hours = [row.charge_period_start for row in rows]
    hours += [datetime.combine(each.day, time(), UTC) for each in aside if each.day is not None]
    loading.execute(
        "ingest/set_cost_intervals",
        first_interval=min(hours, default=None),
        last_interval=max(hours, default=None),
        tag_keys=list(wanted_tags(loading.contracts)),
    )


def _is_held_under_another_name(loading: Loading) -> bool:
    """Whether the very same text is loaded already from an object of another name: its lines count once."""
    other = loading.execute("ingest/same_text_loaded")
    if not other:
        return False
    batch = loading.batch
    detail = f"Tiene las mismas líneas que {other[0][1]} (lote {other[0][0]}): se cuentan una sola vez."
    loading.observe(Observation("cost.object_duplicated", batch.scope, batch.name, "notice", detail))
    return True


def _columns(each: Aside) -> tuple[object, ...]:
    """What is kept of lines that are in no sum."""
    told = str(each)
    return (
        each.day,
        each.compartment_ocid,
        each.line,
        each.lines,
        told,
        each.product,
        each.unit,
        each.quantity,
        each.is_charge,
    )
