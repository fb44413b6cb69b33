"""What the documentation says to type: commands that are known, with options they take; the guide's are run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from service_reports_command import parser
from tests.proving_sample import authority_and_key, issued, proving_documents

PROJECT = Path(__file__).resolve().parents[2]
PAGES = (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))
BLOCK = re.compile(r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```", re.M | re.S)
SEPARATORS = frozenset({"|", "<", ">", "&&", ";", ")"})
GUIDE = PROJECT / "include" / "guides" / "verificar.md"


def typed(page: Path) -> Iterator[str]:
    """The commands of a page's blocks, each with the lines that it goes on in."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["language"] == "console":
            joined = block["body"].replace("\\\n", " ")
            yield from (
                line.strip().removeprefix("$ ") for line in joined.splitlines() if line.strip().startswith("$ ")
            )
        elif page == PROJECT / "docs" / "verificar.md":
            yield from block["body"].splitlines()


def words_of(program: str) -> Iterator[list[str]]:
    """What follows a program in each command that calls it."""
    for page in PAGES:
        for command in typed(page):
            try:
                words = shlex.split(command, comments=True)
            except ValueError:  # it goes on in a text of several lines
                continue
            for place, word in enumerate(words):
                if word == program:
                    rest = words[place + 1 :]
                    end = next((at for at, each in enumerate(rest) if each in SEPARATORS), len(rest))
                    yield rest[:end]


@pytest.mark.parametrize("words", words_of("service-reports"), ids=" ".join)
def test_a_documented_command_is_one_that_there_is(words: list[str]) -> None:
    if "--help" not in words:
        assert parser().parse_args(words).run


def test_a_documented_target_is_one_that_there_is() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {each for words in words_of("make") for each in words if "=" not in each}
    assert named
    assert named <= targets


@pytest.mark.system
def test_the_guide_checks_a_delivery_with_what_it_says_to_type(tmp_path: Path) -> None:
    for tool in ("pdfsig", "qpdf", "jq"):
        if shutil.which(tool) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{tool} is not installed")
            pytest.skip(f"{tool} is not installed (poppler-utils, qpdf, jq)")
    for name, content in issued().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "raices.pem").write_bytes(authority_and_key()[0].certificate.public_bytes(Encoding.PEM))
    report = next(each.file_name for each in proving_documents() if each.kind == "management_report")
    said = ""
    for block in BLOCK.finditer(GUIDE.read_text(encoding="utf-8")):
        if "pip install" in block["body"]:
            continue
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block["body"].replace("INFORME.pdf", report)],
            cwd=tmp_path,
            env={"PATH": f"{PROJECT / '.venv' / 'bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{block['body']}\n{ended.stdout}\n{ended.stderr}"
        said += ended.stdout
    assert "Todo se sostiene." in said
    assert "Signature is Valid." in said
    assert said.count(": bien") == len(issued()) - 1
    assert "MAL" not in said
    assert said.endswith("72\n72\n")
