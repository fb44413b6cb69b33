-- Grain: the one message of a version, while it waits to be sent: the server has never taken it.
-- Parameters: contract_id, report_number, version, message_key.
-- Re-run: sets the same key again.
update register.delivery
   set message_key = %(message_key)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = 'queued'
returning message_key
