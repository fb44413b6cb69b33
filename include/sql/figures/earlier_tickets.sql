-- Grain: one support request registered before the period that was not finished at the cut-off, as far as the help desk
--   told by then; where it was read only later, as it was first seen.
-- Parameters: contract_id, period_from (Bogotá day), cut_off (instant), finished (the state of a finished request).
-- Grows with: the requests that are open, and those that changed their state after the cut-off.
-- Re-run: reads only; what is read after the cut-off changes nothing of it.
with asked as (
    -- What is finished today, and was not then, was seen in another state since.
    select ticket_id
      from core.ticket
     where contract_id = %(contract_id)s and service = 'support'
       and (status < %(finished)s or status > %(finished)s) and registered_on < %(period_from)s
     union
    select ticket_id from core.ticket_state where contract_id = %(contract_id)s and first_seen_at > %(cut_off)s
)
select t.ticket_id, t.service, t.registered_on, state.status, t.product, t.module, t.process, t.subprocess,
       state.last_seen_at
  from asked
  join core.ticket t on t.contract_id = %(contract_id)s and t.ticket_id = asked.ticket_id
 cross join lateral (select s.status, greatest(s.first_seen_at, least(s.last_seen_at, %(cut_off)s)) as last_seen_at
                       from core.ticket_state s
                      where s.contract_id = t.contract_id and s.ticket_id = t.ticket_id
                      order by s.first_seen_at <= %(cut_off)s desc,
                               case when s.first_seen_at <= %(cut_off)s then s.first_seen_at end desc,
                               s.first_seen_at
                      limit 1) state
 where t.service = 'support' and t.registered_on < %(period_from)s and state.status <> %(finished)s
 order by t.registered_on, t.ticket_id
