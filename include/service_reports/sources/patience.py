"""Waiting where a service of OCI is too busy, as long as it asks and a task has patience; nothing else is retried."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

from service_reports.sources.answer import SourceError

PATIENCE_SECONDS = 120
"""How long one task waits in all for a service that is too busy; then it fails, and is tried again."""

Result = TypeVar("Result")


class Patience:
    """What is left of the time for which a task waits for one service."""

    def __init__(self, seconds: float = PATIENCE_SECONDS, sleep: Callable[[float], None] = clock.sleep) -> None:
        self._left, self._sleep = seconds, sleep

    def rest(self, seconds: float) -> bool:
        """Wait as the service asks; ``False``, at once, where that is longer than what is left of the patience."""
        if seconds > self._left:
            return False
        self._left -= seconds
        self._sleep(seconds)
        return True

    def ask(self, call: Callable[[], Result]) -> Result:
        """What a call gives, made again where the service is too busy, for as long as there is patience.

        Raises:
            oci.exceptions.ServiceError: as the service answers, if it is not just busy, or stays so.
            SourceError: what it answers cannot be read.
        """
        from oci.exceptions import ServiceError

        default = 1.0
        while True:
            try:
                return call()
            except RecursionError:
                raise SourceError(
                    "la respuesta tiene datos dentro de datos sin fin, y no se puede leer — limpie esta tarea"
                ) from None
            except ServiceError as error:
                busy = error.status == HTTPStatus.TOO_MANY_REQUESTS
                if not busy or not self.rest(asked_to_wait(error.headers or {}, datetime.now(UTC), default)):
                    raise
            default *= 2


def asked_to_wait(headers: Mapping[str, str], now: datetime, default: float) -> float:
    """Seconds to wait by ``Retry-After``, which is a number of them or a date; ``default`` where it says neither.

    So too where it says not to wait: a service that is busy and says so for ever would be asked for ever.
    """
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        seconds = float(told) if told.isdecimal() else (parsedate_to_datetime(told) - now).total_seconds()
    except (TypeError, ValueError):
        return default
    return seconds if seconds > 0 else default
