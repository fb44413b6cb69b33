"""The daily look at the calendars: no report that is due is neither issued nor told."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from service_reports.contracts import ContractFile
from service_reports.register import calendar
from service_reports.register.calendar import MOST_LATE
from service_reports.warehouse.statements import statement
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.steps import overdue
from tests.golden.sample_figures import sample_contract
from tests.integration.calendar_world import World, morning

pytestmark = pytest.mark.integration
CONTRACT, OTHER = "municipio-uno", "municipio-dos"


@pytest.fixture
def world(db: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A product that was installed a moment ago."""
    return World(db, tmp_path, monkeypatch, datetime.now(UTC) + timedelta(seconds=1))


@pytest.fixture
def day(world: World) -> date:
    """The first cut-off: in ten days."""
    return (world.now + timedelta(days=10)).date()


def test_what_is_issued_at_its_cut_off_is_no_finding(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.pass_time(morning(day))
    assert world.look() == []
    assert world.versions() == {f"{CONTRACT} {day.year}-01": [("sent", None)]}


def test_a_report_whose_file_was_broken_at_its_cut_off_is_told_and_issued_late_once(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.look()
    world.break_file(CONTRACT)
    world.pass_time(morning(day))
    told = world.look()
    number = f"{day.year}-01"
    assert [("nesting" in line or "niveles" in line, number in line) for line in told] == [(True, False), (False, True)]
    assert f"su archivo {CONTRACT}.yaml ya no se puede usar: corríjalo primero" in told[1]
    assert world.versions() == {}
    world.write(CONTRACT, [day])
    world.pass_time(morning(day, 26))
    told = world.look()
    assert len(told) == 1
    assert "se emite ahora, fuera de plazo, en la ejecución «calendario__municipio-uno__" in told[0]
    [(state, reason)] = world.versions()[f"{CONTRACT} {number}"]
    assert state == "sent"
    assert reason is not None
    assert reason.startswith("Fuera de plazo: el calendario del contrato fijaba su emisión para el ")
    runs = list(world.started)
    assert world.look() == world.look() == []
    assert world.started == runs


def test_the_alert_is_red_every_day_until_it_is_settled(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.fate = "failed"
    for hours in (2, 26, 50):
        world.pass_time(morning(day, hours))
        told = world.look()
        assert ["terminó sin emitirlo" in line for line in told] == [True]
        with pytest.raises(overdue.CalendarNotKept, match="terminó sin emitirlo\n  → limpie su tarea roja, o dispare"):
            overdue.confirm(stores=world.stores)
    assert len(world.started) == 1, "a run that failed is told, not started again"
    world.settle(CONTRACT, f"{day.year}-01")
    assert world.look() == []
    overdue.confirm(stores=world.stores)
    assert world.open_alerts() == set()


def test_a_lost_metadata_database_loses_no_report(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.write(OTHER, [day + timedelta(days=1)])
    world.fate = "goes on"  # it waits for data, or for a person
    world.pass_time(morning(day))
    assert world.look() == []
    world.lose_airflow()
    world.fate = "issued"
    world.pass_time(morning(day, 72), scheduler=False)
    assert len(world.look()) == 2
    assert {key: [state for state, _ in of] for key, of in world.versions().items()} == {
        f"{CONTRACT} {day.year}-01": ["sent"],
        f"{OTHER} {(day + timedelta(days=1)).year}-01": ["sent"],
    }


def test_a_file_that_is_added_late_or_whose_date_moves_into_the_past_is_issued_late(world: World, day: date) -> None:
    world.write(OTHER, [day])
    world.write(CONTRACT, [day + timedelta(days=60)])
    world.pass_time(morning(day))
    world.write(CONTRACT, [day - timedelta(days=1)])
    world.write("municipio-tres", [day - timedelta(days=2)])
    world.pass_time(morning(day, 24))
    assert len(world.look()) == 2
    assert all([state for state, _ in of] == ["sent"] for of in world.versions().values())
    assert len(world.versions()) == 3


def test_a_scheduler_that_was_down_for_weeks_issues_late_and_says_so(world: World, day: date) -> None:
    world.write(OTHER, [day - timedelta(days=5)])
    world.write(CONTRACT, [day])
    world.pass_time(morning(day - timedelta(days=5)))
    world.pass_time(morning(day + timedelta(days=35)), scheduler=False)
    world.pass_time(morning(day + timedelta(days=35), 3))
    [(state, reason)] = world.versions()[f"{CONTRACT} {day.year}-01"]
    assert (state, str(reason).startswith("Fuera de plazo")) == ("sent", True)
    assert world.look() == []


def test_years_of_history_are_told_and_left_to_a_person_who_settles_them_at_once(world: World, day: date) -> None:
    history = [world.now.date() - timedelta(days=30 * months) for months in range(1, 30)]
    world.write(CONTRACT, history)
    told = world.look()
    assert len(told) == len(history)
    assert all("no se emite solo" in line for line in told)
    assert world.started == []
    world.pass_time(world.now + timedelta(days=1))
    assert world.started == []
    newest = max(world.reports[CONTRACT], key=lambda number: world.reports[CONTRACT][number])
    world.settle(CONTRACT, newest, earlier=True)
    assert world.look() == []
    events = world.db.execute(
        "select body::jsonb ->> 'by', body::jsonb ->> 'detail' from register.event where event = 'settled'"
    ).fetchall()
    assert events == [("operaciones", "Se entregó en papel")] * len(history)


def test_the_timetable_does_not_issue_a_new_contracts_history(world: World, day: date) -> None:
    """It runs whatever lies after its last run: of a contract that is added now, too."""
    world.write(OTHER, [day])
    world.pass_time(morning(day))
    new = [day + timedelta(days=days) for days in (1, 4, 20)]
    world.write(CONTRACT, new)
    world.pass_time(morning(day + timedelta(days=50)))
    assert {key for key in world.versions() if key.startswith(CONTRACT)} == {f"{CONTRACT} {new[2].year}-03"}
    assert ["no se emite solo" in line for line in world.look()] == [True, True]


def test_what_is_too_late_is_told_and_not_issued(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.pass_time(morning(day) + MOST_LATE, scheduler=False)
    assert ["venció hace 45 días" in line for line in world.look()] == [True]
    assert world.started == []


@pytest.mark.parametrize("fate", ["goes on", "rejected"])
def test_what_waits_for_a_run_or_for_a_person_is_no_finding(world: World, day: date, fate: str) -> None:
    world.write(CONTRACT, [day])
    world.fate = fate  # type: ignore[assignment]
    world.pass_time(morning(day))
    assert world.look() == []
    assert len(world.started) == 1


def test_a_rejection_whose_run_is_lost_is_asked_about_anew(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.fate = "rejected"
    world.pass_time(morning(day))
    world.lose_airflow()
    assert len(world.look()) == 1
    assert len(world.started) == 2


def test_a_message_that_nobody_brings_to_its_end_is_told(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.fate = "signed only"
    world.pass_time(morning(day))
    world.lose_airflow()
    [told] = world.look()
    assert "está firmado y registrado, pero su mensaje no ha salido" in told
    assert len(world.started) == 1, "another version would be a second report"
    world.settle(CONTRACT, f"{day.year}-01")
    assert world.look() == []


def test_names_and_errors_of_any_bytes_are_told_and_kept(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.path(CONTRACT).rename(world.folder / os.fsdecode(b"name-\xff.yaml"))
    sample = (world.folder / os.fsdecode(b"name-\xff.yaml")).read_text(encoding="utf-8")
    twice = sample.replace("id: municipio-uno", 'id: dos\n"a\\0b": 1\n"c\\x01": "\\0"')
    (world.folder / os.fsdecode(b"broken-\xff.yaml")).write_text(twice, encoding="utf-8")
    [told] = world.look()
    assert "broken-\N{REPLACEMENT CHARACTER}.yaml: a\N{REPLACEMENT CHARACTER}b tiene 1" in told
    world.pass_time(morning(day))
    assert list(world.versions()) == [f"{CONTRACT} {day.year}-01"]


def test_a_contract_that_is_gone_still_owes_what_was_due(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.look()
    world.path(CONTRACT).unlink()
    world.pass_time(morning(day))
    assert ["ningún archivo tiene ya ese contrato" in line for line in world.look()] == [True]


def test_a_late_run_that_was_made_up_issues_nothing_before_its_time(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    form = {"contrato": CONTRACT, "informe": f"{day.year}-01", "motivo": "x", "calendario": True}
    with pytest.raises(FormRefused, match="no ha terminado"):
        world.publish("made up", "operator_triggered", form, world.now)
    assert world.versions() == {}


def test_a_report_that_was_moved_later_is_not_due_before_and_not_issued_twice(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.pass_time(morning(day))
    world.write(CONTRACT, [day + timedelta(days=5)])
    world.pass_time(morning(day + timedelta(days=5)))
    assert world.look() == []
    assert [len(of) for of in world.versions().values()] == [1]


def test_a_run_that_died_before_it_noted_anything_is_followed_by_one_late_run(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.fate = "died before anything"
    world.pass_time(morning(day))
    assert len(world.look()) == 1
    assert ["terminó sin emitirlo" in line for line in world.look()] == [True]
    assert len(world.started) == 2


@pytest.mark.parametrize(
    ("number", "told"),
    [("2000-01", "no es un informe vencido que falte por emitir"), ("", "Falta «Informe»")],
)
def test_only_what_is_due_and_not_issued_can_be_settled(world: World, day: date, number: str, told: str) -> None:
    world.write(CONTRACT, [day])
    world.pass_time(morning(day))
    with pytest.raises(FormRefused, match=told):
        world.settle(CONTRACT, number)
    with pytest.raises(FormRefused, match="lo son: ninguno"):
        world.settle(CONTRACT, f"{day.year}-01")


def test_what_was_settled_can_still_be_issued_by_hand(world: World, day: date) -> None:
    world.write(CONTRACT, [day])
    world.fate = "failed"
    world.pass_time(morning(day))
    world.settle(CONTRACT, f"{day.year}-01")
    world.fate = "issued"
    form = {"contrato": CONTRACT, "informe": f"{day.year}-01", "motivo": "Lo pidió la Entidad"}
    world.publish("manual__1", "manual", form, world.now)
    assert world.versions() == {f"{CONTRACT} {day.year}-01": [("sent", "Lo pidió la Entidad")]}
    assert world.look() == []


def test_the_look_of_the_morning_asks_only_about_what_is_open(db: psycopg.Connection) -> None:
    """Of three thousand reports that were issued over years, of three that were not, and of one on its way."""
    issued = "from generate_series(1, 50) c, generate_series(1, 60) n"
    cut_off = "now() - n * interval '30 days'"
    db.execute(
        "insert into core.calendar (contract_id, report_number, cut_off, file_name)"
        f" select 'c' || c, n::text, {cut_off}, 'f' {issued}"
        f" union all select 'open', n::text, {cut_off}, 'f' from generate_series(1, 3) n"
    )
    db.execute(
        "insert into register.report (contract_id, report_number, version, run_id, registered_at, state)"
        f" select 'c' || c, n::text, 1, 'r', {cut_off}, 'sent' {issued}"
    )
    db.execute(
        "insert into register.event (position, body, sha256)"
        " select position, body, md5(body) from (select row_number() over () as position,"
        " jsonb_build_object('contract_id', 'c' || c, 'report_number', n::text, 'version', 1, 'event', 'claimed')::text"
        f" as body {issued}) told"
    )
    db.execute("update register.report set state = 'signed' where (contract_id, report_number) = ('c7', '40')")
    db.execute(
        f"insert into core.publication (contract_id, report_number, run_id) select 'c' || c, n::text, 'r' {issued}"
    )
    for table in ("core.calendar", "core.publication", "register.report", "register.event", "register.delivery"):
        db.execute(f"analyze {table}")
    now = datetime.now(UTC)
    assert [str(owed) for owed, _ in calendar.due(db, now)] == ["c7 40", "open 3", "open 2", "open 1"]
    values = {"at": now, "on_its_way": sorted(calendar.ON_ITS_WAY)}
    plan = db.execute(f"explain (analyze, buffers off) {statement('calendar/due')}", values).fetchall()
    told = "\n".join(line for (line,) in plan)
    assert "Seq Scan on event" not in told, told
    assert "Seq Scan on publication" not in told, told
    asked = [int(line.partition("loops=")[2].rstrip(")")) for (line,) in plan if " on event v " in line]
    assert asked, told
    assert max(asked) <= 4, told


def test_a_calendar_that_says_what_it_said_is_not_written_again(db: psycopg.Connection) -> None:
    def rows() -> list[tuple[object, ...]]:
        return db.execute(
            "select report_number, cut_off, file_name, xmin::text from core.calendar order by 1"
        ).fetchall()

    held = sample_contract()
    calendar.keep_calendars(db, [ContractFile(Path("contract.yaml"), held, None)])
    before = rows()
    assert len(before) == len(held.reports)
    calendar.keep_calendars(db, [ContractFile(Path("contract.yaml"), held, None)])
    assert rows() == before
    fewer = held.model_copy(update={"reports": held.reports[1:]})
    calendar.keep_calendars(db, [ContractFile(Path("other.yaml"), fewer, None)])
    assert [(number, name) for number, _, name, _ in rows()] == [(each.number, "other.yaml") for each in fewer.reports]
