-- Grain: one request of a contract, unless it was seen later, or a later export of its day lacks it (of any day, where it
--   has none).
-- Parameters: the columns of core.ticket, contract as scope, told_at (the moment that its export tells of).
-- Re-run: the caller deletes the export's window first, in the same transaction.
insert into core.ticket (contract_id, ticket_id, service, registered_on, status, product, module, process,
                         subprocess, summary, priority, registered_at, first_answered_at, solved_at, told, batch_id)
select %(scope)s, %(ticket_id)s, %(service)s, %(registered_on)s, %(status)s, %(product)s, %(module)s, %(process)s,
       %(subprocess)s, %(summary)s, %(priority)s, %(registered_at)s, %(first_answered_at)s, %(solved_at)s,
       %(told)s::text[], %(batch_id)s
 where not exists (select from core.ticket_state
                    where contract_id = %(scope)s and ticket_id = %(ticket_id)s and last_seen_at > %(told_at)s)
   and not exists (select from raw.batch later
                    where later.source = 'tickets' and later.scope = %(scope)s and later.state = 'loaded'
                      and later.loaded_at is not null
                      and coalesce(later.observed_at, later.fetched_at) > %(told_at)s
                      and (%(registered_on)s::date is null
                           or %(registered_on)s::date between later.window_from and later.window_to))
on conflict (contract_id, ticket_id) do nothing
