"""What people are asked and sent about a report: its approval, its message, and the hand-over to a mail server."""

from service_reports.delivery.approval_request import ApprovalRequest, Draft, compose_approval_request
from service_reports.delivery.bounce import Bounce, NotABounce, RecipientStatus, read_bounce
from service_reports.delivery.message import (
    Attachment,
    Links,
    compose_report_message,
    links_until,
    message_bytes,
    too_large,
)
from service_reports.delivery.outbox import (
    ANSWER_SECONDS,
    hand_over,
    offer,
    recipients,
    sender,
)
from service_reports.delivery.refusals import DeliveryUnknown, NotSent, RefusedForGood

__all__ = [
    "ANSWER_SECONDS",
    "ApprovalRequest",
    "Attachment",
    "Bounce",
    "DeliveryUnknown",
    "Draft",
    "Links",
    "NotABounce",
    "NotSent",
    "RecipientStatus",
    "RefusedForGood",
    "compose_approval_request",
    "compose_report_message",
    "hand_over",
    "links_until",
    "message_bytes",
    "offer",
    "read_bounce",
    "recipients",
    "sender",
    "too_large",
]
