-- Grain: the one message of a version, when it is in one of the states that are expected (compare-and-set).
-- Parameters: contract_id, report_number, version, old (array of states), new, detail.
-- Re-run: changes nothing, and gives no row, when the message is not in an expected state any more.
-- A try that ended before the message was claimed (queued to queued or failed) is counted here; who says
-- that a message arrived after all says it of the moment when it was handed over; what comes back was sent.
update register.delivery
   set state = %(new)s,
       detail = %(detail)s,
       attempts = attempts + case when state = 'queued' and %(new)s in ('queued', 'failed') then 1 else 0 end,
       sent_at = case
           when %(new)s = 'sent' and state = 'ambiguous' then claimed_at
           when %(new)s = 'sent' then now()
           when %(new)s = 'failed' and state = 'ambiguous' then claimed_at
           when %(new)s = 'failed' then sent_at
       end
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = any(%(old)s)
returning state
