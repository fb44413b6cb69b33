"""Stands in for what the steps of the DAGs reach for: passed to them as their stores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, BinaryIO, cast

import psycopg

from service_reports.archive import Archive, ArchiveMissing
from service_reports.contracts import Contract
from service_reports.spooled import blocks_of, digest, spooled
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.stores import Stores


class ArchiveInMemory:
    """An archive as far as steps use one, for tests about something else; ``held`` are its objects by key."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def keep(self, content: bytes | BinaryIO) -> str:
        """Keep bytes under their SHA-256."""
        return self.create(f"blobs/{digest(content).sha256}", b"".join(blocks_of(content)))

    def create(self, key: str, content: bytes, _media_type: str = "") -> str:
        """Keep bytes under a name; what is there stays."""
        self.held.setdefault(key, content)
        return key

    def read(self, key: str) -> bytes:
        """What is kept under a name."""
        if key not in self.held:
            raise ArchiveMissing(key)
        return self.held[key]

    def received(self, told: str) -> list[Any]:
        """All that a message says was received and lies here."""
        keys = re.findall(r"lo que se recibió está en el archivo: (blobs/[0-9a-f]{64})", told)
        return [json.loads(self.read(key)) for key in keys]

    def opened(self, key: str) -> BinaryIO:
        """The same as a file."""
        return spooled([self.read(key)])


def _one_of(contracts: Sequence[Contract]) -> Callable[[str], Contract]:
    held = {each.id: each for each in contracts}

    def contract(contract_id: str) -> Contract:
        if contract_id not in held:
            raise UnknownContract(contract_id)
        return held[contract_id]

    return contract


def stores_of(db: psycopg.Connection[Any], archive: object, *contracts: Contract, **others: Any) -> Stores:
    """Stores that are one open connection, one archive and these contracts; and what ``others`` names."""
    return Stores(
        warehouse=lambda: nullcontext(db),
        archive=lambda: nullcontext(cast("Archive", archive)),
        contracts=lambda: contracts,
        contract=_one_of(contracts),
        **others,
    )
