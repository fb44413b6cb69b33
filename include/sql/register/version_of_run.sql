-- Grain: the version that a run has claimed. Parameters: contract_id, report_number, run_id. Re-run: reads only.
select version
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and run_id = %(run_id)s
