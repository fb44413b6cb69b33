-- Grain: one object of a source that is loaded, with the values of all wanted tags and no line that another object lost
--   since, or that a person left refused.
-- Parameters: source, scope, tag_keys (array).
-- Re-run: reads only.
select name, etag
  from raw.batch b
 where source = %(source)s and scope = %(scope)s and state = 'loaded' and tag_keys @> %(tag_keys)s::text[]
   and not exists (select from raw.oci_cost_line_repeated r where r.batch_id = b.batch_id and r.lost)
union all
select name, etag
  from raw.settled_refusal
 where source = %(source)s and scope = %(scope)s
