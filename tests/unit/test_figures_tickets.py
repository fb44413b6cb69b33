"""How long tickets were open, what a contract lets out of them, and tables that add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service_reports.contracts import Warranty, load_contract
from service_reports.figures import compute_figures
from service_reports.figures.chapters.hour_bank import printable_entries
from service_reports.figures.chapters.tickets import (
    closed_on,
    in_last_state,
    known_at,
    of_service,
    printable,
    ticket_figures,
    timed,
    under_warranty,
    with_days,
)
from service_reports.figures.coverage import coverage
from service_reports.figures.figure import Maker
from service_reports.figures.gaps import gaps, unread
from service_reports.figures.model import CrossTable, PeriodFigures, TicketFigures
from service_reports.records import (
    DayRead,
    EarlierTicket,
    HourBankEntry,
    Ticket,
    TicketState,
)
from service_reports.records.period_rows import PeriodRows, by_type

DAY = date(2026, 2, 18)
CUT_OFF = date(2026, 2, 22)
NOON = datetime(2026, 2, 19, 17, tzinfo=UTC)


def ticket(number: int, status: str = "Terminado", on: date | None = DAY, **changes: str) -> Ticket:
    fields = {"product": "AIREPLUS", "module": "PREDIAL", "process": "RECAUDO", "subprocess": "General", **changes}
    return Ticket(ticket_id=str(number), service="support", registered_on=on, status=status, **fields)


def seen(status: str, first: int, last: int, number: int = 1) -> TicketState:
    """Readings of a ticket from one day to another after the first noon."""
    return TicketState(
        ticket_id=str(number),
        status=status,
        first_seen_at=NOON + timedelta(days=first),
        last_seen_at=NOON + timedelta(days=last),
    )


def timing(tickets: list[Ticket], *states: TicketState) -> tuple[int | None, date | None, int | None]:
    [found] = timed(ticket_figures(tickets), states, CUT_OFF).timings
    return found.age_days, found.closed_on, found.days_to_close


def test_an_open_ticket_has_its_age_at_the_end_of_the_period() -> None:
    assert timing([ticket(1, "Programado")], seen("Programado", 0, 3)) == (4, None, None)


def test_a_ticket_of_the_last_day_is_no_day_old() -> None:
    assert timing([ticket(1, "Activo", on=CUT_OFF)]) == (0, None, None)


def test_a_finished_ticket_took_until_the_reading_that_first_found_it_so() -> None:
    assert timing([ticket(1)], seen("Activo", 0, 1), seen("Terminado", 2, 9)) == (None, date(2026, 2, 21), 3)


def test_nothing_is_said_of_a_ticket_that_no_reading_found_open() -> None:
    assert timing([ticket(1)], seen("Terminado", 0, 9)) == (None, None, None)
    assert timing([ticket(1)]) == (None, None, None)


def test_the_day_of_closing_is_bogotas() -> None:
    late = TicketState(
        ticket_id="1",
        status="Terminado",
        first_seen_at=datetime(2026, 2, 22, 3, tzinfo=UTC),
        last_seen_at=datetime(2026, 2, 22, 3, tzinfo=UTC),
    )
    assert closed_on([seen("Activo", 0, 0), late]) == date(2026, 2, 21)


def test_a_ticket_opened_again_counts_from_its_last_closing() -> None:
    states = [seen("Activo", 0, 0), seen("Terminado", 1, 1), seen("Activo", 2, 2), seen("Terminado", 4, 4)]
    assert closed_on(states) == date(2026, 2, 23)
    assert closed_on(states[:3]) is None
    assert closed_on(list(reversed(states))) == date(2026, 2, 23)


def test_a_state_is_that_of_the_last_reading_until_the_moment_or_else_of_the_first_after_it() -> None:
    states = [seen("Terminado", 4, 9), seen("Activo", 1, 2), seen("Programado", 6, 9, number=2)]
    at = {
        day: [
            each.status
            for each in in_last_state(
                [ticket(1, "ahora"), ticket(2, "ahora"), ticket(3, "ahora")],
                known_at(states, NOON + timedelta(days=day)),
            )
        ]
        for day in (0, 1, 3, 4)
    }
    assert at == {
        0: ["Activo", "Programado", "ahora"],
        1: ["Activo", "Programado", "ahora"],
        3: ["Activo", "Programado", "ahora"],
        4: ["Terminado", "Programado", "ahora"],
    }


@given(st.lists(st.sampled_from(["Programado", "Activo", "Terminado"]), min_size=1, max_size=8), st.data())
def test_what_is_read_after_the_moment_changes_nothing_of_what_was_known_then(
    statuses: list[str], data: st.DataObject
) -> None:
    history = [seen(status, day, day) for day, status in enumerate(statuses)]
    moment = data.draw(st.integers(-1, len(history)))
    read = data.draw(st.integers(max(1, moment + 1), max(1, moment + 1, len(history))))
    at = NOON + timedelta(days=moment)
    assert known_at(history[:read], at) == known_at(history, at) == tuple(history[: max(1, moment + 1)])


def test_programmed_and_active_are_both_open() -> None:
    states = [seen("Activo", 0, 0), seen("Programado", 1, 1), seen("Terminado", 2, 2)]
    assert closed_on(states) == date(2026, 2, 21)


def test_an_undated_ticket_has_no_days() -> None:
    assert timing([ticket(1, "Activo", on=None)]) == (None, None, None)
    assert timing([ticket(1, on=None)], seen("Activo", 0, 0), seen("Terminado", 1, 1))[2] is None


def test_open_tickets_stand_oldest_first_and_undated_ones_last() -> None:
    tickets = [
        ticket(3, "Activo", on=None),
        ticket(2, "Activo"),
        ticket(1, "Programado"),
        ticket(4),
        ticket(9, "Activo", on=DAY - timedelta(days=9)),
    ]
    assert [each.ticket_id for each in ticket_figures(tickets).open_tickets] == ["9", "1", "2", "3"]


DAYS = [DAY + timedelta(days=offset) for offset in range(5)]


def exported(read_at: Mapping[date, datetime], *tickets: Ticket) -> TicketFigures:
    """The tickets of five days whose newest exports tell of these moments."""
    rows = PeriodRows(days_read=tuple(DayRead("tickets", "", day, at) for day, at in read_at.items()))
    return with_days(ticket_figures(tickets), DAYS, unread(gaps(CONTRACT, DAYS, rows), "tickets"))


def test_days_without_tickets_are_those_that_had_ended_when_the_help_desk_was_read() -> None:
    read_at = datetime(2026, 2, 22, 5, tzinfo=UTC)  # midnight in Bogotá
    figures = exported(dict.fromkeys(DAYS, read_at), ticket(1))
    assert figures.days_without == tuple(DAYS[1:4])
    assert figures.days_not_exported == (CUT_OFF,)
    figures = exported(dict.fromkeys(DAYS, read_at - timedelta(seconds=1)), ticket(1))
    assert figures.days_not_exported == tuple(DAYS[3:])


def test_an_export_says_nothing_of_a_day_that_it_was_not_asked_for() -> None:
    much_later = datetime(2026, 3, 22, 5, tzinfo=UTC)
    figures = exported(dict.fromkeys(DAYS[:2], much_later), ticket(1))
    assert figures.days_without == (DAYS[1],)
    assert figures.days_not_exported == tuple(DAYS[2:])


def test_without_a_reading_no_day_is_known() -> None:
    figures = exported({})
    assert (figures.days_without, figures.days_not_exported) == ((), tuple(DAYS))


WARRANTY = Warranty(
    contract_label="contrato anterior", valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 19), reported_in="2026-01"
)


def test_a_warranty_holds_for_tickets_of_its_days_and_undated_ones() -> None:
    on = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 19), date(2026, 1, 20), None]
    tickets = [ticket(number, on=day) for number, day in enumerate(on)]
    listed, left_out = under_warranty(tickets, WARRANTY)
    assert [each.ticket_id for each in listed] == ["1", "2", "4"]
    assert left_out == ("0", "3")


def test_without_a_warranty_none_is_listed() -> None:
    assert under_warranty([ticket(1, on=None)], None) == ([], ("1",))


WRITTEN = "Ver el 2 de Nombre.Apellido@correo.example, NIT 900123456-7. Cordialmente, Nombre Apellido"


@pytest.mark.parametrize(
    ("detail", "summary", "module"),
    [
        ("none", None, "PREDIAL [teléfono]"),
        ("masked", "Ver el 2 de [correo], NIT [identificación].", "PREDIAL [teléfono]"),
        ("full", WRITTEN, "PREDIAL 315 555 0102"),
    ],
)
def test_figures_hold_of_a_text_what_the_contract_lets_out(detail, summary, module) -> None:
    written = ticket(1, module="PREDIAL 315 555 0102").model_copy(update={"summary": WRITTEN})
    [found] = printable([written], detail)
    assert (found.summary, found.module) == (summary, module)


def test_hours_are_masked_like_tickets() -> None:
    entry = HourBankEntry(request=WRITTEN, production_date=None, estimated_hours=1, status="Activo")
    assert printable_entries([entry], "full") == (entry,)
    for detail in ("none", "masked"):
        [found] = printable_entries([entry], detail)
        assert "Apellido" not in found.request
        assert "900123456" not in found.request


def test_an_error_in_a_ticket_does_not_repeat_it() -> None:
    with pytest.raises(ValidationError) as error:
        Ticket(**{**ticket(1).model_dump(), "summary": ["Nombre Apellido, 315 555 01 02"]})
    assert "Apellido" not in str(error.value)


TICKETS = st.lists(
    st.tuples(st.sampled_from(["Activo", "Programado", "Terminado"]), st.sampled_from(["PREDIAL", "ICA", "RETEICA"])),
    max_size=60,
).map(lambda pairs: [ticket(number, status, module=module) for number, (status, module) in enumerate(pairs)])


@given(TICKETS)
def test_the_crossed_counts_add_up_to_the_counts_of_both_classes(tickets: list[Ticket]) -> None:
    figures = ticket_figures(tickets)
    statuses, modules = figures.tables[0], figures.tables[2]
    if figures.cross is None:
        assert len(statuses.rows) < 2 or len(modules.rows) < 2
        return
    assert [(row.value, row.total) for row in figures.cross.rows] == [(row.value, row.count) for row in modules.rows]
    assert dict(zip(figures.cross.columns, figures.cross.totals, strict=True)) == {
        row.value: row.count for row in statuses.rows
    }
    assert sum(row.total for row in figures.cross.rows) == figures.cross.total == len(tickets)


@given(TICKETS)
def test_the_rows_of_a_table_and_open_and_closed_add_to_all(tickets: list[Ticket]) -> None:
    figures = timed(ticket_figures(tickets), [], CUT_OFF)
    for table in figures.tables:
        assert sum(row.count for row in table.rows) == len(tickets)
    finished = sum(row.count for row in figures.tables[0].rows if row.value == "Terminado")
    assert len(figures.open_tickets) + finished == len(tickets)
    names = [figure.id for figure in of_service("support", figures, Maker(tickets=""))]
    assert len(names) == len(set(names))


def test_a_cross_table_that_does_not_add_up_cannot_be() -> None:
    good = ticket_figures([ticket(1), ticket(2, "Activo", module="ICA")]).cross
    assert good is not None
    with pytest.raises(ValidationError, match="do not add up"):
        CrossTable(**{**good.model_dump(), "totals": (2, 1)})
    with pytest.raises(ValidationError, match="the sums are not 3"):
        CrossTable(**{**good.model_dump(), "total": 3})


def test_figures_that_were_kept_before_there_were_days_still_load() -> None:
    figures = ticket_figures([ticket(1, "Activo")])
    kept = figures.model_dump(mode="json", include={"tickets", "tables"})
    loaded = TicketFigures.model_validate(kept)
    assert loaded.timing["1"].age_days is None
    assert [each.ticket_id for each in loaded.open_tickets] == ["1"]


HOURS_READ = {"hour_bank": datetime(2026, 3, 1, tzinfo=UTC)}
CONTRACT = load_contract(
    Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
)


def computed(detail: str) -> PeriodFigures:
    written = ticket(1, "Activo").model_copy(update={"summary": WRITTEN})
    older = ticket(2, on=date(2026, 1, 19)).model_copy(update={"service": "warranty", "summary": WRITTEN})
    late = ticket(3, on=date(2026, 1, 20)).model_copy(update={"service": "warranty"})
    entry = HourBankEntry(request=WRITTEN, production_date=None, estimated_hours=Decimal(1), status="Activo")
    contract = CONTRACT.model_copy(update={"ticket_detail": detail})
    rows = PeriodRows(by_type((written, older, late, entry)), read_at=HOURS_READ)
    return compute_figures(contract, contract.report("2026-01"), 1, None, rows)


@pytest.mark.parametrize(("detail", "holds"), [("none", False), ("masked", False), ("full", True)])
def test_the_figures_that_are_kept_hold_personal_data_only_if_the_contract_says_so(detail: str, holds: bool) -> None:
    kept = computed(detail).model_dump_json()
    for secret in ("Apellido", "900123456", "correo.example"):
        assert (secret in kept) == holds


def test_the_figures_list_ages_and_leave_out_what_is_not_under_warranty() -> None:
    figures = computed("masked")
    assert figures.value("tickets.support.open") == 1
    assert figures.value("tickets.support.age/1") == 4
    assert figures.value("tickets.support.days_not_exported") == 34
    assert figures.value("tickets.warranty.total") == 1
    assert figures.warranty.left_out == ("3",)
    [window] = [verdict for verdict in coverage(figures) if verdict.check == "coverage.warranty_window"]
    assert (window.passed, window.detail) == (False, "Registradas fuera de la garantía, no se relacionan: 3")


def earlier(number: int, on: date, seen_at: datetime | None = None) -> EarlierTicket:
    """A request that waits since a day."""
    return EarlierTicket(
        **{**ticket(number, "Activo", on=on).model_dump(), "summary": WRITTEN, "last_seen_at": seen_at}
    )


def test_what_was_left_open_before_the_period_has_its_age_at_the_cut_off_oldest_first() -> None:
    report = CONTRACT.report("2026-02")
    waiting = (earlier(8, date(2026, 2, 20)), earlier(7, date(2026, 1, 28)))
    figures = compute_figures(CONTRACT, report, 1, None, PeriodRows(earlier_tickets=waiting, read_at=HOURS_READ))
    assert figures.earlier is not None
    assert [each.ticket_id for each in figures.earlier.tickets] == ["7", "8"]
    assert figures.value("tickets.earlier.open") == 2
    assert figures.value("tickets.earlier.age/7") == (report.period_to - date(2026, 1, 28)).days
    assert "Apellido" not in figures.model_dump_json()


def test_the_first_report_of_a_contract_says_nothing_of_earlier_requests() -> None:
    figures = computed("masked")
    assert figures.earlier is None
    assert not list(figures.matching("tickets.earlier"))
