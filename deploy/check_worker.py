"""Whether a Celery worker answers, asked through Redis: check_worker.py [HOST], this container's when none is named.

Ends with 1 where it does not, or where the scheduler gives workers nothing to do.
"""

from __future__ import annotations

import os
import socket
import sys

from celery import Celery

ANSWER_SECONDS = 10
EXECUTOR = "CeleryExecutor"


def main() -> int:
    """Ask."""
    if os.environ.get("AIRFLOW__CORE__EXECUTOR", EXECUTOR) != EXECUTOR:
        print(f"AIRFLOW_EXECUTOR is not {EXECUTOR}: no task comes to a worker")
        return 1
    name = f"celery@{sys.argv[1] if len(sys.argv) > 1 else socket.gethostname()}"
    broker = os.environ["AIRFLOW__CELERY__BROKER_URL"]
    with Celery(broker=broker, broker_connection_timeout=ANSWER_SECONDS) as asking:
        answers = asking.control.ping([name], timeout=ANSWER_SECONDS, limit=1)
    print(answers or f"{name} does not answer")
    return 0 if answers else 1


if __name__ == "__main__":
    sys.exit(main())
