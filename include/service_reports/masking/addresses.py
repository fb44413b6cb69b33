"""Where people live: streets, blocks and houses, and places of few houses by their name."""

from __future__ import annotations

import re

from service_reports.masking.known_words import folded, is_ordinary, is_verb, of
from service_reports.masking.numbers import SPELLED, SPELLED_DIGIT
from service_reports.masking.patterns import DIGITS, rare
from service_reports.masking.settled import ADDRESS_MARK, PART_OF_A_PIECE, Settled

STREET_WORD = r"(?:calles?|carreras?|diagonal|transversal|avenida|autopista|circular|kil[óo]metro)"
STREET = (
    rf"(?:{STREET_WORD}|cl?le?|cra|crr|cr|kra|kr|k|diag|dg|transv|trans|tranv|trv|tv|avda|av|circunvalar|callej[óo]n|pasaje"
    r"|ac|ak|km)"
)
PART = (
    r"(?:apartamentos?|apto|apt|ap|casas?|cs|torre|tr|bloque|bl|bq|interior|int|local|lc|oficina|ofc|of|piso|p|manzana|mza"
    r"|mz|parcela|lote|lt|etapa|edificio|ed|conjunto|unidad|bodega)"
)
NUMBER_SIGN = r"(?:(?:#|\bn[°º]?\.?|\bnos?\b\.?|\bnro\b\.?|\bn[úu]m(?:ero)?\b\.?)(?=\s*\d))"
LETTER = r"(?:(?:[a-z]|\s[b-df-hj-np-tv-xz]|\s[aeouy](?=\s*[-–#]\s*\d))(?![\w°º.]))"
"""A letter after a number: ``9 A`` could also begin ``a las``, but not before a dash and a number."""
HOUSE = rf"(?:\d{{1,4}}[ªº°]?{LETTER}?(?:\s?bis\b)?{LETTER}?(?!\w)|\d{{1,3}}(?:bis|[a-z]{{1,2}})\d{{0,3}}(?!\w))"
DIRECTION = r"(?:sur|norte|este|oeste|oriente|occidente|bis|esquina)"
SPELLED_STREET = rf"(?:{SPELLED}|n[úu]mero|no(?=\s+{SPELLED_DIGIT})|con|gui[oó]n|{DIRECTION}|{STREET_WORD}|[a-d])"
ORDINAL = r"(?:primera|segunda|tercera|cuarta|quinta|sexta|s[ée]ptima|octava|novena|d[ée]cima)"
ADDRESS = rare(
    (*DIGITS, "calle", "carrera", "diagonal", "transversal", "avenida", "autopista", "circular", "metro", "casa"),
    rf"\b(?:{STREET_WORD}\s+)?{STREET}\b\.?\s*{NUMBER_SIGN}?\s*(?:{HOUSE}|\d{{1,3}}(?:ra|da|ta|a|na)\b)"
    rf"(?:[\s,.;]*(?:{NUMBER_SIGN}|[-–—](?=\s*\d)|\b(?:con|y)\b(?=\s*(?:{STREET}\b|\d|#))|\b{DIRECTION}\b"
    rf"|\b{STREET}\b\.?(?=\s*(?:{NUMBER_SIGN}\s*)?\d)|{HOUSE}|\bgui[oó]n\b(?=\s*\d)|\bv[íi]a\s+(?:al?\s+)?(?:(?:el|la|los|las|san|santa|vereda|corregimiento)\s+){{0,2}}[^\W\d_]+(?:\s(?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)){{0,2}}"
    rf"|\b{PART}\b\.?\s*(?:{NUMBER_SIGN}\s*)?(?:\d+{LETTER}?|[a-z]|\d+[a-z])\b))*"
    rf"|\b{STREET_WORD}\s+(?:{SPELLED_DIGIT}|{ORDINAL})\b(?:\s+{SPELLED_STREET}\b)*"
    r"|\b(?:manzana|mza|mz|m)\.?\s*[\da-z]{1,3}[\s,-]*\b(?:casa|cs|lote|lt|c|l)\.?\s*\d+(?:\s?[a-z])?\b"
    r"(?:[\s,]*\b(?:etapa|sector)\s*\d+)?"
    rf"|\b(?:apartamento|apto|apt|casa|cs)\b\.?\s*{NUMBER_SIGN}?\s*\d+(?:\s?-\s?[a-z]|-\d{{1,4}}|{LETTER})?(?!\w)"
    r"(?:[\s,]*\b(?:torre|bloque|bl|tr|interior|int|etapa|piso)\b\.?\s*(?:\d+|[a-z]\b))*"
    r"|\b(?:torre|bloque)\s*\w{1,2}[\s,-]*\b(?:apartamento|apto|apt|ap|casa)\b\.?\s*\d+"
    r"|\b(?:primera|segunda|tercera|cuarta|[úu]ltima)\s+casa\b(?:\s+[^\W\d_]+){0,5}"
    rf"|(?:\b[a-z]{{1,5}}\.?\s*\d{{1,3}}\s?[a-z]?\s*)?#\s*\d{{1,3}}{LETTER}?\s*[-–]\s*\d{{1,3}}\b",
)
PLACE = rare(
    "calle |carrera |vereda|vda|corregim|cgto|barrio|brr|bo.|b/|finca|parcela|urb|condominio|resguardo|conj|"
    "cjto|res.|caser|ciudadela|unidad|edif|edf|sector|inspecci|paraje|asentam|invasi|cabildo|consejo|callej|"
    "predio|lote|hacienda|quinta|hato|casa|avenida|av |av.|autopista|carretera|alameda|vía|via|pasaje|"
    "glorieta",
    r"\b(?:(?:(?:veredas?|vda\.?(?!\s+de\b)|corregimientos?|cgto\.?|barrios?|brr\.?|bo\.|fincas?|parcelaci[óo]n|urbanizaci[óo]n|urb\.?|condominio|resguardo|conj\.?"
    r"|cjto\.?|res\.|caser[íi]o|ciudadela|(?<!en\s)conjunto(?:\s+residencial)?|unidad\s+residencial|edificio|edf\.?|edif\.?|sector(?!\s+(?:p[úu]blico|privado|salud|educaci|central|descentral|solidario|financiero|agro|rural|urbano|gobierno|hacienda))|inspecci[óo]n\s+de\s+(?=(?-i:[A-ZÁÉÍÓÚ]))(?!polic)"
    r"|paraje|asentamiento|invasi[óo]n|cabildo|consejo\s+comunitario|callej[óo]n)\s+|b/\s*)"
    r"(?:(?:denominad[oa]|llamad[oa]|de\s+nombre|ind[íi]gena)\s+)*"
    r"|(?:predio|lote|hacienda|quinta|hato|parcela|casa)\s+(?:(?:rural|denominad[oa]|llamad[oa]|de\s+nombre)\s+)*"
    r"(?=[\"“«']?(?-i:(?:El|La|Los|Las|San|Santa|Villa|Buena|Alto)\s?[A-ZÁÉÍÓÚ]?[a-záéíóúñ]))"
    r"|(?:avenida|av\.?|calle|carrera|autopista|carretera|alameda|v[íi]a|pasaje|glorieta)\s+(?=(?-i:[A-ZÁÉÍÓÚ][a-záéíóúñ])|(?:el|la|los|las)\s+(?-i:[A-ZÁÉÍÓÚ][a-záéíóúñ])))"
    r"[\"“«']?(?P<name>[^\W\d_]+\.?(?:[ ][^\W\d_]+\.?){0,6})",
)
"""A place of few houses and what follows: its name, or the rest of the sentence."""
MORE = rf"(?:\b{PART}\b\.?\s*(?:{NUMBER_SIGN}\s*)?(?:\d{{1,5}}(?:\s?-\s?\d{{1,3}})?{LETTER}?|[a-z])(?!\w))"
WHOLE = re.compile(
    rf"(?:{MORE}[\s,.-]*(?:(?:del?|la|el|en)\s+){{0,2}}){{0,4}}{PART_OF_A_PIECE}"
    rf"(?:[\s,.;()-]{{0,3}}(?:\b(?:del?|la|el|en|con|y|sector|segundo|primer|tercer)\s+){{0,3}}(?:{PART_OF_A_PIECE}|{MORE})"
    r"|[\s,]*(?:\b(?:[IVX]{1,4}|primera|segunda|tercera)\s+)?etapa\b(?:\s+(?:\d|[IVX]{1,4}\b))?|\s+(?:parte\s+)?(?:alta|baja)\b|,?\s+casa\s+(?:de\s+\w+|blanca|azul|roja|amarilla|verde|gris|rosada|esquinera|sin\s+n[úu]mero)|,\s*\d{3,4}(?![\w.,/-])|\s+\d{1,3}[a-z]?\s?[-–]\s?\d{1,3}\b|\s+entrada\s+(?:(?:a|por|de)\s+)?(?:(?:la|el|los|las)\s+)?(?-i:[A-ZÁÉÍÓÚÑ])\w+(?:\s+(?-i:[A-ZÁÉÍÓÚÑ])\w+)?"
    r"|\s+(?-i:(?:(?:del?|la|el|los|las)\s+){0,2}[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+))*",
    re.IGNORECASE,
)
"""All parts of an address, told one after the other."""
HOUSE_TOLD = rare(
    "queda|viv|resid|ubicad|localizad|domicil",
    r"\b((?:quedan?|viven?|vivo|residen?|resido|residente|ubicad[oa]s?|localizad[oa]s?|domiciliad[oa]s?)\s+)"
    r"(?:(?:al?|la|en|justo|frente|diagonal|lado|junto|detr[áa]s|cerca|contigu[oa]|arriba|abajo|dos|tres|cuatro|una?"
    r"|\d{1,3}|metros|cuadras?|casas?|esquina)\s+){1,5}(?:del?|a|al|por|con)\s+[^.,;:\n]{3,60}"
    r"(?:,\s*(?:la\s+)?(?:casa|lote|finca|parcela|piso|port[óo]n|reja|puerta|segundo|primer)\b[^.,;:\n]{0,40}){0,3}",
)
"""Where somebody lives, told by what lies beside it."""
MOST_OF_A_PLACE = 4


def without_addresses(text: str, settled: Settled) -> str:
    """The text with a mark for each address."""
    text = HOUSE_TOLD.sub(rf"\1{PART_OF_A_PIECE}", text)
    text = ADDRESS.sub(PART_OF_A_PIECE, text)
    text = PLACE.sub(_place, text)
    if PART_OF_A_PIECE in text:  # a place may lie in another: vereda La Ventura finca Villa Luz
        text = PLACE.sub(_place, text)
    return WHOLE.sub(settled.mark(ADDRESS_MARK), text) if PART_OF_A_PIECE in text else text


def _place(match: re.Match[str]) -> str:
    """The name of a place goes: words with a capital or an article, or what is neither grammar, a verb nor ours."""
    end = taken = 0
    article = in_capitals = False
    for word in re.finditer(r"\w+", match["name"]):
        plain = folded(word[0])
        if plain == "y" and not taken:
            break
        capital = word[0][0].isupper() and not match.group().isupper()
        if plain in of("place-particle") and not (plain == "de" and not taken and not _names_follow(match, word)):
            article = plain not in ("de", "y")
            continue
        ordinary = plain in of("") or plain in of("no-place") or (is_verb(plain) and not article)
        if re.fullmatch(PART, plain):
            break
        ordinary = ordinary or (in_capitals and not article and is_ordinary(plain))
        if taken == MOST_OF_A_PLACE or (ordinary and not capital) or plain in of("function"):
            break
        end, taken, article, in_capitals = word.end(), taken + 1, False, capital
    if not taken:
        return match.group()
    return PART_OF_A_PIECE + match["name"][end:]


def _names_follow(match: re.Match[str], word: re.Match[str]) -> bool:
    """Whether what follows ``de`` is a name: ``corregimiento de Potrerito``, but not ``barrio de estrato 2``."""
    following = re.match(r"\s*(\w+)", match["name"][word.end() :])
    if following is None:
        return False
    capital = following[1][0].isupper() and not match.group().isupper()
    return capital or not (is_ordinary(folded(following[1])) or folded(following[1]) in of(""))
