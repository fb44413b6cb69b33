"""Loads the lines of one cost report in the place of those that another version of the object brought."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime, time
from operator import attrgetter

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.records import UsageHour
from service_reports.sources.oci_cost_reports.sums import Aside, CostLines
from service_reports.sources.source import Loading

USED = attrgetter("charge_period_start", "compartment_ocid", "service_code", "product_description", "unit")
SUMMED = attrgetter("currency", "quantity", "cost", "lines", "corrections")
"""What was used, and what was billed of it, in the order of the columns."""
PLACE = attrgetter("compartment_ocid", "tags")
PRODUCT_COLUMNS = ("service_code", "product_sku", "product_description", "unit", "currency")
PRODUCT = attrgetter(*PRODUCT_COLUMNS)
HELD = attrgetter("lines", "corrections", "quantity", "cost")
"""What is kept of an hour by numbers, and what as it is, in the order of the columns."""
DELETED = ("delete_cost_hours", "delete_cost_corrections", "delete_cost_lines_aside", "delete_cost_lines")
NAMES_TOLD = 3


def wanted_tags(contracts: Iterable[Contract]) -> tuple[str, ...]:
    """The tags by which contracts of a tenancy are told apart, in order."""
    return tuple(sorted({held.oci.tag.key for held in contracts if held.oci.tag is not None}))


def load(loading: Loading, rows: Sequence[UsageHour]) -> None:
    """The lines of one object; a text, or a numbered line, that is loaded under another name already counts once."""
    batch = loading.batch
    found = rows if isinstance(rows, CostLines) else CostLines(rows)
    if isinstance(rows, CostLines):
        loading.execute("ingest/keep_cost_text", text_sum=rows.text_sum)
    [(is_known,)] = loading.execute("ingest/object_was_loaded")
    if is_known:
        _take_back(loading, found)
    aside = found.lines_aside
    if not _is_held_under_another_name(loading):
        found = _without_repeated(loading, found)
        rows, aside = found, found.lines_aside
        about = batch.batch_id, batch.scope
        _copy_hours(loading, rows)
        amendments = ((*about, *USED(row), *each) for row in rows for each in row.amendments)
        loading.copy("ingest/copy_cost_corrections", amendments)
        loading.copy("ingest/copy_cost_lines_aside", ((*about, *_columns(each)) for each in aside))
        loading.copy("ingest/copy_cost_lines", ((*about, hour, _bytes(own)) for hour, own in found.identities.items()))
    hours = [row.charge_period_start for row in rows]
    hours += [datetime.combine(each.day, time(), UTC) for each in aside if each.day is not None]
    loading.execute(
        "ingest/set_cost_intervals",
        first_interval=min(hours, default=None),
        last_interval=max(hours, default=None),
        tag_keys=list(wanted_tags(loading.contracts)),
    )


def _take_back(loading: Loading, found: CostLines) -> None:
    """Have nothing counted that earlier batches of the object brought, and tell of a version that is replaced."""
    batch = loading.batch
    superseded = loading.execute("ingest/supersede_object")
    [(first, last)] = loading.execute("ingest/hours_of_object")
    span = {"first_interval": first, "last_interval": last}
    loading.execute("ingest/hand_on_cost_lines", **span)
    to_read_again = _hand_on_repeated(loading, found)
    for replaced in DELETED:
        loading.execute(f"ingest/{replaced}", **span)
    for earlier, etag in superseded:
        if etag != batch.etag:
            again = f" Se leen de nuevo {to_read_again} objetos que tenían líneas en común con él." * bool(
                to_read_again
            )
            detail = (
                f"El proveedor reemplazó el objeto: la versión {etag} (lote {earlier}) dio paso a la {batch.etag} "
                f"(lote {batch.batch_id}); sus líneas se sustituyeron.{again}"
            )
            loading.observe(
                Observation("cost.object_replaced", batch.scope, f"{batch.name} {batch.etag}", "notice", detail)
            )


def _copy_hours(loading: Loading, rows: Sequence[UsageHour]) -> None:
    """The hours by their month, with the numbers of their places and products."""
    months = {row.charge_period_start.astimezone(UTC).date().replace(day=1) for row in rows}
    loading.execute("ingest/ensure_cost_months", months=sorted(months))
    places = _places(loading, sorted({PLACE(row) for row in rows}))
    products = _products(loading, sorted({PRODUCT(row) for row in rows}))
    batch_id = loading.batch.batch_id
    loading.copy(
        "ingest/copy_cost_hours",
        ((row.charge_period_start, batch_id, places[PLACE(row)], products[PRODUCT(row)], *HELD(row)) for row in rows),
    )


def _places(loading: Loading, used: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> Mapping[object, int]:
    """The number of each compartment with its tags."""
    told = [{"compartment_ocid": compartment_ocid, "tags": dict(tags)} for compartment_ocid, tags in used]
    loading.execute("ingest/keep_cost_places", places=json.dumps(told))
    found = loading.execute("ingest/cost_places", compartment_ocids=[compartment_ocid for compartment_ocid, _ in used])
    numbers = {(compartment_ocid, frozenset(tags.items())): number for compartment_ocid, tags, number in found}
    return {(compartment_ocid, tags): numbers[compartment_ocid, frozenset(tags)] for compartment_ocid, tags in used}


def _products(loading: Loading, used: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], int]:
    """The number of each product in its currency."""
    told = [dict(zip(PRODUCT_COLUMNS, product, strict=True)) for product in used]
    loading.execute("ingest/keep_cost_products", products=json.dumps(told))
    services = sorted({product[0] for product in used})
    found = loading.execute("ingest/cost_products", service_codes=services)
    return {tuple(product): number for *product, number in found}


def _hand_on_repeated(loading: Loading, found: CostLines) -> int:
    """Have lines of other objects that were counted from this one counted from this batch of it.

    Where it does not have them any more, the others are read again; gives how many.
    """
    lost = any(
        _set(before) - frozenset(found.identities.get(hour, ()))
        for hour, before in loading.execute("ingest/lines_of_object")
    )
    others = loading.execute("ingest/hand_on_repeated", lost=lost)
    return len(others) if lost else 0


def _without_repeated(loading: Loading, found: CostLines) -> CostLines:
    """The same report but for numbered lines that are counted from objects of other names already."""
    batch = loading.batch
    repeated: set[int] = set()
    holders: dict[int, str] = {}
    of_other_form: dict[datetime, str] = {}
    for hour, own in found.identities.items():
        of_hour = frozenset(own)
        for other, name, identities in loading.execute("ingest/lines_of_hour", hour=hour):
            if _form_of(name) != _form_of(batch.name):
                of_other_form[hour] = name
            elif common := of_hour & _set(identities):
                repeated |= common
                holders[other] = name
    if of_other_form:
        found = _without_hours(loading, found, of_other_form)
    if not repeated or found.without is None:
        return found
    left = found.without(repeated)
    passed = {(*USED(row), row.currency, row.tags) for row in found}
    left[:] = [row for row in left if (*USED(row), row.currency, row.tags) in passed]  # a check may have refused some
    left.identities = {hour: own for hour, own in left.identities.items() if hour not in of_other_form}
    loading.copy("ingest/copy_cost_lines_repeated", ((batch.batch_id, other) for other in holders))
    named = ", ".join(sorted(holders.values())[:NAMES_TOLD])
    more = f" y otros {len(holders) - NAMES_TOLD}" if len(holders) > NAMES_TOLD else ""
    detail = f"{len(repeated)} de sus líneas ya las trajo {named}{more}: se cuentan una sola vez."
    loading.observe(Observation("cost.lines_repeated", batch.scope, batch.name, "notice", detail))
    return left


def _form_of(name: str) -> str:
    """Which of the provider's two kinds of reports an object is of, by the folder that it lies in."""
    return name.partition("/")[0]


def _without_hours(loading: Loading, found: CostLines, of_other_form: Mapping[datetime, str]) -> CostLines:
    """The same report but for hours that are counted from reports of the other form, which say the same of them."""
    left = copy(found)
    left[:] = [row for row in found if row.charge_period_start not in of_other_form]
    left.identities = {hour: own for hour, own in found.identities.items() if hour not in of_other_form}
    corrections = sum(row.corrections for row in found if row.charge_period_start in of_other_form)
    detail = (
        f"Las líneas de {len(of_other_form)} de sus horas, de {min(of_other_form):%Y-%m-%d %H:%M} a "
        f"{max(of_other_form):%Y-%m-%d %H:%M} UTC, se cuentan de informes de la otra clase, como "
        f"{min(of_other_form.values())}: una sola vez."
    )
    if corrections:
        detail += (
            f" Entre ellas hay {corrections} correcciones, que quedan sin contar si aquellos informes no las traen: "
            "compare esos días con la consola de OCI."
        )
    loading.observe(
        Observation(
            "cost.lines_repeated", loading.batch.scope, loading.batch.name, "alert" if corrections else "notice", detail
        )
    )
    return left


def _set(identities: bytes) -> frozenset[int]:
    found = array("Q", identities)
    if sys.byteorder == "big":
        found.byteswap()
    return frozenset(found)


def _bytes(identities: array[int]) -> bytes:
    told = array("Q", identities)
    if sys.byteorder == "big":
        told.byteswap()
    return told.tobytes()


def _is_held_under_another_name(loading: Loading) -> bool:
    """Whether the very same text is loaded already from an object of another name: its lines count once."""
    batch = loading.batch
    for other, name, first, last in loading.execute("ingest/same_text"):
        span = {"first_interval": first, "last_interval": last}
        [(held,)] = loading.execute("ingest/has_cost_hours", other=other, **span)
        if held:
            detail = f"Tiene las mismas líneas que {name} (lote {other}): se cuentan una sola vez."
            loading.observe(Observation("cost.object_duplicated", batch.scope, batch.name, "notice", detail))
            return True
    return False


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
        each.cost,
        each.currency,
    )
