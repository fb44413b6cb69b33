"""A year of an installation in an hour: ``make simulate``.

Many contracts owe a report each month. A few are collected, closed, signed and mailed in full; the others are
neighbours, whose rows are made in the warehouse and whose reports pass the calendar, the gate and the register. All of
it runs through the steps of the DAGs, with a real PostgreSQL, object storage and mail server, under a clock of its own.

What it prints: what each step costs a contract, month by month, as a ratio to its first month; the statements that grew
or that took longest; the tables; and seconds per contract against the number of contracts, one year for each number.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.costs import MEASURES, Cost
from tests.simulation.customers import Month, months, write_scenario

QUIET = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
GROWS = 1.2
"""A statement is told that is asked so many times as often, or takes so many times as long, as in the first month."""
NOTICED_MS = 2
LISTED = 15
MEGABYTE = 2**20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="make simulate CONTRACTS=10,100,300 MONTHS=12 FULL=3 ends within an hour of two cores.",
    )
    parser.add_argument(
        "--contracts",
        type=lambda text: tuple(int(each) for each in text.split(",")),
        default=(10, 100, 300),
        help="how many there are; several numbers, one year each (default: 10,100,300)",
    )
    parser.add_argument("--months", type=int, default=12, help="how many months, up to a December (default: 12)")
    parser.add_argument("--full", type=int, default=3, help="how many are closed in full (default: 3)")
    return parser.parse_args()


def simulate(contracts: int, count: int, full: int, say: Callable[[str], None]) -> Mapping[str, Mapping[Month, Cost]]:
    """Simulate and print one year; what each step cost."""
    from sandbox.supervisor import Sandbox
    from tests.integration.databases import quick_folder

    with TemporaryDirectory() as scenario, quick_folder() as state:
        held = months(count)
        write_scenario(Path(scenario), full, held)
        with Sandbox(Path(scenario), state) as sandbox:
            os.environ.update({**sandbox.environment, **QUIET, "AIRFLOW_HOME": str(state / "airflow")})
            from tests.simulation.year import Year  # Airflow reads the environment when it is loaded

            year = Year(sandbox, contracts, full, held, say)
            for month in year.months:
                year.pass_month(month)
            print_costs(f"{contracts} contracts, {full} of them closed in full", year.costs)
            print_statements(year.costs)
            print_tables(year.sizes())
            verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(year.verdicts().items()))
            print(f"\nReports that were due: {verdicts}")
            print(f"Told to somebody: {len(year.told)}")
            for told in year.told[:LISTED]:
                print(f"  {told}")
            return year.costs


def print_costs(title: str, costs: Mapping[str, Mapping[Month, Cost]]) -> None:
    """A table for each measure: a contract's in the first month, and the others as ratios to it."""
    for measure, of in MEASURES.items():
        held = list(next(iter(costs.values())))
        print(f"\n{measure} of a contract, {title}")
        print(f"  {'':<18} {held[0].number:>9} {' '.join(f'{month.number:>7}' for month in held[1:])}")
        for step, by_month in costs.items():
            first, *others = (by_month[month].each(of) for month in held)
            ratios = " ".join(f"{each / first:6.2f}x" if first else f"{each:7.3f}" for each in others)
            print(f"  {step:<18} {first:9.3f} {ratios}")


def print_statements(costs: Mapping[str, Mapping[Month, Cost]]) -> None:
    """The statements that are asked more often or take longer than in the first month, and those that took longest."""
    grown, asked, total = [], Counter[str](), defaultdict[str, float](float)
    for step, by_month in costs.items():
        first, last = next(iter(by_month.values())), list(by_month.values())[-1]
        for each in by_month.values():
            asked.update(each.statements)
            for name, seconds in each.seconds.items():
                total[name] += seconds
        for name, count in last.statements.items():
            often, before = count / max(last.contracts, 1), first.statements[name] / max(first.contracts, 1)
            took = last.seconds[name] / count * 1000
            took_before = first.seconds[name] / first.statements[name] * 1000 if first.statements[name] else 0.0
            if often > before * GROWS or (took > took_before * GROWS and took > NOTICED_MS):
                grown.append((took, step, name, before, often, took_before))
    print("\nStatements of the last month that are asked more often, or take longer, than in the first")
    for took, step, name, before, often, took_before in sorted(grown, reverse=True)[:LISTED]:
        print(f"  {step:<18} {name:<50} {before:8.2f} -> {often:8.2f} a contract  {took_before:8.2f} -> {took:8.2f} ms")
    print("\nStatements that took most of PostgreSQL's processor")
    for name, seconds in sorted(total.items(), key=lambda each: -each[1])[:LISTED]:
        print(f"  {name:<50} {seconds:8.1f} s  {asked[name]:9} times  {seconds / max(asked[name], 1) * 1000:8.2f} ms")


def print_tables(sizes: Sequence[tuple[str, int, int]]) -> None:
    """The largest tables, with their indexes."""
    print(f"\n{'Tables, with their indexes':<42} {'rows':>12} {'MB':>9} {'bytes a row':>12}")
    for name, rows, size in sizes[:LISTED]:
        print(f"  {name:<40} {rows:12,} {size / MEGABYTE:9.1f} {size / rows if rows else 0:12.0f}")


def print_line(years: Mapping[int, Mapping[str, Mapping[Month, Cost]]]) -> None:
    """Seconds per contract against the number of contracts: all that is done about one in a year."""
    of = MEASURES["CPU s"]
    spent = {
        number: {step: sum(cost.each(of) for cost in by_month.values()) for step, by_month in costs.items()}
        for number, costs in years.items()
    }
    most = max(sum(steps.values()) for steps in spent.values())
    print("\nCPU seconds of a contract in all its months, against the number of contracts")
    for number, steps in spent.items():
        total = sum(steps.values())
        print(f"  {number:7,} {total:8.2f} s  {'#' * round(40 * total / most)}")
    print(f"  {'':7} {' '.join(f'{number:>9,}' for number in spent)}")
    for step in next(iter(spent.values())):
        print(f"  {step:<18} {' '.join(f'{steps.get(step, 0):8.3f}s' for steps in spent.values())}")


def main() -> None:
    given = arguments()
    logging.disable(logging.WARNING)  # what operators read of each step
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:5.0f} s] {text}", file=sys.stderr, flush=True)

    years = {}
    for contracts in given.contracts:
        full = min(given.full, contracts)
        say(f"{contracts} contracts, {full} in full, {given.months} months")
        years[contracts] = simulate(contracts, given.months, full, say)
    print_line(years)


if __name__ == "__main__":
    main()
