-- Grain: one question to one published address, with what came of it.
-- Parameters: contract_id, period_from, period_to (both included, UTC).
-- Grows with: the questions of the period, 288 a day and address.
-- Re-run: reads only.
select url, false as private, probed_at, status, first_byte_ms, certificate_ends_at, failure
  from core.http_probe
 where contract_id = %(contract_id)s
   and probed_at >= %(period_from)s::date::timestamp at time zone 'UTC'
   and probed_at < (%(period_to)s::date + 1)::timestamp at time zone 'UTC'
 order by url, probed_at
