"""The message that carries a report, and its hand-over to a mail server."""

from service_reports.delivery.bounce import Bounce, NotABounce, RecipientStatus, read_bounce
from service_reports.delivery.message import Attachment, Links, compose_report_message, links_until, message_bytes
from service_reports.delivery.outbox import DeliveryUnknown, NotSent, hand_over, offer, recipients

__all__ = [
    "Attachment",
    "Bounce",
    "DeliveryUnknown",
    "Links",
    "NotABounce",
    "NotSent",
    "RecipientStatus",
    "compose_report_message",
    "hand_over",
    "links_until",
    "message_bytes",
    "offer",
    "read_bounce",
    "recipients",
]
