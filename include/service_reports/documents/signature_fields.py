"""The fields of a signed document, for those who print, sign and check it."""

VENDOR_FIELD = "FirmaContratista"
SUPERVISOR_FIELD = "FirmaSupervisor"
"""Names of the two signature fields that every signed document has, empty."""
