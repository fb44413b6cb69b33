-- Grain: the last event whose parts are known; 0 where none is. Parameters: none.
-- Grows with: nothing.
-- Re-run: reads only.
select coalesce(max(through), 0) from register.verified_part where kind = 'root'
