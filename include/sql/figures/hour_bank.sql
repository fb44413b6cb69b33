-- Grain: one request charged to the hour bank of a contract. Parameters: contract_id. Re-run: reads only.
select request, production_date, estimated_hours, status
  from core.hour_bank_entry
 where contract_id = %(contract_id)s
 order by position
