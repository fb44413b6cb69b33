-- Grain: one compartment of a contract, with all under it. Parameters: tenancy_ocid, compartment_ocids (array).
-- Re-run: reads only.
select core.compartment_subtree(%(tenancy_ocid)s, %(compartment_ocids)s)
