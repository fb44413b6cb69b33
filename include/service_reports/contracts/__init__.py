"""The customer contract: its model, its loader and its calendar of reports."""

from service_reports.contracts.loader import (
    ContractError,
    ContractFile,
    DueReport,
    contracts_folder,
    load_contract,
    read_contract_files,
    report_due,
    valid_contracts,
)
from service_reports.contracts.model import (
    BOGOTA,
    Contract,
    DatabaseDumps,
    DumpFiles,
    ExportedTable,
    HelpDesk,
    HelpDeskExport,
    MeasuredResource,
    Metric,
    ReportPeriod,
    SshDumps,
    Warranty,
)

__all__ = [
    "BOGOTA",
    "Contract",
    "ContractError",
    "ContractFile",
    "DatabaseDumps",
    "DueReport",
    "DumpFiles",
    "ExportedTable",
    "HelpDesk",
    "HelpDeskExport",
    "MeasuredResource",
    "Metric",
    "ReportPeriod",
    "SshDumps",
    "Warranty",
    "contracts_folder",
    "load_contract",
    "read_contract_files",
    "report_due",
    "valid_contracts",
]
