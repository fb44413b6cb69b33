"""Cost reports through the steps of their DAG: each line once, late and changed objects find their way."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import Contract, load_contract
from service_reports.contracts.model import ResourceTag
from service_reports.sources import Answer, oci_cost_reports
from service_reports.sources.oci_compartments.tree import parse as parse_compartments
from service_reports.sources.oci_cost_reports.objects import CostReport
from service_reports.warehouse import load_batch, read_batches, record_batch, set_state
from service_reports.warehouse.review import read_usage_days
from service_reports_airflow.steps import ingest, review
from service_reports_airflow.steps.ingest import Incomplete, Window
from service_reports_airflow.stores import SourceUnreachable
from tests.stand_ins import ArchiveInMemory, stores_of

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 25)
DAYS = Window(DAY, DAY)
OWN, OTHER = "ocid1.compartment.oc1..alcjam", "ocid1.compartment.oc1..other"
LABEL = "Compute / Standard - E4 (OCPU Hours)"
HEADER = (
    "lineItem/referenceNo",
    "lineItem/intervalUsageStart",
    "product/service",
    "product/compartmentId",
    "product/Description",
    "cost/productSku",
    "usage/billedQuantity",
    "cost/currencyCode",
    "cost/skuUnitDescription",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    "tags/customer",
)


def line(quantity: str, hour: int = 0, compartment: str = OWN, corrects: str = "", **changes: str) -> dict[str, str]:
    fields = (
        f"r{quantity}",
        f"{DAY}T{hour:02d}:00Z",
        "COMPUTE",
        compartment,
        "Standard - E4",
        "",
        quantity,
        "USD",
        "OCPU Hours",
        "true" if corrects else "false",
        corrects,
        "",
    )
    return {**dict(zip(HEADER, fields, strict=True)), **changes}


def packed(*lines: dict[str, str], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(lines)
    return gzip.compress(text.getvalue().encode(), mtime=0)


class Bucket:
    """The provider's bucket: what it holds by name, and which objects fail; ``stores`` are those of its collection."""

    def __init__(self, db: psycopg.Connection, *contracts: Contract, blobs: ArchiveInMemory | None = None) -> None:
        self.blobs = blobs or ArchiveInMemory()
        hook = SimpleNamespace(oci_conn_id="oci", endpoint="nowhere", object_storage=lambda: self)
        self.stores = stores_of(db, self.blobs, *contracts, oci=lambda _: hook)
        self.objects: dict[str, bytes] = {}
        self.among_others: list[Any] = []
        self.unreachable: set[str] = set()
        self.damaged: set[str] = set()
        self.read: list[str] = []

    def put(self, number: int, *lines: dict[str, str]) -> str:
        name = f"reports/cost-csv/{number:016d}.csv.gz"
        self.objects[name] = packed(*lines)
        return name

    def list_objects(self, *_: str, prefix: str = "", **__: str) -> Any:
        created = datetime(2026, 1, 25, 12, tzinfo=UTC)
        objects = [
            SimpleNamespace(
                name=name,
                etag=hashlib.sha1(content).hexdigest(),
                size=len(content),
                time_created=created,
                md5=base64.b64encode(hashlib.md5(content).digest()).decode(),
            )
            for name, content in sorted(self.objects.items())
            if name.startswith("FOCUS") == prefix.startswith("FOCUS")
        ]
        return SimpleNamespace(data=SimpleNamespace(objects=[*self.among_others, *objects], next_start_with=None))

    def get_object(self, _namespace: str, _bucket: str, name: str) -> Any:
        self.read.append(name)
        if name in self.unreachable:
            raise TimeoutError("no answer")
        content = self.objects[name]
        md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
        sent = content[:-1] if name in self.damaged else content
        return SimpleNamespace(data=SimpleNamespace(iter_content=lambda _: [sent]), headers={"content-md5": md5})


@pytest.fixture
def contract() -> Contract:
    return load_contract(DEFAULT_SCENARIO / "contract.yaml")


@pytest.fixture
def bucket(db: psycopg.Connection, contract: Contract) -> Bucket:
    return Bucket(db, contract)


def fetch(bucket: Bucket, run_id: str, *, tries_left: bool = False, days: Window = DAYS) -> list[int]:
    """The batches of what the bucket has; all contracts are of one tenancy."""
    tenancy = {"connection": "oci", "tenancy_ocid": bucket.stores.contracts()[0].oci.tenancy_ocid}
    return ingest.fetch("oci_cost_reports", days, run_id, tenancy=tenancy, tries_left=tries_left, stores=bucket.stores)


def load(bucket: Bucket, batch_ids: Sequence[int]) -> None:
    """Load what was read, unchecked: the checks have tests of their own, and cost more than all else here."""
    with bucket.stores.warehouse() as db, bucket.stores.archive() as store:
        for batch in read_batches(db, batch_ids):
            if batch.state != "unreadable":
                rows = ingest.rows_of(db, store, batch, bucket.stores)
                load_batch(db, batch, rows, bucket.stores.contracts())


def collect(bucket: Bucket, run_id: str, *, tries_left: bool = False) -> list[int]:
    batch_ids = fetch(bucket, run_id, tries_left=tries_left)
    load(bucket, batch_ids)
    review.review_costs(batch_ids, DAYS, run_id, stores=bucket.stores)
    return batch_ids


def used(db: psycopg.Connection, contract: Contract) -> Decimal:
    return sum((day.quantity for day in read_usage_days(db, contract, DAY, DAY)), Decimal(0))


def observed(db: psycopg.Connection, kind: str) -> list[tuple[Any, ...]]:
    statement = (
        "select subject, day, value_before, value_now from core.observation where kind = %s and resolved_at is null"
    )
    return db.execute(statement, (kind,)).fetchall()


def test_a_lower_named_object_that_arrives_late_is_loaded(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    collect(bucket, "run-1")
    bucket.put(600, line("2", hour=1))
    collect(bucket, "run-2")
    assert used(db, contract) == 3
    assert len(bucket.read) == 2


def test_what_is_loaded_is_not_read_again(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    collect(bucket, "run-1")
    assert collect(bucket, "run-2") == []
    assert len(bucket.read) == 1


def test_a_first_run_reads_a_share_of_what_is_long_past_and_the_next_ones_go_on(
    bucket, contract, db, monkeypatch
) -> None:
    monkeypatch.setattr(oci_cost_reports, "MOST_OBJECTS", 3)
    in_june = Window(date(2026, 6, 20), date(2026, 6, 22))
    for number in range(7):
        bucket.put(700 + number, line("1", hour=number))
    for run, (read, first_day) in enumerate([(3, 26), (6, 26), (7, 20)]):
        batch_ids = fetch(bucket, f"run-{run}", days=in_june)
        load(bucket, batch_ids)
        ingest.confirm(batch_ids, f"run-{run}", stores=bucket.stores)  # green
        assert (len(bucket.read), used(db, contract)) == (read, read)
        listed = db.execute("select window_from from raw.listing order by window_from limit 1").fetchone()
        assert listed == (date(2026, 1, first_day),)
    assert fetch(bucket, "run-4", days=in_june) == []


def test_what_a_report_to_be_made_needs_is_read_whole(bucket, contract, db, monkeypatch) -> None:
    monkeypatch.setattr(oci_cost_reports, "MOST_OBJECTS", 3)
    for number in range(7):
        bucket.put(700 + number, line("1", hour=number))
    collect(bucket, "run-1")
    assert used(db, contract) == 7


def test_objects_that_reports_to_be_made_need_are_read_first() -> None:
    def created(day: int) -> CostReport:
        return CostReport(str(day), "e", 1, datetime(2026, 1, day, tzinfo=UTC))

    missing = [created(day) for day in (2, 9, 3, 21, 20, 30)]
    turns = oci_cost_reports._in_turn(missing, {"9"}, date(2026, 1, 20))
    assert [report.name for report in turns] == ["9", "20", "21", "30", "3", "2"]


def test_a_changed_object_replaces_its_lines_and_says_so(bucket, contract, db) -> None:
    name = bucket.put(700, line("1"), line("5", hour=1, corrects="x"))
    collect(bucket, "run-1")
    bucket.put(700, line("4"))
    collect(bucket, "run-2")
    assert used(db, contract) == 4
    assert db.execute("select count(*) from raw.oci_cost_correction").fetchone() == (0,)
    [(subject, *_)] = observed(db, "cost.object_replaced")
    assert subject.startswith(name)


def test_the_same_bytes_under_a_further_name_count_once_and_say_so(bucket, contract, db) -> None:
    bucket.put(700, line("3"))
    copy = bucket.put(701, line("3"))
    collect(bucket, "run-1")
    assert used(db, contract) == 3
    assert [subject for subject, *_ in observed(db, "cost.object_duplicated")] == [copy]
    assert collect(bucket, "run-2") == []


def test_elements_without_a_name_are_told_and_the_others_are_read_once(bucket, contract, db) -> None:
    bucket.put(700, line("3"))
    bucket.among_others = [None, SimpleNamespace(name=None), *bucket.list_objects().data.objects]
    batch_ids = fetch(bucket, "run-1")
    ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    assert (used(db, contract), len(bucket.read)) == (3, 1)
    with pytest.raises(Incomplete, match=r"reports/cost-csv/: 2 objetos de la lista no dicen su nombre") as told:
        ingest.confirm(batch_ids, "run-1", stores=bucket.stores)
    [entries] = bucket.blobs.received(str(told.value))
    assert [each["name"] for each in entries] == ["", ""]


def test_a_copy_that_changes_becomes_an_object_of_its_own(bucket, contract, db) -> None:
    bucket.put(700, line("3"))
    bucket.put(701, line("3"))
    collect(bucket, "run-1")
    bucket.put(701, line("4", hour=1))
    collect(bucket, "run-2")
    assert used(db, contract) == 7


def test_a_copy_keeps_its_lines_when_the_object_that_held_them_for_both_changes(bucket, contract, db) -> None:
    """What was a copy by mistake is mended at the source: the other object's lines are still its own."""
    bucket.put(700, line("3"), line("5", hour=2, corrects="x"))
    bucket.put(701, line("3"), line("5", hour=2, corrects="x"))
    collect(bucket, "run-1")
    assert used(db, contract) == 8
    bucket.put(700, line("4", hour=1))
    collect(bucket, "run-2")
    assert used(db, contract) == 12
    assert db.execute("select count(*) from raw.oci_cost_correction").fetchone() == (1,)


def test_an_object_read_before_its_newer_version_does_not_replace_it(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    older = fetch(bucket, "died-before-it-loaded")
    bucket.put(700, line("4"))
    collect(bucket, "run-2")
    load(bucket, older)
    assert used(db, contract) == 4
    assert collect(bucket, "run-3") == []


def test_lines_of_a_load_that_was_not_finished_again_do_not_stay_beside_those_of_the_next(bucket, contract, db) -> None:
    bucket.put(700, line("1"), line("2", hour=2, corrects="x"))
    collect(bucket, "run-1")
    bucket.put(700, line("4"))
    fetch(bucket, "run-1")  # cleared, and died before it loaded
    assert used(db, contract) == 3
    collect(bucket, "run-2")
    assert used(db, contract) == 4
    assert db.execute("select count(*) from raw.oci_cost_correction").fetchone() == (0,)


def test_a_loaded_object_that_a_later_look_refuses_is_counted_once_when_it_holds_again(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    batch_ids = collect(bucket, "run-1")
    [key] = bucket.blobs.held
    bucket.blobs.held[key] = b"no line of it holds"
    ingest.validate_and_load(batch_ids, "run-1", stores=bucket.stores)
    assert db.execute("select state from raw.batch").fetchall() == [("quarantined",)]
    assert used(db, contract) == 1
    bucket.put(701, line("1"))  # meanwhile a copy of it comes
    ingest.validate_and_load(fetch(bucket, "run-2"), "run-2", stores=bucket.stores)
    assert used(db, contract) == 1


def test_a_copy_of_what_is_in_quarantine_with_its_lines_in_force_counts_no_second_time(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    [batch_id] = collect(bucket, "run-1")
    set_state(db, batch_id, "quarantined", reason="una comprobación nueva")
    bucket.put(701, line("1"))
    read = fetch(bucket, "run-2")
    load(bucket, read[1:])
    assert used(db, contract) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 2), st.sampled_from(["collected", "dies", "cleared", "refused", "late"])
        ),
        max_size=6,
    )
)
def test_whatever_becomes_of_runs_each_objects_newest_lines_count_once(bucket, contract, db, steps) -> None:
    """Objects take each other's bytes and change them; runs die, are started again, refuse and load late."""
    db.execute("truncate raw.batch, raw.oci_cost_use cascade")
    bucket.objects.clear()
    late: list[int] = []
    run = 0
    for name, content, fate in steps:
        if fate == "cleared":
            load(bucket, fetch(bucket, f"run-{run}"))
            continue
        bucket.put(700 + name, line(str(10**content), hour=content))
        run += 1
        batch_ids = fetch(bucket, f"run-{run}")
        if fate == "late":
            late += batch_ids
        elif fate != "dies":
            load(bucket, batch_ids)
        if fate == "refused":
            for batch_id in batch_ids:
                set_state(db, batch_id, "quarantined", reason="una comprobación nueva")
    collect(bucket, "before the late ones")
    load(bucket, late)
    collect(bucket, "last")
    expected = set(bucket.objects.values())
    held = sum(int(gzip.decompress(each).decode().splitlines()[1].split(",")[6]) for each in expected)
    assert used(db, contract) == held


def numbered(*numbers: int, of: str = "2", **changes: str) -> list[dict[str, str]]:
    """Lines of one hour, product and compartment, each with a number of its own."""
    return [line(of, **{"lineItem/referenceNo": f"V2.{number}", **changes}) for number in numbers]


def test_lines_that_come_again_in_an_object_with_other_lines_count_once_and_are_told(bucket, contract, db) -> None:
    """The provider cut an object anew and left the old one where it was."""
    bucket.put(700, *numbered(1, 2, 3, 4))
    collect(bucket, "run-1")
    first, second = bucket.put(701, *numbered(1, 2, 5)), bucket.put(702, *numbered(3, 4, 6))
    collect(bucket, "run-2")
    assert used(db, contract) == 6 * 2
    assert sorted(subject for subject, *_ in observed(db, "cost.lines_repeated")) == [first, second]
    assert collect(bucket, "run-3") == []


def test_a_number_that_comes_again_with_another_content_is_a_line_of_its_own(bucket, contract, db) -> None:
    bucket.put(700, *numbered(1), *numbered(1, of="3"))
    bucket.put(701, *numbered(1, of="5"), *numbered(1, **{"lineItem/isCorrection": "true"}))
    collect(bucket, "run-1")
    assert used(db, contract) == 2 + 3 + 5 + 2


def test_a_line_that_one_object_tells_twice_counts_twice_and_no_more_in_a_copy(bucket, contract, db) -> None:
    """Whether a number is told once an object is the provider's to say; what another object repeats is a copy."""
    bucket.put(700, *numbered(1, 1))
    bucket.put(701, *numbered(1, 1, 2))
    collect(bucket, "run-1")
    assert used(db, contract) == 3 * 2


def test_lines_without_a_number_are_never_the_same(bucket, contract, db) -> None:
    bucket.put(700, *numbered(1, **{"lineItem/referenceNo": ""}))
    bucket.put(701, *numbered(1, **{"lineItem/referenceNo": ""}), *numbered(2))
    collect(bucket, "run-1")
    assert used(db, contract) == 3 * 2


def test_lines_of_a_piece_that_is_not_regular_are_the_same_ones(bucket, contract, db) -> None:
    bucket.put(700, *numbered(1, 2))
    bucket.put(701, *numbered(1, 3), *numbered(4, **{"lineItem/backreferenceNo": 'a "quote" within'}))
    bucket.objects[f"reports/cost-csv/{701:016d}.csv.gz"] = gzip.compress(
        gzip.decompress(bucket.objects[f"reports/cost-csv/{701:016d}.csv.gz"]).replace(
            b'"a ""quote"" within"', b'a "q"'
        ),
        mtime=0,
    )
    collect(bucket, "run-1")
    assert used(db, contract) == 4 * 2


def test_a_line_that_the_object_it_was_counted_from_loses_counts_from_the_other_again(bucket, contract, db) -> None:
    bucket.put(700, *numbered(1, 2))
    bucket.put(701, *numbered(1, 3))
    collect(bucket, "run-1")
    bucket.put(700, *numbered(2))
    collect(bucket, "run-2")
    collect(bucket, "run-3")
    assert used(db, contract) == 3 * 2
    assert collect(bucket, "run-4") == []


FOCUS = (
    *("ChargePeriodStart", "ServiceName", "oci_CompartmentId", "ChargeDescription", "UsageQuantity", "UsageUnit"),
    *("BillingCurrency", "ChargeCategory", "ChargeSubcategory", "oci_ReferenceNumber", "oci_BackReferenceNumber"),
)


def in_focus(quantity: str, hour: int, corrects: str = "") -> dict[str, str]:
    start = f"{DAY}T{hour:02d}:00:00.000Z"
    what = ("Adjustment", "Refund") if corrects else ("Usage", "")
    told = (start, "COMPUTE", OWN, "Standard - E4", quantity, "OCPU Hours", "USD", *what, f"r{quantity}", corrects)
    return dict(zip(FOCUS, told, strict=True))


def test_hours_that_were_counted_from_one_form_of_reports_are_not_counted_from_the_other_too(
    bucket, contract, db
) -> None:
    """A contract asks for FOCUS from some day on: the provider keeps both forms of all days for a year."""
    name = bucket.put(700, line("1"), line("2", hour=1))
    collect(bucket, "run-1")
    bucket.objects["FOCUS Reports/2026/01/25/1-00001.csv.gz"] = packed(
        in_focus("1", 0), in_focus("2", 1), in_focus("4", 2), header=FOCUS
    )
    focused = contract.model_copy(update={"oci": contract.oci.model_copy(update={"cost_report_form": "focus"})})
    bucket.stores = replace(bucket.stores, contracts=lambda: (focused,), contract=lambda _: focused)
    for run in range(2):
        collect(bucket, f"run-2-{run}")
        assert used(db, contract) == 1 + 2 + 4
    bucket.objects["FOCUS Reports/2026/01/25/1-00002.csv.gz"] = packed(in_focus("-1", 0, "r1"), header=FOCUS)
    collect(bucket, "run-3")
    told = dict(
        db.execute("select subject, severity from core.observation where kind = 'cost.lines_repeated'").fetchall()
    )
    assert [told[each] for each in sorted(told)] == ["notice", "alert"], "a correction that nobody counts is told"
    bucket.stores = replace(bucket.stores, contracts=lambda: (contract,), contract=lambda _: contract)
    bucket.put(700, line("1"), line("3", hour=1), line("4", hour=2))
    collect(bucket, "run-4")
    assert used(db, contract) == 1 + 3 + 4, f"{name} has its own hours, and not those of the other form"


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(1, 5), min_size=1)), max_size=5))
def test_however_lines_are_cut_into_objects_each_counts_once(bucket, contract, db, written) -> None:
    """Objects come and change, one a run; two runs later each line that some object has is counted, and once."""
    db.execute("truncate raw.batch, raw.oci_cost_use cascade")
    bucket.objects.clear()
    for run, (name, numbers) in enumerate(written):
        bucket.put(700 + name, *(each for number in sorted(numbers) for each in numbered(number, of=str(10**number))))
        collect(bucket, f"run-{run}")
    for run in range(4):
        collect(bucket, f"last-{run}")
    held = dict(written)
    assert used(db, contract) == sum(10**number for number in set().union(*held.values()))
    assert fetch(bucket, "nothing more") == []


def test_the_ledger_knows_hash_size_rows_and_intervals(bucket, contract, db) -> None:
    name = bucket.put(700, line("1", hour=3), line("1", hour=21))
    collect(bucket, "run-1")
    content = bucket.objects[name]
    assert db.execute(
        "select md5, size_bytes, row_count, first_interval, last_interval, run_id from raw.batch"
    ).fetchone() == (
        hashlib.md5(content).hexdigest(),
        len(content),
        2,
        datetime(2026, 1, 25, 3, tzinfo=UTC),
        datetime(2026, 1, 25, 21, tzinfo=UTC),
        "run-1",
    )


@pytest.mark.parametrize("fault", ["unreachable", "damaged"])
def test_one_object_that_cannot_be_read_stops_no_other_and_the_next_run_heals(bucket, contract, db, fault) -> None:
    first, second = bucket.put(700, line("1")), bucket.put(701, line("2"))
    getattr(bucket, fault).add(first)
    batch_ids = collect(bucket, "run-1")
    assert used(db, contract) == 2
    with pytest.raises(Incomplete, match=rf"Objeto que no se pudo leer .*{first}"):
        ingest.confirm(batch_ids, "run-1", stores=bucket.stores)
    getattr(bucket, fault).clear()
    batch_ids = collect(bucket, "run-2")
    assert used(db, contract) == 3
    ingest.confirm(batch_ids, "run-2", stores=bucket.stores)
    assert bucket.read.count(second) == 1


def test_while_tries_are_left_the_task_fails_and_goes_on_with_what_is_missing(bucket, contract, db) -> None:
    first, second = bucket.put(700, line("1")), bucket.put(701, line("2"))
    bucket.unreachable.add(first)
    with pytest.raises(SourceUnreachable, match="1 de 2 objetos no se pudieron leer"):
        collect(bucket, "run-1", tries_left=True)
    bucket.unreachable.clear()
    assert len(collect(bucket, "run-1")) == 2
    assert bucket.read == [first, second, first]
    assert used(db, contract) == 3


def test_a_bucket_that_does_not_answer_is_not_asked_for_every_object(bucket, contract, db) -> None:
    bucket.unreachable |= {bucket.put(700 + number, line("1")) for number in range(20)}
    with pytest.raises(SourceUnreachable, match="20 de 20"):
        collect(bucket, "run-1", tries_left=True)
    assert len(bucket.read) == 3


def test_names_of_objects_are_never_paths_or_keys(bucket, contract, db, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("reports/cost-csv/../../../etc/cron.d/x.csv.gz", "/etc/x.csv.gz"):
        bucket.objects[name] = packed(line("1"))
    collect(bucket, "run-1")
    assert db.execute("select count(*) from raw.batch where state = 'loaded'").fetchone() == (2,)
    assert all(".." not in key and key.startswith("blobs/") for key in bucket.blobs.held)
    assert list(tmp_path.iterdir()) == []


class DiesAtTheEnd(psycopg.Cursor[Any]):
    """What a load uses that dies when its rows are written, before its batch is called loaded."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(params, Mapping) and params.get("state") == "loaded":
            raise KeyboardInterrupt
        return super().execute(query, params, **options)


def test_an_error_while_loading_leaves_no_line_and_no_row_of_the_ledger(bucket, contract, db) -> None:
    bucket.put(700, line("1"))
    db.cursor_factory = DiesAtTheEnd
    with pytest.raises(KeyboardInterrupt):
        collect(bucket, "run-1")
    db.cursor_factory = psycopg.Cursor
    assert used(db, contract) == 0
    assert db.execute("select state from raw.batch").fetchall() == [("fetched",)]
    collect(bucket, "run-2")
    assert used(db, contract) == 1


def test_a_correction_that_looks_like_a_replacement_is_told(bucket, contract, db) -> None:
    bucket.put(700, line("10"), line("8", hour=1), line("6", hour=2))
    bucket.put(
        701,
        line("-4", corrects="r10"),
        line("9", hour=1, corrects="r8"),
        line("-6", hour=2, corrects="r6"),
        line("5", hour=2, corrects="r6"),
    )
    collect(bucket, "run-1")
    assert observed(db, "cost.correction_not_opposite") == [("r8", DAY, None, Decimal(9))]


def test_what_is_no_contracts_is_told_once_a_month_and_service(bucket, contract, db) -> None:
    bucket.put(700, *(line("2", hour, OTHER) for hour in range(24)), line("1", **{"product/service": "QUANTUM"}))
    collect(bucket, "run-1")
    month = date(2026, 1, 1)
    assert observed(db, "cost.unattributed") == [(f"{OTHER} / COMPUTE", month, None, Decimal(48))]
    assert observed(db, "cost.service_unknown") == [("QUANTUM", month, None, None)]


def test_a_contract_has_the_compartments_under_its_own(bucket, contract, db) -> None:
    tree = (
        f'[{{"compartment_ocid": "{OTHER}", "parent_ocid": "{OWN}", "name": "hijo", "lifecycle_state": "ACTIVE"}}]'
    ).encode()
    batch_id = record_batch(
        db,
        source="oci_compartments",
        scope=contract.oci.tenancy_ocid,
        answer=Answer("compartments", tree),
        archive_key="k",
        run_id="run-0",
    )
    load_batch(db, read_batches(db, [batch_id])[0], parse_compartments(tree))
    bucket.put(700, line("1"), line("2", 1, OTHER))
    collect(bucket, "run-1")
    assert used(db, contract) == 3
    assert observed(db, "cost.unattributed") == []


def test_two_contracts_in_one_compartment_are_told_apart_by_tag_or_both_claim(bucket, contract, db) -> None:
    def tagged(contract_id: str, value: str | None) -> Contract:
        tag = None if value is None else ResourceTag(key="customer", value=value)
        oci = contract.oci.model_copy(update={"tag": tag})
        told: Contract = contract.model_copy(update={"id": contract_id, "oci": oci})
        return told

    held = [tagged("a", "a"), tagged("b", "b")]
    bucket.stores = replace(bucket.stores, contracts=lambda: tuple(held))
    bucket.put(700, *(line(q, **{"tags/customer": value}) for q, value in (("1", "a"), ("2", "b"), ("4", "c"))))
    collect(bucket, "run-1")
    assert [used(db, each) for each in held] == [1, 2]
    assert [value for *_, value in observed(db, "cost.unattributed")] == [4]
    held[1] = tagged("b", None)
    review.review_costs([], DAYS, "run-2", stores=bucket.stores)
    assert observed(db, "cost.unattributed") == []
    assert observed(db, "cost.claimed_twice") == [
        ("alcjam / COMPUTE / a / b".replace("alcjam", OWN), date(2026, 1, 1), None, 1)
    ]


def test_an_object_is_read_again_when_a_contract_asks_for_a_tag_that_was_not_kept(bucket, contract, db) -> None:
    bucket.put(700, line("1", **{"tags/customer": "a"}))
    collect(bucket, "run-1")
    tag = ResourceTag(key="customer", value="a")
    asking = contract.model_copy(update={"oci": contract.oci.model_copy(update={"tag": tag})})
    bucket.stores = replace(bucket.stores, contracts=lambda: (asking,))
    assert used(db, asking) == 0
    collect(bucket, "run-2")
    assert used(db, asking) == 1
    assert observed(db, "cost.object_replaced") == []


def provider_total(
    db: psycopg.Connection,
    contract: Contract,
    quantity: str,
    *also: dict[str, str],
    days: Window = DAYS,
    **changes: str,
) -> None:
    from service_reports.sources.oci_usage.totals import parse

    told = {
        "usage_date": str(DAY),
        "compartment_ocid": OWN,
        "service": "Compute",
        "product_description": "Standard - E4",
        "unit": "OCPU Hours",
        "quantity": quantity,
    }
    content = json.dumps([told | changes | each for each in ({}, *also)]).encode()
    batch_id = record_batch(
        db,
        source="oci_usage",
        scope=contract.oci.tenancy_ocid,
        answer=Answer("d", content, None, *days),
        archive_key="k",
        run_id=f"total {quantity}",
    )
    load_batch(db, read_batches(db, [batch_id])[0], parse(content))


def test_a_service_is_called_as_the_provider_calls_it_by_the_number_of_the_product(bucket, contract, db) -> None:
    """The console says «Outbound Data Transfer Zone 1», the report of costs another name and a code."""
    transfer = {
        "product/service": "NETWORK",
        "product/Description": "Outbound Transfer",
        "cost/productSku": "B88327",
        "cost/skuUnitDescription": "GB",
    }
    bucket.put(700, line("100", **transfer), line("2", hour=1))
    console = {"service": "Virtual Cloud Network", "product_description": "Outbound Data Transfer Zone 1"}
    provider_total(db, contract, "100", **console, product_sku="B88327", unit="GB")
    collect(bucket, "run-1")
    services = {day.product_description: day.service_code for day in read_usage_days(db, contract, DAY, DAY)}
    assert services == {"Outbound Transfer": "Virtual Cloud Network", "Standard - E4": "COMPUTE"}


def test_a_number_that_the_provider_has_under_two_services_names_none(bucket, contract, db) -> None:
    bucket.put(700, line("100", **{"cost/productSku": "B1"}))
    other = {"service": "Two", "product_description": "y"}
    provider_total(db, contract, "100", other, service="One", product_sku="B1", product_description="x")
    collect(bucket, "run-1")
    assert [day.service_code for day in read_usage_days(db, contract, DAY, DAY)] == ["COMPUTE"]


def test_our_total_is_proved_against_the_providers_own(bucket, contract, db) -> None:
    bucket.put(700, line("100"))
    provider_total(db, contract, "100.4")
    collect(bucket, "run-1")
    kept = "select label, quantity, provider_quantity, difference, within_tolerance from core.usage_reconciliation"
    assert db.execute(kept).fetchall() == [(LABEL, Decimal(100), Decimal("100.4"), Decimal("-0.4"), True)]
    assert observed(db, "cost.reconciliation") == []
    provider_total(db, contract, "101")
    review.review_costs([], DAYS, "run-2", stores=bucket.stores)
    assert observed(db, "cost.reconciliation") == [(LABEL, DAY, Decimal(101), Decimal(100))]
    verdicts = "select run_id, passed from core.quality_result where check_id = 'reconciliation.usage' order by 1"
    assert db.execute(verdicts).fetchall() == [("run-1/review", True), ("run-2/review", False)]


def test_a_product_without_a_description_is_called_as_the_providers_totals_call_its_number(
    bucket, contract, db
) -> None:
    bucket.put(700, line("5", **{"product/Description": "", "cost/productSku": "B1"}))
    collect(bucket, "run-1")
    assert [day.product_description for day in read_usage_days(db, contract, DAY, DAY)] == ["B1"]
    provider_total(db, contract, "5", product_sku="B1", product_description="Standard - E4")
    review.review_costs([], DAYS, "run-2", stores=bucket.stores)
    [day] = read_usage_days(db, contract, DAY, DAY)
    assert (day.service_code, day.product_description, day.quantity) == ("Compute", "Standard - E4", 5)
    compared = "select label, within_tolerance from core.usage_reconciliation"
    assert db.execute(compared).fetchall() == [("Compute / Standard - E4 (OCPU Hours)", True)]


def test_a_product_that_was_renamed_is_proved_under_its_newest_name(bucket, contract, db) -> None:
    """The provider tells each day under the name that the product had then; here it is one product on all days."""
    days = [DAY, DAY + timedelta(days=1)]
    named = list(zip(days, ("Standard - E4", "Standard - E4 (2)"), strict=True))
    of_number = {"cost/productSku": "B1"}
    starts = ({"lineItem/intervalUsageStart": f"{day}T00:00Z", "product/Description": name} for day, name in named)
    bucket.put(700, *(line("5", **of_number, **each) for each in starts))
    (_, before), (day, now) = named
    also = {"usage_date": str(day), "product_description": now}
    provider_total(db, contract, "5", also, product_sku="B1", product_description=before, days=Window(*days))
    collect(bucket, "run-1")
    review.review_costs([], Window(*days), "run-2", stores=bucket.stores)
    compared = db.execute("select usage_date, label, within_tolerance from core.usage_reconciliation").fetchall()
    assert sorted(compared) == [(each, f"Compute / {now} (OCPU Hours)", True) for each in days]


def test_a_day_the_provider_was_not_asked_about_is_not_reconciled(bucket, contract, db) -> None:
    bucket.put(700, line("100"))
    collect(bucket, "run-1")
    assert db.execute("select count(*) from core.usage_reconciliation").fetchone() == (0,)
    assert observed(db, "cost.reconciliation") == []
