"""How a command speaks: results to the one stream, what is wrong to the other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

HOLDS, FAILS, UNTOLD = 0, 1, 2
"""Statuses: it holds or is done; what was asked for is not as it must be; it could not be told or done."""

AddParser = Callable[..., argparse.ArgumentParser]
"""``add_parser`` of the command line, or of one of its commands."""


class NotRead(Exception):
    """A file that was named and cannot be read, in Spanish."""


def content_of(path: Path) -> bytes:
    """The bytes of a file that was named.

    Raises:
        NotRead: there is none, or it may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = "no existe" if isinstance(error, FileNotFoundError) else f"no se puede leer ({error.strerror})"
        raise NotRead(f"{path}: {why}: revise el nombre del archivo y sus permisos") from None


def say(text: str) -> None:
    """One line of progress or result, at once."""
    _write(sys.stdout, text)
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line about what is wrong."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """Write a line in which nothing steers the terminal; a sign that the stream cannot write stands as its number."""
    shown = "".join(each if each.isprintable() or each in "\t\n" else "\N{REPLACEMENT CHARACTER}" for each in text)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(f"{shown}\n".encode(encoding, "backslashreplace").decode(encoding))
