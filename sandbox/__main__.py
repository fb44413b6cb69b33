"""The sandbox's command: ``python -m sandbox up --scenario DIR --state DIR``, and ``fault NAME --state DIR``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from sandbox.faults import FaultError
from sandbox.lifetime import leave_on_signals
from sandbox.planted import listed, plant
from sandbox.scenario import ScenarioError
from sandbox.supervisor import Sandbox, SandboxError
from service_reports.contracts import ContractError


def up(scenario: Path, state: Path) -> None:
    """Run the sandbox until a signal ends it."""
    with Sandbox(scenario, state) as sandbox:
        environment = sandbox.state / "environment.json"
        environment.touch(mode=0o600)
        environment.write_text(json.dumps(sandbox.environment, indent=1), encoding="utf-8")
        endpoints = sandbox.endpoints
        print(f"oci          {endpoints.oci_url}")
        print(f"s3           {endpoints.s3_url}")
        print(f"smtp         127.0.0.1:{endpoints.smtp_port}, messages in {sandbox.mail_folder}")
        print(f"postgres     socket in {endpoints.postgres_socket_folder}")
        print(f"environment  {environment}")
        print("Ready; Ctrl-C ends it.", flush=True)
        while True:
            time.sleep(1)
            sandbox.check()


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for everything outside.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("up", help="start all servers and stay until Ctrl-C")
    command.add_argument("--scenario", type=Path, required=True, help="folder with contract.yaml and the CSV files")
    command.add_argument("--state", type=Path, required=True, help="folder for everything the servers keep")
    planting = commands.add_parser("fault", help="plant a fault in a sandbox that runs, to see what operators see")
    planting.add_argument("name", nargs="?", help="without it, the faults that there are")
    planting.add_argument("--state", type=Path, required=True, help="its state folder, of `make up` build/demo/state")
    arguments = parser.parse_args()
    leave_on_signals(signal.SIGINT, signal.SIGTERM)
    try:
        if "scenario" in arguments:
            up(arguments.scenario, arguments.state)
        elif arguments.name:
            planted = plant(arguments.name, arguments.state)
            print(f"{planted.what}.\n→ {planted.then}")
        else:
            print(listed())
    except (ContractError, FaultError, ScenarioError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
