-- Grain: all lines set aside of an object of the provider, whichever of its batches brought them.
-- Parameters: batch_id (any batch of the object). Re-run: finds nothing the second time.
delete from raw.oci_cost_line_aside a
 using raw.batch this, raw.batch b
 where this.batch_id = %(batch_id)s
   and b.source = this.source and b.scope = this.scope and b.name = this.name
   and a.batch_id = b.batch_id
