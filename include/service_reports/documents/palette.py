"""Every colour of the printed reports."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

INK = HexColor("#1F2933")
MUTED = HexColor("#5B6774")
ACCENT = HexColor("#1B4B72")
RULE = HexColor("#C9D1D9")
HEADER_FILL = HexColor("#E6EDF3")
TOTAL_FILL = HexColor("#F3F6F9")
SERIES = HexColor("#1F6FA8")
SERIES_LIGHT = HexColor("#B5D0E6")
"""Of the same hue as ``SERIES``, and far lighter: bars and bands under a line."""
MARK = HexColor("#A8480B")
"""Steps and references: apart from the blues in every kind of colour vision, and darker than the light one."""
GAP_FILL = HexColor("#F1ECE4")
GAP_INK = HexColor("#7A6A52")
SIGNATURE_RULE = HexColor("#8A97A5")
