"""What is asked of published addresses, and what came of it; ``probing`` asks, and loads what that takes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

Failure = Literal["name", "refused", "timeout", "certificate", "tls", "broken", "headers", "not_public"]
"""Why an address did not answer: its name leads nowhere, nobody listens, it took too long, its certificate does not
hold, no TLS, it broke off, its answer is none, or it is a private place that may not be asked."""


class Address(NamedTuple):
    """What is asked; ``private``: the contract lets it lead into the network that asks."""

    url: str
    private: bool = False


class Probed(NamedTuple):
    """What came of asking: when (UTC), the status, milliseconds to the first byte, the certificate's end, the failure.

    A status without a failure is an answer, whatever it is. With a failure there may be a status, too: the headers
    came, and the body did not.
    """

    address: Address
    at: datetime
    status: int | None = None
    first_byte_ms: int | None = None
    certificate_ends_at: datetime | None = None
    failure: Failure | None = None
