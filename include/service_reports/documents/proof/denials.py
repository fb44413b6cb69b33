"""Reads the printed sentences for what they deny, or call complete, and holds them against what was read.

It knows nothing of how the sentences were made: a template that forgets to ask whether a source was
read is found here before anything is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service_reports.documents.proof.table_check import holds_words
from service_reports.documents.proof.texts import Text
from service_reports.figures.model import PeriodFigures
from service_reports.sources.oci_metrics import series_name

METRICS = "oci_metrics"

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "tickets",
        r"no se registraron solicitudes|\b0 solicitudes|ninguna de las solicitudes del periodo"
        r"|no hay solicitudes del periodo",
    ),
    (
        "hour_bank",
        r"no se han consumido horas|no hay horas comprometidas|no tuvo movimientos|no hubo entregas"
        r"|no hay solicitudes con cargo|\d (?:hora disponible|horas disponibles)\b",
    ),
    ("oci_metrics", r"no se recibieron|\b0 de [1-9][\d.]* muestras?\b|no lleg(?:ó|aron) \d"),
    ("oci_backups", r"no relaciona copias|tienen? copia exitosa|\b0 copias"),
    ("database_dumps", r"no hay volcados|tienen? volcado\b|\b0 volcados|\b0 archivos"),
    (
        "oci_cost_reports",
        r"días? del periodo están? completos?|no hay datos de uso del periodo"
        r"|ningún recurso cambió de nivel durante el periodo|sin consumo en este periodo",
    ),
)
"""What says that there was none of what a source tells, or all of it."""
DENIALS = {source: re.compile(pattern, re.IGNORECASE) for source, pattern in PATTERNS}
OF_EVERY_SOURCE = re.compile(r"\bno muestran (?:días|hallazgos)|no hay hallazgos registrados sobre", re.IGNORECASE)
SCOPED = re.compile(r"no se afirma|\bleíd[oa]s?\b|sin leer|\bconocid[oa]s?\b", re.IGNORECASE)
"""A sentence that says itself of which days it speaks."""


def false_denials(figures: PeriodFigures, texts: Sequence[Text]) -> Iterator[tuple[Text, str]]:
    """The texts that deny, of the whole period, what was not read of all its days, with the words that do."""
    unread = {gap.source for gap in figures.gaps if not gap.replaced}
    if not unread:
        return
    # A copy that was seen is there, though its day went on: only days without one are unknown.
    known = {
        source
        for source, copies in (("oci_backups", figures.backups), ("database_dumps", figures.dumps))
        if not copies.days_unread
    }
    patterns = {"": OF_EVERY_SOURCE} | {source: DENIALS[source] for source in DENIALS if source in unread - known}
    for text in texts:
        if SCOPED.search(text.said):
            continue
        for source, pattern in patterns.items():
            matches = list(pattern.finditer(text.said))
            if matches and (source != METRICS or _of_unread_series(figures, text)):
                yield from ((text, match.group()) for match in matches)


def _of_unread_series(figures: PeriodFigures, text: Text) -> bool:
    """Whether a text speaks of a series of which days are unread: of any, where it names no resource.

    It names the resource and the title of the metric; without a title it speaks of all of the resource, or of that
    by which its node is known to answer.
    """
    lacking = {gap.subject for gap in figures.gaps if gap.source == METRICS and not gap.replaced}
    named = [each for each in figures.metrics if holds_words(text.text, each.resource_name)]
    names = {each.resource_name for each in named}
    of_nodes = {(each.resource_name, each.metric_name) for each in figures.availability}
    if not names and "nodo" not in text.said:
        return True
    named, names = (
        (named, names) if names else (list(figures.metrics), {each.resource_name for each in figures.metrics})
    )
    whole = {name for name in names if not any(name != other and name in other for other in names)}
    spoken = [each for each in named if each.resource_name in whole]
    titled = [each for each in spoken if holds_words(text.text, each.title)]
    nodes = [each for each in spoken if (each.resource_name, each.metric_name) in of_nodes and "nodo" in text.said]
    return any(
        series_name(each.resource_name, each.namespace, each.metric_name) in lacking
        for each in titled or nodes or spoken
    )
