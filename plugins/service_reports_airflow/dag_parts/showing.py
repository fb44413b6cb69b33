"""What the UI shows of a task: which report it is about, and where its links lead. Light: DAG files load it.

What a task was given is known before it runs, and so is its label; what it learns (the version) takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperator, BaseOperatorLink, XComArg


def label_of(given: str) -> str:
    """The label of a task that is given a report or a version as ``given``, also while it waits and when it fails.

    A decorated task has what it is given by its name in ``op_kwargs``, and only what it is given by its name.

    ``given`` is a Jinja expression. A step sets ``informe`` where it knows more
    (``service_reports_airflow.steps.version.label``).
    """
    version = f"{{% if {given}.version is defined %}} v{{{{ {given}.version }}}}{{% endif %}}"
    said = f"{{{{ {given}.contract_id }}}} {{{{ {given}.report_number }}}}{version}"
    return f"{{% if informe is defined %}}{{{{ informe }}}}{{% else %}}{said}{{% endif %}}"


def given_to(operator: BaseOperator) -> Mapping[str, Any] | None:
    """The report or version that a task was given; ``None`` where what it was given names none."""
    arguments = getattr(operator, "op_kwargs", None) or {}
    for name in ("issue", "report"):
        given = getattr(operator, name, None) or arguments.get(name)
        if isinstance(given, Mapping) and isinstance(given.get("contract_id"), str) and given.get("report_number"):
            return given
    return None


def page_of(given: Mapping[str, Any]) -> str:
    """The page «Informes» of a report, relative to where the UI begins: it may live under a path of a proxy."""
    return f"plugin/informes/{quote(given['contract_id'], safe='')}/{quote(str(given['report_number']), safe='')}"


class ReportPage(BaseOperatorLink):
    """To the page «Informes» of the report: its days, checks, versions and messages."""

    name = "Ver en Informes"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Relative to the UI; empty where nothing is known."""
        given = given_to(operator)
        return page_of(given) if given else ""


class FirstDocument(BaseOperatorLink):
    """To the first document of the version, out of the archive and held against its registered SHA-256."""

    name = "Abrir el documento archivado"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Relative to the UI; empty before there is a version."""
        given = given_to(operator)
        if given is None or not given.get("version"):
            return ""
        contract, number = (quote(str(given[name]), safe="") for name in ("contract_id", "report_number"))
        return f"service-reports/api/contracts/{contract}/reports/{number}/versions/{given['version']}/documents/1"


def with_links(made: XComArg, *links: BaseOperatorLink) -> XComArg:
    """The same task with links beside its log."""
    operator: Any = made.operator  # type: ignore[attr-defined]  # what a task's call gives has one
    operator.operator_extra_links = links
    return made
