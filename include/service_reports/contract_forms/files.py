"""Puts finished files into their folder: whole or not at all, and never in the place of another unasked."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

READ_BY_ALL = 0o644


def write_whole(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file at once; its folder is made where it is not there.

    Raises:
        FileExistsError: there is one already, and it is not to be replaced.
        OSError: it cannot be written; what was there is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(READ_BY_ALL)
        if replace:
            Path(name).replace(path)
        else:
            path.hardlink_to(name)  # fails where there is one, without a moment in which there could come another
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
