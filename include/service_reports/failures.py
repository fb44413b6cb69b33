"""What a failure means: for the item that was worked on, for the run, and for whoever reads of it.

A step that works on several things (batches, contracts, versions, files) works them one by one: what one of them
raises is kept with its name and a reason in Spanish, and the next one is worked on. Only a store that does not answer,
or a machine without room, ends the run at once: no other item would fare better, and the task is tried again.
"""

from __future__ import annotations

import errno
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from pydantic import ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

log = logging.getLogger(__name__)

LONGEST_SAID = 300
PROBLEMS_SHOWN = 5
ROW_TOO_LARGE = "54"
"""Class of SQLSTATE of what PostgreSQL cannot hold, such as an entry of an index: the row's fault, not the server's."""
OWN = "service_reports"
QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
OURS = re.compile(r"^Value error, ")
LONG_NUMBER = re.compile(r"\d[\d.,]{5,}")
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
DATA, KEEPER, MEMORY, LAYOUT, BLOB = (
    "corrija en la fuente el valor que lo causa; si no lo encuentra, envíe este registro (Logs) a quien mantiene el "
    "programa",
    "envíe este registro (Logs) a quien mantiene el programa",
    "dé más memoria al servidor, o recolecte menos días a la vez",
    "acorte ese texto en la fuente o en el archivo del contrato",
    "recupere ese archivo de una copia del archivo de objetos; vea docs/register.md",
)


class Meaning(NamedTuple):
    """What an error means and what to do about it, in Spanish."""

    what: str
    remedy: str


MEANINGS = {
    "builtins.UnicodeError": Meaning("hay un texto con bytes o caracteres que no son UTF-8", DATA),
    "builtins.MemoryError": Meaning("no alcanzó la memoria", MEMORY),
    "builtins.RecursionError": Meaning("hay datos dentro de datos sin fin", DATA),
    "builtins.ArithmeticError": Meaning("un número o una fecha está fuera de lo que se puede calcular", DATA),
    "builtins.LookupError": Meaning("los datos no tienen la forma esperada: falta una parte", DATA),
    "builtins.TypeError": Meaning("los datos no tienen la forma esperada", DATA),
    "builtins.AttributeError": Meaning("los datos no tienen la forma esperada", DATA),
    "builtins.ValueError": Meaning("un valor no se puede leer", DATA),
    "builtins.EOFError": Meaning("el archivo está incompleto", DATA),
    "builtins.OSError": Meaning("el sistema no pudo leer o escribir", KEEPER),
    "json.decoder.JSONDecodeError": Meaning("la respuesta no es JSON", DATA),
    "zipfile.BadZipFile": Meaning("el archivo está dañado", DATA),
    "zlib.error": Meaning("el archivo está dañado", DATA),
    "_csv.Error": Meaning("el CSV no se puede leer", DATA),
    "psycopg.DataError": Meaning("la base de datos no acepta un valor", DATA),
    "psycopg.IntegrityError": Meaning("la base de datos no acepta una fila", DATA),
    "psycopg.Error": Meaning("la base de datos no acepta la operación", KEEPER),
    "reportlab.platypus.doctemplate.LayoutError": Meaning("un texto o una tabla no cabe en la página", LAYOUT),
    "service_reports.archive.ArchiveMissing": Meaning("falta un archivo", BLOB),
    "service_reports.archive.ArchiveConflict": Meaning("un archivo no es el que se guardó", BLOB),
}
"""By the name of a class; the nearest of an error's classes counts."""
UNEXPECTED = Meaning("pasó algo que el programa no prevé", KEEPER)
NO_ROOM = Meaning(
    "no queda espacio en el disco de la máquina que hace la tarea",
    "libere espacio en esa máquina (`/var/tmp`), o dele más disco",
)
OF_THE_MACHINE: Mapping[int | None, Meaning] = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    **dict.fromkeys(
        (errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE),
        Meaning("la máquina que hace la tarea no pudo leer o escribir en su disco", "revise los discos de esa máquina"),
    ),
}
"""What the system tells of a machine that has no room left, or whose disk fails: whatever item it was at."""
STORES = frozenset({"botocore.exceptions.BotoCoreError", "botocore.exceptions.ClientError"})


class Unreachable(RuntimeError):
    """A store or source that does not answer, or refuses whoever asks."""


class Failure(NamedTuple):
    """An item that could not be worked on, and why, in one Spanish line without personal data."""

    subject: str
    reason: str

    def __str__(self) -> str:
        """As operators read it."""
        return f"{self.subject}: {self.reason}"


class OneByOne:
    """Works items one by one; ``failures`` are those that failed, in order."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []

    @contextmanager
    def item(
        self,
        subject: str,
        set_aside: Callable[[str], object] | None = None,
        even: tuple[type[Exception], ...] = (),
    ) -> Iterator[None]:
        """Work on one item: whatever that raises becomes its failure, and ``set_aside`` is given the reason.

        What the item wrote is for its own transaction to undo. An error of a store that does not answer passes,
        unless it is of a class that ``even`` names.
        """
        try:
            yield
        except Exception as error:
            if is_down(error) and not isinstance(error, even):
                raise
            self._failed(subject, error, set_aside)

    def _failed(self, subject: str, error: Exception, set_aside: Callable[[str], object] | None) -> None:
        reason = in_spanish(error)
        self.failures.append(Failure(subject, reason))
        expected = is_own(error) or isinstance(error, ValidationError)
        log.error("%s: %s%s", subject, reason, "" if expected else frames(error))
        if set_aside is not None:
            with self.item(subject):
                set_aside(reason)


def is_down(error: BaseException) -> bool:
    """Whether a store does not answer, or a machine has no room: the item is not to blame, and the next would fail."""
    if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        return True
    if isinstance(error, psycopg.OperationalError):
        return not (error.sqlstate or "").startswith(ROW_TOO_LARGE)
    return isinstance(error, Unreachable) or not STORES.isdisjoint(_classes(error))


def meaning(error: BaseException) -> Meaning:
    """What an error means and what to do about it."""
    if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        return OF_THE_MACHINE[error.errno]
    return next((MEANINGS[name] for name in _classes(error) if name in MEANINGS), UNEXPECTED)


def in_spanish(error: BaseException) -> str:
    """Why something failed, in one line: what it means, and last what was said. Values are not repeated."""
    words = said(error)
    if is_own(error):
        return words
    return f"{meaning(error).what} ({type(error).__name__}{': ' if words else ''}{words})"


def said(error: BaseException) -> str:
    """An error's own words, bounded, in one line; of errors that are not ours without the values that they repeat."""
    if isinstance(error, ValidationError):
        return storable(_fields(error))
    if is_own(error):
        return storable(str(error))
    if isinstance(error, psycopg.Error):
        words = error.diag.message_primary or str(error).partition("\n")[0]
        places = [error.diag.table_name, error.diag.column_name, error.diag.constraint_name]
        where = f" ({', '.join(place for place in places if place)})" if any(places) else ""
        return storable(_without_values(words) + where)
    if isinstance(error, UnicodeDecodeError | UnicodeEncodeError):  # whose words name bytes of the text
        return f"{error.encoding}, posición {error.start}"
    return storable(_without_values(str(error)))


def storable(text: str) -> str:
    """A text as PostgreSQL can hold it, where it only tells: a NUL and half a surrogate become a mark."""
    return NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_own(error: BaseException) -> bool:
    """Whether an error is one of this product, whose words are Spanish and repeat only what may be shown."""
    return type(error).__module__.partition(".")[0].startswith(OWN)


def frames(error: BaseException) -> str:
    """Where an error came from, for engineers: without its words, which may repeat a row."""
    return "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()


def _classes(error: BaseException) -> Sequence[str]:
    return [f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__]


def _without_values(words: str) -> str:
    shown = LONG_NUMBER.sub("…", QUOTED.sub("«…»", " ".join(words.split())))
    return shown if len(shown) <= LONGEST_SAID else f"{shown[:LONGEST_SAID]}…"


def _fields(error: ValidationError) -> str:
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    shown = [f"{'.'.join(map(str, problem['loc'])) or 'fila'}: {_problem(problem)}" for problem in problems]
    more = [f"y {len(shown) - PROBLEMS_SHOWN} más"] if len(shown) > PROBLEMS_SHOWN else []
    return "; ".join([*shown[:PROBLEMS_SHOWN], *more])


def _problem(problem: ErrorDetails) -> str:
    kind = problem["type"]
    known = next((words for begins, words in FIELD_PROBLEMS.items() if kind.startswith(begins)), None)
    return known or OURS.sub("", problem["msg"])


FIELD_PROBLEMS = {
    "missing": "falta",
    "extra_forbidden": "no se conoce",
    "string": "no es un texto",
    "int": "no es un número entero",
    "decimal": "no es un número",
    "finite_number": "no es un número finito",
    "bool": "no es sí o no",
    "datetime": "no es un instante",
    "date": "no es una fecha",
    "timezone": "no dice su zona horaria",
    "literal": "no es un valor conocido",
    "greater_than": "es menor de lo que puede ser",
    "less_than": "es mayor de lo que puede ser",
}
"""What is wrong with a field, by how the type of pydantic's error begins."""
