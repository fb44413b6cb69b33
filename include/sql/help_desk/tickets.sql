-- Grain: one request of one customer at the help desk.
-- Parameters: customer_code; window_from, window_to (Bogotá days, both included).
-- Columns, all required: ticket_id, service ('support' or 'warranty'), registered_on (may be null for
--   warranty), status, product, module, process, subprocess, summary (may be null). Optional, and not told where they
--   are left out: priority, registered_at, first_answered_at, solved_at (help_desk_times has them).
-- Re-run: reads only.
select ticket_id, service, registered_on, status, product, module, process, subprocess, summary
  from help_desk.ticket
 where customer_code = %(customer_code)s
   and (registered_on between %(window_from)s and %(window_to)s
        or (service = 'warranty' and registered_on is null))
 order by registered_on desc nulls last, ticket_id desc
