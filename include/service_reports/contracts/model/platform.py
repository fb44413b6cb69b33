"""The products that the contract hosts, and their modules."""

from __future__ import annotations

from pydantic import Field, field_validator

from service_reports.contracts.model.fields import Frozen, Text, Title, _repeated


class Product(Frozen):
    """A product in use: the help desk's code and the one name printed for it."""

    code: Text = Field(title="Código en la mesa de servicio")
    name: Title = Field(title="Nombre del producto")


class RetiredName(Frozen):
    """A name that is still in use elsewhere and must not be printed, and the one that takes its place."""

    name: Text = Field(title="Nombre que ya no se usa")
    use: Text = Field(title="Nombre que lo reemplaza")


class PlatformModule(Frozen):
    """A module of the platform and what it does, one line each."""

    name: Title = Field(title="Módulo")
    capabilities: tuple[Text, ...] = Field(title="Capacidades", min_length=1)

    @field_validator("capabilities")
    @classmethod
    def _said_once(cls, capabilities: tuple[str, ...]) -> tuple[str, ...]:
        if repeated := _repeated(capability.casefold().rstrip(".") for capability in capabilities):
            raise ValueError(f"{repeated!r} está dos veces en un módulo: quite una")
        return capabilities


class PlatformProduct(Frozen):
    """A product of the platform with its modules, in printed order."""

    name: Title = Field(title="Producto de la plataforma")
    modules: tuple[PlatformModule, ...] = Field(title="Módulos", min_length=1)
