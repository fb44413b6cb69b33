-- Grain: one source of a contract, with the moment of its newest answer that was loaded.
-- Parameters: contract_id, tenancy_ocid.
-- Re-run: reads only.
select source, max(fetched_at) as read_at
  from raw.batch
 where scope in (%(contract_id)s, %(tenancy_ocid)s) and state in ('loaded', 'superseded')
 group by source
