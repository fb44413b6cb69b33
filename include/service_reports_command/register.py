"""``service-reports register``: the register and its archive, without Airflow.

The warehouse is a libpq connection string; the archive is an S3 bucket, whose key comes from where boto3 looks for it.
"""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, complain, say

if TYPE_CHECKING:
    from service_reports.archive import Archive

WAREHOUSE, BUCKET, ENDPOINT = "SERVICE_REPORTS_WAREHOUSE", "SERVICE_REPORTS_ARCHIVE", "SERVICE_REPORTS_ARCHIVE_ENDPOINT"
CONNECT_SECONDS, READ_SECONDS = 10, 60
DESCRIPTION = """\
The register from the command line, without Airflow.

verify    check chain, rows and files
restore   rebuild an empty register from the archive alone
fetch     write what was issued and sent of one version into a folder
adopt     record versions that were issued before there was a chain
note      record that a person knows of a file that the register did not put into the archive

The warehouse is a libpq connection string; the archive is an S3 bucket, whose key comes from
where boto3 looks for it (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, …).
"""
ENDINGS = """\
Ends with 0: it holds, or it is done; 1: the register or the archive is not as it must be, or
there is no such version; 2: it could not be told, or not be done.
"""


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    plain = argparse.RawDescriptionHelpFormatter
    stores = argparse.ArgumentParser(add_help=False)
    stores.add_argument(
        "--warehouse", default=os.environ.get(WAREHOUSE), help=f"libpq connection string (or {WAREHOUSE})"
    )
    stores.add_argument("--bucket", default=os.environ.get(BUCKET), help=f"bucket of the archive (or {BUCKET})")
    stores.add_argument(
        "--endpoint-url", default=os.environ.get(ENDPOINT), help=f"address of the S3 service (or {ENDPOINT})"
    )
    stores.add_argument("--region", default=None, help="region of the S3 service")
    command = add_parser(
        "register",
        help="verify, restore, fetch, adopt, note: what was issued",
        description=DESCRIPTION,
        epilog=ENDINGS,
        formatter_class=plain,
    )
    parts = command.add_subparsers(dest="part", metavar="part", required=True)

    def part(name: str, tells: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = parts.add_parser(
            name, parents=[stores], help=tells, description=f"{tells[0].upper()}{tells[1:]}.", epilog=ENDINGS
        )
        added.set_defaults(run=run, refuse=added.error)
        return added

    part("verify", "check chain, rows and files")
    restoring = part("restore", "rebuild an empty register from the archive alone")
    restoring.add_argument("--dry-run", action="store_true", help="read and check the archive; write nothing")
    fetching = part("fetch", "write what was issued and sent of one version")
    fetching.add_argument("contract", help="the contract's id")
    fetching.add_argument("report", help="the report's number, e.g. 2026-01")
    fetching.add_argument("--version", type=version_number, help="the newest registered one when left out")
    fetching.add_argument("--to", type=Path, required=True, help="folder to write into")
    adopting = part("adopt", "record versions issued before there was a chain")
    adopting.add_argument("--by", required=True, help="who says that they are genuine: a role")
    noting = part("note", "record a file that is none of the register's")
    noting.add_argument("file", help="its key in the archive")
    noting.add_argument("--by", required=True, help="who knows of it: a role")
    noting.add_argument("--why", required=True, help="where it comes from, in Spanish")


def version_number(text: str) -> int:
    """A version's number, from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def open_archive(arguments: argparse.Namespace) -> Archive:
    """The archive that the command line names."""
    import boto3
    from botocore.client import Config

    from service_reports.archive import Archive
    from service_reports.archive.sessions import prepared

    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # OCI's S3 API answers 501 to the chunked checksums that botocore sends by default.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = prepared(boto3.Session(region_name=arguments.region))
    client = session.client("s3", endpoint_url=arguments.endpoint_url, config=config)
    return Archive(client, arguments.bucket)


def carry_out(arguments: argparse.Namespace, store: Archive) -> int:
    """Do what the command line asks; the status to end with."""
    import psycopg

    from service_reports.register.archiving import archive_events
    from service_reports.register.entries import IssueKey, NotClaimed
    from service_reports.register.parts import verify_all
    from service_reports.register.restoring import adopt, fetch, note_file, restore
    from service_reports.register.rounds import explained
    from service_reports.register.versions import latest_registered
    from service_reports.warehouse import ensure_schema

    if arguments.part == "restore" and arguments.dry_run:
        say(f"Versions that can be restored: {restore(None, store, say)}; nothing was written")
        return HOLDS
    with closing(psycopg.connect(arguments.warehouse, autocommit=True, connect_timeout=CONNECT_SECONDS)) as db:
        ensure_schema(db)
        match arguments.part:
            case "restore":
                say(f"Versions restored: {restore(db, store, say)}; the chain holds")
            case "adopt":
                say("\n".join(f"{key} recorded" for key in adopt(db, arguments.by)) or "nothing to record")
            case "note":
                say(f"{arguments.file}: {note_file(db, store, arguments.file, by=arguments.by, why=arguments.why)}")
                archive_events(db, store)
            case "verify":
                known = explained(db)
                findings = verify_all(db, store)
                lines = [f"{each} ({known[each]})" if each in known else str(each) for each in findings]
                say("\n".join(lines) or "chain, rows and files hold")
                return HOLDS if known.keys() >= set(findings) else FAILS
            case "fetch":
                version = arguments.version or latest_registered(db, arguments.contract, arguments.report)
                if version is None:
                    raise NotClaimed(f"{arguments.contract} {arguments.report}: nothing was registered")
                key = IssueKey(arguments.contract, arguments.report, version)
                for path in fetch(db, store, key, arguments.to):
                    say(f"{path.stat().st_size:>9} bytes  {path}")
    return HOLDS


def run(arguments: argparse.Namespace) -> int:
    """Open the archive and carry the command out; what fails says what to do."""
    import psycopg
    from botocore.exceptions import BotoCoreError, ClientError

    from service_reports.archive import ArchiveConflict, ArchiveMissing
    from service_reports.register.entries import NotClaimed
    from service_reports.register.restoring import NotAsSent, NotRestored
    from service_reports.warehouse import NewerSchema

    without_warehouse = arguments.part == "restore" and arguments.dry_run
    if not arguments.bucket or not (arguments.warehouse or without_warehouse):
        arguments.refuse("--warehouse and --bucket are needed")
    try:
        store = open_archive(arguments)
    except ValueError as error:
        arguments.refuse(str(error))
    try:
        return carry_out(arguments, store)
    except (ArchiveConflict, ArchiveMissing, NotAsSent, NotClaimed, NotRestored) as error:
        complain(str(error))
        return FAILS
    except (BotoCoreError, ClientError) as error:
        where = f"archive {arguments.bucket} at {store.client.meta.endpoint_url}"
        complain(f"{where}: {error} — check --bucket, --endpoint-url, AWS_ACCESS_KEY_ID and its secret")
    except NewerSchema as error:
        complain(f"warehouse: {error}")
    except psycopg.Error as error:
        complain(f"warehouse: {error} — check --warehouse, and that its user may read the register")
    except OSError as error:  # the folder to write into
        complain(str(error))
    return UNTOLD
