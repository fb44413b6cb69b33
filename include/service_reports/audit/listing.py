"""What ``figures.json`` says of a figure beside its value: the rule by whose pattern its id is written, and its unit.

Names, patterns and units of rules are those of the catalogue, read as a table: nothing that computes has a part in it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from service_reports.audit.carried import Told

FAMILIES = Path(__file__).resolve().parents[1] / "figures" / "families"
OF_ANOTHER = ("read/", "replaced/")
"""Begin the ids of figures that say what another one says, in its unit, and tell apart what that one does."""
_PLACE = re.compile(r"(/?)\{(\w+)(\??)\}")
_UNIT = re.compile(r".*\((.*)\)")


class Rule(NamedTuple):
    """A rule of the catalogue; its unit is empty where each figure has its own."""

    pattern: str
    unit: str

    def figure_id(self, about: Mapping[str, str]) -> str:
        """The id of the figure that tells this apart."""
        return _PLACE.sub(lambda place: _put(place, about), self.pattern)


def _put(place: re.Match[str], about: Mapping[str, str]) -> str:
    value = about.get(place[2], "")
    return "" if place[3] and not value else place[1] + value


@cache
def rules() -> Mapping[str, Rule]:
    """The rules by name."""
    tables = (path.read_text(encoding="utf-8").splitlines() for path in sorted(FAMILIES.glob("*.csv")))
    return {row["name"]: Rule(row["pattern"], row["unit"]) for lines in tables for row in csv.DictReader(lines)}


def misnamed(figures: Mapping[str, Told]) -> Iterator[str]:
    """Figures that name another rule than theirs, or another unit."""
    of_metrics: dict[str, str] = {}
    for figure in figures.values():
        if figure.id.startswith(OF_ANOTHER):
            if not figure.id.startswith(f"{figure.rule}/"):
                yield f"{figure.id} dice salir de la regla {figure.rule}, que es de otras cifras"
            continue
        rule = rules().get(figure.rule)
        if rule is None or rule.figure_id(figure.about) != figure.id:
            yield f"{figure.id} dice salir de la regla {figure.rule}, que es de otras cifras"
            continue
        unit = rule.unit
        if not unit and figure.rule.startswith("usage."):
            found = _UNIT.fullmatch(figure.about.get("column", ""))
            unit = found[1] if found else ""
        if not unit and figure.rule.startswith("metric."):
            unit = of_metrics.setdefault(figure.about.get("metric", ""), figure.unit)
        if unit and unit != figure.unit:
            yield f"{figure.id} dice estar en {figure.unit}, y es en {unit}"
