-- Grain: one support request registered before the period that was not finished when it was last seen.
-- Parameters: contract_id, period_from (Bogotá day), finished (the state of a finished request).
-- Re-run: reads only.
select t.ticket_id, t.service, t.registered_on, t.status, t.product, t.module, t.process, t.subprocess, seen.last_seen_at
  from core.ticket t
 cross join lateral (select max(s.last_seen_at) as last_seen_at
                       from core.ticket_state s
                      where s.contract_id = t.contract_id and s.ticket_id = t.ticket_id) seen
 where t.contract_id = %(contract_id)s and t.service = 'support'
   and t.registered_on < %(period_from)s and t.status <> %(finished)s
 order by t.registered_on, t.ticket_id
