"""What one issued report carries: its files, its manifest and its figures, read from the PDF alone.

A PDF comes from anywhere. What is read of it is bounded, and what is wrong with it is told in one Spanish line.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any, NamedTuple

from pikepdf import Dictionary, Name, PasswordError, Pdf, PdfError, Stream

from service_reports.audit.packed import MOST_ATTACHED, TooMuch, check_size
from service_reports.audit.rows import NotReadable, quantity, read_json
from service_reports.canonical_json import canonical

FORMAT = "aire-service-reports/evidence/1"
MANIFEST, FIGURES = "manifest.json", "figures.json"
MOST_FILES = 200
_NAME = re.compile(r"[A-Za-z0-9._-]+")
"""How files inside are named; letters of other scripts look like these."""
ODD = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    PdfError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What comes of reading a file that somebody wrote to be odd."""
Shape = Mapping[str, type | tuple[type, ...]]
SHAPES: Mapping[str, Shape] = {
    "files": {"name": str, "sha256": str},
    "elsewhere": {"name": str, "sha256": str, "document": (str, type(None))},
    "documents": {"code": str, "file": str, "of": str, "sha256": str, "size_bytes": int},
}
"""What each entry of a manifest's lists must say."""
DELIVERY: Shape = {"contract": str, "report": str, "version": int, "figures_sha256": str}


class NotOurs(ValueError):
    """A file that nothing can be said of: no PDF, a damaged or encrypted one, or one without evidence."""


class TooLarge(NotOurs):
    """A PDF that is not read at all: it unpacks to more than anything of ours."""


class Told(NamedTuple):
    """A figure as the report lists it; ``about`` is what its id tells apart."""

    id: str
    value: Decimal
    unit: str
    rule: str
    source: str
    about: Mapping[str, str]


@dataclass(frozen=True)
class Carried:
    """A report with what is in it; ``content`` is the PDF as it was given."""

    name: str
    content: bytes
    files: Mapping[str, bytes]
    listed: tuple[str, ...]
    """The names of its files as the PDF lists them; a name that comes twice is there twice."""
    shown_otherwise: tuple[str, ...] = ()
    """The names under which a reader shows another file than the one that the report says is its own, or none."""

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the report says of its files and of the other documents."""
        try:
            found = read_json(self.files[MANIFEST])
        except (ValueError, RecursionError) as error:
            raise NotOurs(f"{self.name}: su manifiesto no se puede leer") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise NotOurs(f"{self.name}: su manifiesto es de un formato que este programa no conoce")
        return found

    @property
    def code(self) -> str:
        """The code of the document."""
        return str(self.manifest["document"]["code"])

    @cached_property
    def figures(self) -> Mapping[str, Told]:
        """Every figure by its id.

        Raises:
            NotReadable: the listing is not what it must be.
        """
        try:
            listed = read_json(self.files[FIGURES])
            found = [
                Told(
                    each["id"], quantity(each["value"]), each["unit"], each["rule"], each["source"], dict(each["about"])
                )
                for each in listed
            ]
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise NotReadable(f"{FIGURES} no está o no se puede leer") from error
        if not all(isinstance(text, str) for each in found for text in (each.id, each.unit, each.rule, each.source)):
            raise NotReadable(f"{FIGURES} no dice lo que debe")
        if len({each.id for each in found}) != len(found):
            raise NotReadable(f"{FIGURES} tiene dos veces una misma cifra")
        return {each.id: each for each in found}

    @property
    def rules_version(self) -> int:
        """By which version of the rules its figures were computed."""
        told = self.manifest.get("rules", 1)
        return told if isinstance(told, int) else 0

    def manifest_faults(self) -> Iterator[str]:
        """What of the files is not as the manifest says."""
        try:
            is_canonical = canonical(self.manifest).encode() == self.files[MANIFEST]
        except (TypeError, ValueError):  # a number or a text that it cannot hold
            is_canonical = False
        if not is_canonical:
            yield "el manifiesto no está en su forma canónica"
        told = {each["name"]: each for each in self.manifest["files"]}
        yield from self._misnamed({*told})
        for name in sorted({*told} & {*self.files}):
            if hashlib.sha256(self.files[name]).hexdigest() != told[name]["sha256"]:
                yield f"el adjunto {name} no tiene la huella que dice el manifiesto"
        for name in self.shown_otherwise:
            yield f"el lector muestra como {name} otro adjunto que el del informe, o no lo muestra"
        listing = hashlib.sha256(self.files.get(FIGURES, b"")).hexdigest()
        if listing != self.manifest["delivery"]["figures_sha256"]:
            yield "las cifras no son las de la entrega que el manifiesto dice"

    def _misnamed(self, told: Set[str]) -> Iterator[str]:
        for name in sorted(name for name in {*told, *self.files} if not _NAME.fullmatch(name)):
            yield f"el adjunto {name} tiene en su nombre letras que ninguno nuestro tiene"
        for name in sorted(told - {*self.files}):
            yield f"falta el adjunto {name}"
        for name in sorted({*self.files} - {*told, MANIFEST}):
            yield f"sobra el adjunto {name}, que el manifiesto no relaciona"
        for name in sorted(name for name in set(self.listed) if self.listed.count(name) > 1):
            yield f"el adjunto {name} está más de una vez"

    @property
    def elsewhere(self) -> Mapping[str, Mapping[str, Any]]:
        """The files of rows that exist and are not in this report, by name."""
        return {each["name"]: each for each in self.manifest["elsewhere"]}


def open_report(name: str, content: bytes) -> Carried:
    """Read what a report carries.

    Raises:
        NotOurs: it is no report of this program that proves itself; the message says why.
    """
    try:
        check_size(content)
    except TooMuch as error:
        raise TooLarge(f"{name}: {error}") from error
    try:
        with Pdf.open(BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise NotOurs(f"{name}: está cifrado; pida el original, que no lo está")
            listed = list(_attachments(pdf))
            otherwise = tuple(sorted(_shown_otherwise(pdf)))
    except PasswordError as error:
        raise NotOurs(f"{name}: está cifrado con contraseña; pida el original, que no lo está") from error
    except ODD as error:
        if isinstance(error, NotOurs):
            raise NotOurs(f"{name}: {str(error).removeprefix(f'{name}: ')}") from error
        what = "está dañado" if content[:1024].find(b"%PDF-") >= 0 else "no es un PDF"
        raise NotOurs(f"{name}: {what}") from error
    files = dict(listed)
    if MANIFEST not in files:
        raise NotOurs(
            f"{name}: no lleva sus pruebas; no es un informe de este programa, o se emitió antes de que las llevaran"
        )
    return _checked(Carried(name, content, files, tuple(each for each, _ in listed), otherwise))


def _checked(report: Carried) -> Carried:
    """The report, whose manifest has what everything rests on."""
    told = report.manifest
    good = _says(told.get("delivery"), DELIVERY) and _says(told.get("document"), {"code": str, "kind": str})
    for name, shape in SHAPES.items():
        listed = told.get(name)
        good = good and isinstance(listed, list) and all(_says(each, shape) for each in listed)
    if not good:
        raise NotOurs(f"{report.name}: su manifiesto no dice lo que debe")
    return report


def _says(told: object, shape: Shape) -> bool:
    return isinstance(told, dict) and all(
        name in told and isinstance(told[name], kind) and not isinstance(told[name], bool)
        for name, kind in shape.items()
    )


def _attachments(pdf: Pdf) -> Iterator[tuple[str, bytes]]:
    room = MOST_ATTACHED
    entries = [each for each in pdf.Root.get(Name.AF, ()) if isinstance(each, Dictionary) and Name.EF in each]
    if len(entries) > MOST_FILES:
        raise NotOurs("lleva demasiados adjuntos")
    for entry in entries:
        content = _bounded(entry.EF.F, room)
        room -= len(content)
        yield str(entry.UF), content


def _shown_otherwise(pdf: Pdf) -> Iterator[str]:
    """Names of files that the document has as its own (``AF``) and readers list otherwise (``EmbeddedFiles``), or not.

    A file has two names and two contents; readers differ in which of them they take.
    """
    names = pdf.Root.get(Name.Names, Dictionary())
    own = {str(each.UF): each.objgen for each in pdf.Root.get(Name.AF, ())}
    leaves = list(_leaves(names.get(Name.EmbeddedFiles)))
    listed = dict(leaves)
    twice = {name for name, count in Counter(name for name, _ in leaves).items() if count > 1}
    yield from (name for name in {*own, *listed} if own.get(name) != listed.get(name) or name in twice)
    for each in pdf.Root.get(Name.AF, ()):
        contents = {each.EF[key].objgen if key in ("/F", "/UF") else None for key in dict(each.EF)}
        if str(each.get(Name.F)) != str(each.UF) or contents != {each.EF.F.objgen}:
            yield str(each.UF)


def _leaves(root: object) -> Iterator[tuple[str, tuple[int, int]]]:
    """The entries of a name tree, each with its object; one that leads back to itself has more than are read.

    Raises:
        NotOurs: there are more than are read.
    """
    waiting: list[Any] = [root] if isinstance(root, Dictionary) else []
    seen = 0
    while waiting:
        node, seen = waiting.pop(), seen + 1
        names, kids = list(node.get(Name.Names, ())), list(node.get(Name.Kids, ()))
        if seen > MOST_FILES or len(names) > 2 * MOST_FILES or len(kids) > MOST_FILES:
            raise NotOurs("lleva demasiados adjuntos")
        yield from ((str(name), entry.objgen) for name, entry in zip(names[::2], names[1::2], strict=False))
        waiting += kids


def _bounded(stream: object, most: int) -> bytes:
    """The bytes of an embedded file; one that is packed otherwise than ours, or is too large, is refused."""
    if not isinstance(stream, Stream):
        raise NotOurs("un adjunto no se puede leer")
    raw = stream.read_raw_bytes()
    packed = stream.get(Name.Filter)
    names = [str(packed)] if isinstance(packed, Name) else [str(each) for each in packed or ()]
    if names not in ([], ["/FlateDecode"]):
        raise NotOurs("un adjunto está comprimido de una forma que este programa no lee")
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(raw, most + 1) if names else raw
    if len(content) > most:
        raise NotOurs("los adjuntos son demasiado grandes")
    return content
