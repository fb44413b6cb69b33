-- Grain: one batch's bytes; holds off any other load of the same bytes until the transaction ends.
-- Parameters: batch_id. Re-run: changes nothing.
select pg_advisory_xact_lock(hashtextextended(source || '/' || scope || '/' || sha256, 0))
  from raw.batch
 where batch_id = %(batch_id)s
