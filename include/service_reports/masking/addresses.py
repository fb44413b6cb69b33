"""Where people live: streets, blocks and houses, and places of few houses by their name."""

from __future__ import annotations

import re

from service_reports.masking.known_words import folded, is_verb, of
from service_reports.masking.numbers import SPELLED, SPELLED_DIGIT
from service_reports.masking.settled import ADDRESS_MARK, Settled

STREET_WORD = r"(?:calles?|carreras?|diagonal|transversal|avenida|autopista|circular|kil[óo]metro)"
STREET = (
    rf"(?:{STREET_WORD}|cl?le?|cra|crr|cr|kra|kr|k|diag|dg|transv|trans|tranv|trv|tv|avda|av|circunvalar|callej[óo]n|pasaje"
    r"|ac|ak|km)"
)
PART = (
    r"(?:apartamentos?|apto|apt|ap|casas?|cs|torre|tr|bloque|bl|bq|interior|int|local|lc|oficina|ofc|of|piso|p|manzana|mza"
    r"|mz|parcela|lote|lt|etapa|edificio|ed|conjunto|unidad)"
)
NUMBER_SIGN = r"(?:(?:#|\bn[°º]?\.?|\bnos?\b\.?|\bnro\b\.?|\bn[úu]m(?:ero)?\b\.?)(?=\s*\d))"
LETTER = r"(?:(?:[a-z]|\s[b-df-hj-np-tv-xz]|\s[aeouy](?=\s*[-–#]\s*\d))(?![\w°º.]))"
"""A letter after a number: ``9 A`` could also begin ``a las``, but not before a dash and a number."""
HOUSE = rf"(?:\d{{1,4}}[ªº°]?{LETTER}?(?:\s?bis\b)?{LETTER}?(?!\w)|\d{{1,3}}(?:bis|[a-z]{{1,2}})\d{{0,3}}(?!\w))"
DIRECTION = r"(?:sur|norte|este|oeste|oriente|occidente|bis|esquina)"
SPELLED_STREET = rf"(?:{SPELLED}|n[úu]mero|no(?=\s+{SPELLED_DIGIT})|con|gui[oó]n|{DIRECTION}|{STREET_WORD}|[a-d])"
ADDRESS = re.compile(
    rf"\b{STREET}\b\.?\s*{NUMBER_SIGN}?\s*(?:{HOUSE}|\d{{1,3}}(?:ra|da|ta|a|na)\b)"
    rf"(?:[\s,.;]*(?:{NUMBER_SIGN}|[-–—](?=\s*\d)|\b(?:con|y)\b(?=\s*(?:{STREET}\b|\d|#))|\b{DIRECTION}\b"
    rf"|\b{STREET}\b\.?(?=\s*(?:{NUMBER_SIGN}\s*)?\d)|{HOUSE}|\bgui[oó]n\b(?=\s*\d)|\bv[íi]a\s+(?:a\s+)?(?:(?:el|la|los|las|san|santa|vereda|corregimiento)\s+){{0,2}}[^\W\d_]+(?:\s(?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)){{0,2}}"
    rf"|\b{PART}\b\.?\s*(?:{NUMBER_SIGN}\s*)?(?:\d+{LETTER}?|[a-z]|\d+[a-z])\b))*"
    rf"|\b{STREET_WORD}\s+{SPELLED_DIGIT}\b(?:\s+{SPELLED_STREET}\b)*"
    r"|\b(?:manzana|mza|mz|m)\.?\s*[\da-z]{1,3}[\s,-]*\b(?:casa|cs|lote|lt|c|l)\.?\s*\d+(?:\s?[a-z])?\b"
    r"(?:[\s,]*\b(?:etapa|sector)\s*\d+)?"
    rf"|\b(?:apartamento|apto|apt|casa|cs)\b\.?\s*{NUMBER_SIGN}?\s*\d+(?:\s?-?\s?[a-z])?\b"
    r"(?:[\s,]*\b(?:torre|bloque|bl|tr|interior|int|etapa|piso)\b\.?\s*(?:\d+|[a-z]\b))*"
    r"|\b(?:torre|bloque)\s*\w{1,2}[\s,-]*\b(?:apartamento|apto|apt|ap|casa)\b\.?\s*\d+"
    rf"|(?:\b[a-z]{{1,5}}\.?\s*\d{{1,3}}\s?[a-z]?\s*)?#\s*\d{{1,3}}{LETTER}?\s*[-–]\s*\d{{1,3}}\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:veredas?|corregimientos?|barrios?|b/|fincas?|parcelaci[óo]n|urbanizaci[óo]n|urb\.?|condominio|resguardo|conj\.?|cjto\.?|res\."
    r"|caser[íi]o|ciudadela|conjunto(?:\s+residencial)?|unidad\s+residencial|edificio|sector)\s+"
    r"(?:(?:denominad[oa]|llamad[oa]|de\s+nombre)\s+)?[\"“«]?(?P<name>[^\W\d_]+\.?(?:[ ][^\W\d_]+\.?){0,6})",
    re.IGNORECASE,
)
"""A place of few houses and what follows: its name, or the rest of the sentence."""
HOUSE_TOLD = re.compile(
    r"\b((?:quedan?|viven?|vivo|residen?|resido|residente|ubicad[oa]s?|localizad[oa]s?|domiciliad[oa]s?)\s+)"
    r"(?:(?:al?|la|en|justo|frente|diagonal|lado|junto|detr[áa]s|cerca|contigu[oa]|arriba|abajo|dos|tres|cuatro|una?"
    r"|\d{1,3}|metros|cuadras?|casas?|esquina)\s+){1,5}(?:del?|a|al|por|con)\s+[^.,;:\n]{3,60}"
    r"(?:,\s*(?:la\s+)?(?:casa|lote|finca|parcela|piso|port[óo]n|reja|puerta|segundo|primer)\b[^.,;:\n]{0,40}){0,3}",
    re.IGNORECASE,
)
"""Where somebody lives, told by what lies beside it."""
MOST_OF_A_PLACE = 4


def without_addresses(text: str, settled: Settled) -> str:
    """The text with a mark for each address."""
    text = HOUSE_TOLD.sub(settled.mark(ADDRESS_MARK, 1), text)
    text = ADDRESS.sub(settled.mark(ADDRESS_MARK), text)
    for _ in range(2):  # a place may lie in another: vereda La Ventura, finca Villa Luz
        text = PLACE.sub(lambda match: _place(match, settled), text)
    return text


def _place(match: re.Match[str], settled: Settled) -> str:
    """The name of a place goes: words with a capital or an article, or what is neither grammar, a verb nor ours."""
    end = taken = 0
    article = False
    for word in re.finditer(r"\w+", match["name"]):
        plain = folded(word[0])
        if plain in of("place-particle") and not (plain == "de" and not taken):
            article = plain not in ("de", "y")
            continue
        capital = word[0].istitle() and not match.group().isupper()
        ordinary = plain in of("") or plain in of("no-place") or (is_verb(plain) and not article)
        if taken == MOST_OF_A_PLACE or (ordinary and not capital) or plain in of("function"):
            break
        end, taken, article = word.end(), taken + 1, False
    if not taken:
        return match.group()
    return match.group()[: match.start("name") - match.start()] + settled.keep(ADDRESS_MARK) + match["name"][end:]
