-- Grain: the part that is due for longest and that no other worker has; it is this transaction's until that ends.
-- Parameters: none.
-- Grows with: the workers.
-- Re-run: another part.
select kind, about
  from register.verified_part
 where due_at <= now()
 order by due_at
 limit 1
   for update skip locked
