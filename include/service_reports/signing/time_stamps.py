"""Proof that bytes existed at a moment, from a time-stamping authority (RFC 3161)."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext


class TimeStampError(RuntimeError):
    """An authority that gives no time stamp, or one that proves nothing of these bytes."""


def time_stamp(content: bytes, authority: TimeStamper) -> bytes:
    """The authority's token for these bytes (DER; ``openssl ts -verify -token_in`` reads it).

    Raises:
        TimeStampError: the authority does not answer or refuses, or its token does not hold.
    """
    try:
        token = asyncio.run(authority.async_timestamp(hashlib.sha256(content).digest(), "sha256")).dump()
    except Exception as error:  # whatever network, answer and the parsers of its DER come up with
        raise TimeStampError(f"la autoridad no dio el sello de tiempo: {type(error).__name__}: {error}") from error
    check_time_stamp(token, content)
    return bytes(token)


def check_time_stamp(token: bytes, content: bytes) -> datetime:
    """The moment at which a token says that these bytes existed (aware).

    The token must be signed by the certificate that it carries; whether that is an authority to
    be trusted is for whoever verifies (``openssl ts -verify -CAfile``).

    Raises:
        TimeStampError: no token, one for other bytes, or one that was changed.
    """
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        told = asyncio.run(
            validate_tst_signed_data(
                signed,
                ValidationContext(trust_roots=[], allow_fetching=False),
                lambda algorithm: hashlib.new(algorithm, content).digest(),
            )
        )
    except Exception as error:  # what the parsers of DER raise over bytes that are none has no name in common
        raise TimeStampError(f"no es un sello de tiempo: {type(error).__name__}: {error}") from error
    if not (told["intact"] and told["valid"]):
        raise TimeStampError("el sello de tiempo es de otros bytes, o fue cambiado")
    moment: datetime = told["timestamp"]
    return moment
