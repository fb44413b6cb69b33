"""What a report prints, from its tags: each number with the figure that it names, held against the figure's value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

from service_reports.audit.carried import Told
from service_reports.audit.rows import MOST_DIGITS
from service_reports.documents.proof.reading import Block, Cell, Read, Run, read
from service_reports.documents.proof.shown_values import (
    ABSENT,
    SCALES,
    instant_of,
    says_instant,
    says_megabytes,
    says_number,
)

_DECIMALS = re.compile(r"(?<![\d.,])\d[\d.]*,\d+(?![\d,])")
MEGABYTES = "(MB)"
"""Ends the headings of columns whose bytes are printed as megabytes."""


class Printed(NamedTuple):
    """A printed value: its page from 1, its text, and the figure that it names."""

    page: int
    text: str
    figure_id: str
    megabytes: bool


def printed_values(content: bytes) -> list[Printed]:
    """Every printed number of a report in reading order.

    Raises:
        NotReadable: (of the proof) nothing in it is tagged.
    """
    return list(_values(read(content)))


def _values(found: Read) -> Iterator[Printed]:
    for block in found.blocks:
        for run, after in pairwise((*block.runs, Run(""))):
            if run.says == "figure":
                yield Printed(block.page, " ".join(run.text.split()), run.name, _megabytes(block, after))


def _megabytes(block: Block, after: Run) -> bool:
    if isinstance(block, Cell) and any(header.endswith(MEGABYTES) for header in block.column_headers):
        return True
    return after.says == "words" and after.text.lstrip().startswith("MB")


def told_by_charts(content: bytes, figures: Mapping[str, Told]) -> Iterator[str]:
    """Numbers that a chart says to who cannot see it, and that are of no figure that the chart names.

    A chart that names none is drawn of many values at once: what it says with decimals is of one of the report's.
    """
    some: dict[int, frozenset[Decimal]] = {}
    for block in read(content).alternatives:
        named = [run.name for run in block.runs if run.says == "figure"]
        for name in named:
            if name not in figures:
                yield f"página {block.page}: una gráfica nombra {name}, que no está entre las cifras"
        known = [figures[name] for name in named if name in figures]
        for word in block.text.replace(";", " ").split() if known else ():
            text = word.strip(".,:()")
            is_number = any(sign.isdigit() for sign in text) and "/" not in text
            if is_number and not any(says(Printed(block.page, text, each.id, False), each) for each in known):
                yield f"página {block.page}: una gráfica dice «{text}», que no es de las cifras que nombra"
        for text in _DECIMALS.findall(block.own) if not named else ():
            places = len(text.partition(",")[2])
            if places not in some:
                some[places] = frozenset(_shown(figures, places))
            if abs(Decimal(text.replace(".", "").replace(",", "."))) not in some[places]:
                yield f"página {block.page}: una gráfica dice «{text}», que no es de ninguna cifra"


def _shown(figures: Mapping[str, Told], places: int) -> Iterator[Decimal]:
    """The figures as they may be printed: without sign, in larger units, half up at so many decimals."""
    with localcontext(prec=3 * MOST_DIGITS):
        for scale in {Decimal(1), *SCALES.values()}:
            for each in figures.values():
                yield (abs(each.value) / scale).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def unsaid(content: bytes) -> Iterator[str]:
    """Texts of the pages that no tag says: whoever hears or copies the report does not get them."""
    found = read(content)
    return (
        f"página {page}: «{text[:60]}» está en la página y no en las etiquetas"
        for page, text in (*found.stray, *found.loose)
    )


def unseen(content: bytes) -> Iterator[str]:
    """Texts that tags say and no page shows, or shows with other digits."""
    found = read(content)
    return (f"página {page}: {what}" for page, what in (*found.unseen, *found.hidden))


def faults(values: list[Printed], figures: Mapping[str, Told]) -> Iterator[str]:
    """Printed numbers that are not their figure's."""
    for each in values:
        figure = figures.get(each.figure_id)
        if figure is None:
            if each.text not in ABSENT:
                yield f"página {each.page}: dice «{each.text}» de {each.figure_id}, que no está entre las cifras"
        elif not says(each, figure):
            yield f"página {each.page}: dice «{each.text}» y {figure.id} es {figure.value:f}"


def says(each: Printed, figure: Told) -> bool:
    """Whether a printed number says a figure, rounded at the decimals that it shows."""
    if figure.unit == "instant":
        return says_instant(each.text, instant_of(figure.value))
    if each.megabytes and figure.unit == "bytes":
        return says_megabytes(each.text, figure.value)
    return says_number(each.text, figure.value, figure.unit, availability=figure.id.startswith("availability/"))
