-- Grain: one request of one customer at the help desk, with its priority and its moments.
-- Parameters: customer_code; window_from, window_to (Bogotá days, both included).
-- Columns: those of help_desk/tickets.sql, and priority, registered_at, first_answered_at, solved_at (null: not yet;
--   without zone on Bogotá's clock).
-- Re-run: reads only.
select ticket_id, service, registered_on, status, product, module, process, subprocess, summary,
       priority, registered_at, first_answered_at, solved_at
  from help_desk.ticket
 where customer_code = %(customer_code)s
   and (registered_on between %(window_from)s and %(window_to)s
        or (service = 'warranty' and registered_on is null))
 order by registered_on desc nulls last, ticket_id desc
