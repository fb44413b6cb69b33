"""What every source gives back, and how it fails."""

from __future__ import annotations

from datetime import date, datetime
from typing import BinaryIO, NamedTuple


class Answer(NamedTuple):
    """What a source answered: its name there, its bytes, and the window of days that was asked for.

    ``observed_at`` (aware) is the moment the answer stands for where that is not the moment of
    asking: an export is as old as its file. The bytes that memory may not hold are in ``file``, and not
    in ``content``; it is closed when the feed goes on.
    """

    name: str
    content: bytes
    etag: str | None = None
    window_from: date | None = None
    window_to: date | None = None
    observed_at: datetime | None = None
    file: BinaryIO | None = None

    @property
    def told(self) -> bytes | BinaryIO:
        """The bytes, as they are at hand."""
        return self.content if self.file is None else self.file


class SourceError(RuntimeError):
    """A source that cannot be read, or an answer that cannot be parsed; the message says which and where."""


class OddAnswer(SourceError):
    """An answer that is not of the kind that its service gives; ``answered`` is all that it said."""

    def __init__(self, message: str, answered: object) -> None:
        super().__init__(message)
        self.answered = answered


class Unfit(SourceError):
    """What a person must mend, in the source or in the contract: asking again would bring the same."""
