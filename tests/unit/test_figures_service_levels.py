"""Service levels: what was not read never makes a target met or missed."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service_reports.contracts import BOGOTA, Contract, Obligation, ServiceHours, ServiceLevel
from service_reports.documents import render_management_report
from service_reports.documents.proof.reading import read
from service_reports.figures.chapters.obligations import obligation_figures
from service_reports.figures.chapters.service_levels import service_levels, unnamed_priorities
from service_reports.figures.model import PeriodFigures, TicketTiming
from service_reports.figures.period import with_numbers
from service_reports.records import Attestation, ContractRegisters, Ticket
from tests.golden.sample_figures import READ_AT, pdf_text, sample, with_summary

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
NODE = FIGURES.availability[0]


def measured(level: dict[str, Any], **changes: Any) -> tuple[Contract, PeriodFigures]:
    """The sample with one clause that rests on availability, and one target of it."""
    clause = Obligation(number=7, text="Prestar el servicio.", depends_on=("availability",))
    named = ServiceLevel.model_validate({"id": "ns-1", "name": "Disponibilidad del nodo", "obligation": 7, **level})
    contract = CONTRACT.model_copy(update={"obligations": (clause,), "service_levels": (named,)})
    figures = FIGURES.model_copy(update=changes)
    return contract, figures.model_copy(update={"service_levels": service_levels(contract, figures)})


def summed_up(contract: Contract, figures: PeriodFigures) -> tuple[Contract, PeriodFigures]:
    """The same with its obligations and its summary."""
    obligations = obligation_figures(contract, REPORT, figures, ContractRegisters())
    return contract, with_summary(figures.model_copy(update={"obligations": obligations}), None, contract)


def node(target: str, up: int, samples: int, expected: int) -> tuple[Contract, PeriodFigures]:
    """A target for a node that answered in so many of the samples that came, of those that were to come."""
    part = NODE.model_copy(
        update={
            "samples_up": up,
            "samples": samples,
            "expected_samples": expected,
            "percent": Decimal(100 * up) / samples if samples else None,
        }
    )
    level = {"kind": "node_availability", "subject": NODE.resource_name, "target": Decimal(target)}
    return measured(level, availability=(part,))


@given(
    st.integers(0, 30).flatmap(
        lambda expected: st.integers(0, expected).flatmap(
            lambda samples: st.tuples(st.just(expected), st.just(samples), st.integers(0, samples))
        )
    ),
    st.integers(0, 100),
)
def test_a_verdict_holds_whatever_the_samples_that_did_not_come_had_said(
    counts: tuple[int, int, int], target: int
) -> None:
    expected, samples, up = counts
    [level] = node(str(target), up, samples, expected)[1].service_levels
    if not samples:
        assert level.verdict == "open", "nothing was measured"
        return
    could_be = {100 * (up + more) >= target * expected for more in range(expected - samples + 1)}
    assert level.verdict == ("open" if len(could_be) > 1 else "met" if could_be.pop() else "missed")


@pytest.mark.parametrize(
    ("missing", "unread", "verdict"), [(0, 0, "met"), (2, 0, "met"), (2, 1, "open"), (3, 1, "missed"), (0, 34, "open")]
)
def test_a_day_that_was_not_read_has_neither_a_copy_nor_none(missing: int, unread: int, verdict: str) -> None:
    days = FIGURES.days
    backups = FIGURES.backups.model_copy(
        update={
            "days_missing": days[:missing],
            "days_unread": days[len(days) - min(unread, len(days)) :] if unread else (),
        }
    )
    [level] = measured({"kind": "backups", "target": Decimal(2)}, backups=backups)[1].service_levels
    assert level.verdict == verdict


@pytest.mark.parametrize(
    ("timings", "verdict"),
    [
        ([("A", 2, None), ("B", 3, None)], "met"),
        ([("A", 2, None), ("B", 9, None)], "missed"),
        ([("A", 2, None), ("B", None, 9)], "missed"),
        ([("A", 2, None), ("B", None, 1)], "met"),
        ([("A", 2, None), ("B", None, None)], "open"),
        ([("A", None, 1)], "open"),
        ([], "open"),
    ],
    ids=[
        "all in time",
        "one late",
        "one open too long",
        "one open within its time",
        "one closed nobody knows when",
        "none whose time is over",
        "no request",
    ],
)
def test_requests_are_counted_once_their_time_is_over(
    timings: list[tuple[str, int | None, int | None]], verdict: str
) -> None:
    support = FIGURES.support.model_copy(
        update={
            "timings": tuple(
                TicketTiming(ticket_id=name, days_to_close=took, age_days=age) for name, took, age in timings
            ),
            "days_not_exported": (),
        }
    )
    [level] = measured({"kind": "closed_within", "days": 5, "target": Decimal(90)}, support=support)[1].service_levels
    assert level.verdict == verdict


def urgent(**told: Any) -> Ticket:
    """A request of the period's first day, at eight."""
    day = FIGURES.period_from
    came = datetime.combine(day, time(8), tzinfo=BOGOTA)
    kept = FIGURES.support.tickets[0].model_dump(include={"service", "product", "module", "process", "subprocess"})
    hours = {name: came + timedelta(hours=after) for name, after in told.items() if isinstance(after, int)}
    fields = {"ticket_id": "1", "status": "Activo", "priority": "ALTA", "registered_at": came, **told, **hours}
    return Ticket.model_validate({**kept, "registered_on": day, **fields})


ANSWERED, LATE, OPEN = {"first_answered_at": 3}, {"first_answered_at": 5}, {"first_answered_at": None}


@pytest.mark.parametrize(
    ("tickets", "verdict", "range_"),
    [
        ([ANSWERED, ANSWERED], "met", (100, 100)),
        ([ANSWERED, LATE], "missed", (50, 50)),
        ([ANSWERED, OPEN], "missed", (50, 50)),
        ([ANSWERED, {}], "open", (50, 100)),
        ([ANSWERED, {**ANSWERED, "priority": None}], "open", (50, 100)),
        ([ANSWERED, {**LATE, "priority": "Baja"}], "met", (100, 100)),
        ([{}], "open", None),
        ([], "open", None),
    ],
    ids=[
        "all in time",
        "one late",
        "one still without an answer",
        "one of which answers are not told",
        "one without a priority",
        "one of another priority is not counted",
        "a help desk that tells no answers",
        "no request",
    ],
)
def test_a_target_in_hours_is_met_or_missed_whatever_is_not_known(
    tickets: list[dict[str, Any]], verdict: str, range_: tuple[int, int] | None
) -> None:
    support = FIGURES.support.model_copy(
        update={"tickets": tuple(urgent(**each) for each in tickets), "days_not_exported": ()}
    )
    level = {"kind": "first_answer", "hours": Decimal(4), "priorities": ["Alta"], "target": Decimal(90)}
    [found] = measured(level, support=support)[1].service_levels
    assert found.verdict == verdict
    assert (None if found.least is None else (found.least, found.most)) == range_


def test_a_source_that_lacks_what_a_target_needs_is_told_with_what_would_be_needed() -> None:
    """The sample month's help desk tells neither priority nor moments."""
    level = {"kind": "solution", "hours": Decimal(24), "priorities": ["Alta"], "target": Decimal(90)}
    contract, figures = summed_up(*measured(level))
    [found] = figures.service_levels
    assert found.verdict == "open"
    assert found.lacking == ("priority", "registered_at", "solved_at")
    figures = with_numbers(contract, figures)
    document = render_management_report(contract, figures)
    told = " ".join(pdf_text(document.content).split())
    assert (
        "hace falta que la mesa de servicio entregue la prioridad, la fecha y hora de registro y la fecha y hora de la "
        "solución de cada solicitud." in told
    )
    assert f"Sin dato: {figures.support.total}." in told
    assert "Sin medición" in told
    assert figures.obligations[0].state == "partial", "only that the node was measured is shown"


def test_a_priority_that_no_target_names_is_told() -> None:
    levels = [
        ServiceLevel(id="a", name="A", kind="solution", hours=Decimal(4), priorities=("Alta",), target=Decimal(90)),
        ServiceLevel(id="b", name="B", kind="first_answer", hours=Decimal(4), target=Decimal(90)),
    ]
    contract = CONTRACT.model_copy(update={"service_levels": tuple(levels)})
    tickets = [urgent(), urgent(priority="Baja"), urgent(priority=None)]
    assert unnamed_priorities(contract, tickets) == {"solution": ["Baja"]}


def test_what_nothing_brings_is_open_and_says_what_is_needed() -> None:
    contract, figures = summed_up(*measured({"kind": "unmeasured", "needed": "La hora de la primera respuesta."}))
    assert figures.service_levels[0].verdict == "open"
    told = pdf_text(render_management_report(contract, figures).content)
    assert "Para medirlo hace falta: La hora de la primera respuesta." in told
    assert "No se puede afirmar" in told


def test_an_obligation_whose_target_was_missed_never_reads_as_fulfilled() -> None:
    contract, figures = summed_up(*node("99.5", 1, 9792, 9792))
    assert figures.obligations[0].state == "unmet"
    content = render_management_report(contract, figures).content
    text = pdf_text(content)
    [row] = next(table for table in read(content).tables if table.caption.startswith("Obligaciones")).rows
    assert re.fullmatch(r"No cumplida con novedad: H-\d{5}, H-\d{5}", row[4].text)  # the target, and the node
    assert "no se alcanzó" in row[2].text
    assert "1 no cumplida" in text
    assert "Decidir qué sigue por la meta no alcanzada: Disponibilidad del nodo" in text


def test_a_word_does_not_cover_a_missed_target() -> None:
    contract, figures = node("99.5", 1, 9792, 9792)
    clause = Obligation(number=7, text="Prestar.", depends_on=("attestation",), statement="prestó el servicio")
    given = Attestation(obligation=7, report="2026-01", role="Líder de Operaciones", attested_on=REPORT.report_date)
    kept = ContractRegisters(READ_AT, READ_AT, {"attestations": (given,)})
    [told] = obligation_figures(contract.model_copy(update={"obligations": (clause,)}), REPORT, figures, kept)
    assert told.state == "unmet"


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"target": None}, "`target` falta con `kind: backups`: escríbalo"),
        ({"subject": "BD"}, "`subject` sobra con `kind: backups`: quítelo"),
        ({"kind": "unmeasured", "target": None}, "`needed` falta con `kind: unmeasured`: escríbalo"),
        ({"kind": "closed_within"}, "`days` falta con `kind: closed_within`: escríbalo"),
        ({"target": Decimal(101)}, "less than or equal to 100"),
        ({"kind": "solution"}, "`hours` falta con `kind: solution`: escríbalo"),
        ({"hours": Decimal(4)}, "`hours` sobra con `kind: backups`: quítelo"),
        ({"priorities": ["Alta"]}, "`priorities` sobra con `kind: backups`: quítelo"),
        ({"in_service_hours": True}, "`in_service_hours` sobra con `kind: backups`: quítelo"),
        (
            {"kind": "solution", "hours": Decimal(4), "priorities": ["Alta", "ALTA"]},
            "`priorities` nombra dos veces «alta»: quite una",
        ),
    ],
)
def test_a_level_that_says_too_little_or_too_much_is_refused(changes: dict[str, Any], remedy: str) -> None:
    said = {"id": "ns-1", "name": "Copias", "kind": "backups", "target": Decimal(0)}
    with pytest.raises(ValidationError, match=remedy):
        ServiceLevel.model_validate({**said, **changes})


@pytest.mark.parametrize(
    ("level", "remedy"),
    [
        ({"kind": "node_availability", "subject": "otro", "target": 99}, r"mide «otro», que no está en `resources`"),
        (
            {"kind": "published_availability", "subject": "otro", "target": 99},
            "se mide con `http`, y el contrato no tiene",
        ),
        (
            {"kind": "solution", "target": 90, "hours": 4, "in_service_hours": True},
            "cuenta las horas de atención, y el contrato no tiene `service_hours`: escriba esa sección",
        ),
        ({"kind": "backups", "target": 0, "obligation": 99}, "es de la obligación 99, que el contrato no tiene"),
    ],
)
def test_a_level_is_of_what_the_contract_names(level: dict[str, Any], remedy: str) -> None:
    levels = [{"id": "ns-1", "name": "Meta", **level}]
    with pytest.raises(ValidationError, match=remedy):
        Contract.model_validate({**dict(CONTRACT), "service_levels": levels})


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"closes": "08:00"}, "`closes` 08:00 no es posterior a `opens` 08:00: corrija las horas"),
        ({"days": ["monday", "monday"]}, "`days` nombra dos veces «monday»: quite uno"),
        ({"opens": 480}, "escriba la hora de Bogotá entre comillas"),
    ],
)
def test_service_hours_that_cannot_be_meant_are_refused(changes: dict[str, Any], remedy: str) -> None:
    with pytest.raises(ValidationError, match=remedy):
        ServiceHours.model_validate({"days": ["monday"], "opens": "08:00", "closes": "17:00", **changes})
