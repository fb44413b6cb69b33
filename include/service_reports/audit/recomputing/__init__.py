"""Every figure again from the rows that a report carries, by rules of its own.

Nothing of ``service_reports.figures`` has a part in it: what one of both computes wrongly, the other finds. The rules
are those that docs/figures.md states; figures are known by their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, localcontext
from functools import cached_property

from service_reports.audit.recomputing import (
    chapters,
    copies,
    execution,
    hours,
    metrics,
    obligations,
    requests,
    service_levels,
    summary,
    tickets,
    usage,
)
from service_reports.audit.recomputing.chapter import Chapter, only
from service_reports.audit.recomputing.usage import Use, period_use
from service_reports.audit.rows import Rows

RULES_VERSION = 3
"""Figures that were computed by rules of another version may be others, and nobody is to blame."""
EXACT = 100
"""Digits kept while adding."""
MAY_LACK = (
    *("ask/", "obligations.days_with_use", "service_level.least/", "service_level.most/", "summary.days_read/"),
    *("tickets.support.module_status/", "tickets.warranty.module_status/", "usage.columns"),
)
"""Figures that are listed only where they say more than others do: a report may lack them, though rows give them."""
READ = "read/"
"""Begins the id of a zero that says only what was read."""
USE = ("usage_hours.csv", "usage_days.csv")
BEFORE = ("usage_before.csv",)
METRICS = ("metric_hours.csv",)
BY_THEMSELVES = tuple(name for chapter in chapters.CHAPTERS for name in chapter.files)
COPIES = ("oci_backups.csv", "database_dumps.csv")
TICKETS = ("tickets.csv", "ticket_states.csv", "ticket_times.csv")
HOURS = ("hour_bank.csv", "hour_credits.csv", "issued_hours.csv")
REGISTERS = ("register_rows.csv", "change_controls.csv")
FACTS = (*USE, *METRICS, *COPIES, *TICKETS, *HOURS, *REGISTERS, "obligation_facts.csv", "deliverables.csv")
ALL = (*FACTS, *BY_THEMSELVES, "observations.csv")

FOUND = (*ALL, "action_plans.csv", "earlier_findings.csv", "payments.csv")
REQUESTED = (*FOUND, "earlier_requests.csv", "replies.csv", "signed_back.csv")


CHAPTERS = (
    *chapters.CHAPTERS,
    Chapter(("usage.",), USE, usage.usage_values),
    Chapter(("comparison.",), (*USE, *BEFORE), usage.comparison_values),
    Chapter(("metric/", "metric.day/", "metric.growth/"), METRICS, only(metrics.metric_values)),
    Chapter(("availability/",), METRICS, only(metrics.availability_values)),
    Chapter(("backups.oci.",), COPIES, only(copies.backup_values)),
    Chapter(("backups.dumps.",), COPIES, only(copies.dump_values)),
    Chapter(("tickets.", "summary.tickets."), TICKETS, only(tickets.ticket_values)),
    Chapter(("hour_bank.",), HOURS, only(hours.hour_values)),
    Chapter(("obligations.",), ALL, summary.obligation_values),
    Chapter(
        ("service_level.", "service_levels."),
        (*METRICS, *BY_THEMSELVES, *COPIES, *TICKETS),
        only(service_levels.level_values),
    ),
    Chapter(("execution.",), ("payments.csv",), only(execution.execution_values)),
    Chapter(("records.", "change_control."), (*REGISTERS, *HOURS), only(obligations.record_values)),
    Chapter(("changes.", "replaced/"), ("changed_figures.csv", "changed_texts.csv"), only(summary.change_values)),
    Chapter(("finding/", "summary.findings", "follow_up"), FOUND, summary.finding_values),
    Chapter(("ask/", "request"), REQUESTED, requests.request_values),
    Chapter(("trend/",), ("earlier_headlines.csv",), only(summary.trend_values)),
    Chapter(("summary.",), COPIES, only(summary.day_values)),
)
"""Of several whose beginning fits, the first that is listed has the figure."""


class Recomputed:
    """The figures of one delivery again, chapter by chapter as they are asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._values: dict[int, Mapping[str, Decimal]] = {}

    @cached_property
    def _use(self) -> Use:
        with localcontext(prec=EXACT):
            return period_use(self.rows)

    def value(self, figure_id: str) -> Decimal | None:
        """The value of a figure; ``None`` where no rule gives one, or its files are not at hand.

        Raises:
            NotReadable: the rows are not what they must be.
        """
        chapter = chapter_of(figure_id)
        if chapter is None or self.lacking(figure_id):
            return None
        return self._of(chapter).get(bare(figure_id))

    def _of(self, chapter: Chapter) -> Mapping[str, Decimal]:
        number = CHAPTERS.index(chapter)
        if number not in self._values:
            with localcontext(prec=EXACT):
                self._values[number] = {name: Decimal(value) for name, value in chapter.values(self.rows, self._use)}
        return self._values[number]

    def unlisted(self, listed: Iterable[str]) -> list[str]:
        """The figures that the rows at hand give and a list lacks; a zero may be left out, it says that there is none.

        Raises:
            NotReadable: the rows are not what they must be.
        """
        told = {bare(each) for each in listed}
        return [
            name
            for chapter in CHAPTERS
            if not self.rows.absent.intersection(chapter.files)
            for name, value in self._of(chapter).items()
            if value and name not in told and not name.startswith(MAY_LACK) and chapter_of(name) is chapter
        ]

    def lacking(self, figure_id: str) -> tuple[str, ...]:
        """The files that a figure rests on and that are not at hand."""
        return tuple(name for name in files_of(figure_id) if name in self.rows.absent)


def bare(figure_id: str) -> str:
    """The id of a figure without the mark that it says only what was read."""
    return figure_id.removeprefix(READ)


def chapter_of(figure_id: str) -> Chapter | None:
    """Where a figure is computed; ``None`` where nothing is known of it."""
    name = bare(figure_id)
    return next((each for each in CHAPTERS if name.startswith(each.begins)), None)


def files_of(figure_id: str) -> Iterator[str]:
    """The files that a figure rests on."""
    chapter = chapter_of(figure_id)
    return iter(chapter.files if chapter else ())
