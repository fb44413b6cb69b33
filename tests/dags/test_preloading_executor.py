"""The executor of one server: what tasks work with is loaded by the scheduler, once, when it begins and not before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from service_reports_airflow.preloading_executor import PreloadingExecutor
heavy = {"great_expectations", "pyhanko.sign.timestamps", "service_reports_airflow.steps.rendering"}
print(sorted(heavy & set(sys.modules)))
executor = PreloadingExecutor(parallelism=1)
executor.start()
print(sorted(heavy - set(sys.modules)))
executor.end()
"""


def test_what_tasks_work_with_is_loaded_when_the_executor_begins() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert [line for line in ended.stdout.splitlines() if line.startswith("[")] == ["[]", "[]"]
