"""Reads the printed sentences for what they deny, or call complete, and holds them against what was read.

It knows nothing of how the sentences were made: a template that forgets to ask whether a source was
read is found here before anything is signed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from service_reports.documents.proof.table_check import holds_words
from service_reports.documents.proof.texts import Text
from service_reports.figures.model import PeriodFigures
from service_reports.sources.oci_metrics import series_name

METRICS = "oci_metrics"

NONE = r"(?<![\d.,])(?:0|cero)"
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        r"no se registraron solicitudes",
        rf"{NONE} solicitud(?:es)?\b",
        r"ninguna de las solicitudes del periodo",
        r"no hay solicitudes del periodo",
    ),
    "hour_bank": (
        r"no tuvo movimientos",
        r"no hubo entregas",
        r"no hay solicitudes con cargo",
        r"\d (?:hora disponible|horas disponibles)\b",
        r"saldo disponible de la bolsa es de \d",
        r"horas (?:consumidas|en ejecución|comprometidas|disponibles)\b[^:.]*: \d",
        rf"(?<!fue de ){NONE} horas?\b",
    ),
    "oci_metrics": (
        r"no se recibieron",
        rf"{NONE} de [1-9][\d.]* muestras?\b",
        r"\bfaltan? [\d.]+ de [\d.]+ muestras?\b",
    ),
    "oci_backups": (
        r"no relaciona copias",
        r"tienen? copia exitosa",
        rf"{NONE} copias?\b(?! fallida)",
        rf"{NONE} (?:de [1-9][\d.]* )?días?(?: del periodo)? sin copia",
        r"sin copia exitosa en 0\b",
    ),
    "database_dumps": (
        r"no hay volcados",
        r"tienen? volcado\b",
        rf"{NONE} (?:volcado|archivo)s?\b(?! seguido)",
        rf"{NONE} (?:de [1-9][\d.]* )?días?(?: del periodo)? sin volcado",
        r"sin volcado en 0\b",
    ),
    "oci_cost_reports": (
        r"días? del periodo están? completos?",
        r"no hay datos de uso del periodo",
        r"ningún recurso cambió de nivel durante el periodo",
        r"sin consumo en este periodo",
    ),
    "": (r"\bno muestran (?:días|hallazgos)",),
}
"""What says that there was none of what a source tells, or all of it; under no name, of what any source tells."""
DENIALS = {source: re.compile("|".join(patterns), re.IGNORECASE) for source, patterns in PATTERNS.items()}
LACKING = {
    "oci_backups": re.compile(r"sin copia\b", re.IGNORECASE),
    "database_dumps": re.compile(r"sin volcado\b", re.IGNORECASE),
}
"""What says of the days that it names that they had none: true of days that were read, and of no others."""
DAYS = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: a (\d\d)/(\d\d)/(\d{4}))?")
SCOPED = re.compile(r"no se afirma|\bleíd[oa]s?\b|sin leer|\bconocid[oa]s?\b", re.IGNORECASE)
"""A sentence that says itself of which days it speaks."""


def false_denials(figures: PeriodFigures, texts: Sequence[Text]) -> Iterator[tuple[Text, str]]:
    """The texts that deny, of the whole period, what was not read of all its days, with the words that do."""
    unread = {gap.source for gap in figures.gaps if not gap.replaced}
    if not unread:
        return
    # A copy that was seen is there, though its day went on: only days without one are unknown.
    unknown = {"oci_backups": figures.backups.days_unread, "database_dumps": figures.dumps.days_unread}
    known = {source for source, days in unknown.items() if not days}
    patterns = {source: DENIALS[source] for source in DENIALS if source in {"", *(unread - known)}}
    for text in texts:
        if SCOPED.search(text.said):
            continue
        if lacking := {source: match for source in LACKING if (match := LACKING[source].search(text.said))}:
            # What speaks of copies or dumps names days that lack one of both.
            days = set.intersection(*(set(unknown[source]) for source in lacking))
            if _names_one(text.said, days):
                yield text, next(iter(lacking.values())).group()
        for source, pattern in patterns.items():
            matches = list(pattern.finditer(text.said))
            if matches and (source != METRICS or _of_unread_series(figures, text)):
                yield from ((text, match.group()) for match in matches)


def _names_one(text: str, days: Collection[date]) -> bool:
    """Whether a text names one of some days, itself or by two that it lies between."""
    for match in DAYS.finditer(text):
        first, last = "".join(match.groups()[2::-1]), "".join(match.groups(default="")[:2:-1])
        if any(first <= f"{day:%Y%m%d}" <= (last or first) for day in days):
            return True
    return False


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
