"""Every table of a document against what it should say: none is missing, none is more, none is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from service_reports.documents.proof.first_page import compared_table
from service_reports.documents.proof.management_tables import management_tables
from service_reports.documents.proof.reading import HEADINGS, Read, Table
from service_reports.documents.proof.shared_tables import FACTS, act_tables, annexes, changes, cover
from service_reports.documents.proof.shown_values import number
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import (
    ExpectedTable,
    columns_of,
    differences,
    same_words,
    title_of,
    unspaced,
)
from service_reports.documents.proof.technical import technical_tables
from service_reports.documents.proof.technical.usage import DAILY_USE
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.deliveries import deliveries

_PART = re.compile(r", parte (\d+) de (\d+)$")
_CHART = re.compile(r"^Gráfica \d+\. (.+)$")
_NUMBER = re.compile(r"^\d+(?:\.\d+)*\. ")


class Pair(NamedTuple):
    """A table that was read, and what it should say."""

    expected: ExpectedTable
    table: Table


class Matched(NamedTuple):
    """Tables by what they should say, and what is said of those without a match."""

    pairs: list[Pair]
    findings: list[str]


def expected_tables(subject: Subject, document: RenderedDocument, read: Read) -> list[ExpectedTable]:
    """What the tables of a document should say, in their order."""
    if document.kind == "delivery_act":
        acts = [each for each in subject.documents if each.kind == "delivery_act"]
        of = next((made for act, made in zip(acts, deliveries(subject.figures), strict=False) if act is document), None)
        return list(act_tables(subject, document, of)) if of else []
    own = technical_tables(subject) if document.kind == "technical_report" else management_tables(subject)
    return [
        cover(subject, document),
        *compared_table(subject),
        *changes(subject, list(read.tables)),
        *own,
        annexes(subject),
    ]


def matched(subject: Subject, document: RenderedDocument, read: Read) -> Matched:
    """Each table of a document with what it should say, by their captions and their order."""
    waiting = expected_tables(subject, document, read)
    pairs: list[Pair] = []
    findings: list[str] = []
    last = -1
    for table, name in zip(read.tables, _names(read), strict=True):
        place = next((at for at, each in enumerate(waiting) if same_words(name, each.caption)), None)
        if place is None:
            findings.append(f"página {table.page}: la tabla «{name or table.heading}» no se espera en el documento")
            continue
        if place < last:
            findings.append(f"página {table.page}: la tabla «{name}» no está en su lugar")
        last = max(last, place)
        pairs.append(Pair(waiting[place], table))
    said = {id(pair.expected) for pair in pairs}
    findings += [f"falta la tabla «{each.caption or 'datos básicos'}»" for each in waiting if id(each) not in said]
    findings += _parts(pairs)
    seen: set[int] = set()
    for expected, table in pairs:
        if id(expected) in seen and not expected.parted:
            findings.append(f"página {table.page}: la tabla «{expected.caption}» está dos veces")
        seen.add(id(expected))
    return Matched(pairs, findings)


def table_findings(subject: Subject, document: RenderedDocument, read: Read) -> list[str]:
    """What the tables of a document say otherwise than they should."""
    pairs, findings = matched(subject, document, read)
    for pair in pairs:
        findings += differences(*pair)
        findings += sums_of_use(*pair)
    return findings


def _names(read: Read) -> Iterator[str]:
    """The caption of each table; of one without, that of the chart above it, or its heading where it is in an act."""
    at = 0
    chart, heading = "", ""
    for table in read.tables:
        for block in read.blocks[at : table.place]:
            if block.kind in HEADINGS:
                chart, heading = "", _NUMBER.sub("", block.text)
            elif found := _CHART.match(block.text):
                chart = found[1]
        at = table.place
        if table.caption:
            yield _PART.sub("", table.caption)
        elif table.headings:
            yield chart or heading
            chart = ""
        else:
            yield FACTS


def _parts(pairs: list[Pair]) -> list[str]:
    """What the parts of a table leave out of it or say twice."""
    found = []
    parted = {id(pair.expected): pair.expected for pair in pairs if pair.expected.parted}
    for key, expected in parted.items():
        parts = [pair.table for pair in pairs if id(pair.expected) == key]
        numbers = [_PART.search(table.caption) for table in parts]
        right = [(str(place), str(len(parts))) for place in range(1, len(parts) + 1)]
        if [(each[1], each[2]) if each else None for each in numbers] != right:
            found.append(f"las partes de la tabla «{expected.caption}» no están numeradas en orden")
        titles = list(next(row.cells for row in expected.rows if hasattr(row, "cells")))
        shared, own = titles[:2], titles[2:]
        printed = [unspaced(each) for table in parts for each in columns_of(table)[len(shared) :]]
        found += [
            f"falta la columna «{title}»" for title in own if not any(same_words(each, title) for each in printed)
        ]
        found += [f"la columna «{title}» está dos veces" for title in own if printed.count(unspaced(title)) > 1]
    return found


def sums_of_use(expected: ExpectedTable, table: Table) -> list[str]:
    """The columns of daily use whose printed cells and rounding do not add up to the printed total."""
    if expected.caption != DAILY_USE:
        return []
    columns: dict[tuple[int, str], list[str]] = {}
    for row in table.rows:
        for cell in row[2:]:
            columns.setdefault((cell.column, title_of(cell)), []).append(cell.text)
    wrong = []
    for (_, title), texts in columns.items():
        *cells, total = [number(text) for text in texts if text != "—"] or [None]
        if total is None or sum((each.value for each in cells if each), Decimal(0)) != total.value:
            wrong.append(f"página {table.page}: la columna «{title}» no suma {texts[-1]}")
    return wrong
