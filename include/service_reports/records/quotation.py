"""What somebody else wrote, told apart from the product's own words."""

from __future__ import annotations

from typing import Annotated, NewType

from pydantic import BeforeValidator

from service_reports.foreign_text import foreign_line, foreign_text

Quotation = NewType("Quotation", str)
"""A text from outside that has passed the gate: printed as it is, judged by no rule of the product's own language."""


def quoted_text(text: str) -> Quotation:
    """A text of several lines, as the gate lets it in; whoever prints it masks it first."""
    return Quotation(foreign_text(text))


def quoted_line(text: str) -> Quotation:
    """A name, a category or a state: one line, as the gate lets it in."""
    return Quotation(foreign_line(text))


def _text(value: object) -> object:
    return quoted_text(value) if isinstance(value, str) else value


def _line(value: object) -> object:
    return quoted_line(value) if isinstance(value, str) else value


QuotedText = Annotated[Quotation, BeforeValidator(_text)]
"""A field that holds a text which somebody else wrote, in lines."""
QuotedLine = Annotated[Quotation, BeforeValidator(_line)]
"""A field that holds one line which somebody else wrote."""
