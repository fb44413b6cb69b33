"""Signs a PDF with the vendor's certificate, and leaves the supervisor a field to countersign."""

from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD
from service_reports.signing.key import SigningKey, SigningKeyError, load_signing_key
from service_reports.signing.pades import SigningError, sign_report
from service_reports.signing.time_stamps import TimeStampError, check_time_stamp, time_stamp, trusted_certificates

__all__ = [
    "SUPERVISOR_FIELD",
    "VENDOR_FIELD",
    "SigningError",
    "SigningKey",
    "SigningKeyError",
    "TimeStampError",
    "check_time_stamp",
    "load_signing_key",
    "sign_report",
    "time_stamp",
    "trusted_certificates",
]
