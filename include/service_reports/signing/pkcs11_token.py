"""A signing key in a token (a card, a USB token, an HSM), which signs and never gives it away: PKCS #11.

Every signature opens a session of its own and ends it. So nothing is held that could be lost between two of them, no
session is shared by tasks, and a token that was away is found again by whoever tries again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag

from service_reports.signing.key import (
    TRIED,
    SigningKey,
    SigningKeyAway,
    SigningKeyError,
    certificates_of,
    is_signed_by,
    tried,
)

SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 where RSA signs it (RFC 8017, 9.2)."""
LAST_TRY = TokenFlag.USER_PIN_FINAL_TRY
SHOWN = 10
Module = Any
Key = Any
"""A key that signs, by a class that python-pkcs11 makes of what the token says of it; so with the library."""
_ALONE = threading.Lock()
"""Logging in counts for all sessions that a process has with a token."""


@dataclass(frozen=True)
class Token:
    """Where a key lies: the library that speaks with the token, the token's label, and the key's where it has several.

    ``pin`` is empty where the token asks for none.
    """

    module: str
    label: str
    key_label: str = ""
    pin: str = field(default="", repr=False)


def load_token_key(token: Token, *, at: datetime | None = None, above: str = "") -> SigningKey:
    """Find the key of a token and its certificate, and try whether they can sign at an aware instant (by default, now).

    The certificate is that which verifies what the key signs, among those of the token and of ``above``, certificates
    in PEM that the token lacks; of several, as after a renewal, the one that ends last.

    Raises:
        SigningKeyError: the library cannot be loaded, the PIN is not the token's or is locked, the key or its
            certificate is absent, or as :func:`tried`.
        SigningKeyAway: the token is not there, or breaks off.
    """
    with _opened(token) as session:
        key = _key(session, token)
        signature = _signature(key, TRIED, token)
        held = [*_certificates(session), *certificates_of(above)]
    of_key = [each for each in held if is_signed_by(each, signature, TRIED)]
    if not of_key:
        raise SigningKeyError(
            f"ninguno de los {len(held)} certificados del token «{token.label}» y de `chain` es el de su clave "
            f"«{key.label}»: guárdelo en el token, o póngalo en PEM en el extra `chain` de la conexión"
        )
    certificate = max(of_key, key=lambda each: each.not_valid_after_utc)
    return tried(certificate, held, lambda content: _sign(token, content), at or datetime.now(UTC))


def _sign(token: Token, content: bytes) -> bytes:
    with _opened(token) as session:
        return _signature(_key(session, token), content, token)


@contextmanager
def _opened(token: Token) -> Iterator[pkcs11.Session]:
    """A session with a token, logged in; what breaks off in it is told as the token's."""
    with _ALONE, _told(token):
        module = _module(token)
        try:
            with _login(module, token) as session:
                yield session
        except Exception:
            with suppress(pkcs11.PKCS11Error):
                module.finalize()  # who tries again shall not meet what the library thinks of a token that was away
            raise


def _module(token: Token) -> Module:
    try:
        return pkcs11.lib(token.module)
    except pkcs11.PKCS11Error as error:
        raise SigningKeyError(
            f"no se puede cargar el módulo PKCS#11 «{token.module}»: instale el controlador del token en el servidor, "
            f"o corrija `module` ({error})"
        ) from error


def _login(module: Module, token: Token) -> pkcs11.Session:
    there = list(module.get_tokens())
    named = [each for each in there if each.label == token.label]
    if not named:
        others = ", ".join(f"«{each.label}»" for each in there if each.flags & TokenFlag.TOKEN_INITIALIZED) or "ninguno"
        raise SigningKeyAway(
            f"no está el token «{token.label}»; están: {others}. Conéctelo, o corrija `token` en la conexión"
        )
    if len(named) > 1:
        raise SigningKeyError(f"hay {len(named)} tokens «{token.label}»: póngale a cada uno otra etiqueta")
    [found] = named
    if not token.pin and found.flags & TokenFlag.LOGIN_REQUIRED:
        raise SigningKeyError(f"el token «{token.label}» pide un PIN: póngalo en la conexión")
    if found.flags & LAST_TRY:
        raise SigningKeyError(
            f"al PIN del token «{token.label}» le queda un solo intento, y no se gasta aquí: compruebe el PIN de la "
            "conexión, e ingrese una vez con el programa del token"
        )
    opened: pkcs11.Session = found.open(user_pin=token.pin or None)
    return opened


def _key(session: pkcs11.Session, token: Token) -> Key:
    keys: list[Key] = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}))
    found = [each for each in keys if not token.key_label or each.label == token.key_label]
    if len(found) == 1:
        return found[0]
    labels = ", ".join(sorted(f"«{each.label}»" for each in keys)[:SHOWN]) or "ninguna"
    which = f"ninguna clave «{token.key_label}»" if token.key_label else "ninguna clave"
    if not found:
        raise SigningKeyError(f"el token «{token.label}» no tiene {which} que firme; tiene: {labels}. Corrija `label`")
    raise SigningKeyError(
        f"el token «{token.label}» tiene {len(found)} claves que sirven: ponga en `label` la etiqueta de una sola "
        f"({labels})"
    )


def _certificates(session: pkcs11.Session) -> Sequence[x509.Certificate]:
    found = []
    for each in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        try:
            found.append(x509.load_der_x509_certificate(each[Attribute.VALUE]))
        except (ValueError, pkcs11.AttributeTypeInvalid):  # one of another kind, which is not for us
            continue
    return found


def _signature(key: Key, content: bytes, token: Token) -> bytes:
    """Of a hash made here: some tokens make none themselves, and all sign one that is given to them."""
    digest = hashlib.sha256(content).digest()
    pin = token.pin if _asks_each_time(key) else None
    if key.key_type is KeyType.RSA:
        return bytes(key.sign(SHA256_DIGEST_INFO + digest, mechanism=Mechanism.RSA_PKCS, pin=pin))
    if key.key_type is KeyType.EC:
        both = bytes(key.sign(digest, mechanism=Mechanism.ECDSA, pin=pin))
        half = len(both) // 2
        return encode_dss_signature(int.from_bytes(both[:half]), int.from_bytes(both[half:]))
    raise SigningKeyError(f"no se acepta una clave {key.key_type.name}: use una RSA o de curva elíptica")


def _asks_each_time(key: Key) -> bool:
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except pkcs11.PKCS11Error:  # one that does not know the word does not ask
        return False


@contextmanager
def _told(token: Token) -> Iterator[None]:
    """Errors of the library as ours, without the PIN."""
    try:
        yield
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
        raise SigningKeyError(
            f"el PIN de la conexión no abre el token «{token.label}»: corríjalo antes de que se bloquee"
        ) from error
    except pkcs11.PinLocked as error:
        raise SigningKeyError(
            f"el PIN del token «{token.label}» está bloqueado: desbloquéelo con el programa del token"
        ) from error
    except (pkcs11.PinExpired, pkcs11.UserPinNotInitialized) as error:
        raise SigningKeyError(
            f"el PIN del token «{token.label}» no está puesto o venció: póngalo con el programa del token, y en la "
            "conexión"
        ) from error
    except (pkcs11.MechanismInvalid, pkcs11.KeyTypeInconsistent, pkcs11.KeySizeRange) as error:
        raise SigningKeyError(
            f"el token «{token.label}» no firma con esa clave como se le pide ({type(error).__name__}): use una RSA o "
            "de curva elíptica que firme un SHA-256"
        ) from error
    except pkcs11.PKCS11Error as error:
        raise SigningKeyAway(
            f"el token «{token.label}» no responde ({type(error).__name__}): revise que esté conectado y que funcione "
            "su controlador"
        ) from error
