"""What an operator reads when a step fails over something that no store and no rule of ours has a word for."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from airflow.sdk.exceptions import AirflowException

from service_reports.failures import frames, is_own, meaning, said

log = logging.getLogger(__name__)
P = ParamSpec("P")
Result = TypeVar("Result")

IN_ITS_OWN_WORDS = "service_reports.register"
"""The register's errors say what is wrong and what to do themselves."""


class StepFailed(AirflowException):
    """A step that broke off: what it worked on, what happened, what to do, and last what was said."""


def told(step: Callable[P, Result]) -> Callable[P, Result]:
    """A step whose every failure reaches the operator in Spanish, with the name of what it worked on.

    Where the error came from stands in the log before it, for engineers.
    """
    parameters = inspect.signature(step)

    @functools.wraps(step)
    def telling(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return step(*args, **kwargs)
        except AirflowException:
            raise
        except Exception as error:
            if type(error).__module__.startswith(IN_ITS_OWN_WORDS):
                raise
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


def _subject(given: Mapping[str, Any]) -> str:
    """What a step was called for: a version, a report, a contract or a tenancy."""
    about: Mapping[str, Any] = next(
        (given[name] for name in ("issue", "report", "params") if isinstance(given.get(name), Mapping)), {}
    )
    contract = about.get("contract_id") or about.get("contrato") or given.get("contract_id")
    number = about.get("report_number") or about.get("informe")
    version = about.get("version")
    if contract:
        named = f"{contract} {number}" if number else str(contract)
        return f"{named} v{version}" if version else named
    return str((given.get("tenancy") or {}).get("tenancy_ocid") or "La tarea no pudo terminar")
