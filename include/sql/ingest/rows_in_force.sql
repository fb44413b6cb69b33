-- Grain: a register of a contract, or its hour bank, with the rows that the newest loaded answer brought.
-- Parameters: scope (contract). Re-run: reads only.
select register, count(*) as rows
  from core.contract_record
 where contract_id = %(scope)s and register <> 'registers'
 group by register
union all
select 'hour_bank', count(*)
  from core.hour_bank_entry
 where contract_id = %(scope)s
having count(*) > 0
