"""Every number of the prose is a figure: no template holds a digit, no variable may be missing."""

import re

import pytest
from jinja2 import UndefinedError

from service_reports.documents.engine.prose import TEMPLATES, Prose

OWN_FOLDERS = ("management", "technical", "act", "shared")
FILES = sorted(path for folder in OWN_FOLDERS for path in (TEMPLATES / folder).glob("*.jinja"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def test_there_are_templates():
    assert {path.parent.name for path in FILES} == set(OWN_FOLDERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_holds_a_typed_digit(path):
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    assert not re.search(r"\d", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_doubles_a_word(path):
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    text = re.sub(r"\{[{%].*?[%}]\}", "·", text)
    assert not re.search(r"\b(\w+) \1\b", text, re.IGNORECASE)


def test_a_missing_value_is_an_error():
    with pytest.raises(UndefinedError):
        Prose("management").paragraphs("support", "annex")


def test_an_unknown_block_is_an_error():
    with pytest.raises(KeyError):
        Prose("management").paragraphs("support", "no_such_block")


def test_values_are_escaped_for_the_page():
    paragraph = Prose("management", codes={"ticket_workbook": "A & B <i>"}).sentence("support", "annex")
    assert "A &amp; B &lt;i&gt;" in paragraph
