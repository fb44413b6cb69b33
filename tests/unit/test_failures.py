"""What a failure means: Spanish, with a remedy, without the values; and what of it ends a run."""

from __future__ import annotations

import binascii
import errno
import json
import os
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pydantic import BaseModel
from reportlab.platypus.doctemplate import LayoutError

from service_reports.archive import ArchiveConflict, ArchiveMissing
from service_reports.failures import MEANINGS, UNEXPECTED, OneByOne, Unreachable, in_spanish, meaning, storable
from service_reports.sources import SourceError

PERSONAL = "Nombre Apellido"


class Row(BaseModel):
    hours: Decimal
    day: int


def raised(fail: Any) -> Exception:
    with pytest.raises(Exception) as caught:
        fail()
    return caught.value


OF_AN_ITEM = {
    "bytes": raised(lambda: b"Generaci\xf3n".decode()),
    "surrogate": raised(lambda: "\ud800".encode()),
    "overflow": raised(lambda: 2.0**5000),
    "division": raised(lambda: Decimal(1) / 0),
    "memory": MemoryError(),
    "recursion": RecursionError("maximum recursion depth exceeded"),
    "key": raised(lambda: {}[PERSONAL]),
    "index": raised(lambda: [][1]),
    "type": raised(lambda: 1 + PERSONAL),
    "attribute": raised(lambda: None.rows),  # type: ignore[attr-defined]
    "value": raised(lambda: int(PERSONAL)),
    "json": raised(lambda: json.loads("{")),
    "base64": raised(lambda: binascii.a2b_base64("a")),
    "zip": zipfile.BadZipFile("File is not a zip file"),
    "zlib": zlib.error("Error -3"),
    "end": EOFError("Compressed file ended"),
    "file": PermissionError(13, "Permission denied", "/tmp/x"),
    "row": psycopg.DataError(f'invalid input syntax for type numeric: "{PERSONAL}"\nDETAIL: {PERSONAL}'),
    "constraint": psycopg.IntegrityError("null value\nDETAIL: Failing row contains (Nombre Apellido)"),
    "statement": psycopg.ProgrammingError('relation "core.ticket" does not exist'),
    "index entry": psycopg.errors.ProgramLimitExceeded("index row size 3000 exceeds btree version 4 maximum"),
    "layout": LayoutError("Flowable too large"),
    "blob": ArchiveMissing("s3://archive/blobs/aa no existe"),
    "other bytes": ArchiveConflict("s3://archive/blobs/aa cambió"),
    "fields": raised(lambda: Row(hours=PERSONAL, day=2**70)),
    "source": SourceError("línea 5: tiene 3 campos"),
    "assertion": AssertionError(),
    "no cause known": RuntimeError("surprise"),
}
"""An error of every class that reading, computing, printing or keeping an item comes up with."""
OF_A_STORE = {
    "database": psycopg.OperationalError("server closed the connection unexpectedly"),
    "disk": psycopg.errors.DiskFull("could not extend file"),
    "bucket": ClientError({"Error": {"Code": "503"}}, "GetObject"),
    "endpoint": EndpointConnectionError(endpoint_url="http://here"),
    "source": Unreachable("La conexión «x» no responde"),
    "room": raised(lambda: Path("/dev/full").write_bytes(b"x")),
    "files": OSError(errno.EMFILE, os.strerror(errno.EMFILE), "/tmp/x"),
}


@pytest.mark.parametrize("error", OF_AN_ITEM.values(), ids=OF_AN_ITEM)
def test_one_of_three_that_fails_keeps_no_other_from_being_worked_on(error: Exception) -> None:
    done, aside = [], []
    items = OneByOne()
    for name in ("a", "b", "c"):
        with items.item(name, aside.append):
            if name == "b":
                raise error
            done.append(name)
    assert done == ["a", "c"]
    [failure] = items.failures
    assert (failure.subject, [failure.reason]) == ("b", aside)


@pytest.mark.parametrize("error", OF_A_STORE.values(), ids=OF_A_STORE)
def test_a_store_that_does_not_answer_ends_the_run_to_be_tried_again(error: Exception) -> None:
    items = OneByOne()
    with pytest.raises(type(error)), items.item("a"):
        raise error
    assert items.failures == []


def test_a_machine_without_room_is_told_with_what_to_do_about_it() -> None:
    what, remedy = meaning(OF_A_STORE["room"])
    assert "no queda espacio" in what
    assert "/var/tmp" in remedy
    assert meaning(OF_A_STORE["files"]) != meaning(OF_AN_ITEM["file"])


def test_what_cannot_even_be_set_aside_stops_no_other() -> None:
    def refuse(_: str) -> None:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    items = OneByOne()
    with items.item("a", refuse):
        raise KeyError("x")
    with items.item("b"):
        pass
    assert [subject for subject, _ in items.failures] == ["a", "a"]


@pytest.mark.parametrize("error", OF_AN_ITEM.values(), ids=OF_AN_ITEM)
def test_a_reason_is_one_line_and_repeats_no_value(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    items = OneByOne()
    with items.item("contrato"):
        raise error
    reason = in_spanish(error)
    assert "\n" not in reason
    assert reason.strip()
    assert "Apellido" not in reason + caplog.text


@pytest.mark.parametrize(
    "name", sorted(OF_AN_ITEM.keys() - {"assertion", "no cause known", "source", "blob", "other bytes"})
)
def test_every_class_of_error_has_its_own_words(name: str) -> None:
    what, remedy = meaning(OF_AN_ITEM[name])
    assert what != UNEXPECTED.what
    assert in_spanish(OF_AN_ITEM[name]).startswith(what)
    assert remedy


def test_fields_are_named_with_what_is_wrong_with_each() -> None:
    assert "hours: no es un número" in in_spanish(OF_AN_ITEM["fields"])


def test_what_this_product_says_is_said_as_it_is() -> None:
    assert in_spanish(OF_AN_ITEM["source"]) == "línea 5: tiene 3 campos"


def test_only_what_cannot_be_stored_is_marked() -> None:
    assert storable("día\0 \ud800→") == "día� �→"


def test_every_meaning_names_a_class_that_there_is() -> None:
    import importlib

    for name in MEANINGS:
        module, _, kind = name.rpartition(".")
        assert hasattr(importlib.import_module(module), kind), name
