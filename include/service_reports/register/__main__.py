"""The register from the command line, without Airflow.

verify    check chain, rows and files
restore   rebuild an empty register from the archive alone
fetch     write what was issued and sent of one version into a folder
adopt     record versions that were issued before there was a chain
note      record that a person knows of a file that the register did not put into the archive

The warehouse is a libpq connection string; the archive is an S3 bucket, whose key comes from
where boto3 looks for it (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, …).

Ends with 0: it holds, or it is done; 1: the register or the archive is not as it must be, or
there is no such version; 2: it could not be told, or not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import boto3
import psycopg
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.register.archiving import archive_events
from service_reports.register.entries import IssueKey, NotClaimed
from service_reports.register.restoring import NotAsSent, NotRestored, adopt, fetch, note_file, restore
from service_reports.register.verification import verify_chain, verify_files, verify_rows
from service_reports.register.versions import latest_registered
from service_reports.warehouse import ensure_schema

WAREHOUSE, BUCKET, ENDPOINT = "SERVICE_REPORTS_WAREHOUSE", "SERVICE_REPORTS_ARCHIVE", "SERVICE_REPORTS_ARCHIVE_ENDPOINT"
CONNECT_SECONDS, READ_SECONDS = 10, 60


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m service_reports.register",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    stores = argparse.ArgumentParser(add_help=False)
    stores.add_argument(
        "--warehouse", default=os.environ.get(WAREHOUSE), help=f"libpq connection string (or {WAREHOUSE})"
    )
    stores.add_argument("--bucket", default=os.environ.get(BUCKET), help=f"bucket of the archive (or {BUCKET})")
    stores.add_argument(
        "--endpoint-url", default=os.environ.get(ENDPOINT), help=f"address of the S3 service (or {ENDPOINT})"
    )
    stores.add_argument("--region", default=None, help="region of the S3 service")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("verify", parents=[stores], help="check chain, rows and files")
    restoring = commands.add_parser(
        "restore", parents=[stores], help="rebuild an empty register from the archive alone"
    )
    restoring.add_argument("--dry-run", action="store_true", help="read and check the archive; write nothing")
    fetching = commands.add_parser("fetch", parents=[stores], help="write what was issued and sent of one version")
    fetching.add_argument("contract", help="the contract's id")
    fetching.add_argument("report", help="the report's number, e.g. 2026-01")
    fetching.add_argument("--version", type=version_number, help="the newest registered one when left out")
    fetching.add_argument("--to", type=Path, required=True, help="folder to write into")
    adopting = commands.add_parser("adopt", parents=[stores], help="record versions issued before there was a chain")
    adopting.add_argument("--by", required=True, help="who says that they are genuine: a role")
    noting = commands.add_parser("note", parents=[stores], help="record a file that is none of the register's")
    noting.add_argument("file", help="its key in the archive")
    noting.add_argument("--by", required=True, help="who knows of it: a role")
    noting.add_argument("--why", required=True, help="where it comes from, in Spanish")
    return top


def version_number(text: str) -> int:
    """A version's number, from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def say(text: str) -> None:
    """One line of progress or result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def open_archive(arguments: argparse.Namespace) -> Archive:
    """The archive that the command line names."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # OCI's S3 API answers 501 to the chunked checksums that botocore sends by default.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = boto3.client("s3", endpoint_url=arguments.endpoint_url, region_name=arguments.region, config=config)
    return Archive(client, arguments.bucket)


def run(arguments: argparse.Namespace, store: Archive) -> int:
    """Do what the command line asks; the status to end with."""
    if arguments.command == "restore" and arguments.dry_run:
        say(f"Versions that can be restored: {restore(None, store, say)}; nothing was written")
        return 0
    with closing(psycopg.connect(arguments.warehouse, autocommit=True, connect_timeout=CONNECT_SECONDS)) as db:
        ensure_schema(db)
        match arguments.command:
            case "restore":
                say(f"Versions restored: {restore(db, store, say)}; the chain holds")
            case "adopt":
                say("\n".join(f"{key} recorded" for key in adopt(db, arguments.by)) or "nothing to record")
            case "note":
                say(f"{arguments.file}: {note_file(db, store, arguments.file, by=arguments.by, why=arguments.why)}")
                archive_events(db, store)
            case "verify":
                findings = [*verify_chain(db, store), *verify_rows(db), *verify_files(db, store)]
                say("\n".join(map(str, findings)) or "chain, rows and files hold")
                return 1 if findings else 0
            case "fetch":
                version = arguments.version or latest_registered(db, arguments.contract, arguments.report)
                if version is None:
                    raise NotClaimed(f"{arguments.contract} {arguments.report}: nothing was registered")
                key = IssueKey(arguments.contract, arguments.report, version)
                for path in fetch(db, store, key, arguments.to):
                    say(f"{path.stat().st_size:>9} bytes  {path}")
    return 0


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line and run the command."""
    top = parser()
    arguments = top.parse_args(words)
    without_warehouse = arguments.command == "restore" and arguments.dry_run
    if not arguments.bucket or not (arguments.warehouse or without_warehouse):
        top.error("--warehouse and --bucket are needed")
    try:
        store = open_archive(arguments)
    except ValueError as error:
        top.error(str(error))
    try:
        return run(arguments, store)
    except (ArchiveConflict, ArchiveMissing, NotAsSent, NotClaimed, NotRestored) as error:
        told, status = str(error), 1
    except (BotoCoreError, ClientError) as error:
        where = f"archive {arguments.bucket} at {store.client.meta.endpoint_url}"
        told, status = f"{where}: {error} — check --bucket, --endpoint-url, AWS_ACCESS_KEY_ID and its secret", 2
    except psycopg.Error as error:
        told, status = f"warehouse: {error} — check --warehouse, and that its user may read the register", 2
    except OSError as error:  # the folder to write into
        told, status = str(error), 2
    sys.stderr.write(f"{told}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
