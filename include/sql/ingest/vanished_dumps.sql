-- Grain: one dump of the days of a listing that an earlier one had and this one lacks, though its retention was not over
--   or it was told as gone when it was not.
-- Parameters: scope (contract), window_from, window_to (days of names, both included), told_at (the moment that the listing
--   tells of), file_names (array: those that it has), expired (dumps of this day and before may be gone), kind (of the
--   finding).
-- Re-run: reads only. Grows with the dumps of the window.
select d.file_name, d.dump_day, coalesce(b.observed_at, b.fetched_at) as last_seen_at
  from core.database_dump d
  join raw.batch b using (batch_id)
 where d.contract_id = %(scope)s and d.dump_day between %(window_from)s and %(window_to)s
   and d.file_name <> all(%(file_names)s::text[])
   and coalesce(b.observed_at, b.fetched_at) < %(told_at)s
   and (d.dump_day > %(expired)s
        or exists (select from core.observation o
                    where o.kind = %(kind)s and o.scope = d.contract_id and o.subject = d.file_name
                      and o.day = d.dump_day and o.resolved_at is null))
 order by d.dump_day, d.file_name
