"""What charts, strips and bars show, in words for whoever does not see them: always said from their data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from service_reports.wording.es_co.formats import listed, listed_days, table_date
from service_reports.wording.shown import Composed, Quoted

Daily = Sequence[tuple[date, Decimal | None]]
"""A value for every day of a period, in order; ``None`` for a day without data."""
NO_DAYS = "no hay días en el periodo"


def _span(days: Sequence[date]) -> str:
    return f"del {table_date(days[0])} al {table_date(days[-1])}"


def _extremes(daily: Daily, text_of: Callable[[Decimal], str], what: str) -> list[str]:
    known = [(value, day) for day, value in daily if value is not None]
    missing = [day for day, value in daily if value is None]
    if not known:
        return ["sin datos en todo el periodo"]
    lowest, highest = min(known), max(known, key=lambda each: each[0])
    (first, _), (last, _) = known[0], known[-1]
    if lowest[0] == highest[0]:
        parts = [f"{what} es la misma todos los días con datos, {text_of(first)}"]
    else:
        parts = [
            f"{what} va de {text_of(first)} el primer día con datos a {text_of(last)} el último",
            f"la más baja, {text_of(lowest[0])}, es del {table_date(lowest[1])}",
            f"la más alta, {text_of(highest[0])}, del {table_date(highest[1])}",
        ]
    return [*parts, f"sin datos: {listed_days(missing)}" if missing else "hay datos de todos los días"]


PERCENTILES = {"high": "P95", "low": "P5"}
"""What the percentile of a metric is called, by the end of its values that is the bad one."""


def metric_chart(
    title: str,
    resource: str,
    means: Daily,
    text_of: Callable[[Decimal], str],
    percentile: Decimal | None,
    percentile_name: str = "P95",
) -> str:
    """A chart of one metric over the days of a period (UTC): its daily means, and the percentile that is drawn."""
    if not means:
        return Composed("Gráfica de ", Quoted(title), ", ", Quoted(resource), f": {NO_DAYS}.")
    parts = _extremes(means, text_of, "la media diaria")
    told_percentile = [] if percentile is None else [f"el {percentile_name} del periodo es {text_of(percentile)}"]
    told = f", {_span([day for day, _ in means])}: {'; '.join([*parts, *told_percentile])}."
    return Composed("Gráfica de ", Quoted(title), ", ", Quoted(resource), told)


def usage_chart(
    product: str, unit: str, daily: Daily, text_of: Callable[[Decimal], str], levels: Sequence[tuple[date, Decimal]]
) -> str:
    """A small chart of the daily use of a product; ``levels`` are its changes of level: first day and new level."""
    if not daily:
        return Composed("Barras de ", Quoted(product), f": {NO_DAYS}.")
    changes = [f"cambia de nivel a {text_of(level)} el {table_date(day)}" for day, level in levels]
    parts = [*_extremes(daily, text_of, "la cantidad diaria"), *changes]
    told = f", {_span([day for day, _ in daily])}: {'; '.join(parts)}."
    return Composed("Barras de ", Quoted(product), ", en ", Quoted(unit), told)


def day_strip(what: str, days: Sequence[date], shares: Sequence[float | None]) -> str:
    """A strip of the days of a period as full (1), half full or empty (0) boxes; ``None`` for one that was not read."""
    if not days:
        return f"Franja de {what}: {NO_DAYS}."

    def of(title: str, wanted: Callable[[float | None], bool]) -> list[str]:
        found = [day for day, share in zip(days, shares, strict=True) if wanted(share)]
        return [f"{title}: {listed_days(found)}"] if found else []

    exceptions = [
        *of("en parte", lambda share: share is not None and 0 < share < 1),
        *of("sin datos", lambda share: share == 0),
        *of("sin leer", lambda share: share is None),
    ]
    whole = [day for day, share in zip(days, shares, strict=True) if share == 1]
    rest = [f"completos: {listed_days(whole)}" if exceptions else "todos los días completos"] if whole else []
    return f"Franja de {what}, {_span(days)}: {'; '.join([*rest, *exceptions])}."


def bar_of_parts(what: str, parts: Sequence[str]) -> str:
    """A bar of stretches, each of which says what it is and how much."""
    return f"Barra de {what}: {listed(parts)}."


def period_bars(what: str, periods: Sequence[tuple[date, str]]) -> str:
    """Bars of periods, each known by its last day; the last one is the period that is reported."""
    *before, (last, now) = periods
    earlier = [part for day, text in before for part in (table_date(day), ": ", text, "; ")]
    return Composed(
        f"Barras de {what}, por el último día de cada periodo: ", *earlier, "este, ", table_date(last), ": ", now, "."
    )
