"""The stores behind Airflow connections, as the plain objects the product works with.

Everything opened here has a timeout and no retry of its own: the task is the one layer of
retries. A connection that cannot be reached fails with its name, its endpoint and a remedy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast

import psycopg
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from service_reports.archive import Archive
from service_reports.sources.help_desk import ParameterStyle
from service_reports.warehouse import ensure_schema
from service_reports_airflow.oci_hook import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS, described, timeouts

WAREHOUSE = "warehouse"
ARCHIVE = "archive"
TIME_STAMPS = "tsa"
S3_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # OCI's S3 API answers 501 to the chunked checksums that botocore sends by default.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    retries={"total_max_attempts": 1},
)


class SourceUnreachable(AirflowException):
    """A connection whose other end does not answer, or refuses."""


def _unreachable(connection_id: str, endpoint: str, check: str, error: Exception) -> SourceUnreachable:
    """What is wrong, then what to do, and last what the other end said: that may be long.

    Raised ``from None``: it holds the cause, and a second traceback would push it out of the window.
    """
    from oci.exceptions import ServiceError

    said = str(error)
    if isinstance(error, ServiceError):  # its own text is a page of advice
        said = f"{error.status} {error.code}: {error.message} (opc-request-id {error.request_id})"
    return SourceUnreachable(
        f"La conexión «{connection_id}» ({endpoint}) no responde o rechaza la solicitud\n"
        f"  → revise {check}; después limpie esta tarea\n"
        f"{type(error).__name__}: {said}"
    )


@contextmanager
def reaching(connection_id: str, endpoint: str) -> Iterator[None]:
    """Turn the errors of clients into one that names the connection and its endpoint."""
    import oci.exceptions
    import urllib3.exceptions
    from oci._vendor.requests.exceptions import RequestException  # what a body that breaks off raises, unwrapped

    try:
        yield
    except (
        BotoCoreError,
        ClientError,
        psycopg.OperationalError,
        oci.exceptions.ServiceError,
        oci.exceptions.RequestException,
        RequestException,
        urllib3.exceptions.HTTPError,
        ConnectionError,
        TimeoutError,
    ) as error:
        check = "que el servicio responda, y la dirección y las credenciales de la conexión"
        raise _unreachable(connection_id, endpoint, check, error) from None


@contextmanager
def postgres(connection_id: str) -> Iterator[psycopg.Connection[Any]]:
    """An open connection to a PostgreSQL, in autocommit: transactions are written where they matter."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", str(CONNECT_TIMEOUT_SECONDS))
    at = described(connection_id)
    hook = PostgresHook(connection_id)
    endpoint = f"postgresql://{at.host}:{at.port or 5432}/{at.schema}"
    with reaching(connection_id, endpoint), closing(hook.get_conn()) as connection:
        connection.autocommit = True
        yield connection


@contextmanager
def sql(connection_id: str) -> Iterator[tuple[Any, ParameterStyle]]:
    """An open connection to any SQL database, through its provider's hook, and how its driver writes parameters.

    Raises:
        AirflowFailException: the connection is not one to an SQL database.
        SourceUnreachable: the database does not answer or refuses.
    """
    at = described(connection_id)
    if at.conn_type == "postgres":
        with postgres(connection_id) as connection:
            yield connection, "pyformat"
        return
    hook = at.get_hook()
    if not isinstance(hook, DbApiHook):
        raise AirflowFailException(
            f"Conexión «{connection_id}»: «{at.conn_type}» no es una base de datos SQL: elija el tipo de la base de la "
            "mesa de ayuda e instale su proveedor"
        )
    endpoint = f"{at.conn_type}://{at.host or ''}:{at.port or ''}/{at.schema or ''}"
    try:
        opened = hook.get_conn()
    except Exception as error:  # every driver has errors of its own
        check = "que la base de datos responda, y la dirección y las credenciales de la conexión"
        raise _unreachable(connection_id, endpoint, check, error) from None
    with closing(opened) as connection:
        yield connection, parameter_style(connection)


def parameter_style(connection: Any) -> ParameterStyle:
    """``paramstyle`` of the driver that a connection of the Python database API comes from."""
    package = type(connection).__module__
    while package:
        style = getattr(sys.modules.get(package), "paramstyle", None)
        if style is not None:
            return cast(ParameterStyle, style)
        package = package.rpartition(".")[0]
    return "pyformat"


@contextmanager
def warehouse() -> Iterator[psycopg.Connection[Any]]:
    """The warehouse, with the schema this code expects."""
    with postgres(WAREHOUSE) as connection:
        ensure_schema(connection)
        yield connection


def s3_client(connection_id: str) -> tuple[Any, str]:
    """A boto3 S3 client and the endpoint it talks to."""
    extras = described(connection_id).extra_dejson
    connect_timeout, read_timeout = timeouts(connection_id, extras)
    config = S3_CONFIG.merge(Config(connect_timeout=connect_timeout, read_timeout=read_timeout))
    client = S3Hook(aws_conn_id=connection_id, config=config).get_conn()
    return client, str(client.meta.endpoint_url)


@contextmanager
def sftp(connection_id: str) -> Iterator[Any]:
    """An open SFTP session with the server of an ``ssh`` connection, whose host key must be known beforehand.

    Raises:
        AirflowFailException: the connection asks for the host key not to be checked.
        SourceUnreachable: the server does not answer, shows another key, or refuses the user.
    """
    import paramiko
    from airflow.providers.sftp.hooks.sftp import SFTPHook

    described(connection_id)
    hook = SFTPHook(
        ssh_conn_id=connection_id,
        conn_timeout=CONNECT_TIMEOUT_SECONDS,
        banner_timeout=CONNECT_TIMEOUT_SECONDS,
        auth_timeout=CONNECT_TIMEOUT_SECONDS,
        conn_retry_attempts=1,
    )
    if hook.no_host_key_check or hook.allow_host_key_change:
        raise AirflowFailException(
            f"Conexión «{connection_id}»: con no_host_key_check o allow_host_key_change cualquiera podría hacerse "
            "pasar por el servidor: quítelos y ponga en los extras la llave del servidor, como host_key"
        )
    endpoint = f"sftp://{hook.remote_host}:{hook.port}"
    try:
        with hook.get_managed_conn() as client:
            channel = client.get_channel()
            assert channel is not None
            channel.settimeout(READ_TIMEOUT_SECONDS)
            yield client
    except (paramiko.SSHException, OSError, EOFError) as error:
        check = "que el servidor responda, que host_key en los extras sea su llave, y el usuario y la llave de este"
        raise _unreachable(connection_id, endpoint, check, error) from None


@contextmanager
def archive() -> Iterator[Archive]:
    """The archive: the bucket that the connection's ``service_config.s3.bucket_name`` names."""
    described(ARCHIVE)
    bucket = S3Hook(aws_conn_id=ARCHIVE).service_config.get("bucket_name")
    if not bucket:
        raise AirflowFailException(f"Conexión «{ARCHIVE}»: ponga en sus extras service_config.s3.bucket_name")
    client, endpoint = s3_client(ARCHIVE)
    with reaching(ARCHIVE, f"{endpoint}/{bucket}"):
        yield Archive(client, bucket)


def archive_retention_days() -> int | None:
    """For how many days the archive's bucket must keep everything: ``retention_days`` of the connection's extras.

    Raises:
        AirflowFailException: it is no whole number of days.
    """
    days = described(ARCHIVE).extra_dejson.get("retention_days")
    if days is None:
        return None
    if isinstance(days, bool) or not str(days).isdigit() or int(days) == 0:
        raise AirflowFailException(
            f"Conexión «{ARCHIVE}»: retention_days es {days!r}: escriba un número entero de días, o quítelo"
        )
    return int(days)


def time_stamp() -> Callable[[bytes], bytes] | None:
    """What asks the authority of the connection ``tsa`` for time stamps; ``None`` where there is no such connection.

    The connection's extra ``url`` is the authority's address (RFC 3161 over HTTP), ``trusted`` its certificate
    or the root that it leads to, in PEM; login and password are for one that asks who is there.
    """
    try:
        connection = BaseHook.get_connection(TIME_STAMPS)
    except AirflowNotFoundException:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    from service_reports.signing import TimeStampError, trusted_certificates
    from service_reports.signing import time_stamp as stamp

    url = connection.extra_dejson.get("url")
    if not url:
        raise AirflowFailException(f"Conexión «{TIME_STAMPS}»: ponga en sus extras `url`, la dirección de la autoridad")
    try:
        trusted = trusted_certificates(str(connection.extra_dejson.get("trusted") or ""))
    except TimeStampError as error:
        raise AirflowFailException(
            f"Conexión «{TIME_STAMPS}»: ponga en sus extras `trusted`, en PEM, el certificado de la autoridad o el de "
            f"su raíz, comparado con el que ella publica\n{error}"
        ) from None
    login = (connection.login, connection.password) if connection.login else None
    authority = HTTPTimeStamper(url, timeout=READ_TIMEOUT_SECONDS, auth=login)

    def ask(content: bytes) -> bytes:
        try:
            return stamp(content, authority, trusted=trusted)
        except Exception as error:  # whatever the authority, its network or its answer come up with
            raise _unreachable(TIME_STAMPS, url, "que la autoridad de sellos de tiempo responda", error) from None

    return ask
