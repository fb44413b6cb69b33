"""Who may use the sandbox's mail server: by password, or by tokens that its token endpoint gives out over HTTP.

The endpoint answers as Microsoft's does to a client secret, and as Google's to the assertion of a service account.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_SCOPE = "https://mail.google.com/"


@dataclass
class MailAccounts:
    """Accounts by password, applications by secret, service accounts by key, and what they are refused with."""

    passwords: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)
    service_accounts: dict[str, str] = field(default_factory=dict)
    """Their public keys (PEM)."""
    mailboxes: set[str] = field(default_factory=set)
    """Those that applications and service accounts may send for."""
    refusal: str = "535 5.7.8 Authentication credentials invalid"
    mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER")
    token_answer: tuple[int, bytes] | None = None
    """What the token endpoint answers instead."""
    tokens: set[str] = field(default_factory=set)
    asked: int = 0
    """How often somebody asked to be let in, or for a token."""

    def let_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, who: object) -> AuthResult:
        """Whether a password is right, as aiosmtpd asks it."""
        self.asked += 1
        assert isinstance(who, LoginPassword)
        right = self.passwords.get(who.login.decode()) == who.password.decode()
        return AuthResult(success=right, handled=False, message=None if right else self.refusal)

    def takes(self, mailbox: str, token: str) -> bool:
        """Whether a token is one of ours, and its holder may send for the mailbox."""
        self.asked += 1
        return token in self.tokens and mailbox in self.mailboxes

    def give_token(self, form: dict[str, str], url: str) -> tuple[int, dict[str, Any]]:
        """The answer to a request for a token."""
        self.asked += 1
        if form.get("grant_type") == "client_credentials":
            refusal = self._refused_application(form)
        elif form.get("grant_type") == JWT_BEARER:
            refusal = self._refused_assertion(form.get("assertion", ""), url)
        else:
            refusal = ("unsupported_grant_type", "")
        if refusal is not None:
            return 400, dict(zip(("error", "error_description"), refusal, strict=True))
        token = "ya29." + secrets.token_urlsafe(400)  # longer than what may stand beside AUTH
        self.tokens.add(token)
        return 200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token}

    def _refused_application(self, form: dict[str, str]) -> tuple[str, str] | None:
        held = self.applications.get(form.get("client_id", ""))
        if held is None:
            return "unauthorized_client", "AADSTS700016: Application with identifier was not found in the directory"
        if held == "expired":
            return "invalid_client", "AADSTS7000222: The provided client secret keys for app are expired."
        if held != form.get("client_secret"):
            return "invalid_client", f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
        if not form.get("scope", "").endswith("/.default"):
            return "invalid_scope", "AADSTS1002012: The provided value for scope is not valid."
        return None

    def _refused_assertion(self, assertion: str, url: str) -> tuple[str, str] | None:
        try:
            claimed = jwt.decode(assertion, options={"verify_signature": False})
            key = self.service_accounts[claimed["iss"]]
            jwt.decode(assertion, key, algorithms=["RS256"], audience=url, options={"require": ["exp", "iat", "sub"]})
        except (jwt.PyJWTError, KeyError):
            return "invalid_grant", "Invalid JWT Signature."
        if claimed["sub"] not in self.mailboxes or claimed["scope"] != GOOGLE_SCOPE:
            return "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method."
        return None


@contextmanager
def token_endpoint(accounts: MailAccounts) -> Iterator[str]:
    """The address of a token endpoint that answers until the end of the block."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            status, answer = accounts.give_token(form, f"http://{self.headers['Host']}{self.path}")
            content = json.dumps(answer).encode()
            if accounts.token_answer is not None:
                status, content = accounts.token_answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing: requests hold secrets."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/contoso/oauth2/v2.0/token"
        finally:
            server.shutdown()
            thread.join()
