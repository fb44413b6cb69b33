-- Grain: one ticket that was ever seen in a window of an export, in its latest state, and whether it is gone: no
--   ticket any more as the newest exports have them.
-- Parameters: scope (contract), window_from, window_to (Bogotá days, both included; undated tickets belong to every window).
-- Grows with: the tickets that were ever seen in the window, or without a day.
-- Re-run: reads only.
with seen as (
    select ticket_id
      from core.ticket_state
     where contract_id = %(scope)s
       and (registered_on is null or registered_on between %(window_from)s and %(window_to)s)
     group by ticket_id
)
select latest.ticket_id, latest.registered_on, latest.status, latest.last_seen_at, held.ticket_id is null as gone
  from seen
 cross join lateral (select s.ticket_id, s.registered_on, s.status, s.last_seen_at
                       from core.ticket_state s
                      where s.contract_id = %(scope)s and s.ticket_id = seen.ticket_id
                      order by s.first_seen_at desc
                      limit 1) latest
  left join core.ticket held on held.contract_id = %(scope)s and held.ticket_id = latest.ticket_id
 where latest.registered_on is null or latest.registered_on between %(window_from)s and %(window_to)s
 order by latest.registered_on nulls last, latest.ticket_id
