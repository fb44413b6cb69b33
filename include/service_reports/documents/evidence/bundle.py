"""The files of rows of a version as they lie in the archive: one ZIP, its members stored as they are.

A version has some twenty of them, most of a few hundred bytes: each in an object of its own was nearly half of what a
close asks of the archive. Anything opens it; equal files give equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from service_reports.documents.evidence.rows import RowsFile
from service_reports.figures.model import KeptRows

UNIX = 3
"""What a ZIP says it was made on; Python would say where it runs."""


class NotAsKept(ValueError):
    """A file of rows that is not what the figures say of it; the message is Spanish."""


def bundle(files: Iterable[RowsFile]) -> bytes:
    """The files under their names."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for each in files:
            member = ZipInfo(each.name)  # dated at the beginning of time, as ZIP has it
            member.create_system = UNIX
            archive.writestr(member, each.content)
    return made.getvalue()


def kept_rows(named: Iterable[KeptRows], read: Callable[[str], bytes]) -> Mapping[str, bytes]:
    """The files that figures name, by name, out of the archive that ``read`` reads.

    A key that ends with the file's own hash is that of the file alone, as they lay before there were bundles.

    Raises:
        NotAsKept: a file is not there, or its bytes are others than the figures say.
    """
    opened = cache(lambda key: ZipFile(BytesIO(read(key))))
    rows = {}
    for each in named:
        alone = each.archive_key.endswith(each.sha256)
        try:
            content = read(each.archive_key) if alone else opened(each.archive_key).read(each.name)
        except KeyError:
            raise NotAsKept(f"{each.name} no está en {each.archive_key}") from None
        if hashlib.sha256(content).hexdigest() != each.sha256:
            raise NotAsKept(f"{each.name} no es en {each.archive_key} el que dicen las cifras ({each.sha256})")
        rows[each.name] = content
    return rows
