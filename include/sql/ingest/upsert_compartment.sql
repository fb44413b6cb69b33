-- Grain: one compartment of a tenancy.
-- Parameters: the columns of core.oci_compartment, tenancy as scope, told_at (the moment that the listing tells of).
-- Re-run: writes the same row again; what the later listing says stays, and none deletes.
insert into core.oci_compartment (tenancy_ocid, compartment_ocid, parent_ocid, name, lifecycle_state, batch_id)
values (%(scope)s, %(compartment_ocid)s, %(parent_ocid)s, %(name)s, %(lifecycle_state)s, %(batch_id)s)
on conflict (tenancy_ocid, compartment_ocid) do update
   set parent_ocid = excluded.parent_ocid,
       name = excluded.name,
       lifecycle_state = excluded.lifecycle_state,
       batch_id = excluded.batch_id
 where %(told_at)s >= (select coalesce(observed_at, fetched_at) from raw.batch
                        where batch_id = core.oci_compartment.batch_id)
