"""Listings that come in pages, read to their end and no further: one that does not end is an error, not a wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from service_reports.sources.answer import SourceError
from service_reports.sources.source import Window

if TYPE_CHECKING:
    from botocore.client import BaseClient

MOST_PAGES = 2_000
MOST_LISTED = 1_000_000
"""A page has a thousand entries or a hundred, as the service likes; what is listed here has some thousands a year."""

Entry = TypeVar("Entry")


def listed(ask: Callable[[str | None], tuple[Iterable[Entry], str | None]], place: str) -> Iterator[Entry]:
    """Every entry of a listing; ``ask`` gives one page and the mark of the next, the first for ``None``.

    Raises:
        SourceError: a mark comes again, or there are more pages or entries than any listing has.
    """
    mark: str | None = None
    marks: set[str] = set()
    entries = 0
    while True:
        page, mark = ask(mark)
        for entries, entry in enumerate(page, start=entries + 1):  # noqa: B020 (counts on from page to page)
            if entries > MOST_LISTED:
                raise _endless(place, f"ya tiene más de {MOST_LISTED // 1_000_000} millón de elementos")
            yield entry
        if not mark:
            return
        if mark in marks:
            raise _endless(place, "vuelve a dar una página que ya se leyó")
        marks.add(mark)
        if len(marks) >= MOST_PAGES:
            raise _endless(place, f"ya tiene {MOST_PAGES} páginas")


def listed_objects(client: BaseClient, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    """Every object under a prefix as S3 lists it; ``client`` is a boto3 S3 client.

    Raises:
        SourceError: the listing does not end.
    """
    pages = iter(client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
    numbers = iter(range(MOST_PAGES + 1))

    def ask(_: str | None) -> tuple[Iterable[Mapping[str, Any]], str | None]:
        page = next(pages, None)
        return ((), None) if page is None else (page.get("Contents", ()), str(next(numbers)))

    return listed(ask, f"s3://{bucket}/{prefix}")


def bounded(entries: Iterable[Entry], place: str) -> Iterator[Entry]:
    """The entries of a listing that comes without pages.

    Raises:
        SourceError: there are more than any listing has.
    """
    return listed(lambda _: (entries, None), place)


def told_from(days: Window, certain_from: date | None, oldest: date | None) -> date:
    """The first of some days that a listing tells of, whose older entries its keeper removes.

    From ``certain_from`` on (``None``: of all days) it tells what there was; of days before that only as far back as it
    has entries: ``oldest`` is the day of the oldest in the whole listing. What is not listed of older days may have
    been there.
    """
    if certain_from is None:
        return days.first
    return max(days.first, certain_from if oldest is None else min(oldest, certain_from))


def _endless(place: str, why: str) -> SourceError:
    return SourceError(
        f"{place}: la lista no termina: {why} — si es así de larga, indique en el contrato un lugar con menos; si no, "
        "revise el servicio que la da"
    )
