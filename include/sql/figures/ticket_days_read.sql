-- Grain: one day of a window that an export of tickets was asked for, with the moment that the newest of them tells of.
-- Parameters: contract_id, period_from, period_to (Bogotá days, both included).
-- Re-run: reads only.
select d::date as day, max(coalesce(b.observed_at, b.fetched_at)) as read_at
  from raw.batch b
 cross join lateral generate_series(greatest(b.window_from, %(period_from)s::date),
                                    least(b.window_to, %(period_to)s::date), interval '1 day') d
 where b.source = 'tickets' and b.scope = %(contract_id)s and b.state = 'loaded'
   and b.window_from <= %(period_to)s and b.window_to >= %(period_from)s
 group by 1
