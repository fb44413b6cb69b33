"""The message of a version, as the outbox takes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import Contract
from service_reports.figures.model import PeriodFigures
from service_reports.register import IssuedDocument, IssueKey
from service_reports_airflow.steps.version import kept_figures

if TYPE_CHECKING:
    import psycopg


def compose_message(
    store: Archive,
    held: Contract,
    key: IssueKey,
    correction_reason: str | None,
    documents: Sequence[IssuedDocument],
    figures: PeriodFigures,
    at: datetime,
    message_id: str | None = None,
) -> dict[str, str]:
    """Compose the message of a version, with links where it would be larger than the contract allows, and keep it.

    Links serve for ``link_days`` of the contract from ``at`` (aware) on, at the names under
    which the documents lie in the archive, or will before the message leaves.

    Returns:
        ``message_id``, ``recipient`` and ``message_key``, as the outbox takes them.
    """
    from service_reports.delivery import Attachment, Links, compose_report_message, message_bytes, too_large
    from service_reports.documents import highlights
    from service_reports.figures.deliveries import deliveries

    attachments = [
        Attachment(document.file_name, document.media_type, store.read(document.blob_key), document.title)
        for document in documents
    ]

    def composed(links: Links | None = None) -> EmailMessage:
        return compose_report_message(
            held,
            held.report(key.report_number),
            key.version,
            correction_reason,
            attachments=attachments,
            highlights=highlights(held, figures),
            deliveries=None if figures.hour_bank is None else len(deliveries(figures)),
            sent_at=at,
            links=links,
            message_id=message_id,
        )

    message = composed()
    content = message_bytes(message)
    if too_large(held, content):
        lasting = timedelta(days=held.mail.link_days)
        addresses = (store.link(each.archive_key, each.file_name, lasting) for each in documents)
        content = message_bytes(composed(Links(tuple(addresses), at + lasting)))
    return {
        "message_id": str(message["Message-ID"]),
        "recipient": held.supervisor.email,
        "message_key": store.keep(content),
    }


def compose_again(
    db: psycopg.Connection[Any], store: Archive, held: Contract, key: IssueKey, at: datetime
) -> dict[str, str]:
    """Compose the message of a registered version anew, as of a moment (aware); as ``compose_message``."""
    entry, delivery = register.read_issue(db, key), register.read_delivery(db, key)
    assert delivery is not None
    figures = kept_figures(store, entry.figures_key)
    documents = register.read_documents(db, key)
    return compose_message(
        store, held, key, entry.correction_reason, documents, figures, at, message_id=delivery.message_id
    )
