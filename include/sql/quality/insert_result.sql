-- Grain: one verdict of one check on one subject in one run.
-- Parameters: run_id, contract_id (may be null), batch_id (may be null), check_id, subject, severity, passed, detail.
-- Re-run: the caller deletes the run's verdicts on the same batches or contract first, in the same transaction.
insert into core.quality_result (run_id, contract_id, batch_id, check_id, subject, severity, passed, detail)
values (%(run_id)s, %(contract_id)s, %(batch_id)s, %(check_id)s, %(subject)s, %(severity)s, %(passed)s, %(detail)s)
