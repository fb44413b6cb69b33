"""What was issued: versions, the hashes of their documents, their figures and their delivery.

Functions take an open psycopg connection. A version goes through *claimed* (a run makes
it), *registered* (its documents are fixed for ever), *archived* and, in the outbox,
*pending → sending → sent*.
"""

from service_reports.register.entries import Delivery, Issue, IssuedDocument, IssueKey, NotClaimed
from service_reports.register.outbox import claim_delivery, put_in_outbox, read_delivery, settle_delivery
from service_reports.register.versions import (
    claim_version,
    is_run_of,
    latest_registered,
    read_documents,
    read_figures,
    read_issue,
    register_issue,
    set_archived,
    set_figures,
)

__all__ = [
    "Delivery",
    "Issue",
    "IssueKey",
    "IssuedDocument",
    "NotClaimed",
    "claim_delivery",
    "claim_version",
    "is_run_of",
    "latest_registered",
    "put_in_outbox",
    "read_delivery",
    "read_documents",
    "read_figures",
    "read_issue",
    "register_issue",
    "set_archived",
    "set_figures",
    "settle_delivery",
]
