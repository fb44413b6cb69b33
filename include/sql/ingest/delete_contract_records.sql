-- Grain: every register of a contract. Parameters: scope (contract).
-- Re-run: the workbook that follows in the same transaction brings them back whole.
delete from core.contract_record where contract_id = %(scope)s
