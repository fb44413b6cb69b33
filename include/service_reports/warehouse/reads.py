"""Reads the rows of one report's period, for the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg.rows import class_row

from service_reports.contracts import Contract, ReportPeriod, Warranty
from service_reports.records import (
    FINISHED,
    REGISTERS,
    ContractRegisters,
    DayRead,
    EarlierTicket,
    IssuedFigure,
    Record,
    RefusedBatch,
    SignedBack,
    UsageDay,
)
from service_reports.records.period_rows import HEADLINES, MOST_FOLLOWED, MOST_PERIODS, PeriodRows
from service_reports.sources import SOURCES
from service_reports.warehouse.statements import statement

RecordType = TypeVar("RecordType", bound=Record)
Told = TypeVar("Told", DayRead, RefusedBatch)
PRINTED = [source.name for source in SOURCES.values() if source.printed]
"""The sources whose readings say what a report may tell."""


def sources_read(connection: psycopg.Connection[Any], contract: Contract) -> dict[str, datetime]:
    """When each source of a report was last read and loaded; a source never loaded is not there."""
    scopes = {"contract_id": contract.id, "tenancy_ocid": contract.oci.tenancy_ocid, "sources": PRINTED}
    return dict(connection.execute(statement("figures/read_times"), scopes).fetchall())


def ticket_days_read(
    connection: psycopg.Connection[Any], contract: Contract, first: date, last: date
) -> dict[date, datetime]:
    """When the tickets of each of some days (Bogotá, both included) were last exported, of days that ever were."""
    period = {"contract_id": contract.id, "period_from": first, "period_to": last}
    return dict(connection.execute(statement("figures/ticket_days_read"), period).fetchall())


def _earlier_days_read(connection: psycopg.Connection[Any], contract: Contract, first: date) -> frozenset[date]:
    before = {"contract_id": contract.id, "period_from": contract.valid_from, "period_to": first - timedelta(days=1)}
    return frozenset(day for (day,) in connection.execute(statement("figures/ticket_days_exported"), before))


def hour_bank_requests(connection: psycopg.Connection[Any], contract: Contract) -> tuple[str, ...]:
    """The requests charged to a contract's hour bank, in the help desk's own words: they are not to be printed."""
    found = connection.execute(statement("figures/hour_bank"), {"contract_id": contract.id})
    return tuple(request for request, *_ in found)


def _registers(connection: psycopg.Connection[Any], contract: Contract) -> ContractRegisters:
    found = connection.execute(statement("figures/contract_records"), {"contract_id": contract.id}).fetchall()
    if not found:
        return ContractRegisters()
    rows: dict[str, tuple[Record, ...]] = {
        record["name"]: () for register, record, *_ in found if register == "registers"
    }
    for register, record, *_ in found:
        if register in rows:
            rows[register] = (*rows[register], REGISTERS[register].model_validate(record))
    *_, read_at, left_at = found[0]
    return ContractRegisters(read_at, left_at, rows)


class Readings(NamedTuple):
    """What the ledger knows of readings about some days: all that gaps are told from, without a row of data."""

    read_at: Mapping[str, datetime]
    days_read: tuple[DayRead, ...]
    refused: tuple[RefusedBatch, ...]


def read_readings(connection: psycopg.Connection[Any], contract: Contract, first: date, last: date) -> Readings:
    """What was read of a contract's sources about some days (both included), and what came and is not in force."""
    period = {
        "contract_id": contract.id,
        "tenancy_ocid": contract.oci.tenancy_ocid,
        "sources": PRINTED,
        "period_from": first,
        "period_to": last,
    }
    return Readings(
        sources_read(connection, contract),
        _ledger(connection, "days_read", DayRead, period),
        _ledger(connection, "refused_batches", RefusedBatch, period),
    )


def _ledger(
    connection: psycopg.Connection[Any], name: str, record: type[Told], period: Mapping[str, Any]
) -> tuple[Told, ...]:
    with connection.cursor(row_factory=class_row(record)) as cursor:
        return tuple(cursor.execute(statement(f"figures/{name}"), period))


def read_period(
    connection: psycopg.Connection[Any], contract: Contract, report: ReportPeriod, *, by_hour: bool = False
) -> PeriodRows:
    """Read all rows of a report in one snapshot, so that no load can slip in between; ``by_hour``: use by hour, too.

    With a warranty that is listed in it its tickets too, and with a previous period its use and what was left open.
    """
    first, warranty, previous = report.period_from, contract.warranty_listed_in(report), contract.report_before(report)
    earlier = [each.number for each in contract.reports if each.period_to < first]
    read = _Reader(connection, contract, first, report.period_to, warranty, contract.cut_off(report))
    with _one_snapshot(connection):
        rows = PeriodRows(**read.collected((), by_hour=by_hour))
        used = rows.of(UsageDay)
        return rows._replace(
            facts={**rows.facts, UsageDay: tuple(each for each in used if each.hour is None)},
            usage_hours=tuple(each for each in used if each.hour is not None),
            registers=_registers(connection, contract),
            previous_usage=read("usage_days", UsageDay, period_from=previous.period_from, period_to=previous.period_to)
            if previous
            else (),
            issued_hours=read("issued_hours", IssuedFigure, issued_reports=earlier),
            earlier_findings=read(
                "issued_figures", IssuedFigure, issued_reports=earlier[-MOST_FOLLOWED:], begins=["finding/"]
            ),
            earlier_requests=read("issued_requests", IssuedFigure, issued_reports=earlier[-MOST_FOLLOWED:]),
            signed_back=read("signed_back", SignedBack, issued_reports=earlier[-MOST_FOLLOWED:]),
            earlier_headlines=read(
                "issued_figures",
                IssuedFigure,
                issued_reports=earlier[1 - MOST_PERIODS :],
                begins=list(HEADLINES),
            ),
            earlier_tickets=read("earlier_tickets", EarlierTicket) if previous else (),
            earlier_days_read=_earlier_days_read(connection, contract, first) if previous else frozenset(),
        )


def read_days(
    connection: psycopg.Connection[Any], contract: Contract, first: date, last: date, *records: type[Record]
) -> PeriodRows:
    """Read the facts of some days, both included, and what was read of them, in one snapshot.

    Of the sources that the contract names: facts of these ``records``, or of all where none is told.
    """
    with _one_snapshot(connection):
        return PeriodRows(**_Reader(connection, contract, first, last).collected(records))


@contextmanager
def _one_snapshot(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction that reads the warehouse as it is at one moment, with its days in UTC."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local time zone 'UTC'")
        yield


class _Reader:
    """Reads rows of a contract about some days, both included, by the statements in ``figures``."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        contract: Contract,
        first: date,
        last: date,
        warranty: Warranty | None = None,
        cut_off: datetime | None = None,
    ) -> None:
        self._connection, self._contract, self._days = connection, contract, (first, last)
        self._period = {
            "contract_id": contract.id,
            "tenancy_ocid": contract.oci.tenancy_ocid,
            "compartment_ocids": list(contract.oci.compartment_ocids),
            "tag_key": contract.oci.tag and contract.oci.tag.key,
            "tag_value": contract.oci.tag and contract.oci.tag.value,
            "period_from": first,
            "period_to": last,
            "with_warranty": warranty is not None,
            "warranty_from": warranty and warranty.valid_from,
            "finished": FINISHED,
            "cut_off": cut_off,
            "by_hour": False,
        }

    def __call__(
        self, name: str, record: type[RecordType], **other: date | bool | str | list[str]
    ) -> tuple[RecordType, ...]:
        with self._connection.cursor(row_factory=class_row(record)) as cursor:
            return tuple(cursor.execute(statement(f"figures/{name}"), {**self._period, **other}))

    def collected(self, records: Collection[type[Record]], *, by_hour: bool = False) -> dict[str, Any]:
        """``facts`` and what the ledger knows, as ``PeriodRows`` has them: of these records, or all."""
        facts = {
            record: self(name, record, by_hour=by_hour)
            for source in SOURCES.values()
            if source.named(self._contract)
            for record, name in source.facts.items()
            if not records or record in records
        }
        return {"facts": facts, **read_readings(self._connection, self._contract, *self._days)._asdict()}
