"""``service-reports reference``: the tables of the documentation that follow from the code."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, complain

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- begin: written by `service-reports reference` -->\n", "<!-- end -->\n"
DESCRIPTION = """\
Write the table of figures (docs/figures.md) from the catalogue, and those of checks (docs/checks.md) from the suites,
each between the marks of its page. With --check only compare.

Ends with 0: they are written, or agree; 1: a page does not agree; 2: a page, or its marks, are not there.
"""


class NoPage(Exception):
    """A page that cannot be read, or does not say where its table stands."""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser(
        "reference",
        help="write the tables of docs/ that follow from the code",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--check", action="store_true", help="write nothing; fail where page and code differ")
    command.add_argument("--docs", type=Path, default=DOCS, metavar="FOLDER", help="the folder of the pages")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pages, or compare them."""
    differing = []
    for name, table in _tables().items():
        path: Path = arguments.docs / name
        try:
            page = path.read_text(encoding="utf-8")
            right = with_table(page, table)
        except (OSError, NoPage) as error:
            complain(f"{path}: {error}")
            return UNTOLD
        if page != right and arguments.check:
            differing.append(name)
        elif page != right:
            path.write_text(right, encoding="utf-8")
    for name in differing:
        complain(f"{name} differs from the code — run service-reports reference")
    return FAILS if differing else HOLDS


def with_table(page: str, table: str) -> str:
    """A page with what stands between its marks replaced by the table.

    Raises:
        NoPage: a mark is missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoPage(f"the lines «{BEGIN.strip()}» and «{END.strip()}» must mark where the table stands")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def _tables() -> Mapping[str, str]:
    from service_reports.figures.reference import families_table
    from service_reports.quality.reference import checks_tables

    return {"figures.md": families_table(), "checks.md": checks_tables()}
