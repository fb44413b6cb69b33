"""A source that a contract does not name blocks nothing and prints nothing, whatever the others are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import combinations

import pytest

from sandbox.month import month_rows
from sandbox.scenario import load_scenario
from service_reports.contracts import Contract
from service_reports.documents import check_language, crosscheck, render_documents
from service_reports.documents.proof.texts import printed_texts
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures import PeriodFigures, compute_figures
from service_reports.figures.catalogue import parse
from service_reports.figures.coverage import coverage, lacking
from service_reports.figures.gaps import gaps, subjects
from service_reports.records.period_rows import PeriodRows
from service_reports.sources import FEEDS, SOURCES
from tests.golden.sample_figures import SCENARIO

NUMBER = "2026-01"
SECTIONS = {
    "resources": ("oci_metrics",),
    "database": ("oci_backups",),
    "dumps": ("database_dumps",),
    "help_desk": ("tickets", "hour_bank"),
}
"""What a contract may leave out, with the sources that it then does not name."""
FACTS = {"resources": {"availability"}, "help_desk": {"tickets", "hour_bank"}}
TELLING = {
    "resources": r"métrica|disponibilidad|\bnodo\b|muestras? (?:recibida|esperada|horaria)",
    "database": r"copias? (?:automática|exitosa|de OCI|fallida)|sin copia",
    "dumps": r"volcado",
    "help_desk": r"\bticket|solicitudes? (?:registrad|en trámite|con cargo)|horas? disponible|en trámite",
}
"""What only a source's own words say, as regular expressions."""
SUBSETS = [set(some) for count in range(len(SECTIONS) + 1) for some in combinations(SECTIONS, count)]


@cache
def scenario_rows() -> tuple[Contract, PeriodRows]:
    scenario = load_scenario(SCENARIO)
    return scenario.contract, month_rows(scenario, scenario.contract.report(NUMBER))


def without(left_out: set[str]) -> Contract:
    """The sample contract without some sections, and without what could only rest on them."""
    contract, _ = scenario_rows()
    said = contract.model_dump(mode="python", exclude={"brand"})
    for name in left_out:
        said.pop(name)
    gone = set().union(*(FACTS.get(name, set()) for name in left_out))
    gone |= {"backups"} if {"database", "dumps"} <= left_out else set()
    said["obligations"] = [each for each in said["obligations"] if not gone & set(each["depends_on"])]
    return Contract.model_validate(said).model_copy(update={"brand": contract.brand})


def closed(left_out: set[str]) -> tuple[Contract, PeriodFigures]:
    """The figures of a contract, with the rows of sources that it does not name still in the warehouse."""
    contract, (_, rows) = without(left_out), scenario_rows()
    return contract, compute_figures(contract, contract.report(NUMBER), 1, None, rows)


def unnamed(left_out: Collection[str]) -> set[str]:
    contract, _ = scenario_rows()
    nowhere = {name for name, source in SOURCES.items() if not source.named(contract)}
    return {source for name in left_out for source in SECTIONS[name]} | nowhere


def test_every_source_says_which_section_of_a_contract_names_it_and_the_schema_says_whether_it_must() -> None:
    optional = {name for name, source in SOURCES.items() if not source.required}
    assert optional >= {source for sources in SECTIONS.values() for source in sources}
    assert {name for name, source in SOURCES.items() if source.required} == {
        "oci_cost_reports",
        "oci_compartments",
        "oci_usage",
    }


@pytest.mark.parametrize("left_out", SUBSETS, ids=lambda some: "-".join(sorted(some)) or "nothing")
def test_what_a_contract_does_not_name_has_no_gap_no_figure_no_finding_and_no_verdict(left_out: set[str]) -> None:
    contract, figures = closed(left_out)
    report = contract.report(NUMBER)
    absent = unnamed(left_out)
    nothing_read = PeriodRows()

    assert {each.source for each in subjects(contract)} == {
        name for name, source in SOURCES.items() if source.printed and name not in absent
    }
    assert not absent & {each.source for each in gaps(contract, report.days, nothing_read)}
    assert not absent & {parse(each.id).source for each in figures.figures}
    assert figures.summary is not None
    assert not {each.kind for each in figures.summary.findings} & set(_findings_of(left_out))
    words = " ".join([each.detail for each in coverage(figures)] + list(lacking(contract, report, nothing_read)))
    for name in left_out:
        assert not re.search(TELLING[name], words, re.IGNORECASE), (name, words)
    assert all(FEEDS[feed].named(contract) for feed in ("oci_cost_reports", "oci_usage", "oci_compartments"))
    assert {name for name, feed in FEEDS.items() if not feed.named(contract)} == {
        name for name, feed in FEEDS.items() if {each.name for each in feed.sources} <= absent
    }


def _findings_of(left_out: set[str]) -> Iterator[str]:
    kinds = {"resources": "metrics availability", "database": "backups", "dumps": "dumps", "help_desk": "tickets"}
    for name in left_out:
        for beginning in kinds[name].split():
            yield from (f"{beginning}.{end}" for end in ("missing", "failed", "equal", "jump", "ageing", "unanswered"))


@cache
def printed(left_out: frozenset[str]) -> tuple[Contract, PeriodFigures, tuple[RenderedDocument, ...]]:
    contract, figures = closed(set(left_out))
    return contract, figures, tuple(render_documents(contract, figures))


RENDERED = [frozenset({"resources", "database", "dumps"}), frozenset({"help_desk"}), frozenset(SECTIONS)]
"""Cost reports and tickets alone; all but the help desk; cost reports alone."""


@pytest.mark.parametrize("left_out", RENDERED, ids=lambda some: "-".join(sorted(some)))
def test_documents_pass_their_proofs_and_say_nothing_of_what_the_contract_does_not_name(
    left_out: frozenset[str],
) -> None:
    contract, figures, documents = printed(left_out)
    verdicts = [*crosscheck(contract, figures, documents), *check_language(contract, figures, documents)]
    assert [each for each in verdicts if not each.passed and each.severity == "blocking"] == []
    for text in printed_texts(documents):
        for name in left_out:
            assert not re.search(TELLING[name], text.own, re.IGNORECASE), (name, text.place, text.own)


def test_an_obligation_cannot_rest_on_what_the_contract_does_not_name() -> None:
    contract, _ = scenario_rows()
    said = contract.model_dump(mode="python", exclude={"brand"}) | {"help_desk": None}
    with pytest.raises(ValueError, match="depende de `tickets`, y el contrato no tiene `help_desk`"):
        Contract.model_validate(said)
