-- Grain: the provider's totals of a tenancy in a window, as older answers have them.
-- Parameters: scope, window_from, window_to (both included), told_at (the moment that the answer tells of).
-- Re-run: the answer that follows in the same transaction brings them back as they are now.
delete from core.oci_usage_total t
 using raw.batch b
 where b.batch_id = t.batch_id
   and t.tenancy_ocid = %(scope)s and t.usage_date between %(window_from)s and %(window_to)s
   and coalesce(b.observed_at, b.fetched_at) <= %(told_at)s
