"""What opens something or leads to it: mail addresses, links, machines, users and passwords."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from service_reports.masking.file_names import FILE_NAME
from service_reports.masking.known_words import folded, is_ordinary
from service_reports.masking.numbers import NUMBERED
from service_reports.masking.patterns import DIGITS, rare
from service_reports.masking.settled import ACCESS_MARK, E_MAIL_MARK, LINK_MARK, Settled

MAIL_PART = r"[^\s@<>()\[\],;:]{1,80}"
AT = r"(?:\s+(?:arroba|at)\s+|\s*[(\[{<]\s*(?:at|arroba|@)\s*[)\]}>]\s*)"
DOT = r"(?:\s+(?:punto|dot)\s+|\s*[(\[{<]\s*(?:punto|dot|\.)\s*[)\]}>]\s*)"
E_MAIL = rare(
    "@|arroba| at |(at|[at|{at|<at|_at_| at)| at]| at}| at>",
    rf"(?<![\w.+-])[\w.+-]{{1,80}}?_(?:arroba|at)_[\w.-]{{1,80}}|<?\b{MAIL_PART}\s?@\s?[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}>?"
    rf"|<?(?!\w+@s?(?!\w)){MAIL_PART}@{MAIL_PART}>?"
    rf"|(?<![\w.+-])(?:[\w.+-]{{1,40}}{DOT}){{0,4}}[\w.+-]{{1,80}}{AT}[\w-]{{1,63}}(?:(?:{DOT}|\.)\w{{1,63}}){{0,6}}",
)
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
LINK_SIGN = re.compile(r"[/\\]|\w\.\w")
LINK = re.compile(
    r"\bjdbc:\S+|\b(?:https?|ftps?|sftp|file|ssh|smb)\s?:\s?[/\\]{2}\S+|\bwww\.\S+|\\\\[\w.-]+(?:\\\S*)?|\b[A-Z]:\\\S+"
    r"|(?<![\w.-])(?=[\w-]{1,63}\.\w)(?:"
    r"(?:[a-z0-9-]{1,63}\.){1,8}"
    r"(?:com|co|net|org|gov|edu|mil|info|io|app|biz|me|ly|gl|example|local|lan|meet|us|es)(?:\.[a-z]{2})?\b(?::\d+)?(?:/\S*)?"
    r"|[a-z][\w-]{0,62}(?:\.[a-z][\w-]{0,62}){1,8}/\S*"
    rf"|(?:{OCTET}\.){{3}}{OCTET}(?![\w.]|\s?-\s?\d)(?::\d+)?(?:/\S*)?)",
    re.IGNORECASE,
)
ACCESS_NAMED = (
    r"usuarios?|users?|usr|login|logueo|claves?|contrase[ñn]i?as?|(?:la|mi|su|tu)\s+contra|kontrase\w+|passwords?|pasword|passwd|pass|pwd|psw|pin|tokens?|otp"
    r"|credencial(?:es)?|cvv|cvc|segundo\s+factor|mfa"
    r"|c[óo]digo\s+de\s+(?:verificaci[óo]n|acceso|seguridad)|skype|any\s?desk|team\s?viewer|id\s+remoto|ultraviewer|nick"
)
NO_ACCESS = re.compile(
    r"(?:[aeoyu]|al?|con|de|del|el|ella|en|es|est[áa]n?|fue|ha|la|las|le|les|lo|los|me|mi|mis|muy|ni|no|nos|o|para|pero|por"
    r"|que|qué|se|si|sin|son|su|sus|te|todos?|todas?|un|una|ya|(?:in)?correct[ao]s?|(?:in)?v[áa]lid[ao]s?|err[óo]ne[ao]s?"
    r"|errad[ao]s?|mal[ao]?|bien|bloquead[ao]s?|vencid[ao]s?|nuev[ao]s?|temporal(?:es)?|obligatori[ao]s?|requerid[ao]s?"
    r"|inactiv[ao]s?|activ[ao]s?|inexistentes?|diferentes?|igual(?:es)?|\[[^\]]*\])[.,;:!?)]*",
    re.IGNORECASE,
)
ACCESS_TOLD = rare(
    "usu|user|usr|log|cla|contra|kontra|pas|pwd|psw|pin|token|otp|digo|skype|desk|viewer|remoto|nick|"
    "credencial|cvv|cvc|factor|mfa|cont",
    rf"\b((?:{ACCESS_NAMED}|usu|cont|cla)(?:\s+[^\W\d_]+){{0,4}}?\s*(?:[:=]|\b(?:es|era|son|ser[íi]a)\b\s*:?)\s*[\"“'«]?)([^\s\"”'»]+)",
)
ACCESS_SEEN = rare(
    "usu|user|usr|log|cla|contra|kontra|pas|pwd|psw|pin|token|otp|digo|skype|desk|viewer|remoto|nick|"
    "credencial|cvv|cvc|factor|mfa",
    rf"\b((?:{ACCESS_NAMED})\b(?:\s+(?:de|del|la|el|en|para|con|id|temporal|nueva|actual|anterior|asignad[ao]|no|n[úu]mero|y"
    r"|windows|red|dominio|sistema|oracle|base|datos|correo|vpn|wifi|equipo|plataforma|portal|aplicativo|acceso)\b)*[\s/#-]+[\"“'«]?)"
    r"((?=[^\s,;]*[\d_@*#$!%&+=?])[^\s,;\"”'»]{3,}(?:\s\d{2,4}\b)*|[a-z]+(?:\.[a-z]+)+\b|(?-i:[A-Za-z]*[a-z][A-Z]\w*))",
)
"""A user or a password after its name: with a sign between them, or seen by its digits and signs."""

SECRET_WORD = rare(
    DIGITS,
    r"(?<![\w.-])(?:admin|administrador|root|sysadmin|sysdba|users?|usr|usuario|invitado|soporte|cajero|consulta)\d{1,4}(?!\w)|"
    r"(?<![^\s\"“'«(:=])(?=[^\s]{0,60}[^\W\d_])(?=[^\s]{0,60}\d)[\w.-]{0,60}(?:[*#$&+=]+|[!?¡¿]+(?=\w|!*(?=\s|$)))[\w*#$!&+=?.-]{0,60}(?<![.,;:?])"
    r"|(?<![\w.-])[^\W\d_]{4,}\d{3,}[*#$!&+=]*(?![\w-])",
    re.NOFLAG,
)
"""Letters and digits with a sign among them, or a word that a number is glued to: few things but passwords are."""
NO_BLANK = r"[^\s,;:/\"”“'«»()]{2,}"
HANDLE = rare("@", r"(?<![\w.@])@[A-Za-z_][\w.]{2,40}")
SHORT_USER = re.compile(r"(?<![\w.@/-])(?-i:[a-z])\.[a-z]{3,30}(?![\w@]|\.\w)")
"""An initial and a surname, with a stop and no blank."""
MAC = rare(":|-", r"\b(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}\b")
PAIR = rare(
    "usuario|user|usu ",
    rf"\b((?:usuario|user|usu)\s+)({NO_BLANK})(\s+(?:y|e)?\s*(?:la\s+)?(?:clave|contrase[ñn]a|passw\w*|pass|pwd)\s+|\s+/\s+)({NO_BLANK})",
)
"""A user and its password, whatever the words are."""
SECRET_PHRASE = rare(
    "frase|secreta|desbloqueo|passphrase",
    r"\b((?:frase\s+(?:de\s+paso|secreta|clave)|passphrase|respuesta\s+secreta|patr[óo]n\s+de\s+desbloqueo)\s*(?:es\b|:|=)?\s*)([^\n.,;()]{2,40})",
)
SYSTEM_USER = rare(
    " con | como |usuario",
    r"(?<=(?:con|omo|rio)\s)(?:root|sysdba|sys|system|sa|sysadmin|admin|administrator|opc|postgres)(?![\w.])",
)
USERS = rare(
    "usuario|user|login",
    rf"\b(?P<word>usuarios?|users?|logins?)(?P<by>\s*:?\s+)(?P<names>{NO_BLANK}(?:(?:\s*,\s*|\s+[ye]\s+){NO_BLANK})+)",
)
"""Several users after the word, where the dictionary has not all of them."""
ENTERED = rare(
    " con | como ",
    r"\b((?:conect\w+|ingres\w+|entr(?:o|é|e|a|ar|amos|ando|aba|en)|logue\w+|acced\w+|intent\w+|prob\w+|cuenta|inici\w+\s+sesi[óo]n)\s+(?:con|como)\s+(?:el\s+|la\s+|mi\s+)?)"
    rf"({NO_BLANK}\s*/\s*[^\s,;]+|(?=[^\s]*[\d_])[^\s,;()]{{3,}}[^\s,;().])",
)
"""Who somebody enters as: a user and a password with a stroke between them, or a word that no text has."""
BOTH = rare(
    "credencial|acceso|usuario|user",
    rf"\b((?:credencial(?:es)?|accesos?|usuario\s*(?:/|y|-)\s*(?:clave|contrase[ñn]a|password)|user\s*/\s*pass\w*)\s*(?:son)?\s*:?\s+)"
    rf"(?=\S*[\d_@*#$!%&+=?]|\S+\s+[-/]\s+\S*[\d_@*#$!%&+=?])({NO_BLANK}\s*[-/,]\s*[^\s,;]+)",
)
DOMAIN_USER = rare("\\", r"(?<![\w\\:/.])[\w.-]{2,40}\\[\w.-]{2,40}", re.NOFLAG)
PASSWORD_WORD = rare(
    "clave|contra|pas|pwd|pin|token|otp|credencial|acceso",
    r"\b(?:claves?|contrase[ñn]i?as?|passwords?|pass|pwd|pin|tokens?|otp|credencial(?:es)?|acceso)\b",
)
MIXED = rare(
    DIGITS,
    r"(?<![\w.@/-])(?![A-Z]{2,6}[-_]?\d+(?!\w))(?=[\w#*$!%&+=?.-]*[^\W\d_])(?=[\w#*$!%&+=?.-]*\d)[^\W_](?:[\w#*$!%&+=?-]|\.(?=\w)){4,60}(?!\w)",
    re.NOFLAG,
)
"""Letters and digits in one word: a password where one was spoken of."""
NEAR_A_PASSWORD = 120
MACHINE_WORD = (
    r"equipos?|servidor(?:es)?|servers?|host(?:name)?s?|m[áa]quinas?|computador(?:a|as|es)?|compu|pc|pcs|port[áa]til(?:es)?|laptop|impresoras?|nodos?"
    r"|estaci[óo]n(?:\s+de\s+trabajo)?|workstation|terminal(?:es)?|instancia|vm"
)
MACHINE = r"(?:[^\W_]{1,30}(?:[-_][^\W_]{1,30}){1,8}|[^\W\d_]{2,}\d{1,4})(?![\w-])"
MACHINES = rare(
    "equipo|serv|host|quina|comp|pc|port|lap|impres|nodo|estaci|workst|termina|instan|vm",
    rf"\b((?:{MACHINE_WORD})(?:\s+(?:de|del|la|el|en|con|llamad[oa]|denominad[oa]|nombre|es|se\s+llama|que|red|escritorio)\b)*[\s:#(\"“«]{{1,3}})"
    rf"({MACHINE}(?:(?:\s*[,/]\s*|\s+[ye]\s+){MACHINE})*)",
)
MACHINE_NAMED = rare(
    "-",
    r"(?<![\w-])(?:(?:[^\W_]{1,30}-){0,4}(?:pc|srv|server|svr|desktop|laptop|lap|portatil|equipo|host|vm|nb|prt|imp|workstation|ws)\d{0,4}(?:-[^\W_]{1,30}){1,5}"
    r"|(?:[^\W_]{1,30}-){1,5}(?:pc|srv|server|svr|bd|db|vm|nb|imp|prt)\d{0,4})(?![\w-])",
)
"""The name of a machine: after a word for it, or with one in it."""
NO_SECRET = frozenset(
    {
        "ano",
        "vigencia",
        "predial",
        "ica",
        "reteica",
        "recibo",
        "factura",
        "formato",
        "version",
        "windows",
        "error",
        "sector",
        "ticket",
    }
)


def without_accesses(text: str, settled: Settled, is_known: Callable[[str], bool]) -> str:
    """The text with a mark for each mail address, link, machine, user and password."""
    text = E_MAIL.sub(settled.mark(E_MAIL_MARK), text)
    if LINK_SIGN.search(text):
        text = LINK.sub(
            lambda match: match.group() if FILE_NAME.pattern.fullmatch(match.group()) else settled.keep(LINK_MARK), text
        )
    text = MAC.sub(settled.mark(LINK_MARK), text)
    text = HANDLE.sub(settled.mark(ACCESS_MARK), text)
    text = SHORT_USER.sub(settled.mark(ACCESS_MARK), text)
    text = DOMAIN_USER.sub(settled.mark(ACCESS_MARK), text)
    text = MACHINES.sub(lambda match: _machine(match, settled), text)
    text = MACHINE_NAMED.sub(settled.mark(LINK_MARK), text)
    text = PAIR.sub(lambda match: _pair(match, settled), text)
    text = SECRET_PHRASE.sub(settled.mark(ACCESS_MARK, 1), text)
    text = SYSTEM_USER.sub(settled.mark(ACCESS_MARK), text)
    text = BOTH.sub(settled.mark(ACCESS_MARK, 1), text)
    text = ENTERED.sub(settled.mark(ACCESS_MARK, 1), text)
    text = USERS.sub(lambda match: _users(match, settled, is_known), text)
    text = ACCESS_TOLD.sub(lambda match: _access(match, settled), text)
    text = ACCESS_SEEN.sub(settled.mark(ACCESS_MARK, 1), text)
    text = SECRET_WORD.sub(lambda match: _secret_word(match, settled), text)
    ends = [match.end() for match in PASSWORD_WORD.finditer(text)]
    return MIXED.sub(lambda match: _mixed(match, ends, settled), text) if ends else text


def _machine(match: re.Match[str], settled: Settled) -> str:
    """The names of machines, unless they number what is no machine: ``equipo 12``."""
    return match[1] + settled.keep(LINK_MARK)


def _users(match: re.Match[str], settled: Settled, is_known: Callable[[str], bool]) -> str:
    names = re.findall(NO_BLANK, match["names"])
    names = [name for name in names if name.lower() not in {"y", "e"}]
    if all(is_known(folded(name.strip("."))) for name in names):
        return match.group()
    return match["word"] + match["by"] + settled.keep(ACCESS_MARK)


def _mixed(match: re.Match[str], ends: list[int], settled: Settled) -> str:
    place = bisect_right(ends, match.start())
    near = place and match.start() - ends[place - 1] < NEAR_A_PASSWORD
    return settled.keep(ACCESS_MARK) if near and not NUMBERED.pattern.match(match.group()) else match.group()


def _pair(match: re.Match[str], settled: Settled) -> str:
    if NO_ACCESS.fullmatch(match[2]) or NO_ACCESS.fullmatch(match[4]):
        return match.group()
    return match[1] + settled.keep(ACCESS_MARK) + match[3] + settled.keep(ACCESS_MARK)


def _access(match: re.Match[str], settled: Settled) -> str:
    """What is told as a user or password, unless a sentence goes on: ``usuarios simultáneos: promedio``."""
    told_of = match[1].rstrip().endswith(":") and len(match[1].split()) > 1 and is_ordinary(match[2].strip(",.;"))
    goes_on = re.match(r"\s+[\w\ue000-\uf8ff]", match.string[match.end() : match.end() + 40]) is not None
    if told_of and (goes_on or match[1].lower().startswith("usu")):
        return match.group()
    return match.group() if NO_ACCESS.fullmatch(match[2]) else match[1] + settled.keep(ACCESS_MARK)


def _secret_word(match: re.Match[str], settled: Settled) -> str:
    """A password, unless a year or number is but glued to what it numbers: ``vigencia2023``."""
    word = re.match(r"[^\W\d_]+", match.group())
    numbered = (
        word is not None
        and match.group().rstrip("!").isalnum()
        and (folded(word.group()) in NO_SECRET or NUMBERED.pattern.match(f"{word.group()} 1"))
    )
    return match.group() if numbered else settled.keep(ACCESS_MARK)
