-- Grain: one event that is not known to lie in the archive, in order. Parameters: none. Re-run: reads only.
select e.position, e.body, e.sha256
  from register.event e left join register.archived_event a using (position)
 where a.position is null
 order by e.position
