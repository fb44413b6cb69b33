-- Grain: how many parts are due. Parameters: none.
-- Grows with: what is due.
-- Re-run: reads only.
select count(*) from register.verified_part where due_at <= now()
