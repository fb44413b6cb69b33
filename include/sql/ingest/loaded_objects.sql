-- Grain: one object of a source that is loaded, with the values of all wanted tags, or that a person left refused.
-- Parameters: source, scope, tag_keys (array).
-- Re-run: reads only.
select name, etag
  from raw.batch
 where source = %(source)s and scope = %(scope)s and state = 'loaded' and tag_keys @> %(tag_keys)s::text[]
union all
select name, etag
  from raw.settled_refusal
 where source = %(source)s and scope = %(scope)s
