"""What is told of an issued report whose figures would be others now."""

from __future__ import annotations

from collections.abc import Sequence

REMEDY = "Decida en «Decidir una corrección» si se emite una versión corregida."


def figure_changed(issued: str, label: str, change: str, cause: str) -> str:
    """One figure: what it is, from what to what, and why."""
    return f"Informe {issued}, «{label}», {change}; causa: {cause}. {REMEDY}"


def table_changed(issued: str, table: str, changes: Sequence[str], most: int) -> str:
    """The changed figures of one table and day: how many, and the first of them."""
    more = [f"y {len(changes) - most} más"] if len(changes) > most else []
    told = "; ".join([*changes[:most], *more])
    return f"Informe {issued}, {table}, cifras que cambiaron: {len(changes)}. {told}. {REMEDY}"
