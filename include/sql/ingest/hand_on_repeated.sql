-- Grain: one object with lines that were counted from an earlier batch of this one: from this batch on, or lost with it.
-- Parameters: batch_id (the newer one), source, scope, name, lost. Re-run: finds nothing the second time. Grows with them.
with before as (
    delete from raw.oci_cost_line_repeated r
     using raw.batch b
     where b.source = %(source)s and b.scope = %(scope)s and b.name = %(name)s and b.batch_id <> %(batch_id)s
       and r.held_by = b.batch_id
    returning r.batch_id, r.lost
)
insert into raw.oci_cost_line_repeated (batch_id, held_by, lost)
select batch_id, %(batch_id)s, bool_or(lost) or %(lost)s from before group by batch_id
on conflict (batch_id, held_by) do update set lost = raw.oci_cost_line_repeated.lost or excluded.lost
returning batch_id
