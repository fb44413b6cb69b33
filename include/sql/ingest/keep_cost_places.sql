-- Grain: one compartment with its tags. Parameters: scope (tenancy), places (JSON: compartment_ocid, tags).
-- Grows with: the places of a report.
-- Re-run: what is known stays, without a number being used up; in order, so that two loads wait and do not block each other.
insert into raw.oci_cost_place (tenancy_ocid, compartment_ocid, tags)
select %(scope)s, g.compartment_ocid, g.tags
  from jsonb_to_recordset(%(places)s::jsonb) as g(compartment_ocid text, tags jsonb)
 where not exists (select from raw.oci_cost_place l
                    where l.tenancy_ocid = %(scope)s and l.compartment_ocid = g.compartment_ocid and l.tags = g.tags)
 order by g.compartment_ocid, g.tags
on conflict do nothing
