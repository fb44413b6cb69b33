"""What is added to signatures after documents were issued: what an authority that was away owes, and new time stamps.

Each document is worked on by itself and recorded at once: a run that is cut off, or runs again, goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.archive import Archive
from service_reports.failures import OneByOne
from service_reports.register import SignedDocument
from service_reports_airflow.stores import STORES, TIME_STAMPS, SourceUnreachable, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from service_reports.contracts import SignatureLevel

log = logging.getLogger(__name__)

MOST = 500
"""So many documents a run: some seconds of an authority each."""
MOST_AWAY = 20
"""For so many contracts an authority is waited for in vain: more of them would take longer than a task may."""
NEW_ENOUGH = timedelta(days=180)
"""A time stamp from since then is not renewed: so a yearly run that is run again goes on with the others."""


class SignaturesLack(AirflowFailException):
    """Signatures that could not be completed or renewed; a person must look."""


@told
def complete(*, stores: Stores = STORES) -> None:
    """Bring signatures that were made while an authority was away to the level that was asked for.

    An authority that is still away ends this without a failure: that they lack something stands among the alerts.

    Raises:
        SignaturesLack: a signature cannot be completed, as of a certificate that was revoked since.
    """
    with stores.warehouse() as db, stores.archive() as store:
        try:
            _extend(db, store, register.incomplete_signatures(db, MOST), stores)
        except SourceUnreachable as error:
            log.warning("Quedan firmas por completar: %s", error)


@told
def renew(now: datetime | None = None, *, stores: Stores = STORES) -> None:
    """Stamp again what was issued at B-LTA, before the certificate of its last time stamp ends or its hash grows weak.

    Raises:
        SignaturesLack: some could not be renewed, or there are more than one run takes.
        SourceUnreachable: an authority does not answer; what was renewed stays so, and other contracts' are renewed.
    """
    before = (now or datetime.now(UTC)) - NEW_ENOUGH
    with stores.warehouse() as db, stores.archive() as store:
        _extend(db, store, register.signatures_to_renew(db, before, MOST), stores)
        if left := register.signatures_to_renew(db, before, 1):
            raise SignaturesLack(
                f"Quedan documentos por renovar, desde {left[0]}: una ejecución renueva {MOST}\n  → limpie esta tarea"
            )


def _extend(db: psycopg.Connection[Any], store: Archive, documents: Iterable[SignedDocument], stores: Stores) -> None:
    from service_reports.signing import AuthorityUnreachable, extend, stamped_until

    documents = list(documents)
    if not documents:
        return
    authorities = stores.authorities()
    if authorities is None:
        raise SignaturesLack(
            f"{documents[0]}: no existe la conexión «{TIME_STAMPS}» con la autoridad de sellado de tiempo\n"
            "  → créela como dice docs/server.md"
        )
    trying, away = OneByOne(), dict[str, str]()
    for document in documents:
        contract_id = document.key.contract_id
        if contract_id in away or len(away) == MOST_AWAY:
            continue  # its authorities are asked again the next time; those of others may answer
        with trying.item(str(document)):
            try:
                level: SignatureLevel = "B-T" if document.asked == "B-T" else "B-LTA"
                content = extend(store.read(document.blob_key), level, authorities)
            except AuthorityUnreachable as error:
                away[contract_id] = f"{document}: {error}"
                continue
            if register.extend_document(db, store, document, content, level, stamped_until(content)):
                log.info("%s: su firma llega a %s", document, level)
    register.archive_events(db, store)
    if trying.failures:
        reasons = [*map(str, trying.failures), *away.values()]
        raise SignaturesLack("\n".join(["Estas firmas necesitan a alguien:", *reasons]))
    if away:
        raise SourceUnreachable(
            "\n".join(away.values()) + f"\n  → revise la conexión «{TIME_STAMPS}» y la salida a las direcciones de los "
            "certificados; después limpie esta tarea"
        )
