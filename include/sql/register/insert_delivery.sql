-- Grain: the one message of a version.
-- Parameters: contract_id, report_number, version, message_id, recipient, message_key, state.
-- Re-run: keeps the message that was composed first.
insert into register.delivery (contract_id, report_number, version, message_id, recipient, message_key, state)
values (%(contract_id)s, %(report_number)s, %(version)s, %(message_id)s, %(recipient)s, %(message_key)s, %(state)s)
on conflict (contract_id, report_number, version) do nothing
