"""Writes ``docs/defects.md`` from ``defects.yaml``.

``python -m tests.defects`` rewrites the page; with ``--check`` it only compares, and ends with
status 1 when the page has drifted.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REGISTER = Path(__file__).with_name("defects.yaml")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "defects.md"
PLANTED = Path(__file__).resolve().parents[1] / "unit" / "test_defects_planted.py"
PLANTING = re.compile(r"\bplant\(|\bwith_registers\(|\bplanted|\bshuffled\b|raises\(")
STATES = {
    "impossible": "impossible because",
    "caught": "caught by",
    "scan": "scanning damage",
    "open": "not covered yet",
}
INTRODUCTION = """# Defects of a hand-made report

The reports that this product replaces were typed by hand. A careful reading of one month found {total} defects; each is
named here with what keeps it out today. *Impossible*: the text comes from one place, or the loader refuses the data.
*Caught*: a check stops or warns the close ([checks.md](checks.md)), or a finding is printed
([observations.md](observations.md)). *Scanning damage*: it came with the scan, and there is no paper any more.

{counts}

`make defects` writes this page from `tests/defects/defects.yaml`. A test fails when a test or check that is named here
does not exist. `test_defects_planted.py` plants {planted} of them.

| no. | defect | what keeps it out | tests and checks |
|---|---|---|---|
"""


def entries() -> list[dict[str, Any]]:
    """The register: one entry a defect, in order."""
    loaded: list[dict[str, Any]] = yaml.safe_load(REGISTER.read_text(encoding="utf-8"))
    return loaded


def covered(entry: dict[str, Any]) -> bool:
    """Whether something of ours keeps the defect out."""
    return entry["state"] in ("impossible", "caught")


@cache
def planting_tests() -> frozenset[str]:
    """Tests of ``test_defects_planted.py`` that change a contract, a template or figures before they look."""
    source = PLANTED.read_text(encoding="utf-8")
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and PLANTING.search(ast.get_source_segment(source, node) or "")
    )


def planted(entry: dict[str, Any]) -> bool:
    """Whether a test plants the defect."""
    names = [name.partition("::")[2].partition("[")[0] for name in entry.get("by", []) if PLANTED.name in name]
    return any(name in planting_tests() for name in names)


def page() -> str:
    """The whole page."""
    register = entries()
    counted = Counter(entry["state"] for entry in register)
    counts = "; ".join(f"{words}: {counted[state]}" for state, words in STATES.items() if counted[state])
    rows = "".join(
        f"| {entry['id']} | {entry['defect']} | *{STATES[entry['state']]}* {entry['why']} | {_names(entry)} |\n"
        for entry in register
    )
    introduction = INTRODUCTION.format(
        total=len(register), counts=f"Of {len(register)}: {counts}.", planted=sum(map(planted, register))
    )
    return introduction + rows


def _names(entry: dict[str, Any]) -> str:
    return "<br>".join(f"`{name.rsplit('/', 1)[-1]}`" for name in entry.get("by", [])) or "—"


def main(arguments: Sequence[str] | None = None, path: Path = PAGE) -> int:
    """Write the page to ``path``, or with ``--check`` compare; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the page does not agree with the register")
    check: bool = parser.parse_args(arguments).check
    expected = page()
    if not check:
        path.write_text(expected, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == expected:
        return 0
    sys.stderr.write(f"{path.name} differs from {REGISTER.name} — run make defects\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
