-- Grain: one request charged to the hour bank, in exported order.
-- Parameters: the columns of core.hour_bank_entry, contract as scope.
-- Re-run: the caller deletes the contract's entries first, in the same transaction.
insert into core.hour_bank_entry (contract_id, position, request, production_date, estimated_hours, status, batch_id)
values (%(scope)s, %(position)s, %(request)s, %(production_date)s, %(estimated_hours)s, %(status)s, %(batch_id)s)
