"""The names under which attachments are saved: whole for programs that read RFC 2231, short and plain for the others.

Python's own folding splits a long name into ``filename*0*=``, ``filename*1*=``, which older programs
show as an attachment without a name, or save as ``ATT00001.bin``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import category, combining, normalize
from urllib.parse import quote

from service_reports.delivery.one_line import one_line
from service_reports.delivery.written_header import WrittenHeader

LONGEST_PLAIN = 60
"""With the parameter's own name it stays in one line of 78 characters (RFC 5322, 2.1.1), which nobody folds."""
LONGEST_EXTENSION = 10
LONGEST_LINE = 900
"""Octets of an encoded name in one line, of the 998 that a line may have."""
LONGEST_NAME = 240
"""Characters; file systems take 255."""
NOT_PLAIN = re.compile(r"[^A-Za-z0-9.-]+")
NOT_IN_A_NAME = re.compile(r'[/\\:*?"<>|]+')
UNRESERVED = "!#$&+-.^_`|~"
"""Of ``attr-char`` of RFC 2231 and RFC 5987."""


def whole_name(file_name: str) -> str:
    """A name without what no file system or no reader can take: line ends, invisible characters, paths."""
    seen = "".join(each for each in normalize("NFC", one_line(file_name)) if category(each) not in ("Cf", "Co", "Cn"))
    name = NOT_IN_A_NAME.sub("_", seen).strip(" .")
    stem, extension = _split(name)
    return (stem[: LONGEST_NAME - len(extension)] + extension) or "adjunto"


def plain_names(file_names: Iterable[str]) -> Iterator[str]:
    """For each name a short one of ASCII letters, digits and ``._-``, no two alike even where case does not count."""
    taken: set[str] = set()
    for file_name in file_names:
        bare = "".join(each for each in normalize("NFKD", whole_name(file_name)) if not combining(each))
        stem, extension = _split(NOT_PLAIN.sub("_", bare))
        stem, number = stem.strip("._-") or "adjunto", 1
        name = stem[: LONGEST_PLAIN - len(extension)] + extension
        while name.lower() in taken:
            number += 1
            after = f"-{number}{extension}"
            name = stem[: LONGEST_PLAIN - len(after)] + after
        taken.add(name.lower())
        yield name


def naming(media_type: str, file_name: str, plain: str) -> tuple[WrittenHeader, WrittenHeader]:
    """``Content-Type`` and ``Content-Disposition`` of an attachment.

    The whole name is encoded where the plain one is another; it stands first, for parsers that take the first of two.
    """
    whole = whole_name(file_name)
    parameters = [f'filename="{plain}"']
    if whole != plain:
        parameters = [*_encoded(whole), *parameters]
    return (
        WrittenHeader("Content-Type", media_type, [f'name="{plain}"']),
        WrittenHeader("Content-Disposition", "attachment", parameters),
    )


def _encoded(name: str) -> list[str]:
    text = f"UTF-8''{quote(name, safe=UNRESERVED)}"
    if len(text) <= LONGEST_LINE:
        return [f"filename*={text}"]
    starts = range(0, len(text), LONGEST_LINE)
    return [f"filename*{number}*={text[at : at + LONGEST_LINE]}" for number, at in enumerate(starts)]


def _split(name: str) -> tuple[str, str]:
    """A name without its extension, and the extension with its point; empty where it has none."""
    stem, point, extension = name.rpartition(".")
    if not stem or not extension.isalnum() or len(extension) >= LONGEST_EXTENSION:
        return name, ""
    return stem, point + extension
