"""Texts that others wrote, set so that a reader of the file knows them from our own words.

A quotation stands in the PDF as an element of its own (``Quote``), however its lines were broken or parted over pages:
a ticket may say whatever it likes, and no rule about our wording looks at it.
"""

from __future__ import annotations

MARK = "Quote"
"""The structure type of a quotation, and the tag of its marked-content sequences; in the workbook, its style."""
CUT = " […]"
"""Stands where a quotation is cut; the workbook has it whole."""


def shortened(text: str, most: int) -> str:
    """The text, or as many whole words of it as ``most`` characters hold, and a mark that it goes on.

    A word is cut where it takes more than half of the room.

    >>> shortened("uno dos tres", 9)
    'uno […]'
    """
    if len(text) <= most:
        return text
    room = most - len(CUT)
    words = text[: room + 1].rpartition(" ")[0]
    return (words if 2 * len(words) > room else text[:room]).rstrip() + CUT
