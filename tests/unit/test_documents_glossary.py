"""Each report explains the terms that it uses, and no others."""

from __future__ import annotations

import re

import pytest

from service_reports.contracts import Contract
from service_reports.contracts.model import GlossaryTerm
from service_reports.documents.proof.reading import HEADINGS, read
from service_reports.documents.sections.glossary import used_terms
from tests.golden.sample_figures import sample, sample_documents

REPORTS = ("management_report", "technical_report")


def told(kind: str) -> tuple[str, dict[str, str]]:
    """The text of a report without its glossary, and what the glossary explains."""
    content = read(sample_documents()[kind].content)
    inside, outside, explained = False, [], {}
    for block in content.blocks:
        if block.kind in HEADINGS:
            inside = block.text.endswith("Glosario")
            outside.append(block.text)
        elif inside:
            term, _, definition = block.text.partition(":")
            explained[term] = definition
        else:
            outside.append(block.text)
    outside += [cell.text for table in content.tables for row in table.rows for cell in row]
    return " ".join(outside), explained


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def acronyms(contract: Contract) -> set[str]:
    return {each.term for each in contract.glossary if each.term.isupper() and each.term.isalnum()}


@pytest.mark.parametrize("kind", REPORTS)
def test_every_acronym_of_the_contracts_glossary_that_is_printed_is_explained_and_no_other(kind: str) -> None:
    text, explained = told(kind)
    printed = words(f"{text} {' '.join(explained.values())}")
    assert acronyms(sample()[0]) & printed == acronyms(sample()[0]) & set(explained)


def test_what_only_one_report_uses_only_that_one_explains() -> None:
    management, technical = (set(told(kind)[1]) for kind in REPORTS)
    assert {"NICSP", "PSE", "VPN"} <= management - technical
    assert {"P95", "P5", "Mbps", "WAF"} <= technical - management
    assert not {"OCID", "SAT", "Release"} & (management | technical)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("Se guardan en buckets.", ["Bucket"]),
        ("22 volcados seguidos", ["Volcado (dump)"]),
        ("Standard - E5 subió", ["E4 y E5"]),
        ("DE OCI", ["OCI", "Nube"]),
        ("en modelo SaaS", ["Modelo SaaS"]),
        ("un modelo saas", []),
        ("deoci, oci y cubetas", []),
    ],
)
def test_a_term_is_used_in_singular_or_plural_by_any_of_its_names_or_by_a_definition(
    text: str, used: list[str]
) -> None:
    glossary = [
        GlossaryTerm(term="Bucket", definition="Contenedor."),
        GlossaryTerm(term="E4 y E5", definition="Familias."),
        GlossaryTerm(term="Modelo SaaS", definition="Por internet."),
        GlossaryTerm(term="OCI", definition="Una nube."),
        GlossaryTerm(term="Nube", definition="De otro."),
        GlossaryTerm(term="Volcado (dump)", definition="Archivo."),
    ]
    assert [each.term for each in used_terms(glossary, text)] == used
