"""The text of a contract file: YAML that people read and go on with. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from service_reports.contract_forms.form import Document, Leaf, Listing, Section, contract_form

WIDTH = 118
BEGINNING = """\
# yaml-language-server: $schema=contract.schema.json
# Cada campo está explicado en docs/contracts.md. Después de un cambio: service-reports contract check ARCHIVO
"""
IN_ONE_LINE = {"products", "retired_names", "reports", "additions", "dimensions", "addresses", "webhooks"}
"""Lists of short elements, of which each is a line."""
TO_WRITE = "por escribir: docs/contracts.md dice cómo"
LEFT_OUT = "Lo que este contrato no dice, y puede decir:"


class _Dumper(yaml.SafeDumper):
    """Lists are set in, and numbers written as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


class _Line(dict[str, Any]):
    """A mapping that is written in one line."""


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))
)
_Dumper.add_representer(
    _Line, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)
)


def contract_text(document: Document) -> str:
    """The text of the file, its fields in the order of the model, under the Spanish title of each group.

    What may be left out, and is, stands as a comment at the end; so does what is empty and still to be written.
    """
    parts = [BEGINNING, "\n"]
    left_out = []
    grouped = True
    for part in contract_form().parts:
        name = part.path[-1]
        if name not in document:
            left_out.append(f"{name}: {_remark(part)}")
            continue
        group = not isinstance(part, Leaf) or part.several
        parts += ["\n"] if group or grouped else []
        grouped = group
        value = document[name]
        remark = TO_WRITE if value in ([], {}) else ""
        parts += [f"# {part.title}{': ' if remark else ''}{remark}\n"] if group else []
        parts.append(_dumped({name: _ordered(part, value)}, _choices(part)))
    if left_out:
        lines = (line for each in left_out for line in textwrap.wrap(each, WIDTH - 4, subsequent_indent="  "))
        parts += [f"\n# {LEFT_OUT}\n", *(f"#   {line}\n" for line in lines)]
    return "".join(parts).replace("\n\n\n", "\n\n")


def _choices(part: Leaf | Listing | Section) -> str:
    return f"  # uno de: {', '.join(part.choices)}" if isinstance(part, Leaf) and part.choices else ""


def _remark(part: Leaf | Listing | Section) -> str:
    return f"{part.title}. {part.explanation}" if isinstance(part, Leaf) else part.title


def _dumped(document: Document, remark: str) -> str:
    text = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )
    return f"{text.rstrip()}{remark}\n"


def _ordered(part: Leaf | Listing | Section, value: Any) -> Any:  # noqa: ANN401
    """A part with its fields in the order of the model, and short elements in a line each."""
    if isinstance(part, Section) and isinstance(value, Mapping):
        return {each.path[-1]: _ordered(each, value[each.path[-1]]) for each in part.parts if each.path[-1] in value}
    if isinstance(part, Listing) and isinstance(value, Sequence) and not isinstance(value, str):
        return [_element(part, each) for each in value]
    return value


def _element(listing: Listing, value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, Mapping):
        return value
    parts: Iterator[Leaf | Listing] = iter((*listing.leaves, *((listing.nested,) if listing.nested else ())))
    ordered = {each.path[-1]: _ordered(each, value[each.path[-1]]) for each in parts if each.path[-1] in value}
    one_line = listing.path[-1] in IN_ONE_LINE and all(
        isinstance(each, str | int | float | Decimal | date) for each in ordered.values()
    )
    return _Line(ordered) if one_line else ordered
