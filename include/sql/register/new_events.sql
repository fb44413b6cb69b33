-- Grain: one event after the last that is noted to lie in the archive, in order: events are put there, and noted, in order.
-- Parameters: none.
-- Grows with: what was not archived yet.
-- Re-run: reads only.
select position, body, sha256
  from register.event
 where position > coalesce((select max(position) from register.archived_event), 0)
 order by position
