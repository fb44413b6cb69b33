"""Office files are ZIP archives: with every date in them set, their bytes depend on what they hold alone."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


def dated_zip(content: bytes, dated: date) -> bytes:
    """The same archive with each member dated the midnight that begins a day."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            entry = ZipInfo(name, date_time=(dated.year, dated.month, dated.day, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, source.read(name))
    return target.getvalue()
