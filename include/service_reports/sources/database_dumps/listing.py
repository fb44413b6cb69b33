"""Database dumps: the listing of the place where the servers leave them, an S3 prefix or a folder reached by SFTP.

The archived form is the same for both: a JSON array of name, day, size and modification time.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic import ValidationInfo, field_validator

from service_reports.contracts import DatabaseDumps, DumpFiles, SshDumps, file_pattern
from service_reports.foreign_text import foreign_line
from service_reports.records import DatabaseDump
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.listing import bounded, listed_objects, told_from
from service_reports.sources.rows import Rows, read_rows
from service_reports.sources.source import Window

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from paramiko import SFTPAttributes, SFTPClient


NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What the bytes of a name that are not UTF-8 are kept as."""
DAY_OF_A_NAME = re.compile(r"(\d{4})([-_.]?)(\d{2})\2(\d{2})", re.ASCII)
"""As programs that dump write it: ``2026-02-18``, ``20260218``, ``2026_02_18``, ``2026.02.18``."""


class ListedFile(NamedTuple):
    """One file as its store lists it; ``modified_at`` is aware. ``None`` is what the store does not tell."""

    name: str | None
    size_bytes: int | None
    modified_at: datetime | None


def fetch(
    client: BaseClient, dumps: DatabaseDumps, window_from: date, window_to: date, *, certain_from: date | None = None
) -> Answer:
    """List the dumps under an S3 prefix whose name carries a day of the window (both included).

    ``client`` is a boto3 S3 client; ``certain_from`` as for ``sources.listing.told_from``.
    """
    files = (
        ListedFile(_last_part(entry.get("Key")), entry.get("Size"), entry.get("LastModified"))
        for entry in listed_objects(client, dumps.bucket, dumps.prefix)
    )
    return _answer(f"s3://{dumps.bucket}/{dumps.prefix}", dumps, files, Window(window_from, window_to), certain_from)


def fetch_by_sftp(
    client: SFTPClient, dumps: SshDumps, window_from: date, window_to: date, *, certain_from: date | None = None
) -> Answer:
    """List the dumps of a server's folder whose name carries a day of the window (both included).

    ``client`` is a paramiko ``SFTPClient``. SFTP gives modification times as instants, so the
    server's zone plays no part. Folders, links and other special files are no dumps. ``certain_from`` as for
    ``sources.listing.told_from``.

    Raises:
        SourceError: there is no such folder, it may not be read, or its listing is not one.
    """
    place = f"carpeta «{dumps.folder}»"
    try:
        found = [
            entry
            for entry in bounded(client.listdir_iter(dumps.folder, read_aheads=1), place)
            if entry.st_mode is None or stat.S_ISREG(entry.st_mode)  # some servers tell of no file what it is
        ]
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{place}: tiene un archivo cuyo nombre no está en UTF-8 ({error.object!r}) — cámbielo"
        ) from error
    except (FileNotFoundError, PermissionError) as error:
        raise SourceError(
            f"{place}: {error} — corrija `dumps.folder` en el contrato, o los permisos del usuario en el servidor"
        ) from error
    files = (ListedFile(entry.filename, entry.st_size, _instant(entry)) for entry in found)
    return _answer(f"sftp:{dumps.folder}", dumps, files, Window(window_from, window_to), certain_from)


def _last_part(key: str | None) -> str | None:
    return None if key is None else key.rsplit("/", 1)[-1]


def _instant(entry: SFTPAttributes) -> datetime | None:
    try:
        return datetime.fromtimestamp(cast("float", entry.st_mtime), UTC)
    except (OverflowError, ValueError, TypeError, OSError):
        return None


def _answer(
    name: str, dumps: DumpFiles, files: Iterable[ListedFile], days: Window, certain_from: date | None
) -> Answer:
    """The archived form of a listing. Files whose name does not match the contract's pattern are no dumps.

    One without a name may be one of any day, and so may one whose name says the day in no way that is known.
    """
    pattern = file_pattern.compiled(dumps.file_pattern)
    found: list[dict[str, Any]] = []
    oldest = None
    for file in _once(files):
        if file.name is None:
            found.append({"file_name": None, "dump_day": "", "size_bytes": file.size_bytes, "modified_at": None})
            continue
        read_as = (foreign_line(text) for text in (file.name, _in_windows_code(file.name)))
        matches = (file_pattern.search(pattern, text) for text in read_as)
        match = next((each for each in matches if each is not None), None)
        if match is None:
            continue
        named = _named_day(match["day"])
        if day := _day(named):
            oldest = day if oldest is None else min(oldest, day)
        if not _is_a_day(named) or days.first.isoformat() <= named <= days.last.isoformat():
            found.append(
                {
                    "file_name": file.name,
                    "dump_day": named,
                    "size_bytes": file.size_bytes,
                    "modified_at": file.modified_at and file.modified_at.isoformat(),
                }
            )
    found.sort(key=lambda dump: (dump["dump_day"], dump["file_name"] or ""))
    first = told_from(days, certain_from, oldest)
    return Answer(name, json.dumps(found, indent=1).encode(), None, first, days.last)


def _once(files: Iterable[ListedFile]) -> Iterator[ListedFile]:
    """Each file once, though pages overlap or another folder under the prefix has a copy: as it was stored last."""
    last: dict[str, ListedFile] = {}
    for file in files:
        if file.name is None:
            yield file
        elif file.name not in last or _stored(file) >= _stored(last[file.name]):
            last[file.name] = file
    yield from last.values()


def _stored(file: ListedFile) -> datetime:
    return file.modified_at or datetime.min.replace(tzinfo=UTC)


def _named_day(told: str | None) -> str:
    """The day in a name as ISO writes it, whether a calendar has it or not; any other text as it is."""
    match = DAY_OF_A_NAME.fullmatch(told or "")
    return f"{match[1]}-{match[3]}-{match[4]}" if match else told or ""


def _is_a_day(named: str) -> bool:
    return DAY_OF_A_NAME.fullmatch(named) is not None


def _day(named: str) -> date | None:
    """The day in a name; ``None``: no calendar has it, or it says none."""
    try:
        return date.fromisoformat(named) if _is_a_day(named) else None
    except ValueError:
        return None


def parse(content: bytes) -> Rows[DatabaseDump]:
    """The dumps of one archived listing.

    Set aside is one whose name carries no day of the calendar, whose size or date its server does not tell, and one
    whose name is not UTF-8: which dump that is, nobody can say but who named it.
    """
    return read_rows(ListedDump, json.loads(content))


class ListedDump(DatabaseDump):
    """A dump as it is read from a listing."""

    @field_validator("file_name", mode="before")
    @classmethod
    def _is_text(cls, name: str | None) -> str:
        if name is None:
            raise ValueError("el servidor no da el nombre de un archivo — revise ese lugar")
        if name != _in_windows_code(name):
            shown = name.encode("utf-8", "surrogateescape")
            raise ValueError(f"no está en UTF-8 ({shown!r}) — cámbiele el nombre al archivo en su lugar")
        return name

    @field_validator("dump_day", mode="before")
    @classmethod
    def _says_a_day(cls, named: str, info: ValidationInfo) -> str:
        if info.data.get("file_name") is not None and not _is_a_day(named):
            raise ValueError(
                f"el nombre de «{info.data['file_name']}» no dice así el año, el mes y el día, en ese orden — corrija "
                "`dumps.file_pattern` en el contrato, o el nombre"
            )
        return named

    @field_validator("size_bytes", "modified_at", mode="before")
    @classmethod
    def _is_told(cls, told: object, info: ValidationInfo) -> object:
        if told is None:
            what = "el tamaño" if info.field_name == "size_bytes" else "la fecha"
            raise ValueError(f"el servidor no da {what} de «{info.data.get('file_name')}» — revise ese archivo")
        return told


def _in_windows_code(name: str) -> str:
    """A name whose bytes that are not UTF-8 are read as those of Windows and Latin-1 are."""
    return NOT_UTF8.sub(lambda byte: byte[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), name)
