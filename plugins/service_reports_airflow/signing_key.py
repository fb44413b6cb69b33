"""The signing key behind an Airflow connection: a PKCS#12 file, or a token that PKCS #11 speaks with."""

from __future__ import annotations

import base64
import binascii
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

from service_reports.contracts import Contract

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from service_reports.signing import SigningKey


class KeyRefused(AirflowFailException):
    """A signing key that is not there or cannot sign; a person must put another one in its connection."""


class KeyAway(AirflowException):
    """A token that does not answer, and may when the task is tried again: the fault of one contract's key alone."""


class _SigningKeyHook(BaseHook):
    """The key of who signs, behind a connection of any type."""

    connection_id: str

    def get_conn(self) -> SigningKey:
        """The key, as it is tried before a signature.

        Raises:
            KeyRefused: no connection, or a key that is not there or cannot sign.
            KeyAway: a token does not answer, now or when the key is to sign.
        """
        try:
            connection = BaseHook.get_connection(self.connection_id)
        except AirflowNotFoundException:
            raise KeyRefused(
                f"No existe la conexión «{self.connection_id}»: créela con la clave del firmante; docs/server.md dice "
                "cómo"
            ) from None
        with self._told():
            key = self._key(connection)

        def sign(content: bytes) -> bytes:
            with self._told():
                return key.sign(content)

        return replace(key, sign=sign)

    @abstractmethod
    def _key(self, connection: Connection) -> SigningKey: ...

    @contextmanager
    def _told(self) -> Iterator[None]:
        from service_reports.signing import SigningKeyAway, SigningKeyError

        try:
            yield
        except SigningKeyError as error:
            raise KeyRefused(f"Conexión «{self.connection_id}»: {error}") from error
        except SigningKeyAway as error:
            raise KeyAway(f"Conexión «{self.connection_id}»: {error}") from error

    def test_connection(self) -> tuple[bool, str]:
        """Open the key as before a signature, where it signs a few words; no document is signed."""
        try:
            key = self.get_conn()
        except (KeyRefused, KeyAway) as error:
            return False, str(error)
        return True, f"{key.signer_name}, hasta el {key.usable_until:%Y-%m-%d}"


class Pkcs12Hook(_SigningKeyHook):
    """A key in a file, as Airflow's connection type ``pkcs12`` holds it.

    The connection's extras give ``path``, or ``content`` in base64, and in ``chain`` what the file lacks of the
    certificates above its own, in PEM; its password opens it.

    :param pkcs12_conn_id: the Airflow connection.
    """

    conn_name_attr = "pkcs12_conn_id"
    default_conn_name = "pkcs12_default"
    conn_type = "pkcs12"
    hook_name = "Clave de firma (PKCS#12)"

    def __init__(self, pkcs12_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.connection_id = pkcs12_conn_id

    def _key(self, connection: Connection) -> SigningKey:
        from service_reports.signing import load_signing_key

        extras = connection.extra_dejson
        given, path = extras.get("content"), extras.get("path")
        if not (given or path):
            raise KeyRefused(f"Conexión «{self.connection_id}»: ponga en sus extras `path`, o `content` en base64")
        try:
            content = base64.b64decode(given) if given else Path(str(path)).read_bytes()
        except OSError as error:
            raise KeyRefused(
                f"Conexión «{self.connection_id}»: no se puede leer {error.filename} ({error.strerror}): ponga allí el "
                "PKCS#12 del firmante, con permiso de lectura, o corrija `path` en sus extras"
            ) from error
        except binascii.Error as error:
            raise KeyRefused(
                f"Conexión «{self.connection_id}»: `content` no es base64 ({error}): escriba lo que da "
                "`base64 -w0 firma.p12`"
            ) from error
        return load_signing_key(content, connection.password or "", above=str(extras.get("chain") or ""))


class Pkcs11Hook(_SigningKeyHook):
    """A key in a token, as Airflow's connection type ``pkcs11`` holds it.

    The connection's extras give ``module``, the path of the library that speaks with the token, ``token``, its label,
    ``label``, the key's where the token has several, and in ``chain`` the certificates that the token lacks, in PEM;
    its password is the PIN.

    :param pkcs11_conn_id: the Airflow connection.
    """

    conn_name_attr = "pkcs11_conn_id"
    default_conn_name = "pkcs11_default"
    conn_type = "pkcs11"
    hook_name = "Clave de firma en un token o HSM (PKCS#11)"

    def __init__(self, pkcs11_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.connection_id = pkcs11_conn_id

    def _key(self, connection: Connection) -> SigningKey:
        from service_reports.signing.pkcs11_token import Token, load_token_key

        module, token, label, chain = (
            str(connection.extra_dejson.get(name) or "").strip() for name in ("module", "token", "label", "chain")
        )
        if not (module and token):
            raise KeyRefused(
                f"Conexión «{self.connection_id}»: ponga en sus extras `module`, la ruta del controlador del token, y "
                "`token`, su etiqueta"
            )
        return load_token_key(Token(module, token, label, connection.password or ""), above=chain)


def signing_key(held: Contract) -> SigningKey:
    """The contract's signing key, from the file or the token that its connection names.

    Raises:
        KeyRefused: no connection, or a key that is not there or cannot sign.
        KeyAway: a token does not answer.
    """
    named = held.signing.connection
    try:
        kind = BaseHook.get_connection(named).conn_type
    except AirflowNotFoundException:
        kind = None
    return (Pkcs11Hook if kind == Pkcs11Hook.conn_type else Pkcs12Hook)(named).get_conn()
