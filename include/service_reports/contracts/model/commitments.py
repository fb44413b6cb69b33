"""What the contractor owes, by what it is shown, and what it recommends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator, model_validator

from service_reports.contracts.model.fields import BogotaTime, Day, Frozen, Hours, Slug, Text, Title, _repeated

FactKind = Literal[
    "tickets",
    "hour_bank",
    "availability",
    "backups",
    "usage",
    "reports",
    "deliverables",
    "consultations",
    "force_majeure",
    "social_security",
    "security_incidents",
    "claims",
    "attestation",
]
"""What an obligation can rest on: what sources measured, what registers hold, or a role's attestation."""

SECTIONS_OF_FACTS: Mapping[FactKind, tuple[str, ...]] = {
    "tickets": ("help_desk",),
    "hour_bank": ("help_desk",),
    "availability": ("resources",),
    "backups": ("database", "dumps"),
}
"""Of which sections of a contract one must be there for a fact to be shown some day."""

UNPROVEN = re.compile(r"oportun|puntual|a tiempo|diligen|eficien|sin ca[íi]das|\d|%", re.IGNORECASE)
"""Judgements and numbers that an attested sentence may not hold: only figures and dates may say such things."""


class Obligation(Frozen):
    """A clause of the contract and what shows it.

    What is printed of it is computed from the facts in ``depends_on``, in that order. Where one of
    them is ``attestation``, ``statement`` says what a role attests each period: it is printed only
    with that attestation, and otherwise the obligation is pending.
    """

    number: int = Field(title="Número", ge=1)
    text: Text = Field(title="Obligación contractual")
    depends_on: tuple[FactKind, ...] = Field(
        title="De qué depende",
        description="Facts that show the obligation, in printed order: measured, recorded or attested.",
        min_length=1,
    )
    statement: Text | None = Field(
        default=None,
        title="Lo que certifica el responsable",
        description="Goes on after the contractor's name, as «trató los datos…»; required with attestation only.",
    )

    @model_validator(mode="after")
    def _says_what_is_attested(self) -> Obligation:
        if len(set(self.depends_on)) != len(self.depends_on):
            raise ValueError("depends_on nombra dos veces un hecho: quite uno")
        if ("attestation" in self.depends_on) != (self.statement is not None):
            raise ValueError("`statement` va con `attestation` en depends_on: escriba los dos, o ninguno")
        if self.statement is not None and (found := UNPROVEN.search(self.statement)):
            raise ValueError(
                f"`statement` dice {found[0]!r}: los números y los juicios solo salen de cifras y fechas; quítelo"
            )
        return self


LevelKind = Literal[
    "node_availability",
    "published_availability",
    "backups",
    "dumps",
    "closed_within",
    "first_answer",
    "solution",
    "unmeasured",
]
"""What a service level measures; of ``unmeasured`` no source brings it yet."""

TIMED: frozenset[LevelKind] = frozenset({"first_answer", "solution"})
"""Of these the hours from a request's registration are counted."""

SECTIONS_OF_LEVELS: Mapping[LevelKind, str] = {
    "node_availability": "resources",
    "published_availability": "http",
    "backups": "database",
    "dumps": "dumps",
    "closed_within": "help_desk",
    "first_answer": "help_desk",
    "solution": "help_desk",
}
"""Of which section of a contract the readings of a service level come."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ServiceHours(Frozen):
    """The hours in which the contractor attends requests, on the clock of Bogotá: the same on each of its days."""

    days: tuple[Weekday, ...] = Field(title="Días de atención", min_length=1, max_length=7)
    opens: BogotaTime = Field(title="Hora en que empieza la atención")
    closes: BogotaTime = Field(title="Hora en que termina la atención", description='"00:00" is the end of the day.')
    holidays: bool = Field(default=False, title="También se atiende en los festivos de Colombia")

    @model_validator(mode="after")
    def _in_order(self) -> ServiceHours:
        if self.closes != time() and self.closes <= self.opens:
            raise ValueError(
                f"`closes` {self.closes:%H:%M} no es posterior a `opens` {self.opens:%H:%M}: corrija las horas; "
                'el final del día se escribe "00:00"'
            )
        if repeated := _repeated(self.days):
            raise ValueError(f"`days` nombra dos veces «{repeated}»: quite uno")
        return self


class ServiceLevel(Frozen):
    """A service level that the contract agrees: what is measured, its target, and what follows where it is missed.

    The target of ``node_availability``, ``published_availability`` (per cent of the period), ``closed_within`` (per
    cent of the requests that were closed within ``days``), ``first_answer`` and ``solution`` (per cent of those that
    were answered or solved within ``hours``) is the least, that of ``backups`` and ``dumps`` the most days without a
    good copy.
    """

    id: Slug = Field(title="Identificador")
    name: Title = Field(title="Indicador")
    kind: LevelKind = Field(title="Qué se mide")
    target: Decimal | None = Field(
        default=None,
        title="Meta",
        description="Per cent, or days of the period without a copy; none with `unmeasured`.",
        ge=0,
        le=100,
    )
    subject: Text | None = Field(
        default=None,
        title="Recurso o dirección que se mide",
        description="The name of one of `resources` or of `http.addresses`; of these two kinds only.",
    )
    days: int | None = Field(
        default=None,
        title="Días calendario para cerrar una solicitud",
        description="Of `closed_within` only.",
        ge=0,
        le=366,
    )
    hours: Hours | None = Field(
        default=None,
        title="Horas para la primera respuesta o la solución",
        description="Of `first_answer` and `solution` only, counted from the registration.",
        le=8_784,
    )
    in_service_hours: bool = Field(
        default=False,
        title="Cuentan solo las horas del horario de atención",
        description="Of `first_answer` and `solution` only; without it every hour counts.",
    )
    priorities: tuple[Text, ...] = Field(
        default=(),
        title="Prioridades a las que aplica",
        description="As the help desk writes them; of `first_answer` and `solution` only. None: requests of any.",
    )
    obligation: int | None = Field(default=None, title="Obligación de la que es la meta")
    exclusions: Text | None = Field(default=None, title="Lo que no cuenta")
    consequence: Text | None = Field(default=None, title="Lo que se sigue de no alcanzarla")
    needed: Text | None = Field(
        default=None, title="Lo que haría falta para medirlo", description="Required of `unmeasured`, and of it only."
    )

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> ServiceLevel:
        wanted = {
            "target": self.kind != "unmeasured",
            "needed": self.kind == "unmeasured",
            "subject": self.kind in ("node_availability", "published_availability"),
            "days": self.kind == "closed_within",
            "hours": self.kind in TIMED,
        }
        for name, due in wanted.items():
            if (getattr(self, name) is not None) != due:
                remedy = "escríbalo" if due else "quítelo"
                raise ValueError(f"`{name}` {'falta' if due else 'sobra'} con `kind: {self.kind}`: {remedy}")
        for name in ("in_service_hours", "priorities"):
            if getattr(self, name) and self.kind not in TIMED:
                raise ValueError(f"`{name}` sobra con `kind: {self.kind}`: quítelo")
        if repeated := _repeated(map(str.casefold, self.priorities)):
            raise ValueError(f"`priorities` nombra dos veces «{repeated}»: quite una")
        return self


LIABILITY = re.compile(r"\bno (?:responde|se hace responsable|asume)\b|\bse exime\b", re.IGNORECASE)


class Recommendation(Frozen):
    """An advice: what, to whom, and the difficulty it answers. A plain text is an advice without the rest."""

    text: Text = Field(title="Recomendación")
    owner: Text | None = Field(default=None, title="Responsable de acogerla")
    scope: Literal["service", "entity_infrastructure"] = Field(
        default="service",
        title="Ámbito: el servicio o la infraestructura de la Entidad",
    )
    limitation: Text | None = Field(default=None, title="Limitación o inconveniente que la motiva")
    due: Day | None = Field(default=None, title="Plazo")
    valid_until: Day | None = Field(default=None, title="Último día en que se imprime")

    @model_validator(mode="before")
    @classmethod
    def _is_a_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _advises(cls, text: str) -> str:
        if LIABILITY.search(text):
            raise ValueError("limita la responsabilidad del contratista: escríbalo en `recommendations.conditions`")
        return text


class Recommendations(Frozen):
    """Recommendations of each report, in printed order, and what the contractor declares about its liability."""

    management: tuple[Recommendation, ...] = Field(default=(), title="Informe de gestión")
    technical: tuple[Recommendation, ...] = Field(default=(), title="Informe técnico")
    conditions: tuple[Text, ...] = Field(default=(), title="Condiciones que declara el contratista")


class GlossaryTerm(Frozen):
    """A term of the glossary, printed in each report that uses it."""

    term: Text = Field(title="Término")
    definition: Text = Field(title="Definición")
