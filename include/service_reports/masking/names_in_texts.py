"""Finds names of persons in a text, and the words that nobody knows; case, order and accents do not count.

A word is hidden where no list knows it, or where it is a name before it is a word (``known_words``). A word that is
rather a word (``Cruz`` of a street, ``Julio``) is hidden where it stands like a name: beside another, after a form of
address, or with a capital inside a sentence. A name runs on until a verb, a word of grammar or of the field.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from service_reports.masking.known_words import folded, is_english, is_ordinary, is_verb, names, of, places
from service_reports.masking.patterns import rare

LETTER = r"[^\W\d_ºª]"
WORD = re.compile(rf"(?<!\w)(?:{LETTER}\.[ ]?){{1,4}}(?=\W|$)|(?<!\w)(?:{LETTER}\.){{2,4}}|{LETTER}+(?:['’]{LETTER}+)*")
"""A word, or initials with their stops."""
SENTENCE_END = re.compile(r"[.!?:;…\n\r\t|•«»\"“”()¿¡*>]|\s[-–—]\s")
BESIDE = re.compile(r"[ \t]*|[ \t]?[-–/][ \t]?")
NO_INITIALS = frozenset(
    {"pm", "am", "sa", "sas", "cc", "ce", "ti", "tp", "eu", "esp", "eeuu", "nit", "sc", "rr", "ps", "no", "ej"}
)
FIXED = rare(
    "paz|pico|valle|plaza|mara",
    r"\bpaz\s+y\s+salvos?\b|\bpico\s+y\s+placa\b|\bvalle\s+del\s+cauca\b|\bplaza\s+de\s+mercado\b|\bc[áa]mara\s+de\s+comercio\b",
)
ENTITY = rare(
    "alcald|concejo|personer|distrito|administraci|municipio|gobernaci|departamento|hospital|nica|"
    "universidad|ips|eps|e.s.e|ese|mara",
    r"\b(?:(?:alcald[ií]as?|concejo|personer[ií]a|distrito|administraci[óo]n)(?:\s+(?:municipal|distrital|mayor|local|especial))?"
    r"|municipios?|gobernaci[óo]n|departamento|hospital|cl[íi]nica|universidad|ips|eps|e\.?s\.?e\.?|c[áa]mara\s+de\s+comercio)"
    r"(?:\s+(?:de\s+la|de|del))?\s+(?=(?P<name>[^\W\d_]+(?:\s+[^\W\d_]+){0,5}))",
)
"""What belongs to the state or serves all, and its name: of a municipality, or of a saint."""
SAINT = re.compile(r"(?:San|Santa|Santo|SAN|SANTA|SANTO)\s+[A-ZÁÉÍÓÚÑ][^\W\d_]+")
TOLD = rare(
    "pregunt|habl|comunic|contact|llamo|nombre|soy|parte|estimad|querid|apreciad|hola|buen|apellido|"
    "responsable|solicitante|att|firma",
    r"\b(?:pregunt\w+\s+por|habl\w+\s+con|comunic\w+\s+con|contact\w+\s+(?:a|con)|me\s+llamo|mi\s+nombre\s+es|soy"
    r"|de\s+parte\s+de|le\s+habla|les\s+habla|al\s+habla|estimad[oa]|querid[oa]|apreciad[oa]|hola|buen(?:as|os)?\s+(?:d[íi]as?|tardes?|noches?)"
    r"|(?:contacto|nombres?|nombres?\s+y\s+apellidos?|apellidos?|responsable|solicitante|atte|att|firma)\s*[:.])"
    r"[\s:,]{1,3}(?:(?:el|la|al|do[ñn]a?|sr|sra|se[ñn]ora?|ing|dra?)\b\.?\s+)*"
    r"(?P<name>[^\W\d_]+)(?P<then>(?=[ ]*(?:[.,;:!\n]|$)))?",
)
"""What leads to somebody's name, whatever the word that stands there."""
CALLED = rare(
    "alias|apod|conocid|dicen|llaman",
    r"\b(?P<by>alias|apodad[oa]|apodo|conocid[oa]\s+como|(?:le|me|lo|la)\s+(?:dicen|llaman))\s*:?\s*"
    r"[\"“«']?(?:(?:el|la|los|las)\s+)?(?P<name>[^\W\d_]+)",
)
NICK = rare(
    "el |la ",
    r"\b(?:el|la)\s+(?P<name>flac[oa]|gord[oa]|mon[oa]|negr[oa]|nen[ea]|moch[oa]|zarc[oa]|chin[oa]|paisa|coste[ñn][oa]|profe)\b(?!\s+(?:y|o|de\s+la\s+impresi))",
)
NICKNAME = rare(('"', "“", "«", "'"), r"[\"“«'](?P<name>(?:(?:el|la|los|las)\s+)?[^\W\d_]+(?:\s+[^\W\d_]+)?)[\"”»']")
COMPANY = rare(
    "sas|s.a|s. a|s a|ltda|s en c|s.en|senc|s. en|e.u|e. u|sca|s.c|s. c|s c|esp|e.s|e. s|e s|e hij|cía|cia|"
    "compañ|compan|asociados|hermanos",
    r"(?<!\w)(?:S\.?\s?A\.?\s?S\.?|LTDA\.?|S\.\s?A\.?|S\.?\s?en\s?C\.?|E\.?\s?U\.|S\.?\s?C\.?\s?A\.|E\.?\s?S\.?\s?P\.?)(?!\w)"
    r"|\be\s+hij[oa]s\b|(?:&|\by\b)\s+(?:c[íi]a|compañ[íi]a|asociados|hermanos)\b",
)
BUSINESS = rare(
    "raz|empresa|firma|sociedad|establecimiento|almac|tienda|fundaci|droguer|ferreter|restaurante|variedades|"
    "inversiones|constructora|comercializadora|distribuidora|estaci|granero|panader|hotel|bar |taller|"
    "colegio|corporaci|cooperativa",
    r"\b(?:raz[óo]n\s+social|empresa|firma|sociedad|establecimiento(?:\s+de\s+comercio)?|almac[ée]n|tienda|fundaci[óo]n"
    r"|droguer[íi]a|ferreter[íi]a|restaurante|(?:variedades|inversiones|constructora|comercializadora|distribuidora)(?:\s+[ye]\s+[^\W\d_]+)?"
    r"|estaci[óo]n\s+de\s+servicio|granero|panader[íi]a|hotel|bar|taller|colegio|corporaci[óo]n|cooperativa)\s+"
    r"(?:denominad[oa]\s+|llamad[oa]\s+|es\s+|a\s+|de\s+|por\s+)*"
    r"[\"“«]?(?P<name>(?-i:[A-ZÁÉÍÓÚÑ][\w.]*)(?:\s+(?:(?:de|del|la|las|los|el|y|e|&)\s+)*(?-i:[A-ZÁÉÍÓÚÑ][\w.]*))*)",
)
HONORIFIC_GAP = re.compile(r"\.?[ ]?")
ABSTRACT = re.compile(r"(?:cion|sion|miento|idad|edad|tud|ismo|logia)(?:es|s)?$")
"""How words of an office end, and hardly a name that no list has."""
MOST_OF_A_COMPANY = 6
MOST_BETWEEN = 4
MOST_PARTICLES = 3
SHORT = 4
"""Letters of a word that tells little."""
MANY_CAPITALS = 0.6
MANY_TITLES = 0.5
VERB_ENDINGS = re.compile(r"(?:me|te|se|l[aeo]s?|nos)$")
DIMINUTIVE = re.compile(r"(?:e?c)?it(?:a|o|as|os|ica|ico)$")
SHORTEST_DIMINUTIVE = 6
IDENTIFIER = rare("_", r"(?<!\w)[^\W_]{1,60}(?:_[^\W_]{1,60}){1,20}", re.NOFLAG)
CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
FEWEST_ENGLISH = 4
NUMBER_AFTER = re.compile(r"[ -]?[\d\ue000-\uf8ff]")
MOST_OF_AN_ACRONYM = 8
LONGEST_SIGNATURE = 60
BEFORE_A_PLACE = frozenset({"a", "de", "desde", "en", "hacia", "hasta", "para", "por"})
BEFORE_AN_ACRONYM = frozenset({"el", "la", "los", "las", "del", "al", "en", "un", "una"})
HOLDERS = frozenset(
    {
        "aplicativo",
        "archivo",
        "base",
        "campo",
        "codigo",
        "columna",
        "deduccion",
        "error",
        "estado",
        "fondo",
        "formato",
        "formulario",
        "indicador",
        "informe",
        "interfaz",
        "libro",
        "matriz",
        "modulo",
        "plataforma",
        "plano",
        "portal",
        "programa",
        "reporte",
        "servicio",
        "sistema",
        "software",
        "tabla",
        "tarifa",
        "tipo",
        "variable",
        "vista",
    }
)
"""Things that bear an acronym rather than a person's name."""
ENGLISH_GRAMMAR = frozenset(
    {
        "after",
        "an",
        "and",
        "are",
        "at",
        "been",
        "before",
        "by",
        "cannot",
        "could",
        "does",
        "for",
        "from",
        "has",
        "have",
        "if",
        "into",
        "is",
        "it",
        "must",
        "not",
        "of",
        "on",
        "or",
        "out",
        "than",
        "that",
        "the",
        "this",
        "to",
        "was",
        "were",
        "when",
        "while",
        "with",
        "without",
    }
)
PREFIXES = ("auto", "anti", "co", "des", "inter", "multi", "pre", "re", "sobre", "sub", "super")


@dataclass(slots=True)
class _Word:
    """A word and its place.

    ``first`` where a sentence begins, ``label`` before a colon, ``caseless`` in a line of capitals, ``headline`` where
    most words have one;
    ``alike`` where it is a word before it is a name, ``own`` where it is of the field, ``listed`` where lists of names
    have it and it is no word before.
    """

    start: int
    end: int
    text: str
    plain: str
    known: bool
    alike: bool = False
    own: bool = False
    listed: bool = False
    hidden: bool = False
    person: bool = False
    first: bool = False
    caseless: bool = False
    headline: bool = False
    label: bool = False

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
    return _marked(text, _judged(text, is_known), mark)


def hidden_words(text: str, is_known: Callable[[str], bool]) -> list[tuple[int, int, bool]]:
    """Where in a text names and unknown words begin and end, and whether each is a person's name."""
    return [(word.start, word.end, word.person) for word in _judged(text, is_known) if word.hidden]


def _judged(text: str, is_known: Callable[[str], bool]) -> list[_Word]:
    """The words of a text, each known to be hidden or not."""
    fixed = {place for match in FIXED.finditer(text) for place in range(match.start(), match.end())}
    fixed |= {place for match in ENTITY.finditer(text) for place in _entity(match)}
    words = [word for word in _words(text, is_known) if word.start not in fixed]
    _show_identifiers(text, words)
    _show_english(words)
    _show_acronyms(text, words)
    _hide_companies(text, words)
    _hide_businesses(text, words)
    _hide_told(text, words)
    _hide_nicknames(text, words)
    _hide_capitals(text, words)
    _hide_signatures(text, words)
    if any(word.hidden or word.alike or word.title for word in words):
        _hide_addressed(text, words)
        _hide_pairs(text, words)
        _hide_honorifics(text, words)
        _spread(text, words)
        _hide_again(words)
    return words


def _entity(match: re.Match[str]) -> range:
    """Where the name of what belongs to all stands: a municipality's as far as one is known, or a saint's."""
    start = match.start("name")
    ends = [word.end() for word in re.finditer(r"[^\W\d_]+", match["name"])]
    for end in reversed(ends):
        if " ".join(folded(match["name"][:end]).split()) in places():
            return range(start, start + end)
    saint = SAINT.match(match["name"])
    return range(start, start + saint.end()) if saint else range(0)


def _show(words: Iterable[_Word]) -> None:
    for word in words:
        word.known, word.own, word.hidden, word.person = True, True, False, False


def _show_identifiers(text: str, words: list[_Word]) -> None:
    """Names of a program's things stay: known words and short pieces joined by ``_``, or known words by capitals."""
    starts = [word.start for word in words]
    for match in IDENTIFIER.finditer(text):
        parts = words[bisect_left(starts, match.start()) : bisect_left(starts, match.end())]
        telling = match.group().isupper() or any(word.known and len(word.plain) >= SHORT - 1 for word in parts)
        if telling and all(not word.listed and (word.known or len(word.plain) < SHORT) for word in parts):
            _show(parts)
    for word in words:
        if word.known or word.listed or word.text.islower() or word.text.isupper() or "." in word.text:
            continue
        pieces = [folded(piece) for piece in CAMEL.findall(word.text)]
        whole = len(pieces) > 1 and sum(map(len, pieces)) == len(word.text)
        if whole and all(is_ordinary(piece) or is_english(piece) or piece in of("") for piece in pieces):
            lists = names()
            if not any(piece in lists.given or piece in lists.surnames for piece in pieces):
                _show([word])


def _show_english(words: list[_Word]) -> None:
    """The messages of programs are English: a run of words, one of its grammar or two that Spanish has not."""
    run: list[_Word] = []
    for word in [*words, None]:
        if word is not None and (is_english(word.plain) or len(word.plain) == 1) and not word.listed:
            run.append(word)
            continue
        foreign = sum(len(each.plain) > 1 and not is_ordinary(each.plain) for each in run)
        if len(run) >= FEWEST_ENGLISH and (foreign > 1 or any(each.plain in ENGLISH_GRAMMAR for each in run)):
            _show(each for each in run if not each.known and (each.text.islower() or each.first or each.caseless))
        run = []


def _show_acronyms(text: str, words: list[_Word]) -> None:
    """A word of capitals among others that have none is no surname where an article or its bearer stands before it."""
    for place, word in enumerate(words):
        if word.known or word.listed or not word.text.isupper() or len(word.plain) > MOST_OF_AN_ACRONYM:
            continue
        unsaid = not set(word.plain) & set("aeiou") and len(word.plain) <= SHORT
        before = words[place - 1] if place and _beside(text, words[place - 1], word) else None
        after = words[place + 1] if place + 1 < len(words) and _beside(text, word, words[place + 1]) else None
        alone = after is None or after.known or after.text.islower()
        numbered = NUMBER_AFTER.match(text, word.end) is not None
        if unsaid and (numbered or (before is not None and before.plain in HOLDERS | BEFORE_AN_ACRONYM)):
            _show([word])
        elif alone and not word.caseless and before is not None and not before.text.isupper():
            short = len(word.plain) < SHORT and before.known and not before.alike and before.plain not in of("particle")
            told = before.plain in of("role") or before.plain in of("title") or before.plain in of("between")
            if (
                before.plain in BEFORE_AN_ACRONYM
                or before.plain in HOLDERS
                or (short and not told and not is_verb(before.plain))
            ):
                _show([word])


def _hide_capitals(text: str, words: list[_Word]) -> None:
    """A capital inside a sentence is a name's, but for what is of the field, an institution, a button or a place."""
    for place, word in enumerate(words):
        if word.hidden or not word.title or word.headline or (word.own and not word.alike):
            continue
        if any(word.plain in of(kind) for kind in ("calendar", "function", "title", "office-word")):
            continue
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        if _is_of_an_institution(words, place):
            continue
        if word.first:
            told = after is not None and (after.plain in of("role") or is_verb(after.plain) or after.plain == "no")
            name = word.plain in names().given and word.plain in of("seldom-word")
            if (told and name) or _acts(text, word, after):
                word.hide()
        elif word.text.istitle() and len(word.plain) >= SHORT - 1 and not _is_label(text, word, before):
            word.hide()


def _acts(text: str, word: _Word, after: _Word | None) -> bool:
    """Whether a word that begins a sentence without an article does what persons do: ``Tita quedó``, ``Majo dice``."""
    if word.own or is_verb(word.plain) or not word.text.istitle() or after is None or not _beside(text, word, after):
        return False
    return after.text[-1] == "ó" or after.plain in of("act")


def _is_of_an_institution(words: list[_Word], place: int) -> bool:
    """Whether a capital goes on from that of an office or begins one: ``Juzgado Primero de Familia``."""
    before = place - 1
    while before >= 0 and words[before].plain in of("particle") and words[before].text.islower():
        before -= 1
    if before >= 0 and words[before].plain in of("office"):
        return True
    beside = [*words[max(before, 0) : before + 1], *words[place + 1 : place + 2]]
    return any(
        each.title
        and each.own
        and not each.alike
        and not each.first
        and each.plain not in of("role")
        and each.plain not in of("title")
        for each in beside
    )


def _is_label(text: str, word: _Word, before: _Word | None) -> bool:
    """Whether a capital is that of a button, a field, a message, an office's word or a municipality."""
    if (is_verb(word.plain) and word.plain.endswith("r")) or (ABSTRACT.search(word.plain) and not word.alike):
        return True
    if before is None or not _beside(text, before, word):
        return False
    return before.plain in of("before-label") or (before.plain in BEFORE_A_PLACE and word.plain in places())


def _hide_signatures(text: str, words: list[_Word]) -> None:
    """A line after the first that holds but names is a signature: ``Luz Marina``."""
    starts = [word.start for word in words]
    lines = list(re.finditer(r"[^\n]+", text))
    for line in lines[1:]:
        of_line = words[bisect_left(starts, line.start()) : bisect_left(starts, line.end())]
        bare = len(line.group()) < LONGEST_SIGNATURE and not re.search(r"[\d\ue000-\uf8ff:]", line.group())
        if of_line and bare and all(word.alike or word.hidden or word.plain in of("particle") for word in of_line):
            for word in of_line:
                if word.alike and word.plain not in of("calendar"):
                    word.hide()


def _hide_told(text: str, words: list[_Word]) -> None:
    """Whoever is asked for, greeted or called by another name is named, though the name be a word."""
    starts = {word.start: place for place, word in enumerate(words)}
    for match in TOLD.finditer(text):
        place = starts.get(match.start("name"))
        if place is None:
            continue
        word = words[place]
        labelled = ":" in text[match.start() : match.start("name")]
        given = word.alike and word.plain in names().given
        alone = match["then"] is not None
        if word.plain in of("function") or word.plain in of("title") or word.plain in of("particle"):
            continue
        if (given and (labelled or alone) and word.plain not in of("calendar")) or (
            word.title and (word.alike or not (word.own or is_verb(word.plain)))
        ):
            word.hide()


def _hide_nicknames(text: str, words: list[_Word]) -> None:
    """What somebody is called besides: after ``alias``, in quotation marks beside a name, ``el flaco``."""
    starts = {word.start: place for place, word in enumerate(words)}
    for match in NICK.finditer(text):
        if match.start("name") in starts:
            words[starts[match.start("name")]].hide()
    for match in CALLED.finditer(text):
        place = starts.get(match.start("name"))
        told = place is not None and (words[place].title or not match["by"].endswith("n"))
        if place is not None and told and words[place].plain not in of("function"):
            words[place].hide()
    places_of = [word.start for word in words]
    for match in NICKNAME.finditer(text):
        begin, end = bisect_left(places_of, match.start()), bisect_left(places_of, match.end())
        before, after = words[max(begin - 1, 0) : begin], words[end : end + 1]
        beside = [each for each in before if match.start() - each.end <= 1]
        beside += [each for each in after if each.start - match.end() <= 1]
        if any(each.hidden and each.person for each in beside):
            for word in words[begin:end]:
                word.hide()


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
            word = _word(match, is_known)
            word.first, word.caseless, word.headline = first, caseless, headline
            word.label = text.startswith(":", word.end)
            word.person = word.person or (word.hidden and word.title)
            found.append(word)
            end = match.end()
    return found


def _word(match: re.Match[str], is_known: Callable[[str], bool]) -> _Word:
    text = match.group().rstrip(" ")
    start = match.start()
    plain = folded(text)
    if "." in text:
        plain = plain.replace(".", "").replace(" ", "")
        initials = plain not in NO_INITIALS and not is_known(plain) and (len(plain) > 1 or text[0].isupper())
        hidden = initials and len(plain) > 1
        return _Word(start, start + len(text), text, plain, known=True, hidden=hidden, person=hidden)
    named, rather, own = _listed(plain)
    known = len(plain) == 1 or is_known(plain) or (not named and _is_form(plain))
    alike = known and (rather or (named and own))
    name = named and not alike
    return _Word(start, match.end(), text, plain, known, alike, own, listed=name, hidden=name or not known, person=name)


@lru_cache(maxsize=65536)
def _listed(plain: str) -> tuple[bool, bool, bool]:
    """Whether a folded word is a name, one that is rather a word, and one of the field."""
    lists = names()
    named = plain in lists.given or plain in lists.surnames or _is_diminutive(plain)
    particle = plain in of("particle")
    return named and not particle, plain in of("rather-word") and not particle, plain in of("")


def _is_diminutive(plain: str) -> bool:
    """Whether a word is how somebody with a listed given name is called at home: ``Teresita``."""
    ending = DIMINUTIVE.search(plain)
    if ending is None or len(plain) < SHORTEST_DIMINUTIVE:
        return False
    stem = plain[: ending.start()]
    names_of = (stem + end for end in ("", "a", "o", "e", "es", "os", "en"))
    return any(name in names().given and name not in of("") and not is_ordinary(name) for name in names_of)


@lru_cache(maxsize=65536)
def _is_form(plain: str) -> bool:
    """Whether an unlisted word is a known one with an ending or a prefix."""
    if len(plain) > SHORT and plain.endswith("s") and (is_ordinary(plain[:-1]) or plain[:-1] in of("")):
        return True
    if len(plain) < 6:  # noqa: PLR2004
        return False
    stem = plain
    for _ in range(2):
        shorter = VERB_ENDINGS.sub("", stem)
        if shorter != stem and len(shorter) > 4 and is_verb(shorter):  # noqa: PLR2004
            return True
        stem = shorter
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


def _hide_honorifics(text: str, words: list[_Word]) -> None:
    """``Doña``, ``Ing.`` and ``Vda. de`` go with the name that they stand before: they tell who somebody is, too."""
    for word, following in pairwise(words):
        if word.plain in of("honorific") and HONORIFIC_GAP.fullmatch(text, word.end, following.start):
            widowed = word.plain in {"vda", "viuda"} and following.plain == "de"
            if (following.hidden and following.person) or widowed:
                word.hide()
                if widowed:
                    following.hide()


def _hide_again(words: list[_Word]) -> None:
    """Who is named once is named wherever the same word stands with a capital."""
    named = {word.plain for word in words if word.hidden and word.person and len(word.plain) >= SHORT}
    for word in words:
        if word.plain in named and word.title and (word.alike or not word.own) and word.plain not in of("calendar"):
            word.hide()


def _is_named(text: str, word: _Word, following: _Word | None, addressed: bool) -> bool:
    """Whether a word after a form of address or a role is a name."""
    if word.hidden:
        return True
    if word.plain in of("title") or word.plain in of("role") or (word.plain in of("function") and not word.title):
        return False
    beside = following is not None and _beside(text, word, following)
    if word.alike:
        alone = word.plain in names().given and word.plain in of("seldom-word")
        runs_on = beside and following is not None and (following.alike or following.hidden)
        return alone or runs_on or (addressed and (word.title or word.caseless or not is_verb(word.plain)))
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
        initial = "." in left.text and len(left.plain) == 1 and right.title
        given = left.alike and left.plain in names().given and not ABSTRACT.search(right.plain)
        unlike = (not left.own or given) and not left.ends_a_name and (not right.own or right.alike)
        if left.hidden and right.hidden:
            left.person = right.person = True
        elif initial and (right.alike or not right.own) and right.plain not in of("function"):
            left.hide()
            right.hide()
        elif left.alike and right.alike and left.plain in names().given and right.plain not in of("calendar"):
            alone = left.plain in of("seldom-word")
            surname = right.plain in names().surnames and not left.headline
            if alone or (titled and (not left.first or surname or left.plain in of("calendar"))):
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
    if passed and step < 0:  # ``Luz del Carmen``
        devoted = other.alike and other.plain in names().given and word.plain in of("place-name")
        return [*passed, at] if devoted and particles <= {"de", "del", "la", "las", "los"} else []
    if passed:
        capital = other.title and (other.alike or not other.own) and other.plain not in of("function")
        named = capital or (other.alike and other.plain in of("place-name") and {"de", "del"} & particles)
        return [*passed, at] if named and not particles & {"y", "e", "i"} else []
    single = len(other.plain) == 1 and other.text[0].isupper() and not (other.caseless and other.plain in "aeouy")
    if single or ("." in other.text and other.plain not in NO_INITIALS):
        return [at]
    if other.alike:
        return [at] if _may_be_named(words, at, step, word) else []
    return [at] if _runs_on(words, at, step, word) else []


def _runs_on(words: list[_Word], at: int, step: int, word: _Word) -> bool:
    """Whether a word that is no name in any list belongs to the name beside it."""
    other = words[at]
    if step > 0 and other.label:
        return False
    if word.title and other.text.islower() and other.known:  # ``encargado Wílmar``
        return False
    if step < 0:
        capital = other.title and not other.first and word.title
        return len(other.plain) >= SHORT and not other.own and not other.ends_a_name and (capital or not word.known)
    capital = other.title and not other.first and other.plain not in of("function")
    given = word.listed and word.plain in names().given and other.text.istitle() and not other.headline
    if given and capital and not (at + 1 < len(words) and words[at + 1].title and words[at + 1].own):
        return True
    short = other.title and len(other.plain) < SHORT and not other.text.isupper()
    return len(other.plain) > 1 and (capital or not other.ends_a_name) and (short or not other.own)


def _may_be_named(words: list[_Word], at: int, step: int, word: _Word) -> bool:
    """Whether a word that is also a name belongs to the name beside it."""
    other = words[at]
    beyond = at + step
    between = 0 <= beyond < len(words) and words[beyond].hidden
    if other.plain in of("calendar") or other.plain in of("function"):
        return other.title or between
    if other.text[-1] in "óÓ":  # ``cerró``
        return False
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


def _hide_businesses(text: str, words: list[_Word]) -> None:
    """What a business is called is hidden; what it does is not: ``cooperativa de Caficultores``."""
    ends = [word.end for word in words]
    for match in BUSINESS.finditer(text):
        named = words[bisect_right(ends, match.start("name")) : bisect_right(ends, match.end("name"))]
        of_what = re.search(r"\sde\s+$", text[match.start() : match.start("name")], re.IGNORECASE)
        if of_what and all(word.known and not word.alike and not word.hidden for word in named):
            continue
        for word in named:
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
