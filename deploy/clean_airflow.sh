#!/usr/bin/env bash
# Removes what Airflow keeps of runs older than CLEAN_KEEP_DAYS, and their logs: `weekly` (a service) or `once`.
#
# CLEAN_KEEP_DAYS   90 when unset
# CLEAN_ON          when `weekly` does it, as GNU date reads it, local
#
# What was published and decided stays, with its logs: the register names these runs, and one may wait for months.
# The last run of the schedule of each DAG stays, too, so that nothing is run twice.
set -euo pipefail
kept=(publish_service_reports decide_correction)
days=${CLEAN_KEEP_DAYS:-90}
logs=${AIRFLOW__LOGGING__BASE_LOG_FOLDER:-${AIRFLOW_HOME:?}/logs}

once() {
  local dag except=()
  python "$(dirname "$0")/remove_old_runs.py" "$days" "${kept[@]}"
  for dag in "${kept[@]}"; do
    except+=(-not -path "*/dag_id=$dag/*")
  done
  find "$logs" -type f -name '*.log*' -mtime "+$days" "${except[@]}" -delete
  find "$logs" -mindepth 1 -type d -empty -mtime "+$days" -delete
}

# Seconds until the next CLEAN_ON: a weekday and an hour.
pause() {
  local now next
  now=$(date +%s)
  next=$(date --date "${CLEAN_ON:-Sunday 02:30}" +%s)
  (( next > now )) || next=$(( next + 7 * 86400 ))
  echo $(( next - now ))
}

case ${1:-} in
  once) once ;;
  weekly)
    trap 'exit 0' TERM INT
    while true; do
      sleep "$(pause)" & wait $!
      bash "$0" once || echo "what is old was not removed; it is tried again next week" >&2
    done ;;
  *) echo "usage: clean_airflow.sh weekly | once" >&2; exit 2 ;;
esac
