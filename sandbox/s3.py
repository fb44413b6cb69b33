"""An S3 server: moto's, with the scenario's dumps listed at their true size but without their bytes.

What clients store is kept in memory, and in one file of the state folder from stop to start.
"""

from __future__ import annotations

import argparse
import io
import logging
import pickle
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, BaseResponse
from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from moto.s3.models import FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response
from werkzeug.serving import DechunkedInput, make_server
from werkzeug.wrappers import Response

from sandbox import lifetime
from sandbox.connections import ARCHIVE_BUCKET
from sandbox.faults import Fault, FaultSwitch, Hanging, HttpError, Reset, Slow, Uncompressed
from sandbox.oci_server import reset
from sandbox.scenario import Scenario, load_scenarios
from service_reports.contracts import DatabaseDumps, HelpDeskExport

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
EXPORT_FILE = "mesa-de-ayuda.xlsx"
"""Name of the help desk's export; a scenario's ``file_pattern`` must match it."""


def create_buckets(backend: S3Backend, scenarios: Sequence[Scenario]) -> None:
    """Create the archive and the buckets that the contracts name, with dumps listed and the help desks' exports."""
    contracts = [scenario.contract for scenario in scenarios]
    sections = [section for contract in contracts for section in (contract.dumps, contract.help_desk, contract.records)]
    for name in {
        ARCHIVE_BUCKET,
        *(section.bucket for section in sections if section is not None and hasattr(section, "bucket")),
    }:
        backend.create_bucket(name, contracts[0].oci.home_region)
    for scenario in scenarios:
        desk = scenario.contract.help_desk
        # What makes workbooks takes as long to load as all else here: loaded where a scenario has one.
        if isinstance(desk, HelpDeskExport):
            from sandbox.help_desk_export import export_workbook

            backend.put_object(desk.bucket, f"{desk.prefix}{EXPORT_FILE}", export_workbook(scenario))
        records = scenario.contract.records
        if records is not None and scenario.records:
            from sandbox.contract_records import RECORDS_FILE, records_workbook

            backend.put_object(records.bucket, f"{records.prefix}{RECORDS_FILE}", records_workbook(scenario))
        if isinstance(scenario.contract.dumps, DatabaseDumps):
            list_dumps(backend, scenario, scenario.contract.dumps)


def list_dumps(
    backend: S3Backend, scenario: Scenario, dumps: DatabaseDumps, uncompressed: Sequence[Uncompressed] = ()
) -> None:
    """List a contract's dumps in their bucket, those that are named as they were before they were compressed."""
    region = scenario.contract.oci.home_region
    bucket = backend.get_bucket(dumps.bucket)
    for dump in scenario.dumps:
        name, size = dump.file_name, dump.size_bytes
        for fault in uncompressed:
            if fnmatchcase(name, fault.name):
                name, size = name.removesuffix(".gz"), fault.size_bytes
        key = FakeKey(
            name=dumps.prefix + name,
            value=b"",
            account_id=backend.account_id,
            region_name=region,
            bucket_name=dumps.bucket,
        )
        key.contentsize = size  # what listings and HEAD tell; no bytes are stored
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


class ListedDumps:
    """The dumps in the bucket, as they lie there just now."""

    def __init__(self, backend: S3Backend, scenarios: Sequence[Scenario], faults: FaultSwitch) -> None:
        self._backend, self._scenarios, self._faults = backend, scenarios, faults
        self._lock = threading.Lock()
        self._shown: tuple[Uncompressed, ...] = ()

    def look(self) -> None:
        """List them anew where faults begin or end."""
        faults = tuple(fault for fault in self._faults.of_bucket() if isinstance(fault, Uncompressed))
        with self._lock:
            if faults != self._shown:
                for scenario in self._scenarios:
                    self._list_anew(scenario, faults)
                self._shown = faults

    def _list_anew(self, scenario: Scenario, faults: Sequence[Uncompressed]) -> None:
        dumps = scenario.contract.dumps
        if isinstance(dumps, DatabaseDumps):
            keys = self._backend.get_bucket(dumps.bucket).keys
            for dump in scenario.dumps:
                for name in {dump.file_name, dump.file_name.removesuffix(".gz")}:
                    if f"{dumps.prefix}{name}" in keys:
                        keys.pop(f"{dumps.prefix}{name}")
            list_dumps(self._backend, scenario, dumps, faults)


def with_faults(application: Application, faults: FaultSwitch, look: Callable[[], None] = lambda: None) -> Application:
    """The application with what goes wrong on purpose; a fault's name is ``/bucket/key``.

    ``look`` is called before each answer, for what else faults change.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        look()
        fault: Fault | None = faults.take("s3", environ["PATH_INFO"])
        if isinstance(fault, HttpError):
            code = "SlowDown" if fault.status in (429, 503) else "InternalError"
            start_response(f"{fault.status} {code}", [("content-type", "application/xml")])
            return [f"<Error><Code>{code}</Code><Message>Not just now.</Message></Error>".encode()]
        if isinstance(fault, Slow | Hanging):
            faults.wait(fault)
        if isinstance(fault, Hanging | Reset):
            reset(environ["werkzeug.socket"])
        return application(environ, start_response)

    return answer


def element(name: str, value: object) -> str:
    """A value of an answer as XML: of a mapping its entries, of a list an element for each."""
    if isinstance(value, list):
        return "".join(element(name, each) for each in value)
    if isinstance(value, dict):
        content = "".join(element(*entry) for entry in value.items())
    else:
        content = escape(str(value).lower() if isinstance(value, bool) else str(value))
    return f"<{name}>{content}</{name}>"


def serialized(response: S3Response, action_result: ActionResult) -> tuple[int, dict[str, Any], str]:
    """Status, headers and body of one of moto's answers, a listing of objects written at once.

    Moto looks for each field of each object by several names and reads its time from a text: of all that the server
    did, most was listings.
    """
    listed = action_result.result
    if response.data.get("Action") != "ListObjectsV2" or not isinstance(listed, dict):
        status, headers, body = BaseResponse.serialized(response, action_result)
        return status, headers, body
    return 200, {"Content-Type": "application/xml", **response.response_headers}, element("ListBucketResult", listed)


class KeptConnection(MotoRequestHandler):  # type: ignore[misc]
    """Moto's handler, which leaves a connection open for the next request, as every S3 does.

    Werkzeug's closes each: a new one, and a thread for it, cost more than moto's answer.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is sent at once, not header by header
    disable_nagle_algorithm = True

    def make_environ(self) -> dict[str, Any]:
        """Moto's, with the whole body: what were left unread of it would be taken for the next request."""
        environ = super().make_environ()
        body = environ["wsgi.input"]
        size = -1 if isinstance(body, DechunkedInput) else int(environ.get("CONTENT_LENGTH") or 0)
        return {**environ, "wsgi.input": io.BytesIO(body.read(size))}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Note no request: each was a tenth of what its answer cost."""

    def run_wsgi(self) -> None:
        """One request and its answer."""
        if self.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        answer = Response.from_app(self.server.app, self.make_environ(), buffered=True)
        if self.connection.fileno() < 0:  # a fault has ended it
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        content = answer.data
        told = answer.headers.get("content-length", type=int)
        if told is None:
            self.send_header("Content-Length", str(len(content)))
        elif told != len(content) and self.command != "HEAD":  # a dump's bytes are nowhere
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Run the S3 server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.s3", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True, help="file that keeps the objects between runs")
    parser.add_argument("--faults", type=Path, help="control file of the faults that hold")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    lifetime.begin()
    S3Response.serialized = serialized
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    scenarios = load_scenarios(arguments.scenario)
    create_buckets(backend, scenarios)
    restore_objects(backend, arguments.store)
    faults = FaultSwitch(arguments.faults)
    application = with_faults(create_backend_app("s3"), faults, ListedDumps(backend, scenarios, faults).look)
    server = make_server("127.0.0.1", arguments.port, application, threaded=True, request_handler=KeptConnection)
    lifetime.announce_ready()
    try:
        server.serve_forever()
    finally:
        keep_objects(backend, arguments.store)


if __name__ == "__main__":
    main()
