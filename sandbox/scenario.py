"""Reads a scenario: a folder with ``contract.yaml`` and the CSV files the outside world is made of.

A scenario of several contracts has them in ``contracts/*.yaml``, beside ``contract.yaml`` or instead
of it. What is of one contract only lies in a sub-folder named by its id; a file that is not there
is taken from the scenario's own folder, which all share.

What the outside world says only later, after the first collection, lies in a folder ``later``: files that
take the place of those of the same name.

Every cell is checked on the way in, so that a server never starts on half a scenario; an error
names the file, the row (the header is row 1), the field, its value and what to do.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints, ValidationError

from service_reports.contracts import BOGOTA, Contract, load_contract
from service_reports.records import REGISTERS, Record, SignedBack

CONTRACT_FILE = "contract.yaml"
CONTRACTS_FOLDER = "contracts"
RECORDS_FOLDER = "contract_records"
LATER_FOLDER = "later"
LATER_FILES = ("oci_daily_usage.csv", "tickets_support.csv", "tickets_warranty.csv", "hour_bank.csv")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def raw(text: str) -> bytes:
    """The bytes that a cell stands for, in which ``\\x00`` is the byte of that number.

    >>> raw("a\\\\x00b")
    b'a\\x00b'
    """
    return ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode())


class ScenarioError(ValueError):
    """A scenario that does not hold; the message names file, row, field, value and remedy."""


class Row(BaseModel):
    """Base of the rows: immutable; columns a row does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class UsageRow(Row):
    """One product's use on one UTC day, as the console would print it."""

    usage_date: date
    service: Text
    product_description: Text
    unit: Text
    quantity: Decimal
    compartment_ocid: Text | None = None
    """Where it was used, if not in the contract's first compartment: one that lies under it."""


class CostLineRow(Row):
    """A line of the provider's cost reports cell by cell, whatever is wrong with it; columns are the provider's."""

    model_config = ConfigDict(frozen=True, extra="allow")

    told_in: AwareDatetime
    """An hour of the object that tells it."""

    @property
    def cells(self) -> dict[str, str]:
        """The cells by column; ``\\x00`` stands for the character of that number."""
        return {name: raw(cell).decode() for name, cell in (self.model_extra or {}).items() if cell}


class UsageHoursRow(Row):
    """How many hours of a day the provider metered, where that is not all 24."""

    usage_date: date
    hours: Annotated[int, Field(ge=1, le=24)]


class MetricRow(Row):
    """The mean of one metric of one resource on one UTC day."""

    resource: Text
    namespace: Text
    metric: Text
    unit: Literal["percent", "state"]
    day: date
    value: Decimal


class MetricHourRow(Row):
    """One hour (its beginning) of a metric that was another than the others of its day; blank: told without a value."""

    resource: Text
    namespace: Text
    metric: Text
    hour: AwareDatetime
    value: Decimal | None = None


class BackupRow(Row):
    """One automatic backup in the provider's listing."""

    display_name: Text | None = None
    lifecycle_state: Text
    type: Text
    backup_destination_type: Text | None = None
    is_using_oracle_managed_keys: bool | None = None
    version: Text | None = None
    time_expiry_scheduled: AwareDatetime | None = None
    time_started: AwareDatetime
    time_ended: AwareDatetime | None = None


class DumpRow(Row):
    """One nightly dump as ``ls -l`` shows it; ``modified_local`` is Bogotá time."""

    size_bytes: Annotated[int, Field(ge=0)]
    modified_local: NaiveDatetime
    file_name: Text
    """``\\xf1`` stands for the byte of that number."""

    @property
    def modified_at(self) -> datetime:
        """The time of change as an aware instant."""
        return self.modified_local.replace(tzinfo=BOGOTA)


class TicketRow(Row):
    """One request at the help desk; a column that the file lacks is not told."""

    ticket_id: Text
    registered_on: date | None = None
    status: Text
    product: Text
    module: Text
    process: Text
    subprocess: Text
    priority: Text | None = None
    registered_at: AwareDatetime | None = None
    first_answered_at: AwareDatetime | None = None
    solved_at: AwareDatetime | None = None


class TicketSummaryRow(Row):
    """What a request is about, in one sentence."""

    ticket_id: Text
    summary: Text


class HourBankRow(Row):
    """One request charged to the hour bank."""

    request: Text
    production_date: date | None = None
    estimated_hours: Decimal
    status: Text


@dataclass(frozen=True)
class Scenario:
    """Everything the outside world says for one contract."""

    folder: Path
    contract: Contract
    usage: tuple[UsageRow, ...]
    usage_hours: dict[date, int]
    cost_lines: tuple[CostLineRow, ...]
    """Lines of the tenancy beyond those of the use; the same for all its contracts."""
    metrics: tuple[MetricRow, ...]
    metric_hours: tuple[MetricHourRow, ...]
    backups: tuple[BackupRow, ...]
    dumps: tuple[DumpRow, ...]
    support_tickets: tuple[TicketRow, ...]
    warranty_tickets: tuple[TicketRow, ...]
    ticket_summaries: dict[str, str]
    hour_bank: tuple[HourBankRow, ...]
    records: dict[str, tuple[Record, ...]]
    """Rows of the registers that the scenario keeps, by the name of the register."""
    signed_back: tuple[SignedBack, ...] = ()
    """How documents of its earlier reports came back signed; only for rows that no server gives."""
    later: Scenario | None = None
    """What it says after some of it was corrected, if it ever is."""

    def hours_of(self, day: date) -> int:
        """How many hours of this UTC day were metered, counted from midnight."""
        return self.usage_hours.get(day, 24)


_NUMBER = "write a number with a decimal point and no thousands separator"
_DATE = "write a date that exists, as yyyy-mm-dd"
_TIME = "write a date and a time, as 2026-01-31T02:05"
_ZONED_TIME = "write a date and a time with its zone, as 2026-01-31T02:05:00Z"
REMEDIES = {
    "bool_parsing": "write true or false",
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_type": _DATE,
    "datetime_from_date_parsing": _TIME,
    "datetime_parsing": _TIME,
    "datetime_type": _TIME,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "missing": "add the column to the header and fill it",
    "string_type": "fill the cell",
    "timezone_aware": _ZONED_TIME,
    "timezone_naive": "leave the zone out: this time is Bogotá's",
}

AnyRow = TypeVar("AnyRow", bound=BaseModel)


def _problem(path: Path, row: int, field: str, value: str | None, message: str, remedy: str) -> ScenarioError:
    return ScenarioError(f"{path.name}: row {row}: {field} has {value or ''!r}: {message} — {remedy}")


def _validate(model: type[AnyRow], cells: dict[str, Any], path: Path, number: int) -> AnyRow:
    try:
        return model.model_validate({name: cell or None for name, cell in cells.items()})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        remedy = REMEDIES.get(first["type"], "correct the value")
        raise _problem(path, number, field, cells.get(field), first["msg"], remedy) from error


def _read(
    path: Path, model: type[AnyRow], *, key: Callable[[AnyRow], Hashable] | None = None, optional: bool = False
) -> tuple[AnyRow, ...]:
    """The rows of one CSV file; with ``key``, two rows of one key are an error."""
    if optional and not path.exists():
        return ()
    rows: list[AnyRow] = []
    first_seen: dict[Hashable, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.DictReader(file), start=2):
                if None in cells:
                    extra = ",".join(cells[None])
                    raise _problem(
                        path,
                        number,
                        "(after the last column)",
                        extra,
                        "more cells than the header has",
                        "put a text that holds a comma between double quotes",
                    )
                row = _validate(model, cells, path, number)
                if key is not None and first_seen.setdefault(key(row), number) != number:
                    raise _problem(
                        path,
                        number,
                        "(the row)",
                        str(key(row)),
                        f"row {first_seen[key(row)]} says it already",
                        "keep one of the two rows",
                    )
                rows.append(row)
    except OSError as error:
        raise ScenarioError(f"{path.name}: cannot be read: {error.strerror} — add the file to {path.parent}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError(f"{path.name}: is not CSV in UTF-8: {error} — save it so") from error
    return tuple(rows)


def _check_metrics(path: Path, rows: tuple[MetricRow, ...], contracts: Sequence[Contract]) -> None:
    known = {measured for contract in contracts for measured in _measured(contract)}
    for number, row in enumerate(rows, start=2):
        if (row.resource, row.namespace, row.metric) not in known:
            raise _problem(
                path,
                number,
                "resource, namespace, metric",
                f"{row.resource}, {row.namespace}, {row.metric}",
                f"{CONTRACT_FILE} measures no such thing",
                f"correct the row, or add the metric to resources in {CONTRACT_FILE}",
            )


def _measured(contract: Contract) -> set[tuple[str, str, str]]:
    return {
        (resource.name, metric.namespace, metric.name) for resource in contract.resources for metric in resource.metrics
    }


def contract_paths(folder: Path) -> tuple[Path, ...]:
    """The contract files of a scenario: ``contract.yaml`` first, then ``contracts/*.yaml`` by name.

    Raises:
        ScenarioError: the folder does not exist, or has no contract.
    """
    if not folder.is_dir():
        raise ScenarioError(f"{folder}: no such folder — name the folder of a scenario, as in sandbox/scenarios")
    several = tuple(sorted((folder / CONTRACTS_FOLDER).glob("*.yaml")))
    only = folder / CONTRACT_FILE
    return (only, *several) if only.exists() or not several else several


def _check_together(contracts: Sequence[Contract]) -> None:
    """What contracts of one scenario must share, and what they must not."""
    first = contracts[0]
    seen: dict[tuple[str, str], str] = {}
    for contract in contracts:
        customer = getattr(contract.help_desk, "customer_code", contract.id)  # an export is one contract's own
        for field, value in (("id", contract.id), ("help_desk.customer_code", customer)):
            if (field, value) in seen:
                raise ScenarioError(
                    f"{contract.id}: {field} has {value!r}: {seen[field, value]} has it already — choose another"
                )
            seen[field, value] = contract.id
        if (contract.oci.connection, contract.oci.tenancy_ocid) != (first.oci.connection, first.oci.tenancy_ocid):
            raise ScenarioError(
                f"{contract.id}: oci has {contract.oci.connection!r}, {contract.oci.tenancy_ocid!r}: all share one "
                f"tenancy — write those of {first.id}"
            )


def load_scenarios(folder: Path) -> tuple[Scenario, ...]:
    """Read and check a whole scenario folder: what the outside world says for each of its contracts.

    Raises:
        ScenarioError: a file is missing or unreadable, or a cell does not hold.
        ContractError: the same of a contract file.
    """
    contracts = [load_contract(path) for path in contract_paths(folder)]
    _check_together(contracts)
    scenarios = tuple(_load(folder, contract, contracts) for contract in contracts)
    later = folder / LATER_FOLDER
    if not later.is_dir():
        return scenarios
    for path in later.rglob("*.*"):
        if path.name not in LATER_FILES:
            known = ", ".join(LATER_FILES)
            raise ScenarioError(f"{LATER_FOLDER}/{path.name}: cannot come later — leave only {known} there")
    return tuple(replace(each, later=_load(folder, each.contract, contracts, later)) for each in scenarios)


def load_scenario(folder: Path) -> Scenario:
    """Read and check the folder of a scenario with one contract.

    Raises:
        ScenarioError: a file is missing or unreadable, a cell does not hold, or there are more contracts.
        ContractError: the same of ``contract.yaml``.
    """
    scenarios = load_scenarios(folder)
    if len(scenarios) > 1:
        raise ScenarioError(f"{folder}: has {len(scenarios)} contracts — use load_scenarios")
    return scenarios[0]


def _read_records(folder: Path) -> dict[str, tuple[Record, ...]]:
    """The registers of a folder with one CSV file a register; nothing where there is no folder."""
    records: dict[str, tuple[Record, ...]] = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in REGISTERS:
            known = ", ".join(REGISTERS)
            raise ScenarioError(f"{folder.name}/{path.name}: is no register — name it one of {known}, with .csv")
        records[path.stem] = _read(path, REGISTERS[path.stem])
    return records


def _load(folder: Path, contract: Contract, contracts: Sequence[Contract], instead: Path | None = None) -> Scenario:
    """One contract's scenario; what lies in the folder ``instead`` takes the place of the files of the same name."""

    def file(name: str) -> Path:
        places = [place / part for place in (instead, folder) if place for part in (f"{contract.id}/{name}", name)]
        return next((place for place in places if place.exists()), folder / name)

    metrics_path = file("metrics_daily_mean.csv")
    metrics = _read(metrics_path, MetricRow, key=lambda row: (row.resource, row.namespace, row.metric, row.day))
    _check_metrics(metrics_path, metrics, contracts)
    measured = _measured(contract)
    return Scenario(
        folder=folder,
        contract=contract,
        usage=_read(
            file("oci_daily_usage.csv"),
            UsageRow,
            key=lambda row: (row.usage_date, row.service, row.product_description, row.unit, row.compartment_ocid),
        ),
        usage_hours={
            row.usage_date: row.hours
            for row in _read(file("usage_hours.csv"), UsageHoursRow, key=lambda row: row.usage_date, optional=True)
        },
        cost_lines=_read(folder / "cost_lines.csv", CostLineRow, optional=True),
        metrics=tuple(row for row in metrics if (row.resource, row.namespace, row.metric) in measured),
        metric_hours=tuple(
            row
            for row in _read(
                file("metrics_hours.csv"),
                MetricHourRow,
                key=lambda row: (row.resource, row.metric, row.hour),
                optional=True,
            )
            if (row.resource, row.namespace, row.metric) in measured
        ),
        backups=_read(file("oci_backups.csv"), BackupRow),
        dumps=_read(file("local_dumps.csv"), DumpRow, key=lambda row: row.file_name),
        support_tickets=_read(file("tickets_support.csv"), TicketRow, key=lambda row: row.ticket_id),
        warranty_tickets=_read(file("tickets_warranty.csv"), TicketRow, key=lambda row: row.ticket_id),
        ticket_summaries={
            row.ticket_id: row.summary
            for row in _read(
                file("warranty_tickets_detail.csv"), TicketSummaryRow, key=lambda row: row.ticket_id, optional=True
            )
        },
        hour_bank=_read(file("hour_bank.csv"), HourBankRow),
        records=_read_records(file(RECORDS_FOLDER)),
        signed_back=_read(file("signed_back.csv"), SignedBack, optional=True),
    )
