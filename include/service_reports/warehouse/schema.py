"""Brings the warehouse to the schema that this code expects."""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from service_reports.failures import Unreachable
from service_reports.warehouse.statements import migrations

log = logging.getLogger(__name__)

ADVISORY_LOCK = 0x41495245
"""Any fixed number: it keeps two processes from migrating at once."""


class NewerSchema(Unreachable):
    """A warehouse that a newer program has brought up to date: this one does not know what its rows mean."""


def ensure_schema(connection: psycopg.Connection[Any]) -> None:
    """Apply the migrations that the database lacks, all in one transaction.

    One query when there is nothing to do. Safe to call from many processes at once.

    Raises:
        NewerSchema: it has one that this code does not have, as a worker finds that was not updated with the others.
    """
    wanted = {name for name, _ in migrations()}
    applied = _applied(connection)
    if newer := applied - wanted:
        raise NewerSchema(
            f"el esquema de la base de datos es de un programa más nuevo que este: tiene {max(newer)}\n"
            "  → actualice el programa en la máquina que hace esta tarea; para volver al de antes, restaure también "
            "las copias de las bases, como dice docs/server.md"
        )
    if applied == wanted:
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
