"""The sandbox's API key, and the check of the signatures made with it.

OCI signs requests as HTTP Signatures (draft-cavage, version 1) with rsa-sha256. The check is as
strict as the provider's: key id, the headers that must be covered, the body's hash, and the date.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

USER_OCID = "ocid1.user.oc1..sandbox"
CLOCK_SKEW = timedelta(minutes=5)
COVERED_ALWAYS = frozenset({"(request-target)", "host"})
COVERED_WITH_BODY = frozenset({"content-length", "content-type", "x-content-sha256"})
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class SignatureError(Exception):
    """The request is not signed as it must be; the message says what is wrong."""


@dataclass(frozen=True)
class ApiKeyOwner:
    """Who may call: what the server knows of the key."""

    tenancy_ocid: str
    user_ocid: str
    fingerprint: str
    public_key_pem: str

    @property
    def key_id(self) -> str:
        """The ``keyId`` of the signatures."""
        return f"{self.tenancy_ocid}/{self.user_ocid}/{self.fingerprint}"

    def write(self, path: Path) -> None:
        """Keep for the server's process."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> ApiKeyOwner:
        """Read what :meth:`write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def make_api_key(tenancy_ocid: str) -> tuple[ApiKeyOwner, str]:
    """A throw-away key: its owner as the server knows them, and the private key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fingerprint = hashlib.md5(der, usedforsecurity=False).hexdigest()
    owner = ApiKeyOwner(
        tenancy_ocid=tenancy_ocid,
        user_ocid=USER_OCID,
        fingerprint=":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)),
        public_key_pem=public_pem.decode(),
    )
    return owner, private_pem.decode()


class SignatureCheck:
    """Checks requests against one owner's key; ``now`` is the clock of who checks."""

    def __init__(self, owner: ApiKeyOwner, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.owner = owner
        self._now = now
        key = serialization.load_pem_public_key(owner.public_key_pem.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        self._key = key

    def verify(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        """Check one request; ``headers`` must find a name in any case.

        Raises:
            SignatureError: the signature is missing, wrong, too old or covers too little.
        """
        scheme, _, rest = (headers.get("authorization") or "").partition(" ")
        if scheme.lower() != "signature":
            raise SignatureError("The required information to complete authentication was not provided.")
        parameters = dict(PARAMETER.findall(rest))
        if parameters.get("keyId") != self.owner.key_id or parameters.get("algorithm") != "rsa-sha256":
            raise SignatureError("The keyId or the algorithm is not known.")
        covered = parameters.get("headers", "date").lower().split()
        self._check_coverage(set(covered), headers, body, has_body=method in {"POST", "PUT"})
        text = "\n".join(
            f"{name}: {method.lower()} {target}" if name == "(request-target)" else f"{name}: {headers.get(name) or ''}"
            for name in covered
        )
        try:
            signature = base64.b64decode(parameters.get("signature", ""), validate=True)
            self._key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError) as error:
            raise SignatureError("The signature does not match the request.") from error

    def _check_coverage(self, covered: set[str], headers: Mapping[str, str], body: bytes, *, has_body: bool) -> None:
        required = COVERED_ALWAYS | (COVERED_WITH_BODY if has_body else frozenset())
        dates = covered & {"date", "x-date"}
        if not dates or not required <= covered:
            raise SignatureError("The signature must cover " + ", ".join(sorted({"date"} | required)))
        try:
            sent_at = parsedate_to_datetime(headers.get(dates.pop()) or "")
        except ValueError as error:
            raise SignatureError("The date is not readable.") from error
        if abs(self._now() - sent_at.astimezone(UTC)) > CLOCK_SKEW:
            raise SignatureError("The date is more than five minutes away from now.")
        if has_body:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            if headers.get("x-content-sha256") != digest:
                raise SignatureError("The body is not the one that was signed.")
