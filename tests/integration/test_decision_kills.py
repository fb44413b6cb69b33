"""What a person decides, and what they are asked about, survives the death of the process that records it.

As in ``test_close_kills``: the process is killed (SIGKILL) after all that it leaves in the warehouse
or the archive, and the task is tried again, as Airflow does. A person whose answer was
not recorded is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from service_reports_airflow.answers import CORRECT, KEEP
from service_reports_airflow.dag_parts.approve import APPROVE, REJECT
from tests.integration.closing import Beginning, Closing, Run
from tests.integration.killing import Ended, distinct

pytestmark = pytest.mark.integration
ANSWERS = {APPROVE: "Revisado", REJECT: "Falta un anexo"}


def told(closing: Closing) -> dict[str, Any]:
    """All that the register and the findings tell, without moments."""
    return {
        "versions": closing.rows(
            "select version, state, drafts_sha256, outdated_at is not null as outdated, changes_sha256"
            " from register.report order by 1"
        ),
        "events": closing.rows(
            "select version, event, body::jsonb ->> 'state' as state, body::jsonb ->> 'by' as by,"
            " body::jsonb ->> 'detail' as detail from register.event order by position"
        ),
        "findings": closing.rows(
            "select kind, subject, day, value_before, value_now, run_id, resolved_at is null as open"
            " from core.observation where kind like 'report.%' order by 1, 2, 3"
        ),
        "reviewed": closing.rows("select report_number, version from core.report_review order by 1, 2"),
    }


@dataclass(frozen=True)
class Task:
    """What is killed: a task of a run that begins somewhere, told by what it leaves behind.

    ``attempt`` is a try of it, which may be killed after some side effect; ``left`` is what a try that
    came to its end leaves to the rest of the run. Tried again, it may ask again first (``retried``).
    """

    begun: Callable[[], Run]
    attempt: Callable[[Run, int | None], Ended]
    left: Callable[[Run, Ended], Any]
    retried: Callable[[Run], Ended] | None = None

    def killed_everywhere(self, closing: Closing) -> tuple[Any, dict[str, Any]]:
        """What it leaves and what is told of it: undisturbed, and so wherever it was killed and tried again."""
        run = self.begun()
        undisturbed = self.attempt(run, None)
        expected = self.left(run, undisturbed), told(closing)
        assert closing.findings() == []
        assert undisturbed.trace, "it writes nothing"
        for position, label in distinct(undisturbed.trace):
            where = f"killed after {label} ({position} of {len(undisturbed.trace)})"
            run = self.begun()
            dead = self.attempt(run, position)
            assert (dead.killed, dead.trace) == (True, undisturbed.trace[:position]), where
            ended = self.retried(run) if self.retried else self.attempt(run, None)
            assert (self.left(run, ended), told(closing)) == expected, where
            assert closing.findings() == [], where
        return expected


# Approval


@pytest.fixture(scope="module")
def drafts(closing: Closing) -> Beginning:
    """A version whose drafts are ready, of a contract that asks for approval."""
    closing.restart()
    run = closing.new_run("first")
    closing.succeed(run, until="documents", asks_approval=True)
    return closing.keep(run)


@pytest.fixture(scope="module")
def asked(closing: Closing, drafts: Beginning) -> Beginning:
    """The same, and a person is asked."""
    closing.restart(drafts)
    run = closing.new_run("first", beginning=drafts)
    closing.succeed(run, until="approve", asks_approval=True)
    assert run.asked == [APPROVE, REJECT]
    return closing.keep(run)


def begun(closing: Closing, beginning: Beginning) -> Run:
    closing.restart(beginning)
    return closing.new_run("first", beginning=beginning)


def approving(closing: Closing, run: Run, kill_after: int | None = None, **answer: Any) -> Ended:
    [ended] = closing.run(run, kill_after=kill_after, until="approve", asks_approval=True, **answer)
    return ended


def test_a_question_that_dies_is_asked_once(closing: Closing, drafts: Beginning) -> None:
    task = Task(
        lambda: begun(closing, drafts),
        lambda run, kill_after: approving(closing, run, kill_after),
        lambda run, _: run.asked,
    )
    options, now = task.killed_everywhere(closing)
    assert options == [APPROVE, REJECT]
    assert [event["event"] for event in now["events"]].count("asked") == 1


@pytest.mark.parametrize("choice", list(ANSWERS))
def test_an_answer_whose_recording_dies_counts_once(closing: Closing, asked: Beginning, choice: str) -> None:
    def answer(run: Run, kill_after: int | None = None) -> Ended:
        return approving(closing, run, kill_after, answer=choice, comment=ANSWERS[choice])

    def retried(run: Run) -> Ended:
        ended = approving(closing, run)
        return answer(run) if run.asked else ended

    task = Task(
        lambda: begun(closing, asked), answer, lambda run, ended: (run.results().get("approve"), ended.error), retried
    )
    (handed_on, error), now = task.killed_everywhere(closing)
    if choice == APPROVE:
        assert (handed_on["version"], error) == (1, None)
    else:
        assert handed_on is None
        assert "rechazó los borradores: Falta un anexo" in error
    recorded = [event for event in now["events"] if event["event"] in ("approved", "rejected")]
    assert [(event["by"], event["detail"]) for event in recorded] == [("lider.de.operaciones", ANSWERS[choice])]


# A version that is out of date


def reviewing(closing: Closing, run: Run, task: str, kill_after: int | None = None, **given: Any) -> Ended:
    [ended] = closing.run(run, kill_after=kill_after, review=task, given=given)
    return ended


@pytest.fixture(scope="module")
def issued(closing: Closing) -> Beginning:
    """A version that was issued, and a row behind it that is another now."""
    closing.restart()
    run = closing.new_run("first")
    closing.succeed(run, until="archive")
    closing.change_a_row()
    return closing.keep(run)


@pytest.fixture(scope="module")
def outdated(closing: Closing, issued: Beginning) -> Beginning:
    """The same, found out of date."""
    closing.restart(issued)
    run = closing.new_run("review-1")
    closing.succeed(run, review="review")
    return closing.keep(run)


@pytest.fixture(scope="module")
def outdated_again(closing: Closing, outdated: Beginning) -> Beginning:
    """And the row is yet another one since."""
    closing.restart(outdated)
    closing.change_a_row()
    return closing.keep(closing.new_run("review-1"))


@pytest.mark.parametrize("beginning", ["issued", "outdated_again"])
def test_a_review_that_dies_is_red_and_asks_once(
    closing: Closing, beginning: str, request: pytest.FixtureRequest
) -> None:
    before: Beginning = request.getfixturevalue(beginning)

    def begun() -> Run:
        closing.restart(before)
        return closing.new_run("review-2")

    def left(run: Run, ended: Ended) -> Any:
        assert ended.exit == 0, ended.error
        red = reviewing(closing, run, "confirm", found=run.results()["review"]).error
        closing.succeed(run, review="questions")
        return red, run.results()["questions"]

    task = Task(begun, lambda run, kill_after: reviewing(closing, run, "review", kill_after), left)
    (red, questions), now = task.killed_everywhere(closing)
    assert "la versión emitida no está al día" in red
    assert len(questions) == 1
    events = [event["event"] for event in now["events"]]
    assert events.count("outdated") == (1 if beginning == "issued" else 2)


def asking(closing: Closing, outdated: Beginning) -> tuple[Beginning, dict[str, Any]]:
    """A person is asked about the changes; what the question's run was started with."""
    closing.restart(outdated)
    run = closing.new_run("decision")
    closing.succeed(run, review="questions")
    [question] = run.results()["questions"]
    closing.succeed(run, review="question", given={"form": question["conf"]})
    return closing.keep(run), question["conf"]


def test_a_question_about_changes_that_dies_is_put_once(closing: Closing, outdated: Beginning) -> None:
    _, form = asking(closing, outdated)

    def begun() -> Run:
        closing.restart(outdated)
        return closing.new_run("decision")

    task = Task(
        begun,
        lambda run, kill_after: reviewing(closing, run, "question", kill_after, form=form),
        lambda run, _: run.results()["question"],
    )
    _, now = task.killed_everywhere(closing)
    assert [event["event"] for event in now["events"]].count("asked") == 1


@pytest.mark.parametrize(("choice", "recorded"), [(KEEP, "kept"), (CORRECT, "correction_requested")])
def test_a_decision_that_dies_is_recorded_once(
    closing: Closing, outdated: Beginning, choice: str, recorded: str
) -> None:
    asked, form = asking(closing, outdated)
    given = {"form": form, "choice": choice, "said": {"motivo": "Consumo tardío", "enviar": True}}

    def begun() -> Run:
        closing.restart(asked)
        return closing.new_run("decision", beginning=asked)

    def left(run: Run, ended: Ended) -> Any:
        assert ended.exit == 0, ended.error
        return reviewing(closing, run, "settle").error, run.results().get("settle")

    task = Task(begun, lambda run, kill_after: reviewing(closing, run, "decide", kill_after, **given), left)
    (said, form_of_publication), now = task.killed_everywhere(closing)
    if choice == KEEP:
        assert said.startswith("AirflowSkipException: ")
    else:
        assert form_of_publication == {
            "contrato": form["contrato"],
            "informe": form["informe"],
            "motivo": "Consumo tardío",
            "enviar": True,
        }
    told_of = [(event["event"], event["by"], event["detail"]) for event in now["events"]]
    assert told_of.count((recorded, "lider", "Consumo tardío")) == 1
