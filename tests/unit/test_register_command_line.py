"""The register from the command line: what fails says what to do, and whether it was the register that failed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from service_reports_command import main


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No register anywhere."""
    for name in ("SERVICE_REPORTS_WAREHOUSE", "SERVICE_REPORTS_ARCHIVE", "SERVICE_REPORTS_ARCHIVE_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def nobody_listens() -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def test_an_archive_that_does_not_answer_is_no_doubt_about_the_register(capsys: pytest.CaptureFixture[str]) -> None:
    address = nobody_listens()
    assert main(["register", "restore", "--dry-run", "--bucket", "b", "--region", "r", "--endpoint-url", address]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"archive b at {address}: ")
    assert "AWS_ACCESS_KEY_ID" in told


def test_a_warehouse_that_does_not_answer_is_no_doubt_about_the_register(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert (
        main(["register", "verify", "--bucket", "b", "--region", "r", "--warehouse", f"host={tmp_path} dbname=none"])
        == 2
    )
    told = capsys.readouterr().err
    assert told.startswith("warehouse: ")
    assert "--warehouse" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["verify"], "--warehouse and --bucket are needed"),
        (["verify", "--bucket", "b"], "--warehouse and --bucket are needed"),
        (["restore", "--dry-run", "--bucket", "b", "--endpoint-url", "nowhere"], "Invalid endpoint: nowhere"),
        (["fetch", "c", "2026-01", "--version", "0", "--to", "x", "--bucket", "b", "--warehouse", "w"], "--version"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_name(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["register", *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_help_says_how_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["register", "--help"])
    assert ended.value.code == 0
    assert "2: it could not be told" in capsys.readouterr().out
