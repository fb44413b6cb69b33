"""What the warehouse holds is what the newest answers say, whatever the order in which answers are loaded."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_reports.records import (
    DatabaseDump,
    HourBankEntry,
    KeptRegister,
    MetricPoint,
    OciBackup,
    OciCompartment,
    Ticket,
    UsageTotal,
)
from service_reports.sources import Answer
from service_reports.warehouse import load_batch, read_batches, read_observations, record_batch
from service_reports.warehouse.batches import is_held

pytestmark = pytest.mark.integration
NOON = datetime(2026, 2, 21, 12, tzinfo=UTC)
DAY = date(2026, 2, 20)
DAYS = [DAY - timedelta(days=count) for count in (2, 1, 0)]


class Told(NamedTuple):
    """An answer: so many hours after noon, about some days (both included), with these rows."""

    hour: int
    rows: Sequence[Any]
    first: date | None = DAYS[0]
    last: date | None = DAYS[-1]
    name: str = "answer"

    @property
    def at(self) -> datetime:
        """The moment that it tells of."""
        return NOON + timedelta(hours=self.hour)


def record(db: psycopg.Connection, source: str, scope: str, told: Told) -> int:
    content = json.dumps(str(told.rows)).encode()
    answer = Answer(told.name, content, None, told.first, told.last, observed_at=told.at)
    return record_batch(db, source=source, scope=scope, answer=answer, archive_key="key", run_id=f"{scope} {told.hour}")


def load(db: psycopg.Connection, source: str, order: Sequence[Told]) -> str:
    """Read some answers in the order of their moments and load them in another; returns their scope."""
    scope = uuid4().hex
    batch_ids = {told.hour: record(db, source, scope, told) for told in sorted(order, key=lambda each: each.hour)}
    for told in order:
        [batch] = read_batches(db, [batch_ids[told.hour]])
        load_batch(db, batch, told.rows)
    return scope


def ticket(number: int, status: str = "Activo", day: date | None = DAY) -> Ticket:
    return Ticket(
        ticket_id=str(number),
        service="support" if day else "warranty",
        registered_on=day,
        status=status,
        product="P",
        module="M",
        process="Q",
        subprocess="S",
    )


def entry(hours: int) -> HourBankEntry:
    return HourBankEntry(request="Informe", production_date=None, estimated_hours=Decimal(hours), status="Activo")


def point(value: str, samples: int | None = None, up: int | None = None) -> MetricPoint:
    return MetricPoint(
        resource_name="Nodo",
        namespace="n",
        metric_name="m",
        hour=NOON,
        value=Decimal(value),
        five_minute_samples=samples,
        five_minute_samples_up=up,
        five_minute_minimum=samples and Decimal(1),
    )


def backup(state: str, name: str = "Copia") -> OciBackup:
    return OciBackup(
        backup_ocid="b",
        database_ocid="d",
        display_name=name,
        lifecycle_state=state,
        type="FULL",
        backup_destination_type=None,
        is_using_oracle_managed_keys=None,
        version=None,
        time_expiry_scheduled=None,
        time_started=NOON,
        time_ended=None,
    )


def dump(size: int, day: date = DAY) -> DatabaseDump:
    return DatabaseDump(file_name="a.dmp", dump_day=day, size_bytes=size, modified_at=NOON)


def compartment(parent: str) -> OciCompartment:
    return OciCompartment(compartment_ocid="c", parent_ocid=parent, name=parent, lifecycle_state="ACTIVE")


def total(quantity: int, day: date = DAY) -> UsageTotal:
    return UsageTotal(
        usage_date=day,
        compartment_ocid="c",
        service="COMPUTE",
        product_description="E4",
        unit="OCPU Hours",
        quantity=Decimal(quantity),
    )


@pytest.mark.parametrize(
    ("source", "answers", "query", "held"),
    [
        pytest.param(
            "hour_bank",
            [Told(0, [entry(1)]), Told(1, [entry(2), entry(3)]), Told(2, [entry(4)])],
            "select estimated_hours from core.hour_bank_entry where contract_id = %s",
            [(4,)],
            id="hour_bank",
        ),
        pytest.param(
            "hour_bank",
            [Told(0, [entry(1)]), Told(1, [])],
            "select estimated_hours from core.hour_bank_entry where contract_id = %s",
            [],
            id="an empty hour_bank",
        ),
        pytest.param(
            "contract_records",
            [Told(0, [KeptRegister(name="incidents")]), Told(1, [KeptRegister(name="attestations")])],
            "select record ->> 'name' from core.contract_record where contract_id = %s",
            [("attestations",)],
            id="contract_records",
        ),
        pytest.param(
            "tickets",
            [Told(0, [ticket(1), ticket(2)]), Told(1, [ticket(1, "Terminado"), ticket(2)]), Told(2, [ticket(1)])],
            "select ticket_id, status from core.ticket where contract_id = %s",
            [("1", "Activo")],
            id="tickets",
        ),
        pytest.param(
            "oci_metrics",
            [Told(0, [point("3")]), Told(1, [point("4")]), Told(2, [point("5")])],
            "select value from core.metric_point where contract_id = %s",
            [(5,)],
            id="oci_metrics",
        ),
        pytest.param(
            "oci_backups",
            [Told(0, [backup("CREATING", "Antes")]), Told(1, [backup("ACTIVE")])],
            "select lifecycle_state, display_name from core.oci_backup where contract_id = %s",
            [("ACTIVE", "Copia")],
            id="oci_backups",
        ),
        pytest.param(
            "database_dumps",
            [Told(0, [dump(1, DAYS[0])]), Told(1, [dump(2)])],
            "select size_bytes, dump_day from core.database_dump where contract_id = %s",
            [(2, DAY)],
            id="database_dumps",
        ),
        pytest.param(
            "oci_compartments",
            [Told(0, [compartment("p")]), Told(1, [compartment("q")])],
            "select parent_ocid from core.oci_compartment where tenancy_ocid = %s",
            [("q",)],
            id="oci_compartments",
        ),
        pytest.param(
            "oci_usage",
            [Told(0, [total(1), total(1, DAYS[0])]), Told(1, [total(2)]), Told(2, [total(3)], DAYS[1])],
            "select quantity from core.oci_usage_total where tenancy_ocid = %s",
            [(3,)],
            id="oci_usage",
        ),
    ],
)
def test_the_newest_answer_is_in_force_whenever_it_is_loaded(
    db: psycopg.Connection, source: str, answers: list[Told], query: LiteralString, held: list[tuple[object, ...]]
) -> None:
    for order in itertools.permutations(answers):
        scope = load(db, source, order)
        found = db.execute(query, [scope]).fetchall()
        assert found == held, [told.hour for told in order]


@st.composite
def exports(draw: st.DrawFn) -> list[Told]:
    """Exports of different windows in which tickets change, move to another day, lose theirs and vanish."""
    found = []
    for hour in range(draw(st.integers(1, 4))):
        first, last = sorted(draw(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
        days = [day for day in DAYS if first <= day <= last]
        numbers = draw(st.sets(st.integers(1, 3)))
        rows = [
            ticket(number, draw(st.sampled_from(["Activo", "Terminado"])), draw(st.sampled_from([*days, None])))
            for number in sorted(numbers)
        ]
        found.append(Told(hour, rows, first, last))
    return draw(st.permutations(found))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=exports())
def test_tickets_are_as_their_newest_export_has_them_in_any_order(db: psycopg.Connection, order: list[Told]) -> None:
    """A ticket is as it was last seen, unless a later export of its day lacks it; one without a day is in all."""
    expected = set()
    for number in map(str, range(1, 4)):
        seen = [(told, row) for told in order for row in told.rows if row.ticket_id == number]
        if not seen:
            continue
        told, row = max(seen, key=lambda each: each[0].hour)
        later = [each for each in order if each.hour > told.hour]
        day = row.registered_on
        if not any(day is None or each.first <= day <= each.last for each in later if each.first and each.last):
            expected.add((number, row.status, day))
    scope = load(db, "tickets", order)
    query = "select ticket_id, status, registered_on from core.ticket where contract_id = %s"
    assert set(db.execute(query, [scope]).fetchall()) == expected


def test_a_ticket_that_an_older_export_does_not_have_yet_has_not_vanished(db: psycopg.Connection) -> None:
    newer, older = Told(2, [ticket(number) for number in range(1, 10)]), Told(1, [ticket(1)])
    scope = load(db, "tickets", [newer, older])
    assert read_observations(db, [scope], DAYS[0], DAYS[-1]) == []


def test_a_ticket_that_a_newer_export_lacks_has_vanished_though_an_older_one_that_has_it_is_loaded_last(
    db: psycopg.Connection,
) -> None:
    scope = load(db, "tickets", [Told(2, [ticket(1)]), Told(1, [ticket(1), ticket(2)])])
    assert [found.subject for found in read_observations(db, [scope], DAYS[0], DAYS[-1])] == ["2"]


def test_an_hour_keeps_the_fullest_set_of_its_five_minute_samples(db: psycopg.Connection) -> None:
    """Monitoring forgets them before the hours: at that edge, an hour is answered with a part of them, then none."""
    answers = [Told(0, [point("3", 12, 11)]), Told(1, [point("4", 5, 5)]), Told(2, [point("5")])]
    query = "select value, five_minute_samples, five_minute_samples_up from core.metric_point where contract_id = %s"
    for order in itertools.permutations(answers):
        assert db.execute(query, [load(db, "oci_metrics", order)]).fetchall() == [(5, 12, 11)]


def test_five_minute_samples_that_came_late_are_added(db: psycopg.Connection) -> None:
    answers = [Told(0, [point("3", 5, 5)]), Told(1, [point("3", 12, 11)])]
    query = "select five_minute_samples, five_minute_samples_up from core.metric_point where contract_id = %s"
    for order in itertools.permutations(answers):
        assert db.execute(query, [load(db, "oci_metrics", order)]).fetchall() == [(12, 11)]
    scope = load(db, "oci_metrics", [Told(0, [point("3", 12, 12)]), Told(1, [point("3", 12, 11)])])
    assert db.execute(query, [scope]).fetchall() == [(12, 11)]


def again(db: psycopg.Connection, scope: str, told: Told, run: int) -> None:
    """The run whose answer told of hour ``run`` is started again, and is answered this."""
    answer = Answer(told.name, json.dumps(str(told.rows)).encode(), None, told.first, told.last, observed_at=told.at)
    batch_id = record_batch(
        db, source="hour_bank", scope=scope, answer=answer, archive_key="key", run_id=f"{scope} {run}"
    )
    [batch] = read_batches(db, [batch_id])
    load_batch(db, batch, told.rows)


def test_an_old_run_that_is_started_again_and_answered_as_the_first_time_is_loaded_over_what_came_between(
    db: psycopg.Connection,
) -> None:
    scope = load(db, "hour_bank", [Told(0, [entry(1)]), Told(1, [entry(2)])])
    again(db, scope, Told(2, [entry(1)]), run=0)
    query = "select estimated_hours from core.hour_bank_entry where contract_id = %s"
    assert db.execute(query, [scope]).fetchall() == [(1,)]


def test_what_an_old_run_brought_last_is_what_a_new_answer_is_compared_with(db: psycopg.Connection) -> None:
    scope = load(db, "hour_bank", [Told(0, [entry(1)]), Told(1, [entry(2)])])
    again(db, scope, Told(2, [entry(3)]), run=0)

    def held(hours: int) -> bool:
        return is_held(db, "hour_bank", scope, Answer("answer", json.dumps(str([entry(hours)])).encode()))

    assert held(3)
    assert not held(2)
