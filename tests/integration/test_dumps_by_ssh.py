"""Dumps by SFTP from a real server: listed exactly, its key checked, its absence told with place and remedy."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from sandbox.airflow import free_port
from sandbox.sftp import USER, SshIdentity, listen, make_ssh_identity
from service_reports.contracts import SshDumps
from service_reports.sources import SourceError
from service_reports.sources.database_dumps.listing import fetch_by_sftp, parse
from service_reports_airflow.stores import SourceUnreachable, sftp

pytestmark = pytest.mark.integration
DUMPS = SshDumps(
    kind="ssh",
    connection="dump_server",
    folder="/u01/dumps",
    file_pattern=r"^SGI_(?P<day>\d{4}-\d{2}-\d{2})\.DMP\.gz$",
    retention_days=30,
)
WINDOW = date(2026, 1, 20), date(2026, 1, 21)


@pytest.fixture(scope="module")
def keys() -> SshIdentity:
    return make_ssh_identity()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("server")
    folder = root / "u01" / "dumps"
    folder.mkdir(parents=True)
    for name, size, modified in (
        ("SGI_2026-01-19.DMP.gz", 5, "2026-01-19T05:00:00Z"),
        ("SGI_2026-01-20.DMP.gz", 361_617_392, "2026-01-20T05:52:11Z"),
        ("SGI_2026-01-21.DMP.gz", 5_000_000_000, "2026-01-21T07:05:00Z"),
        ("SGI_2026-01-21.DMP.gz.part", 7, "2026-01-21T07:05:00Z"),
        ("readme; rm -rf $(HOME)\n.txt", 1, "2026-01-21T07:05:00Z"),
    ):
        with (folder / name).open("wb") as file:
            file.truncate(size)
        os.utime(folder / name, (datetime.fromisoformat(modified).timestamp(),) * 2)
    (folder / "SGI_2026-01-20.DMP.gz.d").mkdir()
    return root


@pytest.fixture(scope="module")
def port(root: Path, keys: SshIdentity) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(root, 0, keys.host_key, keys.user_public_key), loop).result(20)
    yield server.get_port()

    async def end() -> None:
        server.close()
        await server.wait_closed()

    asyncio.run_coroutine_threadsafe(end(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def connect_as(monkeypatch: pytest.MonkeyPatch, port: int, keys: SshIdentity, **extra: Any) -> None:
    described: dict[str, Any] = {
        "conn_type": "ssh",
        "host": "127.0.0.1",
        "port": port,
        "login": USER,
        "extra": {"private_key": keys.user_key, "host_key": keys.host_public_key, **extra},
    }
    described["extra"] = {name: value for name, value in described["extra"].items() if value is not None}
    monkeypatch.setenv("AIRFLOW_CONN_DUMP_SERVER", json.dumps(described))


def test_names_sizes_and_times_are_the_servers_to_the_second(
    port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_as(monkeypatch, port, keys)
    with sftp("dump_server") as client:
        answer = fetch_by_sftp(client, DUMPS, *WINDOW)
    assert answer.name == "sftp:/u01/dumps"
    assert [(dump.file_name, dump.dump_day, dump.size_bytes, dump.modified_at) for dump in parse(answer.content)] == [
        ("SGI_2026-01-20.DMP.gz", date(2026, 1, 20), 361_617_392, datetime(2026, 1, 20, 5, 52, 11, tzinfo=UTC)),
        ("SGI_2026-01-21.DMP.gz", date(2026, 1, 21), 5_000_000_000, datetime(2026, 1, 21, 7, 5, tzinfo=UTC)),
    ]


def test_a_server_with_another_key_is_refused_and_named(
    port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_as(monkeypatch, port, keys, host_key=make_ssh_identity().host_public_key)
    with (
        pytest.raises(SourceUnreachable, match=rf"«dump_server» \(sftp://127.0.0.1:{port}\)(.|\n)*BadHostKeyException"),
        sftp("dump_server"),
    ):
        pass


def test_a_server_whose_key_nobody_gave_is_refused(
    port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    connect_as(monkeypatch, port, keys, host_key=None)
    with (
        pytest.raises(SourceUnreachable, match=r"host_key en los extras(.|\n)*not found in known_hosts"),
        sftp("dump_server"),
    ):
        pass


@pytest.mark.parametrize("extra", ["no_host_key_check", "allow_host_key_change"])
def test_a_connection_that_skips_the_check_is_refused_before_anything_is_sent(
    extra: str, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_as(monkeypatch, free_port(), keys, host_key=None, **{extra: "true"})
    with (
        pytest.raises(AirflowFailException, match=r"«dump_server».*hacerse pasar por el servidor"),
        sftp("dump_server"),
    ):
        pass


def test_a_server_that_does_not_answer_is_named_with_its_endpoint(
    keys: SshIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = free_port()
    connect_as(monkeypatch, silent, keys)
    with pytest.raises(SourceUnreachable, match=rf"«dump_server» \(sftp://127.0.0.1:{silent}\)"), sftp("dump_server"):
        pass


def test_a_user_whose_key_is_not_known_is_refused(
    port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_as(monkeypatch, port, keys, private_key=make_ssh_identity().user_key)
    with (
        pytest.raises(SourceUnreachable, match=r"el usuario y la llave(.|\n)*AuthenticationException"),
        sftp("dump_server"),
    ):
        pass


def test_a_folder_that_is_not_there_is_named(port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_as(monkeypatch, port, keys)
    elsewhere = DUMPS.model_copy(update={"folder": "/u02"})
    with (
        sftp("dump_server") as client,
        pytest.raises(SourceError, match=r"carpeta «/u02».*`dumps.folder` en el contrato"),
    ):
        fetch_by_sftp(client, elsewhere, *WINDOW)


@pytest.mark.parametrize("listing", ["listdir_attr", "listdir_iter"])
def test_a_name_that_is_not_utf_8_keeps_no_other_from_being_listed(
    root: Path, port: int, keys: SshIdentity, monkeypatch: pytest.MonkeyPatch, listing: str
) -> None:
    path = Path(os.fsdecode(os.fsencode(root / "u01" / "dumps") + b"/copia_a\xf1o_2026-01-20.DMP.gz"))
    path.touch()
    connect_as(monkeypatch, port, keys)
    try:
        with sftp("dump_server") as client:
            names = {entry.filename for entry in getattr(client, listing)("/u01/dumps")}
            answer = fetch_by_sftp(client, DUMPS, *WINDOW)
    finally:
        path.unlink()
    assert "copia_a\udcf1o_2026-01-20.DMP.gz" in names
    assert [each.file_name for each in parse(answer.content)] == ["SGI_2026-01-20.DMP.gz", "SGI_2026-01-21.DMP.gz"]
