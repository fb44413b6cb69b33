"""Databases of the sandbox's PostgreSQL that are copies of others, and where they lie."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from service_reports.warehouse.statements import migrations

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that must be free there: three workers have a server each, and its log of writes."""

LEFT_SECONDS = 24 * 60 * 60
"""No run of the tests lasts so long: one that was killed left such a folder behind."""


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder of a server whose databases are made and removed by the hundred: in memory, where there is room.

    A database is three hundred files. On a disk its making and removal costs up to half a second of a processor, in
    memory 0.04.
    """
    for left in MEMORY.glob("servers-*"):
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="servers-", dir=MEMORY if in_memory else None) as folder:
        yield Path(folder)


@contextmanager
def warehouse_before(host: str, migration: str) -> Iterator[psycopg.Connection]:
    """A warehouse with the schema that it had before a migration; whoever asks brings it up to date."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{host} dbname=postgres", autocommit=True) as postgres:
        postgres.execute(f"create database {name}")
        with psycopg.connect(f"{host} dbname={name}", autocommit=True) as db:
            db.execute("create table public.migration (name text primary key, applied_at timestamptz default now())")
            for each, text in migrations():
                if each < migration:
                    db.execute(text)
                    db.execute("insert into public.migration (name) values (%s)", (each,))
            yield db
        postgres.execute(f"drop database {name} with (force)")


def copy_database(postgres: psycopg.Connection, name: str, of: str) -> None:
    """Make a database by copying files, which costs half of what PostgreSQL does unasked: log every page."""
    postgres.execute(f"create database {name} template {of} strategy file_copy")
