"""Finds names of persons in a text, and the words that nobody knows; case, order and accents do not count.

A word is hidden where no list knows it, or where it is a name before it is a word (``known_words``). A word that is
rather a word (``Cruz`` of a street, ``Julio``) is hidden where it stands like a name: beside another, after a form of
address, or with a capital inside a sentence. A name runs on until a verb, a word of grammar or of the field.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from service_reports.masking.known_words import folded, is_ordinary, is_verb, names, of

LETTER = r"[^\W\d_ºª]"
WORD = re.compile(rf"(?<!\w)(?:{LETTER}\.[ ]?){{1,4}}(?=\W|$)|(?<!\w)(?:{LETTER}\.){{2,4}}|{LETTER}+(?:['’]{LETTER}+)*")
"""A word, or initials with their stops."""
SENTENCE_END = re.compile(r"[.!?:;…\n\r\t|•«»\"“”()¿¡*]|\s[-–—]\s")
BESIDE = re.compile(r"[ \t]*|[ \t]?[-–/][ \t]?")
NO_INITIALS = frozenset(
    {"pm", "am", "sa", "sas", "cc", "ce", "ti", "tp", "eu", "esp", "eeuu", "nit", "sc", "rr", "ps", "no", "ej"}
)
FIXED = re.compile(
    r"\bpaz\s+y\s+salvos?\b|\bpico\s+y\s+placa\b|\bvalle\s+del\s+cauca\b|\bplaza\s+de\s+mercado\b|\bc[áa]mara\s+de\s+comercio\b",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"(?<!\w)(?:S\.?\s?A\.?\s?S\.?|LTDA\.?|S\.\s?A\.?|S\.?\s?en\s?C\.?|E\.?\s?U\.|S\.?\s?C\.?\s?A\.|E\.?\s?S\.?\s?P\.?)(?!\w)"
    r"|\be\s+hij[oa]s\b|(?:&|\by\b)\s+(?:c[íi]a|compañ[íi]a|asociados|hermanos)\b",
    re.IGNORECASE,
)
BUSINESS = re.compile(
    r"\b(?:raz[óo]n\s+social|empresa|firma|sociedad|establecimiento(?:\s+de\s+comercio)?|almac[ée]n|tienda|fundaci[óo]n"
    r"|droguer[íi]a|ferreter[íi]a|restaurante|variedades|inversiones|constructora|comercializadora|distribuidora"
    r"|estaci[óo]n\s+de\s+servicio|granero|panader[íi]a|hotel|bar|taller|colegio|corporaci[óo]n|cooperativa)\s+"
    r"(?:denominad[oa]\s+|llamad[oa]\s+|es\s+|a\s+|de\s+|por\s+)*"
    r"[\"“«]?(?P<name>(?-i:[A-ZÁÉÍÓÚÑ][\w.]*)(?:\s+(?:(?:de|del|la|las|los|el|y|e|&)\s+)*(?-i:[A-ZÁÉÍÓÚÑ][\w.]*))*)",
    re.IGNORECASE,
)
MOST_OF_A_COMPANY = 6
MOST_BETWEEN = 4
MOST_PARTICLES = 3
SHORT = 4
"""Letters of a word that tells little."""
MANY_CAPITALS = 0.6
MANY_TITLES = 0.5
VERB_ENDINGS = re.compile(r"(?:me|te|se|l[aeo]s?|nos)$")
PREFIXES = ("auto", "anti", "co", "des", "inter", "multi", "pre", "re", "sobre", "sub", "super")


@dataclass
class _Word:
    """A word and its place.

    ``first`` where a sentence begins, ``caseless`` in a line of capitals, ``headline`` where most words have one;
    ``alike`` where it is a word before it is a
    name, ``own`` where it is of the field.
    """

    start: int
    end: int
    text: str
    plain: str
    known: bool
    alike: bool = False
    own: bool = False
    hidden: bool = False
    person: bool = False
    first: bool = False
    caseless: bool = False
    headline: bool = False

    @property
    def title(self) -> bool:
        """Whether its capital tells something."""
        return self.text[0].isupper() and not self.caseless

    @property
    def ends_a_name(self) -> bool:
        """Whether a name that runs before it stops: at grammar, a role, a verb (``mestizo`` has no accent: none)."""
        if self.plain in of("function") or self.plain in of("title") or self.plain in of("role"):
            return True
        return is_verb(self.plain) and (not self.plain.endswith("o") or self.text[-1] in "óÓ")

    def hide(self) -> None:
        self.hidden = self.person = True


def without_names(text: str, is_known: Callable[[str], bool], mark: Callable[[bool], str]) -> str:
    """The text with a mark for each name and unknown word; ``mark`` is told whether it is a person's name."""
    fixed = {place for match in FIXED.finditer(text) for place in range(match.start(), match.end())}
    words = [word for word in _words(text, is_known) if word.start not in fixed]
    _hide_companies(text, words)
    if not any(word.hidden or word.alike or word.title for word in words):
        return text
    _hide_addressed(text, words)
    _hide_pairs(text, words)
    _spread(text, words)
    return _marked(text, words, mark)


def _words(text: str, is_known: Callable[[str], bool]) -> list[_Word]:
    found: list[_Word] = []
    end = 0
    for line in re.finditer(r"[^\n]+", text):
        matches = list(WORD.finditer(text, line.start(), line.end()))
        long = [match.group() for match in matches if len(match.group()) > 2]  # noqa: PLR2004
        caseless = bool(long) and sum(word.isupper() for word in long) > MANY_CAPITALS * len(long)
        headline = sum(word.istitle() for word in long) > MANY_TITLES * len(long)
        for match in matches:
            first = not found or bool(SENTENCE_END.search(text, end, match.start()))
            found.append(replace(_word(match, is_known), first=first, caseless=caseless, headline=headline))
            found[-1].person = found[-1].person or (found[-1].hidden and found[-1].title)
            end = match.end()
    return found


def _word(match: re.Match[str], is_known: Callable[[str], bool]) -> _Word:
    text = match.group().rstrip(" ")
    start = match.start()
    plain = folded(text)
    lists = names()
    if "." in text:
        plain = plain.replace(".", "").replace(" ", "")
        initials = plain not in NO_INITIALS and not is_known(plain) and (len(plain) > 1 or text[0].isupper())
        hidden = initials and len(plain) > 1
        return _Word(start, start + len(text), text, plain, known=True, hidden=hidden, person=hidden)
    named = (plain in lists.given or plain in lists.surnames) and plain not in of("particle")
    known = len(plain) == 1 or is_known(plain) or (not named and _is_form(plain))
    alike = known and plain not in of("particle") and (plain in of("rather-word") or (named and plain in of("")))
    name = named and not alike
    return _Word(
        start, match.end(), text, plain, known, alike, own=plain in of(""), hidden=name or not known, person=name
    )


def _is_form(plain: str) -> bool:
    """Whether an unlisted word is a known one with an ending or a prefix."""
    if len(plain) < 6:  # noqa: PLR2004
        return False
    stem = plain
    for _ in range(2):
        shorter = VERB_ENDINGS.sub("", stem)
        if shorter != stem and len(shorter) > 4 and is_verb(shorter):  # noqa: PLR2004
            return True
        stem = shorter
    if plain.endswith("s") and (is_ordinary(plain[:-1]) or plain[:-1] in of("")):
        return True
    if plain.endswith("mente") and (is_ordinary(plain[:-5]) or is_ordinary(plain[:-6] + "o")):
        return True
    return any(
        plain.startswith(prefix) and len(plain) - len(prefix) > 4 and is_ordinary(plain.removeprefix(prefix))  # noqa: PLR2004
        for prefix in PREFIXES
    )


def _beside(text: str, left: _Word, right: _Word) -> bool:
    return BESIDE.fullmatch(text, left.end, right.start) is not None


def _hide_addressed(text: str, words: list[_Word]) -> None:
    """Whoever is addressed, or told of by a role, is named."""
    for place, word in enumerate(words):
        if word.plain not in of("title") and word.plain not in of("role"):
            continue
        after = place + 1
        while after < len(words) and words[after].plain in of("between") and after - place < MOST_BETWEEN:
            after += 1
        if after == len(words) or re.fullmatch(r"[\s.:,]*", text[words[after - 1].end : words[after].start]) is None:
            continue
        addressed = any(each.plain in of("title") for each in words[place:after])
        following = words[after + 1] if after + 1 < len(words) else None
        if _is_named(text, words[after], following, addressed):
            words[after].hide()


def _is_named(text: str, word: _Word, following: _Word | None, addressed: bool) -> bool:
    """Whether a word after a form of address or a role is a name."""
    if word.hidden:
        return True
    if word.plain in of("title") or word.plain in of("role"):
        return False
    beside = following is not None and _beside(text, word, following)
    if word.alike:
        alone = word.plain in names().given and word.plain in of("seldom-word")
        runs_on = beside and following is not None and (following.alike or following.hidden)
        return alone or runs_on or (addressed and (word.title or word.caseless))
    if word.own or word.plain in of("function") or len(word.plain) == 1:
        return False
    if addressed and word.title:
        return True
    named = (
        beside and following is not None and following.hidden and (addressed or following.person or not following.known)
    )
    return named and not is_verb(word.plain)


def _hide_pairs(text: str, words: list[_Word]) -> None:
    """A given name and a surname side by side are a person, though each be a word; so are two unknown words."""
    for left, right in pairwise(words):
        if not _beside(text, left, right):
            continue
        titled = left.title and right.title and not right.text.isupper()
        unlike = not left.own and not left.ends_a_name and (not right.own or right.alike)
        if left.hidden and right.hidden:
            left.person = right.person = True
        elif left.alike and right.alike and left.plain in names().given and right.plain not in of("calendar"):
            alone = left.plain in of("seldom-word")
            if alone or (titled and (not left.first or left.plain in of("calendar"))):
                left.hide()
                right.hide()
        elif (
            titled
            and not left.headline
            and not left.first
            and not right.first
            and unlike
            and right.plain not in of("function")
        ):
            left.hide()
            right.hide()
        elif titled and left.first and not left.own and not left.ends_a_name and right.hidden and right.person:
            left.hide()


def _spread(text: str, words: list[_Word]) -> None:
    """A name runs on to both sides."""
    waiting = [place for place, word in enumerate(words) if word.hidden]
    while waiting:
        place = waiting.pop()
        for step in (1, -1):
            reached = _reached(text, words, place, step)
            for each in reached:
                words[each].hide()
            if reached:
                words[place].person = True
                waiting += [place, *reached]


def _reached(text: str, words: list[_Word], place: int, step: int) -> list[int]:
    """The places of the next words on one side that are of the same name as a hidden one."""
    word = words[place]
    at = place + step
    passed: list[int] = []
    while 0 <= at < len(words) and words[at].plain in of("particle") and len(passed) < MOST_PARTICLES:
        passed.append(at)
        at += step
    if not 0 <= at < len(words) or not _joined(text, words, place, at):
        return []
    other = words[at]
    particles = {words[each].plain for each in passed}
    if other.hidden:
        joint = passed and word.person and other.person and not particles & {"y", "e", "i"}
        return [each for each in passed if not words[each].hidden] if joint else []
    if not word.person and not (step < 0 and not word.known):
        return []
    if passed:
        capital = other.title and (other.alike or not other.own) and other.plain not in of("function")
        named = capital or (other.alike and other.plain in of("place-name") and {"de", "del"} & particles)
        return [*passed, at] if step > 0 and named and not particles & {"y", "e", "i"} else []
    single = len(other.plain) == 1 and other.text[0].isupper()
    if single or ("." in other.text and other.plain not in NO_INITIALS):
        return [at]
    if other.alike:
        return [at] if _may_be_named(words, at, step, word) else []
    if step > 0:
        short = other.title and len(other.plain) < SHORT and not other.text.isupper()
        capital = other.title and not other.first and other.plain not in of("function")
        runs_on = len(other.plain) > 1 and (capital or not other.ends_a_name) and (short or not other.own)
    else:
        capital = other.title and not other.first and word.title
        runs_on = len(other.plain) >= SHORT and not other.own and not other.ends_a_name and (capital or not word.known)
    return [at] if runs_on else []


def _may_be_named(words: list[_Word], at: int, step: int, word: _Word) -> bool:
    """Whether a word that is also a name belongs to the name beside it."""
    other = words[at]
    beyond = at + step
    between = 0 <= beyond < len(words) and words[beyond].hidden
    if other.plain in of("calendar") or other.plain in of("function"):
        return other.title or between
    return word.person and (step > 0 or other.title or between or other.caseless or other.plain in of("seldom-word"))


def _joined(text: str, words: list[_Word], one: int, other: int) -> bool:
    first, last = min(one, other), max(one, other)
    return all(_beside(text, words[place], words[place + 1]) for place in range(first, last))


def _hide_companies(text: str, words: list[_Word]) -> None:
    """A firm may bear its owner's name: all of it is hidden, as far as it can be told."""
    ends = [word.end for word in words]
    for match in COMPANY.finditer(text):
        named: list[_Word] = []
        right = match.start()
        before = bisect_right(ends, match.start())
        for word in reversed(words[max(before - MOST_OF_A_COMPANY, 0) : before]):
            particle = word.plain in of("particle")
            grammar = word.plain in of("before-company") or (word.plain in of("function") and not particle)
            caseless = word.caseless or match.group().islower()
            if grammar or re.fullmatch(r"[ \t&.,-]*", text[word.end : right]) is None:
                break
            if not particle and ((caseless and is_verb(word.plain)) or (not caseless and word.text[0].islower())):
                break
            named.append(word)
            right = word.start
        while named and named[-1].plain in of("particle"):
            named.pop()
        for word in named:
            word.hide()
    for match in BUSINESS.finditer(text):
        for word in words[bisect_right(ends, match.start("name")) : bisect_right(ends, match.end("name"))]:
            if not word.caseless:
                word.hide()


def _marked(text: str, words: list[_Word], mark: Callable[[bool], str]) -> str:
    """The text with one mark for each run of hidden words."""
    parts = []
    end = 0
    place = 0
    while place < len(words):
        if not words[place].hidden:
            place += 1
            continue
        last = place
        while last + 1 < len(words) and words[last + 1].hidden:
            if re.fullmatch(r"[ \t.&'’/-]*", text[words[last].end : words[last + 1].start]) is None:
                break
            last += 1
        parts += [text[end : words[place].start], mark(any(word.person for word in words[place : last + 1]))]
        end = words[last].end
        place = last + 1
    return "".join([*parts, text[end:]])
