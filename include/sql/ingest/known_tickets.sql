-- Grain: one ticket that was ever seen in a window of an export, in its latest state, and whether it is gone: no
--   ticket any more as the newest exports have them.
-- Parameters: scope (contract), window_from, window_to (Bogotá days, both included; undated tickets belong to every window).
-- Re-run: reads only.
select latest.ticket_id, latest.registered_on, latest.status, latest.last_seen_at, held.ticket_id is null as gone
  from (select distinct on (ticket_id) ticket_id, registered_on, status, last_seen_at
          from core.ticket_state
         where contract_id = %(scope)s
         order by ticket_id, first_seen_at desc) latest
  left join core.ticket held on held.contract_id = %(scope)s and held.ticket_id = latest.ticket_id
 where latest.registered_on is null or latest.registered_on between %(window_from)s and %(window_to)s
 order by latest.registered_on nulls last, latest.ticket_id
