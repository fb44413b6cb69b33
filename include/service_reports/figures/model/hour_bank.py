"""The hour bank and its ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict

from service_reports.figures.model.frozen import Frozen
from service_reports.records import HourBankEntry

ChargedState = Literal["consumed", "in_execution", "committed"]
BankState = Literal["contracted", "available", "committed", "in_execution", "consumed"]
"""``contracted`` is what the contract gave; the other four are where these hours are, and add up to it."""


class HourBankLine(Frozen):
    """One state of the bank in the period: ``opening + credits − debits = closing``, exactly.

    The opening is at the end of the day before the period, the closing at its last day's.
    """

    state: BankState
    opening: Decimal
    credits: Decimal
    debits: Decimal
    closing: Decimal


class HourMovement(Frozen):
    """Hours that moved in the period: a debit of ``source``, a credit of ``target``.

    ``on`` is a Bogotá day, ``None`` where nobody recorded one. ``source`` is ``None`` where the
    contract gives hours; ``subject`` is the request, or the act that gives them (empty: the
    contract itself). ``balance`` is what is available afterwards.
    """

    on: date | None
    subject: str
    change_code: str | None = None
    hours: Decimal
    source: BankState | None
    target: BankState
    balance: Decimal = Decimal(0)


class OpeningDifference(Frozen):
    """A state of the bank that an earlier report closed with, and that the same day computed anew does not have."""

    state: BankState
    report: str
    version: int
    issued: Decimal
    computed: Decimal

    @property
    def difference(self) -> Decimal:
        """What is there now and was not issued."""
        return self.computed - self.issued


class ChargeInIssuedPeriod(Frozen):
    """Hours of a request dated in the period of an issued report, which no issued closing had."""

    request: str
    on: date
    hours: Decimal
    report: str
    version: int


class HourBankLedger(Frozen):
    """The hour bank of the period as a ledger, and how it differs from what was issued before.

    Movements stand by date, undated ones last.
    """

    lines: tuple[HourBankLine, ...]
    movements: tuple[HourMovement, ...]
    opening_differences: tuple[OpeningDifference, ...] = ()
    in_issued_periods: tuple[ChargeInIssuedPeriod, ...] = ()


class HourBankFigures(Frozen):
    """Hours of the bank at the cut-off."""

    model_config = ConfigDict(extra="ignore")  # figures that were kept before hold whole percentages

    contracted: Decimal
    consumed: Decimal
    in_execution: Decimal
    committed: Decimal
    available: Decimal
    entries: tuple[HourBankEntry, ...]
    ledger: HourBankLedger | None = None
    """``None`` only in figures that were kept before there was a ledger."""
