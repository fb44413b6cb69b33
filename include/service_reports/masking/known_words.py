"""Which words are known to be harmless, and which of them are names of persons too. Read when first asked.

``verbs.txt.gz``, ``other_words.txt.gz``, ``english.txt.gz``, ``names.txt`` and ``places.txt`` are derived from
libraries by ``tests/word_lists.py``; ``field_words.txt`` is what the help desk of a tax platform says besides. All of
them hold folded words: without case and accents.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import combining, normalize

FOLDER = Path(__file__).parent / "harmless"
VERBS, OTHER_WORDS, ENGLISH, PLACES = "verbs.txt.gz", "other_words.txt.gz", "english.txt.gz", "places.txt"
EVERY_KIND = ""


class Names(NamedTuple):
    """The words of names of persons."""

    given: frozenset[str]
    surnames: frozenset[str]


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """A word without case and accents.

    >>> folded("Exógena"), folded("AÑO")
    ('exogena', 'ano')
    """
    if word.isascii():
        return word.lower()
    return "".join(letter for letter in normalize("NFD", word.casefold()) if not combining(letter))


def is_ordinary(word: str) -> bool:
    """Whether a folded word is one of the Spanish dictionary."""
    return is_verb(word) or _holds(OTHER_WORDS, word)


def is_verb(word: str) -> bool:
    """Whether a folded word is, before all, a form of a Spanish verb."""
    return _holds(VERBS, word)


def is_english(word: str) -> bool:
    """Whether a folded word is one of the English dictionary: harmless in the message of a program, and only there."""
    return _holds(ENGLISH, word)


@lru_cache(maxsize=65536)
def _holds(file: str, word: str) -> bool:
    # Searched where it lies: half a million separate strings would cost ten times the memory.
    words = _read(file)
    sought = word.encode()
    place = bisect_left(range(len(words)), sought, key=lambda start: _word_around(words, start))
    return place < len(words) and _word_around(words, place) == sought


def _word_around(words: bytes, place: int) -> bytes:
    end = words.find(b"\n", place)
    return words[words.rfind(b"\n", 0, place) + 1 : end if end >= 0 else None]


@cache
def _read(file: str) -> bytes:
    return gzip.decompress((FOLDER / file).read_bytes())


def of(kind: str) -> frozenset[str]:
    """The words of the field of one kind, as ``field_words.txt`` names them; ``""`` gives all of them.

    Raises:
        KeyError: there is no such kind.
    """
    return _field_words()[kind]


@cache
def _field_words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {EVERY_KIND: set()}
    for line in (FOLDER / "field_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        words = line.split()
        kind = words.pop(0)[1:] if line.startswith("@") else EVERY_KIND
        found.setdefault(kind, set()).update(words)
    # A form of address is harmless itself; what may be part of a name is known by its own kinds.
    return {kind: frozenset(words) for kind, words in found.items()} | {
        EVERY_KIND: frozenset(found[EVERY_KIND].union(*(found[kind] for kind in ("rather-word", "function", "title"))))
    }


@cache
def places() -> frozenset[str]:
    """Colombia's municipalities, folded."""
    return frozenset((FOLDER / PLACES).read_text(encoding="ascii").splitlines())


@cache
def names() -> Names:
    """The names of persons."""
    kinds = [line.split() for line in (FOLDER / "names.txt").read_text(encoding="ascii").splitlines()]
    return Names(
        frozenset(name for name, *kind in kinds if "given" in kind),
        frozenset(name for name, *kind in kinds if "surname" in kind),
    )
