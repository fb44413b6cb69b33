-- Grain: the one message of a version.
-- Parameters: contract_id, report_number, version.
-- Re-run: gives a row to one caller only, and only while the message is pending.
update register.delivery
   set state = 'sending', attempts = attempts + 1, claimed_at = now(), detail = null
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = 'pending'
returning message_key
