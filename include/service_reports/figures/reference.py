"""What ``docs/figures.md`` tells of the catalogue."""

from __future__ import annotations

from service_reports.figures.catalogue import families


def families_table() -> str:
    """The families as a Markdown table, in the catalogue's order."""
    lines = ["| id | unit | meaning | rests on |", "|---|---|---|---|"]
    for family in families().values():
        written = family.pattern.replace("?}", "}").replace("{", "<").replace("}", ">")
        rests_on = family.source or "figures of the period"
        lines.append(f"| `{written}` | {family.unit or 'its own'} | {family.meaning} | {rests_on} |")
    return "\n".join(lines) + "\n"
