"""Fields that every part of a contract is made of: texts, names, days, hours and how they are checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from service_reports.foreign_text import normalised

BOGOTA = ZoneInfo("America/Bogota")


def _passed_the_gate(value: object) -> object:
    return normalised(value) if isinstance(value, str) else value


Text = Annotated[
    str, BeforeValidator(_passed_the_gate), StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
]


def _without_final_stop(title: str) -> str:
    if title.endswith(".") and not re.search(r"\b\w\.\w\.$", title[-5:]):  # S.A.S. keeps its stop
        raise ValueError("es un título: escríbalo sin punto final")
    return title


Title = Annotated[Text, AfterValidator(_without_final_stop)]
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=100)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A date that a contract may name: beyond the calendar's own ends moments in other zones do not exist."""
Hours = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)]
ConnectionId = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]+$", max_length=200)]
Ocid = Annotated[str, StringConstraints(pattern=r"^ocid1\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9-]*\.[a-zA-Z0-9._-]+$")]


def _written_as_text(value: object) -> object:
    if not isinstance(value, str | time):  # YAML reads 16:30 without quotes as the number 990
        raise ValueError('escriba la hora de Bogotá entre comillas, así: "06:00"')
    return value


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("es la hora de Bogotá: escríbala sin zona")
    return value


BogotaTime = Annotated[time, BeforeValidator(_written_as_text), AfterValidator(_without_zone)]


SECTION_KINDS = frozenset({"s3", "ssh", "sql", "export"})
"""Kinds of sections with several forms; pydantic puts them into the place of an error, where no field is."""


def _repeated(names: Iterable[str]) -> str | None:
    """The first name that comes a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


class Frozen(BaseModel):
    """Base of every contract model: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
