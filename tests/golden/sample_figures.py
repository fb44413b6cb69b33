"""The figures of the sample month, computed from the scenario's CSV files.

Fixture data only: a second, small computation, so that the documents are tested with real
tickets, metrics and quantities without the figures room.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pypdfium2 import PdfDocument

from service_reports.checks.observation import Observation
from service_reports.contracts.loader import load_contract
from service_reports.contracts.model import Contract, MeasuredResource, Metric
from service_reports.documents import RenderedDocument, render_documents
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.chapters.usage import with_readings
from service_reports.figures.growth import growth, reached_on
from service_reports.figures.hour_ledger import credits_of, hour_bank_ledger
from service_reports.figures.model import (
    Availability,
    BackupFigures,
    CountRow,
    CountTable,
    CrossRow,
    CrossTable,
    DumpFigures,
    HourBankFigures,
    MetricDay,
    MetricSeries,
    PeriodFigures,
    Sources,
    TicketFigures,
    TicketTiming,
    UsageColumn,
    UsageComparison,
    UsageDayRow,
    UsageTable,
)
from service_reports.figures.period import summarised, with_numbers
from service_reports.figures.records import change_codes, change_controls, record_figures
from service_reports.records import (
    REGISTERS,
    ContractRegisters,
    DatabaseDump,
    HourBankEntry,
    OciBackup,
    Ticket,
)

SCENARIO = Path(__file__).resolve().parents[2] / "sandbox" / "scenarios" / "jamundi-2026-01"
REPORT = "2026-01"
READ_AT = datetime(2026, 2, 23, 11, 0, tzinfo=UTC)
DIMENSIONS: tuple[Literal["status", "product", "module", "process", "subprocess"], ...] = (
    "status",
    "product",
    "module",
    "process",
    "subprocess",
)


def sample_contract() -> Contract:
    return load_contract(SCENARIO / "contract.yaml")


def with_little_prose(contract: Contract) -> Contract:
    """A contract with little of the prose that every report repeats: most of one that has few rows."""
    advice = contract.recommendations
    few = {name: getattr(advice, name)[:1] for name in ("management", "technical", "conditions")}
    return contract.model_copy(
        update={
            "platform": (),
            "glossary": contract.glossary[:2],
            "obligations": contract.obligations[:6],
            "recommendations": advice.model_copy(update=few),
        }
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (SCENARIO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _usage(days: list[date]) -> UsageTable:
    lines = [row for row in _rows("oci_daily_usage.csv") if date.fromisoformat(row["usage_date"]) in days]
    hours = {date.fromisoformat(row["usage_date"]): int(row["hours"]) for row in _rows("usage_hours.csv")}
    keys = sorted({(row["service"], row["product_description"], row["unit"]) for row in lines})
    cells = {
        (row["usage_date"], row["service"], row["product_description"], row["unit"]): Decimal(row["quantity"])
        for row in lines
    }
    rows = []
    for day in days:
        quantities = tuple(cells.get((day.isoformat(), *key)) for key in keys)
        seen = any(value is not None for value in quantities)
        covered = hours.get(day, 24) if seen else 0
        state: Literal["complete", "partial", "missing"] = (
            "missing" if not seen else "complete" if covered == 24 else "partial"
        )
        rows.append(UsageDayRow(day=day, hours=covered, state=state, quantities=quantities))
    table = UsageTable(
        columns=tuple(
            UsageColumn(label=f"{service} / {name} ({unit})", service=service, product_description=name, unit=unit)
            for service, name, unit in keys
        ),
        rows=tuple(rows),
        totals=tuple(
            sum((row.quantities[index] or Decimal(0) for row in rows), Decimal(0)) for index in range(len(keys))
        ),
    )
    return with_readings(table)


def _tickets(service: Literal["support", "warranty"], days: list[date]) -> TicketFigures:
    summaries = {row["ticket_id"]: row["summary"] for row in _rows("warranty_tickets_detail.csv")}
    tickets = tuple(
        Ticket(
            service=service,
            registered_on=date.fromisoformat(row["registered_on"]) if row["registered_on"] else None,
            summary=summaries.get(row["ticket_id"]),
            **{key: row[key] for key in ("ticket_id", *DIMENSIONS)},
        )
        for row in _rows(f"tickets_{service}.csv")
    )
    registered = {ticket.registered_on for ticket in tickets}
    figures = ticket_figures(tickets, days[-1])
    if service == "warranty":
        return figures
    return figures.model_copy(update={"days_without": tuple(day for day in days if day not in registered)})


def ticket_figures(tickets: tuple[Ticket, ...], cut_off: date = date(2026, 2, 22)) -> TicketFigures:
    """Tickets counted and aged; the history knows of none when it was closed."""
    tables = []
    for dimension in DIMENSIONS:
        counts = Counter(getattr(ticket, dimension) for ticket in tickets)
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        tables.append(
            CountTable(
                dimension=dimension,
                rows=tuple(CountRow(value=value, count=count) for value, count in ordered),
                total=len(tickets),
            )
        )
    states = [row.value for row in tables[0].rows]
    cross = CrossTable(
        dimension="module",
        across="status",
        columns=tuple(states),
        rows=tuple(
            CrossRow(
                value=row.value,
                counts=tuple(sum((t.module, t.status) == (row.value, state) for t in tickets) for state in states),
                total=row.count,
            )
            for row in tables[2].rows
        ),
        totals=tuple(row.count for row in tables[0].rows),
        total=len(tickets),
    )
    timings = tuple(
        TicketTiming(
            ticket_id=ticket.ticket_id,
            age_days=(cut_off - ticket.registered_on).days
            if ticket.status != "Terminado" and ticket.registered_on
            else None,
        )
        for ticket in tickets
    )
    return TicketFigures(
        tickets=tickets, tables=tuple(tables), cross=cross if len(states) > 1 else None, timings=timings
    )


def _hour_bank(contract: Contract) -> HourBankFigures:
    entries = tuple(
        HourBankEntry(
            request=row["request"],
            production_date=date.fromisoformat(row["production_date"]),
            estimated_hours=Decimal(row["estimated_hours"]),
            status=row["status"],
        )
        for row in _rows("hour_bank.csv")
    )
    contracted = contract.hour_bank.contracted_hours
    consumed = sum((entry.estimated_hours for entry in entries), Decimal(0))
    parts = [consumed, Decimal(0), Decimal(0), contracted - consumed]
    return HourBankFigures(
        contracted=contracted,
        consumed=parts[0],
        in_execution=parts[1],
        committed=parts[2],
        available=parts[3],
        entries=entries,
    )


def _swing(mean: Decimal, constant: bool) -> Decimal:
    """How far the hours of a day reach from its mean, as in the sandbox's Monitoring."""
    return Decimal(0) if constant else min(mean, 100 - mean, Decimal(4))


def _metric_day(day: date, mean: Decimal | None, constant: bool) -> MetricDay:
    if mean is None:
        return MetricDay(day=day, mean=None, samples=0)
    swing = _swing(mean, constant)
    return MetricDay(
        day=day,
        mean=mean,
        samples=24,
        minimum=mean - swing,
        maximum=mean + swing,
        p95=mean + swing * Decimal("0.9"),
        p05=mean - swing * Decimal("0.9"),
    )


def _series(resource: MeasuredResource, metric: Metric, days: list[date], rows: list[dict[str, str]]) -> MetricSeries:
    means = {
        date.fromisoformat(row["day"]): Decimal(row["value"])
        for row in rows
        if (row["resource"], row["namespace"], row["metric"]) == (resource.name, metric.namespace, metric.name)
    }
    values = [means[day] for day in days if day in means]
    constant = len(set(values)) == 1
    used = [(day, means[day]) for day in days if day in means] if metric.of_a_capacity else []
    return MetricSeries(
        resource_name=resource.name,
        resource_kind=resource.kind,
        namespace=metric.namespace,
        metric_name=metric.name,
        unit=metric.unit,
        title=metric.title,
        meaning=metric.meaning,
        days=tuple(_metric_day(day, means.get(day), constant) for day in days),
        minimum=min(values, default=None),
        mean=sum(values, Decimal(0)) / len(values) if values else None,
        maximum=max(values, default=None),
        p95=sorted(values)[round(0.95 * (len(values) - 1))] if values else None,
        p05=sorted(values)[round(0.05 * (len(values) - 1))] if values else None,
        worst="low" if metric.title == "Memoria disponible" else "high",
        least=min((value - _swing(value, constant) for value in values), default=None),
        peak=max((value + _swing(value, constant) for value in values), default=None),
        samples=24 * len(values),
        expected_samples=24 * len(days),
        growth=growth(used),
        full_on=reached_on(used, Decimal(100)),
    )


def _availability(contract: Contract, series: tuple[MetricSeries, ...]) -> tuple[Availability, ...]:
    chosen = {
        (resource.name, metric.name)
        for resource in contract.resources
        for metric in resource.metrics
        if metric.availability
    }
    return tuple(
        Availability(
            resource_name=each.resource_name,
            metric_name=each.metric_name,
            percent=Decimal(100) if each.samples else None,
            samples_up=12 * each.samples,
            samples=12 * each.samples,
            expected_samples=12 * each.expected_samples,
        )
        for each in series
        if (each.resource_name, each.metric_name) in chosen
    )


def _backups(contract: Contract, days: list[date]) -> BackupFigures:
    backups = tuple(
        OciBackup(
            backup_ocid=f"ocid1.dbbackup.oc1.iad.{position:04d}",
            database_ocid=contract.database.database_ocid,
            display_name=row["display_name"],
            lifecycle_state=row["lifecycle_state"],
            type=row["type"],
            backup_destination_type=row["backup_destination_type"],
            is_using_oracle_managed_keys=row["is_using_oracle_managed_keys"] == "true",
            version=row["version"],
            time_expiry_scheduled=None,
            time_started=datetime.fromisoformat(row["time_started"]),
            time_ended=datetime.fromisoformat(row["time_ended"]),
        )
        for position, row in enumerate(_rows("oci_backups.csv"))
    )
    covered = {backup.time_started.date() for backup in backups}
    return BackupFigures(backups=backups, days_missing=tuple(day for day in days if day not in covered), failed=0)


def _dumps(days: list[date]) -> DumpFigures:
    bogota = ZoneInfo("America/Bogota")
    dumps = tuple(
        DatabaseDump(
            file_name=row["file_name"],
            dump_day=date.fromisoformat(row["file_name"][13:23]),
            size_bytes=int(row["size_bytes"]),
            modified_at=datetime.fromisoformat(row["modified_local"]).replace(tzinfo=bogota).astimezone(UTC),
        )
        for row in _rows("local_dumps.csv")
    )
    sizes = [dump.size_bytes for dump in dumps]
    hardly_changed = [abs(after - before) * 10_000 < before for before, after in pairwise(sizes)]
    runs = [len(list(run)) for stale, run in groupby(hardly_changed) if stale]
    stale = sum(length for length in runs if length >= 3)
    covered = {dump.dump_day for dump in dumps}
    return DumpFigures(
        dumps=dumps,
        days_missing=tuple(day for day in days if day not in covered),
        total_bytes=sum(sizes),
        stale_days=stale,
        listed_at=READ_AT,
    )


def _observations(contract: Contract) -> tuple[Observation, ...]:
    """The known findings of the sample month, as the observations room words them."""

    def between(kind: str, subject: str, detail: str, first: date, last: date) -> list[Observation]:
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        return [Observation(kind, contract.id, subject, "warning", detail, day) for day in days]

    def on(kind: str, detail: str, day: date) -> list[Observation]:
        return between(kind, f"SGI_ALCJAM40-{day}.DMP.gz", detail, day, day)

    january, february = partial(date, 2026, 1), partial(date, 2026, 2)
    hardly = "El tamaño cambia menos de 0,01 % frente al anterior, tres días o más seguidos"
    return (
        *between(
            "usage.day_missing",
            "consumo",
            "Los informes de costos no traen ninguna línea del día",
            february(20),
            february(22),
        ),
        *between(
            "usage.day_partial", "consumo", "Hay consumo de 16 de las 24 horas del día", february(19), february(19)
        ),
        *between(
            "backup.missing",
            contract.database.name,
            "OCI no relaciona ninguna copia exitosa iniciada ese día",
            february(20),
            february(22),
        ),
        *between("dump.missing", "volcados", "Ningún archivo lleva ese día en el nombre", february(20), february(22)),
        *between("dump.stale", "volcados", hardly, january(23), february(12)),
        *between("dump.stale", "volcados", hardly, february(15), february(19)),
        *on("dump.late", "Se terminó 70 minutos después de la hora usual", january(21)),
        *on("dump.late", "Se terminó 82 minutos después de la hora usual", february(8)),
        *on("dump.late", "Se terminó 72 minutos después de la hora usual", february(13)),
        *on("dump.jump", "El tamaño pasa de 361.617.392 a 353.749.107 bytes (−2,18 %)", january(21)),
        *on("dump.jump", "El tamaño pasa de 353.749.107 a 337.987.801 bytes (−4,46 %)", january(22)),
        *on("dump.jump", "El tamaño pasa de 337.986.997 a 329.283.789 bytes (−2,58 %)", february(13)),
        *on("dump.jump", "El tamaño pasa de 329.283.789 a 346.424.570 bytes (+5,21 %)", february(14)),
    )


def with_summary(
    figures: PeriodFigures, comparison: UsageComparison | None, contract: Contract | None = None
) -> PeriodFigures:
    """The figures with the summary that follows from them, and all their numbers listed."""
    return with_numbers(contract or sample_contract(), summarised(figures, comparison))


def report_days(figures: PeriodFigures) -> list[date]:
    return [row.day for row in figures.usage.rows]


def sample_registers() -> ContractRegisters:
    """The registers of the scenario, left an hour before they were read."""
    rows = {}
    for path in sorted((SCENARIO / "contract_records").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
        rows[path.stem] = tuple(REGISTERS[path.stem].model_validate(row) for row in cells)
    return ContractRegisters(READ_AT, READ_AT - timedelta(hours=1), rows)


def sample_figures(contract: Contract) -> PeriodFigures:
    """The sample month's figures: 20 January to 22 February 2026, version 1."""
    report = contract.report(REPORT)
    days = [report.period_from + timedelta(days=offset) for offset in range(len(report.days))]
    metric_rows = _rows("metrics_daily_mean.csv")
    series = tuple(
        _series(resource, metric, days, metric_rows) for resource in contract.resources for metric in resource.metrics
    )
    figures = PeriodFigures(
        contract_id=contract.id,
        report_number=report.number,
        version=1,
        correction_reason=None,
        period_from=report.period_from,
        period_to=report.period_to,
        report_date=report.report_date,
        figures=(),
        usage=_usage(days),
        support=_tickets("support", days),
        warranty=_tickets("warranty", days),
        hour_bank=_hour_bank(contract),
        metrics=series,
        availability=_availability(contract, series),
        backups=_backups(contract, days),
        dumps=_dumps(days),
        sources=Sources(
            usage_read_at=READ_AT,
            metrics_read_at=READ_AT,
            backups_read_at=READ_AT,
            dumps_read_at=READ_AT,
            tickets_read_at=READ_AT,
            hour_bank_read_at=READ_AT,
        ),
        observations=_observations(contract),
    )
    registers = sample_registers()
    controls, without_control = change_controls(registers, figures.hour_bank.entries, report)
    ledger = hour_bank_ledger(
        figures.hour_bank.entries, credits_of(contract), report, change_codes=change_codes(controls)
    )
    figures = figures.model_copy(
        update={
            "hour_bank": figures.hour_bank.model_copy(update={"ledger": ledger}),
            "change_controls": controls,
            "without_change_control": without_control,
            "records": record_figures(contract, report, 1, registers),
        }
    )
    obligations = obligation_figures(contract, report, figures, registers)
    return with_summary(figures.model_copy(update={"obligations": obligations}), None, contract)


@cache
def sample() -> tuple[Contract, PeriodFigures]:
    """The sample contract and its figures, made once per process."""
    contract = sample_contract()
    return contract, sample_figures(contract)


@cache
def sample_documents() -> dict[str, RenderedDocument]:
    """The documents of the sample month, one of each kind, by kind."""
    return {document.kind: document for document in render_documents(*sample())}


def sample_documents_but(contract: Contract, figures: PeriodFigures, *kinds: str) -> list[RenderedDocument]:
    """The documents of the sample month, those of some kinds printed from other figures or under another contract."""
    printed = {document.kind: document for document in render_documents(contract, figures, kinds)}
    return [printed.get(kind, document) for kind, document in sample_documents().items()]


def sample_document(kind: str) -> RenderedDocument:
    """The sample month's document of a kind, also of one that its contract does not ask for; the first of several."""
    contract, figures = sample()
    if kind in contract.document_kinds:
        return sample_documents()[kind]
    codes = contract.document_codes.model_copy(update={kind: f"SAMPLE-{kind}"})
    return render_documents(contract.model_copy(update={"document_codes": codes}), figures, [kind])[0]


def pdf_text(content: bytes) -> str:
    """All text of a PDF but its table of contents, white space collapsed."""
    document = PdfDocument(content)
    try:
        pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()
    return " ".join(re.sub(r" Contenido 1\. .*", "", page) for page in pages)


@cache
def sample_text(kind: str) -> str:
    """The text of one of the sample's PDFs."""
    return pdf_text(sample_documents()[kind].content)
