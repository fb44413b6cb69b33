"""A close that is killed between any two of its side effects ends, once it runs again, as an undisturbed one.

Killed is the process of a step, by SIGKILL, after what it writes to the warehouse or the archive, or says to the
mail server: after the first thing of each kind that follows a thing of another, and after the last of those. What
then runs again is, by turns, the same run (the task is tried again), or first another one (somebody triggers anew);
with ``KILL_EVERYWHERE=1`` in the environment both, after every thing. Where the text of the message was on its way
nobody can know whether it arrived: it is held until a person says so, and nothing sends it before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from service_reports_airflow.answers import ARRIVED, RESEND
from tests.integration.closing import STEPS, Beginning, Closing, Run
from tests.integration.killing import EVERYWHERE, distinct

pytestmark = pytest.mark.integration
AGAIN = ("the same run", "another run")
"""What runs after the death."""
WRITING = tuple(step for step in STEPS if step not in ("approve", "confirm"))
"""Steps with side effects; those that are left out only ask."""
UNREGISTERED = ("gate", "figures", "documents", "sign_and_register")
"""Steps after whose death another run may take the version over."""


@pytest.fixture(scope="module")
def undisturbed(closing: Closing) -> tuple[dict[str, tuple[Beginning, tuple[str, ...]]], dict[str, Any]]:
    """Of each step, the state before it and its side effects in order; and the state in the end."""
    closing.restart()
    run, steps = closing.new_run("first"), {}
    for step in STEPS:
        before = closing.keep(run)
        steps[step] = before, closing.succeed(run, until=step).trace
    assert closing.findings() == []
    return steps, closing.outcome()


def test_an_undisturbed_close_issues_one_version_and_sends_one_message(undisturbed: Any, closing: Closing) -> None:
    steps, outcome = undisturbed
    assert [(each["version"], each["state"]) for each in outcome["versions"]] == [(1, "sent")]
    assert len(outcome["messages"]) == 1
    assert all(outcome.values()), outcome
    assert tuple(step for step, (_, trace) in steps.items() if trace) == WRITING
    said = [label for label in steps["deliver"][1] if label.startswith("smtp")]
    assert said == ["smtp mail", "smtp rcpt", "smtp data", "smtp text", "smtp answer"]


def kill_points(trace: Sequence[str], turn: int) -> list[tuple[int, str]]:
    """The first and the last side effect of each kind after each other kind, by turns; or all (``EVERYWHERE``)."""
    effects = distinct(trace)
    if EVERYWHERE:
        return effects
    pairs = list(pairwise(["", *(label for _, label in effects)]))
    ends = [
        effect
        for number, (effect, pair) in enumerate(zip(effects, pairs, strict=True))
        if pair not in pairs[:number] or pair not in pairs[number + 1 :]
    ]
    return ends[turn::2]


@pytest.mark.skipif(EVERYWHERE, reason="each turn has all")
def test_the_turns_kill_after_the_first_and_the_last_of_each_kind() -> None:
    trace = ["put", "put", "put", "put", "insert", "commit", "put", "insert", "commit"]
    first, second = ({position for position, _ in kill_points(trace, turn)} for turn in (0, 1))
    assert first & second == set()
    assert first | second == {1, 2, 4, 5, 6, 7, 8, 9}


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("step", WRITING)
def test_a_close_that_is_killed_anywhere_ends_as_an_undisturbed_one(
    closing: Closing, undisturbed: Any, step: str, again: str
) -> None:
    steps, outcome = undisturbed
    before, trace = steps[step]
    for position, label in kill_points(trace, AGAIN.index(again)):
        told = f"{step} killed after {label} ({position} of {len(trace)}), then {again}"
        closing.restart(before)
        run = closing.new_run("first", beginning=before)
        [ended] = closing.run(run, kill_after=position, until=step)
        assert (ended.killed, ended.trace) == (True, trace[:position]), told
        if again == "another run":
            # Before the registration it takes the version over; after it, it is no first version any more.
            [other] = closing.run(closing.new_run("other"))
            assert (other.exit == 0) == (not registered_by(closing, run)), f"{told}: {other.error}"
        [first] = closing.run(run)
        if first.error is not None:
            assert again == "another run", f"{told}: {first.error}"
            assert step in UNREGISTERED, f"{told}: {first.error}"
        settle_what_is_held(closing, run, told)
        assert closing.findings() == [], told
        assert closing.outcome() == outcome, told
        [(_, attached)] = closing.messages()
        registered = {row["file_name"]: row["sha256"] for row in closing.rows("select * from register.document")}
        assert attached == registered, told


def registered_by(closing: Closing, run: Run) -> bool:
    rows = closing.rows("select run_id from register.report where registered_at is not null")
    return [row["run_id"] for row in rows] == [run.run_id]


def settle_what_is_held(closing: Closing, run: Run, told: str) -> None:
    """Where the message is held: nothing sends it, until somebody looks into the mail folder and says."""
    if not run.asked:
        return
    arrived = len(closing.messages())
    [delivery] = closing.outcome()["deliveries"]
    assert delivery["state"] == "ambiguous", told
    run.clear("deliver")
    closing.succeed(run)
    assert (run.asked, len(closing.messages())) == ([ARRIVED, RESEND], arrived), f"{told}: it was sent by itself"
    closing.succeed(run, answer=ARRIVED if arrived else RESEND)
    assert not run.asked, told
