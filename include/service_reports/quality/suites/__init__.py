"""One suite a source. Every suite warns of an empty batch and blocks on none.

An empty answer loads harmlessly, and some are right (a metric older than 90 days, an hour
bank not used yet): whether a period is covered is decided when it closes, with every batch in view.
"""

from collections.abc import Mapping

from service_reports.quality.suite import Suite
from service_reports.quality.suites import (
    contract_records,
    database_dumps,
    hour_bank,
    oci_backups,
    oci_compartments,
    oci_cost_reports,
    oci_metrics,
    oci_usage,
    tickets,
)

SUITES: Mapping[str, Suite] = {
    module.SUITE.source: module.SUITE
    for module in (
        oci_cost_reports,
        oci_compartments,
        oci_usage,
        oci_metrics,
        oci_backups,
        database_dumps,
        tickets,
        hour_bank,
        contract_records,
    )
}

__all__ = ["SUITES"]
