"""Hours of use lie by their month, with numbers for texts: nothing is lost, and no month is missed unnoticed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import psycopg
import pytest

from service_reports.records import UsageDay, UsageHour
from service_reports.sources import Answer
from service_reports.warehouse import ensure_schema, load_batch, read_batches, read_days, read_period, record_batch
from service_reports.warehouse.statements import statement
from tests.golden.sample_figures import sample_contract
from tests.integration.databases import warehouse_before

pytestmark = pytest.mark.integration
CONTRACT = sample_contract()
TENANCY, [COMPARTMENT, *_] = CONTRACT.oci.tenancy_ocid, CONTRACT.oci.compartment_ocids
MONTH, JANUARY, MARCH = "080_cost_by_month", date(2026, 1, 1), date(2026, 3, 31)
MOST_BYTES_A_ROW = 120
AN_HOUR = Decimal("0.10000000000000000001")
OLD_SHAPE = """
insert into raw.batch (source, scope, name, archive_key, sha256, size_bytes, state, run_id)
select 'oci_cost_reports', 't', name, 'k', 's', 1, 'loaded', 'r' from unnest('{a,b}'::text[]) name;
insert into raw.oci_cost_hour (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,
                               product_description, unit, currency, quantity, cost, lines, corrections, tags,
                               product_sku)
select b.batch_id, 't' || n % 2, timestamptz '2025-11-30T22:00Z' + n * interval '1 hour', 'c' || n % 3, 's',
       'p' || n % 4, 'u', 'USD', (n::text || '.00000000000000000001')::numeric, -n * 1e-20::numeric, n, n % 2,
       case n % 2 when 0 then '{}' else '{"a.b": "c"}' end::jsonb, case n % 5 when 0 then '' else 'B' || n % 5 end
  from raw.batch b, generate_series(1, 60) n
"""


def load(
    db: psycopg.Connection, *moments: datetime, name: str = "report", run_id: str = "run-1", text: bytes | None = None
) -> bool:
    """One hour of use at each of these moments."""
    answer = Answer(name, text or name.encode(), "etag", moments[0].date(), moments[-1].date())
    batch_id = record_batch(
        db, source="oci_cost_reports", scope=TENANCY, answer=answer, archive_key="key", run_id=run_id
    )
    [batch] = read_batches(db, [batch_id])
    rows = [
        UsageHour(
            charge_period_start=moment,
            service_code="COMPUTE",
            compartment_ocid=COMPARTMENT,
            product_description="Standard - E5",
            unit="OCPU Hours",
            currency="USD",
            quantity=AN_HOUR,
            cost=Decimal("1E-20"),
            lines=1,
            corrections=0,
        )
        for moment in moments
    ]
    return load_batch(db, batch, rows)


def day(month: int, number: int = 1) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def partitions(db: psycopg.Connection) -> dict[str, int]:
    return dict(db.execute("select tableoid::regclass::text, count(*) from raw.oci_cost_use group by 1").fetchall())


def test_hours_of_the_old_shape_are_carried_over_to_the_last_digit(empty_warehouse: str) -> None:
    whole = (
        "select h::text from (select batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,"
        " product_description, unit, currency, quantity, cost, lines, corrections, tags, product_sku"
        " from raw.oci_cost_hour) h order by 1"
    )
    daily = "select d::text from core.oci_usage_daily d order by 1"
    with warehouse_before(empty_warehouse, MONTH) as db:
        db.execute(OLD_SHAPE)
        before = db.execute(whole).fetchall(), db.execute(daily).fetchall()
        ensure_schema(db)
        assert len(before[0]) == 120
        assert (db.execute(whole).fetchall(), db.execute(daily).fetchall()) == before
        assert set(partitions(db)) == {"raw.oci_cost_use_2025_11", "raw.oci_cost_use_2025_12"}
        ensure_schema(db)


def test_each_hour_lies_in_its_month_of_utc_and_is_read_as_it_was_told(db: psycopg.Connection) -> None:
    db.execute("set time zone 'America/Bogota'")
    load(db, day(2) - timedelta(hours=1), day(2), day(3) - timedelta(hours=1))
    assert partitions(db) == {"raw.oci_cost_use_2026_01": 1, "raw.oci_cost_use_2026_02": 2}
    used = read_days(db, CONTRACT, JANUARY, MARCH).of(UsageDay)
    assert [(each.usage_date, each.quantity) for each in used] == [
        (date(2026, 1, 31), AN_HOUR),
        (date(2026, 2, 1), AN_HOUR),
        (date(2026, 2, 28), AN_HOUR),
    ]


def test_the_use_of_a_period_by_day_is_that_of_its_hours_which_only_a_publication_reads(db: psycopg.Connection) -> None:
    report = CONTRACT.report("2026-01")
    first, last = (datetime.combine(each, time(), UTC) for each in (report.period_from, report.period_to))
    hours = [first, first + timedelta(hours=23), last]
    load(db, *hours)
    load(db, first, name="another")
    told = read_period(db, CONTRACT, report, by_hour=True)
    assert [each.hour for each in told.usage_hours] == hours
    assert [each.quantity for each in told.usage_hours] == [2 * AN_HOUR, AN_HOUR, AN_HOUR]
    days = [(each.usage_date, each.quantity, each.hours, each.hours_of_day, each.hour) for each in told.of(UsageDay)]
    assert days == [(report.period_from, 3 * AN_HOUR, 2, 2, None), (report.period_to, AN_HOUR, 1, 1, None)]
    reviewed = read_period(db, CONTRACT, report)
    assert reviewed.of(UsageDay) == told.of(UsageDay)
    assert not reviewed.usage_hours


def test_a_report_that_is_loaded_again_brings_no_new_places_products_or_months(db: psycopg.Connection) -> None:
    load(db, day(1), day(2))
    load(db, day(1), day(2), name="another")
    load(db, day(1), day(2))
    numbers = "select max(place_id), max(product_id) from raw.oci_cost_place, raw.oci_cost_product"
    assert db.execute(numbers).fetchone() == (1, 1)
    assert db.execute("select last_value from raw.oci_cost_place_place_id_seq").fetchone() == (1,)
    assert partitions(db) == {"raw.oci_cost_use_2026_01": 2, "raw.oci_cost_use_2026_02": 2}


def test_the_number_of_a_place_or_a_product_never_goes(db: psycopg.Connection) -> None:
    load(db, day(1))
    for change in ("delete from raw.oci_cost_place", "update raw.oci_cost_product set unit = 'x'"):
        with pytest.raises(psycopg.errors.RaiseException, match="hours of use name the row"):
            db.execute(change)


def test_a_month_that_was_moved_away_is_neither_read_as_none_nor_loaded_anew(db: psycopg.Connection) -> None:
    load(db, day(1), day(2))
    before = read_days(db, CONTRACT, JANUARY, MARCH).of(UsageDay)
    [(table,)] = db.execute("select raw.move_cost_month_away('2026-01-01')").fetchall()
    assert table == "raw.oci_cost_use_2026_01"
    with pytest.raises(psycopg.errors.RaiseException, match="el mes 2026-01 del uso está fuera"):
        read_days(db, CONTRACT, JANUARY, MARCH)
    with pytest.raises(psycopg.errors.RaiseException, match="el mes 2026-01 del uso está fuera"):
        load(db, day(1, 5), name="late")
    assert len(read_days(db, CONTRACT, date(2026, 2, 1), MARCH).of(UsageDay)) == 1

    db.execute(f"update {table} set quantity = quantity + 1")
    with pytest.raises(psycopg.errors.RaiseException, match="no es la tabla que se sacó"):
        db.execute("select raw.take_cost_month_back('2026-01-01')")
    db.execute(f"update {table} set quantity = quantity - 1")
    db.execute("select raw.take_cost_month_back('2026-01-01')")
    assert read_days(db, CONTRACT, JANUARY, MARCH).of(UsageDay) == before


@pytest.mark.parametrize("by_hand", ["alter table raw.oci_cost_use detach partition {0}", "drop table {0}"])
def test_a_month_whose_table_is_missing_is_neither_read_as_none_nor_a_fault_of_its_lines(
    db: psycopg.Connection, by_hand: str
) -> None:
    table = "raw.oci_cost_use_2026_01"
    load(db, day(1), day(2))
    before = read_days(db, CONTRACT, JANUARY, MARCH).of(UsageDay)
    db.execute(f"create table kept as table {table}")
    db.execute(by_hand.format(table))
    missing = "falta en la base la tabla del mes 2026-01 del uso"
    with pytest.raises(psycopg.errors.RaiseException, match=missing):
        read_days(db, CONTRACT, JANUARY, MARCH)
    with pytest.raises(psycopg.errors.RaiseException, match=missing):
        load(db, day(1, 5), name="late")
    with pytest.raises(psycopg.errors.RaiseException, match=missing):
        load(db, day(2), run_id="run-2")
    if "drop" in by_hand:
        db.execute(f"create table {table} (like raw.oci_cost_use); insert into {table} table kept")
    db.execute("select raw.attach_cost_month('2026-01-01')")
    assert read_days(db, CONTRACT, JANUARY, MARCH).of(UsageDay) == before
    assert load(db, day(1, 5), name="late")


def test_an_object_is_not_replaced_while_a_month_that_it_told_of_is_away(db: psycopg.Connection) -> None:
    """What it had told of that month would be counted beside its new text as soon as the month is back."""
    load(db, day(1), day(2))
    db.execute("select raw.move_cost_month_away('2026-01-01')")
    with pytest.raises(psycopg.errors.RaiseException, match="el mes 2026-01 del uso está fuera"):
        load(db, day(2), run_id="run-2")
    db.execute("select raw.take_cost_month_back('2026-01-01')")
    load(db, day(2), run_id="run-3")
    assert partitions(db) == {"raw.oci_cost_use_2026_02": 1}

    load(db, day(3), run_id="run-4")
    db.execute("select raw.move_cost_month_away('2026-01-01'), raw.move_cost_month_away('2026-02-01')")
    load(db, day(3, 2), run_id="run-5")  # only its first texts told of these months, and nothing of them is left
    assert partitions(db) == {"raw.oci_cost_use_2026_03": 1}


@pytest.mark.parametrize("asked", ["has_cost_hours", "delete_cost_hours", "hand_on_cost_lines"])
def test_the_hours_of_an_object_are_looked_for_in_its_own_months_alone(db: psycopg.Connection, asked: str) -> None:
    for month in (1, 2, 3):
        load(db, day(month), name=f"of {month}")
    values = {"batch_id": 1, "other": 1, "first_interval": day(2), "last_interval": day(2, 28)}
    plan = str(db.execute(f"explain {statement(f'ingest/{asked}')}", values).fetchall())
    assert set(re.findall(r"oci_cost_use_(\d{4}_\d\d)", plan)) == {"2026_02"}


def test_a_copy_that_is_given_more_hours_than_were_read_of_it_loses_all_of_them_with_its_text(
    db: psycopg.Connection,
) -> None:
    """A program of an earlier day may have read less of the same text."""
    load(db, day(2), name="copied", text=b"same")
    load(db, day(2), name="copy", text=b"same")
    load(db, day(1), day(2), day(3), name="copied", text=b"same", run_id="run-2")
    load(db, day(4), name="copied", run_id="run-3")
    names = "select distinct name from raw.oci_cost_use join raw.batch using (batch_id)"
    assert partitions(db) == {f"raw.oci_cost_use_2026_0{month}": 1 for month in (1, 2, 3, 4)}
    assert {name for (name,) in db.execute(names)} == {"copied", "copy"}
    load(db, day(5), name="copy", run_id="run-4")
    assert partitions(db) == {"raw.oci_cost_use_2026_04": 1, "raw.oci_cost_use_2026_05": 1}


def test_an_hour_of_use_takes_little_room_and_a_period_reads_its_month_alone(db: psycopg.Connection) -> None:
    """Twenty products of fifty compartments, in reports of six hours, with quantities as long as Oracle's."""
    db.execute(
        "insert into raw.oci_cost_place (tenancy_ocid, compartment_ocid, tags)"
        " select %s, case n when 1 then %s else 'ocid1.compartment.oc1..' || md5(n::text) end, '{}'"
        " from generate_series(1, 50) n",
        [TENANCY, COMPARTMENT],
    )
    db.execute(
        "insert into raw.oci_cost_product (service_code, product_sku, product_description, unit, currency)"
        " select 'COMPUTE', 'B' || n, 'Standard - E5 ' || n, 'OCPU Hours', 'USD' from generate_series(1, 20) n"
    )
    db.execute("select raw.ensure_cost_month(make_date(2026, m, 1)) from generate_series(1, 3) m")
    db.execute(
        "insert into raw.oci_cost_use select timestamptz '2026-02-01Z' + n * interval '1 hour', 1000 + n / 6, place_id,"
        " product_id, 1, 0, 0.016129032258 * product_id, 0.000483870967 * product_id"
        " from generate_series(0, 47) n, raw.oci_cost_place, raw.oci_cost_product"
        " order by n / 6, place_id, n, product_id"
    )
    db.execute("analyze raw.oci_cost_use, raw.oci_cost_place")
    row = db.execute(
        "select pg_total_relation_size('raw.oci_cost_use_2026_02') / count(*) from raw.oci_cost_use"
    ).fetchone()
    assert row is not None
    assert row[0] <= MOST_BYTES_A_ROW

    values = {
        "tenancy_ocid": TENANCY,
        "compartment_ocids": [COMPARTMENT],
        "tag_key": None,
        "tag_value": None,
        "period_from": date(2026, 2, 1),
        "period_to": date(2026, 2, 28),
        "by_hour": False,
    }
    plan = str(db.execute(f"explain {statement('figures/usage_days')}", values).fetchall())
    assert "oci_cost_use_2026_02_place_id_charge_period_start_idx" in plan
    assert "Seq Scan on oci_cost_use" not in plan
    assert "oci_cost_use_2026_01" not in plan
