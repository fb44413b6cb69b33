"""The customers of a simulation: a scenario folder of those that are closed in full, and contract files of neighbours.

All are of one tenancy, and owe a report a month whose cut-off is the same moment for all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from sandbox.airflow import PROJECT

SAMPLE = PROJECT / "sandbox" / "scenarios" / "late-and-corrected"
LAST_YEAR = 2025
"""The last simulated month is its December: a year that has ended, so that no step finds a period that goes on."""
REPORT_DAY = 3
"""Day of the month on which the report of the month before is due."""
PRODUCTS = (("Compute", "Standard - E4", "OCPU Hours"), ("Block Storage", "Performance Units", "Performance Units"))


@dataclass(frozen=True)
class Month:
    """A period that every customer's contract reports on, in UTC's days, and when its report is due (Bogotá)."""

    first: date
    last: date
    report_date: date
    cut_off: time = time(6)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=each) for each in range((self.last - self.first).days + 1))

    @property
    def number(self) -> str:
        """Number of its report."""
        return f"{self.first:%Y-%m}"


def months(count: int) -> tuple[Month, ...]:
    """So many months of the calendar, up to the last one of the year."""
    before = LAST_YEAR * 12 + 12 - count
    firsts = [date(each // 12, each % 12 + 1, 1) for each in range(before, before + count + 1)]
    return tuple(
        Month(first, after - timedelta(days=1), after.replace(day=REPORT_DAY)) for first, after in pairwise(firsts)
    )


def customer_id(number: int) -> str:
    return f"customer-{number:05}"


def contract_text(number: int, year: Sequence[Month]) -> str:
    """The contract file of a customer, numbered from 1."""
    code = f"C{number:05}"
    text = (SAMPLE / "contract.yaml").read_text(encoding="utf-8").replace("MUNTRES", code)
    document: dict[str, Any] = yaml.safe_load(text.replace("muntres", code.lower()))
    document |= {
        "id": customer_id(number),
        "year": year[0].first.year,
        "valid_from": year[0].first,
        "valid_to": year[-1].last,
        "cut_off_time": f"{year[-1].cut_off:%H:%M}",
        "reports": [
            {
                "number": month.number,
                "period_from": month.first,
                "period_to": month.last,
                "report_date": month.report_date,
                "instalment": f"Cuota {place}/{len(year)}",
            }
            for place, month in enumerate(year, start=1)
        ],
    }
    document["dumps"]["file_pattern"] = r"^SGI_(?P<day>\d{4}-\d{2}-\d{2})\.DMP\.gz$"
    for part in (document["database"], *document["resources"]):
        part["name"] = "DB"
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def write_scenario(folder: Path, full: int, year: Sequence[Month]) -> None:
    """What the outside world says of so many customers in all these months: each the same."""
    contracts = folder / "contracts"
    contracts.mkdir(parents=True)
    for number in range(1, full + 1):
        (contracts / f"{customer_id(number)}.yaml").write_text(contract_text(number, year), encoding="utf-8")
    days = [day for month in year for day in month.days]
    for name, (head, rows) in {
        "oci_daily_usage": ("usage_date,service,product_description,unit,quantity", _usage(days)),
        "metrics_daily_mean": ("resource,namespace,metric,unit,day,value", _metrics(days)),
        "oci_backups": (
            "display_name,lifecycle_state,type,backup_destination_type,is_using_oracle_managed_keys,version,"
            "time_expiry_scheduled,time_started,time_ended",
            _backups(days),
        ),
        "local_dumps": ("size_bytes,modified_local,file_name", _dumps(days)),
        "tickets_support": ("ticket_id,registered_on,status,product,module,process,subprocess", _tickets(year)),
        "tickets_warranty": ("ticket_id,registered_on,status,product,module,process,subprocess", ()),
        "hour_bank": (
            "request,production_date,estimated_hours,status",
            ((f"Capacitación {month.number}", month.days[-1], 2, "Terminado") for month in year),
        ),
    }.items():
        _write(folder / f"{name}.csv", head, rows)


def write_neighbours(folder: Path, numbers: Iterable[int], year: Sequence[Month]) -> None:
    """Contract files of customers of whom the warehouse alone knows."""
    sample = contract_text(0, year)
    for number in numbers:
        text = sample.replace(customer_id(0), customer_id(number))
        text = text.replace("C00000", f"C{number:05}").replace("c00000", f"c{number:05}")
        (folder / f"{customer_id(number)}.yaml").write_text(text, encoding="utf-8")


def _write(path: Path, head: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head.split(","))
        writer.writerows(rows)


def _usage(days: Iterable[date]) -> Iterator[Sequence[object]]:
    for day in days:
        for number, product in enumerate(PRODUCTS, start=1):
            yield day, *product, f"{48 * number + day.day}.{day.toordinal() % 1000:03}"


def _metrics(days: Iterable[date]) -> Iterator[Sequence[object]]:
    for day in days:
        yield (
            "DB",
            "oci_database_cluster",
            "CpuUtilization",
            "percent",
            day,
            f"{40 + day.toordinal() % 17}.{day.day:02}",
        )
        yield "DB", "oci_database_cluster", "NodeStatus", "state", day, 1


def _backups(days: Iterable[date]) -> Iterator[Sequence[object]]:
    for day in days:
        kind = "FULL" if day.weekday() == 6 else "INCREMENTAL"
        told = "Automatic Backup", "ACTIVE", kind, "OBJECT_STORE", "true", "21.16.0.0.0", ""
        yield *told, f"{day}T03:05:00Z", f"{day}T05:10:20Z"


def _dumps(days: Iterable[date]) -> Iterator[Sequence[object]]:
    for day in days:
        yield 300_000_000 + 10_000 * (day.toordinal() % 97), f"{day}T00:50", f"SGI_{day}.DMP.gz"


def _tickets(year: Iterable[Month]) -> Iterator[Sequence[object]]:
    for month in year:
        for number, day in enumerate(month.days[2::7], start=1):
            about = "AIREPLUS", "PREDIAL", "RECAUDO", "Conciliacion de Recaudos o Ingresos"
            yield f"{month.first:%Y%m}{number:03}", day, "Terminado", *about
