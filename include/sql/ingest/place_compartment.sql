-- Grain: one compartment of a tenancy, where a listing shows it elsewhere than the last one did.
-- Parameters: tenancy as scope, compartment_ocid, parent_ocid, told_at (the moment that the listing tells of).
-- Re-run: finds it where it is, and so does an earlier listing that is loaded late.
insert into core.oci_compartment_place (tenancy_ocid, compartment_ocid, parent_ocid, since)
select %(scope)s, %(compartment_ocid)s, %(parent_ocid)s,
       case when last.since is null then '-infinity'::timestamptz else %(told_at)s::timestamptz end
  from (select max(since) as since, (array_agg(parent_ocid order by since desc))[1] as parent_ocid
          from core.oci_compartment_place
         where tenancy_ocid = %(scope)s and compartment_ocid = %(compartment_ocid)s) last
 where last.since is null or (last.parent_ocid <> %(parent_ocid)s and last.since < %(told_at)s::timestamptz
                                  and not exists (select from core.oci_compartment known
                                                    join raw.batch b using (batch_id)
                                                   where known.tenancy_ocid = %(scope)s
                                                     and known.compartment_ocid = %(compartment_ocid)s
                                                     and coalesce(b.observed_at, b.fetched_at) > %(told_at)s))
