"""Starts the sandbox's servers, watches over them and ends them.

Every server is a process of its own. It ends with this one, however this one ends: its standard
input is a pipe whose other end only the supervisor holds.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import boto3
import psycopg
from botocore.client import Config

from sandbox.certificates import SigningIdentity, make_signing_identity
from sandbox.connections import ARCHIVE_BUCKET, ARCHIVE_CONNECTION, Endpoints, connection_variables, connections
from sandbox.faults import Fault, make_faults, read_rounds, write_control
from sandbox.help_desk import fill_help_desk
from sandbox.lifetime import READY_FILE_VARIABLE
from sandbox.oci_identity import ApiKeyOwner, make_api_key
from sandbox.postgres import dsn
from sandbox.scenario import Scenario, contract_paths, load_scenarios
from sandbox.sftp import make_ssh_identity
from sandbox.template import template
from service_reports.archive import Archive
from service_reports.archive.sessions import prepared
from service_reports.contracts import SshDumps
from service_reports.contracts.loader import FOLDER_VARIABLE
from service_reports.contracts.model import Contractor

SERVICES = ("postgres", "s3", "smtp", "oci")
"""Servers of every scenario; one whose dumps stay on a server has ``sftp`` as well, one whose signatures carry more
than themselves ``pki``."""
PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 20
LOG_TAIL_LINES = 15
LONGEST_SOCKET_FOLDER = 90  # a Unix socket's path has 107 bytes, of which .s.PGSQL.5432 and a slash take 14


class SandboxError(RuntimeError):
    """A server that did not start or died; the message holds the tail of its log."""


@dataclass
class _Service:
    """One server's process with its files."""

    name: str
    command: list[str]
    log: Path
    ready_file: Path
    process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        self.ready_file.unlink(missing_ok=True)
        folders = [str(PROJECT / "include"), str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(folders),
                    "PYTHONUNBUFFERED": "1",
                    "XDG_RUNTIME_DIR": str(self.ready_file.parent),
                    READY_FILE_VARIABLE: str(self.ready_file),
                },
            )

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_stopped(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process = None

    def check(self) -> None:
        """Raise when the process ended without being asked to."""
        if self.process is not None and self.process.poll() is not None:
            raise SandboxError(f"{self.name} ended with status {self.process.returncode}{self.log_tail()}")

    def log_tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"; the end of {self.log}:", *lines])


def _reserve_port() -> socket.socket:
    """A free port of 127.0.0.1, kept for us while its server is down; nothing listens on this socket."""
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


class Sandbox:
    """A scenario's outside world, running: a context manager.

    Args:
        scenario: the scenario's folder.
        state: the folder that holds everything the servers keep. One that an earlier run left
            behind is taken up again: databases, stored objects and mail are still there.
    """

    def __init__(self, scenario: Path, state: Path) -> None:
        self.scenario_folder = scenario.resolve()
        self.state = state.resolve()
        self._services: dict[str, _Service] = {}
        self._ports: dict[str, socket.socket] = {}
        self._claim: IO[bytes] | None = None
        self._temporary_socket_folder: Path | None = None
        self._environment: dict[str, str] = {}
        self._archive: Archive | None = None
        self.fault_rounds: tuple[tuple[Fault, ...], ...] = ()
        """What goes wrong in each round of collection, by the scenario's ``faults.yaml``; the first holds at start."""

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def mail_folder(self) -> Path:
        """Where accepted messages lie as ``*.eml``, numbered in the order of arrival."""
        return self.state / "mail"

    @property
    def endpoints(self) -> Endpoints:
        """Where the servers are reached."""
        return Endpoints(
            oci_url=f"http://127.0.0.1:{self._port('oci')}",
            s3_url=f"http://127.0.0.1:{self._port('s3')}",
            smtp_port=self._port("smtp"),
            postgres_socket_folder=self._socket_folder(),
            sftp_port=self._port("sftp") if "sftp" in self._ports else None,
            time_stamps_url=f"{self._pki_url()}/sandbox/tsa/tsa" if "pki" in self._ports else None,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a process must have in its environment to find this sandbox through Airflow."""
        return dict(self._environment)

    def archive(self) -> Archive:
        """The archive's bucket, as the product reads it."""
        if self._archive is None:  # a client takes a tenth of a second to make
            described = json.loads(self._environment[f"AIRFLOW_CONN_{ARCHIVE_CONNECTION.upper()}"])
            client = prepared(boto3.Session()).client(
                "s3",
                endpoint_url=described["extra"]["endpoint_url"],
                region_name=described["extra"]["region_name"],
                aws_access_key_id=described["login"],
                aws_secret_access_key=described["password"],
                config=Config(
                    s3={"addressing_style": "path"},
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
            self._archive = Archive(client, ARCHIVE_BUCKET)
        return self._archive

    def start(self) -> None:
        """Start all servers and return when every one is ready.

        Raises:
            ScenarioError, ContractError, FaultError: the scenario does not hold; nothing was started.
            SandboxError: a server did not become ready.
            AirflowError: Airflow's metadata database could not be made, see :mod:`sandbox.template`.
        """
        scenarios = load_scenarios(self.scenario_folder)
        self.fault_rounds = read_rounds(self.scenario_folder)
        self._claim_state()
        for name in ("logs", "run", "contracts", "s3"):
            (self.state / name).mkdir(mode=0o700, exist_ok=True)
        for path, scenario in zip(contract_paths(self.scenario_folder), scenarios, strict=True):
            shutil.copyfile(path, self.state / "contracts" / f"{scenario.contract.id}.yaml")
            for picture in filter(None, (scenario.contract.brand.logo, scenario.contract.brand.seal)):
                beside = self.state / "contracts" / picture.file
                beside.parent.mkdir(parents=True, exist_ok=True)
                beside.write_bytes(picture.content)
        self.set_faults(*(self.fault_rounds[0] if self.fault_rounds else ()))
        owner, private_key = make_api_key(scenarios[0].contract.oci.tenancy_ocid)
        owner.write(self.state / "run" / "api_key_owner.json")
        by_ssh = ("sftp",) if any(isinstance(each.contract.dumps, SshDumps) for each in scenarios) else ()
        make_ssh_identity().write(self.state / "ssh")
        stamped = ("pki",) if any(each.contract.signing.level != "B-B" for each in scenarios) else ()
        self._ports = {name: _reserve_port() for name in ("s3", "smtp", "oci", *by_ssh, *stamped)}
        self._services = {name: self._service(name) for name in (*SERVICES, *by_ssh, *stamped)}
        signing = self._signing_identity(scenarios[0].contract.contractor)
        self._environment = self._make_environment(scenarios, owner, private_key, signing)
        try:
            for service in self._services.values():
                service.launch()
            self._wait_ready(*self._services.values())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all servers; what they keep stays in the state folder."""
        for service in self._services.values():
            service.ask_to_stop()
        for service in self._services.values():
            service.wait_stopped()
        for reserved in self._ports.values():
            reserved.close()
        self._ports = {}
        self._archive = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None
        if self._temporary_socket_folder is not None:
            shutil.rmtree(self._temporary_socket_folder, ignore_errors=True)
            self._temporary_socket_folder = None

    def stop_service(self, name: str) -> None:
        """End one server; connections to it are refused from now on."""
        self._services[name].ask_to_stop()
        self._services[name].wait_stopped()

    def start_service(self, name: str) -> None:
        """Start one stopped or dead server again, in the same place and with what it kept.

        Raises:
            SandboxError: it did not become ready.
        """
        service = self._services[name]
        if service.process is not None and service.process.poll() is None:
            return
        service.wait_stopped()
        service.launch()
        self._wait_ready(service)

    def bring_later(self) -> None:
        """Let the outside world say what the scenario keeps for later: a late cost report, rows of the help desk.

        Raises:
            SandboxError: Oracle's side did not become ready again.
        """
        with psycopg.connect(dsn(self._socket_folder(), "help_desk")) as connection:
            for scenario in load_scenarios(self.scenario_folder):
                if scenario.later is not None:
                    fill_help_desk(connection, scenario.later)
        self.stop_service("oci")
        self._services["oci"].command.append("--later")
        self.start_service("oci")

    def set_faults(self, *faults: Mapping[str, Any] | Fault) -> None:
        """Make these the faults that hold from the next request on, instead of any others.

        Raises:
            FaultError: an unknown kind or field, or a value it cannot have; the faults stay as they were.
        """
        write_control(self._control, make_faults(faults))

    def clear_faults(self) -> None:
        """Let everything go right from the next request on."""
        self.set_faults()

    @property
    def _control(self) -> Path:
        return self.state / "run" / "faults.json"

    def check(self) -> None:
        """Look after the servers.

        Raises:
            SandboxError: one of them died; the message names it and shows the end of its log.
        """
        for service in self._services.values():
            service.check()

    def _claim_state(self) -> None:
        """Take the state folder for ourselves: two servers on one database would destroy it."""
        self.state.mkdir(parents=True, exist_ok=True)
        claim = (self.state / "lock").open("wb")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            claim.close()
            raise SandboxError(f"{self.state}: another sandbox uses this folder — end it, or name another") from error
        self._claim = claim

    def _signing_identity(self, contractor: Contractor) -> SigningIdentity:
        """Of a body that answers, where a contract's signatures are above B-B."""
        if "pki" not in self._ports:
            return make_signing_identity(self.state / "certificates", contractor)
        from sandbox.pki import signing_identity  # here: it takes a second to load

        return signing_identity(self.state / "pki", self._pki_url())

    def _pki_url(self) -> str:
        return f"http://127.0.0.1:{self._port('pki')}"

    def _port(self, name: str) -> int:
        return int(self._ports[name].getsockname()[1])

    def _socket_folder(self) -> Path:
        folder = self.state / "postgres-socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        if self._temporary_socket_folder is None:
            self._temporary_socket_folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir="/tmp"))
        return self._temporary_socket_folder

    def _service(self, name: str) -> _Service:
        scenario = ["--scenario", str(self.scenario_folder)]
        faults = ["--faults", str(self._control)]
        run, port = self.state / "run", [] if name == "postgres" else ["--port", str(self._port(name))]
        options = {
            "postgres": [
                *scenario,
                "--data",
                str(self.state / "postgres"),
                "--socket",
                str(self._socket_folder()),
                "--template",
                str(template()),
            ],
            "s3": [*scenario, *faults, "--store", str(self.state / "s3" / "objects.pickle")],
            "smtp": [*faults, "--folder", str(self.mail_folder)],
            "sftp": [*scenario, "--root", str(self.state / "sftp"), "--keys", str(self.state / "ssh")],
            "pki": ["--folder", str(self.state / "pki")],
            "oci": [*scenario, *faults, "--owner", str(run / "api_key_owner.json")],
        }
        module = "sandbox.oci_server" if name == "oci" else f"sandbox.{name}"
        return _Service(
            name, [module, *port, *options[name]], self.state / "logs" / f"{name}.log", run / f"{name}.ready"
        )

    def _wait_ready(self, *services: _Service) -> None:
        deadline = time.monotonic() + START_SECONDS
        for service in services:
            while not service.ready_file.exists():
                service.check()
                if time.monotonic() > deadline:
                    raise SandboxError(f"{service.name} was not ready in {START_SECONDS} s{service.log_tail()}")
                time.sleep(0.02)

    def _make_environment(
        self, scenarios: Sequence[Scenario], owner: ApiKeyOwner, private_key: str, signing: SigningIdentity
    ) -> dict[str, str]:
        by_id: dict[str, dict[str, Any]] = {}
        for scenario in scenarios:
            by_id |= connections(scenario.contract, self.endpoints, owner, private_key, signing, self.state / "ssh")
        return {
            **connection_variables(by_id),
            FOLDER_VARIABLE: str(self.state / "contracts"),
            "SANDBOX_CA": str(signing.ca),
            "SANDBOX_AIRFLOW_DSN": f"postgresql+psycopg2://postgres@/airflow?host={self._socket_folder()}",
        }
