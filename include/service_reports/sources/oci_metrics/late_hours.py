"""Hours of which nothing was told when their day was asked for: they are asked for until they come.

Monitoring tells what an agent delivers late, and of a stopped server nothing. Only days that lack hours are asked for
again, of the resources that lack them, and only an answer that tells of more hours than are known is entered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from service_reports.contracts import Contract, MeasuredResource, Metric
from service_reports.sources.answer import Answer, SourceError
from service_reports.sources.oci_metrics.answers import answer_about, hours_told
from service_reports.sources.oci_metrics.monitoring import MetricStream
from service_reports.sources.oci_metrics.questions import MetricRequest, questions_about
from service_reports.sources.source import Stamps, Window

Known = Mapping[tuple[str, str, str], Mapping[date, int]]
"""Of each resource, namespace and metric the days (UTC) that lack hours, and how many are known of each."""


class Lack(NamedTuple):
    """What one contract's resource lacks of a metric."""

    contract: Contract
    resource: MeasuredResource
    metric: Metric
    known: Mapping[date, int]


class Stretch(NamedTuple):
    """Days in a row (UTC, both included) of one metric, and what lacks hours of some of them."""

    namespace: str
    metric_name: str
    days: Window
    lacks: Sequence[Lack]

    def questions(self, finer_from: date) -> Iterator[MetricRequest]:
        """What is asked; five minutes only of the days from ``finer_from`` on."""
        first, last = self.days
        finer = any(each.metric.availability for each in self.lacks) and last >= finer_from
        ocids = {each.resource.resource_ocid for each in self.lacks}
        some = [(max(first, finer_from), last)] if finer else []
        return questions_about(self.namespace, self.metric_name, ocids, self.days, some)

    def news(self, streams: Sequence[MetricStream], stamps: Stamps) -> Iterator[tuple[Contract, Answer]]:
        """The answers that tell of hours that are not known, or that cannot be read."""
        for each in self.lacks:
            answer = answer_about(each.resource, each.metric, streams, self.days, stamps)
            try:
                told = hours_told(answer)
                is_news = any(told[day] > known for day, known in each.known.items())
            except SourceError:
                is_news = True  # that it cannot be read is told where answers are checked
            if is_news:
                yield each.contract, answer


def stretches(contracts: Sequence[Contract], known: Mapping[str, Known]) -> Iterator[Stretch]:
    """What some contracts lack, together where they lack it on the same days; ``known`` is by contract."""
    by_metric: dict[tuple[str, str], dict[date, list[tuple[Contract, MeasuredResource, Metric]]]] = {}
    for contract in contracts:
        for resource in contract.resources:
            for metric in resource.metrics:
                for day in known.get(contract.id, {}).get((resource.name, metric.namespace, metric.name), {}):
                    of_metric = by_metric.setdefault((metric.namespace, metric.name), {})
                    of_metric.setdefault(day, []).append((contract, resource, metric))
    for key, days in sorted(by_metric.items()):
        for row in _in_a_row(sorted(days)):
            lacking = {
                (held.id, resource.name): (held, resource, metric)
                for day in row
                for held, resource, metric in days[day]
            }
            lacks = [
                Lack(
                    held,
                    resource,
                    metric,
                    {day: hours for day, hours in known[held.id][resource.name, *key].items() if day in row},
                )
                for held, resource, metric in lacking.values()
            ]
            yield Stretch(*key, Window(row[0], row[-1]), lacks)


def _in_a_row(days: Sequence[date]) -> Iterator[Sequence[date]]:
    """Sorted days, those together of which each is the day after the one before."""
    start = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or days[place] - days[place - 1] > timedelta(days=1):
            yield days[start:place]
            start = place
