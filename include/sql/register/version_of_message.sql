-- Grain: the version whose message has one of some ids; the first id that is known decides.
-- Parameters: message_ids (array, the surest first). Re-run: reads only.
select message_id, contract_id, report_number, version
  from register.delivery
 where message_id = any(%(message_ids)s)
 order by array_position(%(message_ids)s, message_id)
 limit 1
