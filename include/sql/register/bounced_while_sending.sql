-- Grain: the first report that a message came back which was read since the message was last taken to be sent.
-- Parameters: contract_id, report_number, version. Re-run: reads only.
select b.object_key, b.detail
  from register.bounce b
  join register.delivery d using (contract_id, report_number, version)
 where b.contract_id = %(contract_id)s and b.report_number = %(report_number)s and b.version = %(version)s
   and b.action = 'failed' and b.objection is null and b.read_at >= d.claimed_at
 order by b.read_at, b.object_key
 limit 1
