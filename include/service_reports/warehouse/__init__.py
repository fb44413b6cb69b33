"""The warehouse: a PostgreSQL with the ledger of batches, the facts and the verdicts.

Functions take an open psycopg connection and run the statements of ``include/sql``.
"""

from service_reports.sources.source import Batch
from service_reports.warehouse.arrivals import arrivals_since
from service_reports.warehouse.batches import (
    concluded_reports,
    days_lacking_hours,
    first_day_of_run,
    is_held,
    loaded_objects,
    objects_of_run,
    oldest_missed_day,
    oldest_unfinished_backup,
    read_batches,
    read_before,
    record_batch,
    record_listing,
    record_unreadable,
    refused_of_run,
    set_refused_rows,
    set_state,
)
from service_reports.warehouse.emptied import refuse_emptied
from service_reports.warehouse.loads import load_batch
from service_reports.warehouse.metric_stamps import metric_stamps, record_metric_stamps
from service_reports.warehouse.observations import (
    add_observation,
    keep_observations,
    measured_days,
    new_alerts,
    read_observations,
)
from service_reports.warehouse.reads import (
    Readings,
    hour_bank_requests,
    read_days,
    read_period,
    read_readings,
    sources_read,
    ticket_days_read,
)
from service_reports.warehouse.refusals import OpenRefusal, open_refusals, settle_refusal, settled_batches
from service_reports.warehouse.schema import NewerSchema, ensure_schema
from service_reports.warehouse.ticket_history import oldest_open_ticket
from service_reports.warehouse.turns import in_turn
from service_reports.warehouse.verdicts import keep_verdicts, read_not_passed, read_verdicts

__all__ = [
    "Batch",
    "NewerSchema",
    "OpenRefusal",
    "Readings",
    "add_observation",
    "arrivals_since",
    "concluded_reports",
    "days_lacking_hours",
    "ensure_schema",
    "first_day_of_run",
    "hour_bank_requests",
    "in_turn",
    "is_held",
    "keep_observations",
    "keep_verdicts",
    "load_batch",
    "loaded_objects",
    "measured_days",
    "metric_stamps",
    "new_alerts",
    "objects_of_run",
    "oldest_missed_day",
    "oldest_open_ticket",
    "oldest_unfinished_backup",
    "open_refusals",
    "read_batches",
    "read_before",
    "read_days",
    "read_not_passed",
    "read_observations",
    "read_period",
    "read_readings",
    "read_verdicts",
    "record_batch",
    "record_listing",
    "record_metric_stamps",
    "record_unreadable",
    "refuse_emptied",
    "refused_of_run",
    "set_refused_rows",
    "set_state",
    "settle_refusal",
    "settled_batches",
    "sources_read",
    "ticket_days_read",
]
