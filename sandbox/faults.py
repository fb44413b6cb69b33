"""What goes wrong in the outside world, on purpose.

A scenario's ``faults.yaml`` lists rounds of faults; a test switches them on and off with
:meth:`sandbox.supervisor.Sandbox.set_faults`. Both write one control file, which the servers look
at again with every request.

Faults of an *answer* hold for a number of requests (``times``), or until they are cleared; so do
faults of the *mail* server, each at one moment of a conversation. Faults of the *bucket* change
what the provider's bucket holds, and hold until they are cleared.
"""

from __future__ import annotations

import csv
import gzip
import io
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from sandbox.cost_reports import CostReport

FAULTS_FILE = "faults.yaml"
LONGEST_HANG_SECONDS = 120
BOMB_CHUNK = b"0" * 2**20

Operation = Literal[
    "*", "list_objects", "get_object", "summarize_metrics_data", "list_backups", "request_summarized_usages", "s3"
]
MailMoment = Literal["connect", "mail", "rcpt", "data", "text", "keep", "answer"]
"""Of a conversation: greeting, MAIL, RCPT, DATA, amid the text, after the text, after the message was kept."""
Text = Annotated[str, StringConstraints(min_length=1)]


class FaultError(ValueError):
    """Faults that do not hold; the message names file, field, value and remedy."""


class Fault(BaseModel):
    """Base of the faults; ``name`` is a pattern (``*`` and ``?``) of the object, path or query it is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text = "*"


class AnswerFault(Fault):
    """Spoils the answers to ``times`` requests of an operation; without ``times``, all of them."""

    operation: Operation = "*"
    times: Annotated[int, Field(ge=1)] | None = None


class HttpError(AnswerFault):
    """The service answers with an error that it may get over."""

    kind: Literal["http_error"]
    status: Literal[429, 500, 502, 503, 504] = 503
    retry_after: Annotated[int, Field(ge=0, le=LONGEST_HANG_SECONDS)] | None = None
    """Seconds that the answer asks to wait, where it asks."""


class Reset(AnswerFault):
    """The connection is reset after half of the body."""

    kind: Literal["reset"]


class Truncated(AnswerFault):
    """Only half of the body comes, with a content-length that agrees with it."""

    kind: Literal["truncated"]


class WrongMd5(AnswerFault):
    """A whole gzip file comes, but without the last line of the one the content-md5 was made of."""

    kind: Literal["wrong_md5"]


class Encoded(AnswerFault):
    """The answer says that its content is encoded as gzip, as an object does that was stored so."""

    kind: Literal["encoded"]


class Slow(AnswerFault):
    """The answer waits for some seconds."""

    kind: Literal["slow"]
    seconds: Annotated[float, Field(gt=0, le=LONGEST_HANG_SECONDS)]


class Hanging(AnswerFault):
    """The answer never comes: the connection stays open until the fault is cleared."""

    kind: Literal["hanging"]


class ClockSkew(Fault):
    """The server's clock is wrong by some minutes: it refuses dates that it thinks are false."""

    kind: Literal["clock_skew"]
    minutes: int


class Absent(Fault):
    """The object is not there yet: it will appear late, whatever its name."""

    kind: Literal["absent"]


class ListedTwice(Fault):
    """The listing tells of the object twice."""

    kind: Literal["listed_twice"]


class Copied(Fault):
    """The same bytes lie under a further name; ``repacked``: the same lines, packed in another way."""

    kind: Literal["copied"]
    repacked: bool = False


class BackReferences(Fault):
    """Every line of the object names an earlier one, though it corrects none."""

    kind: Literal["back_references"]


class OlderVersion(Fault):
    """The object is an older version, with another etag, that lacks the second half of the lines."""

    kind: Literal["older_version"]


class ChangedHeader(Fault):
    """The object's header is another one than usual."""

    kind: Literal["changed_header"]
    change: Literal["case", "order", "extra_columns", "without_optional", "without_required"]


class GzipBomb(Fault):
    """The object's few bytes unpack to very many, on one line that never ends."""

    kind: Literal["gzip_bomb"]
    megabytes: Annotated[int, Field(ge=1, le=4096)] = 512


class DottedName(Fault):
    """The object's name climbs out of its folder with ``..``."""

    kind: Literal["dotted_name"]


class OverlappingPages(Fault):
    """The listing of backups comes in pages of few, each of which begins with the last of the one before."""

    kind: Literal["overlapping_pages"]
    size: Annotated[int, Field(ge=2)] = 2


class Uncompressed(Fault):
    """The dump in the bucket lies there as it was before it was compressed: without ``.gz``, of another size."""

    kind: Literal["uncompressed"]
    size_bytes: Annotated[int, Field(ge=0)]


class LiesElsewhere(Fault):
    """The compartment lies under another one."""

    kind: Literal["lies_elsewhere"]
    under: Text


class MailFault(Fault):
    """Spoils ``times`` conversations with the mail server, ``at`` one moment; without ``times``, all of them.

    ``name`` is a pattern of the address at ``mail`` and ``rcpt``, of the ``Message-ID`` after the text.
    """

    at: MailMoment
    times: Annotated[int, Field(ge=1)] | None = None


class MailRefused(MailFault):
    """The server says no: for now (4xx) or for ever (5xx). The message is not kept."""

    kind: Literal["mail_refused"]
    at: Literal["connect", "mail", "rcpt", "data", "keep"]
    status: Annotated[int, Field(ge=400, le=599)] = 451


class MailDelayed(MailFault):
    """The server goes on after some seconds; who does not wait so long never hears of it."""

    kind: Literal["mail_delayed"]
    at: Literal["connect", "mail", "rcpt", "data", "keep", "answer"]
    seconds: Annotated[float, Field(gt=0, le=LONGEST_HANG_SECONDS)]


class MailDropped(MailFault):
    """The connection is reset. At ``answer`` the message was kept, and who sent it never hears of it."""

    kind: Literal["mail_dropped"]


AnyFault = Annotated[
    HttpError
    | Reset
    | Truncated
    | WrongMd5
    | Encoded
    | Slow
    | Hanging
    | ClockSkew
    | Absent
    | ListedTwice
    | Copied
    | BackReferences
    | OverlappingPages
    | Uncompressed
    | LiesElsewhere
    | OlderVersion
    | ChangedHeader
    | GzipBomb
    | DottedName
    | MailRefused
    | MailDelayed
    | MailDropped,
    Field(discriminator="kind"),
]
FAULTS: TypeAdapter[tuple[Any, ...]] = TypeAdapter(tuple[AnyFault, ...])

REMEDIES = {
    "union_tag_invalid": "write one of the kinds that the message lists",
    "union_tag_not_found": "say which kind of fault it is",
    "extra_forbidden": "remove the field: this kind of fault has no such thing",
    "missing": "add the field",
    "literal_error": "write one of the values that the message lists",
}


def _validate(document: object, source: str) -> tuple[Fault, ...]:
    try:
        return FAULTS.validate_python(document)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            field = ".".join(str(part) for part in problem["loc"]) or "(the whole)"
            value = problem["input"]
            if isinstance(value, dict):
                field, value = (f"{field}.kind", value["kind"]) if "kind" in value else (field, value)
            remedy = REMEDIES.get(problem["type"], "correct the value")
            lines.append(f"{source}: {field} has {value!r}: {problem['msg']} — {remedy}")
        raise FaultError("\n".join(lines)) from error


def make_faults(faults: Iterable[Mapping[str, Any] | Fault], source: str = "faults") -> tuple[Fault, ...]:
    """Faults from their plain form, such as ``{"kind": "http_error", "operation": "get_object", "times": 2}``.

    Raises:
        FaultError: an unknown kind or field, or a value it cannot have.
    """
    return _validate([dict(fault) if isinstance(fault, Fault) else fault for fault in faults], source)


def read_rounds(folder: Path) -> tuple[tuple[Fault, ...], ...]:
    """The rounds of a scenario's ``faults.yaml``; none where there is no such file.

    Raises:
        FaultError: the file cannot be read or does not hold.
    """
    path = folder / FAULTS_FILE
    if not path.exists():
        return ()
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaultError(f"{path.name}: is not readable YAML: {error} — correct the text there") from error
    if not isinstance(document, dict) or set(document) != {"rounds"} or not isinstance(document["rounds"], list):
        raise FaultError(f"{path.name}: has {document!r}: not one list, rounds — write the rounds of faults under it")
    return tuple(
        _validate(faults or [], f"{path.name}: rounds.{number}") for number, faults in enumerate(document["rounds"])
    )


def write_control(path: Path, faults: Sequence[Fault]) -> None:
    """Make these the faults that hold from now on, with their counts anew."""
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(FAULTS.dump_json(tuple(faults)))
    unfinished.replace(path)


class FaultSwitch:
    """A server's view of the control file: what is wrong just now. Safe to ask from many threads."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._faults: tuple[Fault, ...] = ()
        self._left: list[int | None] = []

    def _look(self) -> None:
        if self._path is None or not self._path.exists():
            return
        status = self._path.stat()
        if (status.st_ino, status.st_mtime_ns) != self._seen:
            self._faults = FAULTS.validate_json(self._path.read_bytes())
            self._left = [getattr(fault, "times", None) for fault in self._faults]
            self._seen = status.st_ino, status.st_mtime_ns

    def take(self, operation: str, name: str) -> Fault | None:
        """The fault that spoils this request, if any; it counts as one of its times."""
        return self._first(name, lambda fault: isinstance(fault, AnswerFault) and fault.operation in ("*", operation))

    def take_mail(self, moment: MailMoment, name: str) -> Fault | None:
        """The fault that spoils this moment of a conversation, if any; it counts as one of its times."""
        return self._first(name, lambda fault: isinstance(fault, MailFault) and fault.at == moment)

    def _first(self, name: str, concerned: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            self._look()
            for position, fault in enumerate(self._faults):
                left = self._left[position]
                if left != 0 and concerned(fault) and fnmatchcase(name, fault.name):
                    self._left[position] = None if left is None else left - 1
                    return fault
        return None

    def of_bucket(self) -> tuple[Fault, ...]:
        """The faults of the bucket that hold just now."""
        with self._lock:
            self._look()
            return tuple(fault for fault in self._faults if not isinstance(fault, AnswerFault | ClockSkew | MailFault))

    def skew(self) -> timedelta:
        """How much the server's clock is fast."""
        with self._lock:
            self._look()
            return sum(
                (timedelta(minutes=fault.minutes) for fault in self._faults if isinstance(fault, ClockSkew)),
                timedelta(),
            )

    def wait(self, fault: Slow | Hanging) -> None:
        """Wait as long as the fault lasts."""
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
            return
        until = time.monotonic() + LONGEST_HANG_SECONDS
        while time.monotonic() < until and fault in self._holding():
            time.sleep(0.1)

    def _holding(self) -> tuple[Any, ...]:
        with self._lock:
            self._look()
            return self._faults


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(gzip.decompress(content).decode())))


def _packed(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), 6, mtime=0)


def older_version(content: bytes) -> bytes:
    """A cost report that lacks the second half of the lines."""
    header, *lines = _rows(content)
    return _packed([header, *lines[: len(lines) // 2]])


OPTIONAL_COLUMNS = ("product/availabilityDomain", "cost/attributedCost", "usage/attributedUsage", "cost/subscriptionId")
REQUIRED_COLUMN = "usage/billedQuantity"


def changed_header(content: bytes, change: str) -> bytes:
    """A cost report with the same lines under another header."""
    rows = _rows(content)
    header = rows[0]
    if change == "case":
        return _packed([[name.swapcase() for name in header], *rows[1:]])
    if change == "order":
        return _packed([list(reversed(row)) for row in rows])
    if change == "extra_columns":
        return _packed([[*header, "cost/newInThisRelease", "tags/proyecto"], *([*row, "1", "año"] for row in rows[1:])])
    without = OPTIONAL_COLUMNS if change == "without_optional" else (REQUIRED_COLUMN,)
    kept = [position for position, name in enumerate(header) if name not in without]
    return _packed([[row[position] for position in kept] for row in rows])


@cache
def gzip_bomb(header: str, megabytes: int) -> bytes:
    """Few bytes that unpack to a header and one line of so many megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(header.encode() + b"\n")]
    parts += [packer.compress(BOMB_CHUNK) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def back_references(content: bytes) -> bytes:
    """A cost report each of whose lines names an earlier one; those that correct one name it already."""
    header, *lines = _rows(content)
    own, earlier = header.index("lineItem/referenceNo"), header.index("lineItem/backreferenceNo")
    for line in lines:
        line[earlier] = line[earlier] or f"{line[own]}-0"
    return _packed([header, *lines])


def changed_text(content: bytes) -> bytes:
    """A cost report that lacks its last line: whole and readable, but not the one that was asked for."""
    return _packed(_rows(content)[:-1])


def spoiled(fault: Fault, report: CostReport) -> tuple[CostReport, ...]:
    """What the bucket holds instead of an object, under a fault."""
    folder, _, file_name = report.name.rpartition("/")
    match fault:
        case Absent():
            return ()
        case Copied(repacked=repacked):
            content = gzip.compress(gzip.decompress(report.content), 1, mtime=1) if repacked else report.content
            return report, replace(report, name=f"{folder}/9{file_name[1:]}", content=content)
        case BackReferences():
            return (replace(report, content=back_references(report.content)),)
        case OlderVersion():
            return (replace(report, content=older_version(report.content)),)
        case ChangedHeader(change=change):
            return (replace(report, content=changed_header(report.content, change)),)
        case GzipBomb(megabytes=megabytes):
            header = ",".join(_rows(report.content)[0])
            return (replace(report, content=gzip_bomb(header, megabytes)),)
        case DottedName():
            return (replace(report, name=f"{folder}/../../{file_name}"),)
    return (report,)


def spoiled_bucket(reports: Iterable[CostReport], faults: Sequence[Fault]) -> dict[str, CostReport]:
    """The provider's bucket by name, under the faults that hold."""
    held = tuple(reports)
    for fault in faults:
        held = tuple(
            after
            for report in held
            for after in (spoiled(fault, report) if fnmatchcase(report.name, fault.name) else (report,))
        )
    return {report.name: report for report in held}
