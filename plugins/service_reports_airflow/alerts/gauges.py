"""How things stand as numbers for a monitoring system, from what a round of alerts has read.

Pure. Each gauge is told with all values of its attribute, also those of nothing, so that none stays as it was. None
names a contract: which it is, alerts and the page «Informes» tell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from service_reports.register import DeliveryState
from service_reports_airflow.alerts.causes import KINDS, OVERDUE_AFTER, QUARANTINE
from service_reports_airflow.alerts.standing import Stands
from service_reports_airflow.desk.reading import ASKED_OF_AIRFLOW, ORDER, Row
from service_reports_airflow.telemetry import catalogue
from service_reports_airflow.telemetry.catalogue import Metric

Closing = Literal["late", "due", "closed", "upcoming"]
CLOSED = frozenset({"issued", "settled", "outdated", "held", "bounced"})
"""States of a report whose close is done: what its message or its data still need is told by itself."""


class Gauge(NamedTuple):
    """A value of a metric."""

    metric: Metric
    value: float
    attributes: Mapping[str, str] = {}


def of(stands: Stands, at: datetime) -> Iterator[Gauge]:
    """What is told of a moment (aware)."""
    of_contract: dict[str, list[Row]] = defaultdict(list)
    for row in stands.rows:
        of_contract[row.owed.contract_id].append(row)
    closings = (closing(rows, at) for rows in of_contract.values())
    states = [state for state in ORDER if state not in ASKED_OF_AIRFLOW]
    messages = (row.standing.delivery for row in stands.rows if row.standing.delivery)
    yield from _each(catalogue.CONTRACTS_STANDING, closings, get_args(Closing))
    yield from _each(catalogue.REPORTS_STANDING, (row.state for row in stands.rows), states)
    yield from _each(catalogue.MESSAGES_STANDING, messages, get_args(DeliveryState))
    yield from _each(catalogue.CAUSES_STANDING, (cause.kind for cause in stands.causes), KINDS)
    yield Gauge(catalogue.BATCHES_REFUSED, sum(each.findings for each in stands.found if each.kind == QUARANTINE))
    yield Gauge(catalogue.LAST_ROUND, at.timestamp())


def closing(rows: Iterable[Row], at: datetime) -> Closing:
    """How a contract stands by its listed reports that are due at a moment: by the one that is worst."""
    due = [row for row in rows if row.owed.cut_off <= at]
    open_since = [row.owed.cut_off for row in due if row.state not in CLOSED]
    if not open_since:
        return "closed" if due else "upcoming"
    return "late" if at - min(open_since) >= OVERDUE_AFTER else "due"


def _each(metric: Metric, found: Iterable[str], possible: Sequence[str]) -> Iterator[Gauge]:
    [attribute] = metric.attributes
    counted = Counter(found)
    return (Gauge(metric, counted[value], {attribute: value}) for value in possible)
