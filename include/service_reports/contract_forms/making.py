"""Makes checked contract files: nothing is written of one that does not hold as it will be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service_reports.contract_forms.files import write_whole
from service_reports.contract_forms.form import Document
from service_reports.contract_forms.text import contract_text
from service_reports.contract_forms.workbook import NewContracts
from service_reports.contracts.loader import ContractError, contract_paths, parse_contract, read_together

TO_REPLACE = "o pida --replace para reemplazarlo"


@dataclass(frozen=True)
class NewFile:
    """A contract file that holds, and is not written yet."""

    path: Path
    content: bytes

    def write(self, *, replace: bool) -> None:
        """Write it, whole or not at all.

        Raises:
            FileExistsError: it is there, and not to be replaced.
            OSError: it cannot be written.
        """
        write_whole(self.path, self.content, replace=replace)


@dataclass(frozen=True)
class Checked:
    """The files that hold, every problem of the rest, and how many contracts there are in all."""

    files: Sequence[NewFile]
    problems: Sequence[str]
    contracts: int


def file_of(folder: Path, document: Document) -> NewFile:
    """The file of a contract, read back as the DAGs will read it.

    Raises:
        ContractError: it does not hold.
    """
    path = folder / f"{document['id']}.yaml"
    content = contract_text(document).encode()
    parse_contract(content, path)
    return NewFile(path, content)


def held_ids(folder: Path) -> Mapping[str, Path]:
    """The identifiers of the contracts of a folder that hold, by where they are; none where there is no folder.

    Raises:
        ContractError: the folder cannot be listed.
    """
    if not folder.exists():
        return {}
    return {file.contract.id: file.path for file in read_together(contract_paths(folder)) if file.contract is not None}


def taken(identity: str, folder: Path, held: Mapping[str, Path], *, replace: bool) -> str | None:
    """Why a file of this identifier cannot be written into a folder, if so."""
    path = folder / f"{identity}.yaml"
    if held.get(identity, path) != path:
        return f"id tiene {identity!r}: ya lo tiene {held[identity].name}: escriba otro"
    if path.exists() and not replace:
        return f"id tiene {identity!r}: ya existe {path.name}: escriba otro, {TO_REPLACE}"
    return None


def checked(new: NewContracts, folder: Path, *, replace: bool) -> Checked:
    """Check all contracts of a workbook, as files of a folder.

    Raises:
        ContractError: the folder cannot be listed.
    """
    held = held_ids(folder)
    files, problems = [], list(new.strays)
    for draft in new.drafts:
        wrong = draft.problems(folder)
        if not wrong and (why := taken(draft.id, folder, held, replace=replace)):
            wrong = [f"{draft.place(('id',))}: {why}"]
        if not wrong:
            try:
                files.append(file_of(folder, draft.document))
            except ContractError as error:
                wrong = [f"{draft.place(())}: {error}"]
        problems += wrong
    return Checked(files, tuple(dict.fromkeys(problems)), new.rows)
