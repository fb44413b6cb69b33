-- Grain: how many parts of some kinds are due. Parameters: kinds.
-- Grows with: what is due.
-- Re-run: reads only.
select count(*) from register.verified_part where due_at <= now() and kind = any(%(kinds)s)
