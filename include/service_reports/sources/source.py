"""What is declared of a source, once; ingest, validation, loads, the gate and the documents go through declarations.

A *source* is what the ledger knows under one name: how its archived bytes are read, checked and loaded. A *feed* is
what is asked for together: it brings the answers of one source, or of several that come in one file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, Protocol

from service_reports.checks.observation import Observation
from service_reports.checks.suite import Suite
from service_reports.contracts import Contract
from service_reports.failures import Unreachable
from service_reports.records import Record
from service_reports.sources.answer import Answer, OddAnswer, SourceError
from service_reports.sources.oci_items import ENDLESS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Scope = Literal["tenancy", "contract"]
"""Whose an answer is: of all contracts of a tenancy, or of one contract."""
Asking = Scope | Literal["installation"]
"""Of what is asked together: of all contracts in one go, too."""
Stamps = Literal["end", "start"]
"""Which end of its window a measurement is stamped at."""


class Window(NamedTuple):
    """Days that are asked for, both included."""

    first: date
    last: date


class Batch(NamedTuple):
    """One archived answer; ``scope`` is a tenancy OCID or a contract id, ``observed_at`` the moment it tells of."""

    batch_id: int
    source: str
    scope: str
    name: str
    archive_key: str
    window_from: date | None
    window_to: date | None
    state: str
    reason: str | None
    etag: str | None
    run_id: str
    observed_at: datetime


class Loading(Protocol):
    """The transaction in which the rows of one batch are loaded, by the statements of ``include/sql``."""

    @property
    def batch(self) -> Batch:
        """What is loaded."""

    @property
    def contracts(self) -> Sequence[Contract]:
        """The contracts of the batch's scope."""

    def execute(self, statement: str, /, **parameters: object) -> Sequence[tuple[Any, ...]]:
        """Run a statement; its parameters are the batch's id, name, source, scope, window and moment, and these."""

    def write(self, statement: str, rows: Iterable[object], /, **parameters: object) -> None:
        """Run a statement for every row: its fields, ``position`` from 1, and the parameters of ``execute``."""

    def copy(self, statement: str, rows: Iterable[Sequence[object]], /) -> None:
        """Run a ``copy … from stdin`` over rows whose values are in the order of its columns."""

    def observe(self, found: Observation) -> None:
        """Keep what the load noticed."""

    def keep(self, found: Sequence[Observation], kind: str) -> None:
        """Keep what the days of the batch's window, or all days, show of one kind; what is not found is resolved."""


Load = Callable[[Loading, Sequence[Any]], None]


def _roots(held: Contract) -> frozenset[str]:
    return frozenset(held.oci.compartment_ocids)


class Reading(NamedTuple):
    """What archived bytes are read with: the batch that they are, and the contracts of its scope.

    ``opened`` gives the bytes as a file, which whoever asks closes, and again until the rows are loaded;
    ``compartments`` those of a contract, with all under them.
    """

    batch: Batch
    contracts: Sequence[Contract]
    opened: Callable[[], BinaryIO]
    compartments: Callable[[Contract], frozenset[str]] = _roots


Parse = Callable[[Reading], Sequence[Any]]
"""Reads archived bytes."""


def by_content(parse: Callable[[bytes], Sequence[Any]]) -> Parse:
    """The parser of a source whose bytes are few, and say everything by themselves."""

    def read(reading: Reading) -> Sequence[Any]:
        with reading.opened() as file:
            return parse(file.read())

    return read


def rows_of(statement: str) -> Load:
    """The load of a source whose rows each take their place in one table."""
    return lambda loading, rows: loading.write(statement, rows)


def _one(_: Contract) -> Iterable[str]:
    """What is read as one thing has no name of its own."""
    return ("",)


@dataclass(frozen=True)
class Source:
    """What one name of the ledger stands for.

    ``whole``: one answer replaces all that the one before it under its scope (of cost reports: its name) said, so one
    of an earlier moment is not loaded after it. ``printed``: a report tells of it, and may not be made before it was
    read; a source that is not proves or places what others say. ``only_now``: what was not asked in its moment cannot
    be asked for later, so no report waits for it or is refused without it. ``days_end_in`` is the zone whose days it
    tells of, ``None`` for one that tells everything at once. ``named_by`` is the section of a contract that names it,
    and ``parts`` are what the section names that is read by itself: of a contract without the section it lacks
    nothing, blocks nothing and prints nothing. ``facts`` are the types of rows that it has of a period, each with the
    statement of ``include/sql/figures`` that reads them. ``rests_on`` are the sources of which its parse asks what is
    loaded: of what one run brings, they are loaded before it is parsed. ``refuse`` raises ``SourceError`` over an
    answer that has nothing where the one in force has rows, given how many by register.
    """

    name: str
    scope: Scope
    named_by: str
    parse: Parse
    suite: Suite
    load: Load
    whole: bool = False
    printed: bool = True
    only_now: bool = False
    days_end_in: tzinfo | None = UTC
    parts: Callable[[Contract], Iterable[str]] = _one
    facts: Mapping[type[Record], str] = field(default_factory=dict)
    rests_on: Collection[str] = ()
    refuse: Callable[[Batch, Sequence[Any], Mapping[str, int]], None] | None = None

    @property
    def required(self) -> bool:
        """Whether every contract has it: whether the section that names it may not be left out."""
        return Contract.model_fields[self.named_by].is_required()

    def named(self, contract: Contract) -> bool:
        """Whether a contract has it."""
        return bool(getattr(contract, self.named_by))

    def subjects(self, contract: Contract) -> Iterable[str]:
        """What is read by itself of a contract; nothing where it does not name the source."""
        return self.parts(contract) if self.named(contract) else ()


class Told(NamedTuple):
    """An answer, before it is archived."""

    source: str
    scope: str
    answer: Answer


class Unread(NamedTuple):
    """What could not be read, and why; of which days, where it tells of days."""

    source: str
    scope: str
    name: str
    reason: str
    days: Window | None
    etag: str | None = None


class Interrupted(Unreachable):
    """What could not be read while there are tries left to read it."""


class Stores(Protocol):
    """What a feed reaches: each opens under its connection's name, and fails with it."""

    def reaching(self, connection_id: str, endpoint: str) -> AbstractContextManager[None]:
        """Turn the errors of a client's calls into one that names the connection."""

    def oci(self, connection_id: str) -> Any:  # noqa: ANN401 (the SDK's clients, by service)
        """The clients of OCI's services."""

    def s3(self, connection_id: str) -> tuple[Any, str]:
        """A boto3 S3 client, and its endpoint."""

    def sftp(self, connection_id: str) -> AbstractContextManager[Any]:
        """An open SFTP session."""

    def statement(self, name: str) -> str:
        """The text of a statement of ``include/sql``."""

    def sql(self, connection_id: str) -> AbstractContextManager[tuple[Any, Any]]:
        """An open connection of the Python database API, and its driver's way of writing parameters."""


class Ledger(Protocol):
    """What a feed may know of what came before."""

    def loaded(self, source: str, scope: str, names: Iterable[str]) -> frozenset[tuple[str, str | None]]:
        """Name and etag of those of some objects that are loaded with all that the contracts want of them."""

    def of_run(self, source: str, scope: str) -> frozenset[tuple[str, str | None]]:
        """Name and etag of every object that this run has read already."""

    def note_listing(self, source: str, scope: str, days: Window) -> None:
        """That a place was looked through for some days, and all that was new there was read."""

    def oldest_missed(self, source: str, scope: str, names: Sequence[str], days: Window) -> date | None:
        """The oldest of some days (UTC) of which, for one of the names, no loaded answer tells as it settled.

        An empty name stands for any answer of the source.
        """

    def days_lacking_hours(self, contract_id: str, days: Window) -> Mapping[tuple[str, str, str], Mapping[date, int]]:
        """Of each resource, namespace and metric the days (UTC) that lack hours, and how many are known of each.

        Days before the first of which anything is known are none of them.
        """

    def concluded_reports(self, contract_id: str) -> frozenset[str]:
        """Numbers of the reports that were issued, or of which a person said why they are not."""

    def oldest_unfinished_backup(self, contract_id: str) -> date | None:
        """The day (UTC) of the oldest backup that had not ended when it was last listed."""

    def oldest_open_ticket(self, contract_id: str) -> date | None:
        """The day (Bogotá) of the oldest support request that was not finished when it was last seen."""

    def read_before(self, source: str, scope: str, sha256: str) -> Mapping[str, datetime]:
        """The names under which bytes of a hash were read, each with the moment (aware) of which they were first."""

    def archive(self, content: bytes) -> str | None:
        """Keep bytes before they are read, or that nobody can read; gives their key, ``None`` where nothing is kept."""

    def stamps(self, tenancy_ocid: str) -> Stamps | None:
        """Where in their windows a tenancy's measurements are stamped, as it was last found out."""

    def note_stamps(self, tenancy_ocid: str, stamps: Stamps | None, evidence: Mapping[str, object]) -> None:
        """Keep what this run found out about it, or that it could not, with the evidence."""

    def observe(self, found: Observation) -> None:
        """Keep what the collection noticed."""


@dataclass(frozen=True)
class Asked:
    """What a feed is asked for: the days of one scope, and through what.

    ``connection`` is the tenancy's; ``contracts`` are those of the scope. ``days`` are what the run's form says or its
    schedule means. While ``tries_left``, what cannot be reached may come at the next try.
    """

    scope: str
    connection: str
    contracts: tuple[Contract, ...]
    days: Window
    stores: Stores
    ledger: Ledger
    by_hand: bool = False
    tries_left: bool = False

    @property
    def contract(self) -> Contract:
        """The one contract of a contract's scope."""
        [only] = self.contracts
        return only

    @contextmanager
    def reaching(self, endpoint: str) -> Iterator[None]:
        """Turn the errors of a client's calls into one that names the connection.

        Raises:
            SourceError: an answer that is none was kept; it says where.
        """
        try:
            with self.stores.reaching(self.connection, endpoint):
                yield
        except OddAnswer as error:
            raise SourceError(self.with_answer(str(error), error.answered)) from None

    def with_answer(self, reason: str, answered: object) -> str:
        """Keep what was answered and cannot be used, so that it can be seen; gives the reason, and where that lies."""
        try:
            told = json.dumps(answered, ensure_ascii=False, indent=1, default=str)
        except RecursionError:
            told = json.dumps(ENDLESS)
        key = self.ledger.archive(told.encode(errors="surrogatepass"))
        return reason if key is None else f"{reason}; lo que se recibió está en el archivo: {key}"


@dataclass(frozen=True)
class Feed:
    """What is asked for together, per scope.

    ``brings`` says to operators what, and ``policy`` is the statement of OCI's policy that allows it. ``collection`` is
    what it is collected with, by one DAG on one schedule, which tells what is wrong with it. ``place`` is where it
    stands among the others wherever they are told of in order; those of one place stand by name. ``news_only``: an
    answer with the bytes of the one that was entered last is not entered again, if that one was loaded.
    """

    name: str
    brings: str
    collection: str
    scope: Asking
    collect: Callable[[Asked], Iterator[Told | Unread]]
    sources: tuple[Source, ...] = field(default=())
    policy: str = ""
    place: int = 100
    news_only: bool = False

    def named(self, contract: Contract) -> bool:
        """Whether a contract names any of its sources; of one that does not, nothing is asked."""
        return any(source.named(contract) for source in self.sources)
