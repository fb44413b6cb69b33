"""What somebody else wrote, told apart from the product's own words."""

from __future__ import annotations

from typing import Annotated, NewType

from pydantic import AfterValidator, BeforeValidator

from service_reports.failures import NOT_STORABLE
from service_reports.foreign_text import foreign_line, foreign_text
from service_reports.records.bounds import as_key
from service_reports.records.request_number import DIGITS_KEPT

LONGEST_NAME = 600
Quotation = NewType("Quotation", str)
"""A text from outside that has passed the gate: printed as it is, judged by no rule of the product's own language."""


def quoted_text(text: str) -> Quotation:
    """A text of several lines, as the gate lets it in; whoever prints it masks it first."""
    return Quotation(foreign_text(text))


def quoted_line(text: str) -> Quotation:
    """A name, a category or a state: one line, as the gate lets it in."""
    return Quotation(foreign_line(text))


def _text(value: object) -> object:
    told = _in_letters(value)
    return quoted_text(told) if isinstance(told, str) else told


def _line(value: object) -> object:
    told = _in_letters(value)
    return quoted_line(told) if isinstance(told, str) else told


def _name(value: object) -> object:
    # What cannot be kept is left in, and refused: a line of a cost report that has it is not counted either.
    is_name = isinstance(value, str) and not NOT_STORABLE.search(value)
    return Quotation(foreign_line(str(value), LONGEST_NAME)) if is_name else value


def _in_letters(value: object) -> object:
    """A whole number where a text is asked for, as many keep a priority or a version, in digits; else as it is."""
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < DIGITS_KEPT
    return str(value) if is_whole else value


QuotedText = Annotated[Quotation, BeforeValidator(_text)]
"""A field that holds a text which somebody else wrote, in lines."""
QuotedLine = Annotated[Quotation, BeforeValidator(_line)]
"""A field that holds one line which somebody else wrote."""
QuotedName = Annotated[Quotation, BeforeValidator(_name), AfterValidator(as_key)]
"""A field that holds the name of what is metered, by which its row is known."""
