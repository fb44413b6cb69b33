"""Signs a PDF with the vendor's certificate, and leaves the supervisor a field to countersign."""

from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD
from service_reports.signing.key import SigningKey, SigningKeyAway, SigningKeyError
from service_reports.signing.levels import Authorities, Signed, extend, sign_at_level, stamped_until
from service_reports.signing.pades import SigningError, sign_report
from service_reports.signing.pkcs12_file import load_signing_key
from service_reports.signing.time_stamps import (
    AuthorityUnreachable,
    CheckedTimeStamper,
    TimeStampError,
    check_time_stamp,
    time_stamp,
    trusted_certificates,
)

__all__ = [
    "SUPERVISOR_FIELD",
    "VENDOR_FIELD",
    "Authorities",
    "AuthorityUnreachable",
    "CheckedTimeStamper",
    "Signed",
    "SigningError",
    "SigningKey",
    "SigningKeyAway",
    "SigningKeyError",
    "TimeStampError",
    "check_time_stamp",
    "extend",
    "load_signing_key",
    "sign_at_level",
    "sign_report",
    "stamped_until",
    "time_stamp",
    "trusted_certificates",
]
