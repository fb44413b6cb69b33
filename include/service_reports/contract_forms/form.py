"""What a contract asks for, as cells and lists of cells, derived from the contract's JSON Schema. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from service_reports.contracts.model import Contract

Path = tuple[str | int, ...]
"""Where something stands in a contract file: names of fields, numbers of elements from 0."""
Document = dict[str, Any]
"""A contract file, or a part of it, before the model has checked it."""
LONGEST_SHEET_NAME = 31
YES, NO = "sí", "no"


@dataclass(frozen=True)
class Leaf:
    """One answer: a cell, or a question.

    ``path`` is relative to the contract, or to the element of the list that it is a part of. ``section`` is the
    title of the optional section outside of which it may be blank; ``kinds`` are the forms of its section that have
    it, where not all do; ``several`` says that it takes many texts.
    """

    path: tuple[str, ...]
    title: str
    schema: Mapping[str, Any]
    required: bool
    section: str | None = None
    kinds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its field as files and errors write it."""
        return ".".join(self.path)

    @property
    def several(self) -> bool:
        """Whether it takes many values."""
        return self.schema.get("type") == "array"

    @property
    def one(self) -> Mapping[str, Any]:
        """The schema of one value."""
        return resolved(self.schema["items"]) if self.several else self.schema

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it takes, where it takes only some."""
        if "const" in self.one:
            return (str(self.one["const"]),)
        return tuple(self.one.get("enum", ()))

    @property
    def kind(self) -> str:
        """``date``, ``time``, ``boolean``, ``integer``, ``number`` or ``string``."""
        if self.one.get("format") in ("date", "time"):
            return str(self.one["format"])
        return str(self.one.get("type", "string"))

    @property
    def explanation(self) -> str:
        """For who fills it in, in Spanish."""
        return " ".join((self._need, self._form)).strip()

    @property
    def _need(self) -> str:
        if self.required and self.section:
            of_kind = f" de clase {' o '.join(self.kinds)}" if self.kinds else ""
            return f"Solo con «{self.section}»{of_kind}, y entonces obligatorio."
        if self.required:
            return "Obligatorio."
        default = self.schema.get("default")
        return "Optativo." if default in (None, "", []) else f"Optativo; sin él, {_written(default)}."

    @property
    def _form(self) -> str:
        if self.choices:
            said = (
                f"Uno de: {', '.join(self.choices)}." if not self.several else f"De estos: {', '.join(self.choices)}."
            )
        else:
            said = {
                "date": "Fecha: dd/mm/aaaa.",
                "time": "Hora de Bogotá, como 06:00.",
                "boolean": f"Es «{YES}» o «{NO}».",
                "integer": "Número entero.",
                "number": "Número.",
            }.get(self.kind, "")
        return f"{said} Uno por línea.".strip() if self.several else said


@dataclass(frozen=True)
class Listing:
    """A list of which every element has fields, and may have a list of its own."""

    path: tuple[str, ...]
    title: str
    leaves: tuple[Leaf, ...]
    nested: Listing | None
    least: int

    @property
    def sheet(self) -> str:
        """Its name as a sheet's: at most 31 letters, of its section the beginning."""
        if len(self.title) <= LONGEST_SHEET_NAME:
            return self.title
        section, _, own = self.title.rpartition(" · ")
        return f"{section[: LONGEST_SHEET_NAME - len(own) - 4].rstrip()}. · {own}"

    def levels(self) -> Iterator[Listing]:
        """The list and those within it, outermost first."""
        yield self
        if self.nested is not None:
            yield from self.nested.levels()


@dataclass(frozen=True)
class Section:
    """A group of fields, in the order of the file; ``kinds`` as of a leaf."""

    path: tuple[str, ...]
    title: str
    required: bool
    parts: tuple[Leaf | Listing | Section, ...]
    kinds: tuple[str, ...] = ()

    def leaves(self) -> Iterator[Leaf]:
        """All answers that are no part of a list."""
        for part in self.parts:
            if isinstance(part, Leaf):
                yield part
            elif isinstance(part, Section):
                yield from part.leaves()

    def listings(self) -> Iterator[Listing]:
        """All lists of elements with fields."""
        for part in self.parts:
            if isinstance(part, Listing):
                yield part
            elif isinstance(part, Section):
                yield from part.listings()

    def blank(self) -> Document:
        """A contract in which nothing is answered: what must be there and may be empty is there."""
        document: Document = {}
        for part in self.parts:
            if isinstance(part, Section) and part.required:
                document[part.path[-1]] = part.blank()
            elif isinstance(part, Listing) and part.least == 0 and part.path[-1] in self._needed:
                document[part.path[-1]] = []
        return document

    @property
    def _needed(self) -> Sequence[str]:
        required: Sequence[str] = _schema()["required"] if not self.path else ()
        return required


def _written(default: object) -> str:
    if isinstance(default, bool):
        return YES if default else NO
    return str(default).removesuffix(":00") if isinstance(default, str) else str(default)


@cache
def _schema() -> Mapping[str, Any]:
    return Contract.model_json_schema(mode="validation")


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to, its own words first, and without the form that says that it may be absent."""
    while True:
        if "$ref" in schema:
            named: Mapping[str, Any] = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
            schema = {**named, **{key: value for key, value in schema.items() if key != "$ref"}}
        elif "anyOf" in schema:
            forms = [each for each in schema["anyOf"] if each.get("type") != "null"]
            rest = {key: value for key, value in schema.items() if key != "anyOf"}
            schema = {**forms[0], **rest}  # a number may be a text, too
        else:
            return dict(schema)


@cache
def contract_form() -> Section:
    """All that a contract can say, in the order of its model."""
    return _section((), (), _schema(), _At())


def _section(path: tuple[str, ...], titles: tuple[str, ...], schema: Mapping[str, Any], at: _At) -> Section:
    """The parts of an object; of several forms of one, what any of them has."""
    forms: list[Mapping[str, Any]] = [resolved(each) for each in schema.get("oneOf", ())]
    every = forms or [schema]
    names = dict.fromkeys(name for form in every for name in form["properties"])
    parts: list[Leaf | Listing | Section] = []
    if forms:
        names.pop("kind")
        kind = _kinds(forms)
        parts.append(Leaf((*path, "kind"), " · ".join((*titles, str(kind["title"]))), kind, False, at.within))
    for name in names:
        having = [form for form in every if name in form["properties"]]
        field = resolved(having[0]["properties"][name])
        kinds = tuple(_kind(form) for form in having) if len(having) < len(forms) else at.kinds
        needed = all(name in form.get("required", ()) for form in having)
        parts.append(
            _part((*path, name), (*titles, str(field.get("title", name))), field, _At(needed, at.within, kinds))
        )
    return Section(path, " · ".join(titles), at.required, tuple(parts), at.kinds)


class _At(NamedTuple):
    """How a part stands where it stands: as ``required``, ``section`` and ``kinds`` of a leaf."""

    required: bool = True
    within: str | None = None
    kinds: tuple[str, ...] = ()


def _kind(form: Mapping[str, Any]) -> str:
    return str(resolved(form["properties"]["kind"])["const"])


def _kinds(forms: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The field that tells the forms of a section apart."""
    field = resolved(forms[0]["properties"]["kind"])
    title = str(field["title"]).partition(":")[0]
    return {"type": "string", "enum": [_kind(form) for form in forms], "default": field.get("default"), "title": title}


def _part(
    path: tuple[str, ...], titles: tuple[str, ...], field: Mapping[str, Any], at: _At
) -> Leaf | Listing | Section:
    title = " · ".join(titles)
    if "properties" in field or "oneOf" in field:
        return _section(path, titles, field, at if at.required else at._replace(within=titles[-1]))
    items = resolved(field["items"]) if field.get("type") == "array" else {}
    if "properties" in items:
        return _listing(path, title, items, int(field.get("minItems", 0)))
    return Leaf(path, title, field, at.required, at.within, at.kinds)


def _listing(path: tuple[str, ...], title: str, items: Mapping[str, Any], least: int) -> Listing:
    element = _section((), (), items, _At())
    nested = list(element.listings())
    assert len(nested) <= 1, f"{title}: a row cannot be a part of two lists"
    return Listing(path, title, tuple(element.leaves()), nested[0] if nested else None, least)


def put(document: Document, path: Path, value: object) -> None:
    """Set what stands at a path of names, with the sections on the way to it."""
    *outer, last = path
    for name in outer:
        document = document.setdefault(str(name), {})
    document[str(last)] = value


def held(document: object, path: Path) -> Any:  # noqa: ANN401 (a contract file holds anything)
    """What stands at a path; ``None`` where there is nothing."""
    for name in path:
        try:
            document = document[name]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return document
