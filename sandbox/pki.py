"""A certification body as certification bodies are: root, intermediate, time stamps, OCSP and CRL, over HTTP.

Its keys are made at the first start and lie in a folder of the run.
"""

from __future__ import annotations

import argparse
import json
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asn1crypto import pem
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, PKIArchitecture
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox import lifetime
from sandbox.certificates import SigningIdentity

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

BODY = "sandbox"
TIME_STAMPS = ("tsa", "tsa-that-ends")
"""Time-stamping authorities; the certificate of the second ends in two years."""
AUTHORITIES = ("root", "intermediate", "ocsp", "root-ocsp", *TIME_STAMPS)
SIGNERS = ("signer", "revoked", "expired")
WRONG_BY = timedelta(hours=5)
"""A clock that was set to the hour of Bogotá as if it were UTC."""


@dataclass(frozen=True)
class Pki:
    """A certification body that answers at ``url``; what it issued is asked for by label.

    Services in ``down``, of ``tsa``, ``ocsp`` and ``crls``, answer 503.
    """

    url: str
    architecture: PKIArchitecture
    down: set[str] = field(default_factory=set)

    def pem(self, label: str) -> str:
        """A certificate in PEM: of ``root``, ``intermediate``, ``tsa`` or a signer."""
        der = self.architecture.get_cert(CertLabel(label)).dump()
        return str(pem.armor("CERTIFICATE", der), "ascii")

    def pkcs12(self, label: str, passphrase: str) -> bytes:
        """A signer's key, certificate and chain, as a certification body hands them over."""
        content: bytes = self.architecture.package_pkcs12(CertLabel(label), password=passphrase.encode())
        return content

    def time_stamps(self, label: str = "tsa") -> str:
        """The address of a time-stamping authority."""
        return f"{self.url}/{BODY}/tsa/{label}"


def _time(moment: datetime) -> str:
    return moment.isoformat()


def _uses(*names: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}


def _purpose(name: str) -> dict[str, Any]:
    return {"id": "extended_key_usage", "critical": True, "value": [name]}


def _status(issuer: str) -> list[dict[str, Any]]:
    """Where it is told whether a certificate of this issuer was revoked."""
    responder = "ocsp" if issuer == "intermediate" else "root-ocsp"
    return [
        {
            "id": "crl_distribution_points",
            "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [issuer]}},
        },
        {
            "id": "authority_information_access",
            "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": [responder]}},
        },
    ]


def _certificate(subject: str, issuer: str, years: tuple[float, float], *extensions: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0)
    first, last = (now + timedelta(days=365 * each) for each in years)
    return {
        "subject": subject,
        "subject-key": subject,
        "issuer": issuer,
        "authority-key": issuer,
        "validity": {"valid-from": _time(first), "valid-to": _time(last)},
        "extensions": list(extensions),
    }


def _architecture() -> dict[str, Any]:
    ca = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
    signing = (_uses("digital_signature", "non_repudiation"), *_status("intermediate"))
    no_check = {"id": "ocsp_no_check"}
    responder = (_uses("digital_signature"), _purpose("ocsp_signing"), no_check)
    certificates = {
        "root": _certificate("root", "root", (-5, 35), ca, _uses("key_cert_sign", "crl_sign")),
        "intermediate": _certificate(
            "intermediate", "root", (-4, 25), ca, _uses("key_cert_sign", "crl_sign"), *_status("root")
        ),
        "ocsp": _certificate("ocsp", "intermediate", (-3, 20), *responder),
        "root-ocsp": _certificate("root-ocsp", "root", (-3, 20), *responder),
        **{
            label: _certificate(
                label,
                "intermediate",
                (-3, years),
                _uses("digital_signature"),
                _purpose("time_stamping"),
                *_status("intermediate"),
            )
            for label, years in zip(TIME_STAMPS, (20, 2), strict=True)
        },
        "signer": _certificate("signer", "intermediate", (-1, 1), *signing),
        "revoked": {
            **_certificate("revoked", "intermediate", (-1, 1), *signing),
            "revocation": {
                "revoked-since": _time(datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)),
                "reason": "key_compromise",
            },
        },
        "expired": _certificate("expired", "intermediate", (-2, -0.1), *signing),
    }
    return {
        "keyset": BODY,
        "entity-defaults": {"country-name": "CO", "organization-name": "Sandbox"},
        "entities": {label: {"common-name": f"{label} de prueba"} for label in (*AUTHORITIES, *SIGNERS)},
        "certs": certificates,
        "services": {
            "ocsp": {
                "ocsp": {"for-issuer": "intermediate", "responder-cert": "ocsp", "signing-key": "ocsp"},
                "root-ocsp": {"for-issuer": "root", "responder-cert": "root-ocsp", "signing-key": "root-ocsp"},
            },
            "crl-repo": {
                issuer: {"for-issuer": issuer, "signing-key": issuer, "simulated-update-schedule": "P1D"}
                for issuer in ("root", "intermediate")
            },
            "time-stamping": {
                label: {"signing-key": label, "signing-cert": label, "certs-to-embed": ["intermediate"]}
                for label in TIME_STAMPS
            },
        },
    }


def make(folder: Path, url: str, keys: Mapping[str, bytes] | None = None) -> Pki:
    """The body that answers at an address, from the keys and days in a folder; one that has none gets them."""
    labels, described = (*AUTHORITIES, *SIGNERS), folder / "pki.json"
    if not described.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for label in labels:
            key = (keys or {}).get(label) or ec.generate_private_key(ec.SECP256R1()).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            (folder / f"{label}.pem").write_bytes(key)
        described.write_text(json.dumps(_architecture()), encoding="utf-8")
    configuration = {
        "external-url-prefix": url,
        "keysets": {BODY: {"path-prefix": ".", "keys": {label: {"path": f"{label}.pem"} for label in labels}}},
        "pki-architectures": {BODY: json.loads(described.read_text(encoding="utf-8"))},
    }
    return Pki(url, CertomancerConfig(configuration, key_search_dir=str(folder)).get_pki_arch(ArchLabel(BODY)))


def signing_identity(folder: Path, url: str) -> SigningIdentity:
    """A signer of the body that answers at an address, as files in its folder."""
    body, passphrase = make(folder, url), folder / "passphrase"
    if not passphrase.exists():
        passphrase.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    identity = SigningIdentity(folder / "ca.pem", folder / "signing.p12", passphrase.read_text(encoding="utf-8"))
    identity.ca.write_text(body.pem("root"), encoding="utf-8")
    identity.pkcs12.write_bytes(body.pkcs12("signer", identity.passphrase))
    return identity


class _Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path, port: int = 0, keys: Mapping[str, bytes] | None = None, wrong: bool = False) -> Iterator[Pki]:
    """The body, serving at a port of this machine until the block ends; ``keys`` are PEM by label, in place of its own.

    With ``wrong`` the clock of its authorities is off by :data:`WRONG_BY`.
    """
    server = make_server("127.0.0.1", port, lambda *_: [], threaded=True, request_handler=_Silent)
    pki = make(folder, f"http://127.0.0.1:{server.server_port}", keys)
    at = datetime.now(UTC) - WRONG_BY if wrong else None
    animator = Animator(AnimatorArchStore({ArchLabel(BODY): pki.architecture}), at_time=at, with_web_ui=False)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        service = environ["PATH_INFO"].split("/")[2]
        return (ServiceUnavailable() if service in pki.down else animator)(environ, start)

    server.app = answer
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield pki
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Run the certification body."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.pki", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where its keys lie")
    arguments = parser.parse_args()
    lifetime.begin()
    with serving(arguments.folder, arguments.port):
        lifetime.announce_ready()
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
