"""Reads the contract files, and says which report is due when.

A file that does not hold never stops the others: :func:`read_contract_files` returns
every file with either its contract or its error.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from service_reports.contracts.model import SECTION_KINDS, Contract, ReportPeriod

FOLDER_VARIABLE = "SERVICE_REPORTS_CONTRACTS"
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "contracts"


class ContractError(ValueError):
    """A contract file that does not hold; the message names file, field, value and remedy."""


@dataclass(frozen=True)
class ContractFile:
    """One file of the contracts folder: its contract and the SHA-256 of its bytes, or why it has none."""

    path: Path
    contract: Contract | None
    error: str | None
    sha256: str | None = None


@dataclass(frozen=True)
class DueReport:
    """A report whose cut-off has been reached."""

    contract: Contract
    report: ReportPeriod


class _ContractConstructor(yaml.constructor.SafeConstructor):
    """YAML as PyYAML's safe loader reads it, but a key written twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "una clave debe ser una sola palabra", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"la clave {key!r} está dos veces", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _ContractLoader(_ContractConstructor, yaml.CSafeLoader):
    """Reads ten times as fast as PyYAML's own reader, and tells of an error without the text around it."""


class _TellingLoader(_ContractConstructor, yaml.SafeLoader):
    """Tells of an error with the text around it."""


# Dates stay text, so that an impossible one is reported by the model with its field.
_ContractLoader.yaml_implicit_resolvers = _TellingLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

REMEDIES = {
    "unknown_kind": "{said}",
    "extra_forbidden": "el contrato no tiene ese campo: quítelo o corrija su nombre (están en contract.schema.json)",
    "missing": "falta: escríbalo",
    "date_from_datetime_parsing": "no es una fecha que exista: escríbala como aaaa-mm-dd",
    "date_parsing": "no es una fecha que exista: escríbala como aaaa-mm-dd",
    "date_type": "no es una fecha que exista: escríbala como aaaa-mm-dd",
    "string_type": "no es un texto: escriba los dígitos entre comillas",
    "string_pattern_mismatch": "no tiene la forma que pide contract.schema.json: {pattern}",
    "string_too_short": "está vacío o es muy corto: escriba {min_length} caracteres o más",
    "string_too_long": "es muy largo: escriba {max_length} caracteres o menos",
    "int_type": "no es un número entero",
    "int_parsing": "no es un número entero",
    "bool_type": "no es true ni false",
    "bool_parsing": "no es true ni false",
    "literal_error": "no es un valor conocido: escriba uno de {expected}",
    "enum": "no es un valor conocido: escriba uno de {expected}",
    "union_tag_invalid": "{discriminator} no es un valor conocido: escriba uno de {expected_tags}",
    "greater_than": "debe ser mayor que {gt}",
    "greater_than_equal": "debe ser {ge} o más",
    "less_than_equal": "debe ser {le} o menos",
    "too_short": "tiene {actual_length} elementos: escriba {min_length} o más",
    "model_type": "no es un grupo de campos: escriba cada campo en su línea",
    "tuple_type": "no es una lista: escriba cada elemento en su línea, con un guion",
}


def _describe(path: Path, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"] if part not in SECTION_KINDS) or "(todo el archivo)"
        kind = problem["type"]
        told_by_message = kind == "missing" or isinstance(problem["input"], dict | list)
        value = ":" if told_by_message else f" tiene {problem['input']!r}:"
        said = problem["msg"].removeprefix("Value error, ")
        if kind != "value_error":  # what pydantic itself finds, it tells in English
            said = REMEDIES.get(kind, "corrija el valor ({said})").format(said=said, **problem.get("ctx", {}))
        lines.append(f"{path.name}: {field}{value} {said}")
    return "\n".join(lines)


def _read_beside(folder: Path, name: str) -> bytes:
    """The bytes of a file that a contract names, relative to its own folder and inside it."""
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ValueError("sale de la carpeta del contrato: ponga el archivo al lado de él")
    try:
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"no se puede leer ({error.strerror}): ponga allí el archivo") from error


def load_contract(path: Path) -> Contract:
    """Read one contract file.

    Raises:
        ContractError: unreadable YAML, an unknown or missing field, or an impossible value.
            All problems of the file are listed, one a line.
    """
    return _load(path)[0]


@lru_cache(maxsize=256)  # a step asks for its contracts again and again
def _document(content: bytes) -> Any:
    text = content.decode()
    try:
        return yaml.load(text, Loader=_ContractLoader)  # noqa: S506 (safe subclass)
    except (yaml.YAMLError, ValueError):
        return yaml.load(text, Loader=_TellingLoader)  # noqa: S506 (safe subclass)


def _load(path: Path) -> tuple[Contract, str]:
    try:
        content = path.read_bytes()
        document = _document(content)
    except OSError as error:
        raise ContractError(
            f"{path.name}: no se puede leer ({error.strerror}): revise el archivo y sus permisos"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise ContractError(f"{path.name}: no es YAML legible; corrija el texto donde dice: {error}") from error
    try:
        contract = Contract.model_validate(document, context={"read_file": partial(_read_beside, path.parent)})
    except ValidationError as error:
        raise ContractError(_describe(path, error)) from error
    return contract, hashlib.sha256(content).hexdigest()


def contracts_folder() -> Path:
    """The folder of contract files: ``SERVICE_REPORTS_CONTRACTS``, or the project's own."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def read_contract_files(folder: Path | None = None) -> tuple[ContractFile, ...]:
    """Every ``*.yaml`` and ``*.yml`` of the folder, by name, each with its contract or its error.

    Raises:
        ContractError: the folder does not exist.
    """
    folder = folder or contracts_folder()
    if not folder.is_dir():
        raise ContractError(
            f"{folder}: no existe esa carpeta: ponga en {FOLDER_VARIABLE} la de los archivos de contratos"
        )
    files: list[ContractFile] = []
    owners: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"}):
        try:
            contract, sha256 = _load(path)
            if contract.id in owners:
                raise ContractError(
                    f"{path.name}: id tiene {contract.id!r}: ya lo tiene {owners[contract.id].name}; escriba otro"
                )
            owners[contract.id] = path
            files.append(ContractFile(path, contract, None, sha256))
        except ContractError as error:
            files.append(ContractFile(path, None, str(error)))
    return tuple(files)


def valid_contracts(folder: Path | None = None) -> tuple[Contract, ...]:
    """The contracts of the folder that hold, by file name."""
    return tuple(file.contract for file in read_contract_files(folder) if file.contract is not None)


def report_due(contracts: tuple[Contract, ...], instant: datetime) -> tuple[DueReport, ...]:
    """The reports whose cut-off is exactly this aware instant."""
    return tuple(
        DueReport(contract, report)
        for contract in contracts
        for report in contract.reports
        if contract.cut_off(report) == instant
    )
