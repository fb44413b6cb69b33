"""Writers of the same rows come one after the other.

A writer that replaces rows deletes and inserts in one transaction. Two of them at once would not see each
other's rows: both delete nothing, and the second trips over what the first inserted, or doubles it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from service_reports.warehouse.statements import statement


@contextmanager
def in_turn(connection: psycopg.Connection[Any], *about: str) -> Iterator[None]:
    """A transaction that waits for any other about the same thing, and sees what that one wrote.

    It may lie in another transaction, which then keeps the turn to its own end. Who needs several turns
    takes them in this order, so that no two wait for each other: ``load`` or ``review``,
    ``reconciliation``, ``verdicts``, ``observations``.
    """
    with connection.transaction():
        connection.execute(statement("turns/take"), {"turn": "/".join(about)})
        yield
