"""Adds up the lines of a cost report in constant memory, exactly; what cannot be added up is set aside line by line.

The text is taken in pieces that end at a line's end. A piece that is provably regular is added up by polars; any other
piece goes through Python's ``csv``, which gives the same sums.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import localcontext

from service_reports.sources.answer import SourceError
from service_reports.sources.oci_cost_reports.forms import Layout, layout
from service_reports.sources.oci_cost_reports.irregular import add_irregular
from service_reports.sources.oci_cost_reports.pieces import (
    Joined,
    Readable,
    count_records,
    first_record_end,
    is_utf8,
    marks_of,
    text_of,
    whole_records,
)
from service_reports.sources.oci_cost_reports.regular import add_regular
from service_reports.sources.oci_cost_reports.sums import EXACT, CostLines, Sums
from service_reports.sources.oci_cost_reports.usage_hours import usage_hours

PIECE_BYTES = 6 * 1024 * 1024
LONGEST_LINE_BYTES = 64 * 1024 * 1024


def add_up(
    stream: Readable,
    tag_keys: Sequence[str] = (),
    piece_bytes: int = PIECE_BYTES,
    left_out: AbstractSet[int] = frozenset(),
) -> CostLines:
    """Add up the decompressed text of one report by hour, compartment, product and wanted tags.

    Lines of the identities that are ``left_out`` are passed over.

    Raises:
        SourceError: a required column is missing, where a line ends cannot be told, or the lines are longer together
            than any report's.
    """
    with localcontext(EXACT):
        return _add_up(stream, tuple(tag_keys), piece_bytes, left_out)


def _add_up(stream: Readable, tag_keys: tuple[str, ...], piece_bytes: int, left_out: AbstractSet[int]) -> CostLines:
    held = b""
    columns: Layout | None = None
    sums = Sums()
    ended = False
    while not ended:
        block = stream.read(piece_bytes)
        ended = not block
        # Up to a line's end, so that what is held is mostly a piece as it is: copies cost as much as parsing.
        held = b"".join((held, block, b"" if ended else stream.readline(LONGEST_LINE_BYTES)))
        if columns is None:
            end = first_record_end(held) or (len(held) if ended else 0)
            if not end and not ended:
                if len(held) > LONGEST_LINE_BYTES:
                    raise SourceError(f"el encabezado tiene más de {LONGEST_LINE_BYTES} bytes")
                continue
            columns = layout(_header(held[:end]), tag_keys)
            held = held[end:]
        piece, marks = whole_records(held, ended)
        if not piece and not ended and len(held) < LONGEST_LINE_BYTES:
            continue
        if marks is None or (held and not piece):
            # Where such a piece ends is not sure: read what follows as one text.
            whole = io.BufferedReader(Joined(held, stream))
            sums.merge(add_irregular(text_of(whole), columns, sums.lines, left_out))
            break
        sums.merge(_add_piece(piece, marks, columns, sums.lines, left_out))
        held = held[len(piece) :]
    assert columns is not None
    sums.settle()
    return usage_hours(sums, columns, tag_keys)


def _header(record: bytes) -> list[str]:
    record = record.removeprefix(BOM_UTF8)
    if marks_of(record) is None or record.count(b"\r") != record.count(b"\r\n"):
        raise SourceError("el encabezado no se puede leer: hay comillas o un salto de línea dentro de un nombre")
    return next(csv.reader(text_of(io.BytesIO(record))), [])


def _add_piece(piece: bytes, marks: bytes, columns: Layout, lines_before: int, left_out: AbstractSet[int]) -> Sums:
    if not piece:
        return Sums()
    records = count_records(marks, columns.width)
    if records is not None and is_utf8(piece):
        sums = add_regular(piece, columns, lines_before, left_out)
        if sums.lines == records:
            return sums
    return add_irregular(text_of(io.BytesIO(piece)), columns, lines_before, left_out)
