"""Proof that bytes existed at a moment, from a time-stamping authority (RFC 3161)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, pem, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the authority's time may differ from ours, beside what it says of its own accuracy."""
TIME_STAMPING = "time_stamping"


class TimeStampError(RuntimeError):
    """An authority that gives no time stamp, or one that proves nothing of these bytes."""


class AuthorityUnreachable(TimeStampError):
    """An authority that does not answer, or does not give what it is asked for: later it may."""


def trusted_certificates(text: str) -> tuple[asn1_x509.Certificate, ...]:
    """The certificates of a text in PEM: an authority's own, or roots that it must lead to.

    Raises:
        TimeStampError: there is none, or what is there is none.
    """
    try:
        found = tuple(asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(text.encode(), multiple=True))
        for each in found:
            _ = each.subject.native
    except (ValueError, TypeError) as error:
        raise TimeStampError(f"no es una lista de certificados en PEM: {error}") from error
    return found


class CheckedTimeStamper(TimeStamper):
    """An authority whose every token is looked at before it is used.

    Its certificate must be one of the trusted, or lead to one of them; its time must be near ours (``now``, aware; by
    default the machine's clock).
    """

    def __init__(
        self, authority: TimeStamper, trusted: Sequence[asn1_x509.Certificate], now: datetime | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority, self._trusted, self._now = authority, trusted, now
        self._known: set[bytes] = set()

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """What the authority answers."""
        return await self._authority.async_request_tsa_response(req)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The authority's token for a digest.

        Raises:
            AuthorityUnreachable: the authority does not answer or refuses.
            TimeStampError: its token does not hold, it is not trusted, or its clock or ours is wrong.
        """
        try:
            token = await self._authority.async_timestamp(message_digest, md_algorithm)
            content = token.dump()
        except Exception as error:  # whatever network, answer and the parsers of its DER come up with
            raise AuthorityUnreachable(
                f"la autoridad no dio el sello de tiempo: {type(error).__name__}: {error}"
            ) from error
        moment, signer, others = await _read(content, lambda algorithm: _same(algorithm, md_algorithm, message_digest))
        if signer.sha256 not in self._known:
            await _check_authority(signer, others, moment, self._trusted)
            self._known.add(signer.sha256)
        ours = self._now or datetime.now(UTC)
        if abs(moment - ours) > CLOCKS_DIFFER:
            raise TimeStampError(
                f"la hora del sello ({moment:%Y-%m-%d %H:%M:%S} UTC) y la de este servidor "
                f"({ours:%Y-%m-%d %H:%M:%S} UTC) difieren en más de cinco minutos: revise el reloj del servidor; si es "
                "correcto, cambie de autoridad"
            )
        return token


def _same(asked: str, given: str, digest: bytes) -> bytes:
    if asked != given:
        raise ValueError(asked)
    return digest


def time_stamp(content: bytes, authority: CheckedTimeStamper) -> bytes:
    """The authority's token for these bytes (DER; ``openssl ts -verify -token_in`` reads it).

    Raises:
        AuthorityUnreachable: the authority does not answer or refuses.
        TimeStampError: its token does not hold, it is not trusted, or its clock or ours is wrong.
    """
    return bytes(asyncio.run(authority.async_timestamp(hashlib.sha256(content).digest(), "sha256")).dump())


def check_time_stamp(
    token: bytes, content: bytes, *, trusted: Sequence[asn1_x509.Certificate] | None = None
) -> datetime:
    """The moment at which a token says that these bytes existed (aware).

    The token must be signed by the certificate that it carries, and that must be one for time stamps.
    Without ``trusted``, whether it is an authority to be trusted is for whoever verifies
    (``openssl ts -verify -CAfile``).

    Raises:
        TimeStampError: no token, one for other bytes, one that was changed, or one of a certificate that
            is not for time stamps or not trusted.
    """
    return asyncio.run(_checked(token, lambda algorithm: hashlib.new(algorithm, content).digest(), trusted))


async def _checked(
    token: bytes, digest: Callable[[str], bytes], trusted: Sequence[asn1_x509.Certificate] | None
) -> datetime:
    moment, signer, others = await _read(token, digest)
    await _check_authority(signer, others, moment, trusted)
    return moment


async def _read(
    token: bytes, digest: Callable[[str], bytes]
) -> tuple[datetime, asn1_x509.Certificate, Sequence[asn1_x509.Certificate]]:
    """When a token says that what has this digest existed, who signed it, and the certificates that it carries."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        others = [each.chosen for each in signed["certificates"]]
        # Whom to trust is asked elsewhere: here a path that is not found would be logged with all that led there.
        told = await validate_tst_signed_data(
            signed, ValidationContext(trust_roots=others, allow_fetching=False), digest
        )
    except Exception as error:  # what the parsers of DER raise over bytes that are none has no name in common
        raise TimeStampError(f"no es un sello de tiempo: {type(error).__name__}: {error}") from error
    if not (told["intact"] and told["valid"]):
        raise TimeStampError("el sello de tiempo es de otros bytes, o fue cambiado")
    return told["timestamp"], told["signing_cert"], others


async def _check_authority(
    signer: asn1_x509.Certificate,
    others: Sequence[asn1_x509.Certificate],
    moment: datetime,
    trusted: Sequence[asn1_x509.Certificate] | None,
) -> None:
    name = signer.subject.human_friendly
    purposes = signer.extended_key_usage_value
    if purposes is None or purposes.native != [TIME_STAMPING]:
        raise TimeStampError(f"el certificado de «{name}» no es de una autoridad de sellado de tiempo")
    if trusted is None:
        return
    if any(signer.sha256 == each.sha256 for each in trusted):
        if not signer.not_valid_before <= moment <= signer.not_valid_after:
            raise TimeStampError(f"el certificado de «{name}» no está vigente el {moment:%Y-%m-%d}")
        return
    context = ValidationContext(
        trust_roots=list(trusted), other_certs=list(others), moment=moment, allow_fetching=False
    )
    try:
        validator = CertificateValidator(signer, list(others), validation_context=context)
        await validator.async_validate_usage({"digital_signature"}, {TIME_STAMPING})  # type: ignore[no-untyped-call]
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise TimeStampError(
            f"no se confía en la autoridad «{name}»: su certificado no lleva a ninguno de los que se confían ({error})"
        ) from error
