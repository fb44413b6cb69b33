-- Grain: one place of some. Parameters: scope (tenancy), compartment_ocids.
-- Grows with: the places of a report.
-- Re-run: reads only.
select compartment_ocid, tags, place_id
  from raw.oci_cost_place
 where tenancy_ocid = %(scope)s and compartment_ocid = any(%(compartment_ocids)s)
