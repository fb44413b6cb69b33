"""When runs of the collections begin, and what runs are named. Imports nothing of ours: DAG files load it."""

from __future__ import annotations

from typing import NamedTuple


class Collecting(NamedTuple):
    """The DAG of a collection, what it is called in Airflow, and when it runs: cron, in Bogotá."""

    dag_id: str
    title: str
    schedule: str
    late: bool = True
    """Whether what it brings may concern days that were reported already."""


COLLECTIONS = {
    "usage": Collecting("ingest_oci_cost_reports", "Recolectar consumo de OCI", "0 5,11,17,23 * * *"),
    "service_desk": Collecting("ingest_service_desk", "Recolectar mesa de servicio", "15 5 * * *"),
    "metrics": Collecting("ingest_oci_metrics", "Recolectar métricas de OCI", "30 5 * * *"),
    "backups": Collecting("ingest_backups", "Recolectar copias de seguridad", "45 5 * * *"),
    "published": Collecting("ingest_http_addresses", "Preguntar a los servicios publicados", "*/5 * * * *", late=False),
}
"""What reports are made of, by the collection that feeds are part of. A close waits for the next of each."""

CORRECTION = "correccion__"
"""How the names of runs begin that publish a correction; the rest is the run that decided on it."""
