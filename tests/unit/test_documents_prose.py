"""Every number of the prose is a figure: no template holds a digit, no variable may be missing."""

import re

import pytest
from jinja2 import UndefinedError

from service_reports.documents.engine.prose import TEMPLATES, PlainProse, Prose
from service_reports.wording.shown import Composed, Quoted, Shown

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


def test_a_plain_sentence_knows_what_its_values_say_and_has_single_blanks():
    reason = Quoted("Faltaban   horas\n\ndel día")
    figures = type("Figures", (), {"version": 2, "correction_reason": reason})
    prose = PlainProse("shared", figures=figures, first_version=1, replaced_version=1)
    [told] = prose.paragraphs("identity", "version")
    assert told == "Versión 2 — reemplaza la versión 1. Motivo: Faltaban horas del día"
    assert isinstance(told, Composed)
    assert [(str(part), part.says) for part in told.parts if isinstance(part, Shown)] == [
        ("2", "declared"),
        ("1", "declared"),
    ]
    assert [part for part in told.parts if isinstance(part, Quoted)] == ["Faltaban horas del día"]
