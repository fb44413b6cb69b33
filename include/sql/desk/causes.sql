-- Grain: one cause that stood at the last round of alerts, and needs somebody; the newest first. Parameters: limit.
-- Grows with: what stands.
-- Re-run: reads only.
select kind, about, since, said, remedy, address, count(*) over () as total
  from core.cause
 where ended_at is null
 order by since desc, cause_id
 limit %(limit)s
