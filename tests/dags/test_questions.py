"""What the task «Enviar» asks a person: in Spanish that is spelled right, and with answers that are understood."""

from __future__ import annotations

import pytest

from service_reports_airflow.steps import sending
from tests.unit.test_spelling import misspelled


@pytest.mark.system
def test_questions_and_answers_are_spelled_right() -> None:
    texts = [text for asked in sending.ASKED.values() for text in (asked.subject, asked.why, asked.what_to_do)]
    assert misspelled([*texts, *sending.DECISIONS]) == set()


@pytest.mark.parametrize("state", sending.ASKED)
def test_every_answer_that_is_offered_changes_a_message_in_that_state_or_leaves_it_on_purpose(state: str) -> None:
    for option in sending.ASKED[state].options:
        assert state in sending.DECISIONS[option]
        assert f"«{option}»" in sending.ASKED[state].what_to_do
