"""Some files of one delivery together: whose rows are at hand, and every figure again from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from service_reports.audit.carried import Carried, Told
from service_reports.audit.recomputing import Recomputed, files_of
from service_reports.audit.rows import Row, Rows, is_behind


class Behind(NamedTuple):
    """The rows of a file that a figure rests on, of so many that the file has."""

    file: str
    rows: Sequence[Row]
    of: int


class Reports:
    """Reports of one delivery; what one does not carry another may."""

    def __init__(self, reports: Sequence[Carried]) -> None:
        self.reports = reports

    @cached_property
    def rows(self) -> Rows:
        """All rows that are at hand; a file counts only with the hash that the first report tells of it."""
        first, *others = self.reports
        files = dict(first.files)
        for name, told in first.elsewhere.items():
            for other in others:
                if name in other.files and _sha256_told(other, name) == told["sha256"]:
                    files.setdefault(name, other.files[name])
        return Rows(files, [name for name in first.elsewhere if name not in files])

    @cached_property
    def recomputed(self) -> Recomputed:
        """Every figure again."""
        return Recomputed(self.rows)

    def places(self, figure_id: str) -> list[str]:
        """Where the rows of a figure are that are not at hand: codes of documents, or the archive."""
        elsewhere = self.reports[0].elsewhere
        told = (elsewhere[name]["document"] for name in self.recomputed.lacking(figure_id))
        return sorted({each or "el archivo del contratista" for each in told})

    def behind(self, figure: Told) -> Iterator[Behind]:
        """The rows that a figure rests on, file by file."""
        for name in files_of(figure.id):
            if name in self.rows.files:
                of, found = 0, list[Row]()
                for row in self.rows.each(name):
                    of += 1
                    if is_behind(figure.about, row):
                        found.append(row)
                if found:
                    yield Behind(name, found, of)


def _sha256_told(report: Carried, name: str) -> str:
    return next((str(each["sha256"]) for each in report.manifest["files"] if each["name"] == name), "")
