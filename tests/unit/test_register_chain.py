"""The chain's arithmetic: canonical text, and any single change is found."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.canonical_json import canonical
from service_reports.register.chain import Event, check_chain, sha256_of

SCALARS = st.none() | st.booleans() | st.text() | st.integers(-(2**53) + 1, 2**53 - 1)
NAMES = st.text(st.characters(max_codepoint=127), max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


def chain(count: int) -> list[Event]:
    events: list[Event] = []
    for position in range(1, count + 1):
        body = canonical({"position": position, "previous": events[-1].sha256 if events else "", "event": "claimed"})
        events.append(Event(position, body, sha256_of(body)))
    return events


def rfc8785(value: Any) -> str:
    """The serialisation that RFC 8785 prescribes, written from its text (3.2.2), for what events hold."""
    if isinstance(value, str):
        return '"' + "".join(_escaped(character) for character in value) + '"'
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{rfc8785(name)}:{rfc8785(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(rfc8785, value)) + "]"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def _escaped(character: str) -> str:
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return short.get(character) or (f"\\u{ord(character):04x}" if ord(character) < 0x20 else character)


@given(VALUES)
def test_canonical_text_is_that_of_the_rfc_and_says_the_same(value: Any) -> None:
    assert canonical(value) == rfc8785(value)
    assert json.loads(canonical(value)) == value


def test_instants_are_written_in_utc_whatever_their_zone() -> None:
    moment = datetime(2026, 2, 23, 11, 0, 0, 5, tzinfo=UTC)
    assert canonical(moment) == '"2026-02-23T11:00:00.000005+00:00"'
    assert canonical(moment.astimezone(timezone(timedelta(hours=-5)))) == canonical(moment)
    assert canonical(date(2026, 2, 23)) == '"2026-02-23"'


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, b"x", {1: "x"}, {"año": 1}, datetime(2026, 1, 1)])  # noqa: DTZ001
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical({"a": [value]})


@given(st.integers(1, 12))
def test_a_chain_that_nobody_touched_holds(count: int) -> None:
    assert list(check_chain(chain(count))) == []


@given(st.integers(2, 12), st.data())
def test_any_one_change_but_at_the_end_is_found(count: int, data: st.DataObject) -> None:
    """What is cut off at the end leaves a sound chain: that is what archived heads are for."""
    events = chain(count)
    at = data.draw(st.integers(0, count - 2))
    kind = data.draw(st.sampled_from(["remove", "edit", "edit with its hash", "swap"]))
    if kind == "remove":
        del events[at]
    elif kind == "swap":
        events[at], events[at + 1] = events[at + 1], events[at]
    else:
        body = events[at].body.replace("claimed", "sent")
        events[at] = Event(events[at].position, body, events[at].sha256 if kind == "edit" else sha256_of(body))
    assert list(check_chain(events))
