-- Grain: the one message of a version.
-- Parameters: contract_id, report_number, version, message_id, recipient, message_key.
-- Re-run: keeps the message that was composed first.
insert into register.delivery (contract_id, report_number, version, message_id, recipient, message_key)
values (%(contract_id)s, %(report_number)s, %(version)s, %(message_id)s, %(recipient)s, %(message_key)s)
on conflict (contract_id, report_number, version) do nothing
