-- Grain: all lines of an object of the provider, whichever of its batches brought them and whatever became of that
--   batch since: a batch that is read or checked again may be in quarantine with its lines still counted.
-- Parameters: batch_id (any batch of the object). Re-run: finds nothing the second time.
delete from raw.oci_cost_use h
 using raw.batch this, raw.batch b
 where this.batch_id = %(batch_id)s
   and b.source = this.source and b.scope = this.scope and b.name = this.name
   and h.batch_id = b.batch_id
