-- Grain: one verdict on a batch, or of a run and its steps (run_id/step) on a contract.
-- Parameters: batch_ids (array), contract_id, run_id. Re-run: keeps the first moment.
update core.quality_result
   set sealed_at = now()
 where sealed_at is null
   and (batch_id = any(%(batch_ids)s)
        or (contract_id = %(contract_id)s
            and (run_id collate "C" = %(run_id)s
                 or run_id collate "C" >= %(run_id)s || '/' and run_id collate "C" < %(run_id)s || '0')))
