-- Grain: one verdict of a run and its steps (run_id/step) on a contract that was sealed by a moment.
-- Parameters: contract_id, run_id, sealed_by (instant). Re-run: reads only.
select result_id, run_id, check_id, subject, severity, passed, detail, checked_at
  from core.quality_result
 where contract_id = %(contract_id)s and sealed_at <= %(sealed_by)s
   and (run_id collate "C" = %(run_id)s
        or run_id collate "C" >= %(run_id)s || '/' and run_id collate "C" < %(run_id)s || '0')
 order by result_id
