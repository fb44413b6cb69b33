"""deploy/helm holds: settings and commands are docker-compose.yaml's, keys are the chart's, nothing lies on a disk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.airflow import COMPOSE_FILE, compose_service, make_secrets

HELM = COMPOSE_FILE.parent / "deploy" / "helm"
EXECUTORS = ("kubernetes", "celery")
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SETTINGS: Mapping[str, str] = {name: value for name, value in COMPOSE["x-environment"].items() if value is not None}
"""Without those that are passed on where they are set outside, as telemetry's."""

COMPONENTS = {
    "api-server": "apiServer",
    "scheduler": "scheduler",
    "dag-processor": "dagProcessor",
    "triggerer": "triggerer",
}
OF_CHART = {
    "AIRFLOW__CORE__EXECUTOR": "executor",
    "AIRFLOW__CORE__FERNET_KEY": "fernetKeySecretName",
    "AIRFLOW__API__SECRET_KEY": "apiSecretKeySecretName",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwtSecretName",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "data.metadataSecretName",
    "AIRFLOW__CELERY__BROKER_URL": "data.brokerUrlSecretName",
}
"""Settings that the chart itself makes of a value."""
ELSEWHERE = {"AIRFLOW__API__BASE_URL", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"}
"""Settings that say where things are."""
OF_A_CLUSTER = re.compile(r"AIRFLOW__LOGGING__(REMOTE|DELETE)_\w+|AWS_\w+|API_SERVER")
"""Settings that a single server does not have."""

LISTED = Path(__file__).with_name("helm_chart_keys.txt").read_text(encoding="utf-8").splitlines()
CHART = frozenset(key for line in LISTED if not line.startswith("#") for key in line.split())


def values(*names: str) -> dict[str, Any]:
    """The files one over the other, as Helm lays them."""

    def over(below: Any, above: Any) -> Any:
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return above
        return {**below, **{key: over(below.get(key), value) for key, value in above.items()}}

    laid: dict[str, Any] = {}
    for name in names:
        laid = over(laid, yaml.safe_load((HELM / f"{name}.yaml").read_text(encoding="utf-8")))
    return laid


def env(laid: Mapping[str, Any]) -> dict[str, str]:
    """What its containers find in their environment, of what is not secret."""
    configured = {
        f"AIRFLOW__{section.upper()}__{key.upper()}": str(value)
        for section, entries in laid.get("config", {}).items()
        for key, value in entries.items()
    }
    return {**configured, **{each["name"]: each["value"] for each in laid["env"]}}


def at(laid: Mapping[str, Any], path: str) -> Any:
    found: Any = laid
    for key in path.split("."):
        found = found[key]
    return found


def paths(node: Any, path: str = "") -> Iterator[str]:
    if path in CHART or not isinstance(node, dict):
        yield path
    else:
        for key, value in node.items():
            yield from paths(value, f"{path}.{key}".lstrip("."))


@pytest.mark.parametrize("executor", EXECUTORS)
def test_its_settings_are_those_of_one_server(executor: str) -> None:
    laid = values("values", executor)
    told = env(laid)
    of_workers = {name for name in SETTINGS if "__CELERY" in name} if executor == "kubernetes" else set()
    given = {name: value for name, value in SETTINGS.items() if name not in {*OF_CHART, *ELSEWHERE, *of_workers}}
    del given["AIRFLOW_CONN_WAREHOUSE"], given["AIRFLOW__CORE__PARALLELISM"]
    assert {name: told.get(name) for name in given} == given
    others = set(told) - set(given) - ELSEWHERE - {"AIRFLOW__CORE__PARALLELISM"}
    assert {name for name in others if not OF_A_CLUSTER.fullmatch(name)} == set()


def test_what_waits_for_a_worker_waits_in_the_database() -> None:
    laid = values("values", "celery")
    assert laid["config"]["core"]["parallelism"] == (
        laid["workers"]["celery"]["replicas"] * laid["config"]["celery"]["worker_concurrency"]
    )


def test_nothing_is_said_of_both_kinds_of_workers_at_once() -> None:
    """Such keys are older names: the chart still takes a volume for each worker where only they refuse it."""
    assert values("values", *EXECUTORS)["workers"].keys() == {"celery", "kubernetes"}


@pytest.mark.parametrize("executor", EXECUTORS)
def test_its_keys_are_those_of_the_chart(executor: str) -> None:
    assert set(paths(values("values", executor))) <= CHART


def test_every_key_that_is_listed_is_used() -> None:
    assert {path for executor in EXECUTORS for path in paths(values("values", executor))} == CHART


def test_commands_and_looks_are_those_of_one_server() -> None:
    laid = values("values", "celery")
    for service, key in COMPONENTS.items():
        command, _ = compose_service(service, make_secrets())
        assert laid[key]["args"] == command, service
        if service != "api-server":  # the chart asks it by itself
            assert laid[key]["livenessProbe"]["command"] == COMPOSE["services"][service]["healthcheck"]["test"][1:]
    migrate, _ = compose_service("migrate", make_secrets())
    assert laid["migrateDatabaseJob"]["args"] == migrate
    worker = COMPOSE["services"]["worker"]
    assert laid["workers"]["celery"]["args"] == [word for word in worker["command"] if word != "--skip-serve-logs"]
    assert laid["workers"]["celery"]["livenessProbe"]["command"] == worker["healthcheck"]["test"][1:]
    repository, tag = (laid["images"]["redis"][key] for key in ("repository", "tag"))
    assert COMPOSE["services"]["redis"]["image"].startswith(f"{repository}:{tag}@")
    cleaning = laid["databaseCleanup"]
    weekly = COMPOSE["services"]["housekeeping"]["command"]
    assert [*cleaning["command"], *cleaning["args"]] == [*weekly[:-1], "once"]


def test_a_task_may_end_before_its_pod_does() -> None:
    laid = values("values")
    for key, service in {
        "scheduler": "scheduler",
        "workers.celery": "worker",
        "workers.kubernetes": "worker",
        "triggerer": "triggerer",
    }.items():
        grace = COMPOSE["services"][service]["stop_grace_period"]
        assert at(laid, key)["terminationGracePeriodSeconds"] == int(grace.removesuffix("m")) * 60, key


@pytest.mark.parametrize("executor", EXECUTORS)
def test_nothing_lies_on_a_disk(executor: str) -> None:
    laid = values("values", executor)
    for key in ("workers.celery", "triggerer", *(["redis"] if laid["redis"]["enabled"] else [])):
        assert at(laid, key)["persistence"] == {"enabled": False}, key
    assert env(laid)["AIRFLOW__LOGGING__REMOTE_LOGGING"] == "True"
    assert not {"volumes", "volumeMounts"} & laid.keys()


def test_the_contracts_are_in_the_image_however_many_they_are() -> None:
    """A ConfigMap holds a megabyte, some forty contracts, and no pictures in folders."""
    image = (COMPOSE_FILE.parent / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^COPY include include$", image, re.MULTILINE)
    left_out = (COMPOSE_FILE.parent / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "!include" in left_out
    assert not [line for line in left_out if "contracts" in line]


def entries(node: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from entries(value)
    elif isinstance(node, list):
        for each in node:
            yield from entries(each)


@pytest.mark.parametrize("name", ["values", *EXECUTORS])
def test_secrets_are_named_and_not_told(name: str) -> None:
    for key, value in entries(values(name)):
        if key.lower().endswith("secretname"):
            assert value.startswith("aire-"), key
        assert key not in {"password", "fernetKey", "apiSecretKey", "jwtSecret", "brokerUrl", "metadataConnection"}
        if key == "env":
            secret = [each["name"] for each in value if re.search("PASSWORD|SECRET|KEY|CONN_(?!ID)", each["name"])]
            assert [each["name"] for each in value if "valueFrom" in each] == secret


def test_every_pod_says_what_it_needs() -> None:
    laid = values("values", "celery")
    workers = "workers.celery", "workers.kubernetes"
    for key in (*COMPONENTS.values(), *workers, "migrateDatabaseJob", "databaseCleanup", "redis"):
        assert at(laid, key)["resources"].keys() == {"requests", "limits"}, key
        assert at(laid, key)["resources"]["limits"]["memory"], key


def test_it_is_the_airflow_that_is_installed() -> None:
    assert values("values")["airflowVersion"] == version("apache-airflow")


def test_json_in_a_setting_holds_and_is_no_template() -> None:
    told = values("values", "celery")["config"]["celery"]["extra_celery_config"]
    assert json.loads(told)
    assert "{{" not in told
    assert "}}" not in told


def test_the_documentation_names_every_secret() -> None:
    page = (COMPOSE_FILE.parent / "docs" / "server.md").read_text(encoding="utf-8")
    named = set()
    for name in ("values", *EXECUTORS):
        text = Path(HELM / f"{name}.yaml").read_text(encoding="utf-8")
        named |= set(re.findall(r"aire-(?:keys|metadata|warehouse|broker|redis)\b", text))
    assert {name for name in named if f"`{name}`" not in page} == set()
