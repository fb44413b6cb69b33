"""When runs of the collections begin, and what runs are named. Imports nothing: DAG files load it."""

from __future__ import annotations

COLLECTIONS = {
    "oci_cost_reports": "0 5,11,17,23 * * *",
    "service_desk": "15 5 * * *",
    "oci_metrics": "30 5 * * *",
    "backups": "45 5 * * *",
}
"""When what reports are made of is collected: cron, in Bogotá. A close waits for the next of each."""

CORRECTION = "correccion__"
"""How the names of runs begin that publish a correction; the rest is the run that decided on it."""
