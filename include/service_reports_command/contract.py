"""``service-reports contract``: new contract files, whether a file is as it must be, and what may stand in one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, complain, say

if TYPE_CHECKING:
    from service_reports.contract_forms.making import NewFile

NEW = """\
Make contract files. Without a workbook it asks for one contract, in Spanish, and checks every answer at once.

--template FILE.xlsx   writes an empty workbook with headings, explanations and an example
--workbook FILE.xlsx   makes one file of every row of such a workbook

All rows are checked before anything is written. A row that does not hold stops only itself: it is told with sheet, row,
column, value and what to do. Each file is written whole or not at all, and none is overwritten without --replace.

Ends with 0: all are written, or hold; 1: one does not hold, and the others are written; 2: it could not be done.
"""
CHECK = """\
Read contract files as the DAGs do. Whatever does not hold is told, one a line: file, field, value and what to do.

Ends with 0: all hold; 1: one does not; 2: there is no such folder.
"""
FILES = "a contract file, or a folder of them; the folder that the DAGs read when left out"
SCHEMA = """\
Write contract.schema.json, which editors and readers use, from the model. With --check only compare.

Ends with 0: it is written, or agrees; 1: it does not agree.
"""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    command = add_parser("contract", help="make and check contract files; write their JSON Schema")
    parts = command.add_subparsers(metavar="part", required=True)
    plain = argparse.RawDescriptionHelpFormatter
    making = parts.add_parser("new", help="make contract files", description=NEW, formatter_class=plain)
    way = making.add_mutually_exclusive_group()
    way.add_argument("--workbook", metavar="FILE.xlsx", type=Path, help="one contract file of every row")
    way.add_argument("--template", metavar="FILE.xlsx", type=Path, help="write the workbook that is to be filled in")
    making.add_argument("--out", metavar="FOLDER", type=Path, help="where to; otherwise the folder that the DAGs read")
    making.add_argument("--check", action="store_true", help="with --workbook: check its rows, and write nothing")
    making.add_argument("--replace", action="store_true", help="write over files that are there")
    making.set_defaults(run=new, refuse=making.error)
    checking = parts.add_parser("check", help="read contract files", description=CHECK, formatter_class=plain)
    checking.add_argument("files", metavar="FILE", nargs="*", type=Path, help=FILES)
    checking.set_defaults(run=check)
    writing = parts.add_parser(
        "schema", help="write the JSON Schema from the model", description=SCHEMA, formatter_class=plain
    )
    writing.add_argument("--check", action="store_true", help="write nothing; fail where file and model differ")
    writing.set_defaults(run=schema)


def new(arguments: argparse.Namespace) -> int:
    """Make contract files of a workbook or of answers, or the workbook to fill in."""
    from service_reports.contracts import ContractError, contracts_folder
    from service_reports.sources.exports.grid import ExportError

    if arguments.check and arguments.workbook is None:
        arguments.refuse("--check goes with --workbook; a file is checked by: service-reports contract check FILE")
    folder: Path = arguments.out or contracts_folder()
    try:
        if arguments.template is not None:
            return _template(arguments.template, arguments.replace)
        if arguments.workbook is not None:
            return _of_workbook(arguments.workbook, folder, arguments.check, arguments.replace)
        return _of_answers(folder, arguments.replace)
    except ExportError as error:
        complain(str(error))
        return FAILS
    except ContractError as error:
        complain(str(error))
    except (EOFError, KeyboardInterrupt):
        complain("\nSe dejó de responder: no se escribió nada.")
    except FileExistsError as error:
        complain(f"{error.filename2 or error.filename}: ya existe: dé otro nombre, o pida --replace para reemplazarlo")
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}: revise la ruta y sus permisos")
    return UNTOLD


def _template(path: Path, replace: bool) -> int:
    from service_reports.contract_forms.files import write_whole
    from service_reports.contract_forms.template import template_workbook

    write_whole(path, template_workbook(), replace=replace)
    say(f"{path}: escriba un contrato por fila, y después: service-reports contract new --workbook {path} --check")
    return HOLDS


def _of_workbook(path: Path, folder: Path, only_check: bool, replace: bool) -> int:
    from service_reports import bounded_yaml
    from service_reports.contract_forms.making import checked
    from service_reports.contract_forms.workbook import read_new_contracts
    from service_reports.sources.exports.grid import LARGEST_FILE_BYTES, ExportError

    try:
        content = bounded_yaml.read_regular(path, LARGEST_FILE_BYTES)
    except bounded_yaml.Unbounded as error:
        raise ExportError(f"«{path.name}»: {error}") from error
    made = checked(read_new_contracts(content, path.name), folder, replace=replace)
    for problem in made.problems:
        complain(problem)
    if only_check:
        say(f"Sirven {len(made.files)} de {made.contracts} contratos; no se escribió nada.")
        return FAILS if made.problems else HOLDS
    return _write(made.files, made.contracts, replace) or (FAILS if made.problems else HOLDS)


def _write(files: Iterable[NewFile], contracts: int, replace: bool) -> int:
    """Write one file after the other; what cannot be written stops no other."""
    written = 0
    status = HOLDS
    for file in files:
        try:
            file.write(replace=replace)
        except OSError as error:
            complain(f"{file.path}: {error.strerror}: revise la carpeta y sus permisos, y vuelva a pedirlo")
            status = UNTOLD
        else:
            written += 1
            say(str(file.path))
    say(f"Escritos {written} de {contracts} contratos.")
    return status


def _of_answers(folder: Path, replace: bool) -> int:
    from datetime import datetime

    from service_reports.contract_forms.making import file_of, held_ids, taken
    from service_reports.contract_forms.questions import Questions
    from service_reports.contracts import BOGOTA, load_contract

    held = held_ids(folder)
    neighbour = load_contract(next(iter(held.values()))).model_dump(mode="json", exclude={"brand"}) if held else {}
    asked = Questions(
        input,
        say,
        folder,
        datetime.now(BOGOTA).date(),
        lambda identity: taken(identity, folder, held, replace=replace),
        neighbour,
    )
    return _write([file_of(folder, asked.contract())], 1, replace)


def check(arguments: argparse.Namespace) -> int:
    """Read each file; say which hold and what is wrong with the others."""
    from service_reports.contracts import ContractError, contract_paths, contracts_folder, read_together

    try:
        asked: list[Path] = arguments.files
        found = [contract_paths(each) if each.is_dir() else [each] for each in asked]
        found = found or [contract_paths(contracts_folder())]
    except ContractError as error:
        complain(str(error))
        return UNTOLD
    files = read_together(dict.fromkeys(path for paths in found for path in paths))
    for file in files:
        if file.contract is None:
            complain(str(file.error))
        else:
            say(f"{file.path}: holds: {file.contract.id}, reports: {len(file.contract.reports)}")
    return FAILS if any(file.contract is None for file in files) else HOLDS


def schema(arguments: argparse.Namespace) -> int:
    """Write the schema, or compare it."""
    from service_reports.contracts.schema import SCHEMA_FILE, contract_schema

    written = contract_schema()
    if not arguments.check:
        SCHEMA_FILE.write_text(written, encoding="utf-8")
        return HOLDS
    if SCHEMA_FILE.is_file() and SCHEMA_FILE.read_text(encoding="utf-8") == written:
        return HOLDS
    complain(f"{SCHEMA_FILE.name} differs from the model — run service-reports contract schema")
    return FAILS
