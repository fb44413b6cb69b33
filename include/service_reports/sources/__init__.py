"""One folder a source, with its declaration: what is asked of whom, how the answer is read, checked and loaded.

The raw bytes go to the archive before they are parsed, so that every row can be read again from exactly what the
source answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from graphlib import TopologicalSorter

from service_reports.checks.suite import Suite
from service_reports.discovered import declared
from service_reports.sources.answer import Answer, SourceError, Unfit
from service_reports.sources.source import Feed, Source

__all__ = ["COLLECTION_OF", "FEEDS", "SOURCES", "SUITES", "TURNS", "Answer", "Feed", "Source", "SourceError", "Unfit"]

FEEDS: Mapping[str, Feed] = {
    feed.name: feed for feed in sorted(declared(__name__, __path__, "FEED", Feed), key=lambda each: each.place)
}
"""What is collected, by name: what the folders declare, in the order of their places."""

SOURCES: Mapping[str, Source] = {source.name: source for feed in FEEDS.values() for source in feed.sources}
"""What the ledger knows, by name."""

COLLECTION_OF: Mapping[str, str] = {source.name: feed.collection for feed in FEEDS.values() for source in feed.sources}
"""The collection that brings each source."""


def _turns() -> list[Collection[str]]:
    sorter = TopologicalSorter({source.name: source.rests_on for source in SOURCES.values()})
    sorter.prepare()
    turns: list[Collection[str]] = []
    while sorter.is_active():
        turns.append(sorter.get_ready())
        sorter.done(*turns[-1])
    return turns


TURNS: Sequence[Collection[str]] = _turns()
"""All sources, in the turns in which a run's answers are parsed and loaded: each after those that it rests on."""

SUITES: Mapping[str, Suite] = {name: source.suite for name, source in SOURCES.items()}
"""The checks of each source. Every suite warns of an empty batch and blocks on none.

An empty answer loads harmlessly, and some are right (a metric older than 90 days, an hour bank not used yet): whether a
period is covered is decided when it closes, with every batch in view.
"""
