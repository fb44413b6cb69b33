"""The typed rows that sources yield: one class per kind of fact, before any arithmetic.

Quantities are ``Decimal``; instants are aware and in UTC; dates say whose day they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, model_validator

from service_reports.records.bounds import Bytes, Count, Instant, Key, Quantity
from service_reports.records.quotation import QuotedLine, QuotedName, QuotedText
from service_reports.records.request_number import as_written


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

    ``product_sku`` is the provider's number of the product, empty where it tells none.
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
    product_sku: str = ""


class UsageTotal(Record):
    """The provider's own total of one UTC day, compartment and product (Usage API); it may give no quantity.

    ``product_sku`` is the provider's number of the product, or empty. Names pass the gate as those of the cost reports
    do, with which they are compared.
    """

    usage_date: date
    compartment_ocid: Key
    service: QuotedName
    product_description: QuotedName
    unit: QuotedName
    quantity: Quantity | None
    product_sku: Key = ""


class OciCompartment(Record):
    """One compartment and what it lies under: another one, or the tenancy."""

    compartment_ocid: Key
    parent_ocid: Key
    name: QuotedLine
    lifecycle_state: QuotedLine


class UsageDay(Record):
    """One product's use on one UTC day, with the number of distinct hours seen: of it, and of any product of the day.

    Lines that only correct others count in no hour. With an ``hour`` (its start, UTC) it is the use of that hour alone.
    """

    usage_date: date
    service_code: str
    product_description: str
    unit: str
    quantity: Decimal
    hours: int
    hours_of_day: int = 0
    hour: Instant | None = None


class MetricPoint(Record):
    """One hour of one metric of one resource; ``hour`` is its start, UTC.

    ``value`` is the hour's mean, ``minimum`` and ``maximum`` are of everything measured in it.
    Of a metric that supports the availability, the minimum of every five minutes is folded in:
    how many such samples came, in how many of them the minimum was 1, and the lowest of them.
    ``series`` is of how many series that the contract does not combine on purpose the hour is made.
    """

    resource_name: str
    namespace: str
    metric_name: str
    hour: Instant
    value: Quantity
    minimum: Quantity | None = None
    maximum: Quantity | None = None
    five_minute_samples: Count | None = None
    five_minute_samples_up: Count | None = None
    five_minute_minimum: Quantity | None = None
    series: Count = 1


class OciBackup(Record):
    """One row of the provider's backup listing (``BackupSummary``); instants in UTC.

    States, types and destinations are the provider's words as it wrote them, known or not.
    ``database_size_in_gbs`` is the size of the database, not of the backup.
    """

    backup_ocid: Key
    database_ocid: str
    display_name: QuotedLine
    lifecycle_state: QuotedLine
    type: QuotedLine
    backup_destination_type: QuotedLine | None
    is_using_oracle_managed_keys: bool | None
    version: QuotedLine | None
    time_expiry_scheduled: Instant | None
    time_started: Instant
    time_ended: Instant | None
    database_size_in_gbs: Quantity | None = None
    retention_period_in_days: Count | None = None
    retention_period_in_years: Count | None = None


class DatabaseDump(Record):
    """One dump file; ``dump_day`` is the day in its name, ``modified_at`` the store's UTC time."""

    file_name: QuotedLine
    dump_day: date
    size_bytes: Bytes
    modified_at: Instant


class HttpProbe(Record):
    """What came of asking a published address once; ``probed_at`` is UTC, ``private`` its leave to lead anywhere.

    A status without a failure is an answer.
    """

    url: str
    private: bool = False
    probed_at: Instant
    status: int | None
    first_byte_ms: int | None
    certificate_ends_at: Instant | None
    failure: QuotedLine | None


FINISHED = "Terminado"
"""The help desk's one state of a request that needs nothing more."""


TicketColumn = Literal["priority", "registered_at", "first_answered_at", "solved_at"]
TICKET_COLUMNS: tuple[TicketColumn, ...] = get_args(TicketColumn)
"""What some help desks tell of a request, and others do not."""


class Ticket(Record):
    """One request at the help desk; ``registered_on`` is a Bogotá day, absent where not exported.

    ``told`` names those of ``TICKET_COLUMNS`` that the export had: of these alone an absent value says that there is
    none (yet). ``priority`` is the help desk's word; instants are in UTC.
    """

    ticket_id: Annotated[QuotedLine, BeforeValidator(as_written)]
    service: Literal["support", "warranty"]
    registered_on: date | None
    status: QuotedLine
    product: QuotedLine
    module: QuotedLine
    process: QuotedLine
    subprocess: QuotedLine
    summary: QuotedText | None = None
    priority: QuotedLine | None = None
    registered_at: Instant | None = None
    first_answered_at: Instant | None = None
    solved_at: Instant | None = None
    told: tuple[TicketColumn, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _tells_what_it_has(cls, row: object) -> object:
        if not isinstance(row, Mapping) or "told" in row:
            return row
        return {**row, "told": tuple(name for name in TICKET_COLUMNS if name in row)}

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

    ticket_id: QuotedLine
    status: QuotedLine
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime

    @property
    def finished(self) -> bool:
        """Whether nothing was left to do."""
        return self.status == FINISHED


class HourBankEntry(Record):
    """One request charged to the hour bank; ``production_date`` is a Bogotá day."""

    request: Annotated[QuotedText, BeforeValidator(as_written)]
    production_date: date | None
    estimated_hours: Quantity
    status: QuotedLine


class IssuedFigure(Record):
    """A figure in the newest registered version of an earlier report."""

    report_number: str
    version: int
    figure_id: str
    value: Decimal


class Attestation(Record):
    """A role's word that an obligation was met in the period of a report."""

    obligation: int
    report: QuotedLine
    role: QuotedLine
    attested_on: date


class Consultation(Record):
    """A formal question to the entity about the execution of the contract."""

    asked_on: date
    addressee: QuotedLine
    matter: QuotedText
    answered_on: date | None


class ForceMajeure(Record):
    """An event outside the parties' control, and when the supervisor was told of it."""

    occurred_on: date
    event: QuotedText
    notified_on: date | None
    recommendation: QuotedText | None


class Deliverable(Record):
    """Something the contractor must hand over; ``obligation`` is the one that it serves."""

    code: QuotedLine
    kind: QuotedLine
    obligation: int | None
    due_on: date | None
    sent_on: date | None
    addressee: QuotedLine


class ChangeRecord(Record):
    """A change control as it is kept; ``request`` is the request of the hour bank that it is charged to.

    ``title`` is how a person wants it called in print; what is delivered, where that can be seen, and by what it is
    accepted are people's words as well.
    """

    code: QuotedLine
    request: QuotedText
    requested_on: date
    approved_on: date | None
    specified_on: date | None
    ticket_id: QuotedLine | None
    act_code: QuotedLine | None
    delivered_on: date | None
    hours: Quantity
    title: QuotedLine | None = None
    deliverable: QuotedText | None = None
    evidence: QuotedText | None = None
    acceptance_criteria: QuotedText | None = None


class SocialSecurityProof(Record):
    """A payment form or certificate of social security; ``month`` is its first day."""

    month: date
    kind: QuotedLine
    document_number: QuotedLine
    issued_on: date


class Incident(Record):
    """A security event or a claim for damage."""

    occurred_on: date
    kind: Literal["Seguridad de la información", "Datos personales", "Reclamación"]
    event: QuotedText
    closed_on: date | None


class ActionPlan(Record):
    """What the contractor does about a finding: why it is so as far as it is known, who does what, and by when.

    ``finding`` is the code that a report prints of it; days are Bogotá's.
    """

    finding: QuotedLine
    cause: QuotedText | None
    action: QuotedText
    owner: QuotedLine
    due_on: date | None
    done_on: date | None


class Payment(Record):
    """An invoice of the contractor, and when the entity paid it; ``amount`` in Colombian pesos, days are Bogotá's."""

    instalment: int
    invoice: QuotedLine
    amount: Quantity
    billed_on: date
    due_on: date | None
    paid_on: date | None


class Reply(Record):
    """What the supervisor, or who answers for the entity, said to a request of a report; days are Bogotá's.

    ``code`` is what a report prints of the request, ``support`` where the answer can be read.
    """

    code: QuotedLine
    answered_on: date
    answered_by: QuotedLine
    answer: QuotedText
    support: QuotedLine | None


class SignedBack(Record):
    """A document of the newest registered version of an earlier report, and how it came back signed, if it did.

    ``at`` (aware) is when it was signed, as the signature says; of a copy of a page signed by hand, when somebody
    (``by``) registered it. ``role`` is the post that the signer's certificate names.
    """

    report_number: str
    version: int
    kind: str
    title: str
    how: Literal["countersigned", "scanned"] | None
    role: QuotedLine | None
    at: Instant | None
    by: QuotedLine | None


class KeptRegister(Record):
    """A register that the workbook has, with rows or without; without them on purpose where somebody wrote so."""

    name: str
    empty_on_purpose: bool = False


REGISTERS: dict[str, type[Record]] = {
    "attestations": Attestation,
    "consultations": Consultation,
    "force_majeure": ForceMajeure,
    "deliverables": Deliverable,
    "change_controls": ChangeRecord,
    "social_security": SocialSecurityProof,
    "incidents": Incident,
    "action_plans": ActionPlan,
    "payments": Payment,
    "replies": Reply,
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


Decision = Literal["left", "released"]
"""What a person decides about what was refused: to leave it so, or to take it as good."""


class RefusedBatch(NamedTuple):
    """An answer that came and is not in force, or only by a person's word, on days of which no later one tells.

    ``state`` is ``quarantined`` (a check refused it: ``reason`` begins with the check), ``unreadable``, or ``fetched``:
    it is not loaded yet; ``released``: it is in force because a person took it as good; ``loaded``: in force without
    the rows that ``reason`` names. The whole sources, which tell of no days, have none. ``settled_by`` is the person
    who left it refused or released it (``settled_as``), and ``settled_why`` the reason.
    """

    batch_id: int
    source: str
    name: str
    state: str
    reason: str | None
    came_at: datetime
    days: tuple[date, ...]
    settled_by: str | None = None
    settled_why: str | None = None
    settled_as: Decision | None = None


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
