"""One figure, and how the figures of a period are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from service_reports.figures import catalogue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Figure(BaseModel):
    """One number that a report prints.

    ``id`` is of a family of the catalogue; ``source`` names the table and the selection it was computed from. An
    instant is a figure too: of unit ``instant``, its value the seconds since 1970 began in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str
    value: Decimal
    unit: str
    source: str


def instant_of(value: Decimal) -> datetime:
    """The instant, aware and UTC, of a value of unit ``instant``."""
    return EPOCH + timedelta(microseconds=int(value * 1_000_000))


class Maker:
    """Makes figures of one period; ``scope`` is what the catalogue's ``rows`` name: the period's days and the like."""

    def __init__(self, **scope: object) -> None:
        self._scope = scope

    def within(self, **scope: object) -> Maker:
        """The same with more that is known of the rows."""
        return Maker(**{**self._scope, **scope})

    def __call__(
        self, family: str, value: Decimal | int | datetime, unit: str | None = None, **parameters: object
    ) -> Figure:
        """A figure of a family. ``unit`` is given where the family has none of its own.

        Raises:
            UnknownFigure: the catalogue has no such family.
        """
        of = catalogue.family(family)
        number = (
            Decimal((value - EPOCH) // timedelta(microseconds=1)) / 1_000_000
            if isinstance(value, datetime)
            else Decimal(value)
        )
        return Figure(
            id=of.figure_id(**parameters),
            value=number,
            unit=of.unit or unit or "",
            source=of.rows.format_map({**self._scope, **parameters}),
        )

    def some(
        self, family: str, value: Decimal | int | datetime | None, unit: str | None = None, **parameters: object
    ) -> Iterator[Figure]:
        """The same, or nothing where there is no value."""
        if value is not None:
            yield self(family, value, unit, **parameters)
