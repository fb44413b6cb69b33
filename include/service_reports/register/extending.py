"""What was added to issued documents later: validation data and time stamps, each in a further object.

What was issued stays what it is, under its name. An extension is another file, which begins with the bytes of the one
before; it lies under its hash, and the chain tells of which document it is the next (event ``extended``).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive
from service_reports.register.chain import append, writing
from service_reports.register.entries import IssueKey
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]


class SignedDocument(NamedTuple):
    """A signed document and its newest bytes; ``number`` is 1 for those that were issued.

    ``asked`` and ``reached`` are levels of PAdES, ``lacking`` says why the second is lower (Spanish). ``until`` is when
    the certificate of its last time stamp of the whole ends, ``at`` when these bytes were registered; both are aware.
    """

    contract_id: str
    report_number: str
    version: int
    position: int
    file_name: str
    asked: str
    reached: str
    lacking: str | None
    until: datetime | None
    at: datetime
    number: int
    sha256: str
    size_bytes: int
    blob_key: str

    @property
    def key(self) -> IssueKey:
        """Its version."""
        return IssueKey(self.contract_id, self.report_number, self.version)

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.key} {self.file_name}"


def incomplete_signatures(connection: Connection, most: int) -> list[SignedDocument]:
    """Documents of versions that stand, signed at a lower level than was asked for; the oldest first, so many."""
    with connection.cursor(row_factory=class_row(SignedDocument)) as cursor:
        return cursor.execute(statement("register/incomplete_signatures"), {"most": most}).fetchall()


def signatures_to_renew(connection: Connection, before: datetime, most: int) -> list[SignedDocument]:
    """Documents whose last time stamp of the whole is from before an aware moment; the oldest first, so many."""
    values = {"before": before, "most": most}
    with connection.cursor(row_factory=class_row(SignedDocument)) as cursor:
        return cursor.execute(statement("register/signatures_to_renew"), values).fetchall()


def extend_document(
    connection: Connection,
    store: Archive,
    document: SignedDocument,
    content: bytes,
    reached: str,
    until: datetime | None,
) -> bool:
    """Keep what a document became, and record it; ``False`` when somebody else extended the document meanwhile.

    Raises:
        ValueError: it does not begin with the bytes of the document.
    """
    if hashlib.sha256(content[: document.size_bytes]).hexdigest() != document.sha256:
        raise ValueError(f"{document}: an extension begins with what it extends")
    blob_key = store.keep(content)
    which = {**asdict(document.key), "position": document.position}
    with writing(connection):
        with connection.cursor(row_factory=class_row(SignedDocument)) as cursor:
            now = cursor.execute(statement("register/signature"), which).fetchone()
        if now is None or now.sha256 != document.sha256:
            return False
        extension = {
            "position": document.position,
            "number": document.number + 1,
            "extends": document.sha256,
            "reached": reached,
            "until": None if until is None else until.isoformat(),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
            "blob_key": blob_key,
        }
        append(connection, document.key, "extended", detail=document.file_name, more={"extension": extension})
    return True


def extension_name(file_name: str, number: int | str) -> str:
    """What a document became is called where it is handed out: ``informe.2.pdf``, ``informe.firmado-1.pdf``."""
    path = PurePosixPath(file_name)
    return f"{path.stem}.{number}{path.suffix}"
