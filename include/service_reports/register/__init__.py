"""What was issued: versions, the hashes of their documents, their figures and their delivery.

Functions take an open psycopg connection. A version is claimed by a run as a ``draft``, and
moves on through the states that ``versions`` lists; from ``signed`` on its documents are
fixed for ever. Every change appends to the chain of events.
"""

from service_reports.register.archiving import Head, archive_events, archive_head
from service_reports.register.bounces import BounceAction, keep_bounce
from service_reports.register.chain import Event, Finding, writing
from service_reports.register.entries import (
    Delivery,
    DeliveryState,
    Issue,
    IssuedDocument,
    IssueKey,
    NotClaimed,
    Origin,
    State,
    code_version,
)
from service_reports.register.outbox import (
    claim_delivery,
    put_in_outbox,
    queue_archived,
    read_delivery,
    replace_message,
    sending_alone,
    settle_delivery,
)
from service_reports.register.verification import (
    issued_name,
    verify_chain,
    verify_files,
    verify_retention,
    verify_rows,
)
from service_reports.register.versions import (
    change_state,
    claim_version,
    figures_listing,
    is_run_of,
    latest_registered,
    note_unchanged,
    read_documents,
    read_figures,
    read_issue,
    register_issue,
    set_archived,
    set_figures,
)

__all__ = [
    "BounceAction",
    "Delivery",
    "DeliveryState",
    "Event",
    "Finding",
    "Head",
    "Issue",
    "IssueKey",
    "IssuedDocument",
    "NotClaimed",
    "Origin",
    "State",
    "archive_events",
    "archive_head",
    "change_state",
    "claim_delivery",
    "claim_version",
    "code_version",
    "figures_listing",
    "is_run_of",
    "issued_name",
    "keep_bounce",
    "latest_registered",
    "note_unchanged",
    "put_in_outbox",
    "queue_archived",
    "read_delivery",
    "read_documents",
    "read_figures",
    "read_issue",
    "register_issue",
    "replace_message",
    "sending_alone",
    "set_archived",
    "set_figures",
    "settle_delivery",
    "verify_chain",
    "verify_files",
    "verify_retention",
    "verify_rows",
    "writing",
]
