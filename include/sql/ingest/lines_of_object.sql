-- Grain: the numbered lines of one hour (UTC) that are counted from earlier batches of an object, if another object has
--   lines that are counted from it.
-- Parameters: batch_id (the newer one), source, scope, name. Re-run: finds nothing the second time. Grows with the object.
select l.hour, l.identities
  from raw.batch b
  join raw.oci_cost_line l using (batch_id)
 where b.source = %(source)s and b.scope = %(scope)s and b.name = %(name)s and b.batch_id <> %(batch_id)s
   and exists (select from raw.oci_cost_line_repeated r where r.held_by = b.batch_id)
