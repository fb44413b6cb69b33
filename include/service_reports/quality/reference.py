"""What ``docs/checks.md`` tells of the suites."""

from __future__ import annotations

from service_reports.sources import SUITES


def checks_tables() -> str:
    """One Markdown table a source: check, severity, meaning."""
    tables = []
    for suite in SUITES.values():
        rows = "".join(f"| `{check.id}` | {check.severity} | {check.meaning} |\n" for check in suite.checks)
        tables.append(f"### {suite.source}\n\n| check | severity | meaning |\n|---|---|---|\n{rows}")
    return "\n".join(tables)
