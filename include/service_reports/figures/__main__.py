"""Write the table of ``docs/figures.md`` from the catalogue; with ``--check``, say whether it is what it should be."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service_reports.figures.catalogue import families

DOCUMENT = Path("docs/figures.md")
BEGIN, END = "<!-- begin: written by `make figures` -->\n", "<!-- end -->\n"


def table() -> str:
    """The families as a Markdown table, chapter by chapter."""
    lines = ["| id | unit | meaning | rests on |", "|---|---|---|---|"]
    for family in families().values():
        written = family.pattern.replace("?}", "}").replace("{", "<").replace("}", ">")
        rests_on = family.source or "figures of the period"
        lines.append(f"| `{written}` | {family.unit or 'its own'} | {family.meaning} | {rests_on} |")
    return "\n".join(lines) + "\n"


def written(document: str) -> str:
    """The document with the table as it should be.

    Raises:
        ValueError: the marks around the table are missing.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT}: the lines «{BEGIN.strip()}» and «{END.strip()}» mark where the table stands")
    return before + begin + table() + end + after


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="service_reports.figures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the table is not up to date")
    arguments = parser.parse_args()
    present = DOCUMENT.read_text(encoding="utf-8")
    right = written(present)
    if arguments.check and present != right:
        sys.stderr.write(f"{DOCUMENT} is not what the catalogue says: run `make figures`\n")
        return 1
    if not arguments.check:
        DOCUMENT.write_text(right, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
