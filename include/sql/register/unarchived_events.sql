-- Grain: one event after the last that is known to lie in the archive, in order: events are put there, and noted, in order.
-- Parameters: none. Re-run: reads only.
select position, body, sha256
  from register.event
 where position > coalesce((select max(position) from register.archived_event), 0)
 order by position
