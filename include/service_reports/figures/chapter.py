"""What a chapter of the figures declares of itself, once, in its module of ``chapters``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from service_reports.contracts import Contract, ReportPeriod
    from service_reports.figures.figure import Figure, Maker
    from service_reports.figures.model import Ask, Finding, PeriodFigures, Table
    from service_reports.records.period_rows import PeriodRows

Report = Literal["management_report", "technical_report"]
OF_ALL = "all"
"""What rests on facts of every kind."""


def _finds_nothing(_: PeriodFigures) -> Iterable[Finding]:
    return ()


def _asks_nothing(_: PeriodFigures, __: Sequence[Finding]) -> Iterable[Ask]:
    return ()


def _leaves_nothing(_: Contract, __: ReportPeriod, ___: PeriodRows) -> Iterable[Carried]:
    return ()


class Carried(NamedTuple):
    """Rows that the chapter's report carries as evidence: a file's name, the titles of its columns, and the cells."""

    name: str
    titles: str
    rows: Iterable[Sequence[object]]


@dataclass(frozen=True)
class Chapter:
    """What a module of ``chapters`` tells, and which part of the reports that is.

    ``name`` is the file of its families (``families``) and words; several modules may tell parts of one chapter.
    ``place`` is where its figures stand among the others. ``report`` tells what changed in it. ``sources`` are those
    whose facts it tells. ``kinds`` are the findings, by the beginning of their kind, and the asks that are its own,
    each with the source that it rests on: ``all`` of them, or none by itself. ``leads_to`` says of a kind of finding
    what is asked for because of it; ``sentences`` is the template of ``templates/shared`` that has the sentences of
    both. ``table`` is what it computes and keeps for itself, of type ``keeps``, and ``evidence`` the rows behind it.
    """

    name: str
    place: int
    numbers: Callable[[Contract, PeriodFigures, Maker], Iterator[Figure]]
    report: Report = "technical_report"
    sources: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    leads_to: Mapping[str, str] = field(default_factory=dict)
    findings: Callable[[PeriodFigures], Iterable[Finding]] = _finds_nothing
    asks: Callable[[PeriodFigures, Sequence[Finding]], Iterable[Ask]] = _asks_nothing
    table: Callable[[Contract, ReportPeriod, PeriodRows], Table] | None = None
    keeps: type[Table] | None = None
    evidence: Callable[[Contract, ReportPeriod, PeriodRows], Iterable[Carried]] = _leaves_nothing
    sentences: str = "first_page"
