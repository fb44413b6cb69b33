"""The SQL of ``include/sql``: one statement a file, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "sql"


@cache
def statement(name: str) -> str:
    """The statement ``include/sql/<name>.sql``, e.g. ``figures/usage_days``, with psycopg's named parameters."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def migrations() -> tuple[tuple[str, str], ...]:
    """Name and text of every migration, in order."""
    return tuple(
        (path.stem, path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "migrations").glob("*.sql"))
    )
