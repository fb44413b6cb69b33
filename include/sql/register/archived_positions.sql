-- Grain: one event of a part of the chain that was put into the archive. Parameters: first, last (positions, both included).
-- Grows with: the part.
-- Re-run: reads only.
select position from register.archived_event where position between %(first)s and %(last)s
