"""Brings the warehouse to the schema that this code expects."""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from service_reports.warehouse.statements import migrations

log = logging.getLogger(__name__)

ADVISORY_LOCK = 0x41495245
"""Any fixed number: it keeps two processes from migrating at once."""


def ensure_schema(connection: psycopg.Connection[Any]) -> None:
    """Apply the migrations that the database lacks, each in a transaction of its own.

    One query when there is nothing to do. Safe to call from many processes at once.
    """
    wanted = [name for name, _ in migrations()]
    if _applied(connection) >= set(wanted):
        return
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
        connection.execute(
            "create table if not exists public.migration"
            " (name text primary key, applied_at timestamptz not null default now())"
        )
        applied = _applied(connection)
        for name, text in migrations():
            if name not in applied:
                log.info("Se aplica la migración %s", name)
                connection.execute(text)
                connection.execute("insert into public.migration (name) values (%s)", (name,))


def _applied(connection: psycopg.Connection[Any]) -> set[str]:
    if connection.execute("select to_regclass('public.migration')").fetchone() == (None,):
        return set()
    return {row[0] for row in connection.execute("select name from public.migration")}
