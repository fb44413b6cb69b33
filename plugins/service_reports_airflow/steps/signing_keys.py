"""The daily look at the signing keys: can each contract be signed for, and for how long?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from airflow.sdk.exceptions import AirflowFailException

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.warehouse import keep_observations, new_alerts
from service_reports_airflow.signing_key import KeyAway
from service_reports_airflow.stores import STORES, TIME_STAMPS, Stores
from service_reports_airflow.telemetry import catalogue, recording
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

SCOPE = "signing"
"""No contract's: what is found of keys is no part of a report."""
EXPIRES = "signing.certificate_expires"
STEPS = {7: "alert", 30: "alert", 60: "warning"}
"""Severities by the days that are left; each step is a finding of its own, so that each is told."""


class KeyUnusable(AirflowFailException):
    """A key that cannot sign, or will soon not: a person must renew it."""


@told
def look(run_id: str, now: datetime | None = None, *, stores: Stores = STORES) -> None:
    """Try the key of every contract as the gate will, and keep a finding about each that ends within 60 days; and so of
    the certificates by which the time-stamping authority is trusted.

    Raises:
        KeyUnusable: a key cannot sign, or this run is the first to see that one ends within 30 or 7 days.
        KeyAway: no more than that a token does not answer; the others were looked at.
    """
    now = now or datetime.now(UTC)
    found: list[Observation] = []
    trying, away = OneByOne(), list[str]()
    for held in {held.signing.connection: held for held in stores.contracts()}.values():
        with trying.item(held.id):
            try:
                found += _ending(held, now, stores=stores)
            except KeyAway as error:
                away.append(str(error))
    with trying.item(TIME_STAMPS):
        found += _authority_ending(now, stores=stores)
    with stores.warehouse() as db:
        keep_observations(db, found, kinds=(EXPIRES,), scope=SCOPE, first=date.min, last=date.max, run_id=run_id)
        alerts = [alert.detail for alert in new_alerts(db, run_id) if alert.scope == SCOPE]
    for finding in found:
        log.warning("%s: %s", finding.kind, finding.detail)
    if trying.failures or alerts:
        refused = [*map(str, trying.failures), *away]
        raise KeyUnusable("\n".join(["Las claves de firma necesitan a alguien:", *refused, *alerts]))
    if away:
        raise KeyAway("\n".join(away))


def _ending(held: Contract, now: datetime, *, stores: Stores) -> Iterator[Observation]:
    """A finding where the key of a contract, or a certificate above it, ends within 60 days."""
    key = stores.signing_key(held)
    log.info("Conexión «%s»: %s, sirve hasta el %s", held.signing.connection, key.signer_name, key.usable_until.date())
    detail = (
        f"El certificado de {key.signer_name} (conexión «{held.signing.connection}») o uno de su cadena vence "
        f"el {key.usable_until:%Y-%m-%d %H:%M} UTC: pida la renovación y cargue el certificado nuevo en la conexión o "
        "el token"
    )
    yield from _at_step(held.signing.connection, key.usable_until - now, detail)


def _authority_ending(now: datetime, *, stores: Stores) -> Iterator[Observation]:
    """A finding where the first certificate that the time-stamping authority is trusted by ends within 60 days."""
    if (authorities := stores.authorities()) is None:
        return
    ends = min(each.not_valid_after for each in authorities.trusted)
    detail = (
        f"Un certificado de confianza de la autoridad de sellado (conexión «{TIME_STAMPS}») vence el "
        f"{ends:%Y-%m-%d %H:%M} UTC: añada en `trusted` el que ella publica en su lugar y renueve los sellos con "
        "«Renovar sellos» antes de esa fecha; después quite el vencido"
    )
    yield from _at_step(TIME_STAMPS, ends - now, detail)


def _at_step(connection: str, left: timedelta, detail: str) -> Iterator[Observation]:
    recording.record(catalogue.CERTIFICATE_REMAINING, left.total_seconds(), {catalogue.CONNECTION: connection})
    step = next((days for days in STEPS if left.days <= days), None)
    if step is not None:
        yield Observation(EXPIRES, SCOPE, f"{connection}, {step} días", STEPS[step], detail)  # type: ignore[arg-type]
