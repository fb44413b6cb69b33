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
from service_reports.contracts.model import BOGOTA, Contract, MeasuredResource, Metric, ReportPeriod

__all__ = [
    "BOGOTA",
    "Contract",
    "ContractError",
    "ContractFile",
    "DueReport",
    "MeasuredResource",
    "Metric",
    "ReportPeriod",
    "contracts_folder",
    "load_contract",
    "read_contract_files",
    "report_due",
    "valid_contracts",
]
