"""The rows of a scenario's month as the warehouse holds them once every source was read at the hour of the cut-off.

For whoever wants figures and pages without servers, collections and a database: what a source's answer looks like,
and how it is checked, masked and loaded, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sandbox.cost_reports import service_codes, split_exactly
from sandbox.oci_monitoring import make_streams
from sandbox.scenario import BackupRow, Scenario, TicketRow
from service_reports.contracts import DatabaseSystem, ReportPeriod, file_pattern
from service_reports.figures import compute_figures
from service_reports.figures.gaps import subjects, whole
from service_reports.figures.model import PeriodFigures
from service_reports.records import (
    FINISHED,
    ContractRegisters,
    DatabaseDump,
    DayRead,
    EarlierTicket,
    HourBankEntry,
    IssuedFigure,
    MetricPoint,
    OciBackup,
    Ticket,
    TicketState,
    UsageDay,
)
from service_reports.records.period_rows import HEADLINES, PeriodRows, by_type

SAMPLES_AN_HOUR = 12
WORKBOOK_AGE = timedelta(hours=1)
"""How long before the reading a person left the workbook of the contract's records."""


def month_rows(scenario: Scenario, report: ReportPeriod) -> PeriodRows:
    """Every row that one report of a scenario's contract is computed from."""
    contract = scenario.contract
    read_at = contract.cut_off(report).astimezone(UTC)
    previous = contract.report_before(report)
    warranty = scenario.warranty_tickets if contract.warranty_listed_in(report) else ()
    earlier = [row for row in scenario.support_tickets if row.registered_on and row.registered_on < report.period_from]
    tickets = (
        *(_ticket(scenario, row, "support") for row in scenario.support_tickets if row.registered_on in report.days),
        *(_ticket(scenario, row, "warranty") for row in warranty),
    )
    days = (contract.valid_from + timedelta(days=each) for each in range((report.period_to - contract.valid_from).days))
    return PeriodRows(
        facts=by_type(
            (
                *_usage(scenario, report),
                *_metrics(scenario, report),
                *_backups(scenario, report),
                *(dump for dump in _dumps(scenario) if dump.dump_day in report.days),
                *tickets,
                *(
                    TicketState(
                        ticket_id=each.ticket_id, status=each.status, first_seen_at=read_at, last_seen_at=read_at
                    )
                    for each in tickets
                ),
                *(HourBankEntry(**row.model_dump()) for row in scenario.hour_bank),
            )
        ),
        usage_hours=tuple(_usage_hours(scenario, report)),
        read_at={source: read_at for source, _ in subjects(contract)},
        registers=ContractRegisters(read_at, read_at - WORKBOOK_AGE, scenario.records)
        if contract.records and scenario.records
        else ContractRegisters(),
        previous_usage=tuple(_usage(scenario, previous)) if previous else (),
        earlier_tickets=tuple(
            EarlierTicket(**_ticket(scenario, row, "support").model_dump(), last_seen_at=read_at)
            for row in earlier
            if row.status != FINISHED
        ),
        earlier_days_read=frozenset(day for day in days if day < report.period_from),
        days_read=tuple(
            DayRead(source, name, day, read_at)
            for source, name in subjects(contract)
            if not whole(source)
            for day in report.days
        ),
    )


def reported(scenario: Scenario, report: ReportPeriod) -> PeriodFigures:
    """The figures of a report, as :func:`read_and_reported` computes them."""
    return read_and_reported(scenario, report)[1]


def read_and_reported(scenario: Scenario, report: ReportPeriod) -> tuple[PeriodRows, PeriodFigures]:
    """The rows and figures of a report, with what those before it printed of findings, hour bank and first of all.

    The registers are the same in all: of a day after a report's date it knows nothing.
    """
    contract, issued = scenario.contract, list[IssuedFigure]()
    for each in contract.reports:
        rows = month_rows(scenario, each)._replace(
            earlier_findings=tuple(figure for figure in issued if figure.figure_id.startswith("finding/")),
            earlier_requests=tuple(figure for figure in issued if figure.figure_id.startswith("request.reports/")),
            signed_back=tuple(
                row for row in scenario.signed_back if row.report_number in {figure.report_number for figure in issued}
            ),
            issued_hours=tuple(figure for figure in issued if figure.figure_id.startswith("hour_bank.")),
            earlier_headlines=tuple(figure for figure in issued if figure.figure_id.startswith(HEADLINES)),
        )
        figures = compute_figures(contract, each, 1, None, rows)
        if each.number == report.number:
            return rows, figures
        issued += (
            IssuedFigure(report_number=each.number, version=1, figure_id=figure.id, value=figure.value)
            for figure in figures.figures
        )
    raise LookupError(report.number)


def _usage(scenario: Scenario, report: ReportPeriod) -> Iterator[UsageDay]:
    codes = service_codes()
    for row in scenario.usage:
        if row.usage_date in report.days:
            hours = scenario.hours_of(row.usage_date)
            yield UsageDay(
                usage_date=row.usage_date,
                service_code=codes.get(row.service, row.service),
                product_description=row.product_description,
                unit=row.unit,
                quantity=row.quantity,
                hours=hours,
                hours_of_day=hours,
            )


def _usage_hours(scenario: Scenario, report: ReportPeriod) -> Iterator[UsageDay]:
    """The use of each day in its hours: equal parts, whose sum is the day's to the last digit."""
    for row in _usage(scenario, report):
        midnight = datetime(row.usage_date.year, row.usage_date.month, row.usage_date.day, tzinfo=UTC)
        for hour, part in enumerate(split_exactly(row.quantity, [1] * row.hours)):
            yield row.model_copy(update={"quantity": part, "hours": 1, "hour": midnight + timedelta(hours=hour)})


def _metrics(scenario: Scenario, report: ReportPeriod) -> Iterator[MetricPoint]:
    supporting = {
        (resource.name, metric.namespace, metric.name)
        for resource in scenario.contract.resources
        for metric in resource.metrics
        if metric.availability
    }
    for stream in make_streams(scenario):
        series = stream.resource_name, stream.namespace, stream.name
        for hour, value in stream.points.items():
            if hour.date() in report.days:
                samples = (SAMPLES_AN_HOUR, SAMPLES_AN_HOUR * (value >= 1), value) if series in supporting else ()
                yield _point(series, hour, value, *samples)


def _point(
    series: tuple[str, str, str],
    hour: datetime,
    value: Decimal,
    samples: int | None = None,
    up: int | None = None,
    lowest: Decimal | None = None,
) -> MetricPoint:
    resource_name, namespace, metric_name = series
    return MetricPoint(
        resource_name=resource_name,
        namespace=namespace,
        metric_name=metric_name,
        hour=hour,
        value=value,
        minimum=value,
        maximum=value,
        five_minute_samples=samples,
        five_minute_samples_up=up,
        five_minute_minimum=lowest,
    )


def _backup(database: DatabaseSystem, number: int, row: BackupRow) -> OciBackup:
    return OciBackup(
        backup_ocid=f"ocid1.dbbackup.oc1.iad.{number:04d}",
        database_ocid=database.database_ocid,
        **row.model_dump(),
    )


def _backups(scenario: Scenario, report: ReportPeriod) -> Iterator[OciBackup]:
    """What is listed of the days; a nameless backup is set aside when it comes."""
    if scenario.contract.database is None:
        return
    for number, row in enumerate(scenario.backups):
        if row.time_started.astimezone(UTC).date() in report.days and row.display_name is not None:
            yield _backup(scenario.contract.database, number, row)


def _dumps(scenario: Scenario) -> Iterator[DatabaseDump]:
    if scenario.contract.dumps is None:
        return
    pattern = file_pattern.compiled(scenario.contract.dumps.file_pattern)
    for row in scenario.dumps:
        if match := file_pattern.search(pattern, row.file_name):
            try:
                day = date.fromisoformat(match["day"])
            except ValueError:  # set aside when it comes
                continue
            yield DatabaseDump(
                file_name=row.file_name,
                dump_day=day,
                size_bytes=row.size_bytes,
                modified_at=row.modified_at.astimezone(UTC),
            )


def _ticket(scenario: Scenario, row: TicketRow, service: str) -> Ticket:
    return Ticket.model_validate(
        {
            **row.model_dump(exclude_unset=True),
            "service": service,
            "summary": scenario.ticket_summaries.get(row.ticket_id),
        }
    )
