-- Grain: a request of the hour bank in force that is nothing but a number.
-- Parameters: scope (contract). Grows with: the hour bank. Re-run: reads only.
select distinct request from core.hour_bank_entry where contract_id = %(scope)s and request ~ '^[0-9]+$' order by request
