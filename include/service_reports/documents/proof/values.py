"""Every printed value against what it names: a figure of the period, a day, an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from service_reports.documents.proof.reading import Block, Cell, Read, Run
from service_reports.documents.proof.shown_values import ABSENT, says_date
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import says_figure, title_of
from service_reports.figures.catalogue import known, parse
from service_reports.figures.figure import Figure

MEGABYTES = "(MB)"
"""Ends the headings of columns whose bytes are printed as megabytes."""
NOTHING = Run("")


def value_findings(subject: Subject, read: Read) -> list[str]:
    """Printed values that are not what they name, or name nothing of the period."""
    return [
        finding
        for block in (*read.blocks, *read.alternatives)
        for run, after in pairwise((*block.runs, NOTHING))
        if (finding := wrong_value(subject, block, run, after))
    ]


def wrong_value(subject: Subject, block: Block, run: Run, after: Run = NOTHING) -> str:
    """What is wrong with one printed value, given what stands after it; empty where it is right."""
    if run.says == "date":
        if not says_date(run.text, run.name):
            return f"{_place(block)}: dice «{run.text}» y su etiqueta es la fecha {run.name}: corrija la plantilla"
        return ""
    if run.says != "figure" or block.kind == "Figure":
        return ""
    figure = subject.by_id.get(run.name)
    if figure is None:
        if known(run.name) is None:
            return f"{_place(block)}: «{run.text}» lleva «{run.name}», que no es de ninguna familia del catálogo"
        if run.text not in ABSENT:
            return f"{_place(block)}: dice «{run.text}» y las cifras no tienen {run.name}"
        return ""
    if run.text in ABSENT or not says_figure(run.text, figure, megabytes=_megabytes(block, after)):
        return f"{_place(block)}: dice «{run.text}» y {figure.id} es {_exact(figure)}: corrija quien la imprime"
    return ""


def unsaid_alternatives(subject: Subject, read: Read) -> Iterator[str]:
    """Numbers in what a chart says to who cannot see it that are of no figure that the chart names."""
    for block in read.alternatives:
        named = [subject.by_id[run.name] for run in block.runs if run.says == "figure" and run.name in subject.by_id]
        if named:
            words = block.text.replace(";", " ").split()
            numbers = [word.strip(".,:()") for word in words if any(sign.isdigit() for sign in word)]
            for text in numbers:
                if not any(says_figure(text, figure) for figure in named) and "/" not in text:
                    yield f"página {block.page}: la gráfica dice «{text}», que no es de sus cifras"


OF_COLUMNS = frozenset({"usage.hours", "usage.days.unread"})
"""Families that stand beside the columns of use: without any there is no such table."""


def owed(subject: Subject, kind: str) -> list[Figure]:
    """The figures that a document must print: those of the families that the catalogue says it prints."""
    return [
        figure
        for figure in subject.figures.figures
        for family in [parse(figure.id).family]
        if kind in family.printed
        if subject.figures.usage.columns or family.name not in OF_COLUMNS
    ]


def untold(subject: Subject, kind: str, read: Read) -> list[str]:
    """The figures that a document owes and does not print."""
    told = {run.name for _, run in read.values if run.says == "figure"}
    told |= {run.name for block in read.alternatives for run in block.runs if run.says == "figure"}
    return [f"no imprime {figure.id}" for figure in owed(subject, kind) if figure.id not in told]


def nameless(blocks: Iterable[Block]) -> list[str]:
    """Digits in our own words: each printed number names a figure or a date, or is declared to be of neither."""
    return [
        f"{_place(block)}: «{block.own[:90]}»: dé a cada número su cifra, o declárelo"
        for block in blocks
        if block.kind not in ("TOCI", "Lbl", "Reference")
        and any(sign.isdigit() for run in block.runs if run.says == "words" for sign in run.text)
    ]


def _megabytes(block: Block, after: Run) -> bool:
    if isinstance(block, Cell) and any(header.endswith(MEGABYTES) for header in block.column_headers):
        return True
    return after.says == "words" and after.text.lstrip().startswith("MB")


def _place(block: Block) -> str:
    if isinstance(block, Cell) and block.column_headers:
        row = f", fila «{' / '.join(block.row_headers)}»" if block.row_headers else ""
        return f"página {block.page}{row}, columna «{title_of(block)}»"
    return f"página {block.page}, «{block.text[:60]}»"


def _exact(figure: Figure) -> str:
    return f"{figure.value:f}".replace(".", ",")
