"""An installation that is as it must be, and faults planted in it: each is named with what mends it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from airflow.models import Connection
from airflow.models.pool import Pool
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from sandbox.supervisor import Sandbox
from service_reports.contracts.loader import FOLDER_VARIABLE
from service_reports_airflow.dag_parts.pools import POOLS
from service_reports_airflow.doctor import airflow_database
from service_reports_airflow.doctor.checks import examined, looks
from service_reports_airflow.doctor.findings import Finding
from tests.integration.test_errors_name_their_connection import CONTRACT, connection, unused_port  # noqa: F401 (a fixture)
from tests.throwaway_keys import DAY, NOW, PASSPHRASE, made_authority

pytestmark = pytest.mark.integration
Change = Callable[..., None]
COMMAND = Path(sysconfig.get_path("scripts")) / "service-reports"
OCI, HELP_DESK, DUMPS = CONTRACT.oci.connection, CONTRACT.help_desk.connection, CONTRACT.dumps.connection
MAIL, SIGNING = CONTRACT.mail.connection, CONTRACT.signing.connection


@pytest.fixture
def own_role(own_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role that owns a database and nothing else, as on a server; the name of both."""
    name = f"own_{uuid4().hex}"
    with psycopg.connect(own_warehouse, autocommit=True) as postgres:
        postgres.execute(f"create role {name} login")
        postgres.execute(f"create database {name} owner {name}")
        described = json.loads(os.environ["AIRFLOW_CONN_WAREHOUSE"]) | {"login": name, "schema": name}
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(described))
        yield name
        postgres.execute(f"drop database {name} with (force)")
        postgres.execute(f"drop role {name}")


@pytest.fixture
def bucket(servers: Sandbox, connection: Change) -> str:  # noqa: F811
    """An archive that keeps everything for ten years."""
    name, client = f"archive-{uuid4().hex}", servers.archive().client
    client.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": client.meta.region_name},
    )
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}}
    client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    connection("archive", {"service_config": {"s3": {"bucket_name": name}}, "retention_days": 3650})
    return name


@pytest.fixture
def installed(own_role: str, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that is as the documentation asks."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://informes.entidad.example/")
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    for name in ("API__SECRET_KEY", "API_AUTH__JWT_SECRET", "CORE__FERNET_KEY"):
        monkeypatch.setenv(f"AIRFLOW__{name}", base64.urlsafe_b64encode(os.urandom(32)).decode())
    told = {"to": ["operaciones@example.com"], "mail": {"connection": MAIL, "sender": "avisos@example.com"}}
    monkeypatch.setenv("AIRFLOW_VAR_SERVICE_REPORTS_ALERTS", json.dumps(told))
    monkeypatch.setattr(airflow_database, "create_session", lambda: Session(airflow_with_pools(tmp_path)))


def airflow_with_pools(folder: Path) -> Engine:
    """Airflow's own database, as far as the doctor reads it: connections, and the pools of our tasks."""
    engine = create_engine(f"sqlite:///{folder}/airflow.db")
    for table in (Connection.__table__, Pool.__table__):
        table.create(engine, checkfirst=True)
    with Session(engine) as session:
        for pool in POOLS:
            if Pool.get_pool(pool.name, session=session) is None:
                session.add(Pool(pool=pool.name, slots=pool.slots, include_deferred=False))
        session.commit()
    return engine


def found(*points: str) -> list[Finding]:
    """What is found of the points that begin so."""
    return list(examined(look for look in looks() if look.point.startswith(points)))


def remedy(point: str) -> str:
    """What is told to be done about a point that somebody must mend."""
    [finding] = found(point)
    assert finding.state == "mend", finding
    return f"{finding.words} → {finding.remedy}"


def test_of_an_installation_that_is_as_it_must_be_nothing_is_to_be_mended(installed: None) -> None:
    told = list(examined(looks()))
    assert [str(each) for each in told if each.state == "mend"] == []
    assert [each.point for each in told if each.state == "untold"] == ["Roles de Airflow"]
    assert len({each.point for each in told}) == len(told) > 20


def test_the_command_tells_json_and_finds_connections_in_airflows_own_database(
    installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = json.loads(os.environ[f"AIRFLOW_CONN_{MAIL.upper()}"])
    monkeypatch.delenv(f"AIRFLOW_CONN_{MAIL.upper()}")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/airflow.db")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    with Session(airflow_with_pools(tmp_path)) as session:
        session.add(Connection.from_json(json.dumps(described), conn_id=MAIL))
        session.commit()
    monkeypatch.delenv(f"AIRFLOW_CONN_{DUMPS.upper()}")
    ended = subprocess.run([COMMAND, "doctor", "--json"], capture_output=True, text=True, check=False)
    told = json.loads(ended.stdout)
    assert not told["well"]
    assert ended.returncode == 1, ended.stderr
    [dumps] = [each for each in told["findings"] if each["state"] == "mend"]
    assert dumps["point"].endswith("volcados")
    assert f"«{DUMPS}»" in dumps["words"]
    [mail] = [each for each in told["findings"] if each["point"].startswith("Correo")]
    assert mail["state"] == "well", mail


def test_a_connection_that_nobody_created(connection: Change, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.delenv("AIRFLOW_CONN_ARCHIVE")
    assert "No existe la conexión «archive» → créela como dice docs/server.md" in remedy("Archivo («archive»): escr")


def test_a_warehouse_that_does_not_answer(connection: Change) -> None:  # noqa: F811
    connection("warehouse", host="/nowhere")
    assert "→ revise que la base de datos responda" in remedy("Base de datos")


def test_a_warehouse_that_is_opened_as_superuser(connection: Change) -> None:  # noqa: F811
    assert "es superusuario → cree un rol propio" in remedy("Base de datos")


def test_a_role_that_may_not_create_what_migrations_need(own_role: str, own_warehouse: str) -> None:
    with psycopg.connect(own_warehouse, autocommit=True) as postgres, set_current_context(Context()):
        postgres.execute(f"alter database {own_role} owner to postgres")
        assert f"→ alter database <base> owner to {own_role}" in remedy("Base de datos")


def test_tables_of_another_role(own_role: str, own_warehouse: str, connection: Change) -> None:  # noqa: F811
    name = psycopg.conninfo.conninfo_to_dict(own_warehouse)["dbname"]
    connection("warehouse", schema=name)
    assert f"→ hágalo dueño: reassign owned by <rol anterior> to {own_role}" in remedy("Base de datos")


def test_a_bucket_that_is_not_there(connection: Change) -> None:  # noqa: F811
    connection("archive", {"service_config": {"s3": {"bucket_name": "nowhere"}}})
    assert "NoSuchBucket" in remedy("Archivo («archive»): escr")
    assert "→ revise que el servicio responda" in remedy("Archivo («archive»): escr")


def test_a_bucket_that_keeps_nothing(connection: Change) -> None:  # noqa: F811
    connection("archive", {"retention_days": 30})
    told = remedy("Archivo («archive»): retención")
    assert "es de 0 días; la conexión pide 30 (retention_days) → cree el bucket con Object Lock" in told


def test_a_fingerprint_that_is_not_the_keys(connection: Change) -> None:  # noqa: F811
    connection(OCI, {"fingerprint": ":".join(["00"] * 16)})
    told = remedy(f"OCI («{OCI}»): compartimentos")
    assert "no reconoce a quien pregunta: 401 NotAuthenticated → revise usuario, fingerprint y llave" in told


def test_policies_that_lack_are_named_by_service(connection: Change, servers: Sandbox) -> None:  # noqa: F811
    connection(OCI, {"service_endpoint": f"{servers.endpoints.oci_url}/nothing-here"})
    told = {each.point.rpartition(": ")[2]: each for each in found(f"OCI («{OCI}»)", f"{CONTRACT.id}: copias")}
    assert told.pop("reloj").state == "well"
    lacking = {
        "informes de costos": "endorse group <grupo> to read objects in tenancy usage-report",
        "compartimentos": "to inspect compartments in tenancy",
        "totales de uso": "to read usage-report in tenancy",
        "métricas": "to read metrics in tenancy",
        "copias de seguridad": "to read database-family in tenancy",
    }
    assert told.keys() == lacking.keys()
    for what, policy in lacking.items():
        assert told[what].state == "mend"
        assert "404" in told[what].words
        assert policy in told[what].remedy


def test_a_clock_that_is_wrong(connection: Change, servers: Sandbox) -> None:  # noqa: F811
    servers.set_faults({"kind": "clock_skew", "minutes": 10})
    try:
        assert "está atrasado" in remedy(f"OCI («{OCI}»): reloj")
        assert "→ sincronícelo por NTP" in remedy(f"OCI («{OCI}»): reloj")
    finally:
        servers.clear_faults()


@pytest.mark.parametrize(("name", "what"), [(HELP_DESK, "mesa de servicio"), (DUMPS, "volcados")])
def test_a_source_that_does_not_answer(name: str, what: str, connection: Change) -> None:  # noqa: F811
    connection(name, {"endpoint_url": f"http://127.0.0.1:{unused_port()}"} if name == DUMPS else {}, host="/nowhere")
    told = remedy(f"{CONTRACT.id}: {what}")
    assert f"La conexión «{name}»" in told
    assert "→ revise que" in told


def test_a_mail_server_without_encryption(connection: Change) -> None:  # noqa: F811
    connection(MAIL, {"disable_tls": False})
    assert "no ofrece cifrado (STARTTLS)" in remedy("Correo")
    assert "→ revise servidor y puerto de la conexión" in remedy("Correo")


def test_a_mail_server_that_does_not_let_in(connection: Change) -> None:  # noqa: F811
    connection(MAIL, login="informes", password=uuid4().hex)
    assert "no ofrece AUTH" in remedy("Correo")
    assert "o quite de ella usuario y clave" in remedy("Correo")


def test_a_passphrase_that_does_not_open_the_key(connection: Change) -> None:  # noqa: F811
    connection(SIGNING, password=uuid4().hex)
    assert "no abre el PKCS#12: corríjala → corrija la conexión" in remedy("Clave de firma")
    connection(SIGNING, {"module": "/no/hay.so", "token": "aire"}, conn_type="pkcs11")
    assert "no se puede cargar el módulo PKCS#11 «/no/hay.so»: instale el controlador" in remedy("Clave de firma")


def test_a_certificate_that_ends_soon(connection: Change) -> None:  # noqa: F811
    content = made_authority().issue("Firmante", valid_to=NOW + 10 * DAY + DAY / 2)
    connection(SIGNING, {"content": base64.b64encode(content).decode()}, password=PASSPHRASE)
    told = remedy("Clave de firma")
    assert "EC secp256r1, cadena completa" in told
    assert "faltan 10 días → pida la renovación" in told


def test_an_authority_of_time_stamps_that_does_not_answer(
    connection: Change,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trusted = Path(os.environ["SANDBOX_CA"]).read_text(encoding="utf-8")
    extra = {"url": f"http://127.0.0.1:{unused_port()}", "trusted": trusted}
    monkeypatch.setenv("AIRFLOW_CONN_TSA", json.dumps({"conn_type": "http", "extra": extra}))
    assert "→ revise que la autoridad de sellos de tiempo responda" in remedy("Sellos de tiempo")


def test_a_webhook_without_an_address_and_one_where_nobody_is(
    connection: Change,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhooks = [{"connection": name, "form": "slack"} for name in ("chat_a", "chat_b")]
    monkeypatch.setenv("AIRFLOW_VAR_SERVICE_REPORTS_ALERTS", json.dumps({"webhooks": webhooks}))
    for name, host in (("A", "hooks.example"), ("B", f"http://127.0.0.1:{unused_port()}")):
        described = {"conn_type": "http", "host": host, "password": "/T0/B0/desconocido"}
        monkeypatch.setenv(f"AIRFLOW_CONN_CHAT_{name}", json.dumps(described))
    assert "→ escríbala con https://" in remedy("Webhook («chat_a»)")
    assert "no responde (ConnectionError) → corrija la conexión" in remedy("Webhook («chat_b»)")
    assert "desconocido" not in remedy("Webhook («chat_b»)")


def test_a_contract_that_does_not_hold(
    connection: Change,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(os.environ[FOLDER_VARIABLE], tmp_path / "contracts")
    (tmp_path / "contracts" / "otro.yaml").write_text("id: otro\n", encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "contracts"))
    assert "otro.yaml: number: falta: escríbalo" in remedy("Contrato otro.yaml")
    assert "service-reports contract check" in remedy("Contrato otro.yaml")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    assert "→ corrija SERVICE_REPORTS_CONTRACTS" in remedy("Carpeta de contratos")


def test_what_airflow_lacks_of_its_settings(
    connection: Change,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AIRFLOW__API__BASE_URL", "AIRFLOW__API__SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert "→ ponga en AIRFLOW__API__BASE_URL" in remedy("Dirección de la interfaz")
    assert "→ ponga en AIRFLOW__API__SECRET_KEY" in remedy("Secreto [api] secret_key")
