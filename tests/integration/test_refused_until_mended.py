"""What was refused or could not be read is told by each run of its collection, until it is loaded or left so."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract, ReportPeriod, load_contract
from service_reports.documents.sections.readings import why
from service_reports.figures.gaps import gaps, unread
from service_reports.figures.model import Gap
from service_reports.records import OciBackup, UsageDay
from service_reports.sources import Answer
from service_reports.warehouse import ensure_schema, read_days, read_observations, record_batch
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.steps import gate, ingest, refusals, settling
from tests.integration.databases import warehouse_before
from tests.integration.outside_world import Collecting, OutsideWorld, backup, cost_lines, midnight

pytestmark = pytest.mark.integration
DAY = date(2026, 1, 25)
MORNING = datetime(2026, 1, 26, 10, 30, tzinfo=UTC)
BROKEN = gzip.compress(b"no,cost,report\n1,2,3\n", mtime=0)
OTHER_BROKEN = gzip.compress(b"no,cost,report\n4,5,6\n", mtime=0)


@pytest.fixture
def world() -> OutsideWorld:
    world = OutsideWorld(load_contract(DEFAULT_SCENARIO / "contract.yaml"), MORNING)
    world.put(700, midnight(DAY) + timedelta(hours=29), cost_lines(DAY))
    return world


@pytest.fixture
def collecting(world: OutsideWorld, db: psycopg.Connection) -> Collecting:
    return Collecting(world, db)


def days_later(collecting: Collecting, days: int, look: str = "usage") -> str:
    collecting.world.now = MORNING + timedelta(days=days)
    return collecting.run(f"run-{days}", only=[look])[look]


def told(db: psycopg.Connection, world: OutsideWorld) -> list[str]:
    scopes = [world.contract.id, world.contract.oci.tenancy_ocid]
    return [each.detail for each in read_observations(db, scopes, DAY, DAY) if each.kind == refusals.REFUSED]


def batch_of(said: str) -> str:
    return said.split("lote ")[1].split(",")[0].split(")")[0]


def test_a_refused_object_is_told_by_every_run_with_its_batch_check_and_remedy(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    name = world.put(701, MORNING - timedelta(hours=1), BROKEN)
    for later in (0, 1, 9):
        said = days_later(collecting, later)
        for part in (name, "lote ", "oci_cost_reports.readable", "→ corríjalo en la fuente"):
            assert part in said, later
        [kept] = told(db, world)
        assert name in kept
        assert "fue rechazado" in kept
    assert days_later(collecting, 9, "backups") == "green", "only the collection that it is of is red"


def test_another_version_that_is_good_ends_it(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.put(701, MORNING - timedelta(hours=1), BROKEN)
    days_later(collecting, 0)
    world.put(701, MORNING + timedelta(hours=1), cost_lines(DAY, "2"))
    assert days_later(collecting, 1) == "green"
    assert told(db, world) == []


def test_an_object_that_is_taken_away_stays_told(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    name = world.put(701, MORNING - timedelta(hours=1), BROKEN)
    days_later(collecting, 0)
    del world.objects[name]
    assert f"Sigue pendiente: oci_cost_reports/{world.contract.oci.tenancy_ocid}/{name}" in days_later(collecting, 5)


def test_a_person_leaves_a_batch_refused_with_a_reason_and_its_object_is_not_read_again(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    name = world.put(701, MORNING - timedelta(hours=1), BROKEN)
    said = days_later(collecting, 0)
    left = {"lote": batch_of(said), "motivo": "OCI confirmó que está vacío"}
    settling.settle(left, "ana", stores=collecting.stores)
    settling.settle({**left, "motivo": "otro"}, "luis", stores=collecting.stores)  # the task, cleared: the first stays
    world.asked.clear()
    assert days_later(collecting, 1) == "green"
    assert (told(db, world), world.asked["get_object"]) == ([], 0)
    kept = db.execute("select name, settled_by, why, settled_at is not null from raw.settled_refusal").fetchall()
    assert kept == [(name, "ana", left["motivo"], True)]
    world.put(701, MORNING + timedelta(hours=1), OTHER_BROKEN)
    assert name in days_later(collecting, 2), "another version that is refused is another matter"


def test_a_form_that_settles_no_refused_batch_is_refused(db: psycopg.Connection, collecting: Collecting) -> None:
    days_later(collecting, 0)
    [(loaded,)] = db.execute("select batch_id from raw.batch where source = 'oci_cost_reports'").fetchall()
    for form in ({"lote": "7"}, {"motivo": "así"}, {"lote": "x", "motivo": "así"}, {"lote": "99", "motivo": "así"}):
        with pytest.raises(FormRefused):
            settling.settle(form, "ana", stores=collecting.stores)
    with pytest.raises(FormRefused, match="no está rechazado"):
        settling.settle({"lote": str(loaded), "motivo": "así"}, "ana", stores=collecting.stores)
    settling.settle({}, "ana", stores=collecting.stores)


def test_a_listing_of_which_nothing_could_be_read_is_told_until_a_good_one_comes(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.backups = [backup(DAY, state=None)]
    assert "oci_backups.readable" in days_later(collecting, 0, "backups")
    assert "oci_backups.readable" in told(db, world)[0]
    world.backups = [backup(DAY)]
    assert days_later(collecting, 1, "backups") == "green"
    assert told(db, world) == []


def test_a_listing_that_was_left_refused_is_told_again_only_for_another_reason(
    world: OutsideWorld, collecting: Collecting
) -> None:
    world.backups = [backup(DAY, state=None)]
    left = {"lote": batch_of(days_later(collecting, 0, "backups")), "motivo": "se pidió a Oracle"}
    settling.settle(left, "ana", stores=collecting.stores)
    assert days_later(collecting, 1, "backups") == "green"
    world.backups = [backup(DAY, databaseId={"no": "word"})]
    assert "oci_backups.readable" in days_later(collecting, 2, "backups")


def test_an_answer_that_is_again_as_before_a_refused_one_takes_its_place(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    assert days_later(collecting, 0) == "green"
    world.compartment_parent, before = None, world.compartment_parent
    for later in (1, 2):
        assert "oci_compartments.readable" in days_later(collecting, later)
    world.compartment_parent = before
    assert days_later(collecting, 3) == "green"
    assert told(db, world) == []


def test_rows_that_were_set_aside_of_an_object_stay_told_as_it_is_not_read_again(
    world: OutsideWorld, collecting: Collecting
) -> None:
    lines = gzip.decompress(cost_lines(DAY, "2")).splitlines(keepends=True)
    lines[3] = lines[3].replace(b"T02:00Z", b"T0x:00Z")
    world.put(701, MORNING - timedelta(hours=1), gzip.compress(b"".join(lines), mtime=0))
    first, later = days_later(collecting, 0), days_later(collecting, 3)
    assert "701" in first
    assert "701" in later


TAKEN_BACK = [
    {"request": "Ajuste", "production_date": str(DAY), "estimated_hours": hours, "status": "Terminado"}
    for hours in ("8", "-8")
]
"""A use of hours and one that takes it back: a check refuses the second."""


def hours(db: psycopg.Connection, collecting: Collecting, entries: Sequence[Mapping[str, str]], run_id: str) -> int:
    """A batch of the hour bank, checked, and loaded without what the checks refuse."""
    content = json.dumps(entries).encode()
    with collecting.stores.archive() as archive:
        key = archive.keep(content)
    told = {"source": "hour_bank", "scope": collecting.world.contract.id, "archive_key": key, "run_id": run_id}
    batch_id = record_batch(db, answer=Answer("hour_bank", content), **told)
    ingest.validate_and_load([batch_id], run_id, stores=collecting.stores)
    return batch_id


def hours_in_force(db: psycopg.Connection) -> list[int]:
    return [int(each) for (each,) in db.execute("select estimated_hours from core.hour_bank_entry order by 1")]


def test_a_person_releases_what_checks_refused_and_gate_and_report_say_who_and_why(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    batch_id = hours(db, collecting, TAKEN_BACK, "run")
    assert hours_in_force(db) == []
    form = {"lote": str(batch_id), "motivo": "se anuló el ajuste", "decision": "liberar"}
    settling.settle(form, "ana", stores=collecting.stores)
    settling.settle({**form, "motivo": "otro"}, "luis", stores=collecting.stores)  # the task, cleared: the first stays
    assert hours_in_force(db) == [-8, 8]

    contract, report = world.contract, world.contract.reports[0]
    found = gaps(contract, report.days, read_days(db, contract, report.period_from, report.period_to))
    [released] = [each for each in found if each.kind == "released"]
    assert (released.source, released.replaced, released.settled_by) == ("hour_bank", True, "ana")
    assert not unread(found, "hour_bank")
    for part in ("lo rechazó", f"(lote {batch_id})", "[persona] lo dio por bueno: «se anuló el ajuste»"):
        assert part in why(released)
    [verdict] = [
        each
        for each in gate.readings(contract, report, found)
        if each.subject.endswith("hour_bank") and not each.passed
    ]
    assert (verdict.check, verdict.severity) == ("gate.nothing_refused", "warning")
    assert "ana lo dio por bueno: «se anuló el ajuste»" in verdict.detail


def test_a_later_answer_takes_the_place_of_what_was_released(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    form = {"lote": str(hours(db, collecting, TAKEN_BACK, "run")), "motivo": "así es", "decision": "liberar"}
    settling.settle(form, "ana", stores=collecting.stores)
    hours(db, collecting, TAKEN_BACK[:1], "later")
    days = world.contract.reports[0]
    found = gaps(world.contract, days.days, read_days(db, world.contract, days.period_from, days.period_to))
    assert (hours_in_force(db), [each for each in found if each.kind == "released"]) == ([8], [])


def test_nobody_s_word_loads_what_cannot_be_read(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.put(701, MORNING - timedelta(hours=1), BROKEN)
    form = {"lote": batch_of(days_later(collecting, 0)), "motivo": "así llegó", "decision": "liberar"}
    with pytest.raises(FormRefused, match=r"no se puede cargar por la palabra de nadie: .*billedQuantity"):
        settling.settle(form, "ana", stores=collecting.stores)
    assert db.execute("select count(*) from raw.settled_refusal").fetchone() == (0,)
    assert "oci_cost_reports.readable" in days_later(collecting, 1)


def verdict_on_costs(contract: Contract, report: ReportPeriod, found: Sequence[Gap]) -> CheckResult:
    [told] = [
        each
        for each in gate.readings(contract, report, found)
        if each.check == "gate.nothing_refused" and each.subject.endswith("oci_cost_reports")
    ]
    return told


def test_who_leaves_a_batch_refused_answers_the_gate_and_the_report_says_who_and_why(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    for number, content in ((701, BROKEN), (702, OTHER_BROKEN)):
        world.put(number, MORNING - timedelta(hours=1), content)
    said = days_later(collecting, 0)
    first, second = (part.split(",")[0].split(")")[0] for part in said.split("(lote ")[1:3])
    report = world.contract.reports[0]

    def found() -> Sequence[Gap]:
        return gaps(world.contract, report.days, read_days(db, world.contract, report.period_from, report.period_to))

    settling.settle({"lote": first, "motivo": "así llegó"}, "operador", stores=collecting.stores)
    assert verdict_on_costs(world.contract, report, found()).severity == "blocking", "the other one is nobody's yet"
    settling.settle({"lote": second, "motivo": "no hay más"}, "luis", stores=collecting.stores)
    verdict = verdict_on_costs(world.contract, report, found())
    assert (verdict.passed, verdict.severity) == (False, "warning")
    for part in (f"lote {first}", "operador lo dejó así: «así llegó»"):
        assert part in verdict.detail
    for part in (f"lote {second}", "luis lo dejó así: «no hay más»"):
        assert part in verdict.detail
    [printed] = {why(gap) for gap in found() if gap.settled_by == "operador"}
    assert "lo rechazó" in printed
    assert printed.endswith("; operador lo dejó así: «así llegó»")
    lost = gaps(world.contract, [DAY], read_days(db, world.contract, DAY, DAY))
    assert unread(lost, "oci_cost_reports") == {DAY}, "its lines are still missing from the day"


def test_a_report_is_refused_over_it_and_says_that_it_came_and_was_refused(
    db: psycopg.Connection, world: OutsideWorld, collecting: Collecting
) -> None:
    world.put(701, MORNING - timedelta(hours=1), BROKEN)
    said = days_later(collecting, 0)
    report = world.contract.reports[0]
    found = gaps(world.contract, report.days, read_days(db, world.contract, report.period_from, report.period_to))
    refused = verdict_on_costs(world.contract, report, found)
    assert (refused.passed, refused.severity) == (False, "blocking")
    for part in ("fue rechazado", f"lote {batch_of(said)}", "oci_cost_reports.readable", "Recolectar consumo de OCI"):
        assert part in refused.detail
    allowing = world.contract.model_copy(update={"issue_with_refused_batches": True})
    allowed = verdict_on_costs(allowing, report, found)
    assert (allowed.passed, allowed.severity) == (False, "warning")


@pytest.mark.parametrize("goes_on", [True, False], ids=["its-own-run-goes-on", "the-next-run"])
def test_what_a_version_before_had_checked_and_not_loaded_is_told_until_it_is_loaded_once(
    world: OutsideWorld, empty_warehouse: str, goes_on: bool
) -> None:
    """A task between checks and load was red, or on its way, when the program was brought up to date."""
    world.backups = [backup(DAY)]
    with warehouse_before(empty_warehouse, "089_checked_is_no_state") as db:
        db.execute("set time zone 'UTC'")
        collecting = Collecting(world, db)
        days, stores = ingest.window({}, MORNING), collecting.stores
        tenancy = {"connection": world.contract.oci.connection, "tenancy_ocid": world.contract.oci.tenancy_ocid}
        left = [
            *ingest.fetch("oci_cost_reports", days, "left", tenancy=tenancy, stores=stores),
            *ingest.fetch("oci_backups", days, "left", contract_id=world.contract.id, stores=stores),
        ]
        checked = "update raw.batch set state = 'validated', fetched_at = %s"
        assert db.execute(checked, (MORNING - timedelta(hours=1),)).rowcount == len(left) == 2
        ensure_schema(db)

        def told() -> dict[str, str]:
            rows = read_days(db, world.contract, DAY, DAY, UsageDay, OciBackup)
            used, copies = sum(each.quantity for each in rows.of(UsageDay)), len(rows.of(OciBackup))
            kinds = {gap.source: gap.kind for gap in gaps(world.contract, [DAY], rows)}
            return {name: kinds.get(name, f"{used} {copies}") for name in ("oci_cost_reports", "oci_backups")}

        assert told() == dict.fromkeys(("oci_cost_reports", "oci_backups"), "not_loaded")
        if goes_on:
            ingest.validate_and_load(left, "left", stores=stores)
        assert collecting.run("next") == dict.fromkeys(("usage", "metrics", "backups"), "green")
        assert told() == dict.fromkeys(("oci_cost_reports", "oci_backups"), "24 1")
        ingest.validate_and_load(left, "left", stores=stores)
        assert told() == dict.fromkeys(("oci_cost_reports", "oci_backups"), "24 1"), "late, it counts once"
