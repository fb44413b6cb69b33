-- Grain: one check of one subject and its result, on some answers or by a run on a contract before it computes: what its
--   later steps check is not there, so that a step that is cleared finds the same again.
-- Parameters: batch_ids (array), contract_id, run_id. Re-run: reads only.
select distinct check_id, subject, severity, passed
  from core.quality_result
 where batch_id = any(%(batch_ids)s)
    or (contract_id = %(contract_id)s and run_id collate "C" = %(run_id)s)
 order by check_id, subject, severity, passed
