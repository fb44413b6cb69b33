-- Grain: one dump, by the day in its file's name: one that was compressed after it was made is the same, under the name and
--   with the size that it has now, and with the time at which it was made.
-- Parameters: contract_id, period_from, period_to (both included).
-- Re-run: reads only.
with named as (
    select file_name, dump_day, size_bytes, modified_at,
           core.dump_as_made(file_name) as made_as
      from core.database_dump
     where contract_id = %(contract_id)s and dump_day between %(period_from)s and %(period_to)s
), latest as (
    select distinct on (dump_day, made_as) file_name, dump_day, size_bytes,
           min(modified_at) over (partition by dump_day, made_as) as modified_at
      from named
     order by dump_day, made_as, named.modified_at desc, length(file_name) desc
)
select file_name, dump_day, size_bytes, modified_at from latest order by dump_day, file_name
