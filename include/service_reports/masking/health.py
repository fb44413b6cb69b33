"""What is told of somebody's health: diagnoses, treatments, pregnancy, disability, and a hospital as a reason.

Absences as a payroll knows them (*incapacidad*, *licencia de maternidad*, *enfermedad general*) stay; why somebody is
absent does not. ``health_words.txt`` has the words of medicine.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from service_reports.masking.known_words import folded, is_verb, of
from service_reports.masking.settled import HEALTH_MARK, Settled

WORDS = Path(__file__).parent / "health_words.txt"
ACCENTED = {"a": "[aá]", "e": "[eé]", "i": "[ií]", "o": "[oó]", "u": "[uú]", "*": r"\w*", "?": r"\w", " ": r"\s+"}
HEAD = (
    r"(?:(?:\w+\s+(?:mes(?:es)?|semanas)\s+de|episodios?|cuadro|crisis|ataques?|estado|tratamientos?|terapias?|problemas?"
    r"|principio|antecedentes|secuelas|pr[óo]tesis|alto\s+riesgo|amenaza|enfermedad|trastorno)\s+(?:de\s+)?)?"
)
OF_A_PAYROLL = (
    r"enfermedad(?:es)?\s+(?:general|laboral|profesional|com[úu]n)\b|accidente\s+(?:laboral|de\s+trabajo)\b"
    r"|[mp]aternidad\b"
)
"""Reasons that a payroll knows as kinds of absence."""
ILLNESS = rf"(?!{OF_A_PAYROLL})enferm(?:edad(?:es)?|[óo])"
DISEASE_CODE = r"(?-i:[A-Z]\d{2}(?:\.?\d{1,2}[A-Z]?)?)"
HOSPITAL = r"en\s+(?:la|el|una?)\s+(?:cl[íi]nica|hospital)"
MONTHS = r"de\s+\w+\s+(?:mes(?:es)?|semanas)\b"
REST = rf"(?P<rest>(?:\s+(?!del?\s+\d|{HOSPITAL}|{MONTHS})[^\W\d_]+){{0,6}})"
SHARE = (
    rf"(?P<share>\s+(?:del?\s+\d{{1,3}}\s?%|{MONTHS}|\d\b"
    rf"|{HOSPITAL}(?-i:(?:\s+(?:del?|la|los))*\s+[A-ZÁÉÍÓÚÑ]\w+){{0,4}}))?"
)
"""What goes with a fact: its share, its months, the hospital."""
TOLD = re.compile(
    rf"\b(?:(?P<kept>incapacidad(?:es)?(?=\s+por\b)|diagn[óo]stico(?=\W+(?:m[ée]dico|{DISEASE_CODE}))|dx)|diagnosticad[oa]s?"
    r"|incapacitad[oa]s?(?=\W+por\b)|hospitalizad[oa]s?(?=\s+(?:por|en|desde)\b)|intern(?:ad[oa]|aron)(?=\s+(?:por|en)\b)"
    r"|falleci\w+(?=\s+(?:de|por)\b)|muri[óo](?=\s+(?:de|por)\b)|padec\w+|sufr(?:e|i[óo]|en)(?=\s+(?:del?|una?)\b)"
    r"|oper(?:ad[oa]|aron)(?=\s+del?\b)|convaleciente)\b"
    rf"(?P<by>(?:\s*(?:de|del|con|por|es|:|una?|fue|en(?!\s+(?:la|el|una?)\s+(?:cl|hosp)))(?![^\W_]))*)(?!\s*(?:{OF_A_PAYROLL}))"
    rf"(?P<code>\s*{DISEASE_CODE}(?!\w)[\s,:-]*(?P<named>[^\W\d_]+)?)?{REST}{SHARE}",
    re.IGNORECASE,
)
"""What leads to a reason of health, whatever the words are."""
BEGINNINGS = re.compile(r"diagnos|dx$|incapaci|hospitali|intern|falleci|murio|padec|sufr|oper|convalec|enferm")
WORD = re.compile(r"\w+")
MOST_WORDS = 5
ARTICLES = frozenset(("de", "del", "la", "el", "los", "las", "un", "una", "su"))
BODY = re.compile(
    r"(?:brazo|pierna|rodilla|mano|pie|columna|cadera|tobillo|hombro|cabeza|ojo|espalda|cuello|muneca|dedo|clavicula|craneo"
    r"|corazon|rinon(?:es)?|higado|pulmon(?:es)?|estomago|matriz|prostata|seno|mama|colon)s?"
)
MORE = re.compile(r"alto|riesgo|leve|grave|agud[oa]|cronic[oa]|terminal|avanzado|positiv[oa]|tipo|grado")
ADJECTIVE = re.compile(r"(?:ic[oa]s?|al(?:es)?|ar(?:es)?|iv[oa]s?|os[oa]s?|ad[oa]s?|ud[oa]s?|an[oa]s?|e[oa]s?|if[oa])$")


@cache
def _facts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A word of medicine with what may say more of it, and the words that such may begin with, folded."""
    lines = [line for line in WORDS.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    at = lines.index("@phrases")
    phrases = [*lines[at + 1 :], *" ".join(lines[:at]).split()]
    terms = "|".join("".join(ACCENTED.get(letter, letter) for letter in phrase) for phrase in phrases)
    firsts = "|".join(phrase.split()[0].replace("*", r"\w*").replace("?", r"\w") for phrase in phrases)
    fact = re.compile(rf"(?<!\w){HEAD}(?:{terms}|{ILLNESS})(?!\w){REST}{SHARE}", re.IGNORECASE)
    return fact, re.compile(rf"(?:{firsts})\Z|{BEGINNINGS.pattern}")


def without_health(text: str, settled: Settled) -> str:
    """The text with a mark for each fact of somebody's health."""
    if not any(_may_begin(word) for word in set(WORD.findall(text))):
        return text
    text = TOLD.sub(lambda match: _told(match, settled), text)
    return _facts()[0].sub(lambda match: _fact(match, settled), text)


@lru_cache(maxsize=65536)
def _may_begin(word: str) -> bool:
    """Whether a word is one of medicine, or the first of several."""
    return _facts()[1].match(folded(word)) is not None


def _told(match: re.Match[str], settled: Settled) -> str:
    taken = _phrase(match["rest"], any_word=not match["named"])
    if not match["code"] and not taken and not match["share"]:
        return match.group()
    before = match["kept"] + match["by"] + " " if match["kept"] else ""
    return before + settled.keep(HEALTH_MARK) + _left(match, taken)


def _fact(match: re.Match[str], settled: Settled) -> str:
    return settled.keep(HEALTH_MARK) + _left(match, _phrase(match["rest"], any_word=False))


def _left(match: re.Match[str], taken: int) -> str:
    """What is left of a match: a percentage or a type goes with the fact that it stands beside."""
    more = match["rest"][taken:]
    return more + (match["share"] or "") if more else ""


def _phrase(rest: str, *, any_word: bool) -> int:
    """How many letters of what follows belong to the fact: adjectives, and a part of the body after ``de``."""
    end = 0
    article = any_word
    for count, word in enumerate(re.finditer(r"[^\W\d_]+", rest)):
        plain = folded(word[0])
        if plain in ARTICLES:
            article = plain in {"de", "del"} or article
            continue
        told = (
            MORE.fullmatch(plain)
            or (ADJECTIVE.search(plain) and plain not in of(""))
            or (article and (plain not in of("") or word[0].istitle()))
            or BODY.fullmatch(plain)
        )
        if (
            count >= MOST_WORDS
            or plain in of("function")
            or not told
            or (not article and not MORE.fullmatch(plain) and is_verb(plain))
        ):
            break
        end, article = word.end(), False
    return end
