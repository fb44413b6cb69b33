-- Grain: the last event that this register took from the archive; 0 where it was never rebuilt. Parameters: none.
-- Re-run: reads only.
select coalesce(max(position), 0) from register.restored
