-- Grain: one cause that stands, as it was last kept; the oldest first. Parameters: none.
-- Grows with: what stands.
-- Re-run: reads only.
select cause_id, kind, about, contract_ids, since, said, remedy, address, routed_at is not null as routed
  from core.cause
 where ended_at is null
 order by since, cause_id
