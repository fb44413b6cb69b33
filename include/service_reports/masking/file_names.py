"""Names of files, which hold names of persons."""

from __future__ import annotations

import re
from collections.abc import Callable

from service_reports.masking.known_words import folded, names
from service_reports.masking.names_in_texts import hidden_words
from service_reports.masking.numbers import YEAR
from service_reports.masking.patterns import rare
from service_reports.masking.settled import IDENTITY_MARK, PERSON_MARK, UNKNOWN_MARK

FILE_NAME = rare(
    ".pdf|.xls|.csv|.txt|.doc|.ppt|.od|.zip|.rar|.0z|.gz|.x|.json|.jp|.png|.gif|.tif|.bmp|.dmp|.sql|.log|"
    ".dat|.bak|.eml|.msg|.htm|.p00|.pfx|.cer",
    r"(?<![\w/\\().+~-])(…?(?:(?-i:[A-ZÁÉÍÓÚÑ])[\w-]{0,40}[ ]){0,4}[\w().+~\ue000-\uf8ff-]{0,200}[\w)\ue000-\uf8ff])"
    r"\.(pdf|xlsx?|xlsm|csv|txt|docx?|pptx?|odt|ods|zip|rar|7z|gz|xml|xsd|json|jpe?g|png|gif"
    r"|tiff?|bmp|dmp|sql|log|dat|bak|eml|msg|html?|p12|pfx|cer)\b",
)
CAPITAL_INSIDE = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])")
LONG_NUMBER = re.compile(r"\d{5,}")
DAY = re.compile(rf"{YEAR}[01]\d(?:[0-3]\d)?|[0-3]\d[01]\d{YEAR}")
WORD = re.compile(r"[^\W\d_]+")
SIGN = re.compile(r"[\W_]")
JOIN = "\ufeff"


def safe_file_name(match: re.Match[str], known: frozenset[str], is_known: Callable[[str], bool]) -> str:
    """A file keeps its name as far as its parts are known words, short numbers and days."""
    if match.group() in known or match[1] in known:
        return match.group()
    name = CAPITAL_INSIDE.sub(JOIN, match[1])
    sentence = WORD.sub(lambda word: _as_in_a_sentence(word[0], is_known), SIGN.sub(" ", name))
    parts: list[str] = []
    end, marked = 0, ""
    for start, after, person in hidden_words(sentence, is_known):
        between = name[end:start]
        mark = PERSON_MARK if person else UNKNOWN_MARK
        if mark != marked or len(between) > 1:
            parts += [between, mark]
        end, marked = after, mark
    safe = "".join([*parts, name[end:]]).replace(JOIN, "")
    safe = LONG_NUMBER.sub(lambda number: number[0] if DAY.fullmatch(number[0]) else IDENTITY_MARK, safe)
    return f"{safe}.{match[2]}"


def _as_in_a_sentence(word: str, is_known: Callable[[str], bool]) -> str:
    """A word with a capital where it may be a name, and small where it cannot."""
    plain = folded(word)
    if plain in names().given or plain in names().surnames:
        return word.title()
    return word.lower() if is_known(plain) else word
