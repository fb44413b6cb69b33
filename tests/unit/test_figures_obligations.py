"""What obligations rest on: a fact that is not recorded by the report date leaves its obligation pending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_reports.contracts import FactKind, Obligation
from service_reports.figures.chapters.obligations import obligation_figures, state_of
from service_reports.figures.model import ObligationFact, ObligationFigures
from service_reports.figures.records import change_controls, deliverable_figures, record_figures
from service_reports.records import (
    Attestation,
    ChangeRecord,
    Consultation,
    ContractRegisters,
    Deliverable,
    ForceMajeure,
    HourBankEntry,
    Incident,
    SocialSecurityProof,
)
from tests.golden.sample_figures import READ_AT, sample

CONTRACT, FIGURES = sample()
REPORT = CONTRACT.report("2026-01")
DUE = REPORT.report_date
ROLE = "Líder de Operaciones"


def registers(left_at: datetime = READ_AT, **rows: tuple[Any, ...]) -> ContractRegisters:
    return ContractRegisters(READ_AT, left_at, rows)


def obligation(kept: ContractRegisters, *kinds: FactKind, **changes: Any) -> ObligationFigures:
    """The one obligation of a contract that rests on these kinds of facts."""
    statement = "obró con lealtad" if "attestation" in kinds else None
    clause = Obligation(number=7, text="Cumplir.", depends_on=kinds, statement=statement)
    contract = CONTRACT.model_copy(update={"obligations": (clause,)})
    figures = FIGURES.model_copy(update={"records": record_figures(contract, REPORT, 1, kept), **changes})
    [found] = obligation_figures(contract, REPORT, figures, kept)
    return found


def fact(kept: ContractRegisters, kind: FactKind) -> ObligationFact:
    return obligation(kept, kind).facts[0]


def attested(on: date, report: str = "2026-01", number: int = 7) -> ContractRegisters:
    return registers(attestations=(Attestation(obligation=number, report=report, role=ROLE, attested_on=on),))


def delivered(due: date | None, sent: date | None, code: str = "FAC-1") -> Deliverable:
    return Deliverable(code=code, kind="Factura", obligation=7, due_on=due, sent_on=sent, addressee="Supervisor")


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        (attested(DUE), "recorded"),
        (attested(REPORT.period_from), "recorded"),
        (attested(DUE + timedelta(days=1)), "pending"),
        (attested(REPORT.period_from - timedelta(days=1)), "pending"),
        (attested(DUE, report="2026-02"), "pending"),
        (attested(DUE, number=8), "pending"),
        (registers(attestations=()), "pending"),
        (ContractRegisters(), "pending"),
    ],
    ids=[
        "on its day",
        "in the period",
        "after the report",
        "before the period",
        "other report",
        "other clause",
        "empty",
        "never read",
    ],
)
def test_only_this_reports_attestation_by_its_date_counts(kept: ContractRegisters, state: str) -> None:
    assert fact(kept, "attestation").state == state


@pytest.mark.parametrize("kind", ["consultations", "force_majeure", "security_incidents", "claims"])
def test_a_negative_needs_a_register_that_is_kept_and_reaches_the_end_of_the_period(kind: FactKind) -> None:
    name = "incidents" if kind in ("security_incidents", "claims") else kind
    early = datetime(2026, 2, 20, 12, tzinfo=UTC)
    assert fact(registers(**{name: ()}), kind).state == "none"
    assert fact(registers(early, **{name: ()}), kind).state == "pending"
    assert fact(registers(), kind).state == "pending"
    assert fact(ContractRegisters(), kind).state == "pending"


def test_a_register_denies_only_when_it_was_left_after_the_last_day_had_ended_in_bogota() -> None:
    evening = datetime(2026, 2, 23, 4, 59, tzinfo=UTC)  # 23:59 on the 22nd in Bogotá
    assert fact(registers(evening, consultations=()), "consultations").state == "pending"
    assert fact(registers(evening + timedelta(minutes=1), consultations=()), "consultations").state == "none"


def test_what_was_recorded_of_the_period_denies_the_negative_and_other_periods_do_not() -> None:
    def asked(on: date) -> Consultation:
        return Consultation(asked_on=on, addressee="Tesorería", matter="Plazo", answered_on=DUE + timedelta(days=1))

    kept = registers(consultations=(asked(REPORT.period_from), asked(REPORT.period_from - timedelta(days=1))))
    assert fact(kept, "consultations").state == "recorded"
    [only] = record_figures(CONTRACT, REPORT, 1, kept).consultations
    assert only.answered_on is None, "the answer came after the report"


def test_claims_and_security_incidents_are_told_apart() -> None:
    claim = Incident(occurred_on=DUE - timedelta(days=5), kind="Reclamación", event="Daño", closed_on=None)
    kept = registers(incidents=(claim,))
    assert (fact(kept, "claims").state, fact(kept, "security_incidents").state) == ("recorded", "none")


def test_a_force_majeure_after_the_period_belongs_to_the_next() -> None:
    event = ForceMajeure(occurred_on=DUE, event="Sismo", notified_on=None, recommendation=None)
    assert fact(registers(force_majeure=(event,)), "force_majeure").state == "none"


@pytest.mark.parametrize(
    ("due", "sent", "standing", "state"),
    [
        (DUE, DUE, "on_time", "recorded"),
        (DUE - timedelta(days=1), DUE, "late", "recorded"),
        (None, DUE, "sent", "recorded"),
        (DUE - timedelta(days=1), None, "overdue", "pending"),
        (DUE - timedelta(days=1), DUE + timedelta(days=1), "overdue", "pending"),
        (DUE, None, "to_send", "not_due"),
        (DUE + timedelta(days=10), DUE + timedelta(days=9), "to_send", "not_due"),
        (None, None, "to_send", "pending"),
    ],
)
def test_only_both_dates_prove_that_something_was_on_time(
    due: date | None, sent: date | None, standing: str, state: str
) -> None:
    kept = registers(deliverables=(delivered(due, sent),))
    found = fact(kept, "deliverables")
    assert (found.deliverables[0].standing, found.state) == (standing, state)


def test_a_report_is_no_evidence_of_itself_in_any_version() -> None:
    own = CONTRACT.document_code("management_report", REPORT, 1)
    kept = registers(deliverables=(delivered(DUE, DUE, own), delivered(DUE, DUE, f"{own}_v2")))
    assert fact(kept, "deliverables") == ObligationFact(kind="deliverables", state="pending")


def test_months_that_ended_before_the_report_need_their_proof() -> None:
    def proof(month: int, issued_on: date) -> SocialSecurityProof:
        return SocialSecurityProof(
            month=date(2026, month, 1), kind="Planilla de aportes", document_number=str(month), issued_on=issued_on
        )

    january = record_figures(CONTRACT, REPORT, 1, registers(social_security=()))
    assert january.months_missing == (date(2026, 1, 1),), "February had not ended on 23 February"
    assert fact(registers(social_security=(proof(1, DUE),)), "social_security").state == "recorded"
    assert fact(registers(social_security=(proof(1, DUE + timedelta(days=1)),)), "social_security").state == "pending"
    assert fact(registers(social_security=(proof(2, DUE),)), "social_security").state == "pending"


def test_measures_that_were_never_read_are_pending() -> None:
    unread = FIGURES.sources.model_copy(update={"tickets_read_at": None})
    assert obligation(registers(), "tickets", sources=unread).state == "pending"
    assert obligation(registers(), "tickets").state == "supported"
    assert obligation(registers(), "availability", availability=()).state == "pending"


def test_that_there_were_no_tickets_is_said_only_when_every_day_was_exported() -> None:
    none = FIGURES.support.model_copy(update={"tickets": (), "days_not_exported": ()})
    assert obligation(registers(), "tickets", support=none).facts[0].state == "none"
    in_part = none.model_copy(update={"days_not_exported": (REPORT.period_to,)})
    assert obligation(registers(), "tickets", support=in_part).facts[0].state == "pending"


facts = st.builds(
    ObligationFact, kind=st.just("tickets"), state=st.sampled_from(["recorded", "none", "not_due", "pending"])
)


@given(st.lists(facts, min_size=1))
def test_an_obligation_is_supported_only_while_nothing_is_pending(found: list[ObligationFact]) -> None:
    states = {each.state for each in found}
    assert (state_of(found) in ("pending", "partial")) == ("pending" in states)
    assert (state_of(found) == "pending") == (states == {"pending"})
    assert (state_of(found) == "not_due") == (states == {"not_due"})


some_days = st.dates(DUE - timedelta(days=60), DUE + timedelta(days=60))
any_row: Mapping[str, st.SearchStrategy[Any]] = {
    "attestations": st.builds(
        Attestation, obligation=st.just(7), report=st.just("2026-01"), role=st.just(ROLE), attested_on=some_days
    ),
    "deliverables": st.builds(
        Deliverable,
        code=st.text("AB", min_size=1, max_size=3),
        kind=st.just("Factura"),
        obligation=st.just(7),
        due_on=st.none() | some_days,
        sent_on=st.none() | some_days,
        addressee=st.just("Supervisor"),
    ),
    "social_security": st.builds(
        SocialSecurityProof,
        month=st.dates(date(2026, 1, 1), date(2026, 3, 1)).map(lambda day: day.replace(day=1)),
        kind=st.just("Planilla de aportes"),
        document_number=st.just("1"),
        issued_on=some_days,
    ),
    "incidents": st.builds(
        Incident,
        occurred_on=some_days,
        kind=st.just("Reclamación"),
        event=st.just("Daño"),
        closed_on=st.none() | some_days,
    ),
}


def known(day: date | None) -> date | None:
    return day if day is not None and day <= DUE else None


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({name: st.lists(row, max_size=4).map(tuple) for name, row in any_row.items()}))
def test_what_is_dated_after_the_report_changes_nothing(rows: dict[str, tuple[Any, ...]]) -> None:
    by_then = {
        "attestations": tuple(row for row in rows["attestations"] if row.attested_on <= DUE),
        "deliverables": tuple(row.model_copy(update={"sent_on": known(row.sent_on)}) for row in rows["deliverables"]),
        "social_security": tuple(row for row in rows["social_security"] if row.issued_on <= DUE),
        "incidents": tuple(
            row.model_copy(update={"closed_on": known(row.closed_on)})
            for row in rows["incidents"]
            if row.occurred_on <= DUE
        ),
    }
    kinds: tuple[FactKind, ...] = ("attestation", "deliverables", "social_security", "claims")
    assert obligation(registers(**rows), *kinds) == obligation(registers(**by_then), *kinds)
    assert record_figures(CONTRACT, REPORT, 1, registers(**rows)) == record_figures(
        CONTRACT, REPORT, 1, registers(**by_then)
    )


@given(st.none() | some_days, st.none() | some_days)
def test_on_time_is_said_only_of_what_was_sent_by_its_date(due: date | None, sent: date | None) -> None:
    found = deliverable_figures(delivered(due, sent), DUE)
    on_time = due is not None and sent is not None and sent <= min(due, DUE)
    assert (found.standing == "on_time") == on_time


def control(**changes: Any) -> ChangeRecord:
    fields = {
        "code": "CC-1",
        "request": "Sobretasa AMSO",
        "requested_on": date(2026, 1, 22),
        "approved_on": date(2026, 1, 26),
        "specified_on": date(2026, 1, 29),
        "ticket_id": "20260169",
        "act_code": "ACTA-1",
        "delivered_on": date(2026, 2, 9),
        "hours": Decimal(32),
    }
    return ChangeRecord(**{**fields, **changes})


def entry(request: str = "Sobretasa AMSO", hours: int = 32, day: date = date(2026, 1, 9)) -> HourBankEntry:
    return HourBankEntry(request=request, production_date=day, estimated_hours=Decimal(hours), status="Terminado")


def test_a_change_control_is_linked_to_its_request_by_its_words() -> None:
    [found], without = change_controls(registers(change_controls=(control(),)), [entry("SOBRETASA  amso.")], REPORT)
    assert (found.charged_hours, found.missing, without) == (Decimal(32), (), ())


@pytest.mark.parametrize("parts", [(16, 24), (24, 16)])
def test_a_request_in_several_entries_is_charged_with_all_of_them(parts: tuple[int, int]) -> None:
    entries = [entry(hours=hours, day=date(2026, 1, hours)) for hours in parts]
    [found], _ = change_controls(registers(change_controls=(control(),)), entries, REPORT)
    assert found.charged_hours == 40
    assert change_controls(registers(), entries, REPORT)[1] == ("Sobretasa AMSO",)


def test_each_link_that_is_missing_is_named_and_so_is_a_request_without_control() -> None:
    bare = control(approved_on=None, specified_on=None, ticket_id=None, act_code=None, delivered_on=None)
    [found], without = change_controls(registers(change_controls=(bare,)), [entry("Otra")], REPORT)
    assert found.missing == ("approval", "specification", "ticket", "act")
    assert (found.charged_hours, without) == (None, ("Otra",))


def test_the_act_of_what_the_period_delivered_goes_with_the_report() -> None:
    without_act = control(act_code=None, delivered_on=None)
    [found], _ = change_controls(registers(change_controls=(without_act,)), [entry(day=date(2026, 2, 9))], REPORT)
    assert (found.act_with_report, found.missing) == (True, ())


def test_an_act_of_later_is_not_there_yet_and_neither_is_a_request_of_later() -> None:
    later = DUE + timedelta(days=1)
    [found], _ = change_controls(registers(change_controls=(control(delivered_on=later),)), [], REPORT)
    assert (found.act_code, found.delivered_on, found.missing) == (None, None, ("act",))
    assert change_controls(registers(change_controls=(control(requested_on=later),)), [], REPORT) == ((), ())


def test_the_documents_of_this_report_go_with_it_and_are_listed_once() -> None:
    technical = CONTRACT.document_code("technical_report", REPORT, 1)
    found = record_figures(CONTRACT, REPORT, 1, registers(deliverables=(delivered(DUE, DUE, technical),)))
    assert [each.standing for each in found.deliverables] == ["with_report"] * 3
    assert [each.code for each in found.deliverables].count(technical) == 1
