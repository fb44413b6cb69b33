"""The JSON Schema of a contract file, made from the model, for editors and for readers."""

from __future__ import annotations

import json

from service_reports.contracts.loader import DEFAULT_FOLDER
from service_reports.contracts.model import Contract

SCHEMA_FILE = DEFAULT_FOLDER / "contract.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> str:
    """The JSON Schema of one contract file, as the text of its file."""
    schema = {"$schema": DIALECT, **Contract.model_json_schema(mode="validation")}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
