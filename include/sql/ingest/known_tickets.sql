-- Grain: one ticket that was ever seen in a window of an export, in its latest state.
-- Parameters: scope (contract), window_from, window_to (Bogotá days, both included; undated tickets belong to every window).
-- Re-run: reads only.
select ticket_id, registered_on, status, last_seen_at
  from (select distinct on (ticket_id) ticket_id, registered_on, status, last_seen_at
          from core.ticket_state
         where contract_id = %(scope)s
         order by ticket_id, first_seen_at desc) latest
 where registered_on is null or registered_on between %(window_from)s and %(window_to)s
 order by registered_on nulls last, ticket_id
