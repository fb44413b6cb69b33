"""How a command speaks: results to the one stream, what is wrong to the other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

HOLDS, FAILS, UNTOLD = 0, 1, 2
"""Statuses: it holds or is done; what was asked for is not as it must be; it could not be told or done."""

AddParser = Callable[..., argparse.ArgumentParser]
"""``add_parser`` of the command line, or of one of its commands."""


def say(text: str) -> None:
    """One line of progress or result, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line about what is wrong."""
    sys.stderr.write(f"{text}\n")
