-- Grain: the hour bank of a contract. Parameters: scope (contract).
-- Re-run: the export that follows in the same transaction brings it back whole.
delete from core.hour_bank_entry where contract_id = %(scope)s
