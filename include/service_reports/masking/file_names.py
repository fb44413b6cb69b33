"""Names of files, which hold names of persons."""

from __future__ import annotations

import re
from collections.abc import Callable

from service_reports.masking.names_in_texts import without_names
from service_reports.masking.numbers import YEAR
from service_reports.masking.settled import IDENTITY_MARK, PERSON_MARK, UNKNOWN_MARK

FILE_NAME = re.compile(
    r"(?<![\w/\\().+~-])(…?[\w().+~-]{0,200}[\w)])\.(pdf|xlsx?|xlsm|csv|txt|docx?|pptx?|odt|ods|zip|rar|7z|gz|xml|xsd|json|jpe?g|png|gif"
    r"|tiff?|bmp|dmp|sql|log|dat|bak|eml|msg|html?|p12|pfx|cer)\b",
    re.IGNORECASE,
)
NAME_PIECE = re.compile(r"[^\W\d_]+|\d+|[\W_]+")


def safe_file_name(match: re.Match[str], known: frozenset[str], is_known: Callable[[str], bool]) -> str:
    """A file keeps its name as far as its parts are known words, short numbers and days."""
    if match.group() in known or match[1] in known:
        return match.group()
    parts = []
    for part in NAME_PIECE.findall(re.sub(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])", "\ufeff", match[1])):
        if part.isdigit():
            harmless = len(part) <= 4 or re.fullmatch(rf"{YEAR}[01]\d(?:[0-3]\d)?|[0-3]\d[01]\d{YEAR}", part)  # noqa: PLR2004
            parts.append(part if harmless else IDENTITY_MARK)
        elif part.isalpha() and len(part) > 1:
            parts.append(without_names(part, is_known, lambda person: PERSON_MARK if person else UNKNOWN_MARK))
        else:
            parts.append(part.replace("\ufeff", ""))
    return f"{''.join(parts)}.{match[2]}"
