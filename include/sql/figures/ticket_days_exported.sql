-- Grain: one day of a contract whose tickets were exported after it had ended.
-- Parameters: contract_id, period_from, period_to (Bogotá days, both included).
-- Grows with: the days, and the exports about them, of which it reads an entry of an index each; not with their product.
-- Re-run: reads only.
select d::date as day
  from unnest((select range_agg(daterange(greatest(window_from, %(period_from)s::date),
                                          least(window_to, %(period_to)s::date, told_on - 1), '[]'))
                 from (select window_from, window_to,
                              (coalesce(observed_at, fetched_at) at time zone 'America/Bogota')::date as told_on
                         from raw.batch
                        where source = 'tickets' and scope = %(contract_id)s and state = 'loaded'
                          and window_from <= %(period_to)s and window_to >= %(period_from)s) export
                where told_on > greatest(window_from, %(period_from)s::date))) stretch
 cross join lateral generate_series(lower(stretch), upper(stretch) - 1, interval '1 day') d
