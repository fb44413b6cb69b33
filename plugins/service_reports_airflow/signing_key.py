"""The signing key behind an Airflow connection: a PKCS#12 file, or its bytes in the connection."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from service_reports.contracts import Contract

if TYPE_CHECKING:
    from service_reports.signing import SigningKey


class KeyRefused(AirflowFailException):
    """A signing key that is not there or cannot sign; a person must put another one in its connection."""


class Pkcs12Hook(BaseHook):
    """The key of who signs, as Airflow's connection type ``pkcs12`` holds it.

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
        self.pkcs12_conn_id = pkcs12_conn_id

    def get_conn(self) -> SigningKey:
        """The key.

        Raises:
            KeyRefused: no connection, no file, or a key that cannot sign.
        """
        from service_reports.signing import SigningKeyError, load_signing_key

        connection_id = self.pkcs12_conn_id
        try:
            connection = BaseHook.get_connection(connection_id)
        except AirflowNotFoundException:
            raise KeyRefused(
                f"No existe la conexión «{connection_id}»: créela con el PKCS#12 del firmante; docs/server.md dice cómo"
            ) from None
        extras = connection.extra_dejson
        given, path = extras.get("content"), extras.get("path")
        if not (given or path):
            raise KeyRefused(f"Conexión «{connection_id}»: ponga en sus extras `path`, o `content` en base64")
        try:
            content = base64.b64decode(given) if given else Path(str(path)).read_bytes()
            return load_signing_key(content, connection.password or "", above=str(extras.get("chain") or ""))
        except OSError as error:
            raise KeyRefused(
                f"Conexión «{connection_id}»: no se puede leer {error.filename} ({error.strerror}): ponga allí el "
                "PKCS#12 del firmante, con permiso de lectura, o corrija `path` en sus extras"
            ) from error
        except binascii.Error as error:
            raise KeyRefused(
                f"Conexión «{connection_id}»: `content` no es base64 ({error}): escriba lo que da "
                "`base64 -w0 firma.p12`"
            ) from error
        except SigningKeyError as error:
            raise KeyRefused(f"Conexión «{connection_id}»: {error}") from error

    def test_connection(self) -> tuple[bool, str]:
        """Open the key as before a signature; nothing is signed."""
        try:
            key = self.get_conn()
        except KeyRefused as error:
            return False, str(error)
        return True, f"{key.signer_name}, hasta el {key.usable_until:%Y-%m-%d}"


def signing_key(held: Contract) -> SigningKey:
    """The contract's signing key, from the PKCS#12 that its connection names.

    Raises:
        KeyRefused: no connection, no file, or a key that cannot sign.
    """
    return Pkcs12Hook(held.signing.connection).get_conn()
