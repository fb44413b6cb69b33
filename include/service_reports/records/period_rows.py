"""Every row that one report is computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, TypeVar, cast

from service_reports.records import (
    ContractRegisters,
    DayRead,
    EarlierTicket,
    IssuedFigure,
    Record,
    RefusedBatch,
    SignedBack,
    UsageDay,
)

RecordType = TypeVar("RecordType", bound=Record)

MOST_FOLLOWED = 12
"""So many reports back a finding is followed."""
MOST_PERIODS = 6
"""So many periods a trend shows, with the one that is reported."""
HEADLINES = (
    "tickets.support.total",
    "hour_bank.available",
    "availability/",
    "summary.days",
    "summary.backups.days_covered",
    "summary.dumps.days_covered",
    "usage.days.complete",
)
"""How the ids begin of the figures whose trend is shown, and of what they are a part of."""


class PeriodRows(NamedTuple):
    """Every row that one report is computed from, and when each source was last read (UTC).

    ``facts`` are the rows of the period that sources declare, by their type. ``usage_hours`` are its ``UsageDay`` by
    the hour; empty where nobody asked for it. ``previous_usage`` is the use of the
    period of the report before, if the calendar has one, and ``earlier_tickets`` are the requests from before the
    period that were not finished at the cut-off; ``issued_hours`` what earlier reports that were registered printed of
    the hour bank, ``earlier_findings`` what the last ``MOST_FOLLOWED`` of them printed of findings,
    ``earlier_requests`` what every registered version of these asked the supervisor for, ``signed_back`` how their
    documents came back signed, and ``earlier_headlines`` what those of a trend printed of the figures that begin as
    ``HEADLINES``.
    ``days_read`` tells which days of which source were read until when, and ``refused`` what came about them and is
    not in force; ``earlier_days_read`` are the days before the period whose tickets were exported after their end.
    """

    facts: Mapping[type[Record], Sequence[Record]] = MappingProxyType({})
    usage_hours: Sequence[UsageDay] = ()
    read_at: Mapping[str, datetime] = MappingProxyType({})
    registers: ContractRegisters = ContractRegisters()
    previous_usage: Sequence[UsageDay] = ()
    issued_hours: Sequence[IssuedFigure] = ()
    earlier_findings: Sequence[IssuedFigure] = ()
    earlier_requests: Sequence[IssuedFigure] = ()
    signed_back: Sequence[SignedBack] = ()
    earlier_headlines: Sequence[IssuedFigure] = ()
    earlier_tickets: Sequence[EarlierTicket] = ()
    earlier_days_read: Collection[date] = ()
    days_read: Sequence[DayRead] = ()
    refused: Sequence[RefusedBatch] = ()

    def of(self, record: type[RecordType]) -> Sequence[RecordType]:
        """The facts of a type."""
        return cast("Sequence[RecordType]", self.facts.get(record, ()))


def by_type(facts: Iterable[Record]) -> Mapping[type[Record], Sequence[Record]]:
    """Rows as ``PeriodRows`` holds them; the order within a type stays."""
    found: dict[type[Record], list[Record]] = {}
    for each in facts:
        found.setdefault(type(each), []).append(each)
    return found
