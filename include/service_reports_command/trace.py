"""``service-reports trace``: one figure of an issued report, its rows, and its value again from them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, NotRead, complain, content_of, say

if TYPE_CHECKING:
    from service_reports.audit.carried import Told
    from service_reports.audit.delivery import Reports

SHOWN = 20
DESCRIPTION = """\
Tell what a figure of an issued report rests on: value, unit, rule and rows, all from the PDF, and compute the value
again from the rows. The rows of OCI are in the Informe Técnico, those of the help desk in the Informe de Gestión: name
the other report with --with where a figure rests on both. Figures are listed by `service-reports figures`.

Ends with 0: the rows give the value; 1: they give another one; 2: it could not be told.
"""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser(
        "trace",
        help="tell what a figure of an issued report rests on, and compute it again",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", metavar="FILE", type=Path, help="a report in PDF, as it was issued")
    command.add_argument("figure", metavar="FIGURE", help="the id of a figure")
    command.add_argument(
        "--with",
        dest="others",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="another report of the same delivery, whose rows count too",
    )
    command.add_argument("--all", action="store_true", help=f"every row, not the first {SHOWN} of a file")
    command.add_argument("--json", action="store_true", help="as JSON, with every row")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trace one figure."""
    from service_reports.audit.carried import ODD, NotOurs, open_report
    from service_reports.audit.delivery import Reports
    from service_reports.audit.rows import NotReadable

    try:
        paths = (arguments.file, *arguments.others)
        reports = Reports([open_report(path.name, content_of(path)) for path in paths])
        figure = reports.reports[0].figures.get(arguments.figure)
        if figure is None:
            complain(
                f"{arguments.file.name}: no tiene la cifra «{arguments.figure}»; `service-reports figures` las lista"
            )
            return UNTOLD
        faults = [f"{report.name}: {fault}" for report in reports.reports for fault in report.manifest_faults()]
        for fault in faults:
            complain(fault)
        again = reports.recomputed.value(figure.id)
        if arguments.json:
            say(json.dumps(_as_json(reports, figure), ensure_ascii=False, indent=1))
        else:
            for line in _lines(reports, figure, whole=arguments.all):
                say(line)
    except (NotRead, NotOurs, NotReadable) as error:
        complain(str(error))
        return UNTOLD
    except ODD:
        complain(f"{arguments.file.name}: las filas no son lo que deben: no se sabe qué dan; pida el original")
        return UNTOLD
    if again is None:
        return UNTOLD
    return HOLDS if again == figure.value and not faults else FAILS


def _as_json(reports: Reports, figure: Told) -> dict[str, Any]:
    again = reports.recomputed.value(figure.id)
    return {
        "id": figure.id,
        "value": f"{figure.value:f}",
        "unit": figure.unit,
        "rule": figure.rule,
        "source": figure.source,
        "recomputed": None if again is None else f"{again:f}",
        "rows": {each.file: list(each.rows) for each in reports.behind(figure)},
        "rows_elsewhere": reports.places(figure.id),
    }


def _lines(reports: Reports, figure: Told, *, whole: bool) -> Iterator[str]:
    yield figure.id
    yield f"  valor: {figure.value:f}   unidad: {figure.unit or 'sin unidad'}"
    yield f"  regla: {figure.rule}   fuente: {figure.source}"
    for each in reports.behind(figure):
        shown = each.rows if whole else each.rows[:SHOWN]
        yield f"  {each.file}: {len(each.rows)} de sus {each.of} filas"
        yield "    " + " | ".join(shown[0])
        yield from ("    " + " | ".join(row.values()) for row in shown)
        if len(shown) < len(each.rows):
            yield f"    … y {len(each.rows) - len(shown)} más (--all)"
    again = reports.recomputed.value(figure.id)
    if places := reports.places(figure.id):
        yield f"  no se puede volver a calcular con este archivo: las filas están en {', '.join(places)} (--with)"
    elif again is None:
        yield "  ninguna regla da esta cifra"
    elif again == figure.value:
        yield f"  calculada de nuevo desde las filas: {again:f}, igual"
    else:
        yield f"  calculada de nuevo desde las filas: {again:f}, OTRA"
