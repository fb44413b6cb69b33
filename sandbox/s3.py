"""An S3 server: moto's, with the scenario's dumps listed at their true size but without their bytes.

What clients store is kept in memory, and in one file of the state folder from stop to start.
"""

from __future__ import annotations

import argparse
import logging
import pickle
from datetime import UTC
from pathlib import Path

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeKey, S3Backend, s3_backends
from werkzeug.serving import make_server

from sandbox import lifetime
from sandbox.connections import ARCHIVE_BUCKET
from sandbox.help_desk import export_workbook
from sandbox.scenario import Scenario, load_scenario
from service_reports.contracts import DatabaseDumps, HelpDeskExport

EXPORT_FILE = "mesa-de-ayuda.xlsx"
"""Name of the help desk's export; a scenario's ``file_pattern`` must match it."""


def create_buckets(backend: S3Backend, scenario: Scenario) -> None:
    """Create the archive and the buckets that the contract names, with dumps listed and the help desk's export."""
    contract, region = scenario.contract, scenario.contract.oci.home_region
    dumps, desk = contract.dumps, contract.help_desk
    for name in {ARCHIVE_BUCKET, *(section.bucket for section in (dumps, desk) if hasattr(section, "bucket"))}:
        backend.create_bucket(name, region)
    if isinstance(desk, HelpDeskExport):
        backend.put_object(desk.bucket, f"{desk.prefix}{EXPORT_FILE}", export_workbook(scenario))
    if not isinstance(dumps, DatabaseDumps):
        return
    bucket = backend.get_bucket(dumps.bucket)
    for dump in scenario.dumps:
        key = FakeKey(
            name=dumps.prefix + dump.file_name,
            value=b"",
            account_id=backend.account_id,
            region_name=region,
            bucket_name=dumps.bucket,
        )
        key.contentsize = dump.size_bytes  # what listings and HEAD tell; no bytes are stored
        key.last_modified = dump.modified_at.astimezone(UTC).replace(tzinfo=None)
        bucket.keys[key.name] = key


def keep_objects(backend: S3Backend, path: Path) -> None:
    """Write what clients stored to a file."""
    objects = [
        (bucket.name, key.name, key.value, dict(key.metadata), key.last_modified)
        for bucket in backend.buckets.values()
        for key in bucket.keys.values()
        if key.size == len(key.value)  # not the dumps, which are listed only
    ]
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(pickle.dumps(objects))
    unfinished.replace(path)


def restore_objects(backend: S3Backend, path: Path) -> None:
    """Read back what an earlier run kept."""
    if not path.exists():
        return
    for bucket, name, value, metadata, last_modified in pickle.loads(path.read_bytes()):
        key = backend.put_object(bucket, name, value)
        key.set_metadata(metadata)
        key.last_modified = last_modified


def main() -> None:
    """Run the S3 server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.s3", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True, help="file that keeps the objects between runs")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    lifetime.begin()
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    create_buckets(backend, load_scenario(arguments.scenario))
    restore_objects(backend, arguments.store)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", arguments.port, application, threaded=True, request_handler=MotoRequestHandler)
    lifetime.announce_ready()
    try:
        server.serve_forever()
    finally:
        keep_objects(backend, arguments.store)


if __name__ == "__main__":
    main()
