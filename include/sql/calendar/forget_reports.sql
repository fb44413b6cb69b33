-- Grain: reports that a contract's calendar has no more. Parameters: contract_id, numbers (array): those it has.
-- Re-run: finds nothing the second time.
delete from core.calendar where contract_id = %(contract_id)s and report_number <> all(%(numbers)s)
