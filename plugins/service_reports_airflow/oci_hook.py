"""A hook for Oracle Cloud Infrastructure, in the form of Airflow's own providers.

There is no released provider; the connection follows the one that is proposed: type
``oci``, login = user OCID, password or extra ``private_key`` = private key (PEM; the form of the UI
joins the lines of a password), and in the extras ``tenancy``, ``fingerprint``, ``region``, ``auth_type``
and, for other endpoints than Oracle's, ``service_endpoint``; ``connect_timeout`` and ``read_timeout`` in
seconds, where 10 and 60 do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

if TYPE_CHECKING:
    from airflow.sdk import Connection
    from oci.database import DatabaseClient
    from oci.identity import IdentityClient
    from oci.monitoring import MonitoringClient
    from oci.object_storage import ObjectStorageClient
    from oci.usage_api import UsageapiClient

Client = TypeVar("Client")

CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 60
AUTH_TYPES = ("api_key", "config_file", "instance_principal", "resource_principal")


class ConnectionMissing(AirflowFailException):
    """A connection that nobody has created."""


class ConnectionUnfit(AirflowFailException, ValueError):
    """A connection whose fields cannot be used as they are; trying again would not change them."""


def described(connection_id: str) -> Connection:
    """The Airflow connection with this id.

    Raises:
        ConnectionMissing: there is none; trying again would not create it.
    """
    try:
        return BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise ConnectionMissing(
            f"No existe la conexión «{connection_id}»\n  → créela como dice docs/server.md; después limpie esta tarea"
        ) from None


def timeouts(connection_id: str, extras: Mapping[str, Any]) -> tuple[float, float]:
    """Seconds to wait for a connection and for its next byte: the connection's extras, or the defaults.

    Raises:
        ConnectionUnfit: not a positive number of seconds.
    """

    def seconds(name: str, default: float) -> float:
        try:
            value = float(extras[name]) if extras.get(name) is not None else default
        except (TypeError, ValueError):
            value = 0
        if not 0 < value < float("inf"):
            raise ConnectionUnfit(
                f"Conexión «{connection_id}»: {name} es {extras[name]!r}: escriba en los extras un número de segundos "
                "mayor que cero, o quítelo"
            )
        return value

    return seconds("connect_timeout", CONNECT_TIMEOUT_SECONDS), seconds("read_timeout", READ_TIMEOUT_SECONDS)


class OciHook(BaseHook):
    """Clients of OCI services for one connection. Nothing is read or called before a client is asked for.

    Clients never retry (a task does) and share no circuit breaker: one failing service must
    not close the door on the others. They leave answers as JSON (``sources.oci_items``).

    :param oci_conn_id: the Airflow connection; one per customer tenancy.
    """

    conn_name_attr = "oci_conn_id"
    default_conn_name = "oci_default"
    conn_type = "oci"
    hook_name = "Oracle Cloud Infrastructure"

    def __init__(self, oci_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.oci_conn_id = oci_conn_id

    @cached_property
    def connection(self) -> Connection:
        """The Airflow connection."""
        return described(self.oci_conn_id)

    @property
    def endpoint(self) -> str:
        """Where the clients go: the connection's own endpoint, or Oracle's in its region."""
        extras = self.connection.extra_dejson
        return str(extras.get("service_endpoint") or f"OCI {extras.get('region', 'sin región')}")

    def _credentials(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The SDK's ``config`` and further arguments for the connection's ``auth_type``.

        Never falls back from one way to another.
        """
        import oci

        extras = self.connection.extra_dejson
        auth_type = extras.get("auth_type") or "api_key"
        region = {"region": extras["region"]} if extras.get("region") else {}
        if auth_type == "api_key":
            private_key = extras.get("private_key") or self.connection.password
            lacking = [name for name in ("tenancy", "fingerprint", "region") if not extras.get(name)]
            lacking += [
                name for name, value in (("login", self.connection.login), ("password", private_key)) if not value
            ]
            if lacking:
                raise ConnectionUnfit(
                    f"Conexión «{self.oci_conn_id}»: faltan {', '.join(lacking)}: complete la conexión"
                )
            config = {
                "user": self.connection.login,
                "key_content": private_key,
                **{name: extras[name] for name in ("tenancy", "fingerprint", "region")},
            }
            try:
                oci.config.validate_config(config)
                signer = oci.signer.Signer(
                    config["tenancy"], config["user"], config["fingerprint"], None, private_key_content=private_key
                )
            except (oci.exceptions.InvalidConfig, oci.exceptions.InvalidPrivateKey, ValueError) as error:
                raise ConnectionUnfit(
                    f"Conexión «{self.oci_conn_id}»: los datos no tienen la forma que OCI pide: corríjalos. {error}"
                ) from error
            return config, {"signer": signer}
        if auth_type == "config_file":
            path = extras.get("config_file", oci.config.DEFAULT_LOCATION)
            return {**oci.config.from_file(path, extras.get("profile", oci.config.DEFAULT_PROFILE)), **region}, {}
        if auth_type == "instance_principal":
            return region, {"signer": oci.auth.signers.InstancePrincipalsSecurityTokenSigner()}
        if auth_type == "resource_principal":
            return region, {"signer": oci.auth.signers.get_resource_principals_signer()}
        raise ConnectionUnfit(
            f"Conexión «{self.oci_conn_id}»: auth_type es {auth_type!r}: escriba uno de {', '.join(AUTH_TYPES)}"
        )

    def _client(self, client_type: Callable[..., Client]) -> Client:
        import oci

        try:
            config, arguments = self._credentials()
        except AirflowFailException:
            raise
        except Exception as error:  # noqa: BLE001 (the SDK's files and an instance's metadata service have many)
            by_file = self.connection.extra_dejson.get("auth_type") == "config_file"
            kind = ConnectionUnfit if by_file else AirflowException  # a service may answer the next time
            raise kind(
                f"Conexión «{self.oci_conn_id}»: no da credenciales\n"
                "  → revise auth_type y lo que este necesita, como dice docs/server.md; después limpie esta tarea\n"
                f"{type(error).__name__}: {error}"
            ) from None
        if endpoint := self.connection.extra_dejson.get("service_endpoint"):
            arguments["service_endpoint"] = endpoint
        return client_type(
            config,
            timeout=timeouts(self.oci_conn_id, self.connection.extra_dejson),
            retry_strategy=oci.retry.NoneRetryStrategy(),
            circuit_breaker_strategy=oci.circuit_breaker.NoCircuitBreakerStrategy(),
            skip_deserialization=True,
            **arguments,
        )

    def object_storage(self) -> ObjectStorageClient:
        """A new ``ObjectStorageClient``."""
        from oci.object_storage import ObjectStorageClient

        return self._client(ObjectStorageClient)

    def monitoring(self) -> MonitoringClient:
        """A new ``MonitoringClient``."""
        from oci.monitoring import MonitoringClient

        return self._client(MonitoringClient)

    def database(self) -> DatabaseClient:
        """A new ``DatabaseClient``."""
        from oci.database import DatabaseClient

        return self._client(DatabaseClient)

    def identity(self) -> IdentityClient:
        """A new ``IdentityClient``."""
        from oci.identity import IdentityClient

        return self._client(IdentityClient)

    def usage(self) -> UsageapiClient:
        """A new ``UsageapiClient``."""
        from oci.usage_api import UsageapiClient

        return self._client(UsageapiClient)

    def get_conn(self) -> ObjectStorageClient:
        """The Object Storage client, as the hook's default."""
        return self.object_storage()

    def test_connection(self) -> tuple[bool, str]:
        """Ask for the name of the tenancy's namespace: the least that needs valid credentials."""
        try:
            namespace = self.object_storage().get_namespace().data
        except Exception as error:  # noqa: BLE001 (the page that asks shows whatever it is)
            return False, f"{self.endpoint}: {error}"
        return True, f"{self.endpoint}: namespace {namespace}"
