"""Takes personal data out of texts that people wrote at the help desk.

The execution documents of a public contract get published, so only what is known to be harmless stays: words
of the Spanish dictionary, what the platform's field says besides (``known_words``), counts, percentages, dates, and
what the caller names. Everything else is hidden: first what has a form of its own (``accesses``, ``addresses``,
``numbers``), then each word that is nowhere known, and each that is a name of persons where it stands like one
(``names_in_texts``).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from service_reports.masking.accesses import without_accesses
from service_reports.masking.addresses import without_addresses
from service_reports.masking.file_names import FILE_NAME, safe_file_name
from service_reports.masking.health import without_health
from service_reports.masking.known_words import folded, is_ordinary, of
from service_reports.masking.names_in_texts import without_names
from service_reports.masking.numbers import codes_settled, without_births, without_numbers
from service_reports.masking.patterns import rare
from service_reports.masking.settled import MARKS, PERSON_MARK, PLACEHOLDER, UNKNOWN_MARK, Settled

REQUEST_CODE = re.compile(r"Solicitud BH-[0-9A-F]{6}")
"""What stands for a request of the hour bank whose words a contract keeps inside."""
TOKEN = re.compile(r"[^\W_](?:[\w./-]*[^\W_])?")
CLOSING = rare(
    "atentamente|cordialmente|respetuosamente|quedo atent|quedamos atent|att|firma:",
    r"(?<![^\W\d_])(?:(?:atentamente|cordialmente|respetuosamente|quedo atent[oa]|quedamos atent[oa]s|atte)(?!\w)"
    r"(?!\s+(?:solicit|se\s|le\s|les\s|a\s+(?:su|la|los|el|las)\b|me\s|pid|requ))|att[.:,\n]|firma:)"
    r".*?(?=\n\s*(?:-{3,}|_{3,}|de:|from:|el\s.{1,80}escribi)|\Z)",
    re.IGNORECASE | re.DOTALL,
)
CLOSING_AFTER_TEXT = rare(
    "gracias|saludo|feliz",
    r"(?:(?<=[.;:!?\n])\s*|(?<=\S)\s+)¡?\s*(?i:(?:muchas|mil|de antemano,?)\s+)?"
    r"(?i:gracias|(?:un\s+)?cordial\s+saludo|un\s+saludo|saludos(?:\s+cordiales)?|feliz\s+(?:d[íi]a|tarde))\b(?P<rest>(?:\W+\w+){0,14}\W*)$",
    re.NOFLAG,
)
"""Words that also open a text: they close it where nothing follows but a signature."""
HEADER = rare(
    ":",
    r"^([ \t>*]*(?:de|para|cc|cco|from|to|remitente|destinatarios?|enviado\s+por|sent\s+by)\s*:"
    r"(?![ \t*]*[\d\uE000-\uF8FF])[ \t*]*)(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)


@lru_cache(maxsize=64)
def _words_of(phrases: frozenset[str]) -> frozenset[str]:
    """The words of phrases, folded: the same lists come with every text of a report."""
    return frozenset(folded(word) for phrase in phrases for word in re.findall(r"[^\W\d_]+", phrase))


def masked(text: str, known: Collection[str] = (), *, classified: bool = False) -> str:
    """``text`` with what is known to be harmless; a mark in square brackets tells what the rest was.

    ``known`` are words, phrases and numbers that may stay besides: tickets' numbers, codes and names of the
    contract's own lists. Of a ``classified`` text, which somebody chose and nobody wrote, as a category or an office,
    words that no list knows stay. What is masked once stays as it is when it is masked again.

    >>> masked("Llamar al 315 555 01 02. Cordialmente, Nombre Apellido")
    'Llamar al [teléfono].'
    """
    return _masked(text, frozenset(known), classified)


@lru_cache(maxsize=4096)
def _masked(text: str, known: frozenset[str], classified: bool) -> str:
    """A report prints the same texts in many places."""
    words = _words_of(known)
    while (again := _masked_once(text, known, words, classified)) != text:
        text = again
    return text


def _masked_once(text: str, known: frozenset[str], words: frozenset[str], classified: bool) -> str:
    text = PLACEHOLDER.sub("", text)
    # Long runs of blanks say nothing, and would be gone through again from each of them.
    text = re.sub(r"\n{4,}", "\n\n", re.sub(r"[^\S\n]{3,}", " ", text))
    settled = Settled()
    text = CLOSING.sub(
        lambda match: "" if text[: match.start()].strip() or _is_signature(match.group()) else match.group(), text
    )
    text = CLOSING_AFTER_TEXT.sub(lambda match: "" if _is_signature(match["rest"]) else match.group(), text)
    for mark in MARKS:
        text = text.replace(mark, settled.keep(mark)) if mark in text else text

    text = REQUEST_CODE.sub(settled.kept, text)

    def is_known(word: str) -> bool:
        return classified or word in words or word in of("") or is_ordinary(word)

    if known:
        text = TOKEN.sub(lambda match: settled.kept(match) if match.group() in known else match.group(), text)
    text = HEADER.sub(settled.mark(PERSON_MARK, 1), text)
    text = codes_settled(text, settled)
    text = without_accesses(text, settled, is_known)
    text = FILE_NAME.sub(lambda match: settled.keep(safe_file_name(match, known, is_known)), text)
    text = without_births(text, settled)
    text = without_addresses(text, settled)
    text = without_health(text, settled)
    text = without_numbers(text, settled, is_known)
    text = without_names(text, is_known, lambda person: settled.keep(PERSON_MARK if person else UNKNOWN_MARK))
    return settled.restored(text).strip()


def _is_signature(rest: str) -> bool:
    """Whether what follows a word of thanks is but a name, a post and a number."""
    words = re.findall(r"[^\W\d_]+", rest)
    lower = [word for word in words if word.islower() and is_ordinary(folded(word)) and len(word) > 3]  # noqa: PLR2004
    return len(lower) <= len(words) // 4
