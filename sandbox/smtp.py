"""A mail server that keeps every message it accepts as one ``.eml`` file, byte for byte."""

from __future__ import annotations

import argparse
import asyncio
import re
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox import lifetime

SIZE_LIMIT = 25 * 1024 * 1024


class MailFolder:
    """Handler of aiosmtpd: numbers the messages in the order of arrival, across restarts too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.count = max((int(path.name.split("-")[0]) for path in folder.glob("*.eml")), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """Write the message whole or not at all, then accept it."""
        content = envelope.original_content or b""
        message_id = str(BytesHeaderParser().parsebytes(content).get("Message-ID", "no-message-id"))
        safe_id = re.sub(r"[^A-Za-z0-9.@_-]+", "_", message_id.strip().strip("<>"))[:150]
        self.count += 1
        path = self.folder / f"{self.count:04d}-{safe_id}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        return f"250 OK kept as {path.name}"


async def serve(port: int, folder: Path) -> None:
    """Listen on 127.0.0.1 until cancelled."""
    mail = MailFolder(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mail, hostname="mail.sandbox", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True),
        host="127.0.0.1",
        port=port,
    )
    lifetime.announce_ready()
    await server.serve_forever()


def main() -> None:
    """Run the mail server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.smtp", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the .eml files go")
    arguments = parser.parse_args()
    lifetime.begin()
    asyncio.run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
