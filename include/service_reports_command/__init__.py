"""The command ``service-reports``: the product without Airflow, for the terminal.

One module a command. Its parser needs nothing but the standard library, so that the help comes at once; what the
command does is imported when it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution

from service_reports_command import contract, figures, reference, register, render, trace, verify
from service_reports_command.terminal import UNTOLD, AddParser

DISTRIBUTION = "aire-service-reports"
EDGE_COMMANDS = "service_reports.commands"
"""Group of the distribution's entry points whose commands stand at another edge, and need what these do without."""
ENDINGS = """\
Ends with 0: it holds, or it is done; 1: what was asked for is not as it must be; 2: it could not be told, or not be
done. Every command says more after --help.
"""


def parser() -> argparse.ArgumentParser:
    """The command line, with all its commands."""
    top = argparse.ArgumentParser(
        prog="service-reports",
        description="Monthly service reports: contracts, pages and the register, without Airflow.",
        epilog=ENDINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(metavar="command", required=True)
    for command in (contract, render, figures, trace, verify, register, reference):
        command.add_to(commands.add_parser)
    for add_to in _of_other_edges():
        add_to(commands.add_parser)
    return top


def _of_other_edges() -> Iterator[Callable[[AddParser], None]]:
    """What adds the commands that the installed distribution declares beside these."""
    try:
        declared = distribution(DISTRIBUTION).entry_points
    except PackageNotFoundError:  # run from the tree
        return
    for entry in declared.select(group=EDGE_COMMANDS):
        yield entry.load()


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line and run the command; the status to end with."""
    arguments = parser().parse_args(words)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNTOLD
    return status
