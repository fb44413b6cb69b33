"""Whatever happens to a close, in whatever order: no version is lost or skipped, and no message arrives twice.

Random sequences of: trigger, correct (with and without changed rows), die at any side effect, try again,
clear a step, two runs at once, a database that is restarted, a mail server that refuses, delays or drops at every
moment, and a person who answers what the message's step asks, truly or not. After each of them everything that must
always hold is looked at in PostgreSQL, the archive and the mail folder.

``CLOSE_EXAMPLES=50`` in the environment tries so many new sequences, longer ones; without it the same few.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service_reports_airflow.answers import ARRIVED, RESEND
from tests.integration.closing import STEPS, Beginning, Closing, Run
from tests.integration.killing import Ended

pytestmark = pytest.mark.integration

BEGINNINGS = ("nothing", "before sign_and_register", "before deliver", "died while sending", "delivered")
KILLS = st.none() | st.integers(1, 20) | st.integers(20, 85) | st.integers(-85, -1)
"""After which side effect the process dies; below zero, after which the database ends its connections."""
MOSTLY = st.sampled_from((True, True, False))
WHICH = st.integers(0, 3)
MOMENTS = ("connect", "mail", "rcpt", "data", "text", "keep", "answer")
FAULTS = st.none() | st.sampled_from(
    [
        *({"kind": "mail_dropped", "at": at} for at in MOMENTS),
        *(
            {"kind": "mail_refused", "at": at, "status": status}
            for at in ("connect", "rcpt", "data", "keep")
            for status in (451, 550)
        ),
        *({"kind": "mail_delayed", "at": at, "seconds": 60} for at in ("data", "answer")),
    ]
)
CLEAN_ENDS = (
    "AirflowException",
    "AirflowFailException",
    "GateRefused",
    "NotOfThisRun",
    "NotClaimed",
    "Refused",
    "SourceUnreachable",
)
"""What a step may end with; anything else is a defect."""


class Close(RuleBasedStateMachine):
    """One report and all that can happen to it."""

    def __init__(self, closing: Closing, beginnings: dict[str, Beginning]) -> None:
        super().__init__()
        self.closing = closing
        self.beginnings = beginnings
        self.runs: list[Run] = []
        self.holds = True
        self.read: set[int] = set()
        """Versions whose documents were read."""
        self.sent_again: Counter[str] = Counter()
        """How often a person had a message sent again that had arrived, by Message-ID."""
        self.believed: set[int] = set()
        """Versions whose message a person said had arrived."""

    @initialize(where=st.sampled_from(BEGINNINGS))
    def begin(self, where: str) -> None:
        """One run, and how far it came."""
        beginning = self.beginnings[where]
        self.closing.restart(beginning)
        self.runs = [self.closing.new_run("first", beginning=beginning)]

    @rule(changed=st.booleans(), reason=MOSTLY, sends=MOSTLY, fault=FAULTS, kill=KILLS)
    def trigger(self, changed: bool, reason: bool, sends: bool, fault: Any, kill: int | None) -> None:
        """A first issue or a correction, with or without a changed row."""
        if changed:
            self.closing.change_a_row()
        self._run(self._new(reason, sends), fault=fault, kill=kill)

    @rule(changed=st.booleans(), fault=FAULTS, kill=KILLS)
    def trigger_two_at_once(self, changed: bool, fault: Any, kill: int | None) -> None:
        if changed:
            self.closing.change_a_row()
        self._run(self._new(True), self._new(True), fault=fault, kill=kill)

    @precondition(lambda self: self._unfinished())
    @rule(which=WHICH, fault=FAULTS, kill=KILLS, last_try=st.booleans())
    def try_again(self, which: int, fault: Any, kill: int | None, last_try: bool) -> None:
        self._run(_one_of(self._unfinished(), which), fault=fault, kill=kill, last_try=last_try)

    @precondition(lambda self: self._unfinished())
    @rule(one=WHICH, other=WHICH, fault=FAULTS, kill=KILLS)
    def try_two_at_once(self, one: int, other: int, fault: Any, kill: int | None) -> None:
        """Two runs, or two workers that both believe to have the same task."""
        first, second = (_one_of(self._unfinished(), which) for which in (one, other))
        if first.run_id == second.run_id:
            second = replace(first, handed=first.handed.with_suffix(".twin.json"))
            if first.handed.exists():
                second.handed.write_bytes(first.handed.read_bytes())
        self._run(first, second, fault=fault, kill=kill)

    @rule(which=WHICH, step=st.sampled_from(STEPS[::-1]), fault=FAULTS, kill=KILLS)
    def clear(self, which: int, step: str, fault: Any, kill: int | None) -> None:
        """A step, and those after it, run again."""
        run = _one_of(self.runs, which)
        run.clear(step)
        self._run(run, fault=fault, kill=kill)

    @precondition(lambda self: self._asked())
    @rule(which=WHICH, first=st.booleans(), fault=FAULTS, kill=KILLS)
    def answer(self, which: int, first: bool, fault: Any, kill: int | None) -> None:
        """A person chooses, rightly or wrongly: «llegó» or «no llegó», «enviar» or «no enviar»."""
        run = _one_of(self._asked(), which)
        choice = run.asked[0 if first else 1]
        version = run.results()["archive"]["version"]
        [message] = self.closing.rows(f"select * from register.delivery where version = {version}")
        if choice == RESEND and self._arrived()[message["message_id"]] and message["state"] == "ambiguous":
            self.sent_again[message["message_id"]] += 1
        if choice == ARRIVED:
            self.believed.add(version)
        self._run(run, fault=fault, kill=kill, answer=choice)

    def teardown(self) -> None:
        """When all is well again, the run that has the newest version brings it to its end."""
        owners = self.closing.rows("select run_id from register.report order by version desc limit 1")
        if not self.holds or not owners:
            return
        run = next(run for run in self.runs if run.run_id == owners[0]["run_id"])
        self._run(run, fault=None)
        assert run.next_step is None, f"{run.run_id} stays at {run.next_step}"
        if run.skipped:
            return
        seen = self.closing.outcome()
        newest, message = seen["versions"][-1], seen["deliveries"][-1]
        assert newest["archived"], newest
        assert run.asked or message["state"] in ("sent", "withheld"), message

    def _new(self, reason: bool, sends: bool = True) -> Run:
        why = "Corrección pedida por el supervisor" if reason else None
        self.runs.append(replace(self.closing.new_run(f"run-{len(self.runs)}", why), sends=sends))
        return self.runs[-1]

    def _unfinished(self) -> list[Run]:
        return [run for run in self.runs if run.next_step is not None]

    def _asked(self) -> list[Run]:
        return [run for run in self.runs if run.asked]

    def _run(self, *runs: Run, fault: Any, kill: int | None = None, **options: Any) -> None:
        self.closing.sandbox.set_faults(*([{**fault, "times": 1}] if fault else []))
        cut = {"cut_after": -kill} if kill and kill < 0 else {}
        ended = self.closing.run(*runs, kill_after=None if cut else kill, **cut, **options)
        self.closing.sandbox.clear_faults()
        for run, each in zip(runs, ended, strict=True):
            last = each.trace[-1] if each.trace else "nothing"
            came = "killed" if each.killed else each.error or "well"
            note(f"    {run.run_id} ended {came} after {last} ({len(each.trace)}); next {run.next_step}")
        self._check(runs, ended, settled=not cut)

    def _arrived(self) -> Counter[str]:
        return Counter(message_id for message_id, _ in self.closing.messages())

    # What always holds

    def _check(self, runs: Sequence[Run], ended: Sequence[Ended], *, settled: bool) -> None:
        """``settled``: whoever ended by itself has noted what became of its message."""
        self.holds = False
        for each in ended:
            assert each.exit == 0 or each.killed or str(each.error).startswith(CLEAN_ENDS), each.error
        seen = self.closing.outcome()
        versions = {each["version"]: each for each in seen["versions"]}
        registered = [number for number, each in versions.items() if each["registered"]]
        assert list(versions) == list(range(1, len(versions) + 1)), "a version is missing"
        assert registered == list(range(1, len(registered) + 1)), "a version was skipped"
        assert len(versions) <= len(registered) + 1, "two versions are in the making"
        for number, each in versions.items():
            later = number + 1 in registered
            assert (each["state"] == "superseded") == later, f"version {number} is {each['state']}"
            assert each["registered"] or each["state"] in ("draft", "approved"), f"{number} is unregistered: {each}"
            assert each["registered"] or not each["archived"], f"{number} is archived, not registered"
            assert number == 1 or each["correction_reason"], f"{number} corrects without a reason"

        documents = {each["archive_key"]: each["version"] for each in seen["documents"]}
        assert set(documents.values()) == set(registered), "documents of a version that is not registered, or none"
        listings = {number: f"/v{number}/figures.json" for number in registered}
        for name in seen["issued"]:
            assert name in documents or name.endswith(tuple(listings.values())), f"{name} was never registered"
        for number in registered:
            if versions[number]["archived"]:
                assert {name for name, of in documents.items() if of == number} <= set(seen["issued"])
                assert any(name.endswith(listings[number]) for name in seen["issued"])

        for number in set(registered) - self.read:
            assert self.closing.misprinted(number) == [], f"{number} prints other figures than its own"
            self.read.add(number)

        deliveries = self._check_messages(seen, versions, registered)
        for run, each in zip(runs, ended, strict=True):
            if "smtp data" in each.trace and "smtp answer" not in each.trace:
                state = deliveries[run.results()["archive"]["version"]]["state"]
                assert state in (("sending", "ambiguous") if each.killed or not settled else ("ambiguous",)), (
                    f"not held: {state}"
                )

        assert self.closing.findings() == []
        self.holds = True

    def _check_messages(
        self, seen: Mapping[str, Any], versions: Mapping[int, Mapping[str, Any]], registered: Sequence[int]
    ) -> Mapping[int, Mapping[str, Any]]:
        """What always holds of the messages; gives them by version."""
        arrived, deliveries = self._arrived(), {each["version"]: each for each in seen["deliveries"]}
        assert set(deliveries) == set(registered), "a registered version without its message, or the other way"
        assert set(arrived) <= {each["message_id"] for each in deliveries.values()}, "an unknown message arrived"
        for number, each in deliveries.items():
            state, came = each["state"], arrived[each["message_id"]]
            told = f"version {number}: message {state}, version {versions[number]['state']}, arrived {came} times"
            assert came <= 1 + self.sent_again[each["message_id"]], f"twice: {told}"
            assert came or state != "sent" or number in self.believed, f"said to be sent: {told}"
            if came and not self.sent_again[each["message_id"]]:
                assert state in ("sent", "ambiguous", "sending"), f"may leave again: {told}"
            if state == "ambiguous":
                assert versions[number]["state"] in ("held", "superseded"), f"not held: {told}"
            assert state != "sent" or versions[number]["state"] in ("sent", "superseded"), told
            assert not came or versions[number]["archived"], f"sent before it was archived: {told}"
        return deliveries


def _one_of(runs: Sequence[Run], which: int) -> Run:
    """The newest for 0, then those before it, around."""
    return runs[-1 - which % len(runs)]


@pytest.fixture(scope="module")
def beginnings(closing: Closing) -> dict[str, Beginning]:
    closing.restart()
    run = closing.new_run("first")
    kept = {"nothing": closing.keep(run)}
    for until, before in (("documents", "before sign_and_register"), ("archive", "before deliver"), ("deliver", "")):
        trace = closing.succeed(run, until=until).trace
        kept[before or "delivered"] = closing.keep(run)
    # Chance seldom kills just here: the server has the message, and nothing tells so.
    closing.restart(kept["before deliver"])
    run = closing.new_run("first", beginning=kept["before deliver"])
    [ended] = closing.run(run, kill_after=trace.index("smtp answer") + 1)
    assert ended.killed
    return {**kept, "died while sending": closing.keep(run)}


def test_whatever_happens_nothing_is_lost_and_nothing_comes_twice(
    closing: Closing, beginnings: dict[str, Beginning]
) -> None:
    more = int(os.environ.get("CLOSE_EXAMPLES", "0"))
    run_state_machine_as_test(
        lambda: Close(closing, beginnings),
        settings=settings(
            max_examples=more or 12,
            stateful_step_count=12 if more else 6,
            derandomize=not more,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
