"""Categories that read the same are one: people write them with and without accents, capitals and dashes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from unicodedata import combining, normalize

from service_reports.records import Ticket

LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo")
"""Letters of Cyrillic and Greek that nobody tells from Latin ones."""
TILDE = "\u0303"
TicketType = TypeVar("TicketType", bound=Ticket)


def reading(category: str) -> str:
    """What a reader takes a category for: without case, accents (but ``ñ``), punctuation and superfluous blanks.

    >>> reading("Gestión — Cierres") == reading("GESTION  CIERRES.")
    True
    """
    latin = category.translate(LOOK_ALIKES)
    letters = normalize("NFD", latin if not _other_script(latin) else category).casefold()
    bare = "".join(
        each
        for place, each in enumerate(letters)
        if not combining(each) or (each == TILDE and letters[place - 1 : place] == "n")
    )
    return " ".join(re.findall(rf"[\w{TILDE}]+", bare)) or category


def _other_script(text: str) -> bool:
    return any("\u0370" <= each <= "\u052f" for each in text)


def with_one_spelling(
    tickets: Iterable[TicketType], known: Mapping[str, Sequence[str]], others: Iterable[Ticket] = ()
) -> tuple[TicketType, ...]:
    """The tickets with one spelling for categories that read the same, along each dimension of ``known``.

    It is the one in ``known``, else the most common among these tickets and the ``others``; of two equally common
    ones that with accents.
    """
    tickets = tuple(tickets)
    counted: list[Ticket] = [*tickets, *others]
    spelling = {dimension: _spellings(dimension, counted, values) for dimension, values in known.items()}
    return tuple(
        ticket.model_copy(
            update={
                name: of_reading[reading(said)]
                for name, of_reading in spelling.items()
                if (said := getattr(ticket, name)) is not None
            }
        )
        for ticket in tickets
    )


def _spellings(dimension: str, tickets: Iterable[Ticket], known: Sequence[str]) -> dict[str, str]:
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for category, count in Counter(getattr(ticket, dimension) for ticket in tickets).items():
        if category is not None:
            written[reading(category)][category] += count
    chosen = {
        each: min(of_it, key=lambda spelled: (-of_it[spelled], spelled.isascii(), spelled))
        for each, of_it in written.items()
    }
    return {**chosen, **{reading(category): category for category in reversed(known)}}
