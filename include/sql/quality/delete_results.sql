-- Grain: verdicts of one run on some batches, or on one contract.
-- Parameters: run_id, batch_ids (array), contract_id (may be null).
-- Re-run: finds nothing the second time. What a registered version rests on (sealed) stays beside what comes later.
delete from core.quality_result
 where run_id = %(run_id)s and sealed_at is null and (batch_id = any(%(batch_ids)s) or contract_id = %(contract_id)s)
