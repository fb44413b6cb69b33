"""The entity, the contractor and who signs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from service_reports.contracts.addresses import Email
from service_reports.contracts.model.fields import Frozen, Text

NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)


def nit_check_digit(nit: str) -> int:
    """The DIAN modulus-11 check digit of a NIT's digits.

    >>> nit_check_digit("800197268")
    4
    """
    total = sum(int(digit) * weight for digit, weight in zip(reversed(nit), NIT_WEIGHTS, strict=False))
    remainder = total % 11
    return remainder if remainder in (0, 1) else 11 - remainder


class Entity(Frozen):
    """The municipality that receives the reports."""

    name: Text = Field(title="Nombre de la entidad")
    short_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+$")] = Field(title="Sigla de la entidad")
    nit: Annotated[str, StringConstraints(pattern=r"^\d{6,10}$")] = Field(title="NIT, sin dígito de verificación")
    nit_check_digit: int = Field(title="Dígito de verificación", ge=0, le=9)

    @model_validator(mode="after")
    def _check_digit_agrees(self) -> Entity:
        expected = nit_check_digit(self.nit)
        if self.nit_check_digit != expected:
            raise ValueError(
                f"nit_check_digit es {self.nit_check_digit}, pero el del NIT {self.nit} es {expected}: corrija uno"
            )
        return self


class Contractor(Frozen):
    """The vendor that signs. One legal name and one short name, used everywhere."""

    legal_name: Text = Field(title="Razón social")
    short_name: Text = Field(title="Nombre corto")
    slogan: Text | None = Field(default=None, title="Lema")
    management_unit: Text = Field(title="Dependencia del informe de gestión")
    technical_unit: Text = Field(title="Dependencia del informe técnico")
    certification_mark: Text | None = Field(default=None, title="Sello de certificación")
    help_desk_name: Text = Field(title="Nombre de la mesa de servicio")


class Signer(Frozen):
    """A signature block: a role, never a person."""

    title: Text = Field(title="Título del bloque de firma")
    role: Text = Field(title="Cargo")
    organisation: Text = Field(title="Organización")


class Supervisor(Signer):
    """Who supervises the contract for the entity and receives the e-mail."""

    email: Email = Field(title="Correo del supervisor")
