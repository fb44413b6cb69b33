"""What the triggerer does for this product: wait for a period's data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent


class PeriodComplete(BaseTrigger):
    """Fires when a report's period is complete, or at the deadline.

    A look that fails (the warehouse is being restarted, a contract file is being changed) is
    logged and repeated: it must not end a wait of days.

    :param report: contract and number of the report.
    :param deadline: when to fire in any case, ISO 8601 with its zone.
    :param seconds: how long to sleep between two looks.
    """

    def __init__(self, report: dict[str, Any], deadline: str, seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.report = report
        self.deadline = deadline
        self.seconds = seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How another triggerer takes over."""
        return (
            "service_reports_airflow.triggers.PeriodComplete",
            {"report": self.report, "deadline": self.deadline, "seconds": self.seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, sleep, look again. The look itself runs in a thread: the triggerer serves other waits meanwhile."""
        deadline = datetime.fromisoformat(self.deadline)
        told: tuple[str, ...] = ()
        while True:
            try:
                lacking = await asyncio.to_thread(_look, self.report)
                complete = not lacking
                if lacking != told:  # the log of a task that waits is the triggerer's
                    self.log.info("Espera hasta el %s; falta:\n%s", self.deadline, "\n".join(lacking) or "nada")
                    told = lacking
            except Exception as error:  # noqa: BLE001 (a look that fails must not end a wait of days)
                complete = False
                self.log.warning("Los datos no se pueden mirar en este momento; se intenta de nuevo: %s", error)
            left = (deadline - datetime.now(UTC)).total_seconds()
            if complete or left <= 0:
                yield TriggerEvent({"complete": complete})
                return
            await asyncio.sleep(min(self.seconds, left))


def _look(report: dict[str, Any]) -> tuple[str, ...]:
    from service_reports_airflow.steps import completeness

    return completeness.lacking_data(report)
