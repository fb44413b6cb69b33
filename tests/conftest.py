"""What holds for every test."""

from __future__ import annotations

import gc

from hypothesis import settings

# Speed is measured by `make bench`; a busy machine fails no test.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


def pytest_collection_finish() -> None:
    """Look seldom for garbage, and never among what lives as long as the run: it was a third of all rendering."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
