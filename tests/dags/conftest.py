"""Airflow for tests that read DAGs: a home of its own, no examples, nothing started."""

import os
import tempfile

# Before anything imports airflow: it reads these once.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
