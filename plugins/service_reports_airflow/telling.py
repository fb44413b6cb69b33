"""What an operator reads when a step fails over something that no store and no rule of ours has a word for."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

import psycopg
from airflow.sdk.exceptions import AirflowException

from service_reports.failures import frames, is_down, is_own, meaning, said
from service_reports_airflow.telemetry import catalogue, recording

log = logging.getLogger(__name__)
P = ParamSpec("P")
Result = TypeVar("Result")

MOST_IDS = 100
"""Of so many contracts at most a span says which; of how many reports it is, it says in any case."""
IN_ITS_OWN_WORDS = "service_reports.register"
"""The register's errors say what is wrong and what to do themselves."""


class StepFailed(AirflowException):
    """A step that broke off: what it worked on, what happened, what to do, and last what was said."""


def told(step: Callable[P, Result]) -> Callable[P, Result]:
    """A step whose every failure reaches the operator in Spanish, with the name of what it worked on.

    Where the error came from stands in the log before it, for engineers. How long it took, and on what it worked, is
    told to a collector of OpenTelemetry where there is one.
    """
    parameters = inspect.signature(step)
    name = f"{step.__module__.rpartition('.')[2]}.{step.__qualname__}"

    @functools.wraps(step)
    def telling(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            with recording.step(name, lambda: ids(parameters.bind_partial(*args, **kwargs).arguments)):
                return step(*args, **kwargs)
        except AirflowException:
            raise
        except Exception as error:
            if type(error).__module__.startswith(IN_ITS_OWN_WORDS):
                raise
            if isinstance(error, psycopg.Error) and is_down(error):
                raise  # whoever opened the connection, for one step or for a lot of them, names it
            given = parameters.bind_partial(*args, **kwargs).arguments
            failed = StepFailed(_sentence(_subject(given), error))
            log.error("De dónde viene el error, para quien mantiene el programa:%s", frames(error))
            raise failed from None

    return telling


def _sentence(subject: str, error: Exception) -> str:
    what, remedy = meaning(error)
    if is_own(error):
        words = said(error)
        says_what_to_do = " — " in words or "→" in words
        return f"{subject}: {words}" + ("" if says_what_to_do else f"\n  → {remedy}; después limpie esta tarea")
    return f"{subject}: {what}\n  → {remedy}; después limpie esta tarea\n{type(error).__name__}: {said(error)}"


def ids(given: Mapping[str, Any]) -> dict[str, Any]:
    """On what a step works, by what it was called with, under the names that a span gives it.

    Ids alone, and none of those that somebody typed into a form.
    """
    about = _about({name: value for name, value in given.items() if name != "params"})
    of_lot = given.get("lot") or given.get("reports") or ()
    found = {
        catalogue.CONTRACT: about.contract_id,
        catalogue.CONTRACTS: sorted({str(each["contract_id"]) for each in of_lot})[:MOST_IDS],
        catalogue.REPORTS: len(of_lot),
        catalogue.REPORT: about.report_number,
        catalogue.VERSION: about.version,
        catalogue.TENANCY: about.tenancy_ocid,
        catalogue.RUN: given.get("run_id") or getattr(given.get("dag_run"), "run_id", None),
    }
    return {name: value for name, value in found.items() if value}


class _About(NamedTuple):
    """What a step was called for, as it was given: a version, a report, a contract or a tenancy."""

    contract_id: str | None
    report_number: str | None
    version: int | None
    tenancy_ocid: str | None


def _about(given: Mapping[str, Any]) -> _About:
    about: Mapping[str, Any] = next(
        (given[name] for name in ("issue", "report", "params") if isinstance(given.get(name), Mapping)), {}
    )
    return _About(
        about.get("contract_id") or about.get("contrato") or given.get("contract_id"),
        about.get("report_number") or about.get("informe"),
        about.get("version"),
        (given.get("tenancy") or {}).get("tenancy_ocid"),
    )


def _subject(given: Mapping[str, Any]) -> str:
    """The same in words."""
    about = _about(given)
    if about.contract_id:
        named = f"{about.contract_id} {about.report_number}" if about.report_number else str(about.contract_id)
        return f"{named} v{about.version}" if about.version else named
    return str(about.tenancy_ocid or "La tarea no pudo terminar")
