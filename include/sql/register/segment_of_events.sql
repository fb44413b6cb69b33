-- Grain: one event of a part of the chain, in order. Parameters: first, last (positions, both included).
-- Grows with: the part.
-- Re-run: reads only.
select position, body, sha256 from register.event where position between %(first)s and %(last)s order by position
