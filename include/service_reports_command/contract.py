"""``service-reports contract``: is a contract file as it must be, and what may stand in one."""

from __future__ import annotations

import argparse
from pathlib import Path

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, complain, say

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
    command = add_parser("contract", help="check contract files; write their JSON Schema")
    parts = command.add_subparsers(metavar="part", required=True)
    plain = argparse.RawDescriptionHelpFormatter
    checking = parts.add_parser("check", help="read contract files", description=CHECK, formatter_class=plain)
    checking.add_argument("files", metavar="FILE", nargs="*", type=Path, help=FILES)
    checking.set_defaults(run=check)
    writing = parts.add_parser(
        "schema", help="write the JSON Schema from the model", description=SCHEMA, formatter_class=plain
    )
    writing.add_argument("--check", action="store_true", help="write nothing; fail where file and model differ")
    writing.set_defaults(run=schema)


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
