"""The marks that masking leaves, and what of a text is settled while the rest is masked."""

from __future__ import annotations

import re
from collections.abc import Callable

E_MAIL_MARK = "[correo]"
PHONE_MARK = "[teléfono]"
IDENTITY_MARK = "[identificación]"
PLATE_MARK = "[placa]"
AMOUNT_MARK = "[valor]"
PERSON_MARK = "[persona]"
ADDRESS_MARK = "[dirección]"
LINK_MARK = "[enlace]"
ACCESS_MARK = "[acceso]"
DATE_MARK = "[fecha]"
HEALTH_MARK = "[salud]"
UNKNOWN_MARK = "[reservado]"
MARKS = (
    E_MAIL_MARK,
    PHONE_MARK,
    IDENTITY_MARK,
    PLATE_MARK,
    AMOUNT_MARK,
    PERSON_MARK,
    ADDRESS_MARK,
    LINK_MARK,
    ACCESS_MARK,
    DATE_MARK,
    HEALTH_MARK,
    UNKNOWN_MARK,
)
PLACEHOLDERS = range(0xE000, 0xF8FF)
PART_OF_A_PIECE = "\uf8ff"
"""What stands for a part of something that is put together before it is settled."""
PLACEHOLDER = re.compile("[\ue000-\uf8ff]")
"""Characters of private use, which mean nothing in a text, stand for what is settled while the rest is masked."""


class Settled:
    """What is settled of a text: each piece is kept aside, and a character of private use stands for it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def keep(self, piece: str) -> str:
        """The character that stands for a piece; the piece itself where there are no more of them."""
        if len(self.pieces) == len(PLACEHOLDERS):
            return piece
        self.pieces.append(piece)
        return chr(PLACEHOLDERS[len(self.pieces) - 1])

    def kept(self, match: re.Match[str]) -> str:
        """A replacement by the match itself."""
        return self.keep(match.group())

    def mark(self, mark: str, *groups: int) -> Callable[[re.Match[str]], str]:
        """A replacement by a mark, after these groups of the match."""
        return lambda match: "".join(match.group(group) for group in groups) + self.keep(mark)

    def restored(self, text: str) -> str:
        """The text with all pieces in their places."""
        for place in reversed(range(len(self.pieces))):
            text = text.replace(chr(PLACEHOLDERS[place]), self.pieces[place])
        return text
