-- Grain: one request of a contract.
-- Parameters: the columns of core.ticket, contract as scope.
-- Re-run: writes the same row again.
insert into core.ticket (contract_id, ticket_id, service, registered_on, status, product, module, process,
                         subprocess, summary, batch_id)
values (%(scope)s, %(ticket_id)s, %(service)s, %(registered_on)s, %(status)s, %(product)s, %(module)s, %(process)s,
        %(subprocess)s, %(summary)s, %(batch_id)s)
on conflict (contract_id, ticket_id) do update
   set service = excluded.service,
       registered_on = excluded.registered_on,
       status = excluded.status,
       product = excluded.product,
       module = excluded.module,
       process = excluded.process,
       subprocess = excluded.subprocess,
       summary = excluded.summary,
       batch_id = excluded.batch_id
