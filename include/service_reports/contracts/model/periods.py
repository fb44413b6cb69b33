"""The calendar of reports."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from service_reports.contracts.model.fields import BOGOTA, Day, Frozen, Text

INSTALMENT = re.compile(r"\b(\d{1,3})/(\d{1,3})$")


LONGEST_PERIOD_DAYS = 731


class ReportPeriod(Frozen):
    """One report the contract owes: its number, days (both included) and date of issue."""

    number: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")] = Field(title="Número de informe")
    period_from: Day = Field(title="Primer día del periodo")
    period_to: Day = Field(title="Último día del periodo")
    report_date: Day = Field(title="Fecha del informe")
    instalment: Text | None = Field(default=None, title="Cuota")

    @model_validator(mode="after")
    def _in_order(self) -> ReportPeriod:
        if self.period_to < self.period_from:
            raise ValueError(
                f"period_to {self.period_to} es anterior a period_from {self.period_from}: corrija las fechas"
            )
        if (self.period_to - self.period_from).days >= LONGEST_PERIOD_DAYS:
            raise ValueError(
                f"del {self.period_from} al {self.period_to} hay más de {LONGEST_PERIOD_DAYS} días: corrija las fechas"
            )
        if self.report_date <= self.period_to:
            raise ValueError(f"report_date {self.report_date} debe ser posterior a period_to {self.period_to}")
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """Every calendar day of the period, in order."""
        return tuple(
            self.period_from + timedelta(days=offset) for offset in range((self.period_to - self.period_from).days + 1)
        )

    @property
    def ends_at(self) -> datetime:
        """When its last day is over wherever days are counted, aware: Bogotá's end later than those of OCI (UTC)."""
        return datetime.combine(self.period_to + timedelta(days=1), time(), tzinfo=BOGOTA)

    @property
    def sequence(self) -> int:
        """1 for the first report of the year: the part of the number after the hyphen."""
        return int(self.number.split("-")[1])


class NoSuchReport(KeyError):
    """A number that the calendar of a contract does not have."""

    def __str__(self) -> str:
        """As operators read it; a ``KeyError`` would quote it."""
        return str(self.args[0])
