"""Hours, money and time: the hour bank, guarantees, modifications, warranty."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from service_reports.contracts.model.fields import Day, Frozen, Hours, Text, Title


class HourAddition(Frozen):
    """Hours that an amendment adds to the package, from a Bogotá day on."""

    on: Day = Field(title="Fecha de la adición")
    hours: Hours = Field(title="Horas adicionadas")
    act: Text = Field(title="Acto que las adiciona", examples=["Otrosí 1"])


class HourBank(Frozen):
    """The package of hours the entity bought, and what amendments added to it."""

    contracted_hours: Hours = Field(title="Horas contratadas")
    uses: tuple[Text, ...] = Field(title="Usos permitidos", min_length=1)
    modality: Text = Field(title="Modalidad")
    additions: tuple[HourAddition, ...] = Field(title="Adiciones de horas", default=())


Pesos = Annotated[Decimal, Field(ge=-(10**13), le=10**13, decimal_places=2)]


class Guarantee(Frozen):
    """A cover of the policy that backs the contract, and the last day on which it is in force."""

    name: Title = Field(title="Amparo")
    policy: Text = Field(title="Póliza o garantía")
    valid_to: Day = Field(title="Último día de vigencia")


class Modification(Frozen):
    """An act that changed the contract; ``value`` is what it adds to the contract's, less than 0 what it takes."""

    act: Text = Field(title="Acto que modifica", examples=["Otrosí 1"])
    on: Day = Field(title="Fecha del acto")
    change: Text = Field(title="Qué modifica")
    value: Pesos | None = Field(default=None, title="Valor que adiciona, en pesos colombianos")


class Warranty(Frozen):
    """Warranty of an earlier contract, whose tickets one report of this contract lists.

    Only tickets registered on its days (both included) are listed; the help desk may leave the
    day of a warranty ticket out.
    """

    contract_label: Text = Field(title="Contrato en garantía")
    valid_from: Day = Field(title="Inicio de la garantía")
    valid_to: Day = Field(title="Fin de la garantía")
    reported_in: Text = Field(title="Informe que la relaciona")

    @model_validator(mode="after")
    def _in_order(self) -> Warranty:
        if self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} es anterior a valid_from {self.valid_from}: corrija las fechas")
        return self
