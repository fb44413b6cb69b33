"""A figure is declared once: its family says how its id is written, and everything else follows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.figures import catalogue
from service_reports.figures.changes import label
from service_reports.figures.figure import Maker, instant_of
from service_reports.wording.es_co.labels import labels
from tests.golden.sample_figures import sample

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
ONE_PART = TEXTS.map(lambda text: text.replace("/", "-"))
SHAPED = {
    "day": st.dates().map(date.isoformat),
    "moved_on": st.one_of(st.just("undated"), st.dates().map(date.isoformat)),
    "moved": st.sampled_from(["contracted-available", "available-consumed", "in_execution-consumed (2)"]),
    "nth": st.integers(1, 120).map(str),
    "ages": st.sampled_from(["0-7", "31-"]),
    "service": st.sampled_from(["support", "warranty"]),
    "dimension": st.sampled_from(["status", "product", "module", "process", "subprocess"]),
    "state": st.sampled_from(["contracted", "available", "committed", "in_execution", "consumed"]),
    "charged": st.sampled_from(["in_execution", "committed", "consumed"]),
    "standing": st.sampled_from(["supported", "partial", "pending", "not_due", "unmet"]),
    "evidence": st.sampled_from(["measured", "recorded", "declared"]),
    "followed": st.sampled_from(["open", "gone", "done", "unknown"]),
    "became": st.sampled_from(["open", "signed", "answered", "corrected", "resolved"]),
    "of": st.sampled_from(["billed", "paid", "instalments_billed", "instalments_paid"]),
    "verdict": st.sampled_from(["met", "missed", "open"]),
    "outcome": st.sampled_from(["in_time", "late", "waiting", "unknown"]),
    "milestone": st.sampled_from(["first_answer", "solution"]),
    "level": st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True),
    "register": st.sampled_from(["consultations", "force_majeure"]),
    "source": st.sampled_from(["oci_cost_reports", "tickets"]),
    "period": st.sampled_from(["2025-12", "2026-01"]),
    "headline": st.sampled_from(["tickets.support.total", "availability/ALCJAM DB/percent", "usage.days.complete"]),
    "printed_in": st.sampled_from(["management_report", "technical_report"]),
    **dict.fromkeys(("metric", "status", "kind", "name", "asked", "address"), ONE_PART),
}
IDS = st.sampled_from(list(catalogue.families().values())).flatmap(
    lambda family: st.fixed_dictionaries({name: SHAPED.get(name, TEXTS) for name in family.parameters}).map(
        lambda parameters: (family, family.figure_id(**parameters))
    )
)


@pytest.mark.parametrize("family", ["tickets.priority", "tickets.priority.reached", "tickets.priority.median"])
def test_the_id_of_what_has_no_priority_is_taken_apart_as_it_was_made(family: str) -> None:
    made = catalogue.figure_id(family, milestone="solution", priority="")
    found = catalogue.parse(made)
    assert (found.family.name, found.parameters["priority"]) == (family, "")


@given(IDS)
def test_an_id_is_taken_apart_as_it_was_made(made: tuple[catalogue.Family, str]) -> None:
    family, figure_id = made
    found = catalogue.parse(figure_id)
    assert found.family.figure_id(**found.parameters) == figure_id
    assert found.family is family
    assert label(figure_id)


def test_every_figure_of_the_sample_is_of_a_family_and_keeps_its_unit() -> None:
    _, figures = sample()
    assert figures.figures
    for figure in figures.figures:
        family = catalogue.parse(figure.id).family
        assert family.unit in ("", figure.unit)
        assert figure.unit
        assert "{" not in figure.source


def test_every_family_has_a_label_and_no_label_is_of_none() -> None:
    assert list(labels()) == list(catalogue.families())


def test_an_id_of_no_family_is_an_error_that_names_it() -> None:
    with pytest.raises(catalogue.UnknownFigure, match=r"«usage\.weeks/2026-01»"):
        catalogue.parse("usage.weeks/2026-01")
    with pytest.raises(catalogue.UnknownFigure, match=r"usage\.week"):
        Maker()("usage.week", 1)


def test_an_instant_is_a_figure_to_the_microsecond() -> None:
    moment = datetime(2026, 1, 20, 3, 5, 21, 250_001, tzinfo=UTC)
    figure = Maker()("backups.oci.started", moment, backup="ocid1.dbbackup.oc1..a")
    assert figure.unit == "instant"
    assert figure.value == Decimal("1768878321.250001")
    assert instant_of(figure.value) == moment


def test_a_copy_with_other_figures_finds_its_own() -> None:
    _, figures = sample()
    assert figures.figure("hour_bank.balance", state="contracted") is not None
    assert figures.model_copy(update={"figures": ()}).figure("hour_bank.balance", state="contracted") is None


@pytest.mark.parametrize(
    ("kind", "chapter"),
    [
        ("service_levels.missed", "obligations"),
        ("guarantees.validity", "obligations"),
        ("payments.overdue", "obligations"),
        ("backups.missing", "backups"),
        ("dumps.jump", "backups"),
        ("published.certificate", "published"),
        ("observation", "summary"),
    ],
)
def test_a_finding_changes_in_the_report_whose_section_tells_it(kind: str, chapter: str) -> None:
    assert catalogue.parse(catalogue.figure_id("finding", kind=kind, subject="x", name="days")).subject == chapter
