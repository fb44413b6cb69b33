-- Grain: all that is known of the numbered lines of an object, whichever of its batches brought them.
-- Parameters: batch_id (any batch of the object). Re-run: finds nothing the second time.
with batches as (
    select b.batch_id
      from raw.batch this
      join raw.batch b on b.source = this.source and b.scope = this.scope and b.name = this.name
     where this.batch_id = %(batch_id)s
), repeated as (
    delete from raw.oci_cost_line_repeated r using batches where r.batch_id = batches.batch_id
)
delete from raw.oci_cost_line l using batches where l.batch_id = batches.batch_id
