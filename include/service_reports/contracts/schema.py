"""Writes the JSON Schema of a contract file from the model, for editors and for readers.

``python -m service_reports.contracts.schema`` writes it; with ``--check`` it only compares,
prints nothing when the file agrees, and ends with status 1 when it has drifted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from service_reports.contracts.loader import DEFAULT_FOLDER
from service_reports.contracts.model import Contract

SCHEMA_FILE = DEFAULT_FOLDER / "contract.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> str:
    """The JSON Schema of one contract file, as the text of its file."""
    schema = {"$schema": DIALECT, **Contract.model_json_schema(mode="validation")}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str] | None = None, path: Path = SCHEMA_FILE) -> int:
    """Write the schema to ``path``, or with ``--check`` compare; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m service_reports.contracts.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the file does not agree with the model")
    check: bool = parser.parse_args(arguments).check
    schema = contract_schema()
    if not check:
        path.write_text(schema, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == schema:
        return 0
    sys.stderr.write(f"{path.name} differs from the model — run python -m service_reports.contracts.schema\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
