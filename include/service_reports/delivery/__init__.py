"""What people are asked and sent about a report: its approval, its message, and the hand-over to a mail server."""

from service_reports.delivery.approval_request import ApprovalRequest, Draft, compose_approval_request
from service_reports.delivery.message import Attachment, compose_report_message, message_bytes
from service_reports.delivery.outbox import DeliveryUnknown, NotSent, hand_over, recipients

__all__ = [
    "ApprovalRequest",
    "Attachment",
    "DeliveryUnknown",
    "Draft",
    "NotSent",
    "compose_approval_request",
    "compose_report_message",
    "hand_over",
    "message_bytes",
    "recipients",
]
