"""Airflow connections as the installation has them that uses the Airflow at the moment.

They lie in a file that :class:`tests.integration.installation.SharedAirflow` writes. A secrets backend is asked
anew for every connection that a task needs, whereas the environment is that of the components' start.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from airflow.secrets.base_secrets import BaseSecretsBackend


class ConnectionsOfTheInstallation(BaseSecretsBackend):
    """Connections by their environment variable's name, as JSON."""

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """The connection as Airflow would read it from the environment; ``None`` where there is none."""
        written = Path(os.environ["INSTALLATION_CONNECTIONS"]).read_text(encoding="utf-8")
        connections: dict[str, str] = json.loads(written)
        return connections.get(f"AIRFLOW_CONN_{conn_id.upper()}")
