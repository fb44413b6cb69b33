"""What came to the warehouse since some moment: rows that a figure which changed since can be traced to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime

from service_reports.records import Record


class Arrival(Record):
    """One loaded answer of a source, or what it brought to one product on one day.

    ``source`` is the ledger's name of the source, ``name`` that of the object or of what was
    asked. ``first`` and ``last`` are the days it tells of (UTC for OCI, Bogotá's for the help
    desk); ``None``: it tells of no days. A line of a cost report has its product; a correction
    has its quantity and the references of the line itself and of the one it amends as well.
    """

    source: str
    name: str
    loaded_at: AwareDatetime
    first: date | None = None
    last: date | None = None
    service_code: str | None = None
    product_description: str | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    reference: str | None = None
    back_reference: str | None = None
    replaces: bool = False
    """Whether an earlier object of the same name was loaded before that moment: its lines are gone."""
