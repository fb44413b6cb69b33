"""The documents of a version, printed from its figures and read back, still unsigned."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from service_reports import register
from service_reports_airflow.contracts import contract
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.steps.version import kept_figures, key_of
from service_reports_airflow.stores import archive, warehouse
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)


@told
def render(issue: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    """Render the documents of a version, unsigned, into the archive, and read them back.

    Raises:
        GateRefused: what stands in a document is not what the figures say, or may not be signed.
        NotClaimed: another run has taken the version over.
    """
    from service_reports.documents import check_language, crosscheck, render_documents
    from service_reports.warehouse import keep_verdicts

    key = key_of(issue)
    with warehouse() as db, archive() as store:
        figures_key = register.issue_of_run(db, key, run_id).figures_key
        figures = kept_figures(store, figures_key)
        held = contract(key.contract_id)
        documents = render_documents(held, figures)
        verdicts = [*crosscheck(figures, documents), *check_language(held, figures, documents)]
        keep_verdicts(db, verdicts, run_id=f"{run_id}/documents", contract_id=key.contract_id)
        failed = [verdict for verdict in verdicts if not verdict.passed]
        for verdict in failed:
            log.warning("%s: %s", verdict.check, verdict.detail)
        refused = [f"{each.check}: {each.detail}" for each in failed if each.severity == "blocking"]
        if refused:
            raise GateRefused(f"{key}: los documentos no se pueden firmar:\n" + "\n".join(refused))
        rendered = []
        for document in documents:
            described = asdict(document)
            content = described.pop("content")
            rendered.append({**described, "blob_key": store.keep(content)})
            log.info("%s: %s bytes", document.file_name, len(content))
    return {"issue": dict(issue), "figures_key": figures_key, "documents": rendered}
