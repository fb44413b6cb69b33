"""How documents are signed."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from service_reports.contracts.model.fields import ConnectionId, Frozen, Text

SignatureLevel = Literal["B-B", "B-T", "B-LT", "B-LTA"]
"""What a signature carries to be checked later (ETSI EN 319 142-1), each level all of those before it: itself; a time
stamp; what certificates and revocation lists said; a time stamp of the whole, which can be renewed."""
SIGNATURE_LEVELS: tuple[SignatureLevel, ...] = get_args(SignatureLevel)


def _is_certificate(pem: str) -> str:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise ValueError("no es un certificado en PEM: cópielo entero, con su primera línea y la última") from None
    return pem


Certificate = Annotated[Text, AfterValidator(_is_certificate)]


class Signing(Frozen):
    """Which key signs the reports, and what a signature carries."""

    connection: ConnectionId = Field(title="Conexión de Airflow con la clave de quien firma")
    kind: Literal["electronic", "digital"] = Field(
        default="electronic",
        title="Clase de firma",
        description="digital only with a certificate of an ONAC-accredited body (Decreto 2364 de 2012).",
    )
    level: SignatureLevel = Field(
        default="B-B",
        title="Nivel de la firma (PAdES)",
        description="Above B-B, the connection `tsa` names the time-stamping authority.",
    )
    unreachable: Literal["fail", "degrade"] = Field(
        default="fail",
        title="Si una autoridad no responde al firmar",
        description="fail: nothing is issued. degrade: issued at the level that is reached, and completed later.",
    )
    supervisor_roots: tuple[Certificate, ...] = Field(
        default=(),
        title="Raíces de confianza del certificado del supervisor",
        description="In PEM. Without any, whose certificate signed what comes back is told and not judged.",
    )
