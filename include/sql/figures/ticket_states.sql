-- Grain: one stretch of readings that found a ticket of the period, or an undated one, in one state, also while it had
--   another day.
-- Parameters: contract_id, period_from, period_to (Bogotá days, both included), warranty_from (Bogotá day, may be null).
-- Re-run: reads only.
select s.ticket_id, s.status, s.first_seen_at, s.last_seen_at
  from core.ticket_state s
  join core.ticket t using (contract_id, ticket_id)
 where t.contract_id = %(contract_id)s
   and (t.registered_on is null
        or t.registered_on between least(%(period_from)s, %(warranty_from)s::date) and %(period_to)s)
 order by s.ticket_id, s.first_seen_at
