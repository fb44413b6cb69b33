-- Grain: the newest decision about a tenancy. Parameters: tenancy_ocid. Re-run: reads only.
select stamps
  from raw.metric_stamps
 where tenancy_ocid = %(tenancy_ocid)s
   and stamps is not null
 order by decided_at desc
 limit 1
