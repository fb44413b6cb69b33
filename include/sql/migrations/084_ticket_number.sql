-- A ticket is known by its number, whatever zeros stand before it.
create index ticket_state_by_number on core.ticket_state (contract_id, ltrim(ticket_id, '0'));
