-- Grain: the part that is due for longest and that no other worker has. It is then the last of what is due: whoever dies over
--   it, as over a file that is too large, keeps nobody from the others.
-- Parameters: none.
-- Grows with: the workers.
-- Re-run: another part.
update register.verified_part
   set due_at = now()
 where (kind, about) = (select kind, about
                          from register.verified_part
                         where due_at <= now()
                         order by due_at
                         limit 1
                           for update skip locked)
returning kind, about
