"""What a report costs in a lot: one that is closed, against its steps one by one, and one that lacks its data."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.supervisor import Sandbox
from tests.integration.closing import CONTRACT, REPORT, SCENARIO, Closing

CLOSES, LACKING = 3, 20


def bench_lots() -> None:
    """By the processor, in processes that have everything loaded; what is drawn was drawn before."""
    with TemporaryDirectory() as folder, Sandbox(SCENARIO, Path(folder) / "sandbox") as sandbox:
        closing = Closing(sandbox, Path(folder) / "closing")
        try:
            one_by_one = _least(closing, {})
            alone = _least(closing, _lot())
            lacking = _least(closing, _lot(*(f"sin-datos-{number}" for number in range(LACKING)))) - alone
        finally:
            closing.stop()
    _row("A report closed in a lot", alone, one_by_one, "goal: 1.00 x its steps one by one")
    _row("A report of a lot that lacks its data", lacking / LACKING, one_by_one, "goal: 0.05 x a close")


def _lot(*neighbours: str) -> dict[str, Any]:
    lot = {**{name: {} for name in neighbours}, CONTRACT: {}}
    return {"review": "close_lot", "given": {"contract": CONTRACT, "report": REPORT, "lot": lot}}


def _least(closing: Closing, options: dict[str, Any]) -> float:
    """Seconds of the processor of the closing process, the least of some."""

    def once() -> float:
        closing.restart()
        before = closing.driver.cpu_seconds
        closing.succeed(closing.new_run("close"), **options)
        return closing.driver.cpu_seconds - before

    return min(once() for _ in range(CLOSES))


def _row(name: str, seconds: float, reference: float, goal: str) -> None:
    print(f"{name:<44} {seconds:6.2f} s  {seconds / reference:6.2f} x {'a close step by step':<32} {goal}", flush=True)


if __name__ == "__main__":
    bench_lots()
