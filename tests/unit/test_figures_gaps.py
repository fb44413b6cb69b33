"""What is missing from a period: days that were not read after their end, and what came and was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.figures.coverage import told_gaps
from service_reports.figures.figure import Figure
from service_reports.figures.gaps import (
    Subject,
    as_far_as_read,
    ended,
    gaps,
    may_be_said,
    never_read,
    subjects,
    supported,
    unread,
)
from service_reports.figures.model import Gap
from service_reports.records import DayRead, RefusedBatch
from tests.golden.readings import all_read, whole_read
from tests.golden.sample_figures import sample_contract

CONTRACT: Contract = sample_contract()
REPORT = CONTRACT.report("2026-01")
DAYS = REPORT.days
FIRST, LAST = DAYS[0], DAYS[-1]
SERIES = next(subject for subject in subjects(CONTRACT) if subject.source == "oci_metrics").name
LATE = datetime(2026, 3, 1, tzinfo=UTC)
MEASURED = "oci_metrics.percent_in_range: No cumplen 1 de 24 filas: fila 3, (vacío)"


class Ledger(NamedTuple):
    days_read: tuple[DayRead, ...] = all_read(CONTRACT, REPORT)
    read_at: Mapping[str, datetime] = whole_read(REPORT)
    refused: tuple[RefusedBatch, ...] = ()

    def without(self, source: str, *days: date) -> Ledger:
        """The same, as if some days (all, where none is named) of a source had not been read."""
        lost = set(days or DAYS)
        return self._replace(
            days_read=tuple(each for each in self.days_read if each.source != source or each.day not in lost)
        )

    def with_batch(self, source: str, name: str, *days: date, state: str = "quarantined") -> Ledger:
        batch = RefusedBatch(7, source, name, state, MEASURED, LATE, days)
        return self._replace(refused=(*self.refused, batch))

    def with_released(self, source: str, name: str, *days: date) -> Ledger:
        batch = RefusedBatch(7, source, name, "released", MEASURED, LATE, days, "operador", "así es", "released")
        return self._replace(refused=(*self.refused, batch))


def found(ledger: Ledger) -> tuple[Gap, ...]:
    return gaps(CONTRACT, DAYS, ledger)


def test_a_period_whose_every_day_was_read_after_its_end_has_no_gap() -> None:
    assert found(Ledger()) == ()


def test_what_a_person_released_is_told_of_the_days_on_which_it_stands_and_leaves_none_of_them_unread() -> None:
    for source, days in (("oci_cost_reports", (FIRST,)), ("tickets", (FIRST,)), ("hour_bank", tuple(DAYS))):
        [gap] = found(Ledger().with_released(source, "any", FIRST))
        assert (gap.kind, gap.days, gap.replaced, gap.settled_as) == ("released", days, True, "released")
        assert not unread([gap], gap.source)


def test_what_counts_without_some_rows_is_told_of_its_days_and_leaves_none_of_them_unread() -> None:
    [gap] = found(Ledger().with_batch("oci_metrics", SERIES, FIRST, state="loaded"))
    assert (gap.kind, gap.days, gap.replaced) == ("in_part", (FIRST,), True)
    assert not unread([gap], gap.source)


def test_days_that_nobody_read_are_a_gap_of_their_source_alone() -> None:
    [gap] = found(Ledger().without("tickets", FIRST, LAST))
    assert (gap.source, gap.kind, gap.days, gap.read_at) == ("tickets", "never_read", (FIRST, LAST), None)


@pytest.mark.parametrize("source", ["oci_backups", "tickets"])
def test_a_day_that_was_read_a_second_before_its_end_was_not_read(source: str) -> None:
    end = ended(source, LAST)
    rest = Ledger().without(source, LAST)
    for at, expected in ((end, ()), (end - timedelta(seconds=1), ("read_early",))):
        read = rest._replace(days_read=(*rest.days_read, DayRead(source, "", LAST, at)))
        assert tuple(gap.kind for gap in found(read)) == expected


def test_days_of_oci_end_in_utc_and_all_others_in_bogota_five_hours_later() -> None:
    assert ended("tickets", LAST) - ended("oci_metrics", LAST) == timedelta(hours=5)
    assert max(ended(source, LAST) for source, _ in subjects(CONTRACT)) == REPORT.ends_at


def test_the_hour_bank_is_read_up_to_the_moment_that_it_tells_of() -> None:
    noon = datetime(2026, 2, 20, 17, tzinfo=UTC)
    [gap] = found(Ledger(read_at={**whole_read(REPORT), "hour_bank": noon}))
    assert (gap.source, gap.kind, gap.read_at) == ("hour_bank", "read_early", noon)
    assert gap.days == tuple(day for day in DAYS if day >= date(2026, 2, 20))
    records = {source: at for source, at in whole_read(REPORT).items() if source != "contract_records"}
    assert [(gap.source, gap.kind) for gap in found(Ledger(read_at=records))] == [("contract_records", "never_read")]


def test_a_source_that_the_contract_does_not_name_lacks_nothing() -> None:
    unnamed = CONTRACT.model_copy(update={"records": None, "resources": ()})
    read = Ledger(read_at={"hour_bank": LATE}).without("oci_metrics")
    assert gaps(unnamed, DAYS, read) == ()
    assert "oci_metrics" not in {source for source, _ in subjects(unnamed)}


def test_what_came_and_was_refused_is_told_with_batch_and_check_and_only_of_its_series() -> None:
    read = Ledger(
        days_read=tuple(each for each in Ledger().days_read if each.subject != SERIES or each.day != LAST)
    ).with_batch("oci_metrics", SERIES, LAST)
    [gap] = found(read)
    assert (gap.kind, gap.subject, gap.days, gap.batch_id) == ("refused", SERIES, (LAST,), 7)
    assert (gap.check, gap.reason, gap.read_at) == ("oci_metrics.percent_in_range", MEASURED, LATE)
    assert unread([gap], "oci_metrics", SERIES) == {LAST}
    assert unread([gap], "oci_metrics", "another") == frozenset()
    [line] = told_gaps([gap])
    assert "llegó el 2026-03-01 00:00 UTC y fue rechazado (lote 7: oci_metrics.percent_in_range" in line


def test_what_is_refused_of_days_that_another_reading_stands_for_leaves_them_read() -> None:
    [gap] = found(Ledger().with_batch("oci_backups", CONTRACT.database.name, LAST))
    assert gap.replaced
    assert unread([gap], "oci_backups") == frozenset()


def test_while_one_cost_report_is_refused_no_other_stands_for_its_days() -> None:
    for state, kind in (("quarantined", "refused"), ("unreadable", "unreadable")):
        [gap] = found(Ledger().with_batch("oci_cost_reports", "0001.csv.gz", LAST, state=state))
        assert (gap.kind, gap.replaced, gap.days) == (kind, False, (LAST,))


def test_a_hour_bank_that_is_refused_after_a_good_one_is_told_and_the_good_one_stands() -> None:
    [gap] = found(Ledger().with_batch("hour_bank", "hour_bank"))
    assert (gap.replaced, gap.days) == (True, DAYS)
    [gap] = found(Ledger(read_at={"contract_records": LATE}).with_batch("hour_bank", "hour_bank"))
    assert (gap.kind, gap.replaced) == ("refused", False)


def test_a_source_was_never_read_when_none_of_its_series_was_on_any_day() -> None:
    assert never_read(CONTRACT, DAYS, found(Ledger())) == []
    assert never_read(CONTRACT, DAYS, found(Ledger().without("oci_metrics", *DAYS[1:]))) == []
    one = Ledger(days_read=tuple(each for each in Ledger().days_read if each.subject != SERIES))
    assert never_read(CONTRACT, DAYS, found(one)) == []
    assert never_read(CONTRACT, DAYS, found(Ledger().without("oci_metrics"))) == ["oci_metrics"]
    assert set(never_read(CONTRACT, DAYS, found(Ledger((), {})))) == {source for source, _ in subjects(CONTRACT)}


def test_a_zero_stands_only_where_every_day_was_read() -> None:
    lost = found(Ledger().without("tickets", LAST))
    none = Figure(id="tickets.support.total", value=Decimal(0), unit="tickets", source="core.ticket")
    assert supported(none, ())
    assert not supported(none, lost)
    assert supported(none.model_copy(update={"value": Decimal(3)}), lost)
    assert supported(none.model_copy(update={"id": "backups.oci.failed"}), lost)


def test_a_zero_of_one_day_or_of_one_metric_stands_whatever_others_lack() -> None:
    gap = Gap(source="oci_metrics", subject="DB/oci_database/CpuUtilization", kind="never_read", days=(LAST,))

    def stands(figure_id: str) -> bool:
        source = "core.metric_point, CpuUtilization"
        return supported(Figure(id=figure_id, value=Decimal(0), unit="samples", source=source), (gap,))

    assert stands("metric/DB/StorageUtilization/samples")
    assert stands("metric/Server/CpuUtilization/samples")
    assert stands("availability/Server/samples_up")
    assert stands(f"metric.day/{FIRST}/DB/CpuUtilization/samples")
    assert not stands("metric/DB/CpuUtilization/samples")
    assert not stands("availability/DB/samples_up")
    assert not stands(f"metric.day/{LAST}/DB/CpuUtilization/samples")


def test_a_zero_of_what_was_read_says_so_and_of_nothing_that_was_read_there_is_none() -> None:
    none = Figure(id="tickets.support.total", value=Decimal(0), unit="tickets", source="core.ticket")
    [told] = as_far_as_read(none, found(Ledger().without("tickets", LAST)), DAYS)
    assert (told.id, told.value) == ("read/tickets.support.total", 0)
    assert list(as_far_as_read(none, found(Ledger().without("tickets", *DAYS)), DAYS)) == []
    assert list(as_far_as_read(none, (), DAYS)) == [none]


def test_an_observation_denies_nothing_of_a_day_that_was_not_read() -> None:
    lost = found(Ledger().without("oci_metrics", LAST))
    denied = Observation("metrics.samples_missing", CONTRACT.id, SERIES, "warning", "llegaron 0", LAST)
    assert not may_be_said(denied, lost)
    assert may_be_said(denied, ())
    assert may_be_said(Observation("dump.missing", CONTRACT.id, "volcados", "warning", "Ninguno", LAST), lost)


def test_series_that_lack_the_same_share_a_line() -> None:
    lines = told_gaps(found(Ledger().without("oci_metrics", FIRST)))
    count = sum(subject.source == "oci_metrics" for subject in subjects(CONTRACT))
    assert lines == [f"métricas de OCI ({count}), días sin leer: {FIRST}"]
    assert Subject("oci_metrics", SERIES) in set(subjects(CONTRACT))
