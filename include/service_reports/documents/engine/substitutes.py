"""What is drawn for a sign that the font of the documents lacks: never nothing.

Texts that people wrote hold arrows, emoji and other scripts. Each sign without a glyph is drawn as its declared
substitute, or as plain letters write it (``anyascii``), or as its code point.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from reportlab.pdfbase.ttfonts import TTFont

SUBSTITUTES = {
    "→": "->",
    "⇒": "=>",
    "➔": "->",
    "➜": "->",
    "➡": "->",
    "←": "<-",
    "⇐": "<=",
    "⬅": "<-",
    "↔": "<->",
    "↑": "(sube)",
    "↓": "(baja)",
    "✓": "[sí]",
    "✔": "[sí]",
    "✅": "[sí]",
    "☑": "[sí]",
    "✗": "[no]",
    "✘": "[no]",
    "❌": "[no]",
    "☐": "[ ]",
    "☒": "[x]",
}
"""Signs that stand for words at a help desk."""
UNPRINTED = frozenset({"Cf", "Mn", "Cc"})
"""Categories of signs that draw nothing of their own: joiners, selectors, marks on the sign before."""


class SubstitutingFont(TTFont):
    """A TrueType font that draws substitutes, and measures them, where it has no glyph."""

    def __init__(self, name: str, file_name: str) -> None:
        super().__init__(name, file_name)
        self._known = frozenset(map(chr, self.face.charToGlyph))
        self.drawn = lru_cache(maxsize=4096)(self._drawn)
        self._width = lru_cache(maxsize=16384)(self._measured)

    def _drawn(self, text: str) -> str:
        """The text as this font can draw it."""
        if text.isascii() or self._known.issuperset(text):
            return text
        composed = unicodedata.normalize("NFC", text)
        return "".join(sign if sign in self._known or sign.isspace() else substitute(sign) for sign in composed)

    def stringWidth(self, text: Any, size: Any, encoding: str = "utf8") -> Any:  # noqa: N802 (ReportLab's name)
        """Width of the text as it is drawn, in points."""
        return self._width(_text(text, encoding), size)

    def _measured(self, text: str, size: Any) -> Any:
        return super().stringWidth(self.drawn(text), size)

    def splitString(self, text: Any, doc: Any, encoding: str = "utf-8") -> Any:  # noqa: N802 (ReportLab's name)
        """The text as it is drawn, in pieces of one subset each."""
        return super().splitString(self.drawn(_text(text, encoding)), doc, encoding)


def _text(text: str | bytes, encoding: str) -> str:
    return text if isinstance(text, str) else text.decode(encoding)


def substitute(sign: str) -> str:
    """What stands for one sign that has no glyph.

    >>> substitute("→"), substitute("Ж")
    ('->', 'Zh')
    """
    if sign in SUBSTITUTES:
        return SUBSTITUTES[sign]
    if unicodedata.category(sign) in UNPRINTED:
        return ""
    return anyascii(sign) or f"[U+{ord(sign):04X}]"
