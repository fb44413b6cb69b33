-- Grain: one event that is not known to lie in the archive, in order.
-- Parameters: none.
-- Grows with: the chain, of which the positions alone are compared, by their two indexes.
-- Re-run: reads only.
select position, body, sha256
  from register.event
  join (select e.position
          from register.event e
         where not exists (select from register.archived_event a where a.position = e.position)
        offset 0) lacking using (position)
 order by position
