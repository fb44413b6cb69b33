-- Grain: the whole register, locked for writing until the transaction ends; the number is any fixed one.
-- Parameters: none. Re-run: taking it again in the same transaction is nothing.
select pg_advisory_xact_lock(x'52454749'::bigint)
