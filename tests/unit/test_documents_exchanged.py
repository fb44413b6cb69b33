"""Every pair of columns and of rows of every table, exchanged one at a time, and numbers of sentences.

What is exchanged is what was read: the texts under the values that they name, as a printer that mistakes a column
would, and the cells with all that they name, under the headings of others. Each exchange must be found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest

from service_reports.documents.proof.crosscheck_workbook import compare_row, expected_sheets, sheets_of
from service_reports.documents.proof.reading import Block, Cell, Run, Table
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.table_check import ExpectedTable, differences, records_of, row_differences
from service_reports.documents.proof.tables import matched, sums_of_use
from service_reports.documents.proof.values import wrong_value
from tests.golden.sample_figures import sample, sample_documents

KINDS = ("management_report", "technical_report", "delivery_act")
Exchange = Callable[[Cell, Cell], Cell]
Said = list[tuple[tuple[str, str], ...]]


@cache
def subject() -> Subject:
    contract, figures = sample()
    return Subject(contract, figures, tuple(sample_documents().values()))


@cache
def tables(kind: str) -> list[tuple[ExpectedTable, Table]]:
    [(document, read)] = [(document, read) for document, read in subject().pdfs if document.kind == kind]
    pairs, findings = matched(subject(), document, read)
    assert findings == []
    return [(pair.expected, pair.table) for pair in pairs]


def text_under_name(here: Cell, there: Cell) -> Cell:
    """The cell with another's text, under the value that it names itself."""
    named = next((run for run in here.runs if run.name), None)
    run = Run(there.text, named.says, named.name) if named else Run(there.text)
    return replace(here, runs=(run,) if there.text else ())


def cell_under_heading(here: Cell, there: Cell) -> Cell:
    """Another cell with all that it names, in this one's place."""
    return replace(here, runs=there.runs)


EXCHANGES = (text_under_name, cell_under_heading)


def said(cells: Sequence[Cell]) -> Said:
    """What a reader, or a program, gets of cells."""
    return [((cell.text, ""), *((run.says, run.name) for run in cell.runs if run.name)) for cell in cells]


def exchanged_columns(table: Table) -> Iterator[tuple[str, Table]]:
    columns = sorted({cell.column for cell in table.cells})
    before = [said(row) for row in table.rows]
    for exchange in EXCHANGES:
        for first, second in combinations(columns, 2):
            rows = []
            for row in table.rows:
                cells = {cell.column: cell for cell in row}
                if first in cells and second in cells:
                    one, other = cells[first], cells[second]
                    cells |= {first: exchange(one, other), second: exchange(other, one)}
                rows.append(tuple(cells.values()))
            if [said(row) for row in rows] != before:
                yield f"columns {first} and {second}, {exchange.__name__}", replace(table, rows=tuple(rows))


def exchanged_rows(records: Sequence[Sequence[Cell]]) -> Iterator[tuple[str, list[tuple[int, int, Exchange]]]]:
    """Two rows exchanged, with and without the cells that name them: which places of which rows, and how."""
    for exchange in EXCHANGES:
        texts = exchange is text_under_name
        before = [[cell.text for cell in record] if texts else said(record) for record in records]
        for names in (True, False):
            for first, second in combinations(range(len(records)), 2):
                same_shape = len(records[first]) == len(records[second])
                if same_shape and before[first][not names :] != before[second][not names :]:
                    places: list[tuple[int, int, Exchange]] = [(first, second, exchange), (second, first, exchange)]
                    yield (
                        f"rows {first} and {second}, {exchange.__name__}{'' if names else ', not their names'}",
                        places,
                    )


def names_another(cells: Sequence[Cell]) -> bool:
    """Whether a value of these cells is not what it names."""
    return any(wrong_value(subject(), cell, run) for cell in cells for run in cell.runs)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_columns_of_any_table_can_be_exchanged(kind: str) -> None:
    found, unseen = 0, []
    for expected, table in tables(kind):
        assert (list(differences(expected, table)), sums_of_use(expected, table)) == ([], [])
        for what, after in exchanged_columns(table):
            if next(differences(expected, after), None) or any(names_another(row) for row in after.rows):
                found += 1
            else:
                unseen.append(f"{table.caption or table.heading}: {what}")
    assert unseen == []
    assert found > {"management_report": 300, "technical_report": 500, "delivery_act": 6}[kind]


def exchange_is_found(
    expected: ExpectedTable,
    table: Table,
    records: Sequence[Sequence[Cell]],
    one: int,
    other: int,
    exchange: Exchange,
    first: int,
) -> bool:
    """Whether a row that holds another's cells, from the first one on, is not as it should be."""
    if expected.pairs is not None:
        rows = [*records]
        rows[one] = [exchange(a, b) for a, b in zip(records[one], records[other], strict=True)]
        return next(differences(expected, replace(table, rows=tuple(map(tuple, rows)))), None) is not None
    row = expected.rows[one]
    for here, there in list(zip(records[one], records[other], strict=True))[first:]:
        cell = exchange(here, there)
        if next(row_differences(row, [cell], parted=True), None) or names_another([cell]):
            return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_rows_of_any_table_can_be_exchanged(kind: str) -> None:
    found, unseen = 0, []
    for expected, table in tables(kind):
        records = list(records_of(table))
        for what, places in exchanged_rows(records):
            first = int("not their names" in what)
            if any(exchange_is_found(expected, table, records, *place, first) for place in places):
                found += 1
            else:
                unseen.append(f"{table.caption or table.heading}: {what}")
    assert unseen == []
    assert found > {"management_report": 10_000, "technical_report": 5_000, "delivery_act": 20}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_numbers_of_sentences_can_be_exchanged(kind: str) -> None:
    [read] = [read for document, read in subject().pdfs if document.kind == kind]
    values = [(block, run) for block, run in read.values if not isinstance(block, Cell) and run.name]
    unseen = [
        f"{run.name}: {other.text}"
        for (block, run), (_, other) in combinations(values, 2)
        if (run.says, run.text) != (other.says, other.text)
        and run.name != other.name
        and not is_found_under(block, run, other.text)
        and not is_found_under(block, other, run.text)
    ]
    assert unseen == []


def is_found_under(block: Block, run: Run, text: str) -> bool:
    return bool(wrong_value(subject(), block, Run(text, run.says, run.name)))


def test_no_two_columns_or_rows_of_any_sheet_can_be_exchanged() -> None:
    found, unseen = 0, []
    printed = sheets_of(sample_documents()["ticket_workbook"].content)
    for title, expected in expected_sheets(subject()):
        rows = printed[title][1:]
        for first, second in combinations(range(len(printed[title][0])), 2):
            pairs = [(row, with_cells_exchanged(row, first, second)) for row in rows]
            changed = [place for place, (row, other) in enumerate(pairs) if list(row) != other]
            if changed and not any(next(compare_row(title, 0, pairs[at][1], expected[at]), None) for at in changed):
                unseen.append(f"{title}: columns {first} and {second}")
            found += bool(changed)
        for first, second in combinations(range(len(rows)), 2):
            for start in (0, 1):
                if rows[first][start:] == rows[second][start:]:
                    continue
                one = [*rows[first][:start], *rows[second][start:]]
                other = [*rows[second][:start], *rows[first][start:]]
                found += 1
                if not (
                    next(compare_row(title, 0, one, expected[first]), None)
                    or next(compare_row(title, 0, other, expected[second]), None)
                ):
                    unseen.append(f"{title}: rows {first} and {second} from {start}")
    assert unseen == []
    assert found > 50_000


def with_cells_exchanged(row: Sequence[object], first: int, second: int) -> list[object]:
    cells = list(row)
    cells[first], cells[second] = cells[second], cells[first]
    return cells
