"""What was not read must be told in every report: unread is never zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service_reports.documents.proof.reading import Read
from service_reports.documents.proof.table_check import holds_words
from service_reports.figures.model import Gap, PeriodFigures
from service_reports.sources.oci_metrics import series_name
from service_reports.wording.es_co import formats as es_co
from service_reports.wording.es_co.labels import SOURCES

METRICS = "oci_metrics"
MOST_NAMED = 4
"""So many series of metrics that lack the same are named; more are counted."""
LONGEST = 40
"""How much of a name is looked for: a page may break in a long one."""
STANDING = {"released": "Dado por bueno", "in_part": "Con filas aparte"}


def untold_gaps(figures: PeriodFigures, reports: Mapping[str, Read]) -> list[str]:
    """Sources of which days were not read, or something was refused, and of which a report does not tell it.

    The days stand on the first page too, and are looked for there.
    """
    told = {name: " ".join(block.text for block in read.blocks) for name, read in reports.items()}
    return [
        f"{name}: {row}"
        for what, gap in _gaps(figures)
        for row in [f"{_state(gap)}, {what[:LONGEST]}"]
        for name, text in told.items()
        if not holds_words(text, row)
    ]


def _state(gap: Gap) -> str:
    if gap.kind in STANDING:
        return STANDING[gap.kind]
    return "Rechazado" if gap.replaced else "Sin leer"


def _gaps(figures: PeriodFigures) -> Iterator[tuple[str, Gap]]:
    """What each gap is of, those of series that lack the same together."""
    titles = {
        series_name(each.resource_name, each.namespace, each.metric_name): f"{each.title} de {each.resource_name}"
        for each in figures.metrics
    }
    same: dict[Gap, list[str]] = {}
    for gap in figures.gaps:
        same.setdefault(gap.model_copy(update={"subject": ""}), []).append(gap.subject)
    for gap, subjects in same.items():
        if gap.source != METRICS or len(subjects) == len(titles):
            yield SOURCES[gap.source], gap
        elif len(subjects) > MOST_NAMED:
            yield f"{es_co.number(len(subjects))} de {es_co.number(len(titles))} métricas de OCI", gap
        else:
            yield es_co.listed(titles.get(name, name) for name in subjects), gap
