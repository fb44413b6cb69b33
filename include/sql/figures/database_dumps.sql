-- Grain: one dump file, by the day in its name.
-- Parameters: contract_id, period_from, period_to (both included).
-- Re-run: reads only.
select file_name, dump_day, size_bytes, modified_at
  from core.database_dump
 where contract_id = %(contract_id)s and dump_day between %(period_from)s and %(period_to)s
 order by dump_day, file_name
