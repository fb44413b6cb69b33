"""Every number of the prose is a figure: no template holds a digit, no variable may be missing."""

import ast
import csv
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from service_reports import wording
from service_reports.documents import sections
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_article_that_agrees_takes_its_preposition_in(path):
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    apart = re.findall(r"""\b(?:de|a) \{\{[^}]*agree\("el [^}]*\}\}""", text)
    assert not apart, "«de el» is «del»"


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


ONE_WORD = Path(wording.__file__).with_name("es_co") / "one_word.csv"
RULES = list(csv.DictReader(ONE_WORD.read_text(encoding="utf-8").splitlines()))
AGREEING = re.compile(r"""\b(?:counted|agree)\("([^"]*)", "([^"]*)"\)""")
JINJA = re.compile(r"\{([{%#]).*?[}%#]\}", re.DOTALL)


def _printed(path):
    """What a file of templates or of our code prints, as far as it stands there: no names of figures or blocks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jinja":
        agreeing = [word for pair in AGREEING.findall(text) for word in pair]
        return [" ".join(JINJA.sub(" … ", text).split()), *agreeing]
    if path.suffix == ".csv":
        return [re.sub(r"\{.*?\}", "…", cell) for row in csv.reader(text.splitlines()) for cell in row[2:]]
    constants = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    docs = {
        node.value.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    # One word in small letters is a key.
    texts = [each for each in constants if isinstance(each, str) and each not in docs]
    return [each for each in texts if not re.fullmatch("[a-z_.]+", each)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["write"])
def test_each_thing_has_one_word_in_all_that_is_printed(rule):
    our_own = [*ONE_WORD.parent.glob("*.py"), *ONE_WORD.parent.glob("chapters/*.csv")]
    our_own += [*Path(sections.__file__).parent.rglob("*.py"), *TEMPLATES.rglob("*.jinja")]
    found = {
        f"{path.name}: {match.group()}"
        for path in our_own
        for text in _printed(path)
        if (match := re.search(rule["never"], text, re.IGNORECASE))
    }
    assert not found, f"write «{rule['write']}»: {rule['because']}"
