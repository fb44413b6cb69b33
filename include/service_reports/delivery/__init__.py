"""The message that carries a report, and its hand-over to a mail server."""

from service_reports.delivery.message import Attachment, compose_report_message, message_bytes
from service_reports.delivery.outbox import DeliveryUnknown, NotSent, hand_over, recipients

__all__ = [
    "Attachment",
    "DeliveryUnknown",
    "NotSent",
    "compose_report_message",
    "hand_over",
    "message_bytes",
    "recipients",
]
