-- Grain: one of some objects of a source that is loaded, with the values of all wanted tags and no line that another object
--   lost since, or that a person left refused.
-- Parameters: source, scope, names (array), tag_keys (array).
-- Re-run: reads only. Grows with the names, never with what was loaded under others.
select b.name, b.etag
  from unnest(%(names)s::text[]) wanted (name)
  join raw.batch b on b.source = %(source)s and b.scope = %(scope)s and b.name = wanted.name
 where b.state = 'loaded' and b.tag_keys @> %(tag_keys)s::text[]
   and not exists (select from raw.oci_cost_line_repeated r where r.batch_id = b.batch_id and r.lost)
union all
select s.name, s.etag
  from unnest(%(names)s::text[]) wanted (name)
  join raw.settled_refusal s on s.source = %(source)s and s.scope = %(scope)s and s.name = wanted.name
