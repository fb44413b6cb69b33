-- Grain: a number of tickets without its leading zeros, as it was written when it was first seen.
-- Parameters: scope (contract), numbers (array, without leading zeros). Re-run: reads only.
-- Grows with: the numbers that are asked for and the states of their tickets, by an index.
select distinct on (ltrim(ticket_id, '0')) ltrim(ticket_id, '0') as number, ticket_id
  from core.ticket_state
 where contract_id = %(scope)s and ltrim(ticket_id, '0') = any(%(numbers)s)
 order by ltrim(ticket_id, '0'), first_seen_at, ticket_id
