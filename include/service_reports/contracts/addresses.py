"""Mail addresses as SMTP carries them: one address, its domain in ASCII (IDNA), and nothing beside it."""

from __future__ import annotations

import re
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints, WithJsonSchema

FORM = r"""^[^@\s<>()\[\],;:\\"]+@[^@\s<>()\[\],;:\\"]+\.[^@\s<>()\[\],;:\\".]+$"""
"""What an editor can check; the model checks the rest."""
REMEDIES = (
    (
        re.compile(r"@.*[,;\s].*@"),
        "son varias direcciones: escriba una sola; las demás van en `mail.cc`, una por línea",
    ),
    (re.compile(r"^mailto:", re.IGNORECASE), "empieza por `mailto:`: escriba solo la dirección"),
    (re.compile(r"[<>()]"), "tiene un nombre o signos al lado de la dirección: escriba solo la dirección"),
    (re.compile(r"[^@]*[,;:][^@]*@"), "tiene antes de la arroba un signo que no puede estar ahí: quítelo"),
    (re.compile(r"@.*[,;:]"), "tiene después de la arroba un signo que no puede estar ahí: quítelo"),
    (re.compile(r"@\["), "tiene un número de IP: escriba el nombre del dominio"),
    (re.compile(r"\s|[^\w\s!-~]"), "tiene un espacio o un signo que no se ve o no puede estar ahí: escríbala de nuevo"),
)
"""What is wrong with the usual mistakes, the first that fits; all of them are refused by the library."""
OTHERWISE = "no es una dirección a la que se pueda escribir: escríbala como `usuario@entidad.example`"


def mail_address(written: str) -> str:
    """An address as it is used everywhere: as written, but composed (NFC) and with the domain that DNS knows.

    The part before the ``@`` may hold letters beyond ASCII; only servers with SMTPUTF8 (RFC 6531) take it.

    Raises:
        ValueError: it is no single address that SMTP could carry; the message (Spanish) says what to do.

    >>> mail_address("rentas@alcaldía.example")
    'rentas@xn--alcalda-dza.example'
    """
    try:
        address = validate_email(written, strict=True, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError(next((told for form, told in REMEDIES if form.search(written)), OTHERWISE)) from None
    return f"{address.local_part}@{address.ascii_domain}"


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(mail_address),
    WithJsonSchema({"type": "string", "pattern": FORM}),
]
