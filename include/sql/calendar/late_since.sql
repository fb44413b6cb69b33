-- Grain: a run that set out to issue a report, when it is late. Parameters: contract_id, report_number, run_id.
-- Re-run: reads only.
select late_since
  from core.publication
 where contract_id = %(contract_id)s and report_number = %(report_number)s and run_id = %(run_id)s
