"""What Airflow needs to know of a running sandbox, as environment variables."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.certificates import SigningIdentity
from sandbox.oci_identity import ApiKeyOwner
from service_reports.contracts import Contract, DatabaseDumps, HelpDesk

ARCHIVE_CONNECTION = "archive"
TIME_STAMPS_CONNECTION = "tsa"
ARCHIVE_BUCKET = "archive"
WAREHOUSE_CONNECTION = "warehouse"
TIMEOUTS = {"connect_timeout": 5, "read_timeout": 15}  # seconds; a server of this machine answers sooner


@dataclass(frozen=True)
class Endpoints:
    """Where the servers are reached."""

    oci_url: str
    s3_url: str
    smtp_port: int
    postgres_socket_folder: Path
    sftp_port: int | None = None
    time_stamps_url: str | None = None
    """The time-stamping authority's, where a contract's signatures are above B-B."""


def _s3(url: str, region: str, bucket: str) -> dict[str, Any]:
    return {
        "conn_type": "aws",
        "login": "AK" + secrets.token_hex(9).upper(),
        "password": secrets.token_urlsafe(30),
        "extra": {
            "endpoint_url": url,
            "region_name": region,
            "service_config": {"s3": {"bucket_name": bucket}},
            "config_kwargs": {"s3": {"addressing_style": "path"}},
            **TIMEOUTS,
        },
    }


def _postgres(socket_folder: Path, database: str) -> dict[str, Any]:
    return {"conn_type": "postgres", "host": str(socket_folder), "login": "postgres", "schema": database}


def _dumps(contract: Contract, endpoints: Endpoints, ssh_keys: Path) -> dict[str, dict[str, Any]]:
    if contract.dumps is None:
        return {}
    if isinstance(contract.dumps, DatabaseDumps):
        return {contract.dumps.connection: _s3(endpoints.s3_url, contract.oci.home_region, contract.dumps.bucket)}
    server = {
        "conn_type": "ssh",
        "host": "127.0.0.1",
        "port": endpoints.sftp_port,
        "login": "dumps",
        "extra": {
            "private_key": (ssh_keys / "user_key").read_text(encoding="utf-8"),
            "host_key": (ssh_keys / "host_key.pub").read_text(encoding="utf-8"),
        },
    }
    return {contract.dumps.connection: server}


def _help_desk(contract: Contract, endpoints: Endpoints) -> dict[str, dict[str, Any]]:
    desk = contract.help_desk
    if desk is None:
        return {}
    if isinstance(desk, HelpDesk):
        return {desk.connection: _postgres(endpoints.postgres_socket_folder, "help_desk")}
    return {desk.connection: _s3(endpoints.s3_url, contract.oci.home_region, desk.bucket)}


def connections(
    contract: Contract,
    endpoints: Endpoints,
    owner: ApiKeyOwner,
    private_key: str,
    signing: SigningIdentity,
    ssh_keys: Path,
) -> dict[str, dict[str, Any]]:
    """Every Airflow connection the contract names, by its id; ``ssh_keys`` is the SFTP server's folder of keys."""
    records = contract.records
    of_records = (
        {records.connection: _s3(endpoints.s3_url, contract.oci.home_region, records.bucket)} if records else {}
    )
    authority = {
        "conn_type": "generic",
        "extra": {
            "url": endpoints.time_stamps_url,
            "trusted": signing.ca.read_text(encoding="utf-8"),
            **TIMEOUTS,
        },
    }
    return {
        **of_records,
        **({TIME_STAMPS_CONNECTION: authority} if endpoints.time_stamps_url else {}),
        contract.oci.connection: {
            "conn_type": "oci",
            "login": owner.user_ocid,
            "password": private_key,
            "extra": {
                "tenancy": owner.tenancy_ocid,
                "fingerprint": owner.fingerprint,
                "region": contract.oci.home_region,
                "auth_type": "api_key",
                **TIMEOUTS,
                "service_endpoint": endpoints.oci_url,
            },
        },
        **_dumps(contract, endpoints, ssh_keys),
        ARCHIVE_CONNECTION: _s3(endpoints.s3_url, contract.oci.home_region, ARCHIVE_BUCKET),
        WAREHOUSE_CONNECTION: _postgres(endpoints.postgres_socket_folder, "warehouse"),
        **_help_desk(contract, endpoints),
        contract.mail.connection: {
            "conn_type": "smtp",
            "host": "127.0.0.1",
            "port": endpoints.smtp_port,
            "extra": {
                "disable_ssl": True,
                "disable_tls": True,
                "timeout": 10,
                "from_email": contract.mail.sender,
            },
        },
        contract.signing.connection: {
            "conn_type": "pkcs12",
            "password": signing.passphrase,
            "extra": {"path": str(signing.pkcs12)},
        },
    }


def connection_variables(by_id: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The connections as Airflow reads them from the environment."""
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection) for name, connection in by_id.items()}
