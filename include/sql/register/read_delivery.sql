-- Grain: the one message of a version. Parameters: contract_id, report_number, version. Re-run: reads only.
select message_id, recipient, message_key, state, attempts, detail, claimed_at, sent_at
  from register.delivery
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
