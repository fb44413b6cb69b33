"""Every colour of the printed reports, as a part it plays; a contract's brand decides on some of them.

What draws names the part (``ACCENT``, ``SERIES`` …). Which colour that is for one contract is
decided when a page is drawn (:func:`branded`): nothing here ever changes, so that no contract's
colours can reach another's documents. No meaning rests on hue alone.
"""

from __future__ import annotations

from collections.abc import Callable
from math import dist

from reportlab.lib.colors import Color, HexColor

from service_reports.contracts.model import Brand

HEADER_TINT, TOTAL_TINT, LIGHT_TINT = 0.11, 0.05, 0.33
LEAST_APART = 0.35
"""How far, in the cube of red, green and blue, a mark stays from the series it is drawn on."""


def tint(color: Color, share: float) -> Color:
    """A colour thinned with white: ``share`` of it is left, from 0 to 1."""
    red, green, blue = (1 - (1 - part) * share for part in (color.red, color.green, color.blue))
    return Color(round(red, 4), round(green, 4), round(blue, 4))


INK = HexColor("#1F2933")
MUTED = HexColor("#5B6774")
ACCENT = HexColor(Brand().primary)
RULE = HexColor("#C9D1D9")
HEADER_FILL = tint(ACCENT, HEADER_TINT)
TOTAL_FILL = tint(ACCENT, TOTAL_TINT)
SERIES = HexColor(Brand().accent)
SERIES_LIGHT = tint(SERIES, LIGHT_TINT)
"""Of the same hue as ``SERIES``, and far lighter: bars and bands under a line."""
MARK = HexColor("#A8480B")
"""Steps and references: apart from the series in every kind of colour vision, and darker than its light one."""
GAP_FILL = HexColor("#F1ECE4")
GAP_INK = HexColor("#6E5F49")
SIGNATURE_RULE = HexColor("#8A97A5")


def branded(brand: Brand) -> Callable[[Color], Color]:
    """What turns the colour of a part into the colour this brand gives it; other colours stay."""
    primary, accent = HexColor(brand.primary), HexColor(brand.accent)
    mark = MARK if dist(accent.rgb(), MARK.rgb()) >= LEAST_APART else INK
    colors = {
        ACCENT.rgb(): primary,
        HEADER_FILL.rgb(): tint(primary, HEADER_TINT),
        TOTAL_FILL.rgb(): tint(primary, TOTAL_TINT),
        SERIES.rgb(): accent,
        SERIES_LIGHT.rgb(): tint(accent, LIGHT_TINT),
        MARK.rgb(): mark,
    }

    def color_of(part: Color) -> Color:
        return colors.get(part.rgb(), part) if isinstance(part, Color) else part

    return color_of
