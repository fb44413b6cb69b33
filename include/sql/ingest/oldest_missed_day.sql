-- Grain: the oldest day of which, for one of some names, no loaded answer tells as it settled; null when there is none.
-- Parameters: source, scope, names (array; an empty one: whatever its name), first, last (UTC days, both included),
--   settles_after (days after a day until it is settled: an answer of an earlier moment does not count). Nor does one without
--   a row, where a later answer has some: who may not see a thing is told of none, as if there were none. What is asked for
--   then comes in one answer with days that have rows, which counts.
-- Re-run: reads only. Grows with the answers about the days from first to last, never with the age of the ledger.
with settled as (
    select distinct case when '' = any(%(names)s::text[]) then '' else b.name end as name, d::date as day
      from raw.batch b
     cross join lateral generate_series(greatest(b.window_from, %(first)s::date), least(b.window_to, %(last)s::date),
                                        interval '1 day') d
     where b.source = %(source)s and b.scope = %(scope)s and b.state in ('loaded', 'superseded')
       and b.window_from <= %(last)s and b.window_to >= %(first)s
       and ('' = any(%(names)s::text[]) or b.name = any(%(names)s::text[]))
       and (b.row_count is distinct from 0
            or not exists (select from raw.batch later
                            where later.source = %(source)s and later.scope = %(scope)s
                              and ('' = any(%(names)s::text[]) or later.name = b.name)
                              and later.state in ('loaded', 'superseded') and later.row_count > 0
                              and coalesce(later.observed_at, later.fetched_at) > coalesce(b.observed_at, b.fetched_at)))
       and coalesce(b.observed_at, b.fetched_at)
           >= (d::date + %(settles_after)s::integer)::timestamp at time zone 'UTC'
)
select min(d)::date
  from unnest(%(names)s::text[]) wanted (name)
 cross join generate_series(%(first)s::date, %(last)s::date, interval '1 day') d
  left join settled on settled.name = wanted.name and settled.day = d::date
 where settled.day is null
