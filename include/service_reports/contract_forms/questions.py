"""Asks for a contract, one answer after the other; each is checked at once, by the model, and asked for again.

What a contract needs is asked for, and whether it has what it may have. The rest is written into the file as a remark.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from service_reports.contract_forms.answers import WORDS, answer
from service_reports.contract_forms.example import example_document
from service_reports.contract_forms.form import (
    NO,
    YES,
    Document,
    Leaf,
    Listing,
    Path,
    Section,
    contract_form,
    held,
    put,
)
from service_reports.contracts.loader import check_document, field_of, problem_told
from service_reports.contracts.model import nit_check_digit
from service_reports.sources.exports.cells import CellError, plain

BETWEEN = ";"
"""Between several texts in one line."""
BEGINNING = f"""\
Se pregunta lo que un contrato necesita. Intro acepta lo que está entre [ ]; «?» explica la pregunta; donde van varios
textos, sepárelos con «{BETWEEN}». Con Ctrl+C no se escribe nada."""
OF_THE_VENDOR = frozenset(
    {
        *("contractor", "signer", "components", "document_codes"),
        *("oci.connection", "oci.tenancy_ocid", "oci.home_region"),
        *("signing.connection", "mail.connection", "mail.sender"),
    }
)
"""What the contracts of one vendor have in common, whole sections or single fields: another contract suggests it."""
ANSWERED_LAST = ("id",)
"""It follows from name and number."""
LONGEST_ID = 100

Ask = Callable[[str], str]
Tell = Callable[[str], None]


class _Again(Exception):
    """What was answered together does not agree; ``path`` is the part to ask for again."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


@dataclass
class Questions:
    """One contract's questions.

    ``ask`` shows a question and gives the line that was typed; ``folder`` is the one of the file to be; ``taken`` says
    why an identifier cannot be used, if so; ``neighbour`` is a contract that suggests what is the vendor's.
    """

    ask: Ask
    tell: Tell
    folder: FilePath
    today: date
    taken: Callable[[str], str | None]
    neighbour: Document
    _answers: Document = field(default_factory=dict)
    _said: dict[Path, str] = field(default_factory=dict)

    def contract(self) -> Document:
        """The answers, which hold together.

        Raises:
            EOFError: nothing more is typed.
        """
        self.tell(BEGINNING)
        form = contract_form()
        while True:
            self._answers = {}
            self._section(form)
            self._leaf(next(leaf for leaf in form.leaves() if leaf.path == ANSWERED_LAST), (), self._answers)
            document = {**form.blank(), **self._answers}
            problems = self._problems(document)
            if not problems:
                return document
            for problem in problems:
                self.tell(f"  ✗ {problem_told(problem)}")
            self.tell("Corrija lo que haga falta: lo que ya escribió está entre [ ].")

    def _section(self, section: Section) -> None:
        while True:
            try:
                for part in section.parts:
                    if self._is_asked(section, part):
                        self._part(part)
            except _Again as again:
                if not section.path or again.path[:1] != section.path:
                    raise
                del self._answers[section.path[0]]
            else:
                return

    def _is_asked(self, section: Section, part: Leaf | Listing | Section) -> bool:
        """Whether a part is to be asked for: one that is needed, of the kind that was chosen."""
        if part.path == ANSWERED_LAST:
            return False
        if isinstance(part, Listing):
            return part.least > 0 or len(part.path) == 1
        kinds = next((each for each in section.parts if isinstance(each, Leaf) and each.path[-1] == "kind"), None)
        if part is kinds:
            return not section.required
        chosen = kinds and (held(self._answers, kinds.path) or kinds.schema.get("default"))
        if part.kinds and chosen not in part.kinds:
            return False
        if isinstance(part, Section):
            return part.required or (len(part.path) == 1 and _asks(part))
        return part.required

    def _part(self, part: Leaf | Listing | Section) -> None:
        if isinstance(part, Leaf):
            self._leaf(part, (), self._answers)
        elif isinstance(part, Section):
            if part.required or self._agrees(f"¿Tiene «{part.title}»?", (*part.path, "?")):
                self._section(part)
        elif part.least > 0 or self._agrees(f"¿Escribir ahora «{part.title}»?", (*part.path, "?")):
            self._elements(part, part.path)

    def _elements(self, listing: Listing, path: Path) -> None:
        """Ask for elements until there are no more."""
        into: list[Document] = []
        self._stand(path, into)
        while True:
            number = len(into)
            self._element(listing, (*path, number), into)
            another = (*path, number, "?")
            suggested = listing.path == ("reports",) and into[-1]["period_to"] < self._answers["valid_to"]
            if not self._agrees(f"¿Otro en «{listing.title}»?", another, suggested):
                return

    def _stand(self, path: Path, into: list[Document]) -> None:
        *outer, last = path
        place: Any = self._answers
        for name in outer:
            place = place.setdefault(name, {}) if isinstance(place, dict) else place[name]
        place[last] = into

    def _element(self, listing: Listing, path: Path, into: list[Document]) -> None:
        number = int(path[-1])
        while True:
            into[number:] = [{}]
            try:
                for leaf in listing.leaves:
                    if leaf.required:
                        self._leaf(leaf, path, into[number])
                if listing.nested is not None and listing.nested.least > 0:
                    self._elements(listing.nested, (*path, *listing.nested.path))
            except _Again:
                continue
            return

    def _agrees(self, question: str, path: Path, suggested: bool = False) -> bool:
        default = self._said.get(path, YES if suggested else NO)
        while True:
            line = self.ask(f"{question} ({YES}/{NO}) [{default}]: ").strip() or default
            if (agreed := WORDS.get(plain(line))) is not None:
                self._said[path] = YES if agreed else NO
                return agreed
            self.tell(f"  ✗ no es {YES} ni {NO}: escriba uno de los dos")

    def _leaf(self, leaf: Leaf, base: Path, into: Document) -> None:
        """Ask until the answer holds."""
        path = (*base, *leaf.path)
        while True:
            default = self._said.get(path) or self._suggested(path)
            line = self.ask(f"{leaf.title}{f' [{default}]' if default else ''}: ").strip()
            if line == "?":
                self.tell(f"  {leaf.name}: {leaf.explanation}")
                continue
            line = line or default
            try:
                value = answer(leaf, line, BETWEEN)
            except CellError as error:
                self.tell(f"  ✗ {'.'.join(map(str, path))} tiene {line!r}: {error}")
                continue
            if value is None:
                self.tell("  ✗ falta: escríbalo")
                continue
            put(into, leaf.path, value)
            self._said[path] = line
            if self._holds(path):
                return
            del self._said[path]

    def _holds(self, path: Path) -> bool:
        """Whether an answer holds; what is wrong is told.

        Raises:
            _Again: it holds, and does not agree with others.
        """
        if path == ANSWERED_LAST and (taken := self.taken(str(self._answers["id"]))):
            self.tell(f"  ✗ {taken}")
            return False
        wrong, together = [], None
        for problem in self._problems({**_filler(), **self._answers}):
            where = field_of(problem)
            if where[: len(path)] == path:
                wrong.append(problem)
            elif path[: len(where)] == where and problem["type"] == "value_error" and (where or path[0] == "reports"):
                wrong.append(problem)
                together = where
        for problem in wrong:
            self.tell(f"  ✗ {problem_told(problem)}")
        if together is not None:
            raise _Again(together)
        return not wrong

    def _problems(self, document: Document) -> list[Any]:
        try:
            check_document(document, self.folder)
        except ValidationError as error:
            return list(error.errors(include_url=False))
        return []

    def _suggested(self, path: Path) -> str:
        """What may be meant; empty where nobody can know."""
        named = ".".join(str(part) for part in path if isinstance(part, str))
        number = next((part for part in path if isinstance(part, int)), 0)
        value: Any = None
        if named in OF_THE_VENDOR or path[0] in OF_THE_VENDOR:
            value = held(self.neighbour, path)
        if value is None and named in SUGGESTIONS:
            with suppress(KeyError, TypeError, ValueError):  # an answer that it would follow from is not there
                value = SUGGESTIONS[named](self._answers, self.today, number)
        if isinstance(value, list):
            return f"{BETWEEN} ".join(map(str, value))
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


def _asks(section: Section) -> bool:
    """Whether a section needs something once it is there."""
    return any(leaf.required for leaf in section.leaves()) or any(each.least for each in section.listings())


def _filler() -> Document:
    """What stands in for what is not answered yet, and agrees with whatever will be."""
    document = example_document()
    del document["hour_bank"]["additions"]
    del document["modifications"]
    return {**document, "obligations": [], "service_levels": []}


def identifier(name: str, number: str) -> str:
    """An identifier of name and number.

    >>> identifier("Alcaldía de Ejemplo", "001 / 2027")
    'alcaldia-de-ejemplo-001-2027'
    """
    plain_text = unicodedata.normalize("NFKD", f"{name} {number}".lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain_text))[:LONGEST_ID].strip("-")


def _period_from(answers: Document, number: int) -> date:
    first: date = answers["valid_from"]
    if number == 0:
        return first
    last: date = answers["reports"][number - 1]["period_to"]
    return last + timedelta(days=1)


def _period_to(answers: Document, number: int) -> date:
    first: date = answers["reports"][number]["period_from"]
    last: date = answers["valid_to"]
    return min(first.replace(day=monthrange(first.year, first.month)[1]), last)


def _of_example(name: str) -> str:
    return str(example_document()["document_codes"][name])


SUGGESTIONS: Mapping[str, Callable[[Document, date, int], object]] = {
    "id": lambda said, *_: identifier(said["entity"]["name"], said["number"]),
    "year": lambda _, today, __: today.year,
    "valid_from": lambda said, *_: date(said["year"], 1, 1),
    "valid_to": lambda said, *_: date(said["year"], 12, 31),
    "entity.nit_check_digit": lambda said, *_: nit_check_digit(said["entity"]["nit"]),
    "signer.title": lambda said, *_: f"Firma Responsable {said['contractor']['short_name']}",
    "signer.organisation": lambda said, *_: said["contractor"]["legal_name"],
    "supervisor.title": lambda *_: "Firma Supervisor del Contrato",
    "supervisor.organisation": lambda said, *_: said["entity"]["name"],
    "reports.number": lambda said, _, number: f"{said['year']}-{number + 1:02}",
    "reports.period_from": lambda said, _, number: _period_from(said, number),
    "reports.period_to": lambda said, _, number: _period_to(said, number),
    "reports.report_date": lambda said, _, number: said["reports"][number]["period_to"] + timedelta(days=1),
    "document_codes.management_report": lambda *_: _of_example("management_report"),
    "document_codes.technical_report": lambda *_: _of_example("technical_report"),
    "document_codes.ticket_workbook": lambda *_: _of_example("ticket_workbook"),
    "dumps.kind": lambda *_: "s3",
    "help_desk.kind": lambda *_: "sql",
}
