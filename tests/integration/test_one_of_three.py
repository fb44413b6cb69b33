"""One of three things that a step works on fails, in whatever way: the two others are done, and the one is told of."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from types import SimpleNamespace
from typing import Any, ClassVar, cast

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from oci.exceptions import ServiceError

from service_reports import register
from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.contracts import Contract
from service_reports.register import IssueKey, Origin
from service_reports.sources import Answer
from service_reports.sources.oci_metrics import plan_requests
from service_reports.warehouse import read_batches, record_batch
from service_reports_airflow.steps import bounces, ingest, observe, outdated, review
from service_reports_airflow.steps.computing import present_figures
from service_reports_airflow.steps.ingest import Incomplete, Window
from service_reports_airflow.stores import Stores
from service_reports_airflow.telling import StepFailed
from tests.golden.sample_figures import sample_contract
from tests.integration.test_register import DOCUMENT
from tests.stand_ins import ArchiveInMemory, stores_of
from tests.unit.test_delivery_bounce import POSTFIX
from tests.unit.test_failures import OF_A_STORE, OF_AN_ITEM

pytestmark = pytest.mark.integration
NAMES = ("uno", "dos", "tres")
DAY = date(2026, 2, 18)
DAYS = Window(DAY, DAY)
AT = "2026-02-18T01:00:00+00:00"
LONG_AFTER = datetime(2026, 3, 20, tzinfo=UTC)


class SpoiltArchive(ArchiveInMemory):
    """An archive of which reading some objects raises something."""

    def __init__(self) -> None:
        super().__init__()
        self.spoilt: dict[str, Exception] = {}

    def read(self, key: str) -> bytes:
        if key in self.spoilt:
            raise self.spoilt[key]
        return super().read(key)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        yield from sorted(key for key in self.held if key.startswith(prefix) and key > after)

    def folder(self, prefix: str) -> tuple[list[str], list[str]]:
        below = [key.removeprefix(prefix) for key in self.keys(prefix)]
        folders = sorted({f"{prefix}{key.partition('/')[0]}/" for key in below if "/" in key})
        return [prefix + key for key in below if "/" not in key], folders


class SpoiltDatabase(psycopg.Cursor[Any]):
    """A database that refuses whatever is about one name."""

    refused: ClassVar[tuple[str, Exception] | None] = None
    asked: ClassVar[list[str]] = []

    def _refuse(self, params: Any) -> None:
        self.asked.append(str(params))
        if self.refused is not None and self.refused[0] in str(params):
            raise self.refused[1]

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        self._refuse(params)
        return super().execute(query, params, **options)

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        params = list(params_seq)
        self._refuse(params)
        super().executemany(query, params, **options)


def contract_of(name: str) -> Contract:
    """A contract of its own tenancy."""
    sample = sample_contract()
    oci = sample.oci.model_copy(update={"tenancy_ocid": f"ocid1.tenancy.{name}", "connection": f"oci_{name}"})
    return sample.model_copy(update={"id": name, "oci": oci})


CONTRACTS = {name: contract_of(name) for name in NAMES}


@pytest.fixture
def store(db: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> SpoiltArchive:
    """The archive of the steps."""
    held = SpoiltArchive()
    monkeypatch.setattr(SpoiltDatabase, "refused", None)
    db.cursor_factory = SpoiltDatabase
    return held


@pytest.fixture
def stores(db: psycopg.Connection, store: SpoiltArchive) -> Stores:
    """The stores of the steps, which work on three contracts in the test's own warehouse."""
    reached = stores_of(db, store, *CONTRACTS.values(), time_stamp=lambda: None, archive_retention_days=lambda: None)
    return replace(reached, contract=contract_of)


def batch(db: psycopg.Connection, store: SpoiltArchive, source: str, scope: str, content: bytes, run_id: str) -> int:
    answer = Answer("respuesta", content, f"etag-{scope}", DAY, DAY)
    key = store.create(f"{run_id}/{source}/{scope}", content)
    return record_batch(db, source=source, scope=scope, answer=answer, archive_key=key, run_id=run_id)


def state_of(db: psycopg.Connection, batch_id: int) -> str:
    [held] = read_batches(db, [batch_id])
    return held.state


TICKET = {
    "ticket_id": "1",
    "service": "support",
    "registered_on": str(DAY),
    "status": "Activo",
    "product": "AIREPLUS",
    "module": "PREDIAL",
    "process": "RECAUDO",
    "subprocess": "A",
    "summary": None,
}
HOURS = {"request": "Ajuste", "production_date": str(DAY), "estimated_hours": "8", "status": "Terminado"}
DUMP = {"file_name": f"SGI_{DAY}.DMP.gz", "dump_day": str(DAY), "size_bytes": 5, "modified_at": AT}
BACKUP = {
    "id": "ocid1.dbbackup.a",
    "databaseId": "ocid1.database.a",
    "displayName": "Automatic Backup",
    "lifecycleState": "ACTIVE",
    "type": "INCREMENTAL",
    "timeStarted": AT,
    "timeEnded": AT,
}
TOTAL = {
    "usage_date": str(DAY),
    "compartment_ocid": "c",
    "service": "COMPUTE",
    "product_description": "E5",
    "unit": "OCPU",
    "quantity": "1",
}
COMPARTMENT = {
    "compartment_ocid": "ocid1.compartment.oc1..c",
    "parent_ocid": "ocid1.tenancy.oc1..t",
    "name": "propio",
    "lifecycle_state": "ACTIVE",
}
METRIC = {
    "resource_name": "r",
    "namespace": "oci_computeagent",
    "metric_name": "CpuUtilization",
    "interval": "1h",
    "statistic": "mean",
    "points": [[AT, "1"]],
}
LINE = {
    "lineItem/referenceNo": "r",
    "lineItem/intervalUsageStart": f"{DAY}T01:00Z",
    "product/service": "COMPUTE",
    "product/compartmentId": "c",
    "product/Description": "E5",
    "usage/billedQuantity": "1",
    "cost/currencyCode": "USD",
    "cost/skuUnitDescription": "OCPU",
}


def content_of(source: str, row: Mapping[str, Any]) -> bytes:
    if source == "oci_cost_reports":
        return gzip.compress("\n".join((",".join(row), ",".join(map(str, row.values())), "")).encode())
    return json.dumps(row if source == "oci_metrics" else [row]).encode()


GOOD = {
    "tickets": TICKET,
    "hour_bank": HOURS,
    "database_dumps": DUMP,
    "oci_backups": BACKUP,
    "oci_usage": TOTAL,
    "oci_compartments": COMPARTMENT,
    "oci_metrics": METRIC,
    "oci_cost_reports": LINE,
}
HUGE, NUL, HALF = "1e300000", "a\0b", "a\ud800b"
BAD = [
    ("tickets", {"ticket_id": str(Random(0).getrandbits(12_000))}),
    ("tickets", {"registered_on": "99999-01-01"}),
    ("hour_bank", {"estimated_hours": HUGE}),
    ("hour_bank", {"estimated_hours": "NaN"}),
    ("database_dumps", {"size_bytes": 2**64}),
    ("database_dumps", {"dump_day": "2026-02-30"}),
    ("oci_backups", {"databaseId": NUL}),
    ("oci_backups", {"timeStarted": "9999-12-31T23:59:59-05:00"}),
    ("oci_usage", {"quantity": HUGE}),
    ("oci_usage", {"service": HALF}),
    ("oci_metrics", {"points": [[AT, HUGE]]}),
    ("oci_metrics", {"points": [["0001-01-01T00:00:00+14:00", "1"]]}),
    ("oci_metrics", {"points": 5}),
]
"""What an answer may hold that no table does."""
SET_ASIDE = [
    ("oci_cost_reports", {"usage/billedQuantity": HUGE}),
    ("oci_cost_reports", {"product/Description": NUL}),
    ("oci_cost_reports", {"lineItem/intervalUsageStart": "0001-01-01T00:00+14:00"}),
    ("oci_cost_reports", {"product/Description": Random(0).randbytes(5000).hex()}),
]
"""What costs a line of a cost report itself alone: here there is no other."""
MENDED = [
    ("tickets", {"product": NUL}),
    ("tickets", {"summary": HALF}),
    ("hour_bank", {"request": NUL}),
    ("database_dumps", {"file_name": HALF}),
    ("oci_backups", {"type": NUL}),
    ("oci_compartments", {"name": NUL}),
]
"""What the gate of texts mends."""


def test_a_value_that_no_table_holds_keeps_its_own_batch_out_and_no_other(
    db: psycopg.Connection, store: SpoiltArchive, stores: Stores
) -> None:
    """All in one run, so that the checks see the good and the bad of a source together."""
    good = [
        batch(db, store, source, name, content_of(source, row), "run-0")
        for source, row in GOOD.items()
        for name in ("uno", "tres")
    ]
    bad = [
        batch(db, store, source, f"dos-{number}", content_of(source, {**GOOD[source], **changes}), "run-0")
        for number, (source, changes) in enumerate(BAD)
    ]
    mended = [
        batch(db, store, source, f"mended-{number}", content_of(source, {**GOOD[source], **changes}), "run-0")
        for number, (source, changes) in enumerate(MENDED)
    ]
    aside = [
        batch(db, store, source, f"aside-{number}", content_of(source, {**GOOD[source], **changes}), "run-0")
        for number, (source, changes) in enumerate(SET_ASIDE)
    ]
    batch_ids = [*good, *mended, *aside, *bad]
    ingest.validate_and_load(batch_ids, "run-0", stores=stores)
    assert {state_of(db, each) for each in (*good, *mended, *aside)} == {"loaded"}
    assert db.execute("select count(*) from raw.oci_cost_line_aside").fetchone() == (len(SET_ASIDE),)
    assert [BAD[place] for place, each in enumerate(bad) if state_of(db, each) != "quarantined"] == []
    with pytest.raises(Incomplete) as told:
        ingest.confirm(batch_ids, "run-0", stores=stores)
    for number, (source, _) in enumerate(BAD):
        [line] = [each for each in str(told.value).splitlines() if f" {source}/dos-{number}/" in each]
        assert len(line) < 900
        assert "\0" not in line


@pytest.mark.parametrize(
    ("source", "changes", "reason"),
    [
        (
            "oci_backups",
            {"databaseId": 10**12},
            r"fila 2: database_ocid: no es un texto.*'1000000000000'",
        ),
        ("oci_backups", {"timeStarted": "ayer"}, "fila 2: time_started: no es un instante"),
        ("database_dumps", {"size_bytes": 2**64}, "fila 2: size_bytes: es mayor .*'18446744073709551616'"),
        ("database_dumps", {"dump_day": "2026-02-30"}, r"fila 2: dump_day: .*'2026-02-30'"),
    ],
)
def test_a_row_of_a_listing_is_set_aside_told_and_the_others_loaded(
    db: psycopg.Connection, store: SpoiltArchive, source: str, changes: dict[str, Any], reason: str, stores: Stores
) -> None:
    key = {"id": "b"} if source == "oci_backups" else {"file_name": "otro"}
    rows = [GOOD[source], {**GOOD[source], **key, **changes}, {**GOOD[source], **dict.fromkeys(key, "c")}]
    batch_id = batch(db, store, source, "uno", json.dumps(rows).encode(), "run-1")
    ingest.validate_and_load([batch_id], "run-1", stores=stores)
    assert db.execute("select row_count from raw.batch").fetchone() == (2,)
    verdict = f"select detail from core.quality_result where check_id = '{source}.every_row_read' and not passed"
    [(detail,)] = db.execute(verdict).fetchall()
    assert detail.startswith("Filas que quedaron aparte: 1: fila 2: ")
    with pytest.raises(Incomplete, match=rf"Filas que quedaron aparte en {source}/uno/respuesta: {reason}"):
        ingest.confirm([batch_id], "run-1", stores=stores)


def test_bytes_that_cannot_be_read_in_whatever_way_keep_their_own_batch_out_until_they_can(
    db: psycopg.Connection, store: SpoiltArchive, stores: Stores
) -> None:
    spoilt = {f"run/hour_bank/{kind}": error for kind, error in OF_AN_ITEM.items()}
    held = {
        scope: batch(db, store, "hour_bank", scope, content_of("hour_bank", HOURS), "run")
        for scope in ("uno", *OF_AN_ITEM, "tres")
    }
    good = [held["uno"], held["tres"]]
    store.spoilt = spoilt
    ingest.validate_and_load(held.values(), "run", stores=stores)
    assert {state_of(db, held[kind]) for kind in OF_AN_ITEM} == {"quarantined"}
    assert {state_of(db, each) for each in good} == {"loaded"}

    store.spoilt = {}
    ingest.validate_and_load(held.values(), "run", stores=stores)
    assert {state_of(db, each) for each in held.values()} == {"loaded"}


def test_a_machine_without_room_refuses_no_batch_and_the_next_try_loads_it(
    db: psycopg.Connection, store: SpoiltArchive, stores: Stores
) -> None:
    held = [batch(db, store, "hour_bank", scope, content_of("hour_bank", HOURS), "run") for scope in NAMES]
    store.spoilt = {"run/hour_bank/dos": OF_A_STORE["room"]}
    with pytest.raises(StepFailed, match="no queda espacio"):
        ingest.validate_and_load(held, "run", stores=stores)
    assert [state_of(db, each) for each in held] == ["fetched"] * len(NAMES)
    store.spoilt = {}
    ingest.validate_and_load(held, "run", stores=stores)
    assert [state_of(db, each) for each in held] == ["loaded"] * len(NAMES)


@pytest.mark.parametrize("look", observe.LOOKS)
def test_one_contract_that_cannot_be_looked_at_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, look: str, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    asked = {"desde": "2026-02-20", "hasta": "2026-02-22"}
    for kind, error in OF_AN_ITEM.items():
        monkeypatch.setattr(SpoiltDatabase, "asked", [])
        monkeypatch.setattr(SpoiltDatabase, "refused", ("'dos'", error))
        failed = observe.observe(look, asked, LONG_AFTER, f"run-{kind}", stores=stores)
        monkeypatch.setattr(SpoiltDatabase, "refused", None)
        assert [each.split(":")[0] for each in failed] == ["dos"], kind
        kept = " ".join(each for each in SpoiltDatabase.asked if "'kinds'" in each)
        assert {name for name in NAMES if f"'{name}'" in kept} == {"uno", "tres"}, kind
        with pytest.raises(Incomplete, match=r"No se pudo revisar dos: .*\n  → la próxima ejecución"):
            ingest.confirm([], "another run", failed=failed, stores=stores)


@pytest.mark.parametrize("refused", ["ocid1.tenancy.dos", "'dos'"])
def test_one_tenancy_or_contract_whose_costs_cannot_be_reviewed_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, refused: str, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    for kind, error in OF_AN_ITEM.items():
        db.execute("delete from core.quality_result")
        monkeypatch.setattr(SpoiltDatabase, "refused", (refused, error))
        failed = review.review_costs([], DAYS, f"run-{kind}", stores=stores)
        monkeypatch.setattr(SpoiltDatabase, "refused", None)
        assert {each.split(":")[0] for each in failed} <= {"ocid1.tenancy.dos", "dos"}, kind
        assert failed, kind
        reviewed = {row[0] for row in db.execute("select distinct contract_id from core.quality_result")}
        assert reviewed == {"uno", "tres"}, kind


def issued(db: psycopg.Connection, store: SpoiltArchive, name: str) -> IssueKey:
    held = CONTRACTS[name]
    report = held.reports[0]
    key = register.claim_version(db, name, report.number, "issuing", None)
    figures = present_figures(db, held, report, "issuing")(1, None)
    kept = store.create(f"figures/{name}", figures.model_dump_json().encode())
    register.set_figures(db, key, "issuing", kept, Origin(code_version=register.code_version()))
    register.register_issue(db, key, "issuing", [DOCUMENT], figures.figures)
    return key


def test_one_version_that_cannot_be_computed_again_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, stores: Stores
) -> None:
    versions = {name: issued(db, store, name) for name in NAMES}
    for kind, error in OF_AN_ITEM.items():
        db.execute("delete from core.report_review")
        store.spoilt = {"figures/dos": error}
        found = outdated.review_reports(everything=True, run_id=f"run-{kind}", stores=stores)
        assert [each.partition(": no se pudo revisar: ")[0] for each in found] == [str(versions["dos"])], kind
        reviewed = {row[0] for row in db.execute("select contract_id from core.report_review")}
        assert reviewed == {"uno", "tres"}, kind


def test_one_contract_whose_versions_cannot_be_listed_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    for name in NAMES:
        issued(db, store, name)
    monkeypatch.setattr(SpoiltDatabase, "refused", ("'dos'", psycopg.DataError("no")))
    [found] = outdated.review_reports(everything=True, run_id="run", stores=stores)
    assert found.startswith("dos: no se pudo revisar: la base de datos no acepta un valor")


def test_one_bounce_that_cannot_be_read_keeps_no_other_from_it_and_is_told_once(
    db: psycopg.Connection, store: SpoiltArchive, stores: Stores
) -> None:
    store.spoilt = {f"bounces/b-{kind}.eml": error for kind, error in OF_AN_ITEM.items()}
    good = ["bounces/a.eml", "bounces/c.eml"]
    for name in (*good, *store.spoilt):
        store.create(name, POSTFIX.encode())
    with pytest.raises(bounces.Bounced) as told:
        bounces.collect("run-1", stores=stores)
    kept = dict(db.execute("select object_key, action from register.bounce").fetchall())
    assert kept == dict.fromkeys(store.spoilt, "unreadable") | dict.fromkeys(good, "failed")
    assert all(name in str(told.value) for name in store.spoilt)
    bounces.collect("run-2", stores=stores)


def test_one_bounce_that_the_register_refuses_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    for number in (1, 2, 3):
        store.create(f"bounces/{number}.eml", POSTFIX.replace("User unknown", f"user {number}").encode())
    monkeypatch.setattr(SpoiltDatabase, "refused", ("user 2", psycopg.DataError("no")))
    with pytest.raises(bounces.Bounced, match=r"aparte.*la base de datos no acepta un valor"):
        bounces.collect("run", stores=stores)
    assert db.execute("select count(*) from register.bounce where action = 'failed'").fetchone() == (2,)


def test_one_version_that_cannot_be_compared_keeps_no_other_from_it(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    versions = {name: issued(db, store, name) for name in NAMES}
    for kind, error in OF_AN_ITEM.items():
        if isinstance(error, ArchiveMissing | ArchiveConflict):
            continue  # those are findings in their own words
        store.spoilt = {"figures/dos": error}
        monkeypatch.setattr(SpoiltDatabase, "refused", ("'uno'", error))
        lines = [str(each) for each in register.verify_all(db, cast("Archive", store))]
        assert any(each.startswith("contract uno: no se pudo comprobar: ") for each in lines), kind
        assert any(each.startswith(f"{versions['tres']} ") for each in lines), kind


def windows(db: psycopg.Connection, state: str) -> set[tuple[Any, ...]]:
    """The days of which batches in a state tell."""
    return set(db.execute("select window_from, window_to from raw.batch where state = %s", [state]).fetchall())


def test_of_a_help_desk_that_refuses_one_statement_the_other_is_read(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    class Cursor:
        description = tuple((name,) for name in HOURS)

        def execute(self, text: str, _: Any) -> None:
            if "registered_on" in text:
                raise psycopg.ProgrammingError('column "summary" does not exist')

        def fetchall(self) -> list[tuple[Any, ...]]:
            return [tuple(HOURS.values())]

        def close(self) -> None:
            pass

    desk: Any = nullcontext((SimpleNamespace(cursor=Cursor), "pyformat"))
    asked = replace(stores, sql=lambda _: desk)
    batch_ids = ingest.fetch("help_desk", DAYS, "run", contract_id="uno", by_hand=True, stores=asked)
    states = {each.source: (each.state, each.reason) for each in read_batches(db, batch_ids)}
    assert states["hour_bank"] == ("fetched", None)
    assert states["tickets"][0] == "unreadable"
    assert "la base de datos no acepta la operación" in str(states["tickets"][1])
    assert windows(db, "unreadable") == {tuple(DAYS)}, "the days that a report must tell as not readable"


def test_a_metric_that_the_provider_refuses_is_unread_and_the_others_are_read(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    held = CONTRACTS["uno"]
    refused = plan_requests([held], *DAYS)[0].metric_name

    def answer(_tenancy: str, details: Any, **_: Any) -> Any:
        if details.query.startswith(f"{refused}["):
            raise ServiceError(400, "InvalidParameter", {}, "unknown metric")
        return SimpleNamespace(data=[])

    monitoring = SimpleNamespace(summarize_metrics_data=answer)
    hook: Any = SimpleNamespace(oci_conn_id="oci_uno", endpoint="nowhere", monitoring=lambda: monitoring)
    asked = replace(stores, oci=lambda _: hook)
    tenancy = {"connection": "oci_uno", "tenancy_ocid": held.oci.tenancy_ocid}
    batches = read_batches(db, ingest.fetch("oci_metrics", DAYS, "run", tenancy=tenancy, by_hand=True, stores=asked))
    assert {each.state for each in batches if each.name.endswith(f"/{refused}")} == {"unreadable"}
    assert {each.state for each in batches if not each.name.endswith(f"/{refused}")} == {"fetched"}
    [reason] = {each.reason for each in batches if each.state == "unreadable"}
    assert "La conexión «oci_uno» (nowhere) no acepta lo que se le pide" in str(reason)
    assert windows(db, "unreadable") == {tuple(DAYS)}, "the days that a report must tell as not readable"


def test_an_object_that_cannot_be_named_or_read_is_unread_and_the_others_are_read(
    db: psycopg.Connection, store: SpoiltArchive, monkeypatch: pytest.MonkeyPatch, stores: Stores
) -> None:
    names = ["uno", "d\0s", "cuatro", "tres"]

    def get(_namespace: str, _bucket: str, name: str) -> Any:
        if name == "cuatro":
            raise OverflowError
        return SimpleNamespace(data=SimpleNamespace(iter_content=lambda _: [b"bytes"]), headers={})

    listed = [
        SimpleNamespace(name=name, etag=name, size=5, time_created=datetime(2026, 2, 18, 12, tzinfo=UTC), md5=None)
        for name in names
    ]
    page = SimpleNamespace(data=SimpleNamespace(objects=listed, next_start_with=None))
    client = SimpleNamespace(list_objects=lambda *_, **__: page, get_object=get)
    hook: Any = SimpleNamespace(oci_conn_id="oci_uno", endpoint="nowhere", object_storage=lambda: client)
    asked = replace(stores, oci=lambda _: hook)
    tenancy = {"connection": "oci_uno", "tenancy_ocid": CONTRACTS["uno"].oci.tenancy_ocid}
    batch_ids = ingest.fetch("oci_cost_reports", DAYS, "run", tenancy=tenancy, stores=asked)
    states = {each.name: each.state for each in read_batches(db, batch_ids)}
    assert states == {"uno": "fetched", "tres": "fetched", "d�s": "unreadable", "cuatro": "unreadable"}
