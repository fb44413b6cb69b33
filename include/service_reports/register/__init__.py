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
    NotApproved,
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
from service_reports.register.outdating import Outdated, keep_outdated, read_outdated, set_changes
from service_reports.register.verification import (
    issued_name,
    verify_chain,
    verify_files,
    verify_retention,
    verify_rows,
)
from service_reports.register.versions import (
    approve,
    ask,
    change_state,
    claim_version,
    drafts_sha256,
    figures_listing,
    is_run_of,
    issue_of_run,
    latest_registered,
    note_unchanged,
    read_documents,
    read_figures,
    read_issue,
    register_issue,
    reject,
    rejection,
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
    "NotApproved",
    "NotClaimed",
    "Origin",
    "Outdated",
    "State",
    "approve",
    "archive_events",
    "archive_head",
    "ask",
    "change_state",
    "claim_delivery",
    "claim_version",
    "code_version",
    "drafts_sha256",
    "figures_listing",
    "is_run_of",
    "issue_of_run",
    "issued_name",
    "keep_bounce",
    "keep_outdated",
    "latest_registered",
    "note_unchanged",
    "put_in_outbox",
    "queue_archived",
    "read_delivery",
    "read_documents",
    "read_figures",
    "read_issue",
    "read_outdated",
    "register_issue",
    "reject",
    "rejection",
    "replace_message",
    "sending_alone",
    "set_archived",
    "set_changes",
    "set_figures",
    "settle_delivery",
    "verify_chain",
    "verify_files",
    "verify_retention",
    "verify_rows",
    "writing",
]
