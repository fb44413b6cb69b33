"""Oracle Cloud's side: Object Storage, Monitoring, Database and Usage, for the real SDK's clients.

One port answers for the four services, as their paths differ. Requests must be signed with the
sandbox's API key. Pages are kept small, so that a client that forgets to turn them is found out.
What goes wrong on purpose is in :mod:`sandbox.faults`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from fnmatch import fnmatchcase
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from sandbox import lifetime, oci_monitoring, oci_usage
from sandbox.cost_reports import (
    OTHER_COMPARTMENT,
    CostLine,
    CostReport,
    cost_lines,
    late_lines,
    late_report,
    make_cost_reports,
)
from sandbox.faults import (
    Encoded,
    Fault,
    FaultSwitch,
    Hanging,
    HttpError,
    LiesElsewhere,
    ListedTwice,
    OverlappingPages,
    Reset,
    Slow,
    Truncated,
    WrongMd5,
    changed_text,
    spoiled_bucket,
)
from sandbox.oci_identity import ApiKeyOwner, SignatureCheck, SignatureError
from sandbox.scenario import BackupRow, Scenario, load_scenarios
from service_reports.contracts.model import DatabaseSystem

REPORTS_NAMESPACE = "bling"
OBJECTS_PER_PAGE = 50
BACKUPS_PER_PAGE = 10
COMPARTMENTS_PER_PAGE = 2
USAGE_ITEMS_PER_PAGE = 500
JSON = "application/json"


class ServiceError(Exception):
    """An error in the form in which OCI tells it."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


@dataclass(frozen=True)
class Request:
    """What a route needs to know of a request."""

    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    def page_size(self, largest: int) -> int:
        """How many items the client gets at once, however many it asked for."""
        try:
            return max(1, min(int(self.query.get("limit", largest)), largest))
        except ValueError as error:
            raise ServiceError(400, "InvalidParameter", "limit must be a whole number.") from error


@dataclass(frozen=True)
class Reply:
    """An answer: JSON unless it is bytes."""

    content: Any
    headers: dict[str, str] = field(default_factory=dict)


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%S}.000Z"


def _page(items: list[Any], request: Request, largest: int, overlap: int = 0) -> tuple[list[Any], dict[str, str]]:
    """One page of the items, and the header that names the next, which begins with the last ``overlap`` of this one."""
    token = request.query.get("page", "0")
    if not token.isdecimal():
        raise ServiceError(400, "InvalidParameter", "page is not a token of this service.")
    start = int(token)
    end = start + request.page_size(largest)
    return items[start:end], {"opc-next-page": str(end - overlap)} if end < len(items) else {}


class Tenancy:
    """All that the tenancy of a scenario's contracts holds, and the operations on it."""

    def __init__(self, scenarios: Sequence[Scenario], faults: FaultSwitch, *, later: bool = False) -> None:
        self.scope = scenarios[0].contract.oci
        self.compartments = tuple(
            dict.fromkeys(ocid for each in scenarios for ocid in each.contract.oci.compartment_ocids)
        )
        self.lower_compartments = {
            row.compartment_ocid: scenario.contract.oci.compartment_ocids[0]
            for scenario in scenarios
            for row in scenario.usage
            if row.compartment_ocid is not None
        }
        """Those that only the use tells of, each with the one it lies under."""
        self.faults = faults
        self._scenarios = scenarios
        self._late = tuple(late_lines(*scenarios)) if later else ()
        self.streams = tuple(stream for scenario in scenarios for stream in oci_monitoring.make_streams(scenario))
        backups = (
            self._backup(database, row)
            for scenario in scenarios
            if (database := scenario.contract.database) is not None
            for row in scenario.backups
        )
        # By OCID, which is no order of time: the service promises none either.
        self.backups = sorted(backups, key=lambda backup: str(backup["id"]))
        self._bucket: tuple[tuple[Fault, ...], dict[str, CostReport]] | None = None

    # Made when they are first asked for: most who start this server ask for nothing, and they take seconds.

    @cached_property
    def _lines(self) -> tuple[CostLine, ...]:
        return tuple(cost_lines(*self._scenarios))

    @cached_property
    def all_reports(self) -> tuple[CostReport, ...]:
        """Every cost report, before anything goes wrong with it."""
        reports = make_cost_reports(self._scenarios[0], self._lines)
        return (*reports, late_report(self._scenarios[0], self._late, reports)) if self._late else reports

    @cached_property
    def totals(self) -> tuple[oci_usage.DailyTotal, ...]:
        """What the Usage API sums up of the same lines."""
        return oci_usage.daily_totals((*self._lines, *self._late))

    @property
    def reports(self) -> dict[str, CostReport]:
        """The provider's bucket as it is just now."""
        faults, kept = self.faults.of_bucket(), self._bucket
        if kept is None or kept[0] != faults:
            kept = self._bucket = faults, spoiled_bucket(self.all_reports, faults)
        return kept[1]

    @staticmethod
    def _backup(database: DatabaseSystem, row: BackupRow) -> dict[str, Any]:
        digest = hashlib.sha256(f"{database.database_ocid}|{row.display_name}|{row.time_started}".encode())
        return {
            "id": f"ocid1.dbbackup.oc1.iad.{digest.hexdigest()[:60]}",
            "compartmentId": database.compartment_ocid,
            "databaseId": database.database_ocid,
            "displayName": row.display_name,
            "type": row.type,
            "lifecycleState": row.lifecycle_state,
            "timeStarted": _time(row.time_started),
            "timeEnded": _time(row.time_ended),
            "timeExpiryScheduled": _time(row.time_expiry_scheduled),
            "backupDestinationType": row.backup_destination_type,
            "isUsingOracleManagedKeys": row.is_using_oracle_managed_keys,
            "version": row.version,
            "databaseEdition": "STANDARD_EDITION",
            "databaseSizeInGBs": 256.0,
        }

    def _check_bucket(self, request: Request) -> None:
        namespace, bucket = request.path["namespace"], request.path["bucket"]
        if namespace != REPORTS_NAMESPACE:
            raise ServiceError(404, "NamespaceNotFound", f"You do not have authorization, or {namespace} is not there.")
        if bucket != self.scope.tenancy_ocid:
            raise ServiceError(
                404,
                "BucketNotFound",
                f"Either the bucket named '{bucket}' does not exist in the "
                f"namespace '{namespace}' or you are not authorized to access it",
            )

    def list_objects(self, request: Request) -> Reply:
        """Object Storage ``ListObjects``: by name, ``nextStartWith`` names the next page's first."""
        self._check_bucket(request)
        reports = self.reports
        twice = [fault.name for fault in self.faults.of_bucket() if isinstance(fault, ListedTwice)]
        prefix, start, after = (request.query.get(name, "") for name in ("prefix", "start", "startAfter"))
        end = request.query.get("end")
        names = sorted(
            name
            for name in reports
            if name.startswith(prefix) and name >= start and name > after and (end is None or name < end)
        )
        size = request.page_size(OBJECTS_PER_PAGE)
        wanted = {"name", *filter(None, request.query.get("fields", "").split(","))}
        objects = [
            {key: value for key, value in self._summary(reports[name]).items() if key in wanted}
            for name in names[:size]
            for _ in range(2 if any(fnmatchcase(name, pattern) for pattern in twice) else 1)
        ]
        return Reply({"objects": objects, "prefixes": [], "nextStartWith": names[size] if len(names) > size else None})

    @staticmethod
    def _summary(report: CostReport) -> dict[str, Any]:
        digest = hashlib.md5(report.content, usedforsecurity=False)
        return {
            "name": report.name,
            "size": len(report.content),
            "md5": base64.b64encode(digest.digest()).decode(),
            "etag": digest.hexdigest(),
            "timeCreated": _time(report.created_at),
            "timeModified": _time(report.created_at),
            "storageTier": "Standard",
            "archivalState": None,
        }

    def get_object(self, request: Request) -> Reply:
        """Object Storage ``GetObject``."""
        self._check_bucket(request)
        name = request.path["object"]
        report = self.reports.get(name)
        if report is None:
            raise ServiceError(404, "ObjectNotFound", f"The object '{name}' was not found in the bucket")
        summary = self._summary(report)
        return Reply(
            report.content,
            {
                "etag": summary["etag"],
                "content-md5": summary["md5"],
                "content-type": "application/octet-stream",
                "last-modified": f"{report.created_at:%a, %d %b %Y %H:%M:%S} GMT",
            },
        )

    def summarize_metrics_data(self, request: Request) -> Reply:
        """Monitoring ``SummarizeMetricsData``."""
        compartment = request.query.get("compartmentId", "")
        whole_tenancy = (
            request.query.get("compartmentIdInSubtree", "").lower() == "true" and compartment == self.scope.tenancy_ocid
        )
        try:
            return Reply(
                oci_monitoring.summarize(
                    self.streams, request.body, lambda owner: whole_tenancy or owner == compartment
                )
            )
        except oci_monitoring.QueryError as error:
            raise ServiceError(400, "InvalidParameter", str(error)) from error

    def list_backups(self, request: Request) -> Reply:
        """Database ``ListBackups``."""
        database, compartment = request.query.get("databaseId"), request.query.get("compartmentId")
        if database is None and compartment is None:
            raise ServiceError(400, "InvalidParameter", "databaseId or compartmentId must be given.")
        state = request.query.get("lifecycleState")
        found = [
            backup
            for backup in self.backups
            if database in (None, backup["databaseId"])
            and compartment in (None, backup["compartmentId"])
            and state in (None, backup["lifecycleState"])
        ]
        for fault in self.faults.of_bucket():
            if isinstance(fault, OverlappingPages):
                return Reply(*_page(found, request, fault.size, overlap=1))
        return Reply(*_page(found, request, BACKUPS_PER_PAGE))

    def list_compartments(self, request: Request) -> Reply:
        """Identity ``ListCompartments`` of the whole tenancy: the contract's, one under the first, and another's."""
        tenancy = self.scope.tenancy_ocid
        if request.query.get("compartmentId") != tenancy:
            raise ServiceError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
        first = self.compartments[0]
        under = dict.fromkeys((*self.compartments, OTHER_COMPARTMENT), tenancy)
        if request.query.get("compartmentIdInSubtree", "").lower() == "true":
            under |= {f"{first}.child": first, **self.lower_compartments}
        for fault in self.faults.of_bucket():
            if isinstance(fault, LiesElsewhere):
                under |= {each: fault.under for each in under if fnmatchcase(each, fault.name)}
        found = [
            {
                "id": each,
                "compartmentId": parent,
                "name": each.split(".")[-1],
                "description": each,
                "lifecycleState": "ACTIVE",
                "timeCreated": "2025-01-01T00:00:00.000Z",
                "freeformTags": {},
                "definedTags": {},
            }
            for each, parent in sorted(under.items())
        ]
        return Reply(*_page(found, request, COMPARTMENTS_PER_PAGE))

    def request_summarized_usages(self, request: Request) -> Reply:
        """Usage ``RequestSummarizedUsages``."""
        if request.body.get("tenantId") != self.scope.tenancy_ocid:
            raise ServiceError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
        try:
            items = oci_usage.summarize(self.totals, request.body)
        except oci_usage.UsageRequestError as error:
            raise ServiceError(400, "InvalidParameter", str(error)) from error
        page, headers = _page(items, request, USAGE_ITEMS_PER_PAGE)
        return Reply({"items": page, "groupBy": request.body.get("groupBy") or []}, headers)


Operation = Callable[[Tenancy, Request], Reply]
ROUTES: tuple[tuple[str, re.Pattern[str], Operation], ...] = (
    ("GET", re.compile(r"/n/(?P<namespace>[^/]+)/b/(?P<bucket>[^/]+)/o/?"), Tenancy.list_objects),
    ("GET", re.compile(r"/n/(?P<namespace>[^/]+)/b/(?P<bucket>[^/]+)/o/(?P<object>.+)"), Tenancy.get_object),
    ("POST", re.compile(r"/20180401/metrics/actions/summarizeMetricsData"), Tenancy.summarize_metrics_data),
    ("GET", re.compile(r"/20160918/backups"), Tenancy.list_backups),
    ("GET", re.compile(r"/20160918/compartments"), Tenancy.list_compartments),
    ("POST", re.compile(r"/20200107/usage"), Tenancy.request_summarized_usages),
)


class OciServer(ThreadingHTTPServer):
    """The server on 127.0.0.1: a tenancy and the key that may ask about it."""

    daemon_threads = True

    def __init__(self, port: int, tenancy: Tenancy, owner: ApiKeyOwner) -> None:
        super().__init__(("127.0.0.1", port), OciRequestHandler)
        self.tenancy = tenancy
        self.faults = tenancy.faults
        self.signatures = SignatureCheck(owner, self.now)

    def now(self) -> datetime:
        """The server's clock, which may be wrong on purpose."""
        return datetime.now(UTC) + self.faults.skew()

    def route(self, method: str, target: str, body: bytes) -> tuple[Operation, Request]:
        """Find the operation and read what it needs to know."""
        url = urlsplit(target)
        for route_method, pattern, operation in ROUTES:
            match = pattern.fullmatch(url.path)
            if match and route_method == method:
                path = {name: unquote(value) for name, value in match.groupdict().items()}
                query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
                return operation, Request(path, query, self._json(body))
        raise ServiceError(404, "NotAuthorizedOrNotFound", f"No operation {method} {url.path} here.")

    @staticmethod
    def _json(body: bytes) -> dict[str, Any]:
        try:
            document = json.loads(body or b"{}")
        except ValueError as error:
            raise ServiceError(400, "InvalidParameter", "The body is not JSON.") from error
        if not isinstance(document, dict):
            raise ServiceError(400, "InvalidParameter", "The body is not a JSON object.")
        return document


class OciRequestHandler(BaseHTTPRequestHandler):
    """One connection: authenticates each request, lets the server answer, writes the reply."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: OciServer

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = None
        try:
            self.server.signatures.verify(self.command, self.path, self.headers, body)  # type: ignore[arg-type]
            operation, request = self.server.route(self.command, self.path, body)
            subject = request.path.get("object") or str(request.body.get("query", ""))
            fault = self.server.faults.take(operation.__name__, subject)
            if isinstance(fault, HttpError):
                code = "TooManyRequests" if fault.status == 429 else "InternalServerError"
                wait = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
                raise ServiceError(fault.status, code, "The service is not itself just now.", wait)
            if isinstance(fault, Slow | Hanging):
                self.server.faults.wait(fault)
            status, reply = 200, operation(self.server.tenancy, request)
        except SignatureError as error:
            status, reply = 401, Reply({"code": "NotAuthenticated", "message": str(error)})
        except ServiceError as error:
            status, reply = error.status, Reply({"code": error.code, "message": error.message}, error.headers)
        if isinstance(fault, Hanging):
            self.close_connection = True
        else:
            self._write(status, reply, fault)

    do_GET = do_POST = _handle  # noqa: N815 (named by the base class)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The ``Date`` header, by the server's own clock."""
        return format_datetime(self.server.now(), usegmt=True)

    def _write(self, status: int, reply: Reply, fault: Fault | None) -> None:
        content = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
        headers = {"content-type": JSON, **reply.headers}
        if isinstance(fault, Truncated):
            content = content[: len(content) // 2]
        if isinstance(fault, WrongMd5):
            content = changed_text(content)
        if isinstance(fault, Encoded):
            headers["content-encoding"] = "gzip"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.send_header("opc-request-id", self.headers.get("opc-request-id") or uuid4().hex.upper())
        self.end_headers()
        if isinstance(fault, Reset):
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.close_connection = True
            reset(self.connection)
            return
        self.wfile.write(content)


def reset(connection: socket.socket) -> None:
    """End a connection with a reset instead of the ordinary farewell, once what was written is under way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    os.close(connection.detach())


def main() -> None:
    """Run the OCI server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.oci_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--owner", type=Path, required=True, help="file that tells whose API key may ask")
    parser.add_argument("--faults", type=Path, help="control file of the faults that hold")
    parser.add_argument("--later", action="store_true", help="tell also what the scenario says only later")
    arguments = parser.parse_args()
    lifetime.begin()
    tenancy = Tenancy(load_scenarios(arguments.scenario), FaultSwitch(arguments.faults), later=arguments.later)
    server = OciServer(arguments.port, tenancy, ApiKeyOwner.read(arguments.owner))
    lifetime.announce_ready()
    server.serve_forever()


if __name__ == "__main__":
    main()
