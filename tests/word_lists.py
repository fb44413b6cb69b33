"""Derives the words that masking keeps from the lists of three libraries. Run by ``make words``.

``simplemma`` (MIT) knows the inflected forms of Spanish words, ``pyspellchecker`` (MIT) which words are in
use, also of English, ``faker`` (MIT) which are names of persons and of Colombia's municipalities. None of them is
needed at run time, and an upgrade of one changes nothing that was masked: what is kept changes only with the files
written here.
"""

from __future__ import annotations

import gzip
import importlib
import pkgutil
from collections.abc import Iterable, Iterator

import faker.providers.person
from faker.providers.address.es_CO import Provider as Places
from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory
from spellchecker import SpellChecker

from service_reports.masking.known_words import ENGLISH, FOLDER, OTHER_WORDS, PLACES, VERBS, folded

NAMES_OF = ("es", "es_AR", "es_CA", "es_CL", "es_CO", "es_ES", "es_MX", "pt_BR", "pt_PT")
"""Where the names of people in Colombia come from."""
SHORT = 6
"""Letters of a rare word up to which it is more likely the surname of somebody."""
LONGEST = 24
SELDOM = 60
"""Times that an English word was counted below which it says nothing in a message of a program."""


def ordinary_words() -> tuple[set[str], set[str]]:
    """Folded forms of Spanish verbs in use, and of all other words; of rare ones that are no verbs only the long."""
    in_use = SpellChecker(language="es").word_frequency.dictionary
    forms = {_text(form): _text(lemma) for form, lemma in DefaultDictionaryFactory().get_dictionary("es").items()}
    verbs, others = set(), set()
    for form, lemma in forms.items():
        if not form.isalpha() or form != form.lower() or len(form) > LONGEST or not folded(form).isascii():
            continue
        verb = lemma.endswith(("ar", "er", "ir", "ír")) and lemma in forms
        used = lemma in in_use or form in in_use
        if verb and lemma in in_use:
            verbs.add(folded(form))
        elif verb or used or len(form) > SHORT:
            others.add(folded(form))
    return verbs, others


def english() -> set[str]:
    """English words in use, of two letters and more."""
    counted = SpellChecker(language="en").word_frequency.dictionary.items()
    return {word for word, times in counted if times >= SELDOM and word.isascii() and word.isalpha() and len(word) > 1}


def places() -> set[str]:
    """Colombia's municipalities, folded, their words apart by one blank."""
    return {" ".join(folded(word) for word in name.replace(",", " ").split()) for _, name in Places.municipalities}


def names() -> Iterator[tuple[str, str]]:
    """Every word of a name, folded, and whether it is a ``given`` name or a ``surname``."""
    known = {module.name for module in pkgutil.iter_modules(faker.providers.person.__path__)}
    for place in sorted(known.intersection(NAMES_OF)):
        provider = importlib.import_module(f"faker.providers.person.{place}").Provider
        for field, values in vars(provider).items():
            kind = "given" if field.startswith("first_name") else "surname" if field.startswith("last_name") else None
            if kind is None or not isinstance(values, Iterable):
                continue
            for name in values:
                yield from ((folded(word), kind) for word in name.split() if word.isalpha() and word[0].isupper())


def main() -> None:
    kinds: dict[str, set[str]] = {}
    for name, kind in names():
        kinds.setdefault(name, set()).add(kind)
    lines = (f"{name} {' '.join(sorted(kinds[name]))}\n" for name in sorted(kinds))
    (FOLDER / "names.txt").write_text("".join(lines), encoding="ascii")
    (FOLDER / PLACES).write_text("\n".join(sorted(places())) + "\n", encoding="ascii")
    for words, file in zip((*ordinary_words(), english()), (VERBS, OTHER_WORDS, ENGLISH), strict=True):
        (FOLDER / file).write_bytes(gzip.compress("\n".join(sorted(words)).encode(), mtime=0))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()


if __name__ == "__main__":
    main()
