"""The kinds of documents that are issued, and their codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from service_reports.contracts.model.fields import Frozen, Text


@dataclass(frozen=True)
class DocumentKind:
    """What is printed of a kind of document: its Spanish title, what its files' names end in, and how many there are.

    A report has one of a kind, or one for each delivery of its period.
    """

    title: str
    suffix: str
    of_each_delivery: bool = False


class DocumentCodes(Frozen):
    """The kinds of documents in the order of their annexes, and the patterns of their codes and file names.

    A kind that may be left out is made for the contracts that give it a code. Available fields: ``{entity}`` (short
    code), ``{date}`` (yyyymmdd of the report), ``{sequence}`` (two digits), ``{year}``; ``{change}`` names the change
    control that an act delivers, and only an act's pattern has it.
    """

    management_report: Annotated[Text, DocumentKind("Informe de Gestión", ".pdf")] = Field(title="Informe de gestión")
    technical_report: Annotated[Text, DocumentKind("Informe Técnico", ".pdf")] = Field(title="Informe técnico")
    ticket_workbook: Annotated[Text, DocumentKind("Libro de solicitudes", ".xlsx")] = Field(
        title="Libro de solicitudes"
    )
    delivery_act: Annotated[Text, DocumentKind("Acta de Entrega", ".pdf", of_each_delivery=True)] = Field(
        default="SER-ACEN-CLI-{entity}-{date}-{change}", title="Acta de entrega"
    )
    certification_draft: Annotated[Text | None, DocumentKind("Borrador de certificación de cumplimiento", ".docx")] = (
        Field(
            default=None,
            title="Borrador de certificación",
            description="A Word file, not signed: the facts of the period, and room for the supervisor's own words. "
            "It is made where it has a code, like SUP-CERT-{entity}-{date}-Borrador_No.{year}-{sequence}.",
        )
    )

    @field_validator("*")
    @classmethod
    def _is_an_ascii_pattern(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        if pattern is None:
            return None
        fields = {"entity": "X", "date": "20260101", "sequence": "01", "year": "2026"}
        if DOCUMENT_KINDS[info.field_name or ""].of_each_delivery:
            fields["change"] = "Y"
            if "{change}" not in pattern:
                raise ValueError(f"{pattern!r} debe tener `{{change}}`: un informe puede tener varias actas")
        known = ", ".join(f"{{{name}}}" for name in fields)
        try:
            parts = list(Formatter().parse(pattern))
        except ValueError as error:
            raise ValueError(f"{pattern!r} solo puede usar {known}") from error
        if any(name is not None and (name not in fields or form or conversion) for _, name, form, conversion in parts):
            raise ValueError(f"{pattern!r} solo puede usar {known}")  # a width would make a name of any length
        code = pattern.format(**fields)
        if not re.fullmatch(r"[A-Za-z0-9._-]+", code):
            raise ValueError(f"{pattern!r} debe dar un nombre de archivo sin espacios ni tildes")
        return pattern


DOCUMENT_KINDS: Mapping[str, DocumentKind] = {
    name: next(each for each in field.metadata if isinstance(each, DocumentKind))
    for name, field in DocumentCodes.model_fields.items()
}
"""Every kind of document by its name, in the order of the annexes."""
