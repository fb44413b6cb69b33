"""The documents of a version, printed from its figures and read back, still unsigned."""

from __future__ import annotations

import gc
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from service_reports import register
from service_reports.register import Draft, Drafts
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.steps.version import kept_figures, origin_as_held, version_of_run
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

log = logging.getLogger(__name__)

OBJECTS_BETWEEN_LOOKS = 50_000


@cache
def _keep_what_is_loaded() -> None:
    """Once a process: garbage is looked for among what is made from here on; what was loaded lives as long as it.

    And seldom: a page is made of many small objects, of which few are garbage.
    """
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)


@told
def render(issue: Mapping[str, Any], run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """Render the documents of a version, unsigned, into the archive, read them back, and pin them in the register.

    Raises:
        ContractChanged: the contract's file was edited since the figures were computed.
        GateRefused: what stands in a document is not what the figures say, or may not be signed.
        NotOfThisRun: another run has taken the version over.
    """
    from service_reports.documents import SignatureBox, check_language, crosscheck, forget_read, render_documents
    from service_reports.documents.evidence.bundle import NotAsKept, kept_rows
    from service_reports.warehouse import keep_verdicts

    def as_text(box: SignatureBox | None) -> str | None:
        return None if box is None else json.dumps(asdict(box))

    with stores.warehouse() as db, stores.archive() as store:
        key, entry = version_of_run(db, issue, run_id)
        if entry.registered_at is not None:
            log.info("%s ya está registrada: sus documentos se quedan como están", key)
            return asdict(key)
        figures_key = entry.figures_key
        figures = kept_figures(store, figures_key)
        held = stores.contract(key.contract_id)
        origin_as_held(key, entry, held, stores=stores)
        _keep_what_is_loaded()
        try:
            rows = kept_rows(figures.evidence, store.read)
        except NotAsKept as error:
            raise GateRefused(f"{key}: {error}\n  → limpie «Calcular cifras» (`figures`)") from None
        documents = render_documents(held, figures, rows=rows)
        verdicts = [*crosscheck(held, figures, documents), *check_language(held, figures, documents)]
        forget_read()
        keep_verdicts(db, verdicts, run_id=f"{run_id}/documents", contract_id=key.contract_id)
        failed = [verdict for verdict in verdicts if not verdict.passed]
        for verdict in failed:
            log.warning("%s: %s", verdict.check, verdict.detail)
        refused = [f"{each.check}: {each.detail}" for each in failed if each.severity == "blocking"]
        if refused:
            raise GateRefused(f"{key}: los documentos no se pueden firmar:\n" + "\n".join(refused))
        drafts = []
        for position, document in enumerate(documents, start=1):
            drafts.append(
                Draft(
                    position,
                    document.kind,
                    document.title,
                    document.code,
                    document.file_name,
                    document.media_type,
                    hashlib.sha256(document.content).hexdigest(),
                    len(document.content),
                    store.keep(document.content),
                    as_text(document.vendor_box),
                    as_text(document.supervisor_box),
                )
            )
            log.info("%s: %s bytes", document.file_name, len(document.content))
        try:
            register.pin_drafts(db, key, run_id, Drafts(figures_key, tuple(drafts)))
        except register.NotPinned as error:
            raise GateRefused(str(error)) from error
    return asdict(key)
