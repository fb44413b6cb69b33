-- Grain: one request registered in the period, or under warranty where the report lists those.
-- Parameters: contract_id, period_from, period_to (Bogotá days, both included), with_warranty.
-- Re-run: reads only.
select ticket_id, service, registered_on, status, product, module, process, subprocess, summary, priority,
       registered_at, first_answered_at, solved_at, told
  from core.ticket
 where contract_id = %(contract_id)s
   and ((service = 'support' and registered_on between %(period_from)s and %(period_to)s)
        or (service = 'warranty' and %(with_warranty)s
            and (registered_on is null or registered_on <= %(period_to)s)))
 order by registered_on desc nulls last, ticket_id desc
