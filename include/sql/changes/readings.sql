-- Grain: one answer of another source of a contract that was loaded since a moment and tells of some days, or of none.
-- Parameters: contract_id, tenancy_ocid, first, last (days, both included), since.
-- Re-run: reads only.
select source, name, loaded_at, window_from as first, window_to as last
  from raw.batch
 where source not in ('oci_cost_reports', 'oci_usage') and scope in (%(contract_id)s, %(tenancy_ocid)s)
   and state in ('loaded', 'superseded') and loaded_at >= %(since)s
   and (window_from is null or window_from <= %(last)s) and (window_to is null or window_to >= %(first)s)
 order by loaded_at, name
