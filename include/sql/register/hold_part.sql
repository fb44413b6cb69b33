-- Grain: one part that is due, unless another worker has it; it is this transaction's until that ends.
-- Parameters: kind, about.
-- Grows with: nothing.
-- Re-run: the same part, while it is due.
select from register.verified_part
 where kind = %(kind)s and about = %(about)s and due_at <= now()
   for update skip locked
