-- Grain: one answer of a run that was refused or could not be read. Parameters: run_id. Re-run: reads only.
select batch_id from raw.batch where run_id = %(run_id)s and state in ('quarantined', 'unreadable')
