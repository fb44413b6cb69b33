"""Each day every signing key is tried, and its end is told 60, 30 and 7 days before."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from sandbox.demo import DEFAULT_SCENARIO
from sandbox.supervisor import Sandbox
from service_reports.contracts import load_contract
from service_reports.warehouse import read_observations
from service_reports_airflow.signing_key import KeyAway, signing_key
from service_reports_airflow.steps import signing_keys
from service_reports_airflow.steps.signing_keys import KeyUnusable, look
from tests.throwaway_keys import DAY, NOW, made_authority
from tests.tokens import PIN, made_token, put, softhsm

pytestmark = pytest.mark.integration
CONTRACT = load_contract(DEFAULT_SCENARIO / "contract.yaml")


def test_the_end_of_a_key_is_told_at_each_step_once_and_forgotten_when_it_is_renewed(own_warehouse: str) -> None:
    ends = signing_key(CONTRACT).usable_until
    told = []
    for run, left in enumerate((90, 59, 58, 30, 29, 7, 6, 90)):
        try:
            look(f"run {run}", ends - timedelta(days=left))
            told.append((left, None))
        except KeyUnusable as error:
            told.append((left, "vence" in str(error)))
        with psycopg.connect(own_warehouse) as db:
            found = read_observations(db, [signing_keys.SCOPE], ends.date(), ends.date())
        steps = [step for step in (7, 30, 60) if left <= step][:1]
        assert [each.subject for each in found] == [f"{CONTRACT.signing.connection}, {step} días" for step in steps]
    assert told == [(90, None), (59, None), (58, None), (30, True), (29, None), (7, True), (6, None), (90, None)]


def test_a_key_that_cannot_sign_is_told_every_day(
    own_warehouse: str, servers: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"AIRFLOW_CONN_{CONTRACT.signing.connection.upper()}"
    described = json.loads(servers.environment[name]) | {"password": "another"}
    monkeypatch.setenv(name, json.dumps(described))
    for run in ("one", "two"):
        with pytest.raises(KeyUnusable, match="no abre el PKCS#12"):
            look(run)


@pytest.mark.system
def test_of_a_key_in_a_token_the_end_is_told_and_a_token_that_is_away_is_asked_again(
    own_warehouse: str, servers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = made_token(softhsm(tmp_path, monkeypatch), "aire")
    put(token, made_authority().issue("Firmante", valid_to=NOW + 40 * DAY), "firma")
    described = {"conn_type": "pkcs11", "password": PIN, "extra": {"module": token.module, "token": "aire"}}
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONTRACT.signing.connection.upper()}", json.dumps(described))
    look("one")
    with psycopg.connect(own_warehouse) as db:
        [found] = read_observations(db, [signing_keys.SCOPE], NOW.date(), NOW.date())
    assert found.subject == f"{CONTRACT.signing.connection}, 60 días"
    with pytest.raises(KeyUnusable, match="vence"):
        look("two", NOW + 11 * DAY)
    shutil.move(tmp_path / "tokens", tmp_path / "away")
    with pytest.raises(KeyAway, match="token «aire»"):
        look("three", NOW + 12 * DAY)
