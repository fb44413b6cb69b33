"""The version that the steps of a publication work on: what it is called, made of and has brought about so far."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract, ContractFile, ReportPeriod
from service_reports.figures.model import PeriodFigures
from service_reports.register import Issue, IssueKey
from service_reports_airflow.stores import STORES, Stores

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)


class NotOfThisRun(AirflowFailException):
    """A version that is not the one this run makes: what the tasks before hand on only names it."""


class ContractChanged(AirflowFailException):
    """A contract whose file no longer says what a version is made of."""


def label(text: str) -> None:
    """Show in Airflow's UI what the task is about: its DAG labels it with ``informe``."""
    get_current_context()["informe"] = text  # type: ignore[typeddict-unknown-key]


def skipped(why: str) -> AirflowSkipException:
    """What ends a task without doing anything; its log tells why, which Airflow's own line does not show."""
    log.info("%s", why)
    return AirflowSkipException(why)


def key_of(issue: object) -> IssueKey:
    """The version that a step works on, which the UI then shows as the task's label.

    Raises:
        NotOfThisRun: what was handed on names no version.
    """
    match issue:
        case {"contract_id": str(contract_id), "report_number": str(report_number), "version": int(version)}:
            key = IssueKey(contract_id, report_number, version)
        case _:
            raise NotOfThisRun(
                "Lo que entregó la tarea anterior no nombra una versión\n  → limpie «Verificar» (`gate`)"
            )
    label(str(key))
    return key


def version_of_run(db: psycopg.Connection[Any], issue: object, run_id: str) -> tuple[IssueKey, Issue]:
    """The version that a step works on, and its row: the one that its run has claimed.

    Raises:
        NotOfThisRun: the run has not claimed the version, or another run has taken it over.
    """
    key = key_of(issue)
    try:
        return key, register.issue_of_run(db, key, run_id)
    except register.NotClaimed as error:
        raise NotOfThisRun(f"{error}\n  → limpie «Verificar» (`gate`) si esta ejecución debe emitirla") from error


def origin_now(
    held: Contract, period: ReportPeriod, requested_by: str | None = None, *, stores: Stores = STORES
) -> register.Origin:
    """What a version is made of at this moment: the code, and the contract's file."""
    approved = held.approval == "required"
    return _origin(period, stores.contract_file(held.id), requested_by, needs_approval=approved)


def _origin(
    period: ReportPeriod, file: ContractFile | None, requested_by: str | None = None, *, needs_approval: bool
) -> register.Origin:
    return register.Origin(
        period.period_from,
        period.period_to,
        register.code_version(),
        None if file is None else file.sha256,
        requested_by,
        needs_approval=needs_approval,
    )


def origin_as_held(
    key: IssueKey, claimed: Issue, held: Contract, *, stores: Stores, figures_made: bool = True
) -> register.Origin:
    """What a version is made of, where the contract's file says what this step has read of it, and of its figures.

    Whoever has read the contract before asks whether the file was edited since: it would be recorded as its origin.

    Raises:
        ContractChanged: the file was edited meanwhile, or, once the ``figures_made`` are there, since they were.
    """
    file = stores.contract_file(held.id)
    origin = _origin(held.report(key.report_number), file, needs_approval=held.approval == "required")
    edited = file.contract != held if file else claimed.contract_sha256 is not None
    if edited or (figures_made and claimed.contract_sha256 != origin.contract_sha256):
        raise ContractChanged(
            f"{key}: el archivo del contrato cambió mientras se hacía el informe\n"
            "  → limpie «Calcular cifras» (`figures`) para que todo salga del mismo contrato"
        )
    return origin


def kept_figures(store: Archive, figures_key: str | None) -> PeriodFigures:
    """The figures of a version, as they were computed and kept; ``AssertionError`` when they were not."""
    assert figures_key is not None, "no hay cifras: limpie «Calcular cifras» (`figures`)"
    return PeriodFigures.model_validate_json(store.read(figures_key))
