"""``service-reports verify``: whether issued files are what was issued, offline, for whoever received them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from service_reports_command.terminal import UNTOLD, AddParser, NotRead, complain, content_of, say

if TYPE_CHECKING:
    from service_reports.audit.verification import Verified

DESCRIPTION = """\
Check issued files without any network: who signed, when and with what right to go on, that nothing was changed since,
the manifest, every figure against its rows and against what is printed, and the files of one delivery against each
other. The guide verificar.md, inside each report, tells more in Spanish.

Ends with 0: all holds; 1: something does not; 2: something could not be told: a file that nothing can be said of, rows
that another file has, or no roots (--roots) to tell whose the key is.
"""
NAMES = {
    "signature": "firma",
    "signature.certification": "certificación",
    "signature.unchanged": "sin cambios",
    "hidden": "nada oculto",
    "signature.path": "certificado",
    "signature.level": "nivel de la firma",
    "signature.supervisor": "firma del supervisor",
    "manifest": "manifiesto",
    "figures": "cifras",
    "figures.elsewhere": "cifras de otras filas",
    "printed": "texto impreso",
    "delivery.same": "entrega",
    "delivery.whole": "entrega completa",
    "delivery.document": "documento de la entrega",
    "delivery.one_signer": "firmantes",
}
"""What people read of a check's name."""
MARKS = {True: "bien ", False: "MAL  ", None: "¿?   "}
LOST = "De algún archivo no se pudo saber nada: pida el original."
ENDINGS = {
    0: "Todo se sostiene.",
    1: "Hay algo que no es como debe: no se fíe de estos archivos, y pida los originales al contratista.",
    2: "Nada está mal, pero no todo se pudo comprobar.",
}


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser(
        "verify",
        help="check issued files, offline",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("files", metavar="FILE", type=Path, nargs="+", help="files of one delivery")
    command.add_argument(
        "--roots", metavar="FILE", type=Path, help="certificates (PEM) of the bodies that are trusted to certify"
    )
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify the files."""
    from service_reports.audit.signatures import NoRoots, roots_of
    from service_reports.audit.verification import verify

    try:
        roots = roots_of(content_of(arguments.roots)) if arguments.roots else []
    except (NotRead, NoRoots) as error:
        complain(str(error))
        return UNTOLD
    files, unread = _read(dict.fromkeys(arguments.files))
    verified = verify(files, roots)
    verified = replace(verified, unreadable=(*unread, *verified.unreadable))
    if arguments.json:
        told = {
            "status": verified.status,
            "checks": [asdict(each) for each in verified.checks],
            "unreadable": list(verified.unreadable),
        }
        say(json.dumps(told, ensure_ascii=False, indent=1))
        return verified.status
    for line in _lines(verified):
        say(line)
    return verified.status


def _read(paths: Iterable[Path]) -> tuple[dict[str, bytes], list[str]]:
    """What the files hold, by name, and what is wrong with those that cannot be read."""
    files: dict[str, bytes] = {}
    unread: list[str] = []
    for path in paths:
        if path.name in files:
            unread.append(f"{path}: otro archivo de la orden se llama igual: compruébelo por separado")
            continue
        try:
            files[path.name] = content_of(path)
        except NotRead as error:
            unread.append(str(error))
    return files, unread


def _lines(verified: Verified) -> Iterator[str]:
    for file in dict.fromkeys(each.file for each in verified.checks):
        yield file or "Los archivos entre sí"
        for each in verified.checks:
            if each.file == file:
                yield f"  {MARKS[each.passed]} {NAMES[each.check]}: {each.detail}"
    for line in verified.unreadable:
        yield f"{MARKS[None]} {line}"
    lost = verified.status == UNTOLD and verified.unreadable
    yield LOST if lost else ENDINGS[verified.status]
