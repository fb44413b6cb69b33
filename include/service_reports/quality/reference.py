"""Writes the tables of checks in ``docs/checks.md`` from the suites.

``python -m service_reports.quality.reference`` rewrites what stands between the page's two
marks; with ``--check`` it only compares, and ends with status 1 when the page has drifted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from service_reports.quality.suites import SUITES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "checks.md"
BEGIN = "<!-- checks: begin (python -m service_reports.quality.reference) -->\n"
END = "<!-- checks: end -->\n"


def checks_tables() -> str:
    """One Markdown table a source: check, severity, meaning."""
    tables = []
    for suite in SUITES.values():
        rows = "".join(f"| `{check.id}` | {check.severity} | {check.meaning} |\n" for check in suite.checks)
        tables.append(f"### {suite.source}\n\n| check | severity | meaning |\n|---|---|---|\n{rows}")
    return "\n".join(tables)


def page_with_tables(page: str) -> str:
    """The page with what stands between its marks replaced by the tables.

    Raises:
        ValueError: the page lacks a mark.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{checks_tables()}\n{END}{after}"


def main(arguments: Sequence[str] | None = None, path: Path = PAGE) -> int:
    """Rewrite the page at ``path``, or with ``--check`` compare; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m service_reports.quality.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the page does not agree with the suites")
    check: bool = parser.parse_args(arguments).check
    page = path.read_text(encoding="utf-8")
    expected = page_with_tables(page)
    if not check:
        path.write_text(expected, encoding="utf-8")
        return 0
    if page == expected:
        return 0
    sys.stderr.write(f"{path.name} differs from the suites — run python -m service_reports.quality.reference\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
