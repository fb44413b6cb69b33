-- Grain: causes whose channels are known. Parameters: cause_ids (array). Grows with: the causes given.
-- Re-run: changes nothing.
update core.cause set routed_at = now() where cause_id = any(%(cause_ids)s) and routed_at is null
