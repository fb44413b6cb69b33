-- Grain: one row of one register of a contract, in the order of the workbook.
-- Parameters: the columns of core.contract_record, contract as scope.
-- Re-run: the caller deletes the contract's rows first, in the same transaction.
insert into core.contract_record (contract_id, register, position, record, batch_id)
values (%(scope)s, %(register)s, %(position)s, %(record)s, %(batch_id)s)
