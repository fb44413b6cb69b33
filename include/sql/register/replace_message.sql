-- Grain: the one message of a version, while it waits to be sent.
-- Parameters: contract_id, report_number, version, recipient, message_key.
-- Re-run: sets the same key again.
update register.delivery
   set recipient = %(recipient)s, message_key = %(message_key)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = 'queued'
returning message_key
