"""What is declared of a chapter that is computed again: its figures, and what stands out in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from service_reports.audit.recomputing.metrics import Values
from service_reports.audit.recomputing.usage import Use
from service_reports.audit.rows import Rows

Numbers = Mapping[str, Decimal | int]
NAMED = 4
"""So many subjects of what is asked for are named; the others are counted."""


class Found(NamedTuple):
    """One finding: what kind of thing, how serious, in which part of the reports, about what, and its numbers."""

    kind: str
    severity: str
    section: str
    subject: str = ""
    values: Numbers = MappingProxyType({})


def _finds_nothing(_: Rows) -> Iterable[Found]:
    return ()


def _asks_nothing(_: Sequence[Found]) -> Iterable[tuple[str, Numbers]]:
    return ()


class Chapter(NamedTuple):
    """Figures that rest on the same files; their ids begin in one of some ways.

    ``kinds`` are the findings of its own, by the beginning of their kind, each with the source that it is read from.
    What was not asked in its moment of ``only_now`` cannot be had later.
    """

    begins: tuple[str, ...]
    files: tuple[str, ...]
    values: Callable[[Rows, Use], Values]
    findings: Callable[[Rows], Iterable[Found]] = _finds_nothing
    asks: Callable[[Sequence[Found]], Iterable[tuple[str, Numbers]]] = _asks_nothing
    kinds: Mapping[str, str] = MappingProxyType({})
    only_now: tuple[str, ...] = ()


def only(values: Callable[[Rows], Values]) -> Callable[[Rows, Use], Values]:
    """The values of a chapter that needs no use."""
    return lambda rows, _: values(rows)


def more(count: int) -> Numbers:
    """How many subjects of what is asked for are not named."""
    return {"more": count - NAMED} if count > NAMED else {}
