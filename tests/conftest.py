"""What holds for every test."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# What is imported and collected stays: looking for garbage among it took a sixth of both.
gc.disable()

# Speed is measured by `make bench`; a busy machine fails no test.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Let one worker of a run collect first: it compiles the tests, which is half of it, and the others read that."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return (yield)
    folder = Path(session.config.rootpath, "build")
    folder.mkdir(exist_ok=True)
    place = int(run, 16) % 2**31  # in a file that all runs share
    with (folder / "collecting").open("a+b") as turns:
        try:
            fcntl.lockf(turns, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            fcntl.lockf(turns, fcntl.LOCK_SH, 1, place)
        return (yield)


def pytest_collection_finish() -> None:
    """Look seldom for garbage, and never among what lives as long as the run: it was a third of all rendering."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()
