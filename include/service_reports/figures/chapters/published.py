"""How the published addresses of a contract answered when they were asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import AwareDatetime

from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.chapter import Carried, Chapter
from service_reports.figures.chapters.metrics import mean, percentile_95
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model import Ask, Finding, Frozen, PeriodFigures, Table
from service_reports.records import HttpProbe
from service_reports.records.period_rows import PeriodRows
from service_reports.sources.http_addresses import STEP

SOURCE = "http_addresses"
SERVER_ERRORS = 500
"""From this status on the server says of itself that it does not serve."""
NOT_ASKED = "not_public"
"""What was not asked, by the collector's own rule, was not measured."""
STEPS_A_DAY = timedelta(days=1) // STEP
WARNS_DAYS, ALERTS_DAYS = 30, 7
"""A certificate is told of that ends in so many days, and is urgent."""


class PublishedService(Frozen):
    """What a published address answered when it was asked, a question every ``step_minutes`` at most.

    ``answered`` and ``measured`` count questions, ``steps_measured`` the steps of the period with one, of
    ``steps_expected``. Times to the first byte are milliseconds of the questions that were answered;
    ``longest_outage`` is of steps in a row without an answer, and ``outage_began_at`` when its first was asked.
    """

    name: str
    url: str
    answered: int
    measured: int
    steps_measured: int
    steps_expected: int
    step_minutes: int
    percent: Decimal | None
    first_byte_least: Decimal | None = None
    first_byte_mean: Decimal | None = None
    first_byte_p95: Decimal | None = None
    certificate_ends_at: AwareDatetime | None = None
    longest_outage: int = 0
    outage_began_at: AwareDatetime | None = None

    @property
    def minutes_measured(self) -> int:
        """The steps with a question, in minutes."""
        return self.step_minutes * self.steps_measured

    @property
    def minutes_unmeasured(self) -> int:
        """The steps without one: of them nothing is known."""
        return self.step_minutes * (self.steps_expected - self.steps_measured)

    @property
    def outage_minutes(self) -> int:
        """The longest outage in minutes."""
        return self.step_minutes * self.longest_outage


class Published(Table):
    """The published addresses of a contract, and when the last of them was asked (UTC)."""

    services: tuple[PublishedService, ...]
    read_at: AwareDatetime | None


def table(contract: Contract, report: ReportPeriod, rows: PeriodRows) -> Published:
    """What the chapter keeps."""
    services = published(contract, rows.of(HttpProbe), report.days)
    return Published(services=services, read_at=rows.read_at.get(SOURCE))


def services_of(figures: PeriodFigures) -> tuple[PublishedService, ...]:
    """The addresses of a contract that publishes any."""
    told = figures.table(Published)
    return told.services if told else ()


def published(contract: Contract, probes: Sequence[HttpProbe], days: Sequence[date]) -> tuple[PublishedService, ...]:
    """Every address of the contract over some days (UTC), in the contract's order.

    A step without a question is neither up nor down. A redirect, a page that asks for a login and one that is not
    found are answers; from 500 on it is none.
    """
    wanted, addresses = set(days), contract.http.addresses if contract.http else ()
    of_url: dict[str, list[HttpProbe]] = {address.url: [] for address in addresses}
    for probe in probes:
        if probe.url in of_url and probe.failure != NOT_ASKED and probe.probed_at.astimezone(UTC).date() in wanted:
            of_url[probe.url].append(probe)
    return tuple(_service(each.name, each.url, of_url[each.url], len(days)) for each in addresses)


def _service(name: str, url: str, probes: Sequence[HttpProbe], days: int) -> PublishedService:
    probes = sorted(probes, key=lambda each: each.probed_at)
    up = [each for each in probes if answered(each)]
    times = [Decimal(each.first_byte_ms) for each in up if each.first_byte_ms is not None]
    certificates = [each.certificate_ends_at for each in probes if each.certificate_ends_at is not None]
    outage, began = _longest_outage(probes)
    return PublishedService(
        name=name,
        url=url,
        answered=len(up),
        measured=len(probes),
        steps_measured=len({_step(each.probed_at) for each in probes}),
        steps_expected=days * STEPS_A_DAY,
        step_minutes=STEP // timedelta(minutes=1),
        percent=mean([Decimal(100 * len(up)) / len(probes)]) if probes else None,
        first_byte_least=min(times, default=None),
        first_byte_mean=mean(times) if times else None,
        first_byte_p95=percentile_95(times) if times else None,
        certificate_ends_at=certificates[-1] if certificates else None,
        longest_outage=outage,
        outage_began_at=began,
    )


def answered(probe: HttpProbe) -> bool:
    """Whether a question was answered."""
    return probe.failure is None and probe.status is not None and probe.status < SERVER_ERRORS


def _step(at: datetime) -> int:
    return int(at.timestamp()) // int(STEP.total_seconds())


def _longest_outage(probes: Sequence[HttpProbe]) -> tuple[int, datetime | None]:
    """The most steps in a row without an answer, and when the first was asked; a step that was not measured ends it."""
    steps: dict[int, tuple[bool, datetime]] = {}
    for probe in probes:
        up, first = steps.get(_step(probe.probed_at), (False, probe.probed_at))
        steps[_step(probe.probed_at)] = (up or answered(probe), first)
    longest, began, length, start, before = 0, None, 0, None, None
    for step, (up, at) in steps.items():
        if up:
            length = 0
        elif length and step - 1 == before:
            length += 1
        else:
            length, start = 1, at
        if length > longest:
            longest, began = length, start
        before = step
    return longest, began


def findings(figures: PeriodFigures) -> Iterator[Finding]:
    """Certificates that end soon after the period, or ended, and the longest outage of each address."""
    closed = datetime.combine(figures.report_date, datetime.min.time(), tzinfo=UTC)
    for each in services_of(figures):
        if each.certificate_ends_at is not None:
            left = (each.certificate_ends_at - closed).days
            if left <= WARNS_DAYS:
                yield Finding(
                    kind="published.certificate",
                    severity="alert" if left <= ALERTS_DAYS else "warning",
                    section="published",
                    subject=each.name,
                    days=(each.certificate_ends_at.astimezone(UTC).date(),),
                    values={"days": Decimal(abs(left))},
                )
        if each.outage_began_at is not None:
            yield Finding(
                kind="published.outage",
                severity="warning",
                section="published",
                subject=each.name,
                days=(each.outage_began_at.astimezone(UTC).date(),),
                values={"minutes": Decimal(each.outage_minutes)},
            )


def asks(_: PeriodFigures, found: Sequence[Finding]) -> Iterator[Ask]:
    """To renew the certificates that end soon."""
    if ending := tuple(each.subject for each in found if each.kind == "published.certificate"):
        yield Ask(kind="renew_certificates", subjects=ending)


def numbers(contract: Contract, figures: PeriodFigures, make: Maker) -> Iterator[Figure]:
    """Every number of the chapter under its id."""
    for each in services_of(figures):
        yield from make.some("published.percent", each.percent, address=each.name)
        for name in ("answered", "measured", "minutes_measured", "minutes_unmeasured"):
            yield make(f"published.{name}", getattr(each, name), address=each.name)
        for name in ("first_byte_least", "first_byte_mean", "first_byte_p95", "certificate_ends_at"):
            yield from make.some(f"published.{name}", getattr(each, name), address=each.name)
        if each.outage_began_at is not None:
            yield make("published.outage", each.outage_minutes, address=each.name)


def evidence(contract: Contract, report: ReportPeriod, rows: PeriodRows) -> Iterator[Carried]:
    """The questions of the period's days (UTC), by address."""
    days = set(report.days)
    named = {each.url: each.name for each in contract.http.addresses} if contract.http else {}
    yield Carried(
        "http_probes.csv",
        "address probed status first_byte_ms certificate_ends failure",
        [
            (named[each.url], each.probed_at, each.status, each.first_byte_ms, each.certificate_ends_at, each.failure)
            for each in sorted(rows.of(HttpProbe), key=lambda each: (each.url, each.probed_at))
            if each.url in named and each.probed_at.astimezone(UTC).date() in days
        ],
    )


CHAPTER = Chapter(
    name="published",
    place=70,
    numbers=numbers,
    sources=(SOURCE,),
    kinds={"published": SOURCE, "renew_certificates": SOURCE},
    leads_to={"published.certificate": "renew_certificates"},
    findings=findings,
    asks=asks,
    table=table,
    keeps=Published,
    evidence=evidence,
    sentences="published",
)
