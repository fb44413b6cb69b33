-- Grain: one event of some. Parameters: positions.
-- Grows with: what is asked for.
-- Re-run: reads only.
select position, sha256 from register.event where position = any(%(positions)s)
