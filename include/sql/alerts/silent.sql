-- Grain: one source of one scope whose newest answer, or look through its place, lies between two moments.
-- Parameters: sources (array), since, before (aware).
-- Grows with: the sources of the contracts, never with their answers: each newest one is found by its index.
-- Re-run: reads only.
with recursive pairs as (
    (select source, scope from raw.batch where loaded_at is not null order by source, scope limit 1)
     union all
    select n.source, n.scope
      from pairs p
     cross join lateral (select source, scope
                           from raw.batch
                          where loaded_at is not null and (source, scope) > (p.source, p.scope)
                          order by source, scope
                          limit 1) n
), newest as (
    select p.source, p.scope, greatest(b.at, l.at) as at
      from pairs p
     cross join lateral (select coalesce(observed_at, fetched_at) as at
                           from raw.batch
                          where source = p.source and scope = p.scope and loaded_at is not null
                          order by coalesce(observed_at, fetched_at) desc, batch_id desc
                          limit 1) b
      left join lateral (select listed_at as at
                           from raw.listing
                          where source = p.source and scope = p.scope
                          order by window_to desc, listed_at desc
                          limit 1) l on true
     where p.source = any(%(sources)s)
)
select source, scope, at
  from newest
 where at >= %(since)s and at < %(before)s
 order by source, scope
