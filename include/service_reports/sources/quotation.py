"""What somebody else wrote, told apart from the product's own words."""

from __future__ import annotations

from typing import NewType

Quotation = NewType("Quotation", str)
"""A text from outside that has passed the gate: printed as it is, judged by no rule of the product's own language."""
