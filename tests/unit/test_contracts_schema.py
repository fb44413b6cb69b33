"""The JSON Schema beside the contract files is the model's own."""

import json
from pathlib import Path

import jsonschema
import pytest

from service_reports import bounded_yaml
from service_reports.contracts import schema
from service_reports.contracts.loader import SCALARS
from service_reports.contracts.schema import SCHEMA_FILE, contract_schema
from service_reports_command import main


def test_the_committed_schema_has_not_drifted() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == contract_schema()
    assert main(["contract", "schema", "--check"]) == 0


def test_drift_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "contract.schema.json"
    monkeypatch.setattr(schema, "SCHEMA_FILE", path)
    assert main(["contract", "schema", "--check"]) == 1
    path.write_text("{}", encoding="utf-8")
    assert main(["contract", "schema", "--check"]) == 1
    assert "contract.schema.json differs from the model" in capsys.readouterr().err
    assert main(["contract", "schema"]) == 0
    assert main(["contract", "schema", "--check"]) == 0


def test_an_editor_accepts_every_contract_of_the_project() -> None:
    described = json.loads(contract_schema())
    for path in SCHEMA_FILE.parent.glob("*.yaml"):
        document = bounded_yaml.load(path.read_text(encoding="utf-8"), SCALARS.value)
        assert list(jsonschema.Draft202012Validator(described).iter_errors(document)) == []


def test_every_field_of_a_contract_has_a_spanish_title() -> None:
    whole = json.loads(contract_schema())
    untitled = [
        f"{model}.{field}"
        for model, definition in {**whole["$defs"], "Contract": whole}.items()
        for field, described in definition["properties"].items()
        if "title" not in described or described["title"].replace(" ", "_").lower() == field
    ]
    assert untitled == ["DatabaseDumps.bucket"]  # a word of both languages
