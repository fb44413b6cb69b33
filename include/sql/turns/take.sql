-- Grain: one kind of writing about one thing; waits until no other transaction holds its turn.
-- Parameters: turn. Re-run: changes nothing; a transaction may take its turn again.
select pg_advisory_xact_lock(hashtextextended(%(turn)s, 0))
