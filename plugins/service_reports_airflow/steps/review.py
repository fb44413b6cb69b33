"""What a run of cost reports means: whose lines they are, and whether they add up.

Everything is computed from the warehouse, so that a run that died before its review is made up for by the next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import psycopg

from service_reports.checks.observation import Observation
from service_reports.contracts import Contract
from service_reports.failures import OneByOne
from service_reports.sources.source import Window
from service_reports.warehouse import in_turn, keep_observations, keep_verdicts, review
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

NOT_OPPOSITE = "cost.correction_not_opposite"
NOT_RECONCILED = "cost.not_reconciled"


@told
def review_costs(batch_ids: Iterable[int], days: Window, run_id: str, *, stores: Stores = STORES) -> list[str]:
    """Look whose lines those of the run's days and cost reports are, and reconcile all days that something came of.

    Returns:
        The tenancies and contracts that could not be looked at, with the reason (Spanish): ``confirm`` tells of them.
    """
    held = list(batch_ids)
    by_tenancy: dict[str, list[Contract]] = {}
    for contract in stores.contracts():
        by_tenancy.setdefault(contract.oci.tenancy_ocid, []).append(contract)
    reviewing = OneByOne()
    with stores.warehouse() as db:
        for tenancy_ocid, of_tenancy in by_tenancy.items():
            # Of two reviews, the later keeps what it finds.
            with reviewing.item(tenancy_ocid), in_turn(db, "review", tenancy_ocid):
                _tenancy(db, tenancy_ocid, of_tenancy, *review.touched_days(db, held, tenancy_ocid, days), run_id)
            for contract in of_tenancy:
                with reviewing.item(contract.id), in_turn(db, "review", tenancy_ocid):
                    _reconcile(db, contract, review.unreconciled_days(db, contract, held, days), run_id)
    return [str(failure) for failure in reviewing.failures]


def _tenancy(
    db: psycopg.Connection[Any],
    tenancy_ocid: str,
    of_tenancy: list[Contract],
    first: date,
    last: date,
    run_id: str,
) -> None:
    from service_reports.figures.attribution import (
        CLAIMED_TWICE,
        LINES_ASIDE,
        OTHERS_ASIDE,
        SERVICE_UNKNOWN,
        UNATTRIBUTED,
        LinesAside,
        TenancyUse,
        attribution,
        lines_aside,
        unknown_services,
    )

    month_first = first.replace(day=1)
    month_last = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    uses = [TenancyUse(*row) for row in review.read_tenancy_usage(db, tenancy_ocid, month_first, month_last)]
    parents, names = review.read_compartments(db, tenancy_ocid)
    found = attribution(tenancy_ocid, uses, of_tenancy, parents, names) + unknown_services(tenancy_ocid, uses)
    keep_observations(
        db,
        found,
        kinds=[UNATTRIBUTED, CLAIMED_TWICE, SERVICE_UNKNOWN],
        scope=tenancy_ocid,
        first=month_first,
        last=month_last,
        run_id=run_id,
    )
    aside = [LinesAside(*row) for row in review.read_lines_aside(db, tenancy_ocid, first, last)]
    for scope, kept in lines_aside(tenancy_ocid, aside, of_tenancy, parents).items():
        keep_observations(
            db, kept, kinds=[LINES_ASIDE, OTHERS_ASIDE], scope=scope, first=first, last=last, run_id=run_id
        )
        found += kept
    suspects = [
        Observation(
            NOT_OPPOSITE,
            tenancy_ocid,
            suspect.back_reference,
            "warning",
            f"{suspect.corrections} correcciones de la línea {suspect.back_reference} ({suspect.service_code}, "
            f"{suspect.product_description}) suman {suspect.quantity:f} {suspect.unit} sin signo contrario a lo que "
            "corrigen: puede que reemplacen la línea en vez de sumarse a ella. Compare con la consola de OCI.",
            suspect.day,
            value_now=suspect.quantity,
        )
        for suspect in review.suspect_corrections(db, tenancy_ocid, first, last)
    ]
    keep_observations(db, suspects, kinds=[NOT_OPPOSITE], scope=tenancy_ocid, first=first, last=last, run_id=run_id)
    for finding in (*found, *suspects):
        log.warning("%s, %s: %s", finding.kind, finding.subject, finding.detail)


def _reconcile(db: psycopg.Connection[Any], contract: Contract, days: Window, run_id: str) -> None:
    from service_reports.figures.reconciliation import KIND, DayTotal, findings, reconcile

    if contract.oci.tag is not None:
        found = [
            Observation(
                NOT_RECONCILED,
                contract.id,
                "uso",
                "notice",
                "El alcance de este contrato es por etiqueta: sus totales no se concilian con la API de uso.",
            )
        ]
        keep_observations(
            db, found, kinds=[NOT_RECONCILED], scope=contract.id, first=days.first, last=days.last, run_id=run_id
        )
        return
    asked = review.days_asked(db, contract.oci.tenancy_ocid, *days)
    ours = [
        DayTotal(day.usage_date, day.service_code, day.product_description, day.unit, day.quantity)
        for day in review.read_usage_days(db, contract, *days)
    ]
    provider = [DayTotal(*row) for row in review.read_usage_totals(db, contract, *days)]
    compared = reconcile(contract, ours, provider, asked)
    verdict, found = findings(contract, compared)
    review.keep_reconciliation(db, contract.id, compared, *days, run_id)
    keep_verdicts(db, [verdict], run_id=f"{run_id}/review", contract_id=contract.id)
    keep_observations(db, found, kinds=[KIND], scope=contract.id, first=days.first, last=days.last, run_id=run_id)
    log.log(logging.INFO if verdict.passed else logging.WARNING, "%s: %s", contract.id, verdict.detail)
