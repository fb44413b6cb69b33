"""Listings that come in pages: read to their end, and refused where they have none."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count, cycle
from types import SimpleNamespace
from typing import Any

import pytest
from oci.exceptions import ServiceError

from service_reports.contracts import ContractRecords, DatabaseDumps, SshDumps
from service_reports.sources import (
    SourceError,
    contract_records,
    database_dumps,
    oci_backups,
    oci_compartments,
    oci_usage,
)
from service_reports.sources.exports.grid import ExportError
from service_reports.sources.help_desk.export import ExportedFile, listed_files, read_file
from service_reports.sources.listing import listed
from service_reports.sources.oci_cost_reports.objects import CostReport, list_reports, read_report
from service_reports.sources.patience import Patience
from tests.golden.sample_figures import sample_contract

DAYS = date(2026, 2, 18), date(2026, 2, 19)
NOW = datetime(2026, 2, 20, tzinfo=UTC)
DUMPS = DatabaseDumps(
    connection="x", bucket="b", prefix="p/", file_pattern=r"(?P<day>\d{4}-\d\d-\d\d)", retention_days=30
)


def test_a_listing_is_read_page_by_page_in_order() -> None:
    pages = {None: ([1, 2], "a"), "a": ([], "b"), "b": ([3], None)}
    assert list(listed(lambda mark: pages[mark], "x")) == [1, 2, 3]


class Endless:
    """Clients of every service whose listings never end; ``marks`` are what it calls its next pages."""

    def __init__(self, marks: Iterator[str]) -> None:
        self.marks = marks
        self.base_client = self

    def get_paginator(self, _: str) -> Endless:
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        return ({"Contents": [{"Key": f"p/{mark}", "LastModified": NOW, "Size": 1}]} for mark in self.marks)

    def call_api(self, **_: Any) -> Any:
        return SimpleNamespace(data=b"[]", headers={"opc-next-page": next(self.marks)})

    def list_compartments(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(data=[], headers={"opc-next-page": next(self.marks)})

    def request_summarized_usages(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(data=SimpleNamespace(items=[]), headers={"opc-next-page": next(self.marks)})

    def list_objects(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(data=SimpleNamespace(objects=[], next_start_with=next(self.marks)))


@pytest.mark.parametrize(
    ("ask", "place"),
    [
        (lambda client: listed_files(client, "b", "p/"), "s3://b/p/"),
        (lambda client: database_dumps.fetch(client, DUMPS, *DAYS), "s3://b/p/"),
        (lambda client: oci_backups.fetch(client, sample_contract(), *DAYS), "`ListBackups`"),
        (lambda client: oci_compartments.fetch(client, "ocid1.tenancy"), "`ListCompartments`"),
        (lambda client: oci_usage.fetch(client, dict, "ocid1.tenancy", *DAYS), "`RequestSummarizedUsages`"),
        (lambda client: list(list_reports(client, "ocid1.tenancy", *DAYS)), "«reports/cost-csv/»"),
    ],
)
@pytest.mark.parametrize("marks", [lambda: map(str, count()), lambda: cycle(["a", "b"])])
def test_a_listing_without_end_is_refused_with_its_place_and_remedy(ask: Any, place: str, marks: Any) -> None:
    with pytest.raises(SourceError, match=f"^{place}.*: la lista no termina: .* — "):
        ask(Endless(marks()))


class BusyOnce:
    """Clients of every service that are too busy at every first call; then their listing is empty."""

    def __init__(self, status: int = 429) -> None:
        self.asked, self.status = 0, status
        self.base_client = self

    def __getattr__(self, name: str) -> Any:
        def call(*_: Any, **__: Any) -> Any:
            self.asked += 1
            if self.asked == 1:
                raise ServiceError(self.status, "TooManyRequests", {"Retry-After": "7"}, "slow down")
            data = {
                "call_api": b"[]",
                "list_compartments": [],
                "get_object": SimpleNamespace(iter_content=lambda _: [b""]),
            }
            return SimpleNamespace(data=data.get(name, {"items": [], "objects": []}), headers={})

        return call


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: oci_backups.fetch(client, sample_contract(), *DAYS),
        lambda client: oci_compartments.fetch(client, "ocid1.tenancy"),
        lambda client: oci_usage.fetch(client, SimpleNamespace, "ocid1.tenancy", *DAYS),
        lambda client: list(list_reports(client, "ocid1.tenancy", *DAYS)),
        lambda client: read_report(client, "ocid1.tenancy", CostReport("n", "e", 0, NOW)).close(),
    ],
)
def test_a_service_that_is_too_busy_is_asked_again_where_it_was_after_the_time_it_names(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def rest(_: Patience, seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 1

    monkeypatch.setattr(Patience, "rest", rest)
    ask(BusyOnce())
    assert waited == [7]
    with pytest.raises(ServiceError):
        ask(BusyOnce(503))
    with pytest.raises(ServiceError):
        ask(BusyOnce())
    assert waited == [7, 7]


class Answering:
    """Clients of every service of which each listing has these items; ``unread``: the client cannot read the answer."""

    def __init__(self, *told: Any, unread: bool = False) -> None:
        self.told, self.unread, self.base_client = list(told), unread, self

    def call_api(self, **_: Any) -> Any:
        content = b"[" * 100_000 if self.unread else json.dumps(self.told).encode()
        return SimpleNamespace(data=content, headers={})

    def __getattr__(self, name: str) -> Any:
        def call(*_: Any, **__: Any) -> Any:
            if self.unread:
                json.loads("[" * 100_000)
            lists = {"list_compartments": self.told, "summarize_metrics_data": self.told}
            return SimpleNamespace(data=lists.get(name, {"items": self.told, "objects": self.told}), headers={})

        return call


def nested(depth: int) -> Any:
    told: Any = "end"
    for _ in range(depth):
        told = {"freeformTags": told}
    return told


GOOD_ONES: Any = {
    "backup": {"id": "b", "databaseId": "d", "lifecycleState": "ACTIVE", "timeStarted": "2026-02-18T03:00:00Z"},
    "compartment": {"id": "c", "compartmentId": "t", "name": "n", "lifecycleState": "ACTIVE"},
    "total": {"timeUsageStarted": "2026-02-18T00:00:00Z", "compartmentId": "c", "computedQuantity": 1},
}
READ: Any = [
    (lambda client: oci_backups.parse(oci_backups.fetch(client, sample_contract(), *DAYS).content), "backup"),
    (lambda client: oci_compartments.parse(oci_compartments.fetch(client, "t").content), "compartment"),
    (lambda client: oci_usage.parse(oci_usage.fetch(client, SimpleNamespace, "t", *DAYS).content), "total"),
]


@pytest.mark.parametrize(("read", "kind"), READ)
@pytest.mark.parametrize("depth", [50, 400, 900])
def test_an_element_with_data_within_data_is_set_aside_and_harms_no_other(read: Any, kind: str, depth: int) -> None:
    good = GOOD_ONES[kind]
    found = read(Answering(good, {**good, "id": "x", "tags": nested(depth)}, {**good, "id": "y", "tags": nested(5)}))
    assert len(found) == 2
    assert ["no es una fila ('(datos dentro de datos sin fin)')" in str(each) for each in found.aside] == [True]


@pytest.mark.parametrize("read", [read for read, _ in READ])
def test_an_answer_with_data_within_data_is_refused_in_words(read: Any) -> None:
    with pytest.raises(SourceError, match=r"datos dentro de datos sin fin|la respuesta no es JSON"):
        read(Answering(unread=True))
    with pytest.raises(SourceError, match="datos dentro de datos sin fin"):
        list(list_reports(Answering(unread=True), "t", *DAYS))


def test_a_folder_without_end_is_refused() -> None:
    entry = SimpleNamespace(filename="2026-02-18", st_mode=0o100644, st_size=1, st_mtime=1)
    folder = SshDumps(kind="ssh", connection="x", folder="/d", file_pattern=DUMPS.file_pattern, retention_days=30)
    client = SimpleNamespace(listdir_iter=lambda *_, **__: (entry for _ in count()))
    with pytest.raises(SourceError, match=r"^carpeta «/d»: la lista no termina: ya tiene más de 1 millón"):
        database_dumps.fetch_by_sftp(client, folder, *DAYS)


def file(name: str, size_bytes: int | None = 1, modified: Any = 1) -> Any:
    return SimpleNamespace(filename=name, st_mode=0o100644, st_size=size_bytes, st_mtime=modified)


def dumps_of(*entries: Any, certain_from: date | None = None, pattern: str = DUMPS.file_pattern) -> tuple[Any, Any]:
    """The answer of a folder with some files, and the dumps that are read from it."""
    folder = SshDumps(kind="ssh", connection="x", folder="/d", file_pattern=pattern, retention_days=30)
    client: Any = SimpleNamespace(listdir_iter=lambda *_, **__: entries)
    answer = database_dumps.fetch_by_sftp(client, folder, *DAYS, certain_from=certain_from)
    return answer, database_dumps.parse(answer.content)


@pytest.mark.parametrize(
    ("untold", "what"),
    [
        (file("x\u202e2026-02-18", modified=None), "la fecha"),
        (file("x\u202e2026-02-18", modified=2**63), "la fecha"),
        (file("x\u202e2026-02-18", modified=-(2**63)), "la fecha"),
        (file("x\u202e2026-02-18", size_bytes=None), "el tamaño"),
    ],
)
def test_a_dump_without_a_size_or_a_date_that_exists_is_set_aside_by_its_name(untold: Any, what: str) -> None:
    _, found = dumps_of(untold, file("2026-02-19"), file("no es un volcado", size_bytes=None, modified=None))
    assert [dump.file_name for dump in found] == ["2026-02-19"]
    [told] = found.aside
    assert f"el servidor no da {what} de «x2026-02-18» — revise ese archivo" in str(told)


@pytest.mark.parametrize("lacking", ["Key", "Size", "LastModified"])
def test_an_entry_without_a_field_is_set_aside_and_harms_no_other_dump(lacking: str) -> None:
    good = {"Key": "p/2026-02-18", "Size": 1, "LastModified": NOW}
    odd = {name: told for name, told in {**good, "Key": "p/2026-02-18.b"}.items() if name != lacking}
    client = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Contents": [odd, good]}]))
    found = database_dumps.parse(database_dumps.fetch(client, DUMPS, *DAYS).content)
    assert ([dump.file_name for dump in found], len(found.aside)) == (["2026-02-18"], 1)
    assert [file.key for file in listed_files(client, "b", "p/")][-1] == "p/2026-02-18" if lacking == "Key" else True


@pytest.mark.parametrize("name", ["EXPDP_20260218_01.dmp", "bd_2026_02_18.sql.gz", "bd-2026.02.18.backup"])
def test_a_day_is_read_as_programs_write_it_into_names(name: str) -> None:
    _, found = dumps_of(file(name), file("bd_20260210"), pattern=r"(?P<day>\d{4}[-_.]?\d\d[-_.]?\d\d)")
    assert [(dump.file_name, dump.dump_day) for dump in found] == [(name, date(2026, 2, 18))]


@pytest.mark.parametrize("name", ["bd_18-02-2026.sql", "bd_2026-W08-3.sql", "bd_.sql", "bd_2026-0218.sql"])
def test_a_name_that_says_its_day_in_another_way_is_told_and_is_not_taken_for_one_of_other_days(name: str) -> None:
    _, found = dumps_of(file(name), file("bd_2026-02-18.sql"), pattern=r"bd_(?P<day>[\dW-]*)?")
    assert [dump.file_name for dump in found] == ["bd_2026-02-18.sql"]
    [told] = found.aside
    assert name in str(told)
    assert "`dumps.file_pattern`" in str(told)


def test_a_file_of_which_the_server_does_not_say_what_it_is_may_be_a_dump() -> None:
    untold = file("2026-02-18")
    untold.st_mode = None
    folder = file("2026-02-19")
    folder.st_mode = 0o040755
    assert [dump.file_name for dump in dumps_of(untold, folder)[1]] == ["2026-02-18"]


def test_a_dump_that_is_listed_twice_is_one_as_it_was_stored_last() -> None:
    told = [("p/2026-02-18", 5, NOW), ("p/old/2026-02-18", 4, NOW.replace(day=19)), ("p/2026-02-18", 6, NOW)]
    pages = [{"Contents": [{"Key": key, "Size": size, "LastModified": at}]} for key, size, at in told]
    client = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))
    found = database_dumps.parse(database_dumps.fetch(client, DUMPS, *DAYS).content)
    assert [(dump.file_name, dump.size_bytes) for dump in found] == [("2026-02-18", 6)]


@pytest.mark.parametrize("named", ["2026-02-00", "0000-00-00", "2025-02-30"])
def test_a_listing_whose_oldest_name_carries_no_day_of_the_calendar_tells_of_what_it_has(named: str) -> None:
    answer, found = dumps_of(file(named), file("2026-02-18"), certain_from=DAYS[1])
    assert ([dump.file_name for dump in found], answer.window_from) == (["2026-02-18"], DAYS[0])


def test_a_dump_whose_name_is_not_utf_8_is_set_aside_and_told_whether_its_letters_would_match_or_not() -> None:
    names = ("Año 2026-02-18", "A\udcf1o 2026-02-18", "Año 2026-02-19\udcff", "nota vieja \udcf1")
    entries = [SimpleNamespace(filename=name, st_mode=0o100644, st_size=1, st_mtime=1) for name in names]
    pattern = r"^Año (?P<day>\d{4}-\d\d-\d\d)"
    folder = SshDumps(kind="ssh", connection="x", folder="/d", file_pattern=pattern, retention_days=30)
    client = SimpleNamespace(listdir_iter=lambda *_, **__: entries)
    found = database_dumps.parse(database_dumps.fetch_by_sftp(client, folder, *DAYS).content)
    assert [dump.file_name for dump in found] == ["Año 2026-02-18"]
    told = [str(each) for each in found.aside]
    assert len(told) == 2
    assert all("no está en UTF-8" in each and "cámbiele el nombre" in each for each in told), told
    assert r"A\xf1o 2026-02-18" in told[0] + told[1]


def test_a_dumps_name_is_matched_and_kept_as_the_gate_lets_it_in() -> None:
    pattern = DUMPS.model_copy(update={"file_pattern": r"^[\wó]+ (?P<day>\d{4}-\d\d-\d\d)$"})
    entry = {
        "Key": "p/Producció\u0301n\u00a02026-02-18\u200b".replace("ó\u0301", "o\u0301"),
        "LastModified": NOW,
        "Size": 1,
    }
    client = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Contents": [entry]}]))
    [dump] = database_dumps.parse(database_dumps.fetch(client, pattern, *DAYS).content)
    assert dump.file_name == "Producción 2026-02-18"


class Pouring(io.RawIOBase):
    """A body that never ends, and counts what was taken from it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "asked for everything"
        self.taken += size
        return b"x" * size


def test_no_more_of_a_file_is_read_than_any_file_may_have() -> None:
    body = Pouring()
    client = SimpleNamespace(
        get_object=lambda **_: {"Body": body}, get_paginator=Endless(iter(["r.xlsx"])).get_paginator
    )
    with pytest.raises(ExportError, match=r"«m\.xlsx»: ocupa más de 20 MB — "):
        read_file(client, "b", ExportedFile("p/m.xlsx", NOW))
    with pytest.raises(ExportError, match=r"«r\.xlsx»: ocupa más de 20 MB — "):
        contract_records.fetch(client, ContractRecords(connection="x", bucket="b", prefix="p/", roles=("Líder",)))
    assert body.taken == 2 * 20_000_001
