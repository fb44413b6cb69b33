-- When a contract was last reconciled, whatever the length of its history.
create index usage_reconciliation_by_moment on core.usage_reconciliation (contract_id, reconciled_at);
