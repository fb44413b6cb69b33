"""Whatever customers and operators read is spelled as Hunspell's Colombian dictionary and our word lists spell it.

Hunspell and its dictionary are system packages; without them these tests are skipped, or fail in CI.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from service_reports.contracts import Contract, load_contract
from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.delivery import Attachment, compose_report_message
from service_reports.documents import highlights
from service_reports.documents.engine.prose import TEMPLATES
from service_reports.documents.proof.texts import printed_texts
from service_reports.failures import FIELD_PROBLEMS, MEANINGS, OF_THE_MACHINE, UNEXPECTED
from service_reports.figures.deliveries import deliveries
from service_reports.sources import SUITES
from service_reports.wording.es_co import terms as spanish_terms
from service_reports.wording.es_co.labels import labels
from tests.golden.sample_figures import sample, sample_document, sample_documents

ROOT = Path(__file__).resolve().parents[2]
LISTS = sorted((ROOT / "tests" / "spelling").glob("*.txt"))
DICTIONARY = "es_CO"
WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
NO_WORDS = re.compile(
    r"\S+[_@/]\S+|\S+\.(?:xlsx|pdf|gz|csv|example)\b|\bocid1\S+|\b[0-9a-f]{16,}\b|\b[a-z]+_[a-z_]+\b|`[^`]*`|<[^>]+>"
    r"|\b[A-Z]{2,}(?:-[A-Z]+)*-\d+\b"
)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>|<[^>]+>", re.DOTALL)
FORMS = re.compile(r"\b(?:counted|agree)\(([^)]*)\)")

TELLING = re.compile(r"(?:self\.)?log\.\w+|CheckResult|Observation")

pytestmark = pytest.mark.system


def hunspell(words: Iterable[str]) -> set[str]:
    """The words that the dictionary does not know."""
    if shutil.which("hunspell") is None:
        if os.environ.get("CI"):
            pytest.fail("hunspell is not installed")
        pytest.skip("hunspell is not installed: the spelling is not checked")
    command = ["hunspell", "-d", DICTIONARY, "-i", "utf-8", "-l"]
    finished = subprocess.run(command, input="\n".join(sorted(words)), capture_output=True, text=True, check=False)
    assert finished.returncode == 0, f"{finished.stderr} — install the package hunspell-es"
    return set(finished.stdout.split())


@cache
def own_words() -> frozenset[str]:
    return frozenset(word for path in LISTS for word in listed(path))


def listed(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def misspelled(texts: Iterable[str]) -> set[str]:
    """Words of the texts that neither the dictionary nor our lists know."""
    words = {word for text in texts for word in WORD.findall(NO_WORDS.sub(" ", text))}
    known = own_words()
    return {
        word
        for word in hunspell(words)
        if word not in known and not (word[0].isupper() and word.lower() in known) and word.capitalize() not in known
    }


def texts_of(value: Any) -> Iterator[str]:
    """The texts of a contract that are prose: they have a blank and no pattern."""
    if isinstance(value, str):
        if " " in value and not set(value) & set("^{}"):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_of(part)


def template_texts(path: Path) -> Iterator[str]:
    """The prose of a template in every branch, and the forms that agree with a number."""
    text = path.read_text(encoding="utf-8")
    yield unescape(MARKUP.sub(" ", text))
    for arguments in FORMS.findall(text):
        yield " ".join(re.findall(r'"([^"]*)"', arguments))


def mail_texts() -> list[str]:
    contract, figures = sample()
    message = compose_report_message(
        contract,
        contract.report(figures.report_number),
        2,
        "se agregaron dos solicitudes",
        attachments=[
            Attachment(each.file_name, each.media_type, each.content, each.title)
            for each in sample_documents().values()
        ],
        highlights=highlights(contract, figures),
        deliveries=len(deliveries(figures)),
        sent_at=datetime(2026, 2, 23, 11, tzinfo=UTC),
    )
    parts = [part for part in message.walk() if part.get_content_type() in ("text/plain", "text/html")]
    assert len(parts) == 2
    return [str(message["Subject"]), *(unescape(MARKUP.sub(" ", part.get_content())) for part in parts)]


def dag_texts(path: Path) -> Iterator[str]:
    """What Airflow shows of a DAG: its page, and titles and descriptions of its form."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shown = {"title", "description", "dag_display_name"}
    if path.parent.name == "dags":
        yield ast.get_docstring(tree) or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in shown and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def told_texts(path: Path) -> Iterator[str]:
    """What the code tells operators: texts of its log lines and of the errors that it raises.

    ``CheckResult`` and ``Observation`` count as errors do. Fields and tasks are named between backticks.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield from _texts_in(node.exc)
        elif isinstance(node, ast.Call) and TELLING.fullmatch(ast.unparse(node.func)):
            yield from _texts_in(node)


def worded_texts(path: Path) -> Iterator[str]:
    """The texts of a module of words, without what its docstrings say."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [each for each in node.body if not isinstance(each, ast.Expr)]
    yield from _texts_in(tree)


def _texts_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "_" for part in node.values)
    else:
        text = node.value.replace("%s", " ") if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        for part in ast.iter_child_nodes(node):
            yield from _texts_in(part)
    if " " in text:
        yield text


def test_there_are_lists_sorted_and_without_doubles() -> None:
    assert LISTS
    for path in LISTS:
        words = listed(path)
        assert words == sorted(set(words), key=lambda word: (word.lower(), word)), path.name
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
    every = [word for path in LISTS for word in listed(path)]
    assert len(every) == len(set(every))


def test_no_list_holds_what_the_dictionary_knows() -> None:
    words = {word for path in LISTS for word in listed(path)}
    assert words - hunspell(words) == set()


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_the_documents(kind: str) -> None:
    assert misspelled(block.text for block in printed_texts([sample_document(kind)])) == set()


def test_the_mail() -> None:
    assert misspelled(mail_texts()) == set()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.jinja")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_branch_of_a_template(path: Path) -> None:
    assert misspelled(template_texts(path)) == set()


PLUGIN = ROOT / "plugins" / "service_reports_airflow"
SCENARIOS = ROOT / "sandbox" / "scenarios"
CONTRACTS = sorted(
    [
        *(ROOT / "include" / "contracts").glob("*.yaml"),
        *SCENARIOS.glob("*/contract.yaml"),
        *SCENARIOS.glob("*/contracts/*.yaml"),
    ]
)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_contracts(path: Path) -> None:
    contract: Contract = load_contract(path)
    assert misspelled(texts_of(contract.model_dump())) - {contract.entity.short_code} == set()


@pytest.mark.parametrize(
    "path",
    sorted(
        [
            *(ROOT / "dags").glob("*.py"),
            *(PLUGIN / "dag_parts" / f"{name}.py" for name in ("approve", "decide", "deliver", "forms")),
        ]
    ),
    ids=lambda path: path.stem,
)
def test_what_airflow_shows(path: Path) -> None:
    texts = list(dag_texts(path))
    assert texts
    assert misspelled(texts) == set()


SERVICE = ROOT / "include" / "service_reports"
TELLING_OPERATORS = sorted(
    [
        *PLUGIN.rglob("*.py"),
        *(SERVICE / "signing").glob("*.py"),
        *(SERVICE / "sources").glob("*.py"),
        SERVICE / "warehouse" / "emptied.py",
        SERVICE / "warehouse" / "loads.py",
        SERVICE / "warehouse" / "schema.py",
        SERVICE / "archive" / "__init__.py",
        *(SERVICE / "contracts").rglob("*.py"),
        *(
            SERVICE / "delivery" / f"{name}.py"
            for name in ("access_tokens", "answers", "bounce", "outbox", "refusals", "returned", "smtp_client")
        ),
    ]
)
"""Modules whose errors and log lines an operator reads in Airflow's UI."""


@pytest.mark.parametrize("path", TELLING_OPERATORS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_operators_are_told_is_spanish(path: Path) -> None:
    assert misspelled(told_texts(path)) == set()


def test_an_english_log_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "step.py"
    path.write_text('log.info("%s registered, signed by %s", key, name)\n', encoding="utf-8")
    assert {"registered", "signed"} <= misspelled(told_texts(path))


WORDS = ROOT / "include" / "service_reports" / "wording" / "es_co"


@pytest.mark.parametrize("name", ["causes", "coverage", "findings", "gaps", "labels", "outdated", "pictures"])
def test_what_figures_are_told_in(name: str) -> None:
    texts = list(worded_texts(WORDS / f"{name}.py"))
    assert texts
    assert misspelled(texts) == set()


def test_what_figures_are_called() -> None:
    called = [re.sub(r"\{[a-z_]+\}", "_", text) for label in labels().values() for text in label]
    assert misspelled(called) == set()


def test_the_dashboard() -> None:
    """Titles, descriptions, legends and names of what it shows, without its queries."""
    shown = {"title", "description", "displayName", "label", "legendFormat", "tooltip", "noValue"}

    def texts(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if part.get("id") == "displayName":
                yield part["value"]
            yield from (value for name, value in part.items() if name in shown and isinstance(value, str))
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                yield from texts(each)

    found = list(texts(json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text(encoding="utf-8"))))
    assert len(found) > 100
    assert misspelled(MARKUP.sub(" ", text) for text in found) == set()


def test_what_failures_mean_and_what_to_do_about_them() -> None:
    texts = [text for meaning in (*MEANINGS.values(), *OF_THE_MACHINE.values(), UNEXPECTED) for text in meaning]
    assert misspelled([*texts, *FIELD_PROBLEMS.values()]) == set()


def test_what_checks_and_findings_say() -> None:
    meanings = [check.meaning for suite in SUITES.values() for check in suite.checks]
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    meanings += re.findall(r"^\| `[a-z_.]+` \| (?:blocking|warning) \| (.+) \|$", page, re.MULTILINE)
    dictionaries = [value for name, value in vars(spanish_terms).items() if name.isupper() and isinstance(value, dict)]
    meanings += [word for each in dictionaries for word in each.values() if isinstance(word, str)]
    assert len(meanings) > 100
    assert misspelled(meanings) == set()


def test_the_fields_of_a_contract() -> None:
    schema = Contract.model_json_schema()
    models = schema["$defs"].values()
    titles = [
        field["title"]
        for model in [schema, *models]
        for field in model.get("properties", {}).values()
        if "title" in field
    ]
    assert len(titles) > 50
    assert misspelled(titles) == set()


@pytest.mark.parametrize("word", ["paramterización", "Descripcion", "entramientos", "Administracion", "colativo"])
def test_a_mistake_of_old_is_found(word: str) -> None:
    assert misspelled([f"La {word} del servicio."]) == {word}
