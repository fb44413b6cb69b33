#!/usr/bin/env bash
# Backs up the warehouse and Airflow's database as pg_dump's custom format: `nightly` (a service), `once`, or `check`.
#
# PGHOST, PGPASSWORD    the server and its superuser's password
# BACKUP_FOLDER         where the dumps go, `/backups` when unset
# BACKUP_DATABASES      `warehouse airflow` when unset
# BACKUP_AT             hour and minute of `nightly`, local
# BACKUP_KEEP_DAYS      older dumps are removed, but only when the new ones are there
#
# A dump has its name only once it is whole: `pg_restore --list` has read its contents. docs/server.md restores one.
set -euo pipefail
umask 077
folder=${BACKUP_FOLDER:-/backups}
read -ra databases <<< "${BACKUP_DATABASES:-warehouse airflow}"

once() {
  local stamp database file
  stamp=$(date --utc +%Y-%m-%dT%H%M%SZ)
  for database in "${databases[@]}"; do
    file=$folder/$database-$stamp.dump
    pg_dump --username postgres --format custom --file "$file.part" "$database"
    pg_restore --list "$file.part" > /dev/null
    mv "$file.part" "$file"
    echo "$(date --iso-8601=seconds) $file: $(stat --format %s "$file") bytes"
  done
  find "$folder" -name '*.dump' -mmin "+$(( ${BACKUP_KEEP_DAYS:-14} * 1440 ))" -print -delete
  find "$folder" -name '*.part' -mmin +720 -delete
}

# Both databases have a dump of the last 26 hours.
check() {
  local database
  for database in "${databases[@]}"; do
    if [[ -z $(find "$folder" -name "$database-*.dump" -mmin -1560 -size +0 -print -quit) ]]; then
      echo "no dump of $database in the last 26 hours" >&2
      return 1
    fi
  done
}

# Seconds until the next BACKUP_AT.
pause() {
  local now next
  now=$(date +%s)
  next=$(date --date "today ${BACKUP_AT:-03:30}" +%s)
  (( next > now )) || next=$(( next + 86400 ))
  echo $(( next - now ))
}

case ${1:-} in
  once) once ;;
  check) check ;;
  nightly)
    trap 'exit 0' TERM INT
    check 2> /dev/null || bash "$0" once || echo "the first backup failed" >&2
    while true; do
      sleep "$(pause)" & wait $!
      until bash "$0" once; do
        echo "the backup failed; it is tried again in half an hour" >&2
        sleep 1800 & wait $!
      done
    done ;;
  *) echo "usage: back_up.sh nightly | once | check" >&2; exit 2 ;;
esac
