-- Grain: one stretch of readings that found a ticket of the period, or an undated one, in one state.
-- Parameters: contract_id, period_from, period_to (Bogotá days, both included), warranty_from (Bogotá day, may be null).
-- Re-run: reads only.
select ticket_id, status, first_seen_at, last_seen_at
  from core.ticket_state
 where contract_id = %(contract_id)s
   and (registered_on is null
        or registered_on between least(%(period_from)s, %(warranty_from)s::date) and %(period_to)s)
 order by ticket_id, first_seen_at
