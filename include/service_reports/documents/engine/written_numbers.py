"""Numbers as ReportLab writes them, each worked out once.

A report writes thirty thousand coordinates of a few thousand values, and ReportLab asks a logarithm for the decimals of
each.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reportlab.lib import rl_accel
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen import canvas, pathobject, textobject

_written = lru_cache(maxsize=65_536)(rl_accel.fp_str)


def written(*numbers: Any) -> str:
    """Numbers, or those of one sequence, with a blank between them: ReportLab's ``fp_str``."""
    if len(numbers) == 1 and isinstance(numbers[0], list | tuple):
        [numbers] = numbers
    return " ".join(map(_written, numbers))


for module in (canvas, pathobject, pdfdoc, textobject):
    module.fp_str = written  # type: ignore[attr-defined]  # each has a name of its own for it
