-- Grain: one UTC day and column of a contract. Parameters: the columns of core.usage_reconciliation.
-- Re-run: the caller deletes the window first, in the same transaction.
insert into core.usage_reconciliation (contract_id, usage_date, label, quantity, provider_quantity, difference,
                                       within_tolerance, run_id)
values (%(contract_id)s, %(usage_date)s, %(label)s, %(quantity)s, %(provider_quantity)s, %(difference)s,
        %(within_tolerance)s, %(run_id)s)
