-- Grain: one compartment of a tenancy. Parameters: tenancy_ocid. Re-run: reads only.
select compartment_ocid, parent_ocid, name from core.oci_compartment where tenancy_ocid = %(tenancy_ocid)s
