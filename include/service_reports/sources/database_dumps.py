"""Database dumps: the listing of the S3 prefix where the servers leave them.

The archived form is a JSON array of key, size and modification time.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from service_reports.contracts import Contract
from service_reports.sources.answer import Answer
from service_reports.sources.records import DatabaseDump


def fetch(client: Any, contract: Contract, window_from: date, window_to: date) -> Answer:
    """List the dumps whose name carries a day of the window (both included).

    ``client`` is a boto3 S3 client. Files whose name does not match the contract's
    pattern are no dumps and are left out.
    """
    dumps = contract.dumps
    pattern = re.compile(dumps.file_pattern)
    found = []
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=dumps.bucket, Prefix=dumps.prefix):
        for entry in page.get("Contents", ()):
            file_name = entry["Key"].rsplit("/", 1)[-1]
            match = pattern.search(file_name)
            if match and window_from.isoformat() <= match["day"] <= window_to.isoformat():
                found.append(
                    {
                        "file_name": file_name,
                        "dump_day": match["day"],
                        "size_bytes": entry["Size"],
                        "modified_at": entry["LastModified"].isoformat(),
                    }
                )
    found.sort(key=lambda dump: (dump["dump_day"], dump["file_name"]))
    content = json.dumps(found, indent=1).encode()
    return Answer(f"s3://{dumps.bucket}/{dumps.prefix}", content, None, window_from, window_to)


def parse(content: bytes) -> list[DatabaseDump]:
    """The dumps of one archived listing."""
    return [
        DatabaseDump(
            file_name=row["file_name"],
            dump_day=date.fromisoformat(row["dump_day"]),
            size_bytes=row["size_bytes"],
            modified_at=datetime.fromisoformat(row["modified_at"]),
        )
        for row in json.loads(content)
    ]
