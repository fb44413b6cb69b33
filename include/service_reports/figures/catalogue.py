"""Every family of figures: how its ids are written, in what unit, of which chapter, from which rows.

A figure is known by its id. The families are the lines of ``families``, a file a chapter; ids are made and taken apart
here and nowhere else. What else there is to know of a figure (its Spanish label, the causes that can change it, the
report that prints it, its line in ``docs/figures.md``) follows from its family.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from service_reports.figures.chapter import OF_ALL, Chapter, Report

RULES_VERSION = 3
"""Grows when some rule gives another value from the same rows: issued reports tell by which they were computed."""

PARAMETERS: Mapping[str, str] = {
    "day": r"\d{4}-\d{2}-\d{2}",
    "moved_on": r"\d{4}-\d{2}-\d{2}|undated",
    "moved": r"[a-z_]+-[a-z_]+(?: \(\d+\))?",
    "nth": r"[1-9]\d*",
    "ages": r"\d+-\d*",
    "service": r"support|warranty",
    "dimension": r"status|product|module|process|subprocess",
    "state": r"contracted|available|committed|in_execution|consumed",
    "charged": r"in_execution|committed|consumed",
    "standing": r"supported|partial|pending|not_due|unmet",
    "evidence": r"measured|recorded|declared",
    "of": r"billed|paid|instalments_billed|instalments_paid",
    "verdict": r"met|missed|open",
    "level": r"[a-z0-9-]+",
    "outcome": r"in_time|late|waiting|unknown",
    "milestone": r"first_answer|solution",
    "followed": r"open|gone|done|unknown",
    "became": r"open|signed|answered|corrected|resolved",
    "period": r"\d{4}-\d{2}",
    "source": r"[a-z_]+",
    "printed_in": r"management_report|technical_report",
    "asked": r"[^/]+",
    "metric": r"[^/]+",
    "status": r"[^/]+",
    "kind": r"[^/]+",
    "name": r"[^/]+",
    "address": r"[^/]+",
}
"""What each parameter of an id may be; one that is not here is any text."""
_PLACE = re.compile(r"(?P<slash>/?)\{(?P<name>[a-z_]+)(?P<optional>\??)\}")


class UnknownFigure(KeyError):
    """An id that is of no family, or a family that the catalogue does not have."""

    def __str__(self) -> str:
        return f"ninguna familia de cifras tiene el identificador «{self.args[0]}»: véase docs/figures.md"


class MissingFigure(LookupError):
    """A figure that a document should print and the period does not have."""

    def __str__(self) -> str:
        return (
            f"el documento debe imprimir la cifra «{self.args[0]}» y las cifras del periodo no la tienen\n"
            "→ si el programa se actualizó después de calcularlas, limpie «Calcular cifras» en Airflow; si no, "
            "corrija el capítulo de las cifras que la calcula, o la plantilla que la imprime"
        )


@dataclass(frozen=True)
class Family:
    """Figures of one kind.

    ``pattern`` writes their ids; a parameter with ``?`` is left out, with the ``/`` before it, where it is empty.
    ``unit`` is empty where each figure has its own. ``source`` is the source that it rests on, as the ledger names it;
    empty where it rests on several. ``rows`` says where the value comes from, with the period's
    ``{first}`` and ``{last}`` day and what else the chapter knows. ``printed`` are the reports that owe every figure
    of the family.
    """

    name: str
    pattern: str
    unit: str
    chapter: str
    source: str
    rows: str
    meaning: str
    printed: tuple[Report, ...] = ()

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        regex, end = "", 0
        for place in _PLACE.finditer(self.pattern):
            shape = PARAMETERS.get(place["name"], r".*")
            group = rf"{place['slash']}(?P<{place['name']}>{shape})"
            regex += re.escape(self.pattern[end : place.start()]) + (f"(?:{group})?" if place["optional"] else group)
            end = place.end()
        return re.compile(regex + re.escape(self.pattern[end:]), re.DOTALL)

    @cached_property
    def beginning(self) -> str:
        """What all its ids begin with."""
        first, _, rest = self.pattern.partition("{")
        return first.removesuffix("/") if rest.partition("}")[0].endswith("?") else first

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of what its ids tell apart, in their order."""
        return tuple(place["name"] for place in _PLACE.finditer(self.pattern))

    def figure_id(self, **parameters: object) -> str:
        """The id of one of its figures; a day is a ``date`` or its ISO form."""

        def put(place: re.Match[str]) -> str:
            value = parameters[place["name"]]
            if place["optional"] and (value is None or value == ""):
                return ""
            return f"{place['slash']}{value.isoformat() if isinstance(value, date) else value}"

        return _PLACE.sub(put, self.pattern)

    def match(self, figure_id: str) -> dict[str, str] | None:
        """The parameters of an id of this family; ``None`` where it is not of it."""
        found = self._regex.fullmatch(figure_id) if figure_id.startswith(self.beginning) else None
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


class Id(NamedTuple):
    """An id taken apart: its family, and what it tells apart by name."""

    family: Family
    parameters: Mapping[str, str]

    @property
    def day(self) -> date | None:
        """The day that the figure is about, if it is about one."""
        text = self.parameters.get("day") or self.parameters.get("moved_on", "")
        return date.fromisoformat(text) if text and text != "undated" else None

    @property
    def of(self) -> Id:
        """The figure that it speaks of: of what was read, or of a replaced version, the other one; any other itself."""
        other = known(self.parameters["figure"]) if "figure" in self.parameters else None
        return self if other is None else other.of

    @property
    def source(self) -> str:
        """The source that it rests on; ``all`` where it rests on facts of every kind, empty where none is known."""
        found = self.of
        return (
            found.family.source
            or found.parameters.get("source", "")
            or next((each.kinds[found.kind] for each in chapters() if found.kind in each.kinds), "")
            or (OF_ALL if found.family.chapter == "obligations" else "")
        )

    @property
    def subject(self) -> str:
        """The chapter whose facts it tells: that of its family, and of the summary's figures that of their source."""
        found = self.of
        if found.family.chapter != "summary":
            return found.family.chapter
        own = (each.name for each in chapters() if found.kind in each.kinds)
        return next(own, None) or next((each.name for each in chapters() if found.source in each.sources), "summary")

    @property
    def kind(self) -> str:
        """What a finding, or what is asked for, is about."""
        return self.parameters.get("kind", "").partition(".")[0] or self.parameters.get("asked", "")


def chapters() -> tuple[Chapter, ...]:
    """What the modules of ``chapters`` declare, in the order of their figures."""
    from service_reports.figures.chapters import CHAPTERS  # they are made of figures, whose ids are taken apart here

    return CHAPTERS


def report_of(chapter: str) -> Report:
    """The report that tells what changed in a chapter."""
    return next(each.report for each in chapters() if each.name == chapter)


@cache
def families() -> Mapping[str, Family]:
    """Every family by its name, by chapter, and in the order of the chapter's file."""
    found: dict[str, Family] = {}
    for path in sorted(Path(__file__).with_name("families").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["name"]: _family(path.stem, **row) for row in csv.DictReader(file)}
    return found


def _family(chapter: str, /, printed: str, **row: str) -> Family:
    return Family(**row, chapter=chapter, printed=tuple(printed.split()))  # type: ignore[arg-type]


def family(name: str) -> Family:
    """The family of a name.

    Raises:
        UnknownFigure: there is none.
    """
    try:
        return families()[name]
    except KeyError as error:
        raise UnknownFigure(name) from error


def figure_id(name: str, /, **parameters: object) -> str:
    """The id of a figure of a family.

    >>> figure_id("usage.day", day=date(2026, 1, 5), column="Compute / OCPU (OCPU Hours)")
    'usage.day/2026-01-05/Compute / OCPU (OCPU Hours)'
    """
    return family(name).figure_id(**parameters)


@cache
def _by_beginning() -> list[Family]:
    return sorted(families().values(), key=lambda each: len(each.beginning), reverse=True)


@lru_cache(maxsize=16_384)
def parse(figure_id: str) -> Id:
    """An id taken apart; of several families that fit, that with the longest beginning.

    Raises:
        UnknownFigure: the id is of no family.

    >>> parse("usage.day/2026-01-05/Compute / OCPU (OCPU Hours)").parameters["column"]
    'Compute / OCPU (OCPU Hours)'
    """
    for each in _by_beginning():
        if figure_id.startswith(each.beginning) and (found := each.match(figure_id)) is not None:
            return Id(each, found)
    raise UnknownFigure(figure_id)


def rests_on_any(figure_id: str, sources: Collection[str]) -> bool:
    """Whether a figure rests on one of some sources, or on none alone."""
    return parse(figure_id).source in ("", OF_ALL, *sources)


def known(figure_id: str) -> Id | None:
    """The same, or ``None`` for an id of no family."""
    try:
        return parse(figure_id)
    except UnknownFigure:
        return None
