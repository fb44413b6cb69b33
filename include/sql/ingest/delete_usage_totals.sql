-- Grain: the provider's totals of a tenancy in a window. Parameters: scope, window_from, window_to (both included).
-- Re-run: the answer that follows in the same transaction brings them back as they are now.
delete from core.oci_usage_total
 where tenancy_ocid = %(scope)s and usage_date between %(window_from)s and %(window_to)s
