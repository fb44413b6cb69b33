-- Grain: one row of one register of a contract, with when its workbook was read and when it was left there.
-- Parameters: contract_id. Re-run: reads only.
select r.register, r.record, b.fetched_at as read_at, b.observed_at as left_at
  from core.contract_record r join raw.batch b using (batch_id)
 where r.contract_id = %(contract_id)s
 order by r.position
