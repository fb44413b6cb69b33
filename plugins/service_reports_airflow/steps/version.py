"""The version that the steps of a publication work on: what it is called, made of and has brought about so far."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract, ReportPeriod, find_contract
from service_reports.figures.model import PeriodFigures
from service_reports.register import IssueKey

log = logging.getLogger(__name__)


def label(text: str) -> None:
    """Show in Airflow's UI what the task is about: its DAG labels it with ``informe``."""
    get_current_context()["informe"] = text  # type: ignore[typeddict-unknown-key]


def skipped(why: str) -> AirflowSkipException:
    """What ends a task without doing anything; its log tells why, which Airflow's own line does not show."""
    log.info("%s", why)
    return AirflowSkipException(why)


def key_of(issue: Mapping[str, Any]) -> IssueKey:
    """The version a step works on, which the UI then shows as the task's label."""
    key = IssueKey(**issue)
    label(str(key))
    return key


def origin_now(held: Contract, period: ReportPeriod, requested_by: str | None = None) -> register.Origin:
    """What a version is made of at this moment: the code, and the contract's file."""
    file = find_contract(held.id)
    return register.Origin(
        period.period_from,
        period.period_to,
        register.code_version(),
        file and file.sha256,
        requested_by,
        needs_approval=held.approval == "required",
    )


def kept_figures(store: Archive, figures_key: str | None) -> PeriodFigures:
    """The figures of a version, as they were computed and kept; ``AssertionError`` when they were not."""
    assert figures_key is not None, "no hay cifras: limpie «Calcular cifras» (`figures`)"
    return PeriodFigures.model_validate_json(store.read(figures_key))


def drafts_of(rendered: Mapping[str, Any]) -> str:
    """The hash of the figures and the unsigned documents together: what an approval speaks of."""
    documents = [(described["file_name"], described["blob_key"]) for described in rendered["documents"]]
    return register.drafts_sha256(rendered["figures_key"], documents)
