"""The typed rows that sources yield: one class per kind of fact, before any arithmetic.

Quantities are ``Decimal``; instants are aware and in UTC; dates say whose day they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Record(BaseModel):
    """Base of the records: immutable, unknown fields refused; an error does not repeat what may be personal."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CostCorrection(NamedTuple):
    """A line that amends an earlier one, which its back reference names."""

    reference: str
    back_reference: str
    quantity: Decimal


class UsageHour(NamedTuple):
    """All lines of one cost report for one hour, compartment, product and wanted tags, added up.

    ``quantity`` is FOCUS *billed quantity* in ``unit``; ``cost`` is *billed cost* in
    ``currency``. ``lines`` and ``corrections`` count the rows behind the sum; ``amendments`` are
    the corrections one by one, whose quantities are in the sum already.
    """

    charge_period_start: datetime
    compartment_ocid: str
    service_code: str
    product_description: str
    unit: str
    currency: str
    quantity: Decimal
    cost: Decimal
    lines: int
    corrections: int
    tags: tuple[tuple[str, str], ...] = ()
    amendments: tuple[CostCorrection, ...] = ()


class UsageTotal(Record):
    """The provider's own total of one UTC day, compartment and product (Usage API)."""

    usage_date: date
    compartment_ocid: str
    service: str
    product_description: str
    unit: str
    quantity: Decimal


class OciCompartment(Record):
    """One compartment and what it lies under: another one, or the tenancy."""

    compartment_ocid: str
    parent_ocid: str
    name: str
    lifecycle_state: str


class UsageDay(Record):
    """One product's use on one UTC day, with the number of distinct hours seen: of it, and of any product of the day.

    Lines that only correct others count in no hour.
    """

    usage_date: date
    service_code: str
    product_description: str
    unit: str
    quantity: Decimal
    hours: int
    hours_of_day: int = 0


class MetricPoint(Record):
    """One hour of one metric of one resource; ``hour`` is its start, UTC.

    ``value`` is the hour's mean, ``minimum`` and ``maximum`` are of everything measured in it.
    Of a metric that supports the availability, the minimum of every five minutes is folded in:
    how many such samples came, in how many of them the minimum was 1, and the lowest of them.
    """

    resource_name: str
    namespace: str
    metric_name: str
    hour: AwareDatetime
    value: Decimal
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    five_minute_samples: int | None = None
    five_minute_samples_up: int | None = None
    five_minute_minimum: Decimal | None = None


class OciBackup(Record):
    """One row of the provider's backup listing (``BackupSummary``); instants in UTC.

    States, types and destinations are the provider's words as it wrote them, known or not.
    ``database_size_in_gbs`` is the size of the database, not of the backup.
    """

    backup_ocid: str
    database_ocid: str
    display_name: str
    lifecycle_state: str
    type: str
    backup_destination_type: str | None
    is_using_oracle_managed_keys: bool | None
    version: str | None
    time_expiry_scheduled: AwareDatetime | None
    time_started: AwareDatetime
    time_ended: AwareDatetime | None
    database_size_in_gbs: Decimal | None = None
    retention_period_in_days: int | None = None
    retention_period_in_years: int | None = None


class DatabaseDump(Record):
    """One dump file; ``dump_day`` is the day in its name, ``modified_at`` the store's UTC time."""

    file_name: str
    dump_day: date
    size_bytes: int
    modified_at: AwareDatetime


FINISHED = "Terminado"
"""The help desk's one state of a request that needs nothing more."""


class Ticket(Record):
    """One request at the help desk; ``registered_on`` is a Bogotá day, absent where not exported."""

    ticket_id: str
    service: Literal["support", "warranty"]
    registered_on: date | None
    status: str
    product: str
    module: str
    process: str
    subprocess: str
    summary: str | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.status == FINISHED


class EarlierTicket(Ticket):
    """A request of days before a period that was unfinished at the cut-off.

    ``last_seen_at`` (UTC) is when the help desk last told so by then, or first where it was read later.
    """

    registered_on: date
    last_seen_at: AwareDatetime | None = None


class TicketState(Record):
    """A stretch of readings of the help desk that found a ticket in one state; instants in UTC."""

    ticket_id: str
    status: str
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime

    @property
    def finished(self) -> bool:
        """Whether nothing was left to do."""
        return self.status == FINISHED


class HourBankEntry(Record):
    """One request charged to the hour bank; ``production_date`` is a Bogotá day."""

    request: str
    production_date: date | None
    estimated_hours: Decimal
    status: str


class IssuedFigure(Record):
    """A figure of the hour bank in the newest registered version of an earlier report."""

    report_number: str
    version: int
    figure_id: str
    value: Decimal


class Attestation(Record):
    """A role's word that an obligation was met in the period of a report."""

    obligation: int
    report: str
    role: str
    attested_on: date


class Consultation(Record):
    """A formal question to the entity about the execution of the contract."""

    asked_on: date
    addressee: str
    matter: str
    answered_on: date | None


class ForceMajeure(Record):
    """An event outside the parties' control, and when the supervisor was told of it."""

    occurred_on: date
    event: str
    notified_on: date | None
    recommendation: str | None


class Deliverable(Record):
    """Something the contractor must hand over; ``obligation`` is the one that it serves."""

    code: str
    kind: str
    obligation: int | None
    due_on: date | None
    sent_on: date | None
    addressee: str


class ChangeRecord(Record):
    """A change control as it is kept; ``request`` is the request of the hour bank that it is charged to."""

    code: str
    request: str
    requested_on: date
    approved_on: date | None
    specified_on: date | None
    ticket_id: str | None
    act_code: str | None
    delivered_on: date | None
    hours: Decimal


class SocialSecurityProof(Record):
    """A payment form or certificate of social security; ``month`` is its first day."""

    month: date
    kind: str
    document_number: str
    issued_on: date


class Incident(Record):
    """A security event or a claim for damage."""

    occurred_on: date
    kind: Literal["Seguridad de la información", "Datos personales", "Reclamación"]
    event: str
    closed_on: date | None


class KeptRegister(Record):
    """A register that the workbook has, with rows or without."""

    name: str


REGISTERS: dict[str, type[Record]] = {
    "attestations": Attestation,
    "consultations": Consultation,
    "force_majeure": ForceMajeure,
    "deliverables": Deliverable,
    "change_controls": ChangeRecord,
    "social_security": SocialSecurityProof,
    "incidents": Incident,
    "registers": KeptRegister,
}
"""The registers of a contract and what a row of each is; the last is the table of contents."""


class DayRead(NamedTuple):
    """The newest moment at which one day of a source was read: what the answer tells of, aware.

    ``source`` is the ledger's name; ``subject`` that of the metric's series, empty for other sources. ``day`` is UTC
    for what OCI measures, else Bogotá's.
    """

    source: str
    subject: str
    day: date
    read_at: datetime


class RefusedBatch(NamedTuple):
    """An answer that came and is not in force, and that no later one has taken the place of on these days.

    ``state`` is ``quarantined`` (a check refused it: ``reason`` begins with the check), ``unreadable``, or ``fetched``
    or ``validated``: it is not loaded yet. The whole sources, which tell of no days, have none.
    """

    batch_id: int
    source: str
    name: str
    state: str
    reason: str | None
    came_at: datetime
    days: tuple[date, ...]


class ContractRegisters(NamedTuple):
    """The registers of a contract: when their workbook was read, when it was left there, and their rows.

    ``rows`` has a key for every register that the workbook keeps, empty or not. ``read_at`` and
    ``left_at`` are absent while no workbook was ever loaded.
    """

    read_at: datetime | None = None
    left_at: datetime | None = None
    rows: Mapping[str, tuple[Record, ...]] = MappingProxyType({})


def register_of(row: Record) -> str:
    """The register that a row belongs to."""
    return next(name for name, record in REGISTERS.items() if isinstance(row, record))
