"""The hour bank as a ledger: it adds up for any entries, and each period begins where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract, ReportPeriod
from service_reports.contracts.model import HourAddition
from service_reports.figures.changes import compare
from service_reports.figures.chapters.hour_bank import bank_numbers
from service_reports.figures.figure import Maker
from service_reports.figures.findings import hour_bank_findings
from service_reports.figures.free_texts import Detail, as_named_now, label, names_now, request_name
from service_reports.figures.hour_ledger import CHARGED
from service_reports.figures.model import BankState, HourBankFigures, HourBankLedger
from service_reports.figures.period import compute_figures, hour_bank_of
from service_reports.records import ChangeRecord, ContractRegisters, HourBankEntry, IssuedFigure
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.readings import whole_read
from tests.golden.sample_figures import sample_contract

CONTRACT = sample_contract()
FIRST, SECOND = CONTRACT.reports[:2]
START = CONTRACT.valid_from
NO_REGISTERS = ContractRegisters()


def rows_of(
    hour_bank: Sequence[HourBankEntry],
    issued_hours: Sequence[IssuedFigure] = (),
    registers: ContractRegisters = NO_REGISTERS,
) -> PeriodRows:
    return PeriodRows(by_type(hour_bank), issued_hours=issued_hours, registers=registers, read_at=whole_read(FIRST))


def entry(request: str, hours: str, status: str = "Terminado", on: date | None = None) -> HourBankEntry:
    return HourBankEntry(request=request, production_date=on, estimated_hours=Decimal(hours), status=status)


def bank(
    report: ReportPeriod,
    entries: Sequence[HourBankEntry],
    issued: Sequence[IssuedFigure] = (),
    contract: Contract = CONTRACT,
) -> HourBankFigures:
    return hour_bank_of(contract, report, rows_of(entries, issued))[0]


def ledger(
    report: ReportPeriod,
    entries: Sequence[HourBankEntry],
    issued: Sequence[IssuedFigure] = (),
    contract: Contract = CONTRACT,
) -> HourBankLedger:
    found = bank(report, entries, issued, contract).ledger
    assert found is not None
    return found


def issue(
    report: ReportPeriod,
    entries: Sequence[HourBankEntry],
    before: Sequence[IssuedFigure] = (),
    contract: Contract = CONTRACT,
    version: int = 1,
) -> list[IssuedFigure]:
    """What the register knows of the hour bank once a report is issued."""
    held = bank(report, entries, before, contract)
    assert held.ledger is not None
    first, last = report.period_from, report.period_to
    figures = bank_numbers(held, contract.valid_from, first, last, Maker(first=first, last=last))
    return [
        *(figure for figure in before if figure.report_number != report.number),
        *(
            IssuedFigure(report_number=report.number, version=version, figure_id=figure.id, value=figure.value)
            for figure in figures
        ),
    ]


def line(found: HourBankLedger, state: BankState) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    [each] = [each for each in found.lines if each.state == state]
    return each.opening, each.credits, each.debits, each.closing


def moved(found: HourBankLedger) -> list[tuple[date | None, str, str | None, str, Decimal, Decimal]]:
    return [(each.on, each.subject, each.source, each.target, each.hours, each.balance) for each in found.movements]


def findings(
    report: ReportPeriod,
    entries: Sequence[HourBankEntry],
    issued: Sequence[IssuedFigure] = (),
    registers: ContractRegisters = NO_REGISTERS,
) -> list[Observation]:
    return list(hour_bank_findings(CONTRACT, report, rows_of(entries, issued, registers)))


days = st.dates(START - timedelta(days=40), CONTRACT.valid_to)
entries = st.lists(
    st.builds(
        HourBankEntry,
        request=st.sampled_from(["Ajuste de tarifas", "ajuste de TARIFAS", "Interfaz", "Reporte", ""]),
        production_date=st.none() | days,
        estimated_hours=st.decimals(0, 300, places=2),
        status=st.sampled_from(["Terminado", "En ejecución", "Activo", "Programado", "Comprometido", "Aprobado"]),
    ),
    max_size=8,
)
additions = st.lists(
    st.builds(
        HourAddition,
        on=st.dates(START, CONTRACT.valid_to),
        hours=st.decimals(1, 100, places=1),
        act=st.sampled_from(["Otrosí 1", "Otrosí 2"]),
    ),
    max_size=2,
)


@st.composite
def calendars(draw: st.DrawFn) -> Contract:
    """The contract with its validity split anywhere into consecutive periods, and with hours added on any day."""
    ends = sorted(draw(st.sets(st.dates(START, CONTRACT.valid_to - timedelta(days=1)), max_size=4)))
    firsts = [START, *(end + timedelta(days=1) for end in ends)]
    reports = tuple(
        ReportPeriod(
            number=f"2026-{number:02}", period_from=first, period_to=last, report_date=last + timedelta(days=1)
        )
        for number, (first, last) in enumerate(zip(firsts, [*ends, CONTRACT.valid_to], strict=True), start=1)
    )
    hours = CONTRACT.hour_bank.model_copy(update={"additions": tuple(draw(additions))})
    return CONTRACT.model_copy(update={"reports": reports, "warranty": None, "hour_bank": hours})


@given(calendars(), entries)
def test_each_period_begins_where_the_one_before_ended_and_every_state_adds_up(
    contract: Contract, charged: list[HourBankEntry]
) -> None:
    issued: list[IssuedFigure] = []
    closed: dict[str, Decimal] = dict.fromkeys(("contracted", "available", *CHARGED), Decimal(0))
    for report in contract.reports:
        hours = bank(report, charged, issued, contract)
        assert hours.ledger is not None
        for each in hours.ledger.lines:
            assert each.opening == closed[each.state]
            assert each.opening + each.credits - each.debits == each.closing == getattr(hours, each.state)
            closed[each.state] = each.closing
        assert sum(closed.values()) - closed["contracted"] == closed["contracted"]
        assert hours.ledger.opening_differences == hours.ledger.in_issued_periods == ()
        if hours.ledger.movements:
            assert hours.ledger.movements[-1].balance == hours.available
        issued = issue(report, charged, issued, contract)


@given(calendars(), entries, entries, st.data())
def test_entries_that_change_after_a_close_still_add_up_and_their_order_changes_nothing(
    contract: Contract, then: list[HourBankEntry], now: list[HourBankEntry], data: st.DataObject
) -> None:
    issued: list[IssuedFigure] = []
    for report in contract.reports[:-1]:
        issued = issue(report, then, issued, contract)
    last = contract.reports[-1]
    hours = bank(last, now, issued, contract)
    assert hours.ledger is not None
    for each in hours.ledger.lines:
        assert each.opening + each.credits - each.debits == each.closing == getattr(hours, each.state)
    assert ledger(last, data.draw(st.permutations(now)), issued, contract) == hours.ledger


def test_the_first_period_opens_with_nothing_and_is_credited_the_contracted_hours() -> None:
    found = ledger(FIRST, [entry("Sobretasa", "32", on=date(2026, 2, 9))])
    assert line(found, "contracted") == (0, 200, 0, 200)
    assert line(found, "available") == (0, 200, 32, 168)
    assert line(found, "consumed") == (0, 32, 0, 32)
    assert moved(found) == [
        (START, "", None, "available", 200, 200),
        (date(2026, 2, 9), "Sobretasa", "available", "consumed", 32, 168),
    ]


def test_hours_of_an_amendment_are_credited_on_their_day() -> None:
    added = HourAddition(on=SECOND.period_from, hours=Decimal(50), act="Otrosí 1")
    hours = CONTRACT.hour_bank.model_copy(update={"additions": (added,)})
    contract = CONTRACT.model_copy(update={"hour_bank": hours})
    assert bank(FIRST, [], contract=contract).contracted == 200
    found = ledger(SECOND, [], contract=contract)
    assert line(found, "contracted") == (200, 50, 0, 250)
    assert moved(found) == [(SECOND.period_from, "Otrosí 1", None, "available", 50, 250)]


def test_what_was_in_execution_when_issued_and_is_finished_since_leaves_that_state() -> None:
    issued = issue(FIRST, [entry("Interfaz", "20", "En ejecución")])
    found = ledger(SECOND, [entry("Interfaz", "20", on=date(2026, 3, 2))], issued)
    assert line(found, "in_execution") == (20, 0, 20, 0)
    assert line(found, "available") == (180, 0, 0, 180)
    assert moved(found) == [(date(2026, 3, 2), "Interfaz", "in_execution", "consumed", 20, 180)]
    assert found.opening_differences == ()


def test_an_undated_state_that_no_issued_report_knows_is_a_movement_of_the_period_without_a_day() -> None:
    found = ledger(SECOND, [entry("Interfaz", "20", "En ejecución")])
    assert line(found, "in_execution") == (0, 20, 0, 20)
    assert moved(found) == [(None, "Interfaz", "available", "in_execution", 20, 180)]


def test_a_committed_request_that_is_gone_gives_its_hours_back() -> None:
    issued = issue(FIRST, [entry("Interfaz", "20", "Aprobado")])
    found = ledger(SECOND, [], issued)
    assert moved(found) == [(None, "Interfaz", "committed", "available", 20, 200)]
    assert findings(SECOND, [], issued) == []


def test_a_request_in_execution_that_takes_more_hours_than_issued_moves_the_rest() -> None:
    issued = issue(FIRST, [entry("Interfaz", "20", "Activo")])
    found = ledger(SECOND, [entry("Interfaz", "28.5", "Activo")], issued)
    assert moved(found) == [(None, "Interfaz", "available", "in_execution", Decimal("8.5"), Decimal("171.5"))]


def test_a_consumption_dated_before_the_contract_is_charged_on_its_first_day() -> None:
    found = ledger(FIRST, [entry("Sobretasa", "32", on=date(2025, 12, 9))])
    assert moved(found)[-1] == (START, "Sobretasa", "available", "consumed", 32, 168)


def test_an_overdrawn_bank_is_an_alert() -> None:
    [found] = findings(FIRST, [entry("Interfaz", "210.5", on=FIRST.period_to)])
    assert (found.kind, found.severity, found.day) == ("hour_bank.overdrawn", "alert", FIRST.period_to)
    assert found.detail == ("Al 22/02/2026 la bolsa está excedida en 10,5 horas: 210,5 con cargo a 200 contratadas")


def control(code: str, request: str, hours: int) -> ChangeRecord:
    return ChangeRecord.model_validate(
        {
            "code": code,
            "request": request,
            "requested_on": START,
            "approved_on": None,
            "specified_on": None,
            "ticket_id": None,
            "delivered_on": None,
            "act_code": None,
            "hours": hours,
        }
    )


@pytest.mark.parametrize(
    ("estimated", "entries", "charged"),
    [
        ([16], [8, 8], [16]),
        ([8, 8], [8, 8], [8, 8]),
        ([8, 4], [4, 8], [8, 4]),
        ([8, 4], [4, 9], [9, 4]),
        ([8, 4], [8, 4, 2], [8, 6]),
        ([8, 4], [3, 2, 2], [2, 5]),
        ([8, 4], [5], [5, None]),
        ([8], [], [None]),
    ],
)
def test_entries_of_the_same_words_are_all_charged_to_their_change_controls(
    estimated: list[int], entries: list[int], charged: list[int | None]
) -> None:
    kept = ContractRegisters(
        rows={"change_controls": tuple(control(f"CC-{n}", "Sobretasa", hours) for n, hours in enumerate(estimated))}
    )
    rows = [entry("SOBRETASA", str(hours), on=FIRST.period_to) for hours in entries]
    _, controls, without = hour_bank_of(CONTRACT, FIRST, rows_of(rows, (), kept))
    assert ([each.charged_hours for each in controls], without) == (charged, ())


def test_a_request_without_change_control_is_named_once() -> None:
    twice = [entry("Interfaz", "8", on=FIRST.period_to)] * 2
    assert hour_bank_of(CONTRACT, FIRST, rows_of(twice))[2] == ("Interfaz",)


def test_a_charge_without_change_control_is_told_only_where_their_register_is_kept() -> None:
    charged = [entry("Interfaz", "10", on=FIRST.period_to), entry("Sobretasa AMSO", "10", on=FIRST.period_to)]
    assert findings(FIRST, charged) == []
    kept = ContractRegisters(rows={"change_controls": (control("CC-1", "sobretasa amso", 10),)})
    [found] = findings(FIRST, charged, registers=kept)
    assert (found.kind, found.severity, found.subject) == ("hour_bank.without_change_control", "warning", "Interfaz")
    [_, first, second] = [
        each.change_code for each in hour_bank_of(CONTRACT, FIRST, rows_of(charged, (), kept))[0].ledger.movements
    ]
    assert (first, second) == (None, "CC-1")


def test_an_entry_dated_in_an_issued_period_is_named_with_the_report_and_moves_the_opening() -> None:
    issued = issue(FIRST, [entry("Sobretasa", "32", on=date(2026, 2, 9))])
    now = [entry("Sobretasa", "32", on=date(2026, 2, 9)), entry("Interfaz", "8", on=date(2026, 2, 20))]
    found = {each.subject: each for each in findings(SECOND, now, issued)}
    late = found["2026-01, 20/02/2026: Interfaz"]
    assert (late.kind, late.severity, late.day) == ("hour_bank.late_charge", "alert", SECOND.period_from)
    assert late.detail == (
        "«Interfaz»: 8 horas con fecha 20/02/2026, del periodo del informe 2026-01, que se emitió sin ellas (versión 1)"
    )
    opened = found["2026-01, versión 1: horas consumidas"]
    assert (opened.kind, opened.severity) == ("hour_bank.opening_differs", "alert")
    assert opened.detail == (
        "Horas consumidas al cierre del informe 2026-01, versión 1: se emitieron 32 y hoy son 40; diferencia: 8"
    )
    assert found["2026-01, versión 1: horas disponibles"].detail.endswith(
        "se emitieron 168 y hoy son 160; diferencia: −8"
    )
    assert len(found) == 3


def test_a_corrected_report_that_has_the_late_entry_ends_its_findings() -> None:
    issued = issue(FIRST, [])
    now = [entry("Interfaz", "8", on=date(2026, 2, 20))]
    assert findings(SECOND, now, issued)
    assert findings(SECOND, now, issue(FIRST, now, issued, version=2)) == []


def test_what_was_issued_in_execution_and_got_an_earlier_date_was_consumed_then_and_not_in_execution() -> None:
    issued = issue(FIRST, [entry("Interfaz", "8", "Activo")])
    found = ledger(SECOND, [entry("Interfaz", "8", on=date(2026, 2, 20))], issued)
    assert line(found, "in_execution") == (0, 0, 0, 0)
    assert line(found, "consumed") == (8, 0, 0, 8)
    assert {each.state: each.difference for each in found.opening_differences} == {"in_execution": -8, "consumed": 8}
    assert [each.hours for each in found.in_issued_periods] == [8]


def test_a_consumption_that_is_gone_since_it_was_issued_makes_the_opening_differ() -> None:
    issued = issue(FIRST, [entry("Sobretasa", "32", on=date(2026, 2, 9))])
    found = ledger(SECOND, [], issued)
    assert {each.state: each.difference for each in found.opening_differences} == {"available": 32, "consumed": -32}
    assert found.in_issued_periods == ()


def test_of_a_report_that_listed_no_requests_only_what_it_dated_is_compared() -> None:
    old = [
        IssuedFigure(report_number="2026-01", version=1, figure_id=f"hour_bank.{state}", value=Decimal(hours))
        for state, hours in (("contracted", 200), ("consumed", 32), ("in_execution", 5), ("available", 163))
    ]
    found = ledger(SECOND, [entry("Sobretasa", "30", on=date(2026, 2, 9))], old)
    assert [(each.state, each.issued, each.computed) for each in found.opening_differences] == [("consumed", 32, 30)]


def test_a_correction_is_compared_with_nothing_issued_after_it() -> None:
    charged = [entry("Sobretasa", "32", on=date(2026, 2, 9))]
    issued = issue(SECOND, charged, issue(FIRST, charged))
    assert findings(FIRST, [], issued) == []


def test_the_ledger_is_among_the_figures_of_a_report() -> None:
    figures = compute_figures(CONTRACT, FIRST, 1, None, rows_of([entry("Sobretasa", "32", on=date(2026, 2, 9))]))
    assert figures.value("hour_bank.opening.available") == 0
    assert figures.value("hour_bank.credits.available") == 200
    assert figures.value("hour_bank.debits.available") == 32
    assert figures.value("hour_bank.available") == 168
    assert figures.value("hour_bank.consumed/Sobretasa") == 32
    assert figures.value("hour_bank.movement/2026-02-09/Sobretasa/available-consumed") == 32


def test_the_first_page_tells_of_late_hours_and_tells_an_overdraft_once() -> None:
    charged = [entry("Interfaz", "210", on=FIRST.period_to)]
    observed = [
        *findings(FIRST, charged),
        Observation("hour_bank.late_charge", CONTRACT.id, "Interfaz", "alert", "…", FIRST.period_from),
    ]
    figures = compute_figures(CONTRACT, FIRST, 1, None, rows_of(charged), observed)
    assert figures.summary is not None
    told = [(each.kind, each.subject) for each in figures.summary.findings if each.section == "hour_bank"]
    assert told == [("hour_bank.overdrawn", ""), ("observation", "hour_bank.late_charge")]


def test_a_request_that_is_charged_twice_on_a_day_has_a_figure_for_each() -> None:
    twice = [entry("Sobretasa", "32", on=date(2026, 2, 9)), entry("Sobretasa", "8", on=date(2026, 2, 9))]
    figures = compute_figures(CONTRACT, FIRST, 1, None, rows_of(twice))
    moves = [each.value for each in figures.matching("hour_bank.movement/2026-02-09/")]
    assert moves == [8, 32]
    assert figures.value("hour_bank.consumed/Sobretasa") == 40


@pytest.mark.parametrize("length", [200, 201, 5000])
def test_a_request_of_any_length_names_its_figure(length: int) -> None:
    long = label("a" * length)
    assert len(long) <= 220
    assert (long == label("a" * (length + 1))) is False


WRITTEN = "Ajuste que pidió Yurany Cuspián al formulario. Atentamente, Yurany Cuspián"
DETAILS = ("none", "masked", "full")


@pytest.mark.parametrize("then", DETAILS)
@pytest.mark.parametrize("now", DETAILS)
def test_a_request_is_the_same_however_the_contract_let_it_out_when_it_was_issued(then: Detail, now: Detail) -> None:
    """Else its hours would leave the bank under one name and come back under another."""
    entries = [entry(WRITTEN, "20", on=date(2026, 2, 9)), entry("Interfaz " * 40, "3", "Aprobado")]
    issued = issue(FIRST, entries, contract=CONTRACT.model_copy(update={"ticket_detail": then}))
    found = bank(SECOND, entries, issued, CONTRACT.model_copy(update={"ticket_detail": now}))
    assert found.ledger is not None
    assert found.ledger.movements == found.ledger.opening_differences == found.ledger.in_issued_periods == ()
    assert ("Cuspián" in found.model_dump_json()) == (now == "full")


def test_a_request_masked_by_an_older_rule_is_the_same_request() -> None:
    older = "Ajuste que pidió [persona] al formulario."
    names = names_now([older, "Otra cosa"], [WRITTEN], "masked")
    assert names == {older: request_name(WRITTEN, "masked"), "Otra cosa": "Otra cosa"}


def test_a_request_that_is_gone_keeps_no_words_where_the_contract_lets_out_none() -> None:
    issued = issue(FIRST, [entry("Interfaz del banco", "20", "Aprobado")])
    found = ledger(SECOND, [], issued, CONTRACT.model_copy(update={"ticket_detail": "none"}))
    [gone] = found.movements
    assert gone.subject == request_name("Interfaz del banco", "none")


def test_another_rule_of_masking_is_no_other_figure() -> None:
    """What was issued is compared under the present names: nobody is asked to correct a report for them."""
    rows = rows_of([entry(WRITTEN, "20", on=date(2026, 2, 9))])
    was, now = (
        compute_figures(CONTRACT.model_copy(update={"ticket_detail": detail}), FIRST, 1, None, rows)
        for detail in ("masked", "none")
    )
    assert compare(was.figures, now.figures)
    again = as_named_now(was, now, [WRITTEN], "none")
    assert compare(again.figures, now.figures) == ()
    assert again.hour_bank.entries == now.hour_bank.entries
