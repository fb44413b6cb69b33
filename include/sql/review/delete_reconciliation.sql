-- Grain: the reconciliation of a contract in a window. Parameters: contract_id, first, last (both included).
-- Re-run: the caller inserts it anew in the same transaction.
delete from core.usage_reconciliation where contract_id = %(contract_id)s and usage_date between %(first)s and %(last)s
