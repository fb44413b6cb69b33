"""What was measured of servers and databases, and their copies and dumps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from service_reports.figures.model.frozen import Frozen
from service_reports.figures.model.usage import Growth
from service_reports.records import DatabaseDump, OciBackup


class MetricDay(Frozen):
    """One metric on one UTC day: mean and percentiles of the hours, least and most measured in any; ``None``
    without a sample."""

    day: date
    mean: Decimal | None
    samples: int
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    p95: Decimal | None = None
    p05: Decimal | None = None


class MetricSeries(Frozen):
    """One chart: daily means of the period, and statistics of them and of the hours.

    ``minimum`` and ``maximum`` are of the daily means, ``p95`` and ``p05`` of the hourly ones, ``least`` and ``peak``
    of everything measured. ``worst`` is the end of the values that is the bad one.
    """

    resource_name: str
    resource_kind: Literal["database", "server"]
    namespace: str
    metric_name: str
    unit: Literal["percent", "state"]
    title: str
    meaning: str
    days: tuple[MetricDay, ...]
    minimum: Decimal | None
    mean: Decimal | None
    maximum: Decimal | None
    p95: Decimal | None
    peak: Decimal | None
    least: Decimal | None = None
    p05: Decimal | None = None
    worst: Literal["high", "low"] = "high"
    samples: int
    expected_samples: int
    days_unread: tuple[date, ...] = ()
    growth: Growth | None = None
    """Of what tells which part of a capacity is used; ``None`` of all else, and of fewer than two weeks."""
    full_on: date | None = None
    """When the capacity is used up if it goes on so (UTC day)."""

    @property
    def constant(self) -> bool:
        """Whether every sample of the period was there and they were all the same."""
        return self.least is not None and self.least == self.peak and self.samples == self.expected_samples

    @property
    def percentile(self) -> Decimal | None:
        """The hourly mean that few hours were worse than; a state has none."""
        if self.unit == "state":
            return None
        return self.p05 if self.worst == "low" else self.p95

    @property
    def unread(self) -> bool:
        """Whether nothing of it was read: that there are no samples says nothing."""
        return not self.samples and len(self.days_unread) == len(self.days)

    @property
    def days_missing(self) -> tuple[date, ...]:
        """The days that were read and brought no sample."""
        return tuple(day.day for day in self.days if day.mean is None and day.day not in self.days_unread)


class Availability(Frozen):
    """Share of received five-minute samples in which a resource answered, and samples not received."""

    resource_name: str
    metric_name: str
    percent: Decimal | None
    samples_up: int
    samples: int
    expected_samples: int
    sample_minutes: int = 5
    days_unread: tuple[date, ...] = ()
    unread: bool = False
    """Whether no day of the period was read: then its zeros say nothing."""

    @property
    def samples_down(self) -> int:
        """Received samples in which it did not answer all the time."""
        return self.samples - self.samples_up

    @property
    def minutes_down(self) -> int:
        """Minutes of the received samples in which it did not answer all the time: at most so long it was down."""
        return self.samples_down * self.sample_minutes

    @property
    def samples_missing(self) -> int:
        """Samples that were expected and not received."""
        return max(0, self.expected_samples - self.samples)

    @property
    def minutes_unknown(self) -> int:
        """Minutes of which nothing was received."""
        return self.samples_missing * self.sample_minutes


class BackupFigures(Frozen):
    """The provider's backups of the period, by UTC day of their start.

    ``days_missing`` were listed after their end and have none; of ``days_unread`` that is not known.
    """

    backups: tuple[OciBackup, ...]
    days_missing: tuple[date, ...]
    failed: int
    days_unread: tuple[date, ...] = ()


class DumpFigures(Frozen):
    """Dump files of the period by the day in their name; ``listed_at`` is the newest listing.

    ``days_missing`` were listed after their end and have none; of ``days_unread`` that is not known.
    """

    dumps: tuple[DatabaseDump, ...]
    days_missing: tuple[date, ...]
    total_bytes: int
    stale_days: int
    listed_at: AwareDatetime | None
    days_unread: tuple[date, ...] = ()
