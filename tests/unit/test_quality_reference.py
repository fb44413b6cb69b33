"""The page of checks lists every check that exists, as it is."""

import re
from pathlib import Path

from service_reports.sources import SUITES

ROOT = Path(__file__).resolve().parents[2]


def test_every_check_outside_the_suites_is_on_the_page() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    rooms = ("figures", "documents")
    sources = [
        *(ROOT / "plugins").rglob("*.py"),
        *(path for room in rooms for path in (ROOT / "include" / "service_reports" / room).rglob("*.py")),
    ]
    families = ("gate", "coverage", "crosscheck", "language")
    checks = {
        check
        for source in sources
        for check in re.findall(rf'"((?:{"|".join(families)})\.[a-z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert {check.split(".")[0] for check in checks} == set(families)
    assert {check for check in checks if f"`{check}`" not in page} == set()


def test_ids_are_unique_and_begin_with_their_source() -> None:
    ids = [check.id for suite in SUITES.values() for check in suite.checks]
    assert len(ids) == len(set(ids))
    assert all(check.id.startswith(f"{suite.source}.") for suite in SUITES.values() for check in suite.checks)
