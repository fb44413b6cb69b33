-- Grain: the numbered lines of one hour (UTC) that are counted from one other object of the provider.
-- Parameters: batch_id, name, scope, hour. Re-run: reads only. Grows with the objects that have lines of the hour.
select b.batch_id, b.name, l.identities
  from raw.oci_cost_line l
  join raw.batch b using (batch_id)
 where l.tenancy_ocid = %(scope)s and l.hour = %(hour)s and b.name <> %(name)s
 order by b.batch_id
