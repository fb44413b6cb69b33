"""The stores behind Airflow connections, as the plain objects the product works with.

Everything opened here has a timeout and no retry of its own: the task is the one layer of
retries. A connection that cannot be reached fails with its name, its endpoint and a remedy. Stores are open within
each other, so each takes for its own only what its own calls raise: of a database the errors of its driver, of the
archive what its methods raise.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import psycopg
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import BaseHook, Variable
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException
from botocore.client import BaseClient, Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from service_reports.archive import Archive, Listed
from service_reports.archive.sessions import prepared
from service_reports.contracts import AlertsForAll, Contract, ContractFile, find_contract, read_contract_files
from service_reports.failures import Unreachable, is_down, said
from service_reports.sources.help_desk.queries import Connection, ParameterStyle
from service_reports.sources.source import Asking
from service_reports.warehouse import NewerSchema, ensure_schema
from service_reports.warehouse.statements import statement
from service_reports_airflow.contracts import contract, contracts
from service_reports_airflow.mail_server import mail_server
from service_reports_airflow.oci_hook import (
    CONNECT_TIMEOUT_SECONDS,
    READ_TIMEOUT_SECONDS,
    OciHook,
    described,
    timeouts,
)
from service_reports_airflow.signing_key import signing_key
from service_reports_airflow.webhooks import post

if TYPE_CHECKING:
    from smtplib import SMTP

    from paramiko import SFTPClient

    from service_reports.signing import Authorities, SigningKey

WAREHOUSE = "warehouse"
ARCHIVE = "archive"
TIME_STAMPS = "tsa"
ALERTS = "service_reports_alerts"
"""The Airflow Variable that says who is told of everything."""
LOT = "service_reports_lot"
"""The Airflow Variable that says how many reports are closed in one task, where more are due at once."""
LOT_SIZE = 20
VERIFICATION = "service_reports_verification_days"
"""The Airflow Variable that says within how many days everything that was issued is verified again."""
VERIFICATION_DAYS = 28
S3_CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # OCI's S3 API answers 501 to the chunked checksums that botocore sends by default.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    retries={"total_max_attempts": 1},
)


class SourceUnreachable(AirflowException, Unreachable):
    """A connection whose other end does not answer, or refuses."""


class StoreRefused(AirflowException):
    """A database or service that answers, and does not do this one thing that it is asked for."""


def _unreachable(connection_id: str, endpoint: str, check: str, error: Exception) -> SourceUnreachable:
    """What is wrong, then what to do, and last what the other end said: that may be long.

    Raised ``from None``: it holds the cause, and a second traceback would push it out of the window.
    """
    return SourceUnreachable(
        f"La conexión «{connection_id}» ({endpoint}) no responde o rechaza la solicitud\n"
        f"  → revise {check}; después limpie esta tarea\n"
        f"{type(error).__name__}: {_words(error)}"
    )


def _refused(connection_id: str, endpoint: str, check: str, error: Exception) -> StoreRefused:
    """The same of a database or service that answers; a database's answer without the values that it repeats."""
    return StoreRefused(
        f"La conexión «{connection_id}» ({endpoint}) no acepta lo que se le pide\n"
        f"  → revise {check}; después limpie esta tarea\n"
        f"{type(error).__name__}: {_words(error)}"
    )


def _words(error: Exception) -> str:
    from oci.exceptions import ServiceError

    if isinstance(error, ServiceError):  # its own text is a page of advice
        return f"{error.status} {error.code}: {error.message} (opc-request-id {error.request_id})"
    return said(error) if isinstance(error, psycopg.Error) and error.sqlstate else str(error)


@contextmanager
def reaching(connection_id: str, endpoint: str) -> Iterator[None]:
    """Turn the errors of clients into one that names the connection and its endpoint.

    Put nothing under it but calls of that client.
    """
    import oci.exceptions
    import urllib3.exceptions
    from oci._vendor.requests.exceptions import RequestException  # what a body that breaks off raises, unwrapped

    try:
        yield
    except (
        BotoCoreError,
        ClientError,
        oci.exceptions.ServiceError,
        oci.exceptions.RequestException,
        RequestException,
        urllib3.exceptions.HTTPError,
        ConnectionError,
        TimeoutError,
    ) as error:
        if isinstance(error, oci.exceptions.ServiceError) and error.status == HTTPStatus.BAD_REQUEST:
            check = "los nombres e identificadores (OCID) que el contrato dice de esta fuente"
            raise _refused(connection_id, endpoint, check, error) from None
        check = "que el servicio responda, y la dirección y las credenciales de la conexión"
        raise _unreachable(connection_id, endpoint, check, error) from None


DATABASE = "que la base de datos responda, y la dirección y las credenciales de la conexión"


@contextmanager
def postgres(connection_id: str) -> Iterator[psycopg.Connection[Any]]:
    """An open connection to a PostgreSQL, in autocommit: transactions are written where they matter."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", str(CONNECT_TIMEOUT_SECONDS))
    at = described(connection_id)
    hook = PostgresHook(connection_id)
    endpoint = f"postgresql://{at.host}:{at.port or 5432}/{at.schema}"
    try:
        with closing(cast("psycopg.Connection[Any]", hook.get_conn())) as connection:
            connection.autocommit = True
            yield connection
    except (psycopg.DataError, psycopg.IntegrityError):  # a value's fault: whoever wrote it knows whose
        raise
    except psycopg.Error as error:
        if is_down(error):
            raise _unreachable(connection_id, endpoint, DATABASE, error) from None
        check = "los permisos del usuario y que las tablas sean las que el programa espera"
        raise _refused(connection_id, endpoint, check, error) from None


@contextmanager
def sql(connection_id: str) -> Iterator[tuple[Connection, ParameterStyle]]:
    """An open connection to any SQL database, through its provider's hook, and how its driver writes parameters.

    Raises:
        AirflowFailException: the connection is not one to an SQL database.
        SourceUnreachable: the database does not answer or refuses.
    """
    at = described(connection_id)
    if at.conn_type == "postgres":
        with postgres(connection_id) as connection:
            yield cast("Connection", connection), "pyformat"
        return
    hook = at.get_hook()
    if not isinstance(hook, DbApiHook):
        raise AirflowFailException(
            f"Conexión «{connection_id}»: «{at.conn_type}» no es una base de datos SQL: elija el tipo de la base de la "
            "mesa de servicio e instale su proveedor"
        )
    endpoint = f"{at.conn_type}://{at.host or ''}:{at.port or ''}/{at.schema or ''}"
    try:
        opened = hook.get_conn()
    except Exception as error:  # noqa: BLE001 (every driver has errors of its own)
        raise _unreachable(connection_id, endpoint, DATABASE, error) from None
    driver = _driver(opened)
    errors: type[Exception] | tuple[()] = getattr(driver, "Error", ())
    try:
        with closing(opened) as connection:
            yield connection, parameter_style(connection)
    except errors as error:
        if isinstance(error, tuple(getattr(driver, name, ()) for name in ("OperationalError", "InterfaceError"))):
            raise _unreachable(connection_id, endpoint, DATABASE, error) from None
        check = "las sentencias de esta mesa de servicio en `include/sql`, y los permisos del usuario"
        raise _refused(connection_id, endpoint, check, error) from None


def _driver(connection: object) -> ModuleType | None:
    """The module of the driver that a connection of the Python database API comes from; ``None``: not found."""
    package = type(connection).__module__
    while package:
        if hasattr(sys.modules.get(package), "paramstyle"):
            return sys.modules[package]
        package = package.rpartition(".")[0]
    return None


def parameter_style(connection: object) -> ParameterStyle:
    """``paramstyle`` of the driver that a connection of the Python database API comes from."""
    return cast(ParameterStyle, getattr(_driver(connection), "paramstyle", "pyformat"))


@contextmanager
def warehouse() -> Iterator[psycopg.Connection[Any]]:
    """The warehouse, with the schema this code expects.

    Raises:
        SourceUnreachable: it does not answer, or a newer program has brought it up to date.
    """
    with postgres(WAREHOUSE) as connection:
        try:
            ensure_schema(connection)
        except NewerSchema as error:
            raise SourceUnreachable(f"La conexión «{WAREHOUSE}»: {error}") from None
        yield connection


def s3_client(connection_id: str) -> tuple[BaseClient, str]:
    """A boto3 S3 client and the endpoint it talks to.

    It is made of the hook's session, as ``get_conn`` does, which also looks through the source of every module that is
    loaded to tell the server who called: three times as long as the rest.
    """
    extras = described(connection_id).extra_dejson
    connect_timeout, read_timeout = timeouts(connection_id, extras)
    config = S3_CONFIG.merge(Config(connect_timeout=connect_timeout, read_timeout=read_timeout))
    try:
        hook = S3Hook(aws_conn_id=connection_id, config=config)
        endpoint = hook.conn_config.get_service_endpoint_url(service_name="s3")
        session = prepared(hook.get_session(region_name=hook.region_name))
        client = session.client("s3", endpoint_url=endpoint, config=hook.config, verify=hook.verify)
    except (BotoCoreError, ValueError) as error:
        raise AirflowFailException(
            f"Conexión «{connection_id}»: no sirve para hablar S3\n"
            "  → corrija la dirección (endpoint_url) y la región en sus extras; después limpie esta tarea\n"
            f"{type(error).__name__}: {error}"
        ) from None
    return client, str(client.meta.endpoint_url)


@contextmanager
def sftp(connection_id: str) -> Iterator[SFTPClient]:
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
    _take_any_name()
    try:
        with hook.get_managed_conn() as client:
            channel = client.get_channel()
            assert channel is not None
            channel.settimeout(READ_TIMEOUT_SECONDS)
            yield client
    except (paramiko.SSHException, OSError, EOFError) as error:
        check = "que el servidor responda, que host_key en los extras sea su llave, y el usuario y la llave de este"
        raise _unreachable(connection_id, endpoint, check, error) from None


def _take_any_name() -> None:
    """Have SFTP clients read names that are not UTF-8 as Python reads such names of its own disk.

    Paramiko has no setting for it, and refuses the whole folder for one of them.
    """
    from paramiko import Message, sftp_client

    class AnyName(Message):
        def get_text(self) -> str:
            return self.get_string().decode(errors="surrogateescape")

    sftp_client.Message = AnyName  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ReachedArchive(Archive):
    """The archive behind its connection: what its store does not do fails under the connection's name."""

    endpoint: str

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching(ARCHIVE, f"{self.endpoint}/{self.bucket}")

    def create(self, key: str, content: bytes | BinaryIO, media_type: str = "application/octet-stream") -> None:
        """As the archive's."""
        with self._reaching():
            super().create(key, content, media_type)

    def read(self, key: str) -> bytes:
        """As the archive's."""
        with self._reaching():
            return super().read(key)

    def opened(self, key: str) -> BinaryIO:
        """As the archive's."""
        with self._reaching():
            return super().opened(key)

    def refuses_to_overwrite(self) -> bool:
        """As the archive's."""
        with self._reaching():
            return super().refuses_to_overwrite()

    def link(self, key: str, file_name: str, lasting: timedelta) -> str:
        """As the archive's."""
        with self._reaching():
            return super().link(key, file_name, lasting)

    def listed(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """As the archive's."""
        with self._reaching():
            yield from super().listed(prefix, after)

    def folder(self, prefix: str) -> tuple[list[str], list[str]]:
        """As the archive's."""
        with self._reaching():
            return super().folder(prefix)

    def retention_days(self) -> int | None:
        """As the archive's."""
        with self._reaching():
            return super().retention_days()


@contextmanager
def archive(s3: Callable[[str], tuple[BaseClient, str]] = s3_client) -> Iterator[Archive]:
    """The archive: the bucket that the connection's ``service_config.s3.bucket_name`` names, by a client of ``s3``."""
    described(ARCHIVE)
    bucket = S3Hook(aws_conn_id=ARCHIVE).service_config.get("bucket_name")
    if not bucket:
        raise AirflowFailException(f"Conexión «{ARCHIVE}»: ponga en sus extras service_config.s3.bucket_name")
    client, endpoint = s3(ARCHIVE)
    yield ReachedArchive(client, bucket, endpoint)


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


def authorities() -> Authorities | None:
    """Who stamps the time and tells of revocations, by the connection ``tsa``; ``None`` where there is none.

    The connection's extra ``url`` is the time-stamping authority's address (RFC 3161 over HTTP), ``trusted`` its
    certificate or the root that it leads to, in PEM; login and password are for one that asks who is there. The
    timeouts of its extras hold for the answers about revocation too, whose addresses stand in the certificates.
    """
    try:
        connection = BaseHook.get_connection(TIME_STAMPS)
    except AirflowNotFoundException:
        return None
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    from service_reports.signing import Authorities, TimeStampError, trusted_certificates

    extras = connection.extra_dejson
    if not extras.get("url"):
        raise AirflowFailException(f"Conexión «{TIME_STAMPS}»: ponga en sus extras `url`, la dirección de la autoridad")
    try:
        trusted = trusted_certificates(str(extras.get("trusted") or ""))
    except TimeStampError as error:
        raise AirflowFailException(
            f"Conexión «{TIME_STAMPS}»: ponga en sus extras `trusted`, en PEM, el certificado de la autoridad o el de "
            f"su raíz, comparado con el que ella publica\n{error}"
        ) from None
    login = (connection.login, connection.password or "") if connection.login else None
    waits = timeouts(TIME_STAMPS, extras)
    stamper = RequestsHTTPTimeStamper(extras["url"], timeout=waits, auth=login)  # type: ignore[no-untyped-call]
    return Authorities(stamper, trusted, timeout_seconds=waits[1])


def time_stamp() -> Callable[[bytes], bytes] | None:
    """What asks the authority of the connection ``tsa`` for time stamps; ``None`` where there is no such connection."""
    found = authorities()
    if found is None:
        return None
    from service_reports.signing import time_stamp as stamp

    url = described(TIME_STAMPS).extra_dejson["url"]

    def ask(content: bytes) -> bytes:
        try:
            return stamp(content, found.time_stamps)
        except Exception as error:  # noqa: BLE001 (of the authority, its network or its answer)
            raise _unreachable(TIME_STAMPS, url, "que la autoridad de sellos de tiempo responda", error) from None

    return ask


def alerts_for_all() -> AlertsForAll:
    """Who is told of everything, as the Airflow Variable ``service_reports_alerts`` says; nobody where there is none.

    Raises:
        AirflowFailException: it is no JSON, or not what it must be.
    """
    try:
        return AlertsForAll.model_validate_json(Variable.get(ALERTS, default=None) or "{}")
    except ValidationError as error:
        raise AirflowFailException(
            f"La variable «{ALERTS}» de Airflow no dice a quién se avisa\n"
            "  → corríjala como dice docs/server.md (Avisos)\n"
            f"{said(error)}"
        ) from None


def lot_size() -> int:
    """Up to how many reports of a run go one by one, and more in lots of so many: ``service_reports_lot``, 0 or more.

    Raises:
        AirflowFailException: the Variable is no such number.
    """
    return _whole_number(LOT, LOT_SIZE, 0, "no dice de cuántos informes es una tanda")


def verification_days() -> int:
    """Within how many days everything that was issued is verified again: ``service_reports_verification_days``.

    Raises:
        AirflowFailException: the Variable is no such number.
    """
    return _whole_number(VERIFICATION, VERIFICATION_DAYS, 1, "no dice en cuántos días se vuelve a comprobar todo")


def _whole_number(variable: str, default: int, least: int, unlike: str) -> int:
    said = str(Variable.get(variable, default=None) or default).strip()
    if not re.fullmatch(r"[0-9]{1,4}", said) or int(said) < least:
        raise AirflowFailException(
            f"La variable «{variable}» de Airflow es «{said}»: {unlike}\n"
            f"  → escriba un número entero de {least} a 9999, o bórrela"
        )
    return int(said)


def ui_address() -> str:
    """Where Airflow's UI begins, with a slash at its end: ``[api] base_url``."""
    return conf.get("api", "base_url", fallback=None) or "http://localhost:8080/"


@dataclass(frozen=True)
class Stores:
    """What steps reach outside of Airflow, passed to them as one thing: a test passes others.

    Each opens under the name of its connection, and fails with it.
    """

    warehouse: Callable[[], AbstractContextManager[psycopg.Connection[Any]]] = warehouse
    archive: Callable[[], AbstractContextManager[Archive]] = archive
    contracts: Callable[[], tuple[Contract, ...]] = contracts
    contract: Callable[[str], Contract] = contract
    contract_files: Callable[[], Sequence[ContractFile]] = read_contract_files
    contract_file: Callable[[str], ContractFile | None] = find_contract
    archive_retention_days: Callable[[], int | None] = archive_retention_days
    time_stamp: Callable[[], Callable[[bytes], bytes] | None] = time_stamp
    authorities: Callable[[], Authorities | None] = authorities
    signing_key: Callable[[Contract], SigningKey] = signing_key
    mail_server: Callable[[str], AbstractContextManager[tuple[SMTP, float]]] = mail_server
    webhook: Callable[[str, Mapping[str, Any]], None] = post
    alerts_for_all: Callable[[], AlertsForAll] = alerts_for_all
    lot_size: Callable[[], int] = lot_size
    verification_days: Callable[[], int] = verification_days
    ui_address: Callable[[], str] = ui_address
    oci: Callable[[str], OciHook] = OciHook
    s3: Callable[[str], tuple[BaseClient, str]] = s3_client
    sftp: Callable[[str], AbstractContextManager[SFTPClient]] = sftp
    sql: Callable[[str], AbstractContextManager[tuple[Connection, ParameterStyle]]] = sql
    reaching: Callable[[str, str], AbstractContextManager[None]] = reaching
    statement: Callable[[str], str] = statement

    def contracts_of(self, scope: Asking, subject: str) -> tuple[Contract, ...]:
        """The contracts of a tenancy, or the one of a contract's id.

        Raises:
            UnknownContract: no file that holds has this id.
        """
        if scope == "contract":
            return (self.contract(subject),)
        if scope == "installation":
            return self.contracts()
        return tuple(held for held in self.contracts() if held.oci.tenancy_ocid == subject)


STORES = Stores()
"""Those behind Airflow's connections."""
