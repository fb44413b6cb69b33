#!/usr/bin/env bash
# Whether a component of Airflow is healthy, as the API server tells from its heartbeat: check_health.sh <component>
#
# component    scheduler, dag_processor, triggerer or metadatabase
# API_SERVER   where the API server is, `http://api-server:8080` when unset
set -euo pipefail
curl --fail --silent --max-time 8 "${API_SERVER:-http://api-server:8080}/api/v2/monitor/health" |
  grep --quiet "\"$1\":{\"status\":\"healthy\""
