"""The one gate for text that somebody else wrote: what it says stays, what nobody can see or print goes.

Help desk, registers, names of files and backups, contract files, reasons given in a form, delivery
reports: all of it passes here once, on entry. Pure. Passing twice changes nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple
from unicodedata import category, combining, normalize

LONGEST_TEXT: Final = 10_000
"""Characters of one text; help desks let people paste whole logs. What is cut off is in the archived answer."""
LONGEST_LINE: Final = 500
"""Characters of what stands in one line: a category, a name, a reason."""
LOOKED_AT: Final = 8
"""So many times the characters that are kept are looked at: an entity or an escape may become one."""
MARK: Final = "…"
"""Ends a text that goes on in its source."""

PLAIN = re.compile(r"[ -%'-^`-~]*")
"""Nothing of what the gate looks for: ASCII without ``&`` and ``_``."""
ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
"""A character of HTML; the semicolon is needed: ``&copy=2`` is part of an address."""
ESCAPED_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f]|007[Ff]|00[89][0-9A-Fa-f]|00[aA]0|[fF]{3}[eEfF]|[dD][89a-fA-F]..)_")
"""What workbooks write for characters that XML cannot hold, and what is left of them in other exports."""
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
HALF = re.compile("[\ud800-\udfff]")
LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What colours a terminal."""
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BLANKS = re.compile(r"[^\S\n]+")
AROUND_LINE_END = re.compile(r" ?\n ?")
EMPTY_LINES = re.compile(r"\n{3,}")
ORDINARY = re.compile("[\x00-\x7fáéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’…–—°ºª\u00a0]*")
"""Characters of which none is unseen or read in the wrong code, but for a dash within a word."""
DASH_WITHIN = re.compile(r"[^\W\d_][–—][^\W\d_]")
MOST_MARKS_ON_A_LETTER = 3
MOST_PASSES = 20
"""A text that still changes after so many passes was built to do so; the last one stands."""
UNSEEN = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xFDD0, 0xFDEF),
    (0xE0000, 0xE0FFF),
)
"""Characters that show nothing though their category says letter or mark, and those that are none."""
WITHOUT_MEANING = frozenset({"Cf", "Co", "Cs"})
"""Format signs (zero width, direction, soft hyphen, byte order), private use, halves of a character."""
LAST_OF_A_PLANE = 0xFFFE
"""The last two of each 65,536 are no characters."""
MOST_PARTS_OF_A_NUMBER = 10
"""Groups of digits, as people write a telephone number or an account."""

SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
FOREIGN = frozenset("àâãäçèêëìîïòôõöÀÂÃÄÇÈÊËÌÎÏÒÔÕÖ")
"""Letters of other languages that names in Colombia may have."""
PUNCTUATION = frozenset("¿¡«»“”‘’–—…·•°ºª€£§©®™±×÷²³½¼¾→´\u00a0\u202f\u2009")
WITHIN_WORDS = frozenset("’·\u00a0\u202f\u2009")
VOWELS = frozenset("aeiouáéíóúü")
ONE_BYTE_CODES = ("cp1252", "mac_roman", "cp850")
"""How programs in Colombia write text that is not Unicode: Windows first, old Macs, the consoles of databases."""
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
SPANISH_FOR_A_STRANGE_ONE = 4
"""So many right letters make up for one that is not: a dash between two words, a name of elsewhere."""
MOST_LOOKED_AT = 20_000
"""Letters by which the code of a text is told: more of them say the same."""
ENDING_OF_A_NOUN = re.compile(r"ión\b", re.IGNORECASE)
SIGN_FOR_A_LETTER = re.compile(r"[^\W\d_][—‡†‰¢¤¥¦¨¬˜¡¿‚„‹›£][a-záéíóúñ]")


def foreign_text(text: str, most: int = LONGEST_TEXT) -> str:
    """A text from outside with its lines, normalised and not longer than ``most`` characters.

    >>> foreign_text("Generaci\u00f3n&nbsp;de\u200b\\r\\n«paz y salvo»_x000D_")
    'Generación de\\n«paz y salvo»'
    """
    return _bounded_twice(normalised, text, most)


def foreign_line(text: str, most: int = LONGEST_LINE) -> str:
    """A text from outside in one line, normalised and not longer than ``most`` characters."""
    return _bounded_twice(lambda beginning: " ".join(normalised(beginning).split()), text, most)


def _bounded_twice(passed: Callable[[str], str], text: str, most: int) -> str:
    """What passes of a text, of which no more is looked at than could be needed."""
    beginning = text[: most * LOOKED_AT]
    if len(beginning) == len(text):
        return bounded(passed(text), most)
    return bounded(f"{passed(beginning)} {'x' * most}", most)  # whatever follows, it is cut off


def normalised(text: str) -> str:
    """The text composed (NFC), with plain blanks and line ends, and without what cannot be seen or stored.

    HTML's entities and the escapes of workbooks are undone, and letters put right that were read in the wrong code
    (``GeneraciÃ³n``, ``Generaci—n``).
    """
    for _ in range(MOST_PASSES):
        before, text = text, _normalised_once(text)
        if text == before:
            break
    return text


def bounded(text: str, most: int) -> str:
    """At most ``most`` characters, the last one a mark if more there were.

    The cut is made between words, and never behind the beginning of a number or an address, by which the
    rest of it could not be recognised as personal.
    """
    if len(text) <= most:
        return text
    kept = text[: most - len(MARK)]
    if not text[len(kept)].isspace():
        words = kept.rsplit(None, 1)
        kept = words[0] if len(words) == 2 else kept  # noqa: PLR2004 (before and after the last blank)
    for _ in range(MOST_PARTS_OF_A_NUMBER):
        *before, last = kept.rsplit(None, 1) or [""]
        if not any(each.isdigit() or each == "@" for each in last):
            break
        kept = before[0] if before else ""
    return kept.rstrip() + MARK


def _normalised_once(text: str) -> str:
    if PLAIN.fullmatch(text) is None:
        text = HALF.sub("", PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text))
        text = ENTITY.sub(lambda entity: html.unescape(f"&{entity[1]};").replace("\ufffd", ""), text)
        text = ESCAPED_CONTROL.sub(lambda escape: chr(int(escape[1], 16)) if escape[1].isalnum() else "", text)
        if not text.isascii():
            text = normalize("NFC", text)
            if ORDINARY.fullmatch(text) is None or DASH_WITHIN.search(text):
                text = normalize("NFC", "".join(_seen(normalize("NFC", _recoded(text)))))
        text = LINE_END.sub("\n", text)
        text = CONTROL.sub(" ", TERMINAL.sub("", text))
    text = AROUND_LINE_END.sub("\n", BLANKS.sub(" ", text))
    return EMPTY_LINES.sub("\n\n", text).strip()


def _seen(text: str) -> Iterator[str]:
    """The characters that can be seen; a mark stands on a letter, or there is nothing that it could be seen on."""
    marks = MOST_MARKS_ON_A_LETTER
    for each in text:
        if each < "\x7f":
            marks = MOST_MARKS_ON_A_LETTER if each.isspace() else 0
            yield each
            continue
        code = ord(each)
        if category(each) in WITHOUT_MEANING or code & LAST_OF_A_PLANE == LAST_OF_A_PLANE:
            continue
        if any(first <= code <= last for first, last in UNSEEN):
            continue
        on_a_letter = marks + 1 if combining(each) else 0
        marks = MOST_MARKS_ON_A_LETTER if each.isspace() else on_a_letter
        if marks <= MOST_MARKS_ON_A_LETTER:
            yield each


def _recoded(text: str) -> str:
    """The text with letters put right that a program before us read in the wrong code."""
    import ftfy  # here: every DAG loads the contracts, few of which need it

    text = ftfy.fix_text(
        text,
        unescape_html=False,
        uncurl_quotes=False,
        fix_character_width=False,
        fix_latin_ligatures=False,
        remove_control_chars=False,
        fix_line_breaks=False,
        remove_terminal_escapes=False,
        max_decode_length=1_000_000,
    )
    if not _oddity(text).implausible:
        return text
    for read_as in ("cp1252", "mac_roman"):
        for written_as in ONE_BYTE_CODES:
            try:
                other = text.encode(read_as).decode(written_as)
            except UnicodeError:
                continue
            changed = (now for now, was in zip(other, text, strict=True) if now != was)
            right = all(each in SPANISH for each in changed) and not _oddity(other).strange
            if right and ("—" not in text or ENDING_OF_A_NOUN.search(other)):
                return other
    return text


def decoded(content: bytes) -> str | None:
    """The text of a file in whichever code gives Spanish: UTF-8, UTF-16 with its mark, or one of a byte a letter.

    ``None`` where none does: then nobody knows which letters were meant.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    found: list[tuple[_Oddity, str]] = []
    for code in ONE_BYTE_CODES:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        found.append((_oddity(text), text))
    oddity, text = min(found, key=lambda each: each[0][:2])
    return text if oddity.implausible * SPANISH_FOR_A_STRANGE_ONE + oddity.rare <= oddity.spanish else None


def looks_damaged(text: str) -> bool:
    """Whether letters of a normalised text were lost or became signs, and nobody can say for sure which they were."""
    return "\ufffd" in text or SIGN_FOR_A_LETTER.search(text) is not None


class _Oddity(NamedTuple):
    """How many letters beyond ASCII cannot be meant, are rare where they stand, or are those of Spanish."""

    implausible: int = 0
    rare: int = 0
    spanish: int = 0

    @property
    def strange(self) -> int:
        """All that are not just Spanish."""
        return self.implausible + self.rare


def _oddity(text: str) -> _Oddity:
    implausible = rare = spanish = 0
    for found in islice(BEYOND_ASCII.finditer(text), MOST_LOOKED_AT):
        each, at = found.group(), found.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        within = before.isalpha() and after.isalpha()
        other_case = within and (
            (each.islower() and before.isupper() and after.isupper()) or (each.isupper() and before.islower())
        )
        if each in SPANISH:
            spanish += 1
            rare += other_case or (within and _hard_to_say(before.lower(), each.lower(), after.lower()))
        elif each in FOREIGN:
            implausible += other_case
            rare += 1
        elif each in PUNCTUATION:
            implausible += within and each not in WITHIN_WORDS
            rare += within
        else:
            implausible += 1
    return _Oddity(implausible, rare, spanish)


def _hard_to_say(before: str, letter: str, after: str) -> bool:
    """Whether Spanish has no such letter between these two."""
    if letter == "ñ":
        return before not in VOWELS or after not in VOWELS
    plain = normalize("NFD", letter)[0]
    return plain in (before, after) and before != "o"  # zoólogo
