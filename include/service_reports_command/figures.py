"""``service-reports figures``: what an issued report prints, with exact values, from the PDF alone."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, NotRead, complain, content_of, say

DESCRIPTION = """\
List every number that an issued report prints: its page, its text, the figure that it names, the exact value and unit.
All is read from the PDF.

Ends with 0: it is listed; 2: the file cannot be read, or carries no evidence.
"""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser(
        "figures",
        help="list what an issued report prints, with exact values",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", metavar="FILE", type=Path, help="a report in PDF, as it was issued")
    command.add_argument("--all", action="store_true", help="also figures that this report does not print")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the figures of a report."""
    from service_reports.audit.carried import ODD, NotOurs, open_report
    from service_reports.audit.printed import printed_values
    from service_reports.audit.rows import NotReadable
    from service_reports.documents.proof.reading import NotReadable as NotTagged

    try:
        report = open_report(arguments.file.name, content_of(arguments.file))
        figures, printed = report.figures, printed_values(report.content)
    except (NotRead, NotOurs, NotReadable, NotTagged) as error:
        complain(str(error))
        return UNTOLD
    except ODD:
        complain(f"{arguments.file.name}: su texto no se puede leer; pida el original")
        return UNTOLD
    faults = list(report.manifest_faults())
    for fault in faults:
        complain(f"{report.name}: {fault}")
    rows = [
        {
            "page": each.page,
            "text": each.text,
            "id": each.figure_id,
            "value": f"{figures[each.figure_id].value:f}",
            "unit": figures[each.figure_id].unit,
        }
        for each in printed
        if each.figure_id in figures
    ]
    if arguments.all:
        told = {each["id"] for each in rows}
        rows += [
            {"page": None, "text": "", "id": each.id, "value": f"{each.value:f}", "unit": each.unit}
            for each in figures.values()
            if each.id not in told
        ]
    if arguments.json:
        say(json.dumps(rows, ensure_ascii=False, indent=1))
        return FAILS if faults else HOLDS
    for row in rows:
        page = "" if row["page"] is None else f"p. {row['page']}"
        say(f"{page}\t{row['text']}\t{row['id']}\t{row['value']}\t{row['unit']}")
    return FAILS if faults else HOLDS
