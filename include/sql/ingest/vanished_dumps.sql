-- Grain: one dump of the days of a listing that an earlier one had and this one lacks, though its retention was not over
--   or it was told as gone when it was not. One that is compressed after it was made is the same; its latest name is given.
-- Parameters: scope (contract), window_from, window_to (days of names, both included), told_at (the moment that the listing
--   tells of), file_names (array: those that it has), expired (dumps of this day and before may be gone), kind (of the
--   finding).
-- Re-run: reads only. Grows with the dumps of the window.
with listed as (
    select core.dump_as_made(unnest(%(file_names)s::text[])) as made_as
), gone as (
    select distinct on (d.dump_day, core.dump_as_made(d.file_name))
           d.file_name, d.dump_day, coalesce(b.observed_at, b.fetched_at) as last_seen_at
      from core.database_dump d
      join raw.batch b using (batch_id)
     where d.contract_id = %(scope)s and d.dump_day between %(window_from)s and %(window_to)s
       and core.dump_as_made(d.file_name) not in (select made_as from listed)
       and coalesce(b.observed_at, b.fetched_at) < %(told_at)s
       and (d.dump_day > %(expired)s
            or exists (select from core.observation o
                        where o.kind = %(kind)s and o.scope = d.contract_id and o.subject = d.file_name
                          and o.day = d.dump_day and o.resolved_at is null))
     order by d.dump_day, core.dump_as_made(d.file_name), last_seen_at desc, length(d.file_name) desc
)
select file_name, dump_day, last_seen_at from gone order by dump_day, file_name
