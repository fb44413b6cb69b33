"""Documents that came back signed: which of ours they begin with, and what was registered of them.

A signature adds to a PDF and changes none of its bytes (PAdES): so what the supervisor signed begins with what was
issued, or with what that became later. All of it is in the chain (event ``returned``), and no state of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import class_row

from service_reports.archive import Archive
from service_reports.register.chain import append, writing
from service_reports.register.entries import IssueKey
from service_reports.warehouse.statements import statement

Connection = psycopg.Connection[Any]
ReturnedKind = Literal["countersigned", "scanned"]
END_OF_REVISION = re.compile(rb"%%EOF(\r\n|\n|\r)?")
MOST_REVISIONS = 100
"""A file of ours has a few, and what is added to it some more."""


class IssuedBytes(NamedTuple):
    """A document of a version, as it was issued or as it became later: so many bytes, of that SHA-256."""

    contract_id: str
    report_number: str
    version: int
    position: int
    file_name: str
    sha256: str
    size_bytes: int

    @property
    def key(self) -> IssueKey:
        """Its version."""
        return IssueKey(self.contract_id, self.report_number, self.version)

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.key} {self.file_name}"


class ReturnedDocument(NamedTuple):
    """A file that came back of the document with a position.

    ``at`` (aware) is when it was signed, as it says itself; of a scanned one, when somebody (``by``) registered it.
    ``trusted``: whether the signer's certificate led to a root that the contract named; ``None``: it was not judged.
    """

    position: int
    kind: ReturnedKind
    sha256: str
    size_bytes: int
    blob_key: str
    signer: str | None
    trusted: bool | None
    at: datetime
    by: str | None


def document_begun_by(connection: Connection, content: bytes) -> IssuedBytes | None:
    """The document of ours with whose bytes a file begins; ``None`` where it begins with none."""
    with connection.cursor(row_factory=class_row(IssuedBytes)) as cursor:
        return cursor.execute(statement("register/document_of_hashes"), {"hashes": list(_prefixes(content))}).fetchone()


def _prefixes(content: bytes) -> Iterator[str]:
    """The SHA-256 of the file as it was at the end of each of its revisions, with and without the end of that line."""
    read, digest = 0, hashlib.sha256()
    for end in islice(END_OF_REVISION.finditer(content), MOST_REVISIONS):
        for stop in sorted({end.start() + len(b"%%EOF"), end.end()}):
            digest.update(content[read:stop])
            read = stop
            yield digest.hexdigest()


def document_of_code(
    connection: Connection, contract_id: str, report_number: str, version: int, code: str
) -> IssuedBytes | None:
    """The document of a version that has a code, which its pages print."""
    values = {"contract_id": contract_id, "report_number": report_number, "version": version, "code": code}
    with connection.cursor(row_factory=class_row(IssuedBytes)) as cursor:
        return cursor.execute(statement("register/document_of_code"), values).fetchone()


def returns_read(connection: Connection, object_keys: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Which of some objects were read before, each with its ETag of then."""
    return frozenset(connection.execute(statement("register/returns_read"), {"object_keys": list(object_keys)}))


def returned_of(connection: Connection, key: IssueKey) -> list[ReturnedDocument]:
    """The files that came back of a version, in the order in which they were registered."""
    with connection.cursor(row_factory=class_row(ReturnedDocument)) as cursor:
        return cursor.execute(statement("register/returns_of_version"), asdict(key)).fetchall()


def keep_returned(
    connection: Connection,
    store: Archive,
    document: IssuedBytes,
    content: bytes,
    kind: ReturnedKind,
    read_from: Mapping[str, str],
    *,
    by: str | None = None,
    why: str | None = None,
    signed: Mapping[str, Any] | None = None,
) -> bool:
    """Keep a file that came back, and register it; ``False`` where the document has these very bytes already.

    ``read_from`` says ``object_key`` and ``etag``, ``signed`` who signed it (``signer``, ``signed_at`` …), ``by`` and
    ``why`` who registered a scanned one, and what that person says of it.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    blob_key = store.keep(content)
    with writing(connection):
        known = {(each.position, each.sha256) for each in returned_of(connection, document.key)}
        if (document.position, sha256) in known:
            append(
                connection, None, "returned", detail=str(document), more={"returned": {"kind": "repeated", **read_from}}
            )
            return False
        told = {
            **read_from,
            "kind": kind,
            "position": document.position,
            "sha256": sha256,
            "size_bytes": len(content),
            "blob_key": blob_key,
            "begins_sha256": document.sha256 if kind == "countersigned" else None,
            "begins_size_bytes": document.size_bytes if kind == "countersigned" else None,
            **(signed or {}),
        }
        detail = document.file_name if why is None else f"{document.file_name}: {why}"
        append(connection, document.key, "returned", by=by, detail=detail, more={"returned": told})
    return True


def note_refused(connection: Connection, read_from: Mapping[str, str], reason: str) -> None:
    """Note that an object was read and is no document that came back signed, with the reason (Spanish)."""
    with writing(connection):
        append(connection, None, "returned", detail=reason, more={"returned": {"kind": "refused", **read_from}})
