"""Reads the rows of a ``.csv`` file, whichever its code and delimiter, and tells where a quote or a row breaks off."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from service_reports.foreign_text import decoded
from service_reports.sources.exports.cells import is_blank
from service_reports.sources.exports.grid import MOST_CELLS, ExportError, Sheet, thousands

DELIMITERS = ";,\t"
ROWS_OF_SAMPLE, LENGTH_OF_SAMPLE = 200, 500_000
MOST_ROWS = 1_048_576
LONGEST_CELL = 131_072
"""Characters; what the reader of Python takes, and four times what Excel does."""
SHORTEST_ROW = 3
"""Cells of a row that a line within a quoted text may be."""


def csv_sheet(content: bytes, place: str) -> Sheet:
    """The grid of a file.

    Raises:
        ExportError: not a text in a known code, an open quote, a cell or a number of cells beyond all measure.
    """
    if content[-4:] and _ends_within_a_letter(content):
        raise ExportError(f"{place}: termina a mitad de una letra: está cortado — vuelva a exportarlo")
    text = decoded(content)
    if text is None or "\0" in text:
        raise ExportError(
            f"{place}: no se sabe con qué letras está escrito (ni UTF-8, ni Windows, ni Mac) — "
            "guárdelo como «CSV UTF-8»"
        )
    beginning = text[:LENGTH_OF_SAMPLE]
    delimiter = max(DELIMITERS, key=lambda each: _largest_table(_sample(beginning, each)))
    rows: dict[int, dict[int, str]] = {}
    widths: dict[int, int] = {}
    cells_left = MOST_CELLS
    for number, line, cells in _records(text, delimiter, place):
        cells_left -= len(cells)
        if cells_left < 0:
            raise _too_many(place, MOST_CELLS, "celdas")
        if number > MOST_ROWS:
            raise _too_many(place, MOST_ROWS, "filas")
        kept = {column: cell for column, cell in enumerate(cells, start=1) if not is_blank(cell)}
        if kept:
            rows[number], widths[number] = kept, len(cells)
            _refuse_rows_within(cells, delimiter, f"{place}, fila {number} (línea {line})")
    return Sheet(place, rows, widths=widths, last_row_open=not text.endswith(("\n", "\r")))


def _too_many(place: str, most: int, what: str) -> ExportError:
    return ExportError(
        f"{place}: tiene más de {thousands(most)} {what}, el máximo que se lee — exporte solo las filas del contrato"
    )


def _ends_within_a_letter(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and not content[: error.start].isascii()
    return False


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, as far as they can be told."""
    found: list[list[str]] = []
    with suppress(csv.Error):
        found += islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ROWS_OF_SAMPLE)
    return found


def _largest_table(rows: Sequence[Sequence[str]]) -> int:
    """The cells of the rows of one width, where these are most: titles and texts that hold a delimiter make few."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def _records(text: str, delimiter: str, place: str) -> Iterator[tuple[int, int, list[str]]]:
    """Each row with its number and the line on which it begins, both from 1."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = 1, 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ExportError(f"{place}, fila {number} (línea {line}): {_in_spanish(error)}") from error
        yield number, line, cells
        number, line = number + 1, reader.line_num + 1


def _in_spanish(error: csv.Error) -> str:
    said = str(error)
    if "field limit" in said:
        return f"una celda tiene más de {thousands(LONGEST_CELL)} letras — acórtela, o vuelva a exportar"
    if "unexpected end" in said:
        return "unas comillas se abren y no se cierran hasta el final del archivo — escriba las que faltan"
    if "expected after" in said:
        return (
            "unas comillas se cierran a mitad de una celda, o una celda anterior no las cierra — escriba dos veces "
            "las comillas que son del texto, o vuelva a exportar"
        )
    return f"no es CSV ({said}) — vuelva a exportarlo"


def _refuse_rows_within(cells: Sequence[str], delimiter: str, place: str) -> None:
    """Refuse a text whose lines are rows: a quote was left open, and a later one happened to close it."""
    width = len(cells)
    for cell in cells if width >= SHORTEST_ROW else ():
        lines = cell.splitlines()
        if len(lines) > 1 and (
            _is_rows(lines, delimiter, width) or any(_is_row(line, delimiter, width) for line in lines[1:])
        ):
            raise ExportError(
                f"{place}: dentro de unas comillas hay otra fila entera: no se cierran donde deben — "
                "escriba las que faltan, o vuelva a exportar"
            )


def _is_rows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a text goes from a column of one row to the same column of a later one."""
    text = delimiter.join(lines)
    return len(text.split(delimiter)) - 1 == (len(lines) - 1) * width and f"{delimiter} " not in text


def _is_row(line: str, delimiter: str, width: int) -> bool:
    return len(line.split(delimiter)) == width and f"{delimiter} " not in line
