"""Every row that one report is computed from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from service_reports.records import (
    ContractRegisters,
    DatabaseDump,
    DayRead,
    EarlierTicket,
    HourBankEntry,
    HttpProbe,
    IssuedFigure,
    MetricPoint,
    OciBackup,
    RefusedBatch,
    SignedBack,
    Ticket,
    TicketState,
    UsageDay,
)

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

    ``usage_hours`` is ``usage`` by the hour; empty where nobody asked for it. ``previous_usage`` is the use of the
    period of the report before, if the calendar has one, and ``earlier_tickets`` are the requests from before the
    period that were not finished at the cut-off; ``issued_hours`` what earlier reports that were registered printed of
    the hour bank, ``earlier_findings`` what the last ``MOST_FOLLOWED`` of them printed of findings,
    ``earlier_requests`` what every registered version of these asked the supervisor for, ``signed_back`` how their
    documents came back signed, and ``earlier_headlines`` what those of a trend printed of the figures that begin as
    ``HEADLINES``.
    ``days_read`` tells which days of which source were read until when, and ``refused`` what came about them and is
    not in force; ``earlier_days_read`` are the days before the period whose tickets were exported after their end.
    """

    usage: Sequence[UsageDay] = ()
    usage_hours: Sequence[UsageDay] = ()
    metrics: Sequence[MetricPoint] = ()
    backups: Sequence[OciBackup] = ()
    dumps: Sequence[DatabaseDump] = ()
    tickets: Sequence[Ticket] = ()
    ticket_states: Sequence[TicketState] = ()
    hour_bank: Sequence[HourBankEntry] = ()
    http_probes: Sequence[HttpProbe] = ()
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
