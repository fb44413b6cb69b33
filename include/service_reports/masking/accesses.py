"""What opens something or leads to it: mail addresses, links, machines, users and passwords."""

from __future__ import annotations

import re

from service_reports.masking.file_names import FILE_NAME
from service_reports.masking.known_words import folded, is_ordinary
from service_reports.masking.numbers import NUMBERED
from service_reports.masking.settled import ACCESS_MARK, E_MAIL_MARK, LINK_MARK, Settled

MAIL_PART = r"[^\s@<>()\[\],;:]{1,80}"
AT = r"(?:\s+(?:arroba|at)\s+|\s*[(\[{<]\s*(?:at|arroba|@)\s*[)\]}>]\s*)"
DOT = r"(?:\s+(?:punto|dot)\s+|\s*[(\[{<]\s*(?:punto|dot|\.)\s*[)\]}>]\s*)"
E_MAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,80}}?_(?:arroba|at)_[\w.-]{{1,80}}|<?\b{MAIL_PART}\s?@\s?[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}>?"
    rf"|<?{MAIL_PART}@{MAIL_PART}>?"
    rf"|(?<![\w.+-])(?:[\w.+-]{{1,40}}{DOT}){{0,4}}[\w.+-]{{1,80}}{AT}[\w-]{{1,63}}(?:(?:{DOT}|\.)\w{{1,63}}){{0,6}}",
    re.IGNORECASE,
)
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
LINK = re.compile(
    r"\b(?:https?|ftps?|sftp|file|ssh|smb)\s?:\s?[/\\]{2}\S+|\bwww\.\S+|\\\\[\w.-]+(?:\\\S*)?|\b[A-Z]:\\\S+"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:com|co|net|org|gov|edu|mil|info|io|app|biz|me|ly|gl|example|local|lan|meet|us|es)(?:\.[a-z]{2})?\b"
    rf"(?::\d+)?(?:/\S*)?|(?<![\w.-])[a-z][\w-]{{0,62}}(?:\.[a-z][\w-]{{0,62}}){{1,8}}/\S*|(?<![\w.])(?:{OCTET}\.){{3}}{OCTET}(?![\w.]|\s?-\s?\d)(?::\d+)?(?:/\S*)?",
    re.IGNORECASE,
)
ACCESS_NAMED = (
    r"usuarios?|users?|usr|login|logueo|claves?|contrase[ñn]i?as?|passwords?|passwd|pass|pwd|pin|tokens?|otp"
    r"|c[óo]digo\s+de\s+(?:verificaci[óo]n|acceso|seguridad)|skype|any\s?desk|team\s?viewer|id\s+remoto|ultraviewer|nick"
)
NO_ACCESS = re.compile(
    r"(?:[aeoyu]|al?|con|de|del|el|ella|en|es|est[áa]n?|fue|ha|la|las|le|les|lo|los|me|mi|mis|muy|ni|no|nos|o|para|pero|por"
    r"|que|qué|se|si|sin|son|su|sus|te|todos?|todas?|un|una|ya|(?:in)?correct[ao]s?|(?:in)?v[áa]lid[ao]s?|err[óo]ne[ao]s?"
    r"|errad[ao]s?|mal[ao]?|bien|bloquead[ao]s?|vencid[ao]s?|nuev[ao]s?|temporal(?:es)?|obligatori[ao]s?|requerid[ao]s?"
    r"|inactiv[ao]s?|activ[ao]s?|inexistentes?|diferentes?|igual(?:es)?|\[[^\]]*\])[.,;:!?)]*",
    re.IGNORECASE,
)
ACCESS_TOLD = re.compile(
    rf"\b((?:{ACCESS_NAMED})(?:\s+[^\W\d_]+){{0,4}}?\s*(?:[:=]|\b(?:es|era|son|ser[íi]a)\b\s*:?)\s*[\"“'«]?)([^\s\"”'»]+)",
    re.IGNORECASE,
)
ACCESS_SEEN = re.compile(
    rf"\b((?:{ACCESS_NAMED})\b(?:\s+(?:de|del|la|el|en|para|con|id|temporal|nueva|actual|anterior|asignad[ao]|no|n[úu]mero|y"
    r"|windows|red|dominio|sistema|oracle|base|datos|correo|vpn|wifi|equipo|plataforma|portal|aplicativo|acceso)\b)*[\s/#-]+[\"“'«]?)"
    r"((?=[^\s,;]*[\d_@*#$!%&+=?])[^\s,;\"”'»]{3,}(?:\s\d{2,4}\b)*|[a-z]+(?:\.[a-z]+)+\b)",
    re.IGNORECASE,
)
"""A user or a password after its name: with a sign between them, or seen by its digits and signs."""

SECRET_WORD = re.compile(
    r"(?<![\w.-])(?:admin|administrador|root|sysadmin|sysdba|users?|usr|usuario|invitado|soporte|cajero|consulta)\d{1,4}(?!\w)|"
    r"(?<![^\s\"“'«(:=])(?=[^\s]{0,60}[^\W\d_])(?=[^\s]{0,60}\d)[\w.-]{0,60}(?:[*#$&+=]+|[!?¡¿]+(?=\w|!*(?=\s|$)))[\w*#$!&+=?.-]{0,60}(?<![.,;:?])"
    r"|(?<![\w.-])[^\W\d_]{4,}\d{3,}[*#$!&+=]*(?![\w-])"
)
"""Letters and digits with a sign among them, or a word that a number is glued to: few things but passwords are."""
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


def without_accesses(text: str, settled: Settled) -> str:
    """The text with a mark for each mail address, link, user and password."""
    text = E_MAIL.sub(settled.mark(E_MAIL_MARK), text)
    text = LINK.sub(
        lambda match: match.group() if FILE_NAME.fullmatch(match.group()) else settled.keep(LINK_MARK), text
    )
    text = ACCESS_TOLD.sub(lambda match: _access(match, settled), text)
    text = ACCESS_SEEN.sub(settled.mark(ACCESS_MARK, 1), text)
    return SECRET_WORD.sub(lambda match: _secret_word(match, settled), text)


def _access(match: re.Match[str], settled: Settled) -> str:
    """What is told as a user or password, unless a sentence goes on: ``usuarios simultáneos: promedio``."""
    told_of = match[1].rstrip().endswith(":") and len(match[1].split()) > 1 and is_ordinary(match[2].strip(",.;"))
    if told_of:
        return match.group()
    return match.group() if NO_ACCESS.fullmatch(match[2]) else match[1] + settled.keep(ACCESS_MARK)


def _secret_word(match: re.Match[str], settled: Settled) -> str:
    """A password, unless a year or number is but glued to what it numbers: ``vigencia2023``."""
    word = re.match(r"[^\W\d_]+", match.group())
    numbered = (
        word is not None
        and match.group().rstrip("!").isalnum()
        and (folded(word.group()) in NO_SECRET or NUMBERED.match(f"{word.group()} 1"))
    )
    return match.group() if numbered else settled.keep(ACCESS_MARK)
