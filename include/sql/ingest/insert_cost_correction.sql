-- Grain: one correcting line of one cost report. Parameters: the columns of raw.oci_cost_correction.
-- Re-run: the caller deletes the batch's corrections first, in the same transaction.
insert into raw.oci_cost_correction (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,
                                     product_description, unit, reference, back_reference, quantity)
values (%(batch_id)s, %(scope)s, %(charge_period_start)s, %(compartment_ocid)s, %(service_code)s,
        %(product_description)s, %(unit)s, %(reference)s, %(back_reference)s, %(quantity)s)
