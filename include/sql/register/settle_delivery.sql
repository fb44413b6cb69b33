-- Grain: the one message of a version, claimed before.
-- Parameters: contract_id, report_number, version, state ('sent', 'pending' or 'unknown'), detail.
-- Re-run: changes only a message that is being sent.
update register.delivery
   set state = %(state)s,
       detail = %(detail)s,
       sent_at = case when %(state)s = 'sent' then now() end
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = 'sending'
