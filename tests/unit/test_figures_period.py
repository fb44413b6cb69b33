"""Tickets, hours, metrics and backups of a period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from service_reports.contracts import MeasuredResource, Metric
from service_reports.figures.chapters.availability import availability
from service_reports.figures.chapters.backups import backup_figures, dump_figures
from service_reports.figures.chapters.hour_bank import bank_numbers, hour_bank_figures
from service_reports.figures.chapters.metrics import mean, metric_series, percentile_95
from service_reports.figures.chapters.tickets import ticket_figures
from service_reports.figures.figure import Maker
from service_reports.figures.hour_states import UnknownStatus
from service_reports.figures.model import HourBankFigures
from service_reports.records import DatabaseDump, HourBankEntry, MetricPoint, OciBackup, Ticket

DAY = date(2026, 2, 18)
CUT_OFF = date(2026, 2, 22)


def ticket(number: int, status: str = "Terminado", on: date | None = DAY) -> Ticket:
    return Ticket(
        ticket_id=str(number),
        service="support",
        registered_on=on,
        status=status,
        product="AIREPLUS",
        module="PREDIAL",
        process="RECAUDO",
        subprocess="General",
    )


def entry(hours: str, status: str, on: date | None = DAY) -> HourBankEntry:
    return HourBankEntry(request="Solicitud", production_date=on, estimated_hours=Decimal(hours), status=status)


def test_tickets_stand_newest_first_and_undated_ones_last() -> None:
    tickets = [ticket(1), ticket(3), ticket(2, on=date(2026, 2, 19)), ticket(9, on=None)]
    assert [t.ticket_id for t in ticket_figures(tickets).tickets] == ["2", "3", "1", "9"]


def test_categories_stand_by_count_then_by_name() -> None:
    tickets = [ticket(1, "Programado"), ticket(2, "Activo"), ticket(3), ticket(4)]
    [table] = [table for table in ticket_figures(tickets).tables if table.dimension == "status"]
    assert [(row.value, row.count) for row in table.rows] == [("Terminado", 2), ("Activo", 1), ("Programado", 1)]


def test_a_period_without_tickets_has_empty_tables() -> None:
    figures = ticket_figures([])
    assert figures.total == 0
    assert all(table.rows == () for table in figures.tables)


def shares(bank: HourBankFigures) -> dict[str, Decimal]:
    numbers = bank_numbers(bank, CUT_OFF, CUT_OFF, CUT_OFF, Maker(first="", last=""))
    return {each.id.rpartition(".")[2]: each.value for each in numbers if each.id.startswith("hour_bank.percent.")}


def test_hours_are_consumed_in_execution_committed_or_available() -> None:
    bank = hour_bank_figures(
        [entry("32", "Terminado"), entry("8", "En ejecución", None), entry("10", "Aprobado", None)],
        Decimal(200),
        CUT_OFF,
    )
    assert (bank.consumed, bank.in_execution, bank.committed, bank.available) == (32, 8, 10, 150)
    assert shares(bank) == {"consumed": 16, "in_execution": 4, "committed": 5, "available": 75}


def test_what_was_finished_after_the_cut_off_was_in_execution_then() -> None:
    bank = hour_bank_figures([entry("32", "Terminado", date(2026, 2, 23))], Decimal(200), CUT_OFF)
    assert (bank.consumed, bank.in_execution) == (0, 32)


def test_an_entry_of_unknown_status_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownStatus, match="«Solicitud» tiene el estado «Quizás»"):
        hour_bank_figures([entry("1", "Quizás")], Decimal(200), CUT_OFF)


def test_an_overdrawn_bank_shows_it() -> None:
    bank = hour_bank_figures([entry("210", "Terminado")], Decimal(200), CUT_OFF)
    assert bank.available == -10
    assert (shares(bank)["consumed"], shares(bank)["available"]) == (105, -5)


METRIC = Metric(namespace="n", name="M", unit="percent", title="t", meaning="m")
NODE = Metric(namespace="n", name="NodeStatus", unit="state", title="t", meaning="m", availability=True)
RESOURCE = MeasuredResource(
    name="R",
    kind="database",
    resource_ocid="ocid1.dbsystem.oc1.iad.x",
    compartment_ocid="ocid1.compartment.oc1..x",
    metrics=(METRIC,),
)


def points(*values: str, metric: str = "M") -> list[MetricPoint]:
    start = datetime(2026, 2, 18, tzinfo=UTC)
    return [
        MetricPoint(
            resource_name="R",
            namespace="n",
            metric_name=metric,
            hour=start + timedelta(hours=hour),
            value=Decimal(value),
        )
        for hour, value in enumerate(values)
    ]


def test_a_day_without_samples_is_a_gap_and_not_zero() -> None:
    series = metric_series(RESOURCE, METRIC, points("10", "20"), [DAY, date(2026, 2, 19)])
    assert [(day.mean, day.samples) for day in series.days] == [(Decimal(15), 2), (None, 0)]
    assert (series.minimum, series.maximum, series.peak, series.samples) == (15, 15, 20, 2)
    assert series.expected_samples == 48


def test_a_day_has_the_percentile_of_its_own_hours() -> None:
    hours = points(*(str(hour) for hour in range(24)), "99")
    first, second = metric_series(RESOURCE, METRIC, hours, [DAY, date(2026, 2, 19)]).days
    assert (first.p95, second.p95) == (22, 99)


def test_a_series_without_any_sample_has_no_statistics() -> None:
    series = metric_series(RESOURCE, METRIC, [], [DAY])
    assert series.minimum is series.mean is series.maximum is series.p95 is series.peak is None


def test_the_mean_is_exact_where_it_ends() -> None:
    assert mean([Decimal("51.12")] * 24) == Decimal("51.12")
    assert mean([Decimal(1), Decimal(0), Decimal(0)]) == Decimal("0.333333333")


def test_the_95th_percentile_is_a_measured_value() -> None:
    assert percentile_95([Decimal(value) for value in range(1, 101)]) == 95


def test_missing_samples_are_neither_up_nor_down() -> None:
    [first, second] = points("1", "0.98", metric="NodeStatus")
    seen = [
        first.model_copy(update={"five_minute_samples": 12, "five_minute_samples_up": 12}),
        second.model_copy(update={"five_minute_samples": 9, "five_minute_samples_up": 8}),
    ]
    part = availability(RESOURCE, NODE, seen, [DAY])
    assert (part.samples_up, part.samples, part.expected_samples) == (20, 21, 288)
    assert part.percent == Decimal("95.238095238")


def test_an_hour_without_five_minute_samples_is_up_when_it_never_failed_to_answer() -> None:
    [up, short, half] = points("1", "1", "0.5", metric="NodeStatus")
    hidden = short.model_copy(update={"minimum": Decimal(0)})
    part = availability(RESOURCE, NODE, [up, hidden, half], [DAY])
    assert (part.samples_up, part.samples, part.expected_samples) == (12, 36, 288)
    assert part.percent == Decimal("33.333333333")


def test_the_peak_is_the_highest_value_of_any_hour_and_the_chart_is_of_means() -> None:
    [low, high] = points("10", "20")
    series = metric_series(RESOURCE, METRIC, [low.model_copy(update={"maximum": Decimal(99)}), high], [DAY])
    assert (series.peak, series.maximum, series.p95) == (99, 15, 20)


def test_what_was_measured_bounds_the_percentiles_and_the_means() -> None:
    hours = [
        point.model_copy(update={"minimum": point.value - 3, "maximum": point.value + 3})
        for point in points(*(str(value) for value in range(1, 41)))
    ]
    series = metric_series(RESOURCE, METRIC, hours, [DAY, date(2026, 2, 19)])
    assert (series.least, series.p05, series.p95, series.peak) == (-2, 2, 38, 43)


def test_little_is_bad_of_available_memory_and_much_of_what_is_used() -> None:
    def bad_end(namespace: str, **more: object) -> str:
        metric = Metric(namespace=namespace, name="MemoryUtilization", unit="percent", title="t", meaning="m", **more)
        return metric_series(RESOURCE, metric, points("10"), [DAY]).worst

    assert bad_end("oci_database_cluster") == "low"
    assert bad_end("oci_computeagent") == "high"
    assert bad_end("custom", worst="low") == "low"


def test_a_day_reaches_from_the_least_to_the_most_measured_in_it() -> None:
    [low, high] = points("10", "20")
    wide = low.model_copy(update={"minimum": Decimal(1), "maximum": Decimal(60)})
    [day] = metric_series(RESOURCE, METRIC, [wide, high], [DAY]).days
    assert (day.minimum, day.mean, day.maximum) == (1, 15, 60)


def test_minutes_without_an_answer_are_known_and_those_without_a_sample_are_not() -> None:
    [first, second] = points("1", "0.98", metric="NodeStatus")
    seen = [
        first.model_copy(update={"five_minute_samples": 12, "five_minute_samples_up": 12}),
        second.model_copy(update={"five_minute_samples": 9, "five_minute_samples_up": 8}),
    ]
    part = availability(RESOURCE, NODE, seen, [DAY])
    assert (part.minutes_down, part.samples_missing, part.minutes_unknown) == (5, 267, 1335)


def backup(day: int, state: str = "ACTIVE") -> OciBackup:
    start = datetime(2026, 2, day, 3, tzinfo=UTC)
    return OciBackup(
        backup_ocid=f"ocid1.dbbackup.oc1..{day}",
        database_ocid="d",
        display_name="Automatic Backup",
        lifecycle_state=state,
        type="INCREMENTAL",
        backup_destination_type=None,
        is_using_oracle_managed_keys=None,
        version=None,
        time_expiry_scheduled=None,
        time_started=start,
        time_ended=start + timedelta(hours=2),
    )


def test_a_day_whose_only_backup_failed_has_none() -> None:
    figures = backup_figures([backup(18), backup(19, "FAILED")], [DAY, date(2026, 2, 19), date(2026, 2, 20)])
    assert figures.days_missing == (date(2026, 2, 19), date(2026, 2, 20))
    assert figures.failed == 1


def dump(day: int, size: int) -> DatabaseDump:
    on = date(2026, 2, day)
    return DatabaseDump(
        file_name=f"{on}.gz", dump_day=on, size_bytes=size, modified_at=datetime(2026, 2, day, 6, tzinfo=UTC)
    )


def test_dumps_that_hardly_change_for_three_days_are_stale() -> None:
    sizes = [1_000_000, 1_000_050, 1_000_049, 1_000_148, 1_200_000]
    figures = dump_figures([dump(14 + number, size) for number, size in enumerate(sizes)], [DAY], None)
    assert figures.stale_days == 3
    assert figures.total_bytes == sum(sizes)


def test_dumps_that_hardly_change_for_two_days_are_not_stale_yet() -> None:
    sizes = [1_000_000, 1_000_050, 1_000_049, 1_000_150, 1_000_151]
    assert dump_figures([dump(14 + number, size) for number, size in enumerate(sizes)], [DAY], None).stale_days == 0
