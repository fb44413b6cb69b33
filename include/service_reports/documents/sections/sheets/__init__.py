"""What each sheet of the workbook holds, a module a chapter."""

from __future__ import annotations

from collections.abc import Iterator

from service_reports.contracts.model import Contract
from service_reports.documents.sections.sheets import backups, help_desk, hour_bank, metrics, period, usage
from service_reports.documents.sections.sheets.sheet import Sheet, Value
from service_reports.figures.model import PeriodFigures

__all__ = ["Sheet", "Value", "sheets"]


def sheets(contract: Contract, figures: PeriodFigures) -> Iterator[Sheet]:
    """The sheets of the workbook in their order; what the period does not have, has no sheet."""
    yield from period.first(figures)
    for chapter in (help_desk, hour_bank, usage, metrics, backups):
        yield from chapter.sheets(contract, figures)
    yield from period.last(contract, figures)
