"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Speed is measured by `make bench`; a busy machine fails no test.
settings.register_profile("project", deadline=None)
settings.load_profile("project")
