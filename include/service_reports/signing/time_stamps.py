"""Proof that bytes existed at a moment, from a time-stamping authority (RFC 3161)."""

from __future__ import annotations

import asyncio
import hashlib

from pyhanko.sign.timestamps import TimeStamper


class TimeStampError(RuntimeError):
    """A token that does not speak of the bytes it was asked for."""


def time_stamp(content: bytes, authority: TimeStamper) -> bytes:
    """The authority's token for these bytes (DER; ``openssl ts -verify -token_in`` reads it).

    Raises:
        TimeStampError: the token is for other bytes.
        pyhanko.sign.timestamps.common_utils.TimestampRequestError: the authority refused.
    """
    digest = hashlib.sha256(content).digest()
    token = asyncio.run(authority.async_timestamp(digest, "sha256"))
    imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
    if imprint["hashed_message"].native != digest:
        raise TimeStampError("el sello de tiempo no es de los bytes que se enviaron")
    return bytes(token.dump())
