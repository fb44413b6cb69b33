"""Reads the contract files, and says which report is due when.

A file that does not hold never stops the others: :func:`read_contract_files` returns
every file with either its contract or its error.
"""

from __future__ import annotations

import hashlib
import os
import textwrap
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from service_reports import bounded_yaml
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

    @property
    def name(self) -> str:
        """The file's name as it can be printed and kept."""
        return _shown(self.path)


@dataclass(frozen=True)
class DueReport:
    """A report whose cut-off has been reached."""

    contract: Contract
    report: ReportPeriod


class _Scalars(SafeConstructor, Resolver):
    """What a word of plain YAML stands for: text, number, yes or no, nothing.

    Dates stay text, so that an impossible one is reported by the model with its field.
    """

    def value(self, event: yaml.ScalarEvent) -> object:
        """The value of a scalar; a word too long for a number is a text."""
        if len(event.value) > LONGEST_NUMBER or not event.implicit[0]:
            return event.value
        tag = self.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        return self.yaml_constructors[tag](self, yaml.ScalarNode(tag, event.value)) if tag in TYPED else event.value


LONGEST_NUMBER = 40
TYPED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))
SCALARS = _Scalars()

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
    "decimal_max_places": "tiene más de {decimal_places} decimales",
    "decimal_parsing": "no es un número",
    "decimal_type": "no es un número",
    "too_short": "tiene {actual_length} elementos: escriba {min_length} o más",
    "model_type": "no es un grupo de campos: escriba cada campo en su línea",
    "tuple_type": "no es una lista: escriba cada elemento en su línea, con un guion",
}


MOST_PROBLEMS = 50
LONGEST_SHOWN, LONGEST_SAID = 200, 1000


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _printable(text: str) -> str:
    """A text that any log and database takes: a file may hold any character."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


def _shown(path: Path) -> str:
    """A file's name as it can be printed and kept, whatever its bytes are."""
    return os.fsencode(path.name).decode(errors="replace")


def field_of(problem: ErrorDetails) -> tuple[str | int, ...]:
    """Where in a contract file a problem of the model lies: names of fields, numbers of elements from 0."""
    return tuple(part for part in problem["loc"] if part not in SECTION_KINDS)


def problem_told(problem: ErrorDetails) -> str:
    """A problem of the model in Spanish: field, value and remedy."""
    field = ".".join(_short(str(part)) for part in field_of(problem))
    kind = problem["type"]
    told_by_message = kind == "missing" or isinstance(problem["input"], dict | list)
    value = ":" if told_by_message else f" tiene {_short(repr(problem['input']))}:"
    said = problem["msg"].removeprefix("Value error, ")
    if kind != "value_error":  # what pydantic itself finds, it tells in English
        said = REMEDIES.get(kind, "corrija el valor ({said})").format(said=said, **problem.get("ctx", {}))
    return f"{field or '(todo el archivo)'}{value} {textwrap.shorten(said, LONGEST_SAID)}"


def _describe(path: Path, error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    lines = [f"{_shown(path)}: {problem_told(problem)}" for problem in problems[:MOST_PROBLEMS]]
    if (more := len(problems) - MOST_PROBLEMS) > 0:
        lines.append(f"{_shown(path)}: y {more} problemas más: corrija primero estos")
    return "\n".join(lines)


def _read_beside(folder: Path, note: Callable[[Path], None], name: str) -> bytes:
    """The bytes of a file that a contract names, relative to its own folder and inside it; noted before it is read."""
    try:
        note(folder / name)
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ValueError("sale de la carpeta del contrato: ponga el archivo al lado de él")
        return bounded_yaml.read_regular(file)
    except OSError as error:
        raise ValueError(f"no se puede leer ({error.strerror}): ponga allí el archivo") from error
    except RuntimeError as error:  # as pathlib calls it
        raise ValueError("es un enlace que lleva a sí mismo: ponga allí el archivo") from error


def load_contract(path: Path) -> Contract:
    """Read one contract file.

    Raises:
        ContractError: unreadable YAML, an unknown or missing field, or an impossible value.
            All problems of the file are listed, one a line.
    """
    return _load(path)[0]


def check_document(document: object, folder: Path, note: Callable[[Path], None] = lambda _: None) -> Contract:
    """The contract of what a file of this folder says; pictures that it names are noted and read.

    Raises:
        ValidationError: it does not hold; :func:`problem_told` tells each problem.
    """
    return Contract.model_validate(document, context={"read_file": partial(_read_beside, folder, note)})


def parse_contract(content: bytes, path: Path) -> Contract:
    """The contract of a file that is not written yet; ``path`` is where it will stand.

    Raises:
        ContractError: as of :func:`load_contract`.
    """
    return _parse(path, content)[0]


def _load(path: Path) -> tuple[Contract, str]:
    return _parse(path, _read(path))


def _read(path: Path) -> bytes:
    try:
        return bounded_yaml.read_regular(path)
    except OSError as error:
        raise ContractError(
            f"{_shown(path)}: no se puede leer ({error.strerror}): revise el archivo y sus permisos"
        ) from error
    except bounded_yaml.Unbounded as error:
        raise ContractError(f"{_shown(path)}: {error}") from error


def _parse(path: Path, content: bytes, note: Callable[[Path], None] = lambda _: None) -> tuple[Contract, str]:
    name = _shown(path)
    try:
        document = bounded_yaml.load(content.decode(), SCALARS.value)
        contract = check_document(document, path.parent, note)
    except ValidationError as error:
        raise ContractError(_describe(path, error)) from error
    except bounded_yaml.Unbounded as error:
        raise ContractError(f"{name}: {error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = textwrap.shorten(str(error), LONGEST_SAID)
        where = _where(content, error)
        raise ContractError(f"{name}: no es YAML legible; corrija {where}: {said}") from error
    except Exception as error:  # whatever is wrong with one file, it stops no other
        said = _short(f"{type(error).__name__}: {error}")
        raise ContractError(f"{name}: no se puede usar: corrija lo que se cambió de último ({said})") from error
    return contract, hashlib.sha256(content).hexdigest()


def _where(content: bytes, error: Exception) -> str:
    """Where a file is no YAML: the line's number and its text."""
    mark = getattr(error, "problem_mark", None)
    lines = content.decode(errors="replace").splitlines()
    if mark is None or not 0 <= mark.line < len(lines):
        return "el texto"
    return f"la línea {mark.line + 1}, «{_short(lines[mark.line].strip())}»"


def contracts_folder() -> Path:
    """The folder of contract files: ``SERVICE_REPORTS_CONTRACTS``, or the project's own."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def contract_paths(folder: Path | None = None) -> list[Path]:
    """Every ``*.yaml`` and ``*.yml`` of the folder, by name.

    Raises:
        ContractError: the folder does not exist, or cannot be listed.
    """
    folder = folder or contracts_folder()
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    except OSError as error:
        raise ContractError(
            f"{folder}: no se puede leer esa carpeta ({error.strerror}): ponga en {FOLDER_VARIABLE} "
            "la de los archivos de contratos"
        ) from error


def read_contract_files(folder: Path | None = None) -> tuple[ContractFile, ...]:
    """Every file of the folder, by name, each with its contract or its error.

    A file that holds is read again when it has changed.

    Raises:
        ContractError: the folder does not exist, or cannot be listed.
    """
    return read_together(contract_paths(folder))


def read_together(paths: Iterable[Path]) -> tuple[ContractFile, ...]:
    """Contract files as those of one folder, in this order: no two have one id."""
    files: list[ContractFile] = []
    owners: dict[str, Path] = {}
    for path in paths:
        try:
            contract, sha256 = _unchanged(path) or _load_anew(path)
            if contract.id in owners:
                raise ContractError(
                    f"{_shown(path)}: id tiene {contract.id!r}: ya lo tiene {_shown(owners[contract.id])}; escriba otro"
                )
            owners[contract.id] = path
            files.append(ContractFile(path, contract, None, sha256))
        except ContractError as error:
            files.append(ContractFile(path, None, _printable(str(error))))
    return tuple(files)


def find_contract(contract_id: str, folder: Path | None = None) -> ContractFile | None:
    """The file of one contract, when one that holds has this id; files in which it is not written are not parsed.

    What was parsed before is not parsed again, unless the file has changed; nor is it looked for elsewhere, as long as
    the folder has the same files: of two that have one id every process takes the first.

    Raises:
        ContractError: the folder does not exist, or cannot be listed.
    """
    folder = folder or contracts_folder()
    try:
        files = _change(folder)
    except OSError:
        files = ()
    last, of = _found.get((folder, contract_id), (None, files))
    found = _search(contract_id, folder, last if of == files else None)
    if found is not None:
        _found[folder, contract_id] = found.path, files
    return found


def _search(contract_id: str, folder: Path, last: Path | None) -> ContractFile | None:
    """The file of a contract, first where it was found ``last``."""
    if last is not None and (known := _unchanged(last)) is not None and known[0].id == contract_id:
        return ContractFile(last, known[0], None, known[1])
    for path in contract_paths(folder):
        try:
            held = _unchanged(path)
            if held is None and contract_id.encode() not in _read(path):
                continue
            contract, sha256 = held or _load_anew(path)
        except ContractError:
            continue
        if contract.id == contract_id:
            return ContractFile(path, contract, None, sha256)
    holding = (file for file in read_contract_files(folder) if file.contract is not None)  # YAML can write it otherwise
    return next((file for file in holding if file.contract and file.contract.id == contract_id), None)


Change = tuple[int, ...]
_found: dict[tuple[Path, str], tuple[Path, Change]] = {}
"""Where the contract of an id was found, by its folder, and how that was: a close asks for one again and again."""
_held: dict[Path, tuple[dict[Path, Change], Contract, str]] = {}
"""Contracts by file, with how that and its pictures were: a process asks for all of them again and again, and forks of
it only for those that changed."""


def _change(path: Path) -> Change:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _unchanged(path: Path) -> tuple[Contract, str] | None:
    try:
        if path in _held and all(_change(file) == before for file, before in _held[path][0].items()):
            return _held[path][1:]
    except OSError:
        _held.pop(path, None)
    return None


def _load_anew(path: Path) -> tuple[Contract, str]:
    changes: dict[Path, Change] = {}

    def note(file: Path) -> None:
        changes[file] = _change(file)

    with suppress(OSError):  # reading it tells why
        note(path)
    contract, sha256 = _parse(path, _read(path), note)
    if path in changes:
        _held[path] = changes, contract, sha256
    return contract, sha256


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
