"""What was not read, in words: the same in every document, on the first page and in the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from service_reports.contracts.model import Contract
from service_reports.figures.hour_ledger import contracted_hours
from service_reports.figures.model import Gap, PeriodFigures
from service_reports.masking.personal_data import masked
from service_reports.sources import SUITES
from service_reports.sources.oci_metrics import series_name
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co import gaps as words
from service_reports.wording.es_co.gaps import UNREAD
from service_reports.wording.es_co.labels import SOURCES
from service_reports.wording.shown import Composed, Quoted

__all__ = ["UNREAD", "GapRow", "gap_rows", "reading_values", "unread_days", "why", "whys"]

MOST_NAMED = 4


class GapRow(NamedTuple):
    """One gap in words: what it is of, its days, what is known of them, and what became of them in a word or two."""

    what: str
    days: tuple[date, ...]
    why: str
    situation: str


def unread_days(days: Sequence[date]) -> str:
    """A sentence that says which days are unread, after a space; empty where none is."""
    return Composed(f" {words.UNREAD}: ", es_co.listed_days(days), ".") if days else ""


def gap_rows(figures: PeriodFigures) -> list[GapRow]:
    """Every gap of a period; series of metrics that lack the same share a row."""
    titles = {
        series_name(each.resource_name, each.namespace, each.metric_name): words.metric(each.title, each.resource_name)
        for each in figures.metrics
    }
    same: dict[Gap, list[str]] = {}
    for gap in figures.gaps:
        same.setdefault(gap.model_copy(update={"subject": ""}), []).append(gap.subject)
    return [
        GapRow(_what(gap, names, titles), gap.days, why(gap), words.situation(gap.kind, gap.replaced))
        for gap, names in same.items()
    ]


def _what(gap: Gap, names: Sequence[str], titles: Mapping[str, str]) -> str:
    if gap.source != "oci_metrics" or len(names) == len(titles):
        return SOURCES[gap.source]
    if len(names) > MOST_NAMED:
        return words.so_many_metrics(len(names), len(titles))
    return es_co.listed(titles.get(name) or Quoted(name) for name in names)


def whys(gaps: Iterable[Gap]) -> list[str]:
    """Why some gaps are there, each reason once."""
    return list(dict.fromkeys(why(gap) for gap in gaps))


def reading_values(contract: Contract, figures: PeriodFigures) -> dict[str, Any]:
    """What every template may say of readings."""

    def whys_of(source: str, *, state: str = UNREAD) -> list[str]:
        of_source = (gap for gap in figures.gaps if gap.source == source)
        return whys(gap for gap in of_source if words.situation(gap.kind, gap.replaced) == state)

    return {
        "gaps": gap_rows(figures),
        "whys_of": whys_of,
        "usage_unread": figures.unread_days("oci_cost_reports"),
        "contracted": contracted_hours(contract, figures),
    }


def why(gap: Gap) -> str:
    """What is known of the days of a gap: never that nothing happened."""
    known = words.why(gap.kind, gap.read_at, gap.batch_id, gap.check or "", _meanings().get(gap.check or "", ""))
    if gap.settled_by is None:
        return known
    return Composed(
        known, words.settled_so(masked(gap.settled_by), gap.settled_as or "left", masked(gap.settled_why or ""))
    )


@cache
def _meanings() -> dict[str, str]:
    """What each check asks for, in words."""
    return {check.id: check.meaning.rstrip(".") for suite in SUITES.values() for check in suite.checks}
