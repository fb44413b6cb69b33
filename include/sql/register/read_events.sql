-- Grain: one event, in the order of the chain. Parameters: none. Re-run: reads only.
select position, body, sha256 from register.event order by position
