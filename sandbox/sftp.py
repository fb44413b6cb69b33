"""An SFTP server for scenarios whose dumps stay on a server: files of the true size and time, without their bytes."""

from __future__ import annotations

import argparse
import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from sandbox import lifetime
from sandbox.scenario import Scenario, load_scenarios, raw
from service_reports.contracts import SshDumps

USER = "dumps"


@dataclass(frozen=True)
class SshIdentity:
    """Throw-away keys of the server and of its one user, in OpenSSH's form."""

    host_key: str
    host_public_key: str
    user_key: str
    user_public_key: str

    def write(self, folder: Path) -> None:
        """Leave the keys as files that only their owner can read."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, key in (
            ("host_key", self.host_key),
            ("host_key.pub", self.host_public_key),
            ("user_key", self.user_key),
            ("user_key.pub", self.user_public_key),
        ):
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(key, encoding="utf-8")


def make_ssh_identity() -> SshIdentity:
    """New keys: the server's Ed25519, the user's RSA, as servers of that age have them."""
    host, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    return SshIdentity(
        host_key=host.export_private_key().decode(),
        host_public_key=host.export_public_key().decode().strip(),
        user_key=user.export_private_key("pkcs1-pem").decode(),
        user_public_key=user.export_public_key().decode().strip(),
    )


def leave_dumps(scenario: Scenario, root: Path) -> None:
    """Make the scenario's dumps as sparse files, in the folder under ``root`` that its contract names."""
    folder = root / getattr(scenario.contract.dumps, "folder", "dumps").lstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    for dump in scenario.dumps:
        path = folder / os.fsdecode(raw(dump.file_name))
        with path.open("wb") as file:
            file.truncate(dump.size_bytes)
        os.utime(path, (dump.modified_at.timestamp(),) * 2)


async def listen(root: Path, port: int, host_key: str, user_public_key: str) -> asyncssh.SSHAcceptor:
    """Serve ``root`` by SFTP, and nothing else, on a port of 127.0.0.1; 0 takes a free one."""
    return await asyncssh.listen(
        "127.0.0.1",
        port,
        server_host_keys=[asyncssh.import_private_key(host_key)],
        authorized_client_keys=asyncssh.import_authorized_keys(user_public_key),
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(root)),
        allow_scp=False,
    )


async def _serve(arguments: argparse.Namespace) -> None:
    keys = arguments.keys
    server = await listen(
        arguments.root, arguments.port, (keys / "host_key").read_text(), (keys / "user_key.pub").read_text()
    )
    lifetime.announce_ready()
    await server.wait_closed()


def main() -> None:
    """Run the SFTP server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.sftp", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scenario", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True, help="folder that clients see as /")
    parser.add_argument("--keys", type=Path, required=True, help="folder with host_key and user_key.pub")
    arguments = parser.parse_args()
    lifetime.begin()
    for scenario in load_scenarios(arguments.scenario):
        if isinstance(scenario.contract.dumps, SshDumps):
            leave_dumps(scenario, arguments.root)
    asyncio.run(_serve(arguments))


if __name__ == "__main__":
    main()
