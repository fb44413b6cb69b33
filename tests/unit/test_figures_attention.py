"""How long a request waited: across nights, weekends and holidays, on Bogotá's clock, and only where it is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.audit.recomputing.attention import Hours, Waiting
from service_reports.audit.rows import Rows, instant
from service_reports.canonical_json import canonical
from service_reports.contracts import BOGOTA, ServiceHours
from service_reports.contracts.model.commitments import Weekday
from service_reports.documents.evidence.rows import table
from service_reports.figures.attention import Milestone, Outcome, attended, holidays, outcome, waited
from service_reports.figures.chapters.tickets import ticket_figures, timed
from service_reports.records import FINISHED, Ticket

OFFICE = ServiceHours(
    days=("monday", "tuesday", "wednesday", "thursday", "friday"), opens=time(8), closes=time(17), holidays=False
)
ALL_DAY = ServiceHours(days=get_args(Weekday), opens=time(), closes=time(), holidays=True)
ELSEWHERE = timezone(timedelta(hours=9))


def at(text: str) -> datetime:
    """A moment on Bogotá's clock: ``20/01 09:30`` of 2026."""
    return datetime.strptime(f"2026/{text}", "%Y/%d/%m %H:%M").replace(tzinfo=BOGOTA)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("20/01 09:00", "20/01 11:30", "2.5"),
        ("20/01 16:00", "21/01 09:00", "2"),
        ("20/01 18:00", "21/01 07:00", "0"),
        ("23/01 16:30", "26/01 08:30", "1"),
        ("24/01 10:00", "25/01 20:00", "0"),
        ("09/01 16:00", "13/01 09:00", "2"),
        ("01/04 16:00", "06/04 10:00", "3"),
        ("20/01 07:00", "20/01 23:00", "9"),
    ],
    ids=[
        "within a day",
        "over a night",
        "in a night",
        "over a weekend",
        "in a weekend",
        "over a Monday that is a holiday",
        "over Maundy Thursday and Good Friday",
        "a whole day",
    ],
)
def test_only_hours_of_service_count(start: str, end: str, hours: str) -> None:
    assert waited(at(start), at(end), OFFICE) == timedelta(hours=float(hours))


EASTER = {
    2020: date(2020, 4, 12),
    2021: date(2021, 4, 4),
    2022: date(2022, 4, 17),
    2023: date(2023, 4, 9),
    2024: date(2024, 3, 31),
    2025: date(2025, 4, 20),
}


def by_the_law(year: int) -> set[date]:
    """The holidays of ley 51 de 1983: some on their day, some on the Monday from then on, some counted from Easter."""

    def monday(day: date) -> date:
        return day + timedelta(days=-day.weekday() % 7)

    on_their_day = ((1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25))
    moved = ((1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11))
    return {
        *(date(year, *each) for each in on_their_day),
        *(monday(date(year, *each)) for each in moved),
        *(EASTER[year] + timedelta(days=each) for each in (-3, -2, 43, 64, 71)),
    }


@pytest.mark.parametrize("year", EASTER)
def test_the_holidays_are_those_of_the_law(year: int) -> None:
    assert holidays(year) == by_the_law(year)


moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 5, 31), timezones=st.just(UTC))  # noqa: DTZ001 (the zone follows)
clocks = st.times(time(0), time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0))


@st.composite
def service_hours(draw: Any) -> ServiceHours:
    opens, closes = sorted(draw(st.lists(clocks, min_size=2, max_size=2, unique=True)))
    days = draw(st.lists(st.sampled_from(get_args(Weekday)), min_size=1, unique=True))
    return ServiceHours(days=tuple(days), opens=opens, closes=closes, holidays=draw(st.booleans()))


@given(moments, moments, moments, service_hours())
def test_what_two_stretches_last_they_last_together(one: datetime, two: datetime, three: datetime, hours: Any) -> None:
    start, middle, end = sorted((one, two, three))
    assert waited(start, middle, hours) + waited(middle, end, hours) == waited(start, end, hours)


@given(moments, moments, service_hours())
def test_no_zone_changes_how_long_it_lasts_and_service_is_a_part_of_the_clock(
    one: datetime, two: datetime, hours: Any
) -> None:
    start, end = sorted((one, two))
    lasted = waited(start, end, hours)
    assert timedelta() <= lasted <= waited(start, end, None) == end - start
    assert waited(start.astimezone(ELSEWHERE), end.astimezone(BOGOTA), hours) == lasted
    assert waited(start, end, ALL_DAY) == end - start


@given(moments, moments, service_hours())
def test_an_auditor_counts_hours_of_service_alike(one: datetime, two: datetime, hours: ServiceHours) -> None:
    start, end = sorted((one, two))
    closed = [] if hours.holidays else [day for year in (2025, 2026) for day in holidays(year)]
    told = {
        "days": list(hours.days),
        "opens": f"{hours.opens:%H:%M:%S}",
        "closes": f"{hours.closes:%H:%M:%S}",
        "closed": closed,
    }
    waiting = auditing({"service_hours": told})
    assert isinstance(waiting.hours, Hours)
    lasted = waited(start, end, hours) // timedelta(microseconds=1)
    assert waiting.length(start, end, served=True) == lasted


def auditing(period: dict[str, Any], *tickets: Ticket) -> Waiting:
    """What an auditor knows of requests, from the files of a report."""
    names = "ticket priority registered_at first_answered_at solved_at told"
    cells = [
        (each.ticket_id, each.priority, each.registered_at, each.first_answered_at, each.solved_at, " ".join(each.told))
        for each in tickets
    ]
    about = canonical({"cut_off": UNTIL, "read_at": {}, **period}).encode()
    return Waiting(
        Rows({"period.json": about, "ticket_times.csv": table("ticket_times.csv", names, cells, ()).content})
    )


CAME, UNTIL = at("20/01 09:00"), at("20/01 15:00")


def request(**told: Any) -> Ticket:
    """A request of the twentieth, at nine."""
    fields = {
        **dict.fromkeys(("product", "module", "process", "subprocess"), ""),
        "ticket_id": "1",
        "service": "support",
        "registered_on": date(2026, 1, 20),
        "status": "Activo",
        "registered_at": CAME,
        **told,
    }
    return Ticket.model_validate({name: value for name, value in fields.items() if value is not ...})


STANDING: list[tuple[str, dict[str, Any], Milestone, int, Outcome]] = [
    ("answered in time", {"first_answered_at": at("20/01 11:00")}, "first_answer", 2, "in_time"),
    ("answered a minute late", {"first_answered_at": at("20/01 11:01")}, "first_answer", 2, "late"),
    ("waits within its time", {"first_answered_at": None}, "first_answer", 6, "waiting"),
    ("waits beyond its time", {"first_answered_at": None}, "first_answer", 5, "late"),
    ("answered after the cut-off", {"first_answered_at": at("20/01 15:01")}, "first_answer", 6, "waiting"),
    ("a help desk that tells no answers", {}, "first_answer", 1, "unknown"),
    ("finished without an answer", {"first_answered_at": None, "status": FINISHED}, "first_answer", 1, "unknown"),
    (
        "solved without an answer",
        {"first_answered_at": None, "solved_at": at("20/01 10:00")},
        "first_answer",
        1,
        "unknown",
    ),
    ("answered before it came", {"first_answered_at": at("20/01 08:59")}, "first_answer", 1, "unknown"),
    (
        "answered after it was solved",
        {"first_answered_at": at("20/01 11:00"), "solved_at": at("20/01 10:00")},
        "first_answer",
        9,
        "unknown",
    ),
    (
        "solved, whenever it was answered",
        {"first_answered_at": at("20/01 11:00"), "solved_at": at("20/01 10:00")},
        "solution",
        1,
        "in_time",
    ),
    ("came nobody knows when", {"registered_at": None, "first_answered_at": CAME}, "first_answer", 9, "unknown"),
    (
        "came at an hour of another day",
        {"registered_at": at("19/01 23:59"), "first_answered_at": CAME},
        "first_answer",
        99,
        "unknown",
    ),
    ("solved late", {"solved_at": at("20/01 14:00")}, "solution", 4, "late"),
    ("finished without a solution", {"solved_at": None, "status": FINISHED}, "solution", 1, "unknown"),
    ("not solved beyond its time", {"solved_at": None}, "solution", 5, "late"),
]


@pytest.mark.parametrize(
    ("told", "milestone", "hours", "stands"), [case[1:] for case in STANDING], ids=[case[0] for case in STANDING]
)
def test_a_request_is_in_time_late_waiting_or_nobody_knows(
    told: dict[str, Any], milestone: Milestone, hours: int, stands: Outcome
) -> None:
    ticket, limit = request(**told), timedelta(hours=hours)
    assert outcome(ticket, milestone, limit, None, UNTIL) == stands
    row = {"ticket": "1", "registered_on": "2026-01-20", "status": ticket.status}
    assert auditing({}, ticket).outcome(row, milestone, hours * 3_600_000_000, served=False) == stands


def test_what_was_read_before_the_cut_off_tells_nothing_of_the_hours_after() -> None:
    waiting = auditing({"read_at": {"tickets": "2026-01-20T17:00:00Z"}})
    assert waiting.until == instant("2026-01-20T12:00:00-05:00")


def test_the_middle_of_a_priority_is_of_those_that_are_known() -> None:
    answers = (at("20/01 10:00"), at("20/01 12:00"), None)
    tickets = [
        request(ticket_id=str(number), priority="Alta", first_answered_at=answer)
        for number, answer in enumerate(answers)
    ]
    tickets.append(request(ticket_id="9", priority=None, first_answered_at=at("20/01 08:00")))
    figures = timed(ticket_figures(tickets), (), date(2026, 1, 20))
    urgent, none = attended(figures, UNTIL).priorities
    assert (urgent.priority, urgent.count, urgent.answered) == ("Alta", 3, 2)
    assert (urgent.median_first_answer, urgent.median_solution) == (Decimal(2), None)
    assert (none.priority, none.count, none.answered, none.median_first_answer) == ("", 1, 0, None)


def test_a_help_desk_without_these_columns_has_no_times() -> None:
    figures = timed(ticket_figures([request(registered_at=...)]), (), date(2026, 1, 20))
    assert attended(figures, UNTIL) == figures
