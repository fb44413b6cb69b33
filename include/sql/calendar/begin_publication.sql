-- Grain: one run that sets out to issue a report. Parameters: contract_id, report_number, run_id, late_since.
-- Re-run: what was noted first stays.
insert into core.publication (contract_id, report_number, run_id, late_since)
values (%(contract_id)s, %(report_number)s, %(run_id)s, %(late_since)s)
on conflict (contract_id, report_number, run_id) do nothing
