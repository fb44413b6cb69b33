-- Grain: one source of a contract, with the moment that its newest loaded answer tells of: when it was asked, or for
--   an export by file, when the file was left.
-- Parameters: contract_id, tenancy_ocid.
-- Re-run: reads only.
select source, max(coalesce(observed_at, fetched_at)) as read_at
  from raw.batch
 where scope in (%(contract_id)s, %(tenancy_ocid)s) and state in ('loaded', 'superseded')
 group by source
