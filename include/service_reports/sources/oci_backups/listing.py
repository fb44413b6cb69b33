"""OCI Database backups: the provider's listing, which shrinks as backups expire.

The archived form is a JSON array of ``BackupSummary`` as the service wrote it: the SDK's own
objects turn every state and type that they do not know into ``UNKNOWN_ENUM_VALUE``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from service_reports.contracts import Contract
from service_reports.failures import Failure
from service_reports.records import OciBackup
from service_reports.records.bounds import LAST_YEAR
from service_reports.sources.answer import Answer, OddAnswer
from service_reports.sources.listing import listed, told_from
from service_reports.sources.oci_items import field, items, moment
from service_reports.sources.patience import Patience
from service_reports.sources.rows import Rows, read_rows, told_value
from service_reports.sources.source import Window

if TYPE_CHECKING:
    from oci.database import DatabaseClient

GOOD = "ACTIVE"
"""The state of a backup that counts as one of its day; no other does, known or not."""
TO_BE_STARTED = "CREATING"
"""The state in which one may not say when it started: the next listing tells what became of it."""
PAGE = 100
PLACE = "`ListBackups`"
NAMES_OF_SERVICE = {
    "backup_ocid": "id",
    "database_ocid": "databaseId",
    "display_name": "displayName",
    "lifecycle_state": "lifecycleState",
    "type": "type",
    "backup_destination_type": "backupDestinationType",
    "is_using_oracle_managed_keys": "isUsingOracleManagedKeys",
    "version": "version",
    "time_expiry_scheduled": "timeExpiryScheduled",
    "time_started": "timeStarted",
    "time_ended": "timeEnded",
    "database_size_in_gbs": "databaseSizeInGBs",
    "retention_period_in_days": "retentionPeriodInDays",
    "retention_period_in_years": "retentionPeriodInYears",
}
UNNAMED = {"display_name": "(sin nombre)", "type": "(sin tipo)"}
"""What stands for words that a backup lacks, which is one all the same."""
MOMENTS = ("time_started", "time_ended", "time_expiry_scheduled")
SPARED: Mapping[str, object] = {
    **UNNAMED,
    **dict.fromkeys(
        (
            *("backup_destination_type", "is_using_oracle_managed_keys", "version", "time_ended"),
            *("time_expiry_scheduled", "database_size_in_gbs", "retention_period_in_days", "retention_period_in_years"),
        )
    ),
}
"""What a backup is one without: that it is there, of which day and in which state does not depend on it."""


def fetch(
    client: DatabaseClient, contract: Contract, window_from: date, window_to: date, *, certain_from: date | None = None
) -> Answer:
    """List every backup of the contract's database that started in a window of UTC days, both included.

    ``client`` is an ``oci.database.DatabaseClient``. The service filters by neither date
    nor order, so all pages are read. ``certain_from`` as for ``sources.listing.told_from``.

    Raises:
        OddAnswer: a page is not a JSON array.
    """

    database = contract.database
    assert database is not None
    patience = Patience()

    def ask(page: str | None) -> tuple[Iterable[Any], str | None]:
        # What DatabaseClient.list_backups sends, but with the answer's bytes left as they are.
        answer = patience.ask(
            partial(
                client.base_client.call_api,
                resource_path="/backups",
                method="GET",
                query_params={
                    "databaseId": database.database_ocid,
                    "limit": PAGE,
                    **({"page": page} if page else {}),
                },
                header_params={"accept": "application/json", "content-type": "application/json"},
                response_type="bytes",
                operation_name="list_backups",
            )
        )
        return _page(answer.data), answer.headers.get("opc-next-page")

    everything = list(listed(ask, PLACE))
    oldest = min((day for each in everything if (day := _day(each))), default=None)
    found = [each for each in everything if (day := _day(each)) is None or window_from <= day <= window_to]
    # Pages may overlap; of a backup that changed from one to the next the later one tells.
    found = list({str(field(each, "id") or json.dumps(each, sort_keys=True)): each for each in found}.values())
    found.sort(key=lambda backup: (str(field(backup, "time_started") or ""), str(field(backup, "id") or "")))
    content = json.dumps(found, ensure_ascii=False, indent=1).encode(errors="surrogatepass")
    first = told_from(Window(window_from, window_to), certain_from, oldest)
    return Answer(database.name, content, None, first, window_to)


def _page(content: bytes) -> Sequence[Any]:
    try:
        page = json.loads(content)
    except (ValueError, RecursionError) as error:
        answered = content.decode(errors="backslashreplace")
        raise OddAnswer(f"{PLACE}: la respuesta no es JSON: {error} — limpie esta tarea", answered) from error
    return items(page, PLACE, page)


def _day(backup: object) -> date | None:
    """The UTC day on which a backup started, or ended where it does not say; ``None``: nobody can tell."""
    at = moment(field(backup, "time_started")) or moment(field(backup, "time_ended"))
    return at and at.date()


def parse(content: bytes) -> Rows[OciBackup]:
    """The backups of one archived listing; those to be started are left out, and what cannot be read is set aside.

    So is one that failed, or came to any other end, and does not say when it started: nobody can tell of which day it
    is. What cannot be read of a version, size or expiry costs that alone.
    """
    listed = json.loads(content, parse_float=Decimal)
    dayless = {number: row for number, row in enumerate(listed, start=1) if _never_started(row)}
    rows = read_rows(
        OciBackup,
        (
            _in_our_names(row) if isinstance(row, dict) else row
            for number, row in enumerate(listed, start=1)
            if number not in dayless
        ),
        spared=SPARED,
    )
    ended = {number: row for number, row in dayless.items() if row.get("lifecycleState") != TO_BE_STARTED}
    rows.aside += tuple(Failure(f"fila {number}", _of_no_day(row)) for number, row in ended.items())
    return rows


def _never_started(row: object) -> bool:
    """Whether it is a backup that is not good, and does not say when it started."""
    return isinstance(row, dict) and not row.get("timeStarted") and row.get("lifecycleState") != GOOD


def _of_no_day(row: Mapping[str, object]) -> str:
    told = (("id", "id"), ("estado", "lifecycleState"), ("fin", "timeEnded"))
    known = [f"{name}{told_value(row[theirs])}" for name, theirs in told if row.get(theirs)]
    return "; ".join(["no dice cuándo empezó: no cuenta en ningún día", *known])


def _in_our_names(row: Mapping[str, object]) -> dict[str, object]:
    told = {name: None if row.get(theirs) == "" else row.get(theirs) for name, theirs in NAMES_OF_SERVICE.items()}
    told |= {name: moment(told[name]) or told[name] for name in MOMENTS}
    expiry = told["time_expiry_scheduled"]
    if isinstance(expiry, datetime) and expiry.year > LAST_YEAR:  # as services say that it never does
        told["time_expiry_scheduled"] = None
    return told | {name: words for name, words in UNNAMED.items() if told[name] is None}
