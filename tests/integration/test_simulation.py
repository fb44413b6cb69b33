"""A year in an hour, as two months of a few contracts: what is owed is issued, and neighbours cost nobody anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest

from sandbox.supervisor import Sandbox
from tests.integration.databases import quick_folder
from tests.simulation.customers import Month, customer_id, write_scenario
from tests.simulation.year import Year

pytestmark = pytest.mark.integration
MONTHS = (
    Month(date(2025, 11, 28), date(2025, 11, 30), date(2025, 12, 2)),
    Month(date(2025, 12, 28), date(2025, 12, 31), date(2026, 1, 2)),
)
FEW, MANY = 2, 6
OF_ITS_OWN_PAST = {"figures/usage_days", "figures/earlier_tickets", "figures/ticket_days_exported"}
"""What the second report of a contract asks of the one before it."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Two months, the second with three times as many contracts, of which one is closed in full."""
    scenario = tmp_path_factory.mktemp("simulated") / "scenario"
    write_scenario(scenario, 1, MONTHS)
    with quick_folder() as state, Sandbox(scenario, state) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        simulated = Year(sandbox, FEW, 1, MONTHS, partial(print, flush=True))
        simulated.pass_month(MONTHS[0])
        simulated.grow(MANY)
        simulated.pass_month(MONTHS[1])
        yield simulated


def test_every_report_that_was_due_is_issued_or_somebody_is_told(year: Year) -> None:
    # Who came later owes the first report too, which the look at the calendars finds.
    assert year.verdicts() == {"issued": FEW + MANY, "late": MANY - FEW}
    told = [each for each in year.told if f"{MONTHS[0].number}: debía emitirse" in each]
    assert [each.split()[0] for each in told] == [customer_id(number) for number in range(FEW + 1, MANY + 1)]


def test_the_register_of_a_simulated_year_holds(year: Year) -> None:
    assert not [told for told in year.told if "hallazgo" in told]


def test_a_message_is_sent_for_each_report_that_is_closed_in_full(year: Year) -> None:
    assert len(list(year.sandbox.mail_folder.glob("*.eml"))) == len(MONTHS)


@pytest.mark.parametrize("step", ["collect", "close in full"])
def test_no_statement_and_no_request_is_made_more_often_with_more_neighbours(year: Year, step: str) -> None:
    few, many = (year.costs[step][month] for month in MONTHS)
    days = len(MONTHS[1].days) / len(MONTHS[0].days)
    grown = {
        name: (few.statements[name], count)
        for name, count in many.statements.items()
        if count > few.statements[name] * (days if step == "collect" else 1) and name not in OF_ITS_OWN_PAST
    }
    assert grown == {}


@pytest.mark.parametrize("step", ["review costs", "observe", "calendar's run", "gate and register"])
def test_what_is_done_for_all_asks_of_each_as_much_as_of_any(year: Year, step: str) -> None:
    few, many = (year.costs[step][month] for month in MONTHS)
    for name, count in many.statements.items():
        assert count / many.contracts <= few.statements[name] / few.contracts, name
    assert many.requests.total() / many.contracts <= few.requests.total() / few.contracts
