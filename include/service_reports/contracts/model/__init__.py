"""What a customer contract says, as frozen models that refuse unknown fields.

One YAML file under ``include/contracts`` is one contract. Dates are calendar dates of
Bogotá (``America/Bogota``, UTC−5 all year); everything OCI measures is counted by UTC day.
Names of fields are English; titles are the Spanish words an operator sees in an error
and in the generated JSON Schema.
"""

from service_reports.contracts.model.brand import Brand, Picture, PrintedColor, contrast_with_white
from service_reports.contracts.model.commitments import (
    FactKind,
    GlossaryTerm,
    LevelKind,
    Obligation,
    Recommendation,
    ServiceHours,
    ServiceLevel,
)
from service_reports.contracts.model.contract import Contract
from service_reports.contracts.model.documents import DOCUMENT_KINDS, DocumentCodes
from service_reports.contracts.model.fields import BOGOTA, SECTION_KINDS, SLUG
from service_reports.contracts.model.messages import Alerts, AlertsForAll
from service_reports.contracts.model.parties import Contractor, Entity, nit_check_digit
from service_reports.contracts.model.periods import NoSuchReport, ReportPeriod
from service_reports.contracts.model.platform import Product
from service_reports.contracts.model.signing import SIGNATURE_LEVELS, SignatureLevel, Signing
from service_reports.contracts.model.sources import (
    ContractRecords,
    DatabaseDumps,
    DatabaseSystem,
    DumpFiles,
    ExportedTable,
    HelpDesk,
    HelpDeskExport,
    HttpAddresses,
    MeasuredResource,
    Metric,
    MetricDimension,
    ResourceTag,
    SshDumps,
)
from service_reports.contracts.model.terms import Guarantee, HourAddition, Modification, Warranty

__all__ = [
    "BOGOTA",
    "DOCUMENT_KINDS",
    "SECTION_KINDS",
    "SIGNATURE_LEVELS",
    "SLUG",
    "Alerts",
    "AlertsForAll",
    "Brand",
    "Contract",
    "ContractRecords",
    "Contractor",
    "DatabaseDumps",
    "DatabaseSystem",
    "DocumentCodes",
    "DumpFiles",
    "Entity",
    "ExportedTable",
    "FactKind",
    "GlossaryTerm",
    "Guarantee",
    "HelpDesk",
    "HelpDeskExport",
    "HourAddition",
    "HttpAddresses",
    "LevelKind",
    "MeasuredResource",
    "Metric",
    "MetricDimension",
    "Modification",
    "NoSuchReport",
    "Obligation",
    "Picture",
    "PrintedColor",
    "Product",
    "Recommendation",
    "ReportPeriod",
    "ResourceTag",
    "ServiceHours",
    "ServiceLevel",
    "SignatureLevel",
    "Signing",
    "SshDumps",
    "Warranty",
    "contrast_with_white",
    "nit_check_digit",
]
