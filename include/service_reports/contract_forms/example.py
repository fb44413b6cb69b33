"""A contract of nobody that holds: what the workbook shows, and what stands in for what is not answered yet."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path

from service_reports import bounded_yaml
from service_reports.contract_forms.form import Document
from service_reports.contracts.loader import SCALARS

EXAMPLE_FILE = Path(__file__).with_name("example.yaml")


@cache
def _read() -> Document:
    document: Document = bounded_yaml.load(EXAMPLE_FILE.read_text(encoding="utf-8"), SCALARS.value)
    return document


def example_document() -> Document:
    """The example as its file says it; a copy to change."""
    return deepcopy(_read())
