"""OCI Database backups: the provider's listing, which shrinks as backups expire.

The archived form is a JSON array of ``BackupSummary`` in the SDK's attribute names.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from service_reports.contracts import Contract
from service_reports.sources.answer import Answer
from service_reports.sources.records import OciBackup

PAGE = 100
NAMES_IN_SDK = {"backup_ocid": "id", "database_ocid": "database_id"}


def fetch(client: Any, contract: Contract, window_from: date, window_to: date) -> Answer:
    """List every backup of the contract's database that started in a window of UTC days, both included.

    ``client`` is an ``oci.database.DatabaseClient``. The service filters by neither date
    nor order, so all pages are read.
    """
    found: list[dict[str, Any]] = []
    page: str | None = None
    while True:
        options = {"page": page} if page else {}
        answer = client.list_backups(database_id=contract.database.database_ocid, limit=PAGE, **options)
        for backup in answer.data:
            if backup.time_started is None or window_from <= backup.time_started.date() <= window_to:
                found.append(
                    {name: _plain(getattr(backup, NAMES_IN_SDK.get(name, name))) for name in OciBackup.model_fields}
                )
        page = answer.headers.get("opc-next-page")
        if not page:
            break
    found.sort(key=lambda backup: (backup["time_started"] or "", backup["backup_ocid"]))
    content = json.dumps(found, ensure_ascii=False, indent=1).encode()
    return Answer(contract.database.name, content, None, window_from, window_to)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def parse(content: bytes) -> list[OciBackup]:
    """The backups of one archived listing; those not yet started are left out."""
    return [OciBackup(**row) for row in json.loads(content) if row["time_started"] is not None]
