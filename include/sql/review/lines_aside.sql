-- Grain: lines of one cost report that are in no sum and should be, by reason, compartment, day and product.
-- Parameters: tenancy_ocid, first, last (UTC days, both included; lines that tell no day are of every one).
-- Re-run: reads only.
select b.name, a.day, a.compartment_ocid, a.lines, a.told, a.product, a.unit, a.quantity, a.cost,
       a.currency
  from raw.oci_cost_line_aside a
  join raw.batch b using (batch_id)
 where a.tenancy_ocid = %(tenancy_ocid)s and not a.is_charge
   and (a.day is null or a.day between %(first)s and %(last)s)
 order by b.name, a.day, a.line
