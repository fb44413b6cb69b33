"""What the tables of the technical report should say, made anew from the figures: a module for what stands together."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.discovered import declared
from service_reports.documents.proof.subject import Subject, Tables
from service_reports.documents.proof.table_check import ExpectedTable

_TABLES = sorted(declared(__name__, __path__, "TABLES", Tables), key=lambda each: each.place)


def technical_tables(subject: Subject) -> Iterator[ExpectedTable]:
    """The tables in their order; those of the cover, of changes and of annexes are both reports'."""
    expected = (table for some in _TABLES for table in some.expected(subject))
    yield from sorted(expected, key=lambda each: each.in_detail)
