"""What is found of an installation, judged: each point, what is wrong with it, and what mends it."""

from __future__ import annotations

import os
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))

import pytest
from airflow.models.pool import Pool
from airflow.providers.fab.auth_manager.models import Action, Permission, Resource, Role, User
from botocore.exceptions import ClientError
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from service_reports.archive import TRIED, Archive
from service_reports.sources import FEEDS
from service_reports_airflow.dag_parts.pools import POOLS
from service_reports_airflow.doctor import airflow_database, findings
from service_reports_airflow.doctor.checks import Look, examined, writable
from service_reports_airflow.doctor.findings import Finding, Rights

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEFAULT = "drawn at random"


def test_what_oci_answers_has_a_policy() -> None:
    assert {name for name, feed in FEEDS.items() if feed.policy} == {name for name in FEEDS if name.startswith("oci_")}


def test_a_look_that_fails_or_hangs_stops_no_other() -> None:
    def fails() -> Finding:
        raise RuntimeError("boom")

    ended = threading.Event()

    def hangs() -> Finding:
        ended.wait(30)
        return Finding("c", "well", "tarde")

    looks = [Look("a", fails), Look("b", lambda: Finding("b", "well", "responde")), Look("c", hangs)]
    told = list(examined(looks, patience_seconds=0.5))
    ended.set()
    assert [(each.point, each.state) for each in told] == [("a", "mend"), ("b", "well"), ("c", "mend")]
    assert "no respondió" in told[2].words
    assert all(each.remedy for each in told if each.state == "mend")


def test_the_remedy_that_an_error_names_is_the_one_that_is_told() -> None:
    told = "La conexión «x» no responde\n  → revise la llave; después limpie esta tarea\nError: 500"
    finding = findings.broken_off("x", told, "otro")
    assert (finding.words, finding.remedy) == ("La conexión «x» no responde (Error: 500)", "revise la llave")
    assert findings.broken_off("x", "no abre", "otro").remedy == "otro"


def test_what_is_told_is_one_bounded_line_however_long_the_other_end_speaks() -> None:
    finding = Finding("x", "mend", "a\n" * 5000, "b")
    assert len(finding.words) <= findings.LONGEST + 1
    assert "\n" not in finding.words


def test_what_is_not_well_has_a_remedy() -> None:
    with pytest.raises(AssertionError):
        Finding("x", "mend", "mal")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (None, "no está puesta"),
        ("", "no está puesta"),
        ("http://localhost:8080/", "solo sirve en el servidor mismo"),
        ("http://informes.entidad.example", "sin TLS"),
    ],
)
def test_an_address_that_nobody_else_reaches_is_to_be_mended(address: str | None, words: str) -> None:
    finding = findings.base_url(address)
    assert words in finding.words
    assert "AIRFLOW__API__BASE_URL" in finding.remedy


def test_the_address_that_the_proxy_serves_is_well() -> None:
    assert findings.base_url("https://informes.entidad.example/airflow").state == "well"


@pytest.mark.parametrize("value", [None, "", DEFAULT, "temporary_key", "corto"])
def test_a_secret_that_is_not_set_or_known_is_to_be_mended_and_never_told(value: str | None) -> None:
    finding = findings.secret("[api] secret_key", "AIRFLOW__API__SECRET_KEY", value, DEFAULT)
    assert finding.state == "mend"
    assert "AIRFLOW__API__SECRET_KEY" in finding.remedy
    assert not value or value not in f"{finding.words} {finding.remedy}"


def test_a_secret_of_ones_own_is_well() -> None:
    assert findings.secret("[api] secret_key", "V", "9f86d081884c7d659a2f", DEFAULT).state == "well"


OWN = Rights("warehouse", superuser=False, beyond_its_database=False, may_create=True, others=())


@pytest.mark.parametrize(
    ("held", "airflow_role", "remedy"),
    [
        (OWN._replace(superuser=True), None, "cree un rol propio"),
        (OWN, "warehouse", "cree un rol propio"),
        (OWN._replace(may_create=False), None, "grant create on schema public to warehouse"),
        (OWN._replace(others=("core", "raw")), None, "reassign owned by"),
        (OWN._replace(beyond_its_database=True), None, "nocreaterole nocreatedb"),
    ],
)
def test_a_role_with_other_rights_than_it_needs_is_to_be_mended(
    held: Rights, airflow_role: str | None, remedy: str
) -> None:
    finding = findings.rights("x", held, airflow_role)
    assert finding.state == "mend"
    assert remedy in finding.remedy


def test_a_register_with_findings_that_stand_is_to_be_mended() -> None:
    finding = findings.register("x", ["register.event 4: falta en la cadena", "register.event 5: fue modificado"])
    assert (finding.state, finding.words) == ("mend", "2 hallazgos siguen en pie: register.event 4: falta en la cadena")
    assert findings.register("x", []).state == "well"


def test_a_role_that_owns_its_database_is_well() -> None:
    assert findings.rights("x", OWN, "airflow").state == "well"


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "well"), (120, "well"), (-120, "well"), (121, "mend"), (-3600, "mend")]
)
def test_a_clock_may_differ_by_two_minutes(seconds: int, state: str) -> None:
    finding = findings.clock("x", NOW - timedelta(seconds=seconds), NOW)
    assert finding.state == state
    assert ("adelantado" in finding.words) == (seconds == 121)


def test_a_clock_that_nobody_told_is_not_said_to_be_right() -> None:
    assert findings.clock("x", None, NOW).state == "untold"


def test_a_key_with_less_than_sixty_days_is_to_be_renewed() -> None:
    assert findings.key_left("x", "F", "RSA 2048", NOW + timedelta(days=60), NOW, 60).state == "mend"
    assert findings.key_left("x", "F", "RSA 2048", NOW + timedelta(days=61), NOW, 60).state == "well"


def test_the_retention_of_an_oracle_bucket_is_not_said_to_be_right_or_wrong() -> None:
    finding = findings.retention("x", None, None, by_oracle=True, bucket="archivo")
    assert finding.state == "untold"
    assert "oci os retention-rule list --bucket-name archivo" in finding.remedy


@pytest.mark.parametrize(("held", "wanted", "state"), [(None, None, "mend"), (10, 20, "mend"), (20, 20, "well")])
def test_a_bucket_keeps_as_long_as_its_connection_asks(held: int | None, wanted: int | None, state: str) -> None:
    assert findings.retention("x", held, wanted, by_oracle=False, bucket="b").state == state


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "fingerprint"), (403, "allow group g"), (404, "allow group g"), (500, None)]
)
def test_what_oci_refuses_is_a_matter_of_the_key_of_the_policy_or_of_neither(status: int, remedy: str | None) -> None:
    finding = findings.oci_refused("x", status, "C", "allow group g to read metrics in tenancy")
    assert (finding is None) if remedy is None else remedy in finding.remedy


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert writable("x", tmp_path).state == "well"
    finding = writable("x", tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in finding.remedy


class Overwrites:
    """A store that does not know the condition under which it is asked to write."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put_object(self, *, Key: str, Body: bytes, **_: object) -> None:  # noqa: N803 (boto3's)
        self.held[Key] = Body

    def get_object(self, *, Key: str, **_: object) -> dict[str, object]:  # noqa: N803
        if Key not in self.held:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": BytesIO(self.held[Key]), "Metadata": {}}


def test_a_store_that_overwrites_is_found_out_without_changing_what_it_holds() -> None:
    store = Overwrites()
    assert not Archive(store, "b").refuses_to_overwrite()
    assert list(store.held.values()) == [TRIED]


def test_a_pool_that_a_task_runs_in_and_nobody_created_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/airflow.db")
    Pool.__table__.create(engine)
    with Session(engine) as session:
        session.add(Pool(pool="oci", slots=3, include_deferred=False))
        session.commit()
    monkeypatch.setattr(airflow_database, "create_session", lambda: Session(engine))
    finding = findings.pools("x", [pool.name for pool in POOLS], airflow_database.pools())
    assert finding.words.startswith("no existen: mail;")
    assert "deploy/create_pools.py" in finding.remedy
    assert findings.pools("x", ["oci"], airflow_database.pools()).state == "well"


def test_roles_that_cannot_read_the_page_and_approvers_that_are_nobody_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/fab.db")
    Role.metadata.create_all(engine)
    right = Permission(action=Action(name="can_read"), resource=Resource(name="Plugins"))
    user = {"first_name": "A", "last_name": "B", "email": "op@example.com", "password": ""}
    with Session(engine) as session:
        session.add_all([Role(name="Viewer", permissions=[]), Role(name="User", permissions=[right])])
        session.add(User(username="operador", active=True, **user))
        session.add(User(username="jubilado", active=False, **user | {"email": "b@example.com"}))
        session.commit()
    monkeypatch.setattr(airflow_database, "create_session", lambda: Session(engine))
    page = findings.page_rights("x", airflow_database.rights_of_roles())
    assert page.remedy == "airflow roles add-perms Viewer --action can_read --resource Plugins"
    approving = findings.approvers("x", ["operador", "jubilado"], airflow_database.active_users())
    assert approving.words == "no son usuarios activos: jubilado"
    assert "airflow users create" in approving.remedy
