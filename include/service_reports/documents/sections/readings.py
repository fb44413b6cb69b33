"""What was not read, in words: the same in every document, on the first page and in the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from service_reports.contracts.model import Contract
from service_reports.figures.gaps import series_name
from service_reports.figures.hour_ledger import contracted_hours
from service_reports.figures.model import Gap, PeriodFigures, SourceName
from service_reports.quality.suites import SUITES
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import SOURCES

UNREAD = "Sin leer"
"""In the place of a number that no reading supports."""
MOST_NAMED = 4


class GapRow(NamedTuple):
    """One gap in words: what it is of, its days, and what is known of them."""

    what: str
    days: tuple[date, ...]
    why: str
    replaced: bool


def unread_days(days: Sequence[date]) -> str:
    """A sentence that says which days are unread, after a space; empty where none is."""
    return f" {UNREAD}: {es_co.listed_days(days)}." if days else ""


def gap_rows(figures: PeriodFigures) -> list[GapRow]:
    """Every gap of a period; series of metrics that lack the same share a row."""
    titles = {
        series_name(each.resource_name, each.namespace, each.metric_name): f"{each.title} de {each.resource_name}"
        for each in figures.metrics
    }
    same: dict[Gap, list[str]] = {}
    for gap in figures.gaps:
        same.setdefault(gap.model_copy(update={"subject": ""}), []).append(gap.subject)
    return [GapRow(_what(gap, names, titles), gap.days, why(gap), gap.replaced) for gap, names in same.items()]


def _what(gap: Gap, names: Sequence[str], titles: Mapping[str, str]) -> str:
    if gap.source != "oci_metrics" or len(names) == len(titles):
        return SOURCES[gap.source]
    if len(names) > MOST_NAMED:
        return f"{es_co.number(len(names))} de {es_co.number(len(titles))} métricas de OCI"
    return es_co.listed(titles.get(name, name) for name in names)


def whys(gaps: Iterable[Gap]) -> list[str]:
    """Why some gaps are there, each reason once."""
    return list(dict.fromkeys(why(gap) for gap in gaps))


def reading_values(contract: Contract, figures: PeriodFigures) -> dict[str, Any]:
    """What every template may say of readings."""

    def whys_of(source: SourceName, *, replaced: bool = False) -> list[str]:
        return whys(gap for gap in figures.gaps if gap.source == source and gap.replaced == replaced)

    return {
        "gaps": gap_rows(figures),
        "whys_of": whys_of,
        "usage_unread": figures.unread_days("oci_cost_reports"),
        "contracted": contracted_hours(contract, figures),
    }


def why(gap: Gap) -> str:
    """What is known of the days of a gap: never that nothing happened."""
    at = es_co.read_instant(gap.read_at)
    match gap.kind:
        case "never_read":
            return "no se ha leído"
        case "read_early":
            return f"se leyó por última vez el {at}, antes de que terminara"
        case "refused":
            meaning = _meanings().get(gap.check or "")
            check = f"la comprobación {gap.check} lo rechazó" if gap.check else "fue rechazado"
            return f"llegó el {at} y {check}{f', «{meaning}»' if meaning else ''} (lote {gap.batch_id})"
        case "not_loaded":
            return f"llegó el {at} y aún no se ha cargado (lote {gap.batch_id})"
        case "unreadable":
            return f"el {at} no se pudo leer (lote {gap.batch_id})"


@cache
def _meanings() -> dict[str, str]:
    """What each check asks for, in words."""
    return {check.id: check.meaning.rstrip(".") for suite in SUITES.values() for check in suite.checks}
