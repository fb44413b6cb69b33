-- Grain: one verdict that did not pass, of a run and the steps of that run (run_id/step), on one contract.
-- Parameters: run_id, contract_id. Re-run: reads only.
select distinct check_id as "check", subject, severity, passed, detail
  from core.quality_result
 where contract_id = %(contract_id)s and not passed
   and (run_id collate "C" = %(run_id)s
        or run_id collate "C" >= %(run_id)s || '/' and run_id collate "C" < %(run_id)s || '0')
 order by check_id, subject
