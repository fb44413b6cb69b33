"""What somebody who keeps the sandbox up reads, and the faults that they may plant by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.demo import first_words, last_words
from sandbox.faults import FaultError
from sandbox.planted import CLEARED, PLANTED, SOCKET_FILE, plant
from tests.unit.test_spelling import misspelled

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"
URL, PASSWORD = "http://127.0.0.1:8123", "secreta-1"
LAST = last_words(URL, PASSWORD, Path("build/demo"), "2026-01")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of a sandbox that runs."""
    (tmp_path / "run").mkdir()
    (tmp_path / SOCKET_FILE).write_text("/nowhere", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("words", [first_words(URL, PASSWORD), LAST])
def test_address_and_login_are_told(words: str) -> None:
    assert URL in words
    assert PASSWORD in words
    assert "operador" in words


def test_every_fault_that_there_is_may_be_tried_and_every_command_that_is_told_is_there() -> None:
    told = re.findall(r"make fault FAULT=(\w+)", LAST)
    assert sorted(told) == sorted(PLANTED)
    assert "-m sandbox fault $(FAULT) --state $(OUT)/state" in MAKEFILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name, planted in PLANTED.items() if not planted.change])
def test_a_planted_fault_holds_until_another_or_none_is_planted(state: Path, name: str) -> None:
    plant(name, state)
    control = (state / "run" / "faults.json").read_text(encoding="utf-8")
    assert control.count('"kind"') == len(PLANTED[name].faults)
    plant(CLEARED, state)
    assert (state / "run" / "faults.json").read_text(encoding="utf-8") == "[]"


def test_what_cannot_be_planted_is_refused_with_what_can(state: Path, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"no hay una falla «terremoto»; las que hay:\n  oci "):
        plant("terremoto", state)
    with pytest.raises(FaultError, match="déjelo corriendo con `make up`"):
        plant("oci", tmp_path / "elsewhere")


@pytest.mark.system
def test_what_is_told_is_spelled_right() -> None:
    commands = re.compile(r"make fault|FAULT=\w+|\S*/\S*|Ctrl-C|\bDAG\b")
    words = [first_words("", ""), LAST, *(f"{each.what} {each.then}" for each in PLANTED.values())]
    assert misspelled(commands.sub("", text) for text in words) == set()
