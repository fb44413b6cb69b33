"""The history of tickets: every state once, and what vanishes is noted."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service_reports.contracts import load_contract
from service_reports.figures.chapters.tickets import ticket_figures, timed
from service_reports.records import Ticket, TicketState
from service_reports.sources import SOURCES, Answer
from service_reports.sources.source import Reading
from service_reports.warehouse import (
    load_batch,
    new_alerts,
    oldest_open_ticket,
    read_batches,
    read_observations,
    read_period,
    record_batch,
)
from service_reports.warehouse.loads import RowRefused
from service_reports.warehouse.statements import statement

pytestmark = pytest.mark.integration
CONTRACT = load_contract(
    Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
)
DAY = date(2026, 2, 20)
WINDOW = DAY - timedelta(days=2), DAY
WRITTEN = "Nombre Apellido, 315 555 01 02"
NOON = datetime(2026, 2, 21, 12, tzinfo=UTC)


def ticket(number: int, status: str = "Activo", day: date | None = DAY) -> dict[str, Any]:
    return {
        "ticket_id": str(number),
        "service": "support" if day else "warranty",
        "status": status,
        "registered_on": day.isoformat() if day else None,
        "product": "P",
        "module": "M",
        "process": "Q",
        "subprocess": "S",
        "summary": None,
    }


def export(
    db: psycopg.Connection,
    *tickets: dict[str, Any],
    at: datetime | None = NOON,
    run_id: str = "run-1",
    window: tuple[date, date] = WINDOW,
) -> int:
    """Load an export of the window; returns its batch id."""
    answer = Answer("tickets", json.dumps(tickets).encode(), None, *window, observed_at=at)
    batch_id = record_batch(
        db, source="tickets", scope="contract", answer=answer, archive_key="key", run_id=run_id + str(at)
    )
    [batch] = read_batches(db, [batch_id])
    load_batch(db, batch, SOURCES["tickets"].parse(Reading(batch, (CONTRACT,), partial(BytesIO, answer.content))))
    return batch_id


def history(db: psycopg.Connection, number: int = 1) -> list[tuple[str, datetime, datetime]]:
    return db.execute(
        "select status, first_seen_at, last_seen_at from core.ticket_state where ticket_id = %s order by first_seen_at",
        [str(number)],
    ).fetchall()


def hours(count: int) -> datetime:
    return NOON + timedelta(hours=count)


def test_each_change_of_state_is_a_stretch_and_seeing_no_change_extends_it(db: psycopg.Connection) -> None:
    for count, status in enumerate(["Activo", "Activo", "Terminado", "Activo"]):
        export(db, ticket(1, status), at=hours(count))
    assert history(db) == [
        ("Activo", hours(0), hours(1)),
        ("Terminado", hours(2), hours(2)),
        ("Activo", hours(3), hours(3)),
    ]
    assert db.execute("select status from core.ticket").fetchall() == [("Activo",)]


def test_an_export_that_is_loaded_after_a_later_one_begins_its_stretch_earlier(db: psycopg.Connection) -> None:
    for count, status in ((4, "Terminado"), (2, "Activo"), (1, "Activo"), (3, "Terminado"), (0, "Programado")):
        export(db, ticket(1, status), at=hours(count))
    assert history(db) == [
        ("Programado", hours(0), hours(0)),
        ("Activo", hours(1), hours(2)),
        ("Terminado", hours(3), hours(4)),
    ]


def told(db: psycopg.Connection) -> list[Ticket]:
    """The tickets as a publication reads them."""
    contract = CONTRACT.model_copy(update={"id": "contract"})
    return list(read_period(db, contract, contract.report("2026-01")).of(Ticket))


def test_priority_and_moments_are_kept_as_last_told_and_what_is_not_told_is_none(db: psycopg.Connection) -> None:
    came = {"priority": "Alta", "registered_at": "2026-02-20T08:00:00-05:00", "first_answered_at": None}
    export(db, ticket(1) | came, ticket(2), at=hours(0))
    first = {each.ticket_id: each for each in told(db)}
    assert (first["1"].priority, first["1"].registered_at) == ("Alta", datetime(2026, 2, 20, 13, tzinfo=UTC))
    assert first["1"].told == ("priority", "registered_at", "first_answered_at")
    assert (first["2"].told, first["2"].priority) == ((), None)
    answered = came | {"first_answered_at": "2026-02-20T09:00:00-05:00"}
    for _ in range(2):
        export(db, ticket(1) | answered, ticket(2), at=hours(1))
        export(db, ticket(1) | came, ticket(2), at=hours(0), run_id="late")
    again = {each.ticket_id: each for each in told(db)}
    assert again["1"].first_answered_at == datetime(2026, 2, 20, 14, tzinfo=UTC), "what a later export says stays"
    assert len(again) == 2


def test_the_same_export_loaded_again_adds_nothing(db: psycopg.Connection) -> None:
    export(db, ticket(1), ticket(2))
    before = db.execute("select * from core.ticket_state order by ticket_id").fetchall()
    export(db, ticket(1), ticket(2), run_id="run-2")
    assert db.execute("select * from core.ticket_state order by ticket_id").fetchall() == before


@pytest.mark.parametrize("first", ["00123", "123"])
def test_a_ticket_is_one_however_a_spreadsheet_writes_its_number(db: psycopg.Connection, first: str) -> None:
    written: list[Any] = [first, "00123", 123, 123.0, "123.0", "'00123", '="0123"', "\uff11\uff12\uff13\u200b"]
    for count, number in enumerate(written):
        export(db, {**ticket(1), "ticket_id": number}, ticket(124), at=hours(count))
    assert db.execute("select ticket_id from core.ticket order by 1").fetchall() == sorted([(first,), ("124",)])
    states = db.execute("select ticket_id, last_seen_at from core.ticket_state order by 1").fetchall()
    assert states == sorted([(first, hours(7)), ("124", hours(7))])
    assert read_observations(db, ["contract"], *WINDOW) == []


def test_a_request_of_the_hour_bank_that_is_a_number_stays_one(db: psycopg.Connection) -> None:
    for count, request in enumerate(["00123", 123, "123.0"]):
        entry = {"request": request, "production_date": None, "estimated_hours": "1", "status": "Activo"}
        rows = json.dumps([entry, {**entry, "request": "Módulo 1.0"}]).encode()
        answer = Answer("hour_bank", rows, observed_at=hours(count))
        batch_id = record_batch(
            db, source="hour_bank", scope="contract", answer=answer, archive_key="key", run_id=str(count)
        )
        [batch] = read_batches(db, [batch_id])
        load_batch(db, batch, SOURCES["hour_bank"].parse(Reading(batch, (CONTRACT,), partial(BytesIO, rows))))
        requests = db.execute("select request from core.hour_bank_entry order by position").fetchall()
        assert requests == [("00123",), ("Módulo 1.0",)]


def test_a_row_that_does_not_fit_is_refused_without_repeating_it(db: psycopg.Connection) -> None:
    db.execute("alter table core.ticket add constraint short check (length(summary) < 10) not valid")
    with pytest.raises(RowRefused, match="una fila no cabe") as refused:
        export(db, {**ticket(1), "summary": WRITTEN})
    db.execute("alter table core.ticket drop constraint short")
    assert "Apellido" not in "".join(traceback.format_exception(refused.value))


def test_the_figures_know_from_the_history_when_a_ticket_was_closed(db: psycopg.Connection) -> None:
    export(db, ticket(1), ticket(2, "Terminado"), at=hours(0))
    export(db, ticket(1, "Terminado"), ticket(2, "Terminado"), at=hours(72))
    contract = CONTRACT.model_copy(update={"id": "contract"})
    rows = read_period(db, contract, contract.report("2026-01"))
    timings = timed(ticket_figures(rows.of(Ticket)), rows.of(TicketState), DAY + timedelta(days=2)).timings
    assert {timing.ticket_id: (timing.closed_on, timing.days_to_close) for timing in timings} == {
        "1": (date(2026, 2, 24), 4),
        "2": (None, None),
    }


def test_what_was_left_open_before_a_period_comes_with_the_day_it_was_last_seen(db: psycopg.Connection) -> None:
    export(db, ticket(1), ticket(2, "Terminado"), ticket(3, day=None), at=hours(0))
    export(db, ticket(1), ticket(2, "Terminado"), ticket(3, day=None), at=hours(24))
    contract = CONTRACT.model_copy(update={"id": "contract"})
    [waiting] = read_period(db, contract, contract.report("2026-02")).earlier_tickets
    assert (waiting.ticket_id, waiting.registered_on, waiting.last_seen_at) == ("1", DAY, hours(24))
    assert read_period(db, contract, contract.report("2026-01")).earlier_tickets == ()


def test_the_days_that_were_exported_are_told_without_reading_an_export_of_the_ledger(db: psycopg.Connection) -> None:
    db.execute("set synchronous_commit = on")  # else rows are taken for what may not have been written yet
    db.execute(
        "insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, window_from, window_to, state,"
        " run_id, fetched_at, loaded_at)"
        " select source, contract, source, 'k', md5(day::text), 1, day - 2, day, 'loaded', 'of ' || day,"
        " day + interval '1 day 10 hours', day + interval '1 day 11 hours'"
        " from unnest('{tickets,hour_bank}'::text[]) source, unnest('{a,b,c}'::text[]) contract,"
        " generate_series(date '2025-01-01', date '2025-12-30', interval '1 day') moment, date(moment) day"
        " order by day"
    )
    db.execute("vacuum analyze raw.batch")
    year = {"contract_id": "b", "period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31)}
    days = [day for (day,) in db.execute(statement("figures/ticket_days_exported"), year)]
    assert days == [date(2025, 1, 1) + timedelta(days=offset) for offset in range(364)]
    plan = str(db.execute(f"explain {statement('figures/ticket_days_exported')}", year).fetchall())
    assert "Index Only Scan using batch_of_tickets" in plan
    assert "Seq Scan" not in plan


def test_the_oldest_request_that_is_still_open_is_known(db: psycopg.Connection) -> None:
    assert oldest_open_ticket(db, "contract") is None
    export(db, ticket(1, "Terminado"), ticket(2), ticket(3, day=None))
    assert oldest_open_ticket(db, "contract") == DAY


def test_what_is_read_after_the_cut_off_leaves_the_requests_that_were_open_at_it(db: psycopg.Connection) -> None:
    contract = CONTRACT.model_copy(update={"id": "contract"})
    report = contract.report("2026-02")
    after = contract.cut_off(report) + timedelta(days=1)
    export(db, ticket(1), at=hours(0))
    export(db, ticket(1), at=after)
    [before] = read_period(db, contract, report).earlier_tickets
    export(db, ticket(1, "Terminado"), at=after + timedelta(days=1))
    assert read_period(db, contract, report).earlier_tickets == (before,)
    assert (before.status, before.last_seen_at) == ("Activo", contract.cut_off(report))


def test_an_export_by_query_tells_of_the_moment_of_asking(db: psycopg.Connection) -> None:
    batch_id = export(db, ticket(1), at=None)
    assert db.execute("select fetched_at from raw.batch where batch_id = %s", [batch_id]).fetchone() == (
        history(db)[0][1],
    )


def test_a_ticket_that_vanishes_is_noted_until_it_comes_back_and_its_history_stays(db: psycopg.Connection) -> None:
    export(db, ticket(1), ticket(2), ticket(3), ticket(4, day=None))
    for count in (1, 2):  # noted for as long as it is gone, not only once
        export(db, ticket(1), ticket(3), at=hours(count))
        found = read_observations(db, ["contract"], *WINDOW)
        assert [(o.kind, o.subject, o.day, o.severity) for o in found] == [
            ("tickets.vanished", "2", DAY, "warning"),
            ("tickets.vanished", "4", None, "warning"),
        ]
        assert "«Activo» el 21/02/2026" in found[0].detail
    assert history(db, 2) == [("Activo", NOON, NOON)]
    export(db, ticket(1), ticket(2), ticket(3), ticket(4, day=None), at=hours(3))
    assert read_observations(db, ["contract"], *WINDOW) == []
    assert history(db, 2) == [("Activo", NOON, hours(3))]


def test_the_day_a_vanished_ticket_was_last_seen_is_bogotas(db: psycopg.Connection) -> None:
    evening = datetime(2026, 2, 22, 2, tzinfo=UTC)
    export(db, ticket(1), at=evening)
    export(db, at=evening + timedelta(hours=12))
    [found] = read_observations(db, ["contract"], *WINDOW)
    assert "«Activo» el 21/02/2026" in found.detail


def test_a_ticket_that_was_moved_to_another_day_keeps_its_history_in_the_figures(db: psycopg.Connection) -> None:
    contract = CONTRACT.model_copy(update={"id": "contract"})
    report = contract.report("2026-01")
    after = report.period_to + timedelta(days=1)
    export(db, ticket(1, day=after), at=hours(0), window=(DAY, after))
    export(db, ticket(1, "Terminado"), at=hours(72), window=(DAY, after))
    rows = read_period(db, contract, report)
    [timing] = timed(ticket_figures(rows.of(Ticket)), rows.of(TicketState), report.period_to).timings
    assert timing.closed_on == date(2026, 2, 24)


def test_the_day_of_a_ticket_is_that_of_its_newest_sighting_in_any_order(db: psycopg.Connection) -> None:
    for count, day in ((1, DAY), (0, WINDOW[0])):
        export(db, ticket(1, day=day), at=hours(count))
    assert db.execute("select registered_on from core.ticket_state").fetchall() == [(DAY,)]


def test_a_sighting_that_comes_late_between_two_of_another_state_parts_their_stretch(db: psycopg.Connection) -> None:
    """A ticket was opened again: it closed the second time, not the first."""
    for count, status in ((0, "Activo"), (6, "Activo"), (3, "Terminado"), (9, "Terminado")):
        export(db, ticket(1, status), at=hours(count))
    assert history(db) == [
        ("Activo", hours(0), hours(0)),
        ("Terminado", hours(3), hours(3)),
        ("Activo", hours(6), hours(6)),
        ("Terminado", hours(9), hours(9)),
    ]


def test_tickets_outside_the_window_have_not_vanished(db: psycopg.Connection) -> None:
    export(db, ticket(1), ticket(2, day=WINDOW[0] - timedelta(days=1)))
    export(db, ticket(1), at=hours(1))
    assert read_observations(db, ["contract"], date(2026, 1, 1), DAY) == []


def test_an_export_that_lost_most_of_its_tickets_is_an_alert(db: psycopg.Connection) -> None:
    export(db, *map(ticket, range(1, 10)))
    export(db, ticket(1), at=hours(1), run_id="empty")
    assert {alert.subject for alert in new_alerts(db, f"empty{hours(1)}")} == set("23456789")
