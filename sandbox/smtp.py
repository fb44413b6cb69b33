"""A mail server that keeps every message it accepts as one ``.eml`` file, byte for byte.

It takes messages from anybody, or from :class:`sandbox.mail_accounts.MailAccounts` alone.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox import lifetime
from sandbox.faults import FaultSwitch, MailDelayed, MailDropped, MailMoment, MailRefused
from sandbox.mail_accounts import MailAccounts

SIZE_LIMIT = 25 * 1024 * 1024
ADDRESS = re.compile(r"<([^>]*)>")
BEARER = re.compile(
    r"(?:user=|n,a=)(?P<mailbox>[^,\x01]+),?\x01(?:.*\x01)?auth=Bearer (?P<token>[^\x01]+)\x01\x01", re.DOTALL
)
REFUSED_TOKEN = '{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}'


class MailFolder:
    """Handler of aiosmtpd: numbers the messages in the order of arrival, across restarts too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.count = max((int(path.name.split("-")[0]) for path in folder.glob("*.eml")), default=0)

    async def handle_DATA(self, server: Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """Write the message whole or not at all, then accept it."""
        content = envelope.original_content or b""
        message_id = str(BytesHeaderParser().parsebytes(content).get("Message-ID", "no-message-id")).strip()
        refusal = await server.spoiled("keep", message_id)
        if refusal is not None:
            return refusal
        safe_id = re.sub(r"[^A-Za-z0-9.@_-]+", "_", message_id.strip("<>"))[:150]
        self.count += 1
        path = self.folder / f"{self.count:04d}-{safe_id}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        await server.spoiled("answer", message_id)
        return f"250 OK kept as {path.name}"


class Conversation(SMTP):
    """One client's conversation with the server, in which things go wrong on purpose."""

    def __init__(self, mail: MailFolder, faults: FaultSwitch, accounts: MailAccounts | None = None) -> None:
        offered = accounts.mechanisms if accounts else ()
        super().__init__(
            mail,
            hostname="mail.sandbox",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            auth_required=accounts is not None,
            auth_require_tls=accounts is None,
            auth_exclude_mechanism=[
                each for each in ("LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER") if each not in offered
            ],
            authenticator=accounts.let_in if accounts else None,
        )
        self.faults, self.accounts = faults, accounts

    async def spoiled(self, moment: MailMoment, name: str = "") -> str | None:
        """What the server says instead of going on; ``None`` when it goes on, at once or later.

        Raises:
            ConnectionResetError: the connection was dropped.
        """
        fault = self.faults.take_mail(moment, name)
        match fault:
            case MailRefused(status=status):
                return f"{status} Not this time"
            case MailDelayed(seconds=seconds):
                await asyncio.sleep(seconds)  # cancelled when the client goes away
            case MailDropped():
                if moment == "text":
                    await self._reader.readuntil(b"\r\n")
                assert isinstance(self.transport, asyncio.WriteTransport)
                self.transport.abort()
                raise ConnectionResetError(f"dropped on purpose: {fault}")
        return None

    async def push(self, status: AnyStr) -> None:
        """Say something to the client; who was told to send the text may be cut off amid it."""
        await super().push(status)
        if str(status).startswith("354"):
            await self.spoiled("text")

    async def _handle_client(self) -> None:
        refusal = await self.spoiled("connect")
        if refusal is None:
            await super()._handle_client()
        else:
            await self.push(refusal)
            self._writer.close()

    async def auth_XOAUTH2(self, _: object, arguments: list[str]) -> AuthResult:  # noqa: N802
        """Let in whoever has a token (Google and Microsoft)."""
        return await self._bearer(b"")

    async def auth_OAUTHBEARER(self, _: object, arguments: list[str]) -> AuthResult:  # noqa: N802
        """The same as RFC 7628 has it."""
        return await self._bearer(b"\1")

    async def _bearer(self, after_refusal: bytes) -> AuthResult:
        assert self.accounts is not None
        said = await self.challenge_auth("")
        found = BEARER.fullmatch(said.decode()) if isinstance(said, bytes) else None
        if found and self.accounts.takes(found["mailbox"], found["token"]):
            return AuthResult(success=True)
        if await self.challenge_auth(REFUSED_TOKEN) != after_refusal:
            return AuthResult(success=False, handled=False, message="501 5.5.2 An answer without content was expected")
        return AuthResult(success=False, handled=False, message=self.accounts.refusal)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """Take the sender."""
        refusal = await self.spoiled("mail", _address(arg))
        await (super().smtp_MAIL(arg) if refusal is None else self.push(refusal))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """Take a recipient."""
        refusal = await self.spoiled("rcpt", _address(arg))
        await (super().smtp_RCPT(arg) if refusal is None else self.push(refusal))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take the text."""
        refusal = await self.spoiled("data")
        await (super().smtp_DATA(arg) if refusal is None else self.push(refusal))


def _address(argument: str | None) -> str:
    found = ADDRESS.search(argument or "")
    return found[1] if found else ""


async def serve(port: int, mail: MailFolder, faults: FaultSwitch) -> None:
    """Listen on 127.0.0.1 until cancelled."""
    server = await asyncio.get_running_loop().create_server(
        lambda: Conversation(mail, faults), host="127.0.0.1", port=port
    )
    lifetime.announce_ready()
    await server.serve_forever()


def main() -> None:
    """Run the mail server."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.smtp", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the .eml files go")
    parser.add_argument("--faults", type=Path, help="control file of the faults that hold")
    arguments = parser.parse_args()
    lifetime.begin()
    asyncio.run(serve(arguments.port, MailFolder(arguments.folder), FaultSwitch(arguments.faults)))


if __name__ == "__main__":
    main()
